"""``aws-compliance``: the requests of PutComplianceItems that show a run on AWS's compliance pages (SEMANTICS 5.17).

One request a host, of the type ``Custom:PatchRules``: under ``Patch`` it would take the place of what Patch Manager
itself found. What is not applicable has no status there and is left out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

import pyarrow.compute as pc

from patchrules.evaluation.run import Run
from patchrules.reports._aws import fitting, judged, left_out, patches, second, snapshot_id, write_listed
from patchrules.reports._writer import Look, Writer

SCHEMA = "patchrules/aws-compliance/1"
COMPLIANCE_TYPE = "Custom:PatchRules"
_LONGEST_TITLE = 500
_OWN = ("Id", "Title", "Severity", "Status")


def write(run: Run, stream: BinaryIO, look: Look) -> None:  # noqa: ARG001  a file for machines has no look
    """Write one request a host."""
    graded = run.verdicts.filter(pc.not_equal(run.verdicts["status"], ""))
    write_listed(run, stream, schema=SCHEMA, key="requests", listed=requests(run), more=left_out(graded))


def requests(run: Run) -> Iterator[dict[str, Any]]:
    """Yield a request of PutComplianceItems for every host that is not UNKNOWN."""
    summary = {
        "ExecutionTime": second(run.settings.as_of),
        "ExecutionId": snapshot_id(run),
        "ExecutionType": "Command",
    }
    for host, rows in judged(run):
        graded = patches(host, [row for row in rows if row["status"]])
        items = [_entry(one) for one in fitting(graded)]
        yield {
            "ResourceId": host["host"],
            "ResourceType": "ManagedInstance",
            "ComplianceType": COMPLIANCE_TYPE,
            "ExecutionSummary": summary,
            "Items": items,
            "ItemContentHash": hashlib.sha256(json.dumps(items).encode()).hexdigest(),
            "UploadType": "COMPLETE",
        }


def _entry(item: dict[str, str]) -> dict[str, Any]:
    """Return a compliance item as PutComplianceItems takes it: what it has no field for are details."""
    details = {name: value for name, value in item.items() if name not in _OWN}
    return {**{name: item[name] for name in _OWN}, "Title": item["Title"][:_LONGEST_TITLE], "Details": details}


WRITER = Writer("aws-compliance", "AWS: PutComplianceItems requests", (), write)
