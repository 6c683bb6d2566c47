"""Both engines behind one signature and in one plain shape, so that a test can hold them to the same words."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from patchrules.batch.compiled import compiled, offer
from patchrules.batch.evaluate import Evaluation
from patchrules.batch.listing import Unwritten
from patchrules.batch.packages import PackageNumbers
from patchrules.batch.pending import memory_of
from patchrules.batch.portions import portions
from patchrules.batch.rows import coded
from patchrules.batch.summaries import hosts_summary
from patchrules.evaluation.fleet import evaluate_fleet
from patchrules.evaluation.host import evaluate
from patchrules.evaluation.nouns import catalog_table, hosts_table, packages_table
from patchrules.families import facts_of, family_named, family_of
from patchrules.model.baseline import Baseline
from patchrules.model.columns import COUNTS, REJECTS, VERDICTS
from patchrules.model.host import Host, Inventory
from patchrules.model.names import State
from patchrules.model.patch import Catalog, Patch, Scope
from patchrules.model.previous_run import PreviousRun
from patchrules.model.verdict import HostReport, Settings, Verdict
from patchrules.reference.evaluate import evaluate as judged
from patchrules.sources import arrow

Plain = dict[str, Any]
"""One host's result without types of ours: status, unknown, counts, non_compliant_severity, doubts, rows."""

Engine = Callable[..., dict[str, Plain]]

_SHOWN = tuple(column.name for column in VERDICTS if column.name != "host")


def by_reference(
    baseline: Baseline,
    hosts: Sequence[Host],
    patches: Sequence[Patch],
    **options: Any,
) -> dict[str, Plain]:
    """Judge each host with the reference engine; options as :func:`patchrules.evaluate`.

    ``rows`` are those of ``model.columns.VERDICTS`` without the host, by name and architecture; NOT_APPLICABLE is
    counted only (DECISIONS 16).
    """
    catalog = catalog_of(baseline, hosts, patches)
    return {host.id: _report(evaluate(baseline, host, catalog, **options)) for host in hosts}


def by_batch(
    baseline: Baseline,
    hosts: Sequence[Host],
    patches: Sequence[Patch],
    **options: Any,
) -> dict[str, Plain]:
    """Judge the same hosts as one fleet with the batch engine; the twin of :func:`by_reference`."""
    none = arrow.table(REJECTS, {}, 0)
    fleet = Inventory(hosts_table(hosts), packages_table(hosts), none)
    options["previous_runs"] = previous_runs(hosts)
    run = evaluate_fleet(baseline, fleet, catalog_of(baseline, hosts, patches), rows="all", **options)
    return _run(run.hosts, run.verdicts)


ENGINES: Mapping[str, Engine] = MappingProxyType({"reference": by_reference, "batch": by_batch})
"""Both engines by name."""


def catalog_of(baseline: Baseline, hosts: Sequence[Host], patches: Sequence[Patch]) -> Catalog:
    """Return a catalog of the baseline's operating system for these hosts.

    It speaks for every host, but where they have several products it has to say ``*``, which a host without a product
    does not match.
    """
    system = baseline.operating_system
    products = {host.product for host in hosts if host.product}
    scope = Scope(family_of(system).name, ("*",) if len(products) > 1 else ())
    return Catalog(system, scope, catalog_table(patches), arrow.table(REJECTS, {}, 0))


def previous_runs(hosts: Iterable[Host]) -> dict[str, PreviousRun]:
    """Return what the tracking files of hosts remember, by host."""
    return {host.id: host.previous_run for host in hosts if host.previous_run is not None}


def one_by_reference(baseline: Baseline, host: Host, patches: Sequence[Patch], settings: Settings) -> Plain:
    """Judge one host by the reference engine alone, with settings and a host that no door and no fleet has yet."""
    family = family_named(host.family or "")
    facts = facts_of(family, settings.dialect, host.product)
    return _report(judged(baseline, host, patches, family=family, facts=facts, settings=settings))


def one_by_batch(baseline: Baseline, host: Host, patches: Sequence[Patch], settings: Settings) -> Plain:
    """Judge the same host by the batch engine alone; the twin of :func:`one_by_reference`."""
    family = family_named(host.family or "")
    facts = facts_of(family, settings.dialect, host.product)
    like, catalog = dataclasses.replace(host, packages=()), catalog_table(patches)
    hosts = hosts_table([host])
    memory = memory_of(hosts, previous_runs([host]), settings)
    evaluation = Evaluation(PackageNumbers())
    evaluation.add(compiled(baseline, offer(catalog, like, family=family, facts=facts), settings))
    (portion,) = portions(hosts, packages_table([host]))
    rows = coded(portion.packages, portion.lengths, evaluation.numbers)
    judged = evaluation.judge(rows, evaluation.look(rows, [0]), memory)
    summary = hosts_summary(hosts, ([0], [baseline]), judged.summary, ([0], [()]))
    return _run(summary, evaluation.listing.table(Unwritten(judged.listed, hosts["host"].combine_chunks())))[host.id]


def _report(report: HostReport) -> Plain:
    """Return a report of the reference engine in the plain shape."""
    return {
        "status": str(report.status),
        "unknown": [str(why) for why in report.unknown],
        "counts": dict(report.counts),
        "non_compliant_severity": report.non_compliant_severity and str(report.non_compliant_severity),
        "doubts": dict(report.doubts),
        "rows": [_row(verdict) for verdict in report.verdicts if listed(verdict, report)],
    }


def listed(verdict: Verdict, report: HostReport) -> bool:
    """Say whether a run lists a verdict: what is not applicable only for families that list it (DECISIONS 16)."""
    facts = facts_of(family_named(report.host.family or ""), report.settings.dialect, report.host.product)
    return facts.lists_not_applicable or verdict.state is not State.NOT_APPLICABLE


def _run(hosts: pa.Table, verdicts: pa.Table) -> dict[str, Plain]:
    """Return the tables of the batch engine in the plain shape."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in verdicts.select(["host", *_SHOWN]).to_pylist():
        rows.setdefault(row.pop("host"), []).append(row)
    return {
        found["host"]: {
            "status": found["status"],
            "unknown": found["unknown"],
            "counts": {name: found[name] for name in COUNTS},
            "non_compliant_severity": found["non_compliant_severity"],
            "doubts": dict(found["doubts"]),
            "rows": sorted(rows.get(found["host"], []), key=lambda row: (row["name"], row["arch"])),
        }
        for found in hosts.to_pylist()
    }


def _row(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict of the reference engine as a row of ``model.columns.VERDICTS``."""
    decision = verdict.decision
    values = {name: getattr(verdict, name, getattr(decision, name, None)) for name in _SHOWN}
    values |= {
        "compliance_severity": verdict.level,
        "advisory": decision.patch.advisory if decision else None,
        "list_entry": decision.entry if decision else None,
        "notes": list(verdict.notes),
        "chain": list(verdict.chain),
        "cves": list(verdict.cves),
    }
    return {name: str(value) if isinstance(value, str) else value for name, value in values.items()}
