"""Which allocator a command has Arrow use."""

from __future__ import annotations

import pyarrow as pa
import pytest

from patchrules.cli._memory import spare_memory


@pytest.mark.skipif(
    not {"mimalloc", "jemalloc"} <= set(pa.supported_memory_backends()), reason="this Arrow has one allocator"
)
@pytest.mark.parametrize(("named", "wanted"), [(None, "jemalloc"), ("system", "mimalloc")])
def test_a_command_chooses_arrow_s_allocator_where_nobody_has(monkeypatch, named, wanted):
    before = pa.default_memory_pool()
    if named is None:
        monkeypatch.delenv("ARROW_DEFAULT_MEMORY_POOL", raising=False)
    else:
        monkeypatch.setenv("ARROW_DEFAULT_MEMORY_POOL", named)
    try:
        pa.set_memory_pool(pa.mimalloc_memory_pool())
        spare_memory()
        assert pa.default_memory_pool().backend_name == wanted
    finally:
        pa.set_memory_pool(before)
