"""Both engines behind one signature and in one plain shape, so that a test can hold them to the same words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from patchrules.evaluation.fleet import evaluate_fleet
from patchrules.evaluation.host import evaluate
from patchrules.evaluation.nouns import catalog_table, hosts_table, packages_table
from patchrules.families import family_of
from patchrules.model.baseline import Baseline
from patchrules.model.columns import COUNTS, REJECTS, VERDICTS
from patchrules.model.host import Host, Inventory
from patchrules.model.patch import Catalog, Patch, Scope
from patchrules.model.verdict import Verdict
from patchrules.sources import arrow

Plain = dict[str, Any]
"""One host's result without types of ours: status, unknown, counts, non_compliant_severity, doubts, rows."""

Engine = Callable[..., dict[str, Plain]]

_SHOWN = tuple(column.name for column in VERDICTS if column.name != "host")


def by_reference(
    baseline: Baseline,
    hosts: Sequence[Host],
    patches: Sequence[Patch],
    **options: Any,  # noqa: ANN401 - keywords of evaluate
) -> dict[str, Plain]:
    """Judge each host with the reference engine; options as :func:`patchrules.evaluate`.

    ``rows`` are those of ``model.columns.VERDICTS`` without the host, by name and architecture; NOT_APPLICABLE is
    counted only (DECISIONS 16).
    """
    catalog = catalog_of(baseline, hosts, patches)
    found = {}
    for host in hosts:
        report = evaluate(baseline, host, catalog, **options)
        found[host.id] = {
            "status": str(report.status),
            "unknown": [str(why) for why in report.unknown],
            "counts": dict(report.counts),
            "non_compliant_severity": report.non_compliant_severity and str(report.non_compliant_severity),
            "doubts": dict(report.doubts),
            "rows": [_row(verdict) for verdict in report.verdicts if verdict.installed is not None],
        }
    return found


def by_batch(
    baseline: Baseline,
    hosts: Sequence[Host],
    patches: Sequence[Patch],
    **options: Any,  # noqa: ANN401 - keywords of evaluate
) -> dict[str, Plain]:
    """Judge the same hosts as one fleet with the batch engine; the twin of :func:`by_reference`."""
    none = arrow.table(REJECTS, {}, 0)
    fleet = Inventory(hosts_table(hosts), packages_table(hosts), none)
    run = evaluate_fleet(baseline, fleet, catalog_of(baseline, hosts, patches), rows="all", **options)
    rows: dict[str, list[dict[str, Any]]] = {host.id: [] for host in hosts}
    for row in run.verdicts.select(["host", *_SHOWN]).to_pylist():
        rows[row.pop("host")].append(row)
    return {
        found["host"]: {
            "status": found["status"],
            "unknown": found["unknown"],
            "counts": {name: found[name] for name in COUNTS},
            "non_compliant_severity": found["non_compliant_severity"],
            "doubts": dict(found["doubts"]),
            "rows": sorted(rows[found["host"]], key=lambda row: (row["name"], row["arch"])),
        }
        for found in run.hosts.to_pylist()
    }


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


def _row(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict of the reference engine as a row of ``model.columns.VERDICTS``."""
    decision = verdict.decision
    values = {name: getattr(verdict, name, getattr(decision, name, None)) for name in _SHOWN}
    values |= {
        "compliance_severity": verdict.level,
        "advisory": decision.patch.advisory if decision else None,
        "list_entry": decision.entry if decision else None,
        "notes": list(verdict.notes),
    }
    return {name: str(value) if isinstance(value, str) else value for name, value in values.items()}
