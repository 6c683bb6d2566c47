"""Paths as people name them: whether they are there, and what a folder of documents holds."""

from __future__ import annotations

import os
from pathlib import Path

from patchrules.errors import DocumentError
from patchrules.sources.files import expand

SUFFIXES = frozenset({".json", ".yaml", ".yml", ".template"})
"""How documents end, in any case; ``.template`` are those of CloudFormation."""


def documents_under(folder: str | os.PathLike[str], *, error: type[DocumentError]) -> list[Path]:
    """Return the documents under a folder to the bottom, sorted; hidden files and folders are none.

    Raises ``error`` PR2905 where the folder has no file at all, and PR2901 where it cannot be read.
    """
    found = expand(Path(folder), error=error)
    return [one for one in found if isinstance(one, Path) and one.suffix.lower() in SUFFIXES]


def exists(path: str | os.PathLike[str]) -> bool:
    r"""Say whether a path is there; one that cannot be a path is not.

    >>> exists("\0")
    False
    """
    try:
        return Path(path).exists()
    except (OSError, ValueError):
        return False


def is_folder(path: str | os.PathLike[str]) -> bool:
    """Say whether a path is a folder; one that cannot be a path is none."""
    try:
        return Path(path).is_dir()
    except (OSError, ValueError):
        return False
