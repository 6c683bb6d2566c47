"""``ocsf``: OCSF 1.3 compliance findings (class 2003), one host a line, for Security Lake and its kin."""

from __future__ import annotations

import json
from typing import Any, BinaryIO

from patchrules.evaluation.run import Run
from patchrules.model.columns import COUNTS
from patchrules.model.names import ComplianceLevel, Status
from patchrules.reports._failing import Row, failing, sentence, why_unknown
from patchrules.reports._writer import Look, Writer

_STATUS = {Status.COMPLIANT: (1, "Pass"), Status.NON_COMPLIANT: (3, "Fail"), Status.UNKNOWN: (0, "Unknown")}
_SEVERITY = {
    ComplianceLevel.UNSPECIFIED: (3, "Medium"),
    ComplianceLevel.INFORMATIONAL: (1, "Informational"),
    ComplianceLevel.LOW: (2, "Low"),
    ComplianceLevel.MEDIUM: (3, "Medium"),
    ComplianceLevel.HIGH: (4, "High"),
    ComplianceLevel.CRITICAL: (5, "Critical"),
}
_CLASS, _CREATE = 2003, 1


def write(run: Run, stream: BinaryIO, look: Look) -> None:  # noqa: ARG001  a file for machines has no look
    """Write one event a line."""
    identity = run.id  # of its content: it costs a look at every host
    events = (_event(run, identity, host, rows) for host, rows in failing(run))
    stream.writelines(json.dumps(event, separators=(",", ":")).encode() + b"\n" for event in events)


def _event(run: Run, identity: str, host: Row, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the finding of one host."""
    instant = int(run.settings.as_of.timestamp() * 1000)
    status, caption = _STATUS[host["status"]]
    severity, label = _severity(host)
    return {
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": _CLASS,
        "class_name": "Compliance Finding",
        "activity_id": _CREATE,
        "activity_name": "Create",
        "type_uid": _CLASS * 100 + _CREATE,
        "time": instant,
        "severity_id": severity,
        "severity": label,
        "status_id": 4 if host["status"] == Status.COMPLIANT else 1,
        "metadata": {
            "version": "1.3.0",
            "product": {"name": "patchrules", "vendor_name": "patchrules", "version": run.version},
            "correlation_uid": identity,
        },
        "finding_info": {
            "uid": f"patchrules/{host['host']}",
            "title": f"Patch compliance of {host['host']}",
            "desc": why_unknown(host) or caption,
            "created_time": instant,
            "types": ["Patch Compliance"],
        },
        "compliance": {
            "control": host["baseline"] or "no baseline",
            "standards": ["AWS Systems Manager patch baseline"],
            "status_id": status,
            "status": caption,
            "status_details": [sentence(row, host) for row in rows],
        },
        "resources": [_resource(host)],
        "unmapped": {"counts": {name: host[name] for name in COUNTS}},
    }


def _resource(host: Row) -> dict[str, Any]:
    """Return the host."""
    return {"uid": host["host"], "name": host["host"], "type": "Host", "group": {"name": host["patch_group"] or ""}}


def _severity(host: Row) -> tuple[int, str]:
    """Return the severity of the gravest level that fails; none is known where a host cannot be judged."""
    if host["status"] == Status.COMPLIANT:
        return 1, "Informational"
    if host["status"] == Status.UNKNOWN:
        return 0, "Unknown"
    return _SEVERITY[ComplianceLevel(host["non_compliant_severity"] or ComplianceLevel.UNSPECIFIED)]


WRITER = Writer("ocsf", "OCSF 1.3 compliance findings, one host a line", (".ocsf.jsonl", ".ocsf"), write)
