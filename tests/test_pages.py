"""README and docs show what the code does: Python blocks run, console blocks print what stands there."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import os
import re
from pathlib import Path
from types import ModuleType

import click
import pytest

from patchrules.cli import main

ROOT = Path(__file__).resolve().parents[1]


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_blocks", ROOT / "docs" / "blocks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


blocks = load()
PAGES = [str(page.relative_to(ROOT)) for page in blocks.pages()]


@pytest.mark.parametrize("page", [page for page in PAGES if blocks.blocks(ROOT / page, "python")])
def test_python_runs(page, monkeypatch):
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        for body in blocks.blocks(ROOT / page, "python"):
            exec(compile(body, page, "exec"), names)  # noqa: S102  our own page


@pytest.mark.parametrize("page", [page for page in PAGES if blocks.blocks(ROOT / page, "console")])
def test_commands_print_what_the_page_shows(page):
    assert blocks.refreshed(ROOT / page) == (ROOT / page).read_text("utf-8"), "run python docs/blocks.py"


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    for link in blocks.links(ROOT / page):
        assert (ROOT / page).parent.joinpath(link).exists(), link


def test_the_readme_says_what_every_verb_is_for():
    table = (ROOT / "README.md").read_text("utf-8").partition("## The verbs")[2].partition("\nExit codes")[0]
    assert set(main.list_commands(click.Context(main))) == set(
        re.findall(r"(?:^\||`,) `(?:patchrules )?([a-z]+)", table, re.MULTILINE)
    )


def test_every_page_is_linked_from_another():
    pages = [*PAGES, "CONTRIBUTING.md"]
    linked = {(ROOT / page).parent.joinpath(link).resolve() for page in pages for link in blocks.links(ROOT / page)}
    alone = [page for page in PAGES if (ROOT / page).resolve() not in linked]
    assert [page for page in alone if not page.startswith("docs/decisions/")] == ["README.md"]


def test_a_stale_page_is_told(tmp_path, monkeypatch, capsys):
    page = tmp_path / "README.md"
    page.write_text("```console\n$ echo one\ntwo\n```\n")
    (tmp_path / "docs").mkdir()
    monkeypatch.setattr(blocks, "ROOT", tmp_path)
    monkeypatch.setitem(os.environ, "PATH", os.environ["PATH"])
    assert blocks.main(["--check"]) == 1
    assert capsys.readouterr().err == "README.md is stale\n"
    assert (blocks.main([]), blocks.main(["--check"])) == (0, 0)
    assert page.read_text() == "```console\n$ echo one\none\n```\n"
