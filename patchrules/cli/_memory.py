"""How much memory a command keeps: a process that is ours alone may choose Arrow's allocator."""

from __future__ import annotations

import os


def spare_memory() -> None:
    """Have Arrow allocate by jemalloc, which gives back what its default keeps: a large fleet then takes a fifth less.

    A library leaves this to whoever runs it. Where Arrow has no jemalloc, or ``ARROW_DEFAULT_MEMORY_POOL`` names an
    allocator, nothing changes.
    """
    import pyarrow as pa

    if "ARROW_DEFAULT_MEMORY_POOL" not in os.environ and "jemalloc" in pa.supported_memory_backends():
        pa.set_memory_pool(pa.jemalloc_memory_pool())
