"""A project: the settings that ``patchrules.toml`` holds for everything asked in a folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class CatalogPlace:
    """Files that together are one catalog, and whom it speaks for: ``products`` are shell globs.

    >>> print(CatalogPlace(("repos/rhel9",), products=("RedhatEnterpriseLinux9*",), arch="x86_64"))
    RedhatEnterpriseLinux9*=repos/rhel9 (arch x86_64)
    """

    paths: tuple[str, ...]
    products: tuple[str, ...] = ()
    family: str | None = None
    arch: str | None = None
    repository: str | None = None

    def __str__(self) -> str:
        """Return the place as the command line writes it, with what that cannot say."""
        stated = {"family": self.family, "arch": self.arch, "repository": self.repository}
        more = ", ".join(f"{name} {value}" for name, value in stated.items() if value)
        names = f"{','.join(self.products)}=" if self.products else ""
        return f"{names}{', '.join(self.paths)}" + (f" ({more})" if more else "")


@dataclass(frozen=True, slots=True)
class OutputPlace:
    """A report that every evaluation writes; ``{as_of}`` in its path is the instant judged at.

    >>> print(OutputPlace("runs/{as_of}/", "parquet"))
    runs/{as_of}/ (parquet)
    """

    path: str
    format: str | None = None

    def __str__(self) -> str:
        """Return path and format."""
        return f"{self.path} ({self.format})" if self.format else self.path


@dataclass(frozen=True, slots=True)
class Project:
    """What a project file says; ``settings`` holds each value by its key, ``evaluate.dialect``.

    Paths in it are good from here. ``commands`` holds by verb the options that only this verb has.
    """

    path: Path
    settings: Mapping[str, Any] = field(default_factory=dict)
    commands: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return file and size on one line."""
        return f"{self.path}: {len(self.settings)} settings"
