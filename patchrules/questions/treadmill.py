"""The treadmill: fixes that are replaced by the next one before their delay is over, so that none is ever installed.

AWS says of Windows that only the newest update is offered, whatever is approved; every repository that keeps the newest
version only has the same trap (SEMANTICS 2.5, DECISIONS 24).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from patchrules.evaluation.approvals import approvals
from patchrules.evaluation.options import settings
from patchrules.evaluation.plain import plain
from patchrules.families import facts_of, family_of
from patchrules.model.baseline import Baseline
from patchrules.model.patch import Catalog
from patchrules.questions.histories import History, Release, histories

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Treadmill:
    """Fixes of one package that never could be installed, one after the other.

    ``skipped`` are those fixes; ``until`` is when a later one could be installed, None where that is not so yet;
    ``exposed`` is the time from the first fix to then. ``anchored`` is when the delay would be over if it began at the
    first fix, and ``works`` the longest delay in days with which each of the skipped could have been installed.
    """

    id: str
    rule: int
    delay: timedelta
    skipped: tuple[Release, ...]
    until: datetime | None
    exposed: timedelta
    anchored: datetime
    works: int

    def as_dict(self) -> dict[str, Any]:
        """Return it ready for JSON; times are in days."""
        found: dict[str, Any] = plain(self)
        return found | {"delay": self.delay / _DAY, "exposed": round(self.exposed / _DAY, 1)}

    def __str__(self) -> str:
        """Return what happened and the two ways out."""
        number = len(self.skipped)
        fixes = "1 fix was" if number == 1 else f"{number:,} fixes were"
        end = f"until {self.until:%Y-%m-%d}" if self.until else "to this day"
        first = (
            f"{self.id}: {fixes} replaced within the {self.delay / _DAY:g} days of rule {self.rule}: exposed "
            f"{self.exposed / _DAY:.0f} days, since {self.skipped[0].at:%Y-%m-%d} {end}"
        )
        ways = [
            f"a delay that begins at the first fix ends {self.anchored:%Y-%m-%d}",
            f"a delay of {self.works} days works",
        ]
        return "\n".join([first, *(f"  {one}" for one in self.skipped), *(f"  way out: {way}" for way in ways)])


def treadmill(
    baseline: Baseline,
    catalog: Catalog,
    *,
    as_of: datetime | str,
    product: str | None = None,
    dialect: str = "documented",
    deb_dates: str = "ignore",
) -> tuple[Treadmill, ...]:
    """Find the packages of a catalog whose fixes come faster than the delay of the rule that selects them.

    Taken is that a repository offers the newest version only; ``catalog`` needs the history, as notices have it.
    The longest exposure comes first. Delays count from the release date of SEMANTICS 3.5;
    instants are UTC. Options and errors are those of :func:`approvals`.

    >>> from datetime import UTC
    >>> import pyarrow as pa
    >>> import patchrules as pr
    >>> days = [datetime(2026, 10, day, tzinfo=UTC) for day in (1, 5, 9)]
    >>> rows = {"name": ["bash"] * 3, "arch": ["x86_64"] * 3, "evr": ["1-1", "1-2", "1-3"], "advisory": ["A", "B", "C"]}
    >>> catalog = pr.read_catalog(pa.table(rows | {"issued": days}), family="rhel")
    >>> week = pr.ApprovalRule(approve_after_days=7)
    >>> prod = pr.Baseline("prod", pr.OperatingSystem.REDHAT_ENTERPRISE_LINUX, rules=(week,))
    >>> print(*treadmill(prod, catalog, as_of="2026-11-01T00:00Z"))
    bash.x86_64: 2 fixes were replaced within the 7 days of rule 1: exposed 15 days, since 2026-10-01 until 2026-10-16
      1-1 (A) of 2026-10-01
      1-2 (B) of 2026-10-05
      way out: a delay that begins at the first fix ends 2026-10-08
      way out: a delay of 3 days works
    """
    at = settings(as_of=as_of).as_of
    decisions = approvals(baseline, catalog, as_of=at, product=product, dialect=dialect, deb_dates=deb_dates)
    family = family_of(baseline.operating_system)
    given = settings(as_of=at, dialect=dialect, deb_dates=deb_dates)
    facts = facts_of(family, given.dialect, product, deb_dates=given.deb_dates)
    found = [one for history in histories(decisions, family, facts) for one in _of(history, at)]
    return tuple(sorted(found, key=lambda one: (-one.exposed, one.id)))


def _of(history: History, as_of: datetime) -> Iterator[Treadmill]:
    """Yield the treadmills of one package: releases in a row that the next one replaced too soon."""
    since, gaps = history.installable(history.delay, as_of), history.gaps()
    skipped = [place for place, gap in enumerate(gaps) if since[place] is None and gap <= history.delay]
    for first in (place for place in skipped if place - 1 not in skipped):
        last = next(place for place in range(first, len(gaps) + 1) if place not in skipped)
        start, until = history.releases[first].at, since[last]
        yield Treadmill(
            id=history.id,
            rule=history.rule,
            delay=history.delay,
            skipped=history.releases[first:last],
            until=until,
            exposed=(until or as_of) - start,
            anchored=start + history.delay,
            works=(min(gaps[first:last]) - timedelta(microseconds=1)) // _DAY,
        )
