"""What versions are taken apart into and sorted by, each made once however many policies meet it."""

from __future__ import annotations

import functools

from patchrules.versions import SCHEMES, rpm

_MOST = 1 << 18
"""Keys that are remembered: those of the versions of a large fleet, some tens of megabytes."""


@functools.lru_cache(_MOST)
def sort_key(scheme: str, text: str) -> bytes:
    """Return the sort key of a version.

    >>> sort_key("dpkg", "1.0~rc1") < sort_key("dpkg", "1.0")
    True
    """
    return SCHEMES[scheme].sort_key(text)


split = functools.lru_cache(_MOST)(rpm.split)
"""``rpm.split``, remembered: lists, comparison and writing out all ask of the same versions."""


@functools.lru_cache(_MOST)
def without_epoch(text: str) -> tuple[int | None, bytes]:
    """Return the epoch that an rpm version states, and the sort key of the rest of it.

    >>> without_epoch("1:3.0-1")[0], without_epoch("1:3.0-1")[1] == without_epoch("3.0-01")[1]
    (1, True)
    """
    evr = split(text)
    # Versions and releases recur in many versions; each part ends by itself, so keys of parts can be put together.
    release = b"" if evr.release is None else _part(evr.release)
    return evr.epoch, _part(evr.version) + release


@functools.lru_cache(_MOST)
def _part(text: str) -> bytes:
    """Return the sort key of one version or release alone."""
    return rpm.part_key(text)
