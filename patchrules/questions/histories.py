"""How the versions of a package came out, as the dates of a catalog tell it, and when each could be installed.

Most repositories offer the newest version only, and Windows offers only what nothing replaces. So a fix can be
installed from the end of its delay until the next version comes out, and where that comes first, never.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from patchrules.families import Facts, Family
from patchrules.model.names import Note
from patchrules.model.verdict import Decision
from patchrules.versions import SCHEMES


@dataclass(frozen=True, slots=True)
class Release:
    """One version that a rule selects, and the date that the rule counts from; UTC."""

    evr: str
    advisory: str | None
    at: datetime

    def __str__(self) -> str:
        """Return the version, its notice and its day."""
        return f"{self.evr} ({self.advisory or 'no advisory'}) of {self.at:%Y-%m-%d}"


@dataclass(frozen=True, slots=True)
class History:
    """The releases of one package, ascending in date and version; ``rule`` selects the last, with that ``delay``."""

    id: str
    rule: int
    delay: timedelta
    releases: tuple[Release, ...]

    def gaps(self) -> list[timedelta]:
        """Return how long each release but the last was the newest."""
        return [after.at - before.at for before, after in zip(self.releases[:-1], self.releases[1:], strict=True)]

    def installable(self, delay: timedelta, as_of: datetime) -> list[datetime | None]:
        """Return from when each release could be installed, None where it never was by ``as_of``.

        A patch is approved after its date plus the delay (SEMANTICS 3.5), so a next version at that instant is first.
        """
        ends = [*(one.at for one in self.releases[1:]), as_of]
        since = [one.at + delay for one in self.releases]
        return [start if start < end else None for start, end in zip(since, ends, strict=True)]

    def exposures(self, delay: timedelta, as_of: datetime) -> list[timedelta]:
        """Return how long each fix was out before it, or a later one, could be installed; at most until ``as_of``."""
        found, first = [], as_of
        for release, since in zip(self.releases[::-1], self.installable(delay, as_of)[::-1], strict=True):
            first = since or first
            found.append(first - release.at)
        return found[::-1]


def histories(decisions: Iterable[Decision], family: Family, facts: Facts) -> Iterator[History]:
    """Yield the history of each package that a rule selects, by id, from what a baseline decided about a catalog.

    Where updates are judged by what replaces them, one history is of an update and all that it replaces, by name of the
    last. A version counts from the first of its dates; one that came out after a higher version is left out.
    """
    dated = [one for one in decisions if one.rule and one.since and one.released_at and _released(one)]
    by_updates = facts.states == "updates"
    roots = _roots(dated) if by_updates else {}
    found: dict[tuple[str, str], list[Decision]] = {}
    for one in dated:
        key = (roots[one.patch.name], one.patch.product or "") if by_updates else (one.patch.name, one.patch.arch)
        found.setdefault(key, []).append(one)
    told = [_history(rows, family, by_updates=by_updates) for rows in found.values()]
    yield from sorted(told, key=lambda history: history.id)


def _released(decision: Decision) -> bool:
    """Say whether a patch exists at the instant asked about."""
    return Note.NOT_YET_RELEASED not in decision.notes


def _roots(decisions: Iterable[Decision]) -> Mapping[str, str]:
    """Return for each update the first of those that replace one another."""
    below: dict[str, set[str]] = {}
    for one in decisions:
        below.setdefault(one.patch.name, set()).update(one.patch.supersedes)
    found: dict[str, str] = {}
    for name in below:
        seen, root = {name}, name
        while older := sorted(other for other in below.get(root, ()) if other in below and other not in seen):
            root = older[0]
            seen.add(root)
        found[name] = root
    return found


def _history(rows: list[Decision], family: Family, *, by_updates: bool) -> History:
    """Return the history of one package."""
    key = SCHEMES[family.scheme].sort_key
    newest: list[Decision] = []
    for one in sorted(rows, key=lambda row: (row.released_at, key(row.patch.evr), row.patch.name)):
        before = newest[-1].patch if newest else None
        is_same = before and (before.name == one.patch.name if by_updates else key(before.evr) == key(one.patch.evr))
        if not is_same and (before is None or by_updates or key(one.patch.evr) > key(before.evr)):
            newest.append(one)
    last = newest[-1]
    patch = last.patch
    releases = tuple(
        Release(one.patch.name if by_updates else one.patch.evr, one.patch.advisory, one.released_at)
        for one in newest
        if one.released_at
    )
    since, at = last.since, last.released_at
    delay = since - at if since and at else timedelta(0)
    identity = f"{patch.name}.{patch.arch}" if patch.arch and not by_updates else patch.name
    return History(identity, last.rule or 0, delay, releases)
