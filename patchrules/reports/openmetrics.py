"""``openmetrics``: gauges for Prometheus and its kin, by patch group.

There is no series a host, so that a fleet stays cheap to scrape. Put the file where node_exporter's textfile collector
looks. ``patch_group`` is empty for hosts without.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

import pyarrow.compute as pc

from patchrules.evaluation.run import Run
from patchrules.model.columns import COUNTS
from patchrules.model.names import ComplianceLevel, Status
from patchrules.questions.tables import table
from patchrules.questions.wording import shown
from patchrules.reports._writer import Look, Writer

_STATUSES = [status for status in Status if status]


def write(run: Run, stream: BinaryIO, look: Look) -> None:  # noqa: ARG001  a file for machines has no look
    """Write the metrics; O(verdicts) in Arrow, O(groups) in Python."""
    lines = [*_about(run), *_groups(run), *_levels(run), "# EOF"]
    stream.write("".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace"))


def _about(run: Run) -> Iterator[str]:
    """Yield what the run is."""
    yield from _family("patchrules_run", "info", "What was evaluated.")
    labels = {"run": run.id, "version": run.version, "dialect": run.settings.dialect, "rows": run.rows}
    yield _sample("patchrules_run_info", labels, 1)
    yield from _family("patchrules_as_of_timestamp_seconds", "gauge", "The instant that was judged at.", "seconds")
    yield _sample("patchrules_as_of_timestamp_seconds", {}, int(run.settings.as_of.timestamp()))


def _groups(run: Run) -> Iterator[str]:
    """Yield hosts by status and patches by state, of every patch group."""
    groups = table(run, "groups").to_pylist()
    yield from _family("patchrules_hosts", "gauge", "Hosts by patch group and status.")
    for row in groups:
        for status in _STATUSES:
            labels = {"patch_group": row["patch_group"] or "", "status": status.lower()}
            yield _sample("patchrules_hosts", labels, row[status.lower()])
    yield from _family("patchrules_patches", "gauge", "Patches on hosts, by patch group and state.")
    for row in groups:
        for state in COUNTS[:8]:
            labels = {"patch_group": row["patch_group"] or "", "state": state}
            yield _sample("patchrules_patches", labels, row[state])


def _levels(run: Run) -> Iterator[str]:
    """Yield what does not comply by level, and how long the oldest of it is approved."""
    found = run.verdicts.filter(pc.equal(run.verdicts["status"], Status.NON_COMPLIANT.value))
    wanted = [("host", "count"), ("since", "min")]
    rows = found.group_by(["compliance_severity"], use_threads=False).aggregate(wanted).to_pylist()
    by_level = {row["compliance_severity"]: row for row in rows}
    yield from _family("patchrules_non_compliant_patches", "gauge", "Patches on hosts that do not comply, by level.")
    for level in ComplianceLevel:
        count = by_level.get(level, {}).get("host_count", 0)
        yield _sample("patchrules_non_compliant_patches", {"level": level.lower()}, count)
    name = "patchrules_oldest_non_compliant_seconds"
    yield from _family(name, "gauge", "How long the oldest of them is approved already.", "seconds")
    for level in ComplianceLevel:
        since = by_level.get(level, {}).get("since_min")
        if since is not None:
            yield _sample(name, {"level": level.lower()}, int((run.settings.as_of - since).total_seconds()))


def _family(name: str, kind: str, about: str, unit: str = "") -> Iterator[str]:
    """Yield the head of a metric family."""
    yield f"# TYPE {name} {kind}"
    if unit:
        yield f"# UNIT {name} {unit}"
    yield f"# HELP {name} {about}"


def _sample(name: str, labels: Mapping[str, Any], value: int) -> str:
    r"""Return a sample; labels escape backslash, quote and line feed.

    >>> _sample("hosts", {"group": 'a"b'}, 3)
    'hosts{group="a\\"b"} 3'
    """
    told = ",".join(f'{key}="{_escaped(str(text))}"' for key, text in labels.items())
    return f"{name}{{{told}}} {value}" if told else f"{name} {value}"


def _escaped(text: str) -> str:
    """Return the text of a label; other line breaks than a line feed would end a line for some readers."""
    plain = shown(text).replace("\\", "\\\\")
    return plain.replace("\n", "\\n").replace('"', '\\"')


WRITER = Writer("openmetrics", "OpenMetrics text, gauges by patch group", (".prom", ".openmetrics"), write)
