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


def test_the_command_does_not_find_pandas(tmp_path):
    (tmp_path / "pandas.py").write_text("raise SystemExit('pandas was imported')", encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    (tmp_path / "bash.jsonl").write_text('{"host": "a", "name": "bash", "evr": "5.1-1"}', encoding="utf-8")
    command = [sys.executable, "-m", "patchrules", "inspect", tmp_path / "bash.jsonl"]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "pandas" not in said.stdout + said.stderr
    assert said.returncode == 0, said.stderr
