"""What becomes approved when, and what it does to the hosts: a calendar of the days on which anything changes.

A verdict changes with time only where a date plus a delay lies in the time asked about. These change points come from
the catalogs (and the build dates of packages that no notice names); the fleet is judged once, and after that only the
packages of those names are judged again, on those days.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.errors import Diagnostic
from patchrules.evaluation.coverage import AgeLimits
from patchrules.evaluation.fleet import evaluate_fleet
from patchrules.evaluation.opened import Fleet, in_memory
from patchrules.evaluation.options import settings
from patchrules.evaluation.plain import plain
from patchrules.evaluation.profiles import registry_of
from patchrules.evaluation.run import Run
from patchrules.model.baseline import Baseline, Registry
from patchrules.model.host import Inventory
from patchrules.model.loaded import as_catalogs, as_policy
from patchrules.model.names import ApprovalChange, Dialect, Status, Unknown
from patchrules.model.patch import Catalog
from patchrules.questions.causes import causes_of
from patchrules.questions.changes import changed, not_installed
from patchrules.questions.covered import check_covered
from patchrules.questions.diff import counted
from patchrules.questions.moving import Moving, moving, part_of

LONGEST = 400
"""The most days that are looked ahead: a delay is at most 360."""

_DAY = timedelta(days=1)
_AGED = frozenset({Unknown.STALE_CATALOG.value, Unknown.STALE_INVENTORY.value, Unknown.LATER_INVENTORY.value})
"""Why hosts are UNKNOWN by the limits on age, which the days alone change."""


@dataclass(frozen=True, slots=True)
class ForecastPatch:
    """A version that becomes approved: since when, at which level, on which hosts it is then MISSING.

    ``reboot`` says that its notice suggests a reboot.
    """

    id: str
    target: str
    advisory: str | None
    level: str
    since: datetime | None
    hosts: tuple[str, ...]
    reboot: bool

    def __str__(self) -> str:
        """Return one line."""
        reboot = ", with a reboot" if self.reboot else ""
        notice = self.advisory or "no advisory"
        return f"{self.id} {self.target} ({notice}, {self.level}): {counted(len(self.hosts), 'host')}{reboot}"


@dataclass(frozen=True, slots=True)
class ForecastDay:
    """What changes on one UTC day, up to ``until``: hosts by name, sorted.

    ``hosts`` are those on which a patch becomes MISSING, ``reboots`` those that need a reboot for one of them, and
    ``noncompliant``, ``compliant`` and ``unknown`` those that turn so.
    """

    day: date
    until: datetime
    patches: tuple[ForecastPatch, ...]
    hosts: tuple[str, ...]
    reboots: tuple[str, ...]
    noncompliant: tuple[str, ...]
    compliant: tuple[str, ...]
    unknown: tuple[str, ...]
    missing: int

    def __str__(self) -> str:
        """Return one line."""
        approved = counted(len(self.patches), "patch", "patches")
        parts = [f"{self.day}: {approved} approved", f"MISSING {self.missing:+,} on {counted(len(self.hosts), 'host')}"]
        parts += [f"{counted(len(self.reboots), 'host')} to reboot"] if self.reboots else []
        turned = (("NON_COMPLIANT", self.noncompliant), ("COMPLIANT", self.compliant), ("UNKNOWN", self.unknown))
        parts += [f"{counted(len(names), 'host')} to turn {status}" for status, names in turned if names]
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Forecast:
    """The days on which anything changes, from ``as_of`` to ``until``; both are UTC."""

    as_of: datetime
    until: datetime
    days: tuple[ForecastDay, ...]
    diagnostics: tuple[Diagnostic, ...] = field(default=(), repr=False)

    def as_dict(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        found: dict[str, Any] = plain(replace(self, diagnostics=()))
        return {name: value for name, value in found.items() if name != "diagnostics"}

    def __str__(self) -> str:
        """Return a line a day."""
        span = f"{self.as_of:%Y-%m-%d %H:%MZ} to {self.until:%Y-%m-%d %H:%MZ}"
        return "\n".join([f"{span}: {counted(len(self.days), 'day')} with changes", *map(str, self.days)])


def forecast(
    policy: Baseline | Registry,
    fleet: Inventory | Fleet,
    catalogs: Catalog | Sequence[Catalog],
    *,
    as_of: datetime | str,
    days: int = 30,
    limits: AgeLimits | None = None,
    dialect: str = "documented",
    missing_date: str = "approve",
    deb_dates: str = "ignore",
) -> Forecast:
    """Say what becomes approved in the ``days`` after ``as_of``, from what the catalogs know today.

    A day is a UTC day; what it says is the difference between judging at its start and at the start of the next, but
    not before ``as_of`` and not after ``as_of`` plus ``days``. Patches are told for hosts that have their package.
    Nothing is assumed to be installed meanwhile, and what vendors will release nobody knows. Options and errors are
    those of :func:`evaluate_fleet`; CatalogError PR3802 where no catalog speaks for any of the hosts (of some: a
    diagnostic), ValueError for ``days`` outside 1-400. Cost: one evaluation, and one a day with
    changes of the packages that change; in the dialect ``agent`` every day of everything.

    >>> import patchrules as pr
    >>> fleet = pr.open_fleet("data/inventories/fleet/web-2.tsv", family="rhel", product="RedhatEnterpriseLinux9.8")
    >>> catalog = pr.read_catalog("data/catalogs/rhel9", family="rhel")
    >>> prod = pr.load_baseline("data/baselines/demo/prod-rhel9.json")
    >>> print(forecast(prod, fleet, catalog, as_of="2026-11-01T00:00Z", days=7))
    2026-11-01 00:00Z to 2026-11-08 00:00Z: 2 days with changes
    2026-11-03: 1 patch approved, MISSING +1 on 1 host
    2026-11-04: 1 patch approved, MISSING +1 on 1 host
    """
    if not 1 <= days <= LONGEST:
        message = f"`{days}` is not a number of days from 1 to {LONGEST}"
        raise ValueError(message)
    start, scoped = settings(as_of=as_of).as_of, as_catalogs(catalogs)
    given: dict[str, Any] = {"dialect": dialect, "missing_date": missing_date, "deb_dates": deb_dates, "limits": limits}
    inventory = in_memory(fleet)
    registry, until = registry_of(as_policy(policy), inventory), start + days * _DAY
    base = evaluate_fleet(registry, inventory, scoped, as_of=start, **given)
    lacking = check_covered(base, scoped)
    delays = {rule.delay for one in base.baselines for rule in one.rules}
    parts = moving(inventory, scoped, delays, start, until)
    ages = limits not in (None, AgeLimits())
    every_day = ages or base.settings.dialect is not Dialect.DOCUMENTED
    part, known = part_of(inventory, scoped, parts, base.settings.dialect, all_hosts=ages)
    standing, found = _Standing.of(base), []
    before = evaluate_fleet(registry, part, known, as_of=start, rows="all", **given)
    for begin, end in _spans(start, until):
        if every_day or parts.between(begin, end):
            after = evaluate_fleet(registry, part, known, as_of=end, rows="all", **given)
            found.append(_day(before, after, standing, parts))
            before = after
    told = tuple(day for day in found if day.patches or day.missing or day.noncompliant or day.compliant or day.unknown)
    return Forecast(start, until, told, (*lacking, *base.diagnostics))


@dataclass(slots=True)
class _Standing:
    """How many verdicts of each host do not comply, and why it is UNKNOWN, as the days go by."""

    failing: Counter[str]
    unknown: dict[str, frozenset[str]]
    aged: dict[str, frozenset[str]]

    @classmethod
    def of(cls, run: Run) -> _Standing:
        """Return where the hosts of a run stand that lists what does not comply."""
        rows = run.hosts.select(["host", "unknown"]).to_pylist()
        failing = {row["values"]: row["counts"] for row in pc.value_counts(run.verdicts["host"]).to_pylist()}
        unknown = {row["host"]: frozenset(row["unknown"] or ()) for row in rows}
        aged = {host: why & _AGED for host, why in unknown.items()}
        return cls(Counter(failing), {host: why - _AGED for host, why in unknown.items()}, aged)

    def status(self, host: str) -> Status:
        """Return the status of a host now."""
        if self.unknown[host] or self.aged[host]:
            return Status.UNKNOWN
        return Status.NON_COMPLIANT if self.failing[host] else Status.COMPLIANT

    def moved(self, failing: Mapping[str, int], run: Run) -> Iterator[tuple[str, Status, Status]]:
        """Take the changes of a day; yield host, status before and status after, of hosts whose status changes."""
        rows = run.hosts.select(["host", "unknown"]).to_pylist() if run.limits != AgeLimits() else []
        aged = {row["host"]: frozenset(row["unknown"] or ()) & _AGED for row in rows}
        touched = failing.keys() | {host for host, why in aged.items() if why != self.aged[host]}
        before = {host: self.status(host) for host in touched}
        self.failing.update(failing)
        self.aged.update(aged)
        yield from (
            (host, before[host], self.status(host)) for host in sorted(touched) if before[host] is not self.status(host)
        )


def _spans(start: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the days between two instants, the first and last of which may be cut short."""
    begin = start
    while begin < until:
        end = min(until, datetime.combine(begin.date() + _DAY, time(), UTC))
        yield begin, end
        begin = end


def _day(before: Run, after: Run, standing: _Standing, parts: Moving) -> ForecastDay:
    """Return what differs between the start and the end of a day."""
    told, end = changed(before, after, causes_of(before, after)), after.settings.as_of
    patches = tuple(_patches(told, parts))
    fails = [
        pc.fill_null(pc.equal(told[f"status_{side}"], Status.NON_COMPLIANT.value), False)
        for side in ("after", "before")
    ]
    lacks = [not_installed(told[f"state_{side}"]) for side in ("after", "before")]
    missing, failing = (pc.subtract(*(pc.cast(one, pa.int64()) for one in pair)) for pair in (lacks, fails))
    by_host = pa.table({"host": told["host"], "failing": failing}).group_by("host").aggregate([("failing", "sum")])
    counts = dict(zip(by_host["host"].to_pylist(), by_host["failing_sum"].to_pylist(), strict=True))
    turns = list(standing.moved(counts, after))
    new = pc.unique(told["host"].filter(pc.greater(missing, 0))).to_pylist()
    return ForecastDay(
        day=(end - timedelta(microseconds=1)).date(),
        until=end,
        patches=patches,
        hosts=tuple(sorted(new)),
        reboots=tuple(sorted({host for one in patches if one.reboot for host in one.hosts})),
        noncompliant=tuple(host for host, _, to in turns if to is Status.NON_COMPLIANT),
        compliant=tuple(host for host, _, to in turns if to is Status.COMPLIANT),
        unknown=tuple(host for host, _, to in turns if to is Status.UNKNOWN),
        missing=pc.sum(missing).as_py() or 0,
    )


def _patches(told: pa.Table, parts: Moving) -> Iterator[ForecastPatch]:
    """Yield what becomes approved, by id and version."""
    rows = told.filter(pc.equal(told["approval_change"], ApprovalChange.NEWLY_APPROVED.value))
    host = pc.if_else(not_installed(rows["state_after"]), rows["host"], pa.scalar(None, pa.string()))
    keys = ["id", "target_after", "advisory", "level_after", "since_after"]
    found = (
        pa.table({**{name: rows[name] for name in keys}, "host": host}).group_by(keys).aggregate([("host", "distinct")])
    )
    for row in found.sort_by([(name, "ascending") for name in keys]).to_pylist():
        yield ForecastPatch(
            id=row["id"],
            target=row["target_after"],
            advisory=row["advisory"],
            level=row["level_after"],
            since=row["since_after"],
            hosts=tuple(sorted(name for name in row["host_distinct"] if name is not None)),
            reboot=(row["id"], row["advisory"]) in parts.reboots,
        )
