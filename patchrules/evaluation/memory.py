"""How much memory a process keeps that is ours alone, as a command is."""

from __future__ import annotations

import ctypes
import sys

import pyarrow as pa

_ARENA_MAX, _ARENAS = -8, 2
"""``M_ARENA_MAX`` of glibc's ``mallopt``; and as many heaps as threads judge and write at one time."""


def spare_memory() -> None:
    """Have Arrow and C's library keep less of what was freed: a large fleet then takes a fifth less.

    Arrow allocates by jemalloc, which gives back what its default keeps; threads share two heaps, where each would have
    one of its own. To be called before there are threads. A library leaves this to whoever runs it. Where there is
    neither jemalloc nor glibc, nothing changes.
    """
    if "jemalloc" in pa.supported_memory_backends():
        pa.set_memory_pool(pa.jemalloc_memory_pool())
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(_ARENA_MAX, _ARENAS)
