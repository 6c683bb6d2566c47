"""Which allocators a command uses, and what else would take memory."""

from __future__ import annotations

import os
import sys
from importlib.machinery import PathFinder

ALLOCATORS = {"ARROW_DEFAULT_MEMORY_POOL": "system", "JE_ARROW_MALLOC_CONF": "narenas:2"}
"""What the environment has to say before Arrow is imported: what Arrow allocates by itself, in grouping, comes from C's
library, and jemalloc has two heaps for all threads. Each would keep some tens of megabytes else; one heap is slower."""

_NAMED = "ARROW_DEFAULT_MEMORY_POOL" in os.environ and not ALLOCATORS.items() <= os.environ.items()
"""Whether whoever runs the command has named Arrow's allocator; a command that another one runs finds what we say."""


def choose_allocators() -> None:
    """Say in the environment what Arrow reads there when it is imported, unless an allocator is named there."""
    if not _NAMED:
        for name, value in ALLOCATORS.items():
            os.environ.setdefault(name, value)


def without_pandas() -> None:
    """Have this process not find pandas, which Arrow imports wherever it is: a fifth of a second, and 40 MB.

    Nothing of ours uses it; a plugin may, and where there is one pandas is found. To be called by whoever has the
    process for itself. Cost: nothing until Arrow asks for it.
    """
    sys.meta_path.insert(0, _NoPandas())


class _NoPandas:
    """Says that there is no pandas: Arrow, which is Cython, does not heed what ``sys.modules`` says of it."""

    def find_spec(self, name: str, _path: object, _target: object = None) -> None:
        """Refuse that one name, unless it is there and a plugin may want it."""
        if name == "pandas" and not (PathFinder.find_spec(name) and _has_plugins()):
            raise ModuleNotFoundError(name)


def _has_plugins() -> bool:
    """Say whether somebody else brings readers, reports or families."""
    from importlib.metadata import entry_points

    return any(group.startswith("patchrules.") for group in entry_points().groups)


def spare_memory() -> None:
    """Have Arrow keep little memory, unless an allocator is named in the environment."""
    from patchrules.evaluation import memory

    if not _NAMED:
        memory.spare_memory()
