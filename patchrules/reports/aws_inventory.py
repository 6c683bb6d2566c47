"""``aws-inventory``: the requests of PutInventory with which AWS's node uploads a run (SEMANTICS 5.11, 5.14).

One request a host: ``AWS:PatchSummary``, whose counts are texts, and ``AWS:ComplianceItem``, one row a listed patch.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from patchrules.evaluation.run import Run
from patchrules.reports._aws import (
    AWS_COUNTS,
    baseline_id,
    fitting,
    judged,
    left_out,
    operation_of,
    patches,
    second,
    snapshot_id,
    write_listed,
)
from patchrules.reports._writer import Look, Writer

SCHEMA = "patchrules/aws-inventory/1"


def write(run: Run, stream: BinaryIO, look: Look) -> None:  # noqa: ARG001  a file for machines has no look
    """Write one request a host."""
    write_listed(run, stream, schema=SCHEMA, key="requests", listed=requests(run), more=left_out(run.verdicts))


def requests(run: Run) -> Iterator[dict[str, Any]]:
    """Yield a request of PutInventory for every host that is not UNKNOWN."""
    snapshot, now = snapshot_id(run), second(run.settings.as_of)
    context = {
        "ComplianceType": "Patch",
        "ExecutionId": snapshot,
        "ExecutionType": "Command",
        "ExecutionTime": now,
    }
    for host, rows in judged(run):
        listed = fitting(patches(host, rows))
        yield {
            "InstanceId": host["host"],
            "Items": [
                _typed("AWS:PatchSummary", now, [summary(run, host, snapshot)]),
                {**_typed("AWS:ComplianceItem", now, listed), "Context": context},
            ],
        }


def summary(run: Run, host: Mapping[str, Any], snapshot: str) -> dict[str, str]:
    """Return the content of ``AWS:PatchSummary`` (SEMANTICS 5.14)."""
    severity = host["non_compliant_severity"]
    return {
        "BaselineId": baseline_id(host),
        "PatchGroup": host["patch_group"] or "",
        "SnapshotId": snapshot,
        "ExecutionId": snapshot,
        **{theirs: str(host[ours]) for theirs, ours in AWS_COUNTS},
        "OperationType": str(run.settings.operation),
        **operation_of(run),
        **({"NonCompliantSeverity": severity} if severity else {}),
    }


def _typed(kind: str, now: str, content: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Return an inventory item; equal content has an equal hash."""
    digest = hashlib.sha256(json.dumps(content).encode()).hexdigest()
    return {
        "TypeName": kind,
        "SchemaVersion": "1.0",
        "CaptureTime": now,
        "ContentHash": digest,
        "Content": content,
    }


WRITER = Writer("aws-inventory", "AWS: PutInventory requests, as the node uploads them", (), write)
