"""What a run says of each host, ready for JSON: the one place that knows that shape."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.evaluation.plain import plain, stamp
from patchrules.evaluation.run import Run
from patchrules.model.columns import COUNTS

SCHEMA = "patchrules/report/1"

PATCH = ("id", "title", "classification", "severity", "state", "compliance_severity", "status")
EVIDENCE = (
    *("installed", "target", "advisory", "approval", "rule", "list_entry"),
    *("released_at", "clock", "since", "reason", "held", "installed_at"),
)
_HOSTS = 100
"""Hosts that are Python objects at a time."""
LISTS = ("notes", "chain", "cves")


def host_object(run: Run, host: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of hosts as JSON says it, without its patches."""
    return {
        "schema": SCHEMA,
        "host": host["host"],
        "baseline": host["baseline"],
        "as_of": stamp(run.settings.as_of),
        "dialect": str(run.settings.dialect),
        "status": host["status"],
        "unknown": host["unknown"] or [],
        "counts": {name: host[name] for name in COUNTS},
        "non_compliant_severity": host["non_compliant_severity"],
        "doubts": dict(sorted(host["doubts"] or ())),
    }


def diagnostics(run: Run) -> list[dict[str, Any]]:
    """Return what was doubtful in the documents and files of a run: code, level, message, where, count and hint.

    They speak of the whole run: nothing says which host one of them is about.
    """
    found: list[dict[str, Any]] = plain(run.diagnostics)
    return found


def by_host(run: Run) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Yield the row of every host with its verdicts, sorted by name and architecture."""
    ordered = run.verdicts.take(pc.sort_indices(run.verdicts["host"]))
    found = pc.value_counts(ordered["host"])
    counts = found.field("counts").to_pylist()
    spans = zip(itertools.accumulate(counts, initial=0), counts, strict=False)
    places = dict(zip(found.field("values").to_pylist(), spans, strict=True))
    for batch in run.hosts.to_batches(max_chunksize=_HOSTS):
        for host in batch.to_pylist():
            rows = ordered.slice(*places.get(host["host"], (0, 0))).to_pylist()
            yield host, sorted(rows, key=lambda row: (row["name"], row["arch"]))


def placed_verdicts(run: Run) -> tuple[Any, Any]:
    """Return the place of every verdict's host among the hosts, and the verdicts by host, name and architecture."""
    host = pc.index_in(run.verdicts["host"].cast(pa.string()), value_set=run.hosts["host"]).combine_chunks()
    keys = {"host": host, "name": run.verdicts["name"], "arch": run.verdicts["arch"]}
    return host, pc.sort_indices(pa.table(keys), sort_keys=[(name, "ascending") for name in keys]).cast(pa.int64())


def text(value: object) -> object:
    """Return an instant as text, anything else as it is."""
    return stamp(value) if isinstance(value, datetime) else value
