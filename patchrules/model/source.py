"""Where rows came from: a file, and the proof of which bytes it held."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """One file that was read: the name people gave it, its format, and the sha256 and size of its bytes as stored.

    >>> Source("updateinfo.xml.gz", "updateinfo", "ab" * 32, 120, rows=3).rows
    3
    """

    name: str
    format: str
    sha256: str
    bytes: int
    rows: int = 0
    rejects: int = 0
