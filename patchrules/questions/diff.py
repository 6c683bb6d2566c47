"""What differs between two runs: approvals, hosts, groups and patches, and what made the difference."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.errors import Diagnostic, Level
from patchrules.evaluation.coverage import AgeLimits
from patchrules.evaluation.fleet import evaluate_fleet
from patchrules.evaluation.opened import Fleet
from patchrules.evaluation.plain import stamp
from patchrules.evaluation.run import Run, as_run
from patchrules.model.baseline import Baseline, Registry
from patchrules.model.columns import COUNTS, GROUP_CHANGES, HOST_CHANGES, PATCH_CHANGES, VERDICT_CHANGES, Column
from patchrules.model.host import Inventory
from patchrules.model.names import ApprovalChange, Cause, Status
from patchrules.model.patch import Catalog
from patchrules.questions.causes import Causes, Difference, causes_of
from patchrules.questions.changes import changed, not_installed
from patchrules.sources import arrow

FAILURES = ("new-noncompliant", "lost-approval", "any")
"""What a pipeline may call a failure."""

_TURNS = {"turn_noncompliant": Status.NON_COMPLIANT, "turn_compliant": Status.COMPLIANT, "turn_unknown": Status.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two runs, without its verdicts."""

    run: Run = field(repr=False)

    @classmethod
    def of(cls, run: Run) -> Side:
        """Return what is told of a run."""
        return cls(replace(run, verdicts=run.verdicts.slice(0, 0)))

    @property
    def as_of(self) -> datetime:
        """Return the instant it judges at."""
        return self.run.settings.as_of

    def as_dict(self) -> dict[str, Any]:
        """Return its id, instant, hosts by status and sums of counts, ready for JSON."""
        run = self.run
        told = {"id": run.id, "as_of": stamp(self.as_of), "hosts": run.hosts.num_rows}
        return told | {"statuses": run.statuses(), "totals": run.totals()}

    def __str__(self) -> str:
        """Return instant, and the hosts by status."""
        statuses = self.run.statuses().items()
        told = ", ".join(f"{count:,} {name.lower().replace('_', '-')}" for name, count in statuses)
        return f"{stamp(self.as_of)}  {counted(self.run.hosts.num_rows, 'host')}: {told}"


@dataclass(frozen=True, slots=True)
class Diff:
    """What differs between two runs.

    ``verdicts`` has the columns ``model.columns.VERDICT_CHANGES``, ``hosts`` HOST_CHANGES; both hold only what differs,
    in the order of host names. ``differences`` are what the runs were made from that differs. ``rows`` is ``all`` where
    both runs list every verdict; where it is ``noncompliant``, approvals are told of what is MISSING only.
    """

    before: Side
    after: Side
    differences: tuple[Difference, ...]
    hosts: pa.Table
    verdicts: pa.Table
    rows: str
    diagnostics: tuple[Diagnostic, ...] = field(default=(), repr=False)

    def patches(self) -> pa.Table:
        """Return ``model.columns.PATCH_CHANGES``: approvals first, then by the number of hosts."""
        rows = self.verdicts
        lost = pc.equal(rows["approval_change"], ApprovalChange.LOST_APPROVAL.value)
        order = pc.if_else(lost, 0, 1)
        target = pc.if_else(lost, rows["target_before"], pc.coalesce(rows["target_after"], rows["target_before"]))
        told = pa.table(
            {name: rows[name] for name in ("id", "advisory", "approval_change", "host", "cause")}
            | {"target": target, **_more(rows), "level": _levels(rows), "order": pc.if_else(_changes(rows), order, 2)}
        )
        keys = ["order", "approval_change", "id", "target", "advisory"]
        sums = [(name, "sum") for name in ("missing", "noncompliant")]
        found = told.group_by(keys, use_threads=False).aggregate(
            [("host", "count_distinct"), *sums, ("cause", "distinct"), ("level", "distinct")]
        )
        data = {name: found[name] for name in keys[1:]}
        data |= {name: found[f"{name}_sum"] for name in ("missing", "noncompliant")}
        data |= {
            "hosts": found["host_count_distinct"],
            "cause": _united(found["cause_distinct"]),
            "level": _united(found["level_distinct"]),
            "order": found["order"],
        }
        by = [("order", "ascending"), ("hosts", "descending"), ("id", "ascending"), ("target", "ascending")]
        return _typed(PATCH_CHANGES, pa.table(data).sort_by([*by, ("advisory", "ascending")]))

    def groups(self) -> pa.Table:
        """Return ``model.columns.GROUP_CHANGES``, by the name of the group; hosts without one come last."""
        rows = self.hosts
        told = {
            "patch_group": rows["patch_group"],
            "missing": pc.subtract(rows["missing_after"], rows["missing_before"]),
        }
        told |= {name: rows[name] for name in ("newly_approved", "lost_approval")}
        told |= {name: pc.cast(turns(rows, status), pa.int64()) for name, status in _TURNS.items()}
        names = [*_TURNS, "missing", "newly_approved", "lost_approval"]
        found = pa.table(told).group_by(["patch_group"], use_threads=False)
        summed = found.aggregate([*((name, "sum") for name in names), ([], "count_all")])
        data = {name: summed[f"{name}_sum"] for name in names}
        data |= {"patch_group": summed["patch_group"], "hosts": summed["count_all"]}
        return _typed(GROUP_CHANGES, pa.table(data).sort_by("patch_group"))

    def turning(self, status: Status) -> int:
        """Return how many hosts turn to a status."""
        return _count(turns(self.hosts, status))

    def approvals(self, change: ApprovalChange) -> int:
        """Return how many approvals changed that way: distinct packages and versions."""
        found = self.patches()
        rows = found.filter(pc.equal(found["approval_change"], change.value))
        return int(rows.group_by(["id", "target"]).aggregate([]).num_rows)

    @property
    def missing(self) -> int:
        """Return how many more patches are MISSING or FAILED."""
        more = pc.subtract(self.hosts["missing_after"], self.hosts["missing_before"])
        return int(pc.sum(more).as_py() or 0)

    @property
    def is_empty(self) -> bool:
        """Return whether no verdict and no host differs."""
        return not self.hosts.num_rows and not self.verdicts.num_rows

    def fails(self, conditions: Sequence[str]) -> bool:
        """Say whether one of FAILURES holds.

        ``new-noncompliant``: a host turns NON_COMPLIANT, or was COMPLIANT or not there and is UNKNOWN.
        ``lost-approval``: an approval is lost. ``any``: anything differs.
        """
        held = {
            "new-noncompliant": bool(self.turning(Status.NON_COMPLIANT) or self.turning(Status.UNKNOWN)),
            "lost-approval": _count(pc.greater(self.hosts["lost_approval"], 0)) > 0,
            "any": not self.is_empty,
        }
        return any(held[one] for one in conditions if one in held)

    def __str__(self) -> str:
        """Return the headline."""
        if self.is_empty:
            return "nothing differs"
        moved = _count(pc.not_equal(self.hosts["missing_after"], self.hosts["missing_before"]))
        parts = [f"MISSING {self.missing:+,} on {counted(moved, 'host')}" if moved else "MISSING as before"]
        for status in (Status.NON_COMPLIANT, Status.COMPLIANT, Status.UNKNOWN):
            number = self.turning(status)
            turn = "turns" if number == 1 else "turn"
            parts += [f"{counted(number, 'host')} {turn} {status}"] if number else []
        new, lost = (self.approvals(one) for one in (ApprovalChange.NEWLY_APPROVED, ApprovalChange.LOST_APPROVAL))
        parts += [f"{counted(new, 'patch', 'patches')} newly approved"] if new else []
        known = "" if self.rows == "all" else " of what was missing"
        parts += [f"{counted(lost, 'approval')} lost{known}" if lost else f"no approval{known} lost"]
        return " · ".join(parts)


def diff(before: Run, after: Run) -> Diff:
    """Say what differs between two runs, and what made the difference.

    Runs may differ in baselines, in which baseline serves whom, in catalogs, inventories, as-of instants, settings and
    the version of patchrules. O(verdicts) in Arrow, O(distinct versions and baselines) in Python; instants are UTC.

    A patch whose approval changed is told for the hosts that have its package: what no host has installed is counted in
    NOT_APPLICABLE and not listed, but for Windows. Where a run lists only what does not comply (``rows``), only that is
    compared: lost approvals of installed packages are not seen, and PR7811 says so where inventories differ.

    Raises DocumentError PR7806 for what is no run, as the folder of a saved one.

    >>> import patchrules as pr
    >>> rows = {"host": ["web-1"], "name": ["bash"], "arch": ["amd64"], "evr": ["5.2.15-2"]}
    >>> fleet = pr.open_fleet(pa.table(rows), family="debian", product="Debian12")
    >>> prod = pr.predefined("AWS-DebianDefaultPatchBaseline")
    >>> run = pr.evaluate_fleet(prod, fleet, [], as_of="2026-11-01T00:00Z")
    >>> print(diff(run, run))
    nothing differs
    """
    before, after = as_run(before, "before"), as_run(after, "after")
    causes = causes_of(before, after)
    told = changed(before, after, causes)
    rows = "all" if before.rows == after.rows == "all" else "noncompliant"
    return Diff(
        before=Side.of(before),
        after=Side.of(after),
        differences=causes.differences,
        hosts=_hosts(before, after, told, causes),
        verdicts=_typed(VERDICT_CHANGES, told),
        rows=rows,
        diagnostics=_doubts(rows, causes),
    )


def what_if(
    fleet: Inventory | Fleet,
    catalogs: Catalog | Sequence[Catalog],
    *,
    before: Baseline | Registry,
    after: Baseline | Registry,
    as_of: datetime | str,
    rows: str = "all",
    limits: AgeLimits | None = None,
    **options: Any,  # noqa: ANN401  the options of evaluate_fleet
) -> Diff:
    """Say what another policy would change on a fleet: :func:`diff` of two runs on the same data.

    ``rows`` is ``all`` or ``noncompliant``: the second needs memory for what does not comply only, and tells approvals
    of what is MISSING only. ``as_of`` and other options are those of :func:`evaluate_fleet`, and so are errors.

    >>> import patchrules as pr
    >>> rows = {"host": ["web-1"], "name": ["bash"], "arch": ["amd64"], "evr": ["5.2.15-2"]}
    >>> fleet = pr.open_fleet(pa.table(rows), family="debian", product="Debian12")
    >>> prod = pr.predefined("AWS-DebianDefaultPatchBaseline")
    >>> print(what_if(fleet, [], before=prod, after=prod.with_rule(1, approve_after_days=3), as_of="2026-11-01T00:00Z"))
    nothing differs
    """
    one, other = (
        evaluate_fleet(policy, fleet, catalogs, as_of=as_of, rows=rows, limits=limits, **options)
        for policy in (before, after)
    )
    return diff(one, other)


def turns(hosts: pa.Table, status: Status) -> pa.ChunkedArray:
    """Say which hosts turn to a status.

    A host that was NON_COMPLIANT and is UNKNOWN turns to neither: nobody knows whether it got better.
    """
    before, after = pc.fill_null(hosts["status_before"], ""), pc.fill_null(hosts["status_after"], "")
    found = pc.and_(pc.equal(after, status.value), pc.not_equal(before, status.value))
    if status is Status.UNKNOWN:
        return pc.and_(found, pc.not_equal(before, Status.NON_COMPLIANT.value))
    return found


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number of things.

    >>> counted(1, "host"), counted(2000, "patch", "patches")
    ('1 host', '2,000 patches')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def _hosts(before: Run, after: Run, told: pa.Table, causes: Causes) -> pa.Table:
    """Return ``model.columns.HOST_CHANGES``: hosts whose status, counts, baseline or any verdict differ."""
    both = pa.chunked_array([*before.hosts["host"].chunks, *after.hosts["host"].chunks], pa.string())
    names = pc.unique(both)
    names = names.take(pc.array_sort_indices(names))
    sides = [
        run.hosts.take(pc.index_in(names, value_set=run.hosts["host"].combine_chunks())) for run in (before, after)
    ]
    there, here = sides
    per_host = _per_host(told, names)
    data: dict[str, Any] = {"host": pa.chunked_array([names]), "unknown_after": here["unknown"]}
    data["patch_group"] = pc.coalesce(here["patch_group"], there["patch_group"])
    for side, rows in zip(("before", "after"), sides, strict=True):
        data |= {f"{name}_{side}": rows[name] for name in ("baseline", "status")}
        missing = [pc.fill_null(rows[name], 0) for name in ("missing", "failed")]
        data[f"missing_{side}"] = pc.add(*missing)
    data |= {name: per_host[name] for name in ("newly_approved", "lost_approval")}
    possible = causes.of_hosts(data["host"])
    one_sided = pc.or_(pc.is_null(data["status_before"]), pc.is_null(data["status_after"]))
    data["cause"] = pc.if_else(one_sided, Cause.INVENTORY.value, pc.coalesce(per_host["cause"], possible))
    compared = ("status", "baseline", "baseline_id", *COUNTS)
    texts = [[pc.fill_null(pc.cast(rows[name], pa.string()), "") for rows in sides] for name in compared]
    unequal = [pc.not_equal(*pair) for pair in texts]
    differs = functools.reduce(pc.or_, [*unequal, one_sided, pc.is_valid(per_host["cause"])])
    return _typed(HOST_CHANGES, pa.table(data)).filter(differs)


def _per_host(told: pa.Table, names: pa.Array) -> pa.Table:
    """Return what the changed verdicts of each host add up to; ``cause`` is null where there are none."""
    kinds = {"newly_approved": ApprovalChange.NEWLY_APPROVED, "lost_approval": ApprovalChange.LOST_APPROVAL}
    data = {"host": told["host"], "cause": told["cause"]}
    data |= {name: pc.cast(pc.equal(told["approval_change"], kind.value), pa.int64()) for name, kind in kinds.items()}
    found = pa.table(data).group_by(["host"], use_threads=False)
    summed = found.aggregate([*((name, "sum") for name in kinds), ("cause", "distinct")])
    rows = summed.take(pc.index_in(names, value_set=summed["host"].combine_chunks()))
    columns = {name: pc.fill_null(rows[f"{name}_sum"], 0) for name in kinds}
    return pa.table(columns | {"cause": _united(rows["cause_distinct"])})


def _united(causes: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return lists of causes as texts, sorted. O(distinct lists) in Python."""
    text = pc.binary_join(causes, "\n").combine_chunks().dictionary_encode()
    words = [", ".join(sorted(filter(None, one.split("\n")))) for one in text.dictionary.to_pylist()]
    return pa.chunked_array([pa.array(words, pa.string()).take(text.indices)])


def _levels(rows: pa.Table) -> pa.ChunkedArray:
    """Return how the compliance level of each verdict changed; empty where it did not, or there was none."""
    before, after = rows["level_before"], rows["level_after"]
    change = pc.binary_join_element_wise(before, after, " → ")
    return pc.if_else(pc.fill_null(pc.not_equal(before, after), False), change, "")


def _changes(rows: pa.Table) -> pa.ChunkedArray:
    """Say which rows are changes of an approval."""
    return pc.not_equal(rows["approval_change"], ApprovalChange.NONE.value)


def _more(rows: pa.Table) -> dict[str, pa.ChunkedArray]:
    """Return 1 where a patch has come to be missing, or not to comply; -1 where it was and is not, else 0."""
    sides = ("after", "before")
    missing = [not_installed(rows[f"state_{side}"]) for side in sides]
    failing = [pc.fill_null(pc.equal(rows[f"status_{side}"], Status.NON_COMPLIANT.value), False) for side in sides]
    pairs = {"missing": missing, "noncompliant": failing}
    return {name: pc.subtract(*(pc.cast(flag, pa.int64()) for flag in pair)) for name, pair in pairs.items()}


def _doubts(rows: str, causes: Causes) -> tuple[Diagnostic, ...]:
    """Return what the answer does not know."""
    if rows == "all" or Cause.INVENTORY not in causes.of_run:
        return ()
    message = (
        "a run lists only what does not comply, and the inventories differ: "
        "approvals are told only where both runs list the package"
    )
    return (Diagnostic("PR7811", Level.WARNING, message, hint="evaluate without --only-noncompliant"),)


def _count(flags: pa.ChunkedArray) -> int:
    """Return how many are true."""
    return int(pc.sum(flags).as_py() or 0)


def _typed(columns: Sequence[Column], rows: pa.Table) -> pa.Table:
    """Return the declared columns, in their order and types."""
    return rows.select([column.name for column in columns]).cast(arrow.schema(columns))
