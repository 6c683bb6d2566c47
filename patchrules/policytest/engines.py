"""One case before either engine: what came out, in one shape that cases are compared with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from patchrules.evaluation.coverage import AgeLimits, installed, reasons_unknown, says_arch, suits
from patchrules.evaluation.fleet import evaluate_fleet
from patchrules.evaluation.nouns import catalog_table, hosts_table, packages_table
from patchrules.evaluation.plain import plain
from patchrules.evaluation.rows import verdict_row
from patchrules.families import Facts, facts_of
from patchrules.model.columns import COUNTS, REJECTS
from patchrules.model.host import Inventory
from patchrules.model.names import State
from patchrules.model.patch import Catalog, Scope
from patchrules.model.verdict import HostReport
from patchrules.policytest.situation import Situation
from patchrules.reference.evaluate import evaluate
from patchrules.sources import arrow


@dataclass(frozen=True, slots=True)
class Judged:
    """What an engine says of a case: rows of ``model.columns.VERDICTS``, the summary, the host's status and doubts.

    ``lists_absent`` is False for the batch engine, which counts NOT_APPLICABLE patches without listing them. ``report``
    is the reference engine's own, which can be explained.
    """

    rows: list[dict[str, Any]]
    summary: dict[str, Any]
    status: str
    doubts: dict[str, int]
    lists_absent: bool = True
    report: HostReport | None = None


def by_reference(found: Situation, facts: Facts | None = None) -> Judged:
    """Judge a case with the reference engine; ``facts`` replace those of the family's dialect."""
    known = facts or facts_of(found.family, found.settings.dialect, found.host.product)
    table = catalog_table(found.patches)
    suit = suits(table, found.family, found.host.product, found.host.arch, known, found.host.os_build)
    speaks = found.has_catalog and suit is not False
    scope = Scope(found.family.name)
    unknown = reasons_unknown(
        product=found.host.product,
        catalogs=[Catalog(found.family.operating_system, scope, table, None)] if speaks else [],
        packages=len(installed(found.host)),
        captured_at=None,
        as_of=found.settings.as_of,
        limits=AgeLimits(),
        has_dates=True,
        has_arch=says_arch(found.host, found.family),
    )
    report = evaluate(
        found.baseline,
        found.host,
        found.patches,
        family=found.family,
        facts=known,
        settings=found.settings,
        unknown=unknown,
    )
    return Judged(
        rows=[plain(verdict_row(verdict)) for verdict in report.verdicts],
        summary=plain({**report.counts, "non_compliant_severity": report.non_compliant_severity}),
        status=str(report.status),
        doubts=dict(report.doubts),
        report=replace(report, patches=found.patches),
    )


def by_batch(found: Situation) -> Judged:
    """Judge a case with the batch engine, as a fleet of one host."""
    given, host = found.settings, found.host
    none = arrow.table(REJECTS, {}, 0)
    system, scope = found.family.operating_system, Scope(found.family.name)
    catalog = Catalog(system, scope, catalog_table(found.patches), none)
    run = evaluate_fleet(
        found.baseline,
        Inventory(hosts_table([host]), packages_table([host]), none),
        [catalog] if found.has_catalog else [],
        as_of=given.as_of,
        dialect=given.dialect,
        operation=given.operation,
        missing_date=given.missing_date,
        reboot_option=given.reboot_option,
        install_override=given.install_override,
        previous_runs={host.id: host.previous_run} if host.previous_run else {},
        rows="all",
    )
    row = run.hosts.to_pylist()[0]
    verdicts = sorted(run.verdicts.to_pylist(), key=lambda one: (one["name"], one["arch"]))
    return Judged(
        rows=[plain(one) for one in verdicts],
        summary={name: row[name] for name in (*COUNTS, "non_compliant_severity")},
        status=row["status"],
        doubts=dict(row["doubts"]),
        lists_absent=any(one["state"] == State.NOT_APPLICABLE for one in verdicts),
    )


ENGINES: Mapping[str, Callable[[Situation], Judged]] = MappingProxyType(
    {"reference": by_reference, "batch": by_batch},
)
"""The engines by name; ``both`` asks each of them."""


def apart(one: Judged, two: Judged) -> list[str]:
    """Return what the batch engine ``two`` says otherwise than the reference ``one``."""
    listed = [row for row in one.rows if two.lists_absent or row["state"] != State.NOT_APPLICABLE]
    mine, theirs = [_shared(row) for row in listed], [_shared(row) for row in two.rows]
    lines = [f"{row['id']}: only the reference engine says {_said(row)}" for row in mine if row not in theirs]
    lines += [f"{row['id']}: only the batch engine says {_said(row)}" for row in theirs if row not in mine]
    if not lines and len(mine) != len(theirs):
        lines.append(f"the reference engine gives {len(mine)} verdicts, the batch engine gives {len(theirs)}")
    pairs = {"status": (one.status, two.status), "doubts": (one.doubts, two.doubts)}
    pairs |= {name: (one.summary[name], two.summary[name]) for name in one.summary}
    return lines + [
        f"{name} is {a} by the reference engine, {b} by the batch engine" for name, (a, b) in pairs.items() if a != b
    ]


def _shared(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what both engines say of a verdict."""
    return {name: value for name, value in row.items() if name not in ("host", "held")}


def _said(row: Mapping[str, Any]) -> str:
    """Return what a row says, at a glance."""
    return f"{row['state']} {row['compliance_severity']} {row['title']}"
