"""What versions are taken apart into and sorted by, each made once however many policies meet it."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Generic, TypeVar

from patchrules.versions import SCHEMES, rpm

_MOST = 1 << 18
"""Texts of which something is remembered: the versions of a large fleet, some tens of megabytes."""

_Made = TypeVar("_Made")


class Remembered(dict[str, _Made], Generic[_Made]):
    """What a function makes of texts; all of it is forgotten when it is too much.

    Looked up with ``[]``. A cache that knows what was used last changes four places of memory at every look-up, which
    takes longer than making some of these anew.

    >>> sizes = Remembered(len)
    >>> sizes["abc"], sizes
    (3, {'abc': 3})
    """

    def __init__(self, make: Callable[[str], _Made]) -> None:
        """Start with nothing made."""
        super().__init__()
        self._make = make

    def __missing__(self, text: str) -> _Made:
        """Make it now."""
        made = self._make(text)
        if len(self) >= _MOST:
            self.clear()
        self[text] = made
        return made


sort_key = MappingProxyType({name: Remembered(scheme.sort_key) for name, scheme in SCHEMES.items()})
"""By the name of a scheme, the sort key of a version."""

split = Remembered(rpm.split)
"""``rpm.split``: lists, comparison and writing out all ask of the same versions."""

_part = Remembered(rpm.part_key)
"""The sort key of one version or release alone."""


def _without_epoch(text: str) -> tuple[int | None, bytes]:
    """Return the epoch that an rpm version states, and the sort key of the rest of it.

    >>> _without_epoch("1:3.0-1")[0], _without_epoch("1:3.0-1")[1] == _without_epoch("3.0-01")[1]
    (1, True)
    """
    evr = split[text]
    # Versions and releases recur in many versions; each part ends by itself, so keys of parts can be put together.
    release = b"" if evr.release is None else _part[evr.release]
    return evr.epoch, _part[evr.version] + release


without_epoch = Remembered(_without_epoch)
"""The epoch that an rpm version states, and the sort key of the rest of it."""
