"""Which allocator a command has Arrow use."""

from __future__ import annotations

import os


def spare_memory() -> None:
    """Have Arrow keep little memory, unless ``ARROW_DEFAULT_MEMORY_POOL`` names an allocator."""
    from patchrules.evaluation import memory

    if "ARROW_DEFAULT_MEMORY_POOL" not in os.environ:
        memory.spare_memory()
