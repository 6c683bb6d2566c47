"""Reports of single hosts as a run: what the reference engine says, in the tables of the batch engine."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.evaluation.coverage import AgeLimits
from patchrules.evaluation.fixes import fixes_of
from patchrules.evaluation.run import Run, this_version
from patchrules.evaluation.upcoming import upcoming_of
from patchrules.families import facts_of, families
from patchrules.model.columns import HOSTS, RUN_HOSTS, VERDICTS
from patchrules.model.names import State, Status
from patchrules.model.verdict import HostReport, Verdict
from patchrules.sources import arrow


def run_of(
    reports: HostReport | Sequence[HostReport],
    *,
    rows: str = "all",
    limits: AgeLimits | None = None,
) -> Run:
    """Return reports that were made with the same settings as one run; raises ValueError where they were not.

    ``rows`` says which verdicts the run lists: ``all`` or ``noncompliant``. NOT_APPLICABLE is counted and listed only
    for the families that list it (DECISIONS 16). ``limits`` are those of the evaluation, which reports do not keep.
    """
    found = [reports] if isinstance(reports, HostReport) else list(reports)
    if len({report.settings for report in found}) != 1:
        message = "the reports were made with different settings" if found else "there is no report"
        raise ValueError(message)
    baselines = tuple(dict.fromkeys(report.baseline for report in found))
    listed = [(report.host.id, verdict_row(one)) for report in found for one in _listed(report, rows)]
    data = {column.name: [row[column.name] for _, row in listed] for column in VERDICTS[1:]}
    doubts = dict.fromkeys(doubt for report in found for doubt in report.diagnostics)
    return Run(
        settings=found[0].settings,
        hosts=_hosts(found),
        verdicts=arrow.table(VERDICTS, {"host": [host for host, _ in listed], **data}, len(listed)),
        rows=rows,
        version=this_version(),
        baselines=baselines,
        diagnostics=tuple(doubts),
        limits=limits or AgeLimits(),
        fixes=fixes_of(found),
        upcoming=upcoming_of(found),
    )


def verdict_row(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict by the names of ``model.columns.VERDICTS``, without ``host``."""
    decision = verdict.decision
    decided = {
        "advisory": decision.patch.advisory if decision else None,
        "approval": decision.approval if decision else None,
        "rule": decision.rule if decision else None,
        "list_entry": decision.entry if decision else None,
        "released_at": decision.released_at if decision else None,
        "clock": decision.clock if decision else None,
        "since": decision.since if decision else None,
    }
    same = {name: getattr(verdict, name) for name in _SAME}
    lists = {"notes": [str(note) for note in verdict.notes], "chain": list(verdict.chain)}
    return {**same, "compliance_severity": verdict.level, **lists, **decided}


_SAME = tuple(column.name for column in VERDICTS if hasattr(Verdict, column.name))
"""What a verdict has under the name of its column."""


def rows_of(run: Run, host: str) -> list[dict[str, Any]]:
    """Return the listed verdicts on one host, sorted by name and architecture."""
    rows: list[dict[str, Any]] = run.verdicts.filter(pc.equal(run.verdicts["host"], host)).to_pylist()
    return sorted(rows, key=lambda row: (row["name"], row["arch"]))


def rows_about(run: Run, text: str, host: str | None = None) -> list[dict[str, Any]]:
    """Return the verdicts on a package, advisory or CVE of that name, whatever its case, on one host.

    ``text`` is a name, ``name.arch``, an advisory, or a CVE: then it stands for the packages that a fix of it is of,
    as far as the run knows fixes. Without ``host`` it is the first of the run that lists any. O(verdicts) in Arrow,
    O(fixes) in Python.
    """
    listed = run.verdicts if host is None else run.verdicts.filter(pc.equal(run.verdicts["host"], host))
    wanted = text.lower()
    named = [pc.fill_null(pc.equal(pc.utf8_lower(listed[column]), wanted), False) for column in _NAMED]
    hits = listed.filter(functools.reduce(pc.or_, [*named, *_fixed_by(run, listed, wanted)]))
    if not hits.num_rows:
        return []
    places = pc.index_in(hits["host"], value_set=run.hosts["host"].combine_chunks())
    rows: list[dict[str, Any]] = hits.filter(pc.equal(places, pc.min(places))).to_pylist()
    return sorted(rows, key=lambda row: (row["name"], row["arch"]))


_NAMED = ("name", "id", "advisory")


def _fixed_by(run: Run, listed: pa.Table, cve: str) -> Iterator[pa.ChunkedArray]:
    """Yield which verdicts are on packages that a fix of the CVE is of, for each kind of host that it is for."""
    names: dict[tuple[str, str | None], set[str]] = {}
    for fix in run.fixes.to_pylist():
        if cve in {one.lower() for one in fix["cves"]}:
            names.setdefault((fix["family"], fix["product"]), set()).add(fix["name"])
    for (family, product), found in names.items():
        same = pc.is_null(run.hosts["product"]) if product is None else pc.equal(run.hosts["product"], product)
        hosts = run.hosts.filter(pc.and_(pc.equal(run.hosts["family"], family), same))["host"].combine_chunks()
        yield pc.and_(pc.is_in(listed["host"], hosts), pc.is_in(listed["name"], pa.array(sorted(found))))


def names_listed(run: Run, host: str | None = None) -> set[str]:
    """Return the packages that the run lists a verdict on, of one host or of all."""
    listed = run.verdicts if host is None else run.verdicts.filter(pc.equal(run.verdicts["host"], host))
    return set(listed["name"].unique().to_pylist())


def host_row(run: Run, host: str) -> Mapping[str, Any] | None:
    """Return the row of one host, None where the run has no such host."""
    rows: list[dict[str, Any]] = run.hosts.filter(pc.equal(run.hosts["host"], host)).to_pylist()
    return rows[0] if rows else None


def host_names(run: Run) -> list[str]:
    """Return the ids of the run's hosts, in their order."""
    names: list[str] = run.hosts["host"].to_pylist()
    return names


def _listed(report: HostReport, rows: str) -> list[Verdict]:
    """Return the verdicts that a run lists."""
    if rows == "noncompliant":
        return [one for one in report.verdicts if one.status is Status.NON_COMPLIANT]
    family = families()[report.host.family or ""]
    if facts_of(family, report.settings.dialect, report.host.product).lists_not_applicable:
        return list(report.verdicts)
    return [one for one in report.verdicts if one.state is not State.NOT_APPLICABLE]


def _hosts(reports: Sequence[HostReport]) -> pa.Table:
    """Return ``model.columns.RUN_HOSTS`` of some reports."""
    data: dict[str, list[Any]] = {"host": [report.host.id for report in reports]}
    data |= {column.name: [getattr(report.host, column.name) for report in reports] for column in HOSTS[1:5]}
    data |= {name: [report.counts[name] for report in reports] for name in reports[0].counts}
    data |= {
        "baseline": [report.baseline.name for report in reports],
        "baseline_id": [report.baseline.baseline_id or None for report in reports],
        "status": [report.status for report in reports],
        "unknown": [list(report.unknown) for report in reports],
        "non_compliant_severity": [report.non_compliant_severity for report in reports],
        "doubts": [sorted(report.doubts.items()) for report in reports],
    }
    return arrow.table(RUN_HOSTS, data, len(reports))
