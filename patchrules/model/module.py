"""The module streams of an rpm package, ``name:stream``: those of several are one text, with a blank between."""

from __future__ import annotations

from collections.abc import Iterable


def streams(module: str) -> frozenset[str]:
    """Return the streams that a package is of.

    >>> sorted(streams("perl:5.26 perl:5.30"))
    ['perl:5.26', 'perl:5.30']
    """
    return frozenset(module.split(" "))


def together(several: Iterable[str]) -> str:
    """Return the text of several streams, the same whatever order they come in.

    >>> together(["perl:5.30", "perl:5.26"])
    'perl:5.26 perl:5.30'
    """
    return " ".join(sorted(several))
