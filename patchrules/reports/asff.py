"""``asff``: AWS Security Finding Format, a finding a host, as Patch Manager itself reports to Security Hub.

Every line is a whole request of at most 100 findings: ``aws securityhub batch-import-findings --cli-input-json``. Hosts
that comply have a PASSED finding, so that a finding of an earlier run is closed. ``account`` and ``region`` are whose
Security Hub it is for: nothing in a run says so.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from patchrules.errors import DocumentError
from patchrules.evaluation.plain import stamp
from patchrules.evaluation.run import Run
from patchrules.model.names import ComplianceLevel, Status
from patchrules.questions.wording import shown
from patchrules.reports._failing import Row, failing, sentence, why_unknown
from patchrules.reports._writer import Look, Writer

_MOST = 100
"""Findings that one request takes."""
_MOST_NAMED = 8
_COMPLIANCE = {Status.COMPLIANT: "PASSED", Status.NON_COMPLIANT: "FAILED", Status.UNKNOWN: "NOT_AVAILABLE"}
_LABEL = {level: level.value for level in ComplianceLevel} | {ComplianceLevel.UNSPECIFIED: "MEDIUM"}
_COUNTS = {
    "InstalledCount": "installed",
    "MissingCount": "missing",
    "FailedCount": "failed",
    "InstalledOtherCount": "installed_other",
    "InstalledRejectedCount": "installed_rejected",
    "InstalledPendingReboot": "installed_pending_reboot",
}


def write(run: Run, stream: BinaryIO, look: Look) -> None:
    """Write the requests; raises DocumentError PR7906 where account or region is not said."""
    if not (look.account and look.region):
        hint = 'say --account 123456789012 --region eu-west-1, or pr.write(..., account="...", region="...")'
        raise DocumentError("`asff` needs the AWS account and region it is for", code="PR7906", hint=hint)
    identity = run.id  # of its content: it costs a look at every host
    found = (_finding(run, identity, host, rows, look) for host, rows in failing(run))
    while batch := list(itertools.islice(found, _MOST)):
        stream.write(json.dumps({"Findings": batch}, separators=(",", ":")).encode() + b"\n")


def _finding(run: Run, identity: str, host: Row, rows: list[dict[str, Any]], look: Look) -> dict[str, Any]:
    """Return the finding of one host; its id stays from run to run."""
    instant, name = stamp(run.settings.as_of), shown(host["host"])[:256] or "-"
    here = f"{look.region}:{look.account}"
    return {
        "SchemaVersion": "2018-10-08",
        "Id": f"patchrules/{look.region}/{look.account}/{name}",
        "ProductArn": f"arn:{_partition(look.region)}:securityhub:{here}:product/{look.account}/default",
        "ProductName": "patchrules",
        "CompanyName": "patchrules",
        "GeneratorId": f"patchrules/{shown(host['baseline'] or 'no-baseline')}"[:512],
        "AwsAccountId": look.account,
        "Region": look.region,
        "Types": ["Software and Configuration Checks/Patch Management/Compliance"],
        "CreatedAt": instant,
        "UpdatedAt": instant,
        "Severity": {"Label": _severity(host)},
        "Title": f"Patch compliance of {name}"[:256],
        "Description": "; ".join(_description(host, rows))[:1024],
        "Resources": [_resource(host, look)],
        "Compliance": {"Status": _COMPLIANCE[host["status"]]},
        "PatchSummary": _summary(run, host),
        "ProductFields": {"patchrules/run": identity, "patchrules/version": run.version},
        "RecordState": "ACTIVE",
        "Workflow": {"Status": "RESOLVED" if host["status"] == Status.COMPLIANT else "NEW"},
    }


def _summary(run: Run, host: Row) -> dict[str, Any]:
    """Return the counts under AWS's names."""
    name = shown(host["baseline_id"] or host["baseline"] or "none")[:256]
    ran = {"Operation": str(run.settings.operation), "RebootOption": str(run.settings.reboot_option)}
    return {"Id": name, **{theirs: host[ours] for theirs, ours in _COUNTS.items()}, **ran}


def _severity(host: Row) -> str:
    """Return the label of the gravest level that fails."""
    if host["status"] == Status.COMPLIANT:
        return "INFORMATIONAL"
    return _LABEL[ComplianceLevel(host["non_compliant_severity"] or ComplianceLevel.UNSPECIFIED)]


def _description(host: Row, rows: list[dict[str, Any]]) -> Iterator[str]:
    """Yield what fails, or why nobody can tell."""
    if host["status"] == Status.UNKNOWN:
        yield f"cannot be judged: {why_unknown(host)}"
    if host["status"] == Status.COMPLIANT:
        yield "complies with its baseline"
    yield from (sentence(row, host) for row in rows[:_MOST_NAMED])
    if len(rows) > _MOST_NAMED:
        yield f"and {len(rows) - _MOST_NAMED:,} more"


def _resource(host: Row, look: Look) -> dict[str, Any]:
    """Return the instance that a host's id names, else the host as it is called."""
    name = shown(host["host"])[:256] or "-"
    place = {"Partition": _partition(look.region), "Region": look.region}
    if name.startswith("i-") and name[2:].isalnum():
        arn = f"arn:{place['Partition']}:ec2:{look.region}:{look.account}:instance/{name}"
        return {"Type": "AwsEc2Instance", "Id": arn, **place}
    return {"Type": "Other", "Id": name, **place}


def _partition(region: str) -> str:
    """Return the partition of a region."""
    return next((name for start, name in _PARTITIONS.items() if region.startswith(start)), "aws")


_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}

WRITER = Writer("asff", "AWS Security Finding Format, one finding a host", (".asff.jsonl", ".asff"), write)
