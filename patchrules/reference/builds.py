"""What the build of a host proves about an update (issue B, 3): ``10.0.17763`` is a release, ``.5458`` its revision."""

from __future__ import annotations

from enum import Enum, auto

RELEASE = 3
"""How many numbers of a build name the release; the next one is the revision."""


class BuildFit(Enum):
    """How the build an update is for fits the host's."""

    ANY = auto()
    THIS_RELEASE = auto()
    PROVEN = auto()
    OTHER_RELEASE = auto()
    CANNOT_TELL = auto()


def fit(build: str | None, host: str | None) -> BuildFit:
    """Compare the build of an update with the host's.

    PROVEN: the host has that revision or a later one, so it has the update or one that replaces it. CANNOT_TELL: one of
    them does not name a release.

    >>> fit("10.0.17763.5458", "10.0.17763.5500").name, fit("10.0.17763", "10.0.20348.1").name
    ('PROVEN', 'OTHER_RELEASE')
    >>> fit("10.0.17763", "17763.50").name
    'CANNOT_TELL'
    """
    wanted, found = numbers(build), numbers(host)
    if not wanted:
        return BuildFit.ANY
    if min(len(wanted), len(found)) < RELEASE:
        return BuildFit.CANNOT_TELL
    if wanted[:RELEASE] != found[:RELEASE]:
        return BuildFit.OTHER_RELEASE
    revised = len(wanted) > RELEASE and len(found) > RELEASE
    return BuildFit.PROVEN if revised and found[RELEASE:] >= wanted[RELEASE:] else BuildFit.THIS_RELEASE


def numbers(build: str | None) -> tuple[int, ...]:
    """Return the numbers of a build; none where the text is not one."""
    parts = (build or "").split(".")
    return tuple(int(part) for part in parts) if all(part.isdecimal() and len(part) <= 9 for part in parts) else ()  # noqa: PLR2004
