"""``sarif``: SARIF 2.1.0 for code-scanning tools, a result a patch that does not comply.

A rule is an advisory, or a package that no advisory names. A host is an artifact ``hosts/NAME`` and a logical location.
A host that is UNKNOWN has a result of the kind ``open``; what was doubtful stands in the notifications.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO
from urllib.parse import quote

from patchrules.errors import Diagnostic, Level
from patchrules.evaluation.run import Run
from patchrules.model.names import ComplianceLevel, Status
from patchrules.reports._failing import Row, failing, sentence, why_unknown, words
from patchrules.reports._writer import Look, Writer

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVEL = {
    ComplianceLevel.CRITICAL: "error",
    ComplianceLevel.HIGH: "error",
    ComplianceLevel.MEDIUM: "warning",
    ComplianceLevel.UNSPECIFIED: "warning",
    ComplianceLevel.LOW: "note",
    ComplianceLevel.INFORMATIONAL: "note",
}
_NOTICE = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "note"}
_UNKNOWN = "patchrules/unknown"


def write(run: Run, stream: BinaryIO, look: Look) -> None:  # noqa: ARG001  a file for machines has no look
    """Write the log result by result."""
    stream.write(f'{{"$schema":"{_SCHEMA}","version":"2.1.0","runs":[{{"tool":'.encode())
    stream.write(_json({"driver": {"name": "patchrules", "semanticVersion": _version(run), "rules": _rules(run)}}))
    told = [_notification(one) for one in run.diagnostics]
    stream.write(b',"invocations":[' + _json({"executionSuccessful": True, "toolExecutionNotifications": told}) + b"]")
    stream.write(
        b',"automationDetails":' + _json({"id": f"patchrules/{run.id}"}) + b',"columnKind":"unicodeCodePoints"'
    )
    stream.write(b',"results":[')
    stream.writelines((b",\n" if number else b"\n") + _json(result) for number, result in enumerate(_results(run)))
    stream.write(b"]}]}\n")


def _rules(run: Run) -> list[dict[str, Any]]:
    """Return the rules that results refer to, sorted by id."""
    found: dict[str, str] = {_UNKNOWN: "the host cannot be judged"}
    for _, rows in failing(run):
        for row in rows:
            kind = " / ".join(text for text in (row["classification"], row["severity"]) if text)
            found.setdefault(_rule(row), kind or words(row["state"]))
    return [{"id": name, "shortDescription": {"text": text}} for name, text in sorted(found.items())]


def _rule(row: Row) -> str:
    """Return the id of a rule."""
    return row["advisory"] or f"package/{row['id']}"


def _results(run: Run) -> Iterator[dict[str, Any]]:
    """Yield the results, host by host."""
    for host, rows in failing(run):
        if host["status"] == Status.UNKNOWN:
            text = f"{host['host']} cannot be judged: {why_unknown(host)}"
            yield _result(_UNKNOWN, host, text) | {"kind": "open", "level": "none"}
        for row in rows:
            text = f"{host['host']}: {sentence(row, host)}"
            about = {"state": row["state"], "complianceLevel": row["compliance_severity"], "baseline": host["baseline"]}
            level = _LEVEL[ComplianceLevel(row["compliance_severity"])]
            yield _result(_rule(row), host, text, row["id"]) | {"level": level, "properties": about}


def _result(rule: str, host: Row, text: str, package: str = "") -> dict[str, Any]:
    """Return what every result has; the fingerprint stays while host, package and advisory do."""
    uri = f"hosts/{quote(host['host'].encode('utf-8', 'replace'), safe='')}"
    place = {"physicalLocation": {"artifactLocation": {"uri": uri}}}
    logical = [{"fullyQualifiedName": host["host"], "kind": "resource"}]
    mark = hashlib.sha256(json.dumps([host["host"], package, rule]).encode()).hexdigest()
    return {
        "ruleId": rule,
        "message": {"text": text},
        "locations": [place | {"logicalLocations": logical}],
        "partialFingerprints": {"patchrules/v1": mark},
    }


def _notification(one: Diagnostic) -> dict[str, Any]:
    """Return what was doubtful in what was given."""
    text = "\n".join(str(part) for part in (one.message, one.where, one.hint) if part)
    return {"descriptor": {"id": one.code}, "level": _NOTICE[one.level], "message": {"text": text}}


def _version(run: Run) -> str:
    """Return the version with three numbers, as semantic versioning wants it."""
    return ".".join([*run.version.split("."), "0", "0"][:3])


def _json(found: Mapping[str, Any]) -> bytes:
    """Return an object; whatever a name holds stays inside its quotes."""
    return json.dumps(found, ensure_ascii=True, separators=(",", ":")).encode()


WRITER = Writer(
    "sarif", "SARIF 2.1.0, one result a patch that does not comply", (".sarif", ".sarif.json"), write, tells=True
)
