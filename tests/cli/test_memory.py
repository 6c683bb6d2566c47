"""Which allocators a command uses."""

from __future__ import annotations

import os
import subprocess
import sys

import pyarrow as pa
import pytest

from patchrules.cli import _memory

HAS_BOTH = {"mimalloc", "jemalloc"} <= set(pa.supported_memory_backends())
ASK = """
import sys
from patchrules.cli import _memory, main
main(["--project", sys.argv[1], "report", "--help"], standalone_mode=False)
assert "pyarrow" not in sys.modules
_memory.spare_memory()
import pyarrow as pa
print(pa.default_memory_pool().backend_name)
"""


@pytest.mark.skipif(not HAS_BOTH, reason="this Arrow has one allocator")
@pytest.mark.parametrize(("named", "wanted"), [(False, "jemalloc"), (True, "mimalloc")])
def test_a_command_chooses_arrow_s_allocator_where_nobody_has(monkeypatch, named, wanted):
    before = pa.default_memory_pool()
    monkeypatch.setattr(_memory, "_NAMED", named)
    try:
        pa.set_memory_pool(pa.mimalloc_memory_pool())
        _memory.spare_memory()
        assert pa.default_memory_pool().backend_name == wanted
    finally:
        pa.set_memory_pool(before)


@pytest.mark.skipif(not HAS_BOTH, reason="this Arrow has one allocator")
@pytest.mark.parametrize(
    ("named", "wanted"), [({}, "jemalloc"), ({"ARROW_DEFAULT_MEMORY_POOL": "mimalloc"}, "mimalloc")]
)
def test_it_chooses_before_arrow_is_imported(named, wanted, tmp_path):
    environment = {name: value for name, value in os.environ.items() if name not in _memory.ALLOCATORS} | named
    (tmp_path / "patchrules.toml").touch()
    command = [sys.executable, "-c", ASK, tmp_path / "patchrules.toml"]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.split()[-1] == wanted


@pytest.mark.parametrize("named", [False, True])
def test_what_arrow_reads_is_said_where_nobody_has(monkeypatch, named):
    monkeypatch.setattr(_memory, "_NAMED", named)
    for name in _memory.ALLOCATORS:
        monkeypatch.delenv(name, raising=False)
    _memory.choose_allocators()
    assert {name: os.environ.get(name) for name in _memory.ALLOCATORS} == (
        dict.fromkeys(_memory.ALLOCATORS) if named else _memory.ALLOCATORS
    )


@pytest.mark.parametrize("plugins", [[], ["patchrules.reports"]], ids=["no plugin", "a plugin"])
def test_the_command_does_not_find_pandas_but_for_plugins(plugins, tmp_path):
    (tmp_path / "pandas.py").write_text("raise SystemExit('pandas was imported')", encoding="utf-8")
    (tmp_path / "theirs-1.dist-info").mkdir()
    (tmp_path / "theirs-1.dist-info/METADATA").write_text("Name: theirs\nVersion: 1\n", encoding="utf-8")
    declared = "".join(f"[{group}]\ntheirs = json:dumps\n" for group in plugins)
    (tmp_path / "theirs-1.dist-info/entry_points.txt").write_text(declared, encoding="utf-8")
    (tmp_path / "bash.jsonl").write_text('{"host": "a", "name": "bash", "evr": "5.1-1"}', encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    command = [sys.executable, "-m", "patchrules", "inspect", tmp_path / "bash.jsonl"]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ("pandas was imported" in said.stderr, said.returncode) == ((True, 1) if plugins else (False, 0))
