"""Batch twin of ``reference.builds``: what the build of a host proves about updates."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np

from patchrules.batch.keys import Ints

_RELEASE = 3


class BuildFit(IntEnum):
    """How the build an update is for fits the host's."""

    ANY = 0
    THIS_RELEASE = 1
    PROVEN = 2
    OTHER_RELEASE = 3
    CANNOT_TELL = 4


def fits(codes: Ints, builds: Sequence[str | None], host: str | None) -> Ints:
    """Compare the build of every row, one of the distinct ``builds``, with the host's."""
    found = _numbers(host)
    return np.array([_fit(_numbers(build), found) for build in builds], dtype=np.int64)[codes]


def _fit(wanted: tuple[int, ...], found: tuple[int, ...]) -> BuildFit:
    """Batch twin of ``reference.builds.fit``."""
    if not wanted:
        return BuildFit.ANY
    if min(len(wanted), len(found)) < _RELEASE:
        return BuildFit.CANNOT_TELL
    if wanted[:_RELEASE] != found[:_RELEASE]:
        return BuildFit.OTHER_RELEASE
    revised = len(wanted) > _RELEASE and len(found) > _RELEASE
    return BuildFit.PROVEN if revised and found[_RELEASE:] >= wanted[_RELEASE:] else BuildFit.THIS_RELEASE


def _numbers(build: str | None) -> tuple[int, ...]:
    """Return the numbers of a build; none where the text is not one."""
    parts = (build or "").split(".")
    return tuple(int(part) for part in parts) if all(part.isdecimal() and len(part) <= 9 for part in parts) else ()  # noqa: PLR2004
