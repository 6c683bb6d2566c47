"""A run as tables: what hosts, patches, groups and CVEs add up to, in the shapes of ``model.columns``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.errors import UnknownNameError
from patchrules.evaluation.run import Run, as_run
from patchrules.model.columns import COUNTS, CVES, EXPOSURES, GROUPS, LONG, PATCHES, RUN_HOSTS, UPCOMING, Column
from patchrules.model.names import ComplianceLevel, Status
from patchrules.questions import cves
from patchrules.sources import arrow

_LEVELS = pa.array(list(ComplianceLevel))
_STATES = COUNTS[:8]
_PATCH = ("family", "id", "target", "advisory", "classification", "severity")


def table(run: Run, name: str) -> pa.Table:
    """Return one table of a run: verdicts, hosts, patches, groups, cves, exposures or upcoming (``model.columns``).

    The rows of ``verdicts`` and ``hosts`` keep the run's order. NOT_APPLICABLE is a count, never a failure: its
    verdicts have an empty status. ``upcoming`` is empty too where ``run.upcoming`` is None.
    Instants are UTC. Raises UnknownNameError for another name and DocumentError PR7806 for what is no run.

    >>> import patchrules as pr
    >>> packages = {"host": ["web-1"], "name": ["bash"], "arch": ["amd64"], "evr": ["5.2.15-2"]}
    >>> fleet = pr.open_fleet(pa.table(packages), family="debian", product="Debian12")
    >>> run = pr.evaluate_fleet(pr.Registry(()), fleet, [], as_of="2026-11-01T00:00Z")
    >>> table(run, "groups").select(["patch_group", "hosts", "unknown"]).to_pylist()
    [{'patch_group': None, 'hosts': 1, 'unknown': 1}]
    """
    if name not in TABLES:
        raise UnknownNameError("table of a run", name, TABLES)
    columns, make = TABLES[name]
    return make(as_run(run)).select([column.name for column in columns]).cast(arrow.schema(columns))


def _long(run: Run) -> pa.Table:
    """Return the verdicts with their hosts."""
    place = pc.index_in(run.verdicts["host"], value_set=run.hosts["host"].combine_chunks())
    found = run.verdicts
    for name in ("family", "product", "patch_group", "baseline", "status"):
        found = found.append_column("host_status" if name == "status" else name, run.hosts[name].take(place))
    return found


def _hosts(run: Run) -> pa.Table:
    """Return a row a host."""
    return run.hosts


def _patches(run: Run) -> pa.Table:
    """Return a row a patch that some listed verdict is about."""
    found = _long(run)
    failing = pc.equal(found["status"], Status.NON_COMPLIANT.value)
    about = pc.or_(pc.or_(pc.is_valid(found["target"]), pc.is_valid(found["advisory"])), failing)
    found = found.filter(about)
    found = found.append_column("level", pc.index_in(found["compliance_severity"], value_set=_LEVELS))
    flags = {name: pc.equal(found["state"], name.upper()) for name in _STATES}
    flags["non_compliant"] = pc.equal(found["status"], Status.NON_COMPLIANT.value)
    for name, flag in flags.items():
        found = found.append_column(f"is_{name}", flag.cast(pa.int64()))
    wanted = [*((f"is_{name}", "sum") for name in flags), ("level", "max"), ("released_at", "min"), ("since", "min")]
    grouped = _renamed(found.group_by(list(_PATCH), use_threads=False).aggregate(wanted), wanted)
    grouped = grouped.append_column("compliance_severity", _LEVELS.take(grouped["level"].combine_chunks()))
    grouped = grouped.append_column("complies", pc.equal(grouped["non_compliant"], 0))
    order = [("complies", "ascending"), ("level", "descending"), ("non_compliant", "descending")]
    order += [(name, "ascending") for name in _PATCH]
    return grouped.sort_by(order)


def _groups(run: Run) -> pa.Table:
    """Return a row a patch group."""
    found = run.hosts
    statuses = {status.lower(): pc.equal(found["status"], status.value) for status in Status if status}
    for name, flag in statuses.items():
        found = found.append_column(f"is_{name}", flag.cast(pa.int64()))
    found = found.append_column("hosts", pa.array([1] * found.num_rows, pa.int64()))
    wanted = [(name, "sum") for name in ("hosts", *(f"is_{name}" for name in statuses), *COUNTS)]
    grouped = _renamed(found.group_by(["patch_group"], use_threads=False).aggregate(wanted), wanted)
    return grouped.sort_by([("patch_group", "ascending")])


def _cves(run: Run) -> pa.Table:
    """Return a row a CVE; a host counts once, as its worst package stands."""
    found: dict[str, _Cve] = {}
    for part in cves.batches(run):
        ranked = part.append_column("rank", pc.index_in(part["standing"], value_set=pa.array(cves.STANDINGS)))
        worst = ranked.group_by(["cve", "host"]).aggregate([("rank", "min")])
        for row in worst.group_by(["cve", "rank_min"]).aggregate([("host", "count")]).to_pylist():
            found.setdefault(row["cve"], _Cve()).hosts[row["rank_min"]] += row["host_count"]
        for row in (
            part.group_by(["cve", "id", "advisory", "standing", "compliance_severity"]).aggregate([]).to_pylist()
        ):
            found[row["cve"]].add(row)
    since = _since(run)
    rows = [{"cve": name, **found[name].row(since)} for name in sorted(found, key=lambda name: found[name].order(name))]
    return arrow.table(CVES, {column.name: [row[column.name] for row in rows] for column in CVES}, len(rows))


@dataclass(slots=True)
class _Cve:
    """What adds up about one CVE: hosts by standing, the gravest level where it is missing, and who names it."""

    hosts: list[int] = field(default_factory=lambda: [0] * len(cves.STANDINGS))
    level: ComplianceLevel = ComplianceLevel.UNSPECIFIED
    packages: set[str] = field(default_factory=set)
    advisories: set[str] = field(default_factory=set)

    def add(self, row: Mapping[str, Any]) -> None:
        """Count what one package says."""
        self.packages.add(row["id"])
        self.advisories |= {row["advisory"]} - {None}
        if row["standing"] == "missing":
            self.level = max(self.level, ComplianceLevel(row["compliance_severity"]), key=lambda level: level.rank)

    def order(self, name: str) -> tuple[object, ...]:
        """Sort the gravest and most missed first."""
        return (-self.level.rank, *(-count for count in self.hosts), name)

    def row(self, since: Mapping[str, Any]) -> dict[str, Any]:
        """Return it by the names of ``model.columns.CVES``."""
        dates = [since[one] for one in self.advisories if one in since]
        return {
            **dict(zip(cves.STANDINGS, self.hosts, strict=True)),
            "compliance_severity": self.level,
            "since": min(dates, default=None) if self.hosts[0] else None,
            "packages": sorted(self.packages),
            "advisories": sorted(self.advisories),
        }


def _since(run: Run) -> Mapping[str, Any]:
    """Return since when each advisory of a failing verdict is approved."""
    failing = run.verdicts.filter(pc.equal(run.verdicts["status"], Status.NON_COMPLIANT.value))
    rows = failing.group_by(["advisory"]).aggregate([("since", "min")]).to_pylist()
    return {row["advisory"]: row["since_min"] for row in rows if row["advisory"] and row["since_min"]}


def _upcoming(run: Run) -> pa.Table:
    """Return a row an upcoming approval; none where the run does not know."""
    return arrow.table(UPCOMING, {}, 0) if run.upcoming is None else run.upcoming


def _renamed(grouped: pa.Table, wanted: list[tuple[str, str]]) -> pa.Table:
    """Return aggregates under the names of their columns."""
    names = {f"{name}_{function}": name.removeprefix("is_") for name, function in wanted}
    return grouped.rename_columns([names.get(name, name) for name in grouped.column_names])


TABLES: Mapping[str, tuple[tuple[Column, ...], Callable[[Run], pa.Table]]] = MappingProxyType(
    {
        "verdicts": (LONG, _long),
        "hosts": (RUN_HOSTS, _hosts),
        "patches": (PATCHES, _patches),
        "groups": (GROUPS, _groups),
        "cves": (CVES, _cves),
        "exposures": (EXPOSURES, cves.exposures),
        "upcoming": (UPCOMING, _upcoming),
    }
)
"""The tables by name: their columns, and how they are made."""
