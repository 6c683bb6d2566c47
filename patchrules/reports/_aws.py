"""What the reports in AWS's own shapes share: names, ids, instants, limits, and who is not reported (SEMANTICS 5.15).

AWS has no word for a host that cannot be judged: an empty list of patches would read as one that complies. So hosts
that are UNKNOWN are left out of these shapes, and listed beside them under ``not_reported``.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.evaluation.run import Run
from patchrules.model.names import Operation, RebootOption, State, Status
from patchrules.reports._hosts import by_host

MOST_ITEMS = 10_000
"""How many patches of a host one request may hold."""

LONGEST = 4096
"""How long a value of an inventory row or of a compliance detail may be."""

AWS_COUNTS = (
    ("InstalledCount", "installed"),
    ("InstalledOtherCount", "installed_other"),
    ("InstalledPendingRebootCount", "installed_pending_reboot"),
    ("InstalledRejectedCount", "installed_rejected"),
    ("MissingCount", "missing"),
    ("FailedCount", "failed"),
    ("NotApplicableCount", "not_applicable"),
    ("CriticalNonCompliantCount", "critical_non_compliant"),
    ("SecurityNonCompliantCount", "security_non_compliant"),
    ("OtherNonCompliantCount", "other_non_compliant"),
)
"""AWS's names of our counts."""

_ORDER = (
    *(State.INSTALLED, State.INSTALLED_OTHER, State.INSTALLED_REJECTED, State.INSTALLED_PENDING_REBOOT),
    *(State.NOT_APPLICABLE, State.AVAILABLE_SECURITY_UPDATE, State.MISSING, State.FAILED),
)
"""The order in which AWS's node lists states (SEMANTICS 5.11)."""

_RUNS = uuid.UUID("6f5f7d0e-6a0b-5c0e-8d6f-0a4d5b1f3c52")
"""The namespace of the ids that stand for runs."""


def snapshot_id(run: Run) -> str:
    """Return the GUID that stands for a run where AWS has the id of a snapshot or a command: the same run, the same id.

    O(hosts).
    """
    return str(uuid.uuid5(_RUNS, run.id))


def baseline_id(host: Mapping[str, Any]) -> str:
    """Return the id of the baseline that served a host; without one, its name in the letters AWS allows in an id.

    >>> baseline_id({"baseline": "prod.rhel9", "baseline_id": None})
    'baseline-without-id/prod-rhel9'
    """
    named: str = host["baseline_id"] or f"baseline-without-id/{host['baseline']}"
    return re.sub(r"[^A-Za-z0-9_\-:/]", "-", named)[:128]


def second(instant: datetime) -> str:
    """Return an instant as AWS writes it, without fractions of a second.

    >>> from datetime import UTC
    >>> second(datetime(2026, 11, 1, 9, 30, 0, 5, tzinfo=UTC))
    '2026-11-01T09:30:00Z'
    """
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def operation_of(run: Run) -> dict[str, str]:
    """Return what a run says of its operation; it begins and ends at the as-of instant, as nothing here has a clock.

    What a node remembers of earlier installs is not part of a run, so only an Install that must not reboot says when
    the last such Install was: now (SEMANTICS 5.9).
    """
    settings, now = run.settings, second(run.settings.as_of)
    stays_up = settings.operation is Operation.INSTALL and settings.reboot_option is RebootOption.NO_REBOOT
    said = {"OperationStartTime": now, "OperationEndTime": now, "RebootOption": str(settings.reboot_option)}
    return {**said, **({"LastNoRebootInstallOperationTime": now} if stays_up else {})}


def patches(host: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return the compliance items of a host, every value a text, in AWS's order (SEMANTICS 5.11)."""
    ordered = sorted(rows, key=lambda row: (_ORDER.index(State(row["state"])), row["name"], row["arch"]))
    return [_item(host, row) for row in ordered]


def _item(host: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, str]:
    """Return one compliance item: its severity is the baseline's level, the vendor's is PatchSeverity."""
    when = row["installed_at"] if row["state"].startswith("INSTALLED") else None
    item = {
        "Id": row["id"],
        "Title": row["title"],
        "Severity": row["compliance_severity"],
        "Status": row["status"],
        "PatchBaselineId": baseline_id(host),
        "PatchState": "".join(word.capitalize() for word in row["state"].split("_")),
        "PatchGroup": host["patch_group"] or "",
        "DocumentName": "",
        "DocumentVersion": "",
        "InstalledTime": second(when) if when else "",
        "Classification": row["classification"],
        "PatchSeverity": row["severity"],
    }
    if row["cves"]:
        item["CVEIds"] = _joined(row["cves"])
    return {name: value[:LONGEST] for name, value in item.items()}


def fitting(items: Sequence[dict[str, str]]) -> Sequence[dict[str, str]]:
    """Return as many patches as a request may hold; of more, those that do not comply come first."""
    if len(items) <= MOST_ITEMS:
        return items
    return sorted(items, key=lambda item: item["Status"] != Status.NON_COMPLIANT)[:MOST_ITEMS]


def _joined(cves: Sequence[str]) -> str:
    """Return as many whole ids, with commas between them, as a value may hold."""
    text = ",".join(cves)
    return text if len(text) <= LONGEST else text[: LONGEST + 1].rpartition(",")[0]


def judged(run: Run) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Yield the row of every host that is not UNKNOWN, with its verdicts."""
    return ((host, rows) for host, rows in by_host(run) if host["status"] != Status.UNKNOWN)


def left_out(verdicts: pa.Table) -> list[dict[str, Any]]:
    """Return the hosts that have more patches than one request may hold, and how many more."""
    counted = pc.value_counts(verdicts["host"]).to_pylist()
    return [
        {"host": one["values"], "patches": one["counts"] - MOST_ITEMS} for one in counted if one["counts"] > MOST_ITEMS
    ]


def write_listed(
    run: Run,
    stream: BinaryIO,
    *,
    schema: str,
    key: str,
    listed: Iterator[Mapping[str, Any]],
    more: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Write ``{"schema", KEY: [...], "not_reported": [...]}``, one object a line, as they come.

    Not reported are the hosts that are UNKNOWN, with the reasons, and then ``more``.
    """
    stream.write(f'{{"schema": {json.dumps(schema)},\n"{key}": ['.encode())
    stream.writelines(f"{',' if number else ''}\n{json.dumps(found)}".encode() for number, found in enumerate(listed))
    unknown = [
        {"host": host["host"], "unknown": host["unknown"] or []}
        for host in run.hosts.select(["host", "status", "unknown"]).to_pylist()
        if host["status"] == Status.UNKNOWN
    ]
    stream.write(f'\n],\n"not_reported": {json.dumps([*unknown, *more])}}}\n'.encode())
