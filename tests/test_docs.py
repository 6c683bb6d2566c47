"""The pages made from code say what the code says."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "docs" / "generate.py"


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


generate = load()


@pytest.mark.parametrize("name", generate.PAGES)
def test_the_page_is_fresh(name):
    assert not generate.is_stale(name), f"run python docs/generate.py {name}"


def test_a_stale_page_fails_the_check_and_writing_mends_it(tmp_path, capsys):
    assert generate.main(["--check"], tmp_path) == 1
    assert capsys.readouterr().err.count("is stale") == len(generate.PAGES)
    assert list(tmp_path.iterdir()) == []
    assert generate.main([], tmp_path) == 0
    assert generate.main(["--check"], tmp_path) == 0
    (tmp_path / "families.md").write_text("something else", encoding="utf-8")
    assert generate.main(["schemas", "--check"], tmp_path) == 0
    assert generate.main(["families", "--check"], tmp_path) == 1


def test_an_unknown_page_is_refused(tmp_path, capsys):
    with pytest.raises(SystemExit):
        generate.main(["famlies"], tmp_path)
    assert (
        "there is no page `famlies`: known are families, schemas, arrow-schemas, diagnostics" in capsys.readouterr().err
    )


def test_a_bar_stays_inside_its_cell():
    assert generate.table(["a"], [["b|c"]]) == "| a |\n| --- |\n| b\\|c |"
