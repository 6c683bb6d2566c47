"""What a row of runs says that one run cannot: the trend, how long patches took, who had a CVE from when to when.

Time passes only from run to run: what is found in order was put right at some instant since the run before, so every
duration is an upper bound. A host that a run does not have, or cannot judge, changes nothing: its spells stay open.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.errors import DocumentError
from patchrules.evaluation.run import Run, no_run
from patchrules.evaluation.saved import load_run, saved_runs
from patchrules.model.columns import EXPOSED, SPELLS
from patchrules.model.loaded import shown
from patchrules.model.names import ComplianceLevel, Status
from patchrules.questions import cves
from patchrules.questions.wording import counted, when
from patchrules.sources import arrow

Runs: TypeAlias = "str | os.PathLike[str] | Sequence[Run]"
"""A folder of saved runs, or runs."""

_NAMES = tuple(column.name for column in SPELLS)
_LEVELS = pa.array(list(ComplianceLevel))
_BY = "\x1f"
_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]+", re.IGNORECASE)
_SHARES = (0.5, 0.9, 0.95)


@dataclass(frozen=True, slots=True)
class Point:
    """What one run found: its id, instant, hosts by status and the number of missing patches."""

    run: str
    as_of: datetime
    hosts: int
    compliant: int
    non_compliant: int
    unknown: int
    missing: int


@dataclass(frozen=True, slots=True)
class Patching:
    """How long patches of one part took: ``by`` says which kind of part, ``name`` which.

    ``ended`` spells were put right, half of them within ``p50`` days, 90 % within ``p90``, 95 % within ``p95``; None
    where none was. ``open`` ones still wait, and are in no percentile.
    """

    by: str
    name: str | None
    ended: int
    open: int
    p50: int | None
    p90: int | None
    p95: int | None


@dataclass(frozen=True, slots=True)
class History:
    """The trend over the runs, the earliest first, and ``spells`` with ``model.columns.SPELLS``."""

    trend: tuple[Point, ...]
    spells: pa.Table

    def patching(self) -> tuple[Patching, ...]:
        """Return how long patches took: all, by level (the gravest first) and by patch group."""
        found = [_patching("all", None, self.spells)]
        for level in reversed(ComplianceLevel):
            part = self.spells.filter(pc.equal(self.spells["compliance_severity"], level.value))
            found += [_patching("level", level.value, part)] if part.num_rows else []
        groups = sorted(set(self.spells["patch_group"].to_pylist()), key=lambda name: (name is None, name or ""))
        for group in groups:
            same = (
                pc.is_null(self.spells["patch_group"]) if group is None else _equal(self.spells["patch_group"], group)
            )
            found.append(_patching("group", group, self.spells.filter(same)))
        return tuple(found)

    def __str__(self) -> str:
        """Return the trend and how long patches took, line by line."""
        lines = [counted(len(self.trend), "run")]
        for one in self.trend:
            share = f"{100 * one.compliant / one.hosts:.1f} %" if one.hosts else "-"
            told = f"{one.compliant:,} of {counted(one.hosts, 'host')} comply"
            lines.append(f"  {when(one.as_of)}  {share:>7}  {told}, {one.missing:,} missing")
        for each in self.patching():
            name = (
                "every patch" if each.by == "all" else f"{each.by} {each.name if each.name is not None else '(none)'}"
            )
            days = f"half within {each.p50} days, 90 % within {each.p90}" if each.ended else "none was put right"
            lines.append(f"  {name}: {each.ended:,} put right ({days}), {each.open:,} open")
        return "\n".join(lines)


def history(runs: Runs) -> History:
    """Return what several runs of one fleet say together; a folder's runs are read one at a time.

    Instants are UTC, durations whole days. O(verdicts that fail) in Arrow a run; memory is that of one run and the
    spells. Raises DocumentError PR7804 for a folder without a saved run, PR7806 for what are no runs, and what
    :func:`load_run` raises.

    >>> import patchrules as pr
    >>> packages = {"host": ["web-1"], "name": ["bash"], "arch": ["amd64"], "evr": ["5.2.15-2"]}
    >>> fleet = pr.open_fleet(pa.table(packages), family="debian", product="Debian12")
    >>> days = ("2026-11-01T00:00Z", "2026-11-08T00:00Z")
    >>> print(history([pr.evaluate_fleet(pr.Registry(()), fleet, [], as_of=day) for day in days]))
    2 runs
      2026-11-01 00:00Z    0.0 %  0 of 1 host comply, 0 missing
      2026-11-08 00:00Z    0.0 %  0 of 1 host comply, 0 missing
      every patch: 0 put right (none was put right), 0 open
    """
    trend: list[Point] = []
    ended: list[pa.Table] = []
    open_spells = _none()
    for run in _in_order(runs):
        trend.append(_point(run))
        open_spells, over = _step(open_spells, run)
        ended.append(over)
    spells = pa.concat_tables([*ended, open_spells]).select(list(_NAMES)).cast(arrow.schema(SPELLS))
    order = [("host", "ascending"), ("id", "ascending"), ("first_seen", "ascending")]
    return History(tuple(trend), spells.sort_by(order))


def exposed(runs: Runs, cve: str) -> pa.Table:
    """Return ``model.columns.EXPOSED``: which hosts had a CVE, from which run to which.

    Only packages that runs list, and catalogs that name CVEs, can tell (see ``questions.cves``). A host that a later
    run cannot judge has it still. Raises as :func:`history`, and DocumentError PR7806 for what is no id of a CVE and
    stands in no run.

    >>> exposed([], "CVE-2026-1").num_rows
    0
    """
    there: dict[str, dict[str, Any]] = {}
    over: list[dict[str, Any]] = []
    for run in _in_order(runs):
        instant, found = run.settings.as_of, _standing(run, cve)
        for host, (standing, packages) in found.items():
            row = there.setdefault(host, {"host": host, "first_seen": instant, "standing": standing, "packages": set()})
            row["packages"] |= packages
            row["standing"] = min(row["standing"], standing, key=cves.STANDINGS.index)
            row["last_seen"] = instant
        well = [host for host in _judged(run).to_pylist() if host in there and host not in found]
        over += [there.pop(host) | {"ended": instant} for host in well]
    rows = [{"cve": cve, "ended": None, **row, "packages": sorted(row["packages"])} for row in [*over, *there.values()]]
    if not rows:
        _check_cve(cve)
    rows.sort(key=lambda row: (row["first_seen"], row["host"]))
    return arrow.table(EXPOSED, {column.name: [row[column.name] for row in rows] for column in EXPOSED}, len(rows))


def _check_cve(asked: object) -> None:
    """Raise DocumentError PR7806 for what is no id of a CVE; those of other vulnerabilities are known by their runs."""
    if not isinstance(asked, str) or not _CVE.fullmatch(asked):
        message = f"`cve` is {shown(asked)}, wanted the id of a CVE"
        raise DocumentError(message, code="PR7806", hint="write it as in CVE-2026-10201")


def _in_order(runs: Runs) -> Iterable[Run]:
    """Return runs, the earliest first."""
    if isinstance(runs, str | os.PathLike):
        return (load_run(place) for place in saved_runs(runs))
    if not isinstance(runs, Iterable):
        raise no_run(f"`runs` is {shown(runs)}", "runs or the folder that they were saved in")
    found = list(runs)
    for one in found:
        if not isinstance(one, Run):
            raise no_run(f"`runs` has {shown(one)}", "runs")
    return sorted(found, key=lambda run: run.settings.as_of)


def _point(run: Run) -> Point:
    """Return what a run adds to the trend."""
    statuses = run.statuses()
    return Point(
        run=run.id,
        as_of=run.settings.as_of,
        hosts=run.hosts.num_rows,
        compliant=statuses[Status.COMPLIANT],
        non_compliant=statuses[Status.NON_COMPLIANT],
        unknown=statuses[Status.UNKNOWN],
        missing=run.totals()["missing"],
    )


def _step(spells: pa.Table, run: Run) -> tuple[pa.Table, pa.Table]:
    """Return the open spells after a run, and those that it ends."""
    failing = _failing(run)
    at = pc.index_in(spells["key"], value_set=failing["key"].combine_chunks())
    still, before = pc.is_valid(at), pc.is_in(failing["key"], value_set=spells["key"].combine_chunks())
    judged = pc.is_in(spells["host"], value_set=_judged(run).combine_chunks())
    kept = _continued(spells.filter(still), failing.take(at.filter(still)))
    unseen = spells.filter(pc.and_not(pc.invert(still), judged))
    over = _ended(spells.filter(pc.and_(pc.invert(still), judged)), run)
    return pa.concat_tables([kept, unseen, failing.filter(pc.invert(before))]), over


def _failing(run: Run) -> pa.Table:
    """Return what does not comply in a run as spells that begin, a package of a host once."""
    rows = run.verdicts.filter(_equal(run.verdicts["status"], Status.NON_COMPLIANT.value))
    place = pc.index_in(rows["host"], value_set=run.hosts["host"].combine_chunks())
    columns = {name: rows[name] for name in ("host", "id", "compliance_severity", "advisory", "installed", "since")}
    columns["patch_group"] = run.hosts["patch_group"].take(place)
    instant = pa.repeat(pa.scalar(run.settings.as_of, arrow.INSTANT), rows.num_rows)
    columns |= {"first_seen": instant, "last_seen": instant, "outcome": pa.repeat("open", rows.num_rows)}
    columns |= {"ended": pa.nulls(rows.num_rows, arrow.INSTANT), "days": pa.nulls(rows.num_rows, pa.int64())}
    columns["key"] = _key(rows)
    return pa.table({name: columns[name] for name in _none().column_names}).cast(_none().schema)


def _continued(spells: pa.Table, now: pa.Table) -> pa.Table:
    """Return spells that go on: the gravest level, the earliest approval, the rest as it is now."""
    ranks = [pc.index_in(each["compliance_severity"], value_set=_LEVELS) for each in (spells, now)]
    kept = {
        "compliance_severity": _LEVELS.take(pc.max_element_wise(*ranks)),
        "since": _earliest(spells["since"], now["since"]),
        "first_seen": spells["first_seen"],
    }
    return pa.table({name: kept.get(name, now[name]) for name in now.column_names}).cast(spells.schema)


def _earliest(one: pa.ChunkedArray, other: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the earlier of two instants each; the other where one is absent."""
    return pc.if_else(pc.fill_null(pc.less(one, other), pc.is_null(other)), one, other)


def _ended(spells: pa.Table, run: Run) -> pa.Table:
    """Return spells that a run found in order: how they ended, and after how many days at most."""
    place = pc.index_in(spells["key"], value_set=_key(run.verdicts).combine_chunks())
    installed = run.verdicts["installed"].take(place)
    same = pc.fill_null(pc.equal(installed, spells["installed"]), False)
    absent = "unlisted" if run.rows != "all" else "removed"
    outcome = pc.if_else(pc.is_null(place), absent, pc.if_else(same, "unwanted", "fixed"))
    instant = pa.scalar(run.settings.as_of, arrow.INSTANT)
    begun = pc.coalesce(spells["since"], spells["first_seen"])
    days = pc.divide(pc.microseconds_between(begun, instant), 86_400_000_000)
    ended = pa.repeat(instant, spells.num_rows)
    new = {"ended": ended, "outcome": outcome, "days": days}
    return pa.table({name: new.get(name, spells[name]) for name in spells.column_names}).cast(spells.schema)


def _patching(by: str, name: str | None, spells: pa.Table) -> Patching:
    """Return how long the patches of one part took."""
    ended = spells.filter(pc.is_in(spells["outcome"], value_set=pa.array(["fixed", "unlisted"])))
    waiting = pc.sum(_equal(spells["outcome"], "open")).as_py() or 0
    shares: Sequence[int | None] = (None, None, None)
    if ended.num_rows:
        shares = [int(each) for each in pc.quantile(ended["days"], q=list(_SHARES), interpolation="higher").to_pylist()]
    return Patching(by, name, ended.num_rows, waiting, *shares)


def _standing(run: Run, cve: str) -> dict[str, tuple[str, set[str]]]:
    """Return the hosts that have a CVE, how it stands at worst and in which packages."""
    found: dict[str, tuple[str, set[str]]] = {}
    for row in _rows(cves.batches(run, cve)):
        if row["standing"] != "fixed":
            standing, packages = found.get(row["host"], (row["standing"], set()))
            worst = min(standing, row["standing"], key=cves.STANDINGS.index)
            found[row["host"]] = (worst, packages | {row["id"]})
    return found


def _rows(parts: Iterable[pa.Table]) -> Iterator[dict[str, Any]]:
    """Yield the rows of tables."""
    for part in parts:
        yield from part.to_pylist()


def _judged(run: Run) -> pa.ChunkedArray:
    """Return the hosts that a run could judge."""
    return run.hosts["host"].filter(pc.not_equal(run.hosts["status"], Status.UNKNOWN.value))


def _key(rows: pa.Table) -> pa.ChunkedArray:
    """Return what tells a package of a host from every other."""
    return pc.binary_join_element_wise(rows["host"], rows["id"], _BY)


def _equal(column: pa.ChunkedArray, text: str) -> pa.ChunkedArray:
    """Return where a column has a text; null is none."""
    return pc.fill_null(pc.equal(column, text), False)


def _none() -> pa.Table:
    """Return no spells."""
    return arrow.table(SPELLS, {}, 0).append_column("key", pa.array([], pa.string()))
