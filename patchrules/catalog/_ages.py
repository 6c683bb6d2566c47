"""When what a catalog holds was made: its newest part, and the oldest of those that fixes come from (decision 0042)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from patchrules.catalog._assemble import Placed
from patchrules.catalog._reader import ROWLESS

__all__ = ["Ages", "ages"]

_LISTS = frozenset({"packages", *ROWLESS})


@dataclass(frozen=True, slots=True)
class Ages:
    """What ``model.patch.Catalog`` has under the same names."""

    as_of: datetime | None
    fixes_as_of: datetime | None
    undated: tuple[str, ...]


def ages(placed: Iterable[Placed]) -> Ages:
    """Return the ages of the parts of one catalog.

    Fixes come from rpm repositories with more than a package list, from security archives, from catalogs that were
    compiled, and from files of their own, whose newest counts: of feeds there is one a month.
    """
    dates: list[datetime | None] = []
    repositories: dict[str, list[Placed]] = {}
    for place, one in enumerate(placed):
        dates += _dates(one)
        compiled = f"{place}" if one.part.scope else ""
        key = one.part.repomd or (one.release.source.name if one.release else compiled)
        repositories.setdefault(key, []).append(one)
    sources = [group for group in repositories.values() if any(map(_has_fixes, group))]
    oldest = [max(known) for group in sources if (known := _known(map(_fixes_at, group)))]
    newest = max(_known(dates), default=None)
    undated = dict.fromkeys(name for group in sources for name in _undated(group))
    return Ages(newest, min(oldest, default=None), tuple(undated) if newest else ())


def _dates(one: Placed) -> Sequence[datetime | None]:
    """Return when a part was made, and the Release file that speaks for it."""
    says, release = one.says, one.release
    return (one.part.made_at, says.date if says else None, release.made_at if release else None)


def _has_fixes(one: Placed) -> bool:
    """Say whether fixes come from a part; of an archive without its Release file nobody can tell."""
    return one.says.security if one.says else one.part.role not in _LISTS and one.part.table.num_rows > 0


def _fixes_at(one: Placed) -> datetime | None:
    """Return when the part was made that fixes come from, of a compiled catalog the oldest of its own."""
    return one.says.date if one.says else one.part.fixes_at or one.part.made_at


def _undated(group: Sequence[Placed]) -> Iterable[str]:
    """Yield the names of the repomd.xml, the Release file or the files of their own that do not say when."""
    for one in group:
        yield from one.part.undated
        if _has_fixes(one) and _fixes_at(one) is None:
            yield one.part.repomd or (one.release or one.part).source.name


def _known(dates: Iterable[datetime | None]) -> list[datetime]:
    """Return the dates that are known."""
    return [date for date in dates if date is not None]
