"""What an InstallOverrideList changes: SEMANTICS 4.8, 5.8, DECISIONS 8."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from patchrules.model.baseline import ApprovalRule, Baseline, PatchFilter
from patchrules.model.host import Host
from patchrules.model.names import ComplianceLevel, OperatingSystem
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.model.verdict import OverridePatch

AS_OF = datetime(2024, 2, 1, tzinfo=UTC)
LONG_AGO = datetime(2023, 1, 1, tzinfo=UTC)
RULE = ApprovalRule((PatchFilter("CLASSIFICATION", ("Security",)),), ComplianceLevel.HIGH, approve_after_days=0)
BASELINE = Baseline("b", OperatingSystem.REDHAT_ENTERPRISE_LINUX, rules=(RULE,))
REJECTING = Baseline("b", OperatingSystem.REDHAT_ENTERPRISE_LINUX, rules=(RULE,), rejected_patches=("a",))
HOST = Host("h", "rhel", "RedhatEnterpriseLinux8.4", "x86_64", packages=(Package("a", "x86_64", "0:2-1"),))


def patch(evr, classification="Security", **more):
    return Patch("a", "x86_64", evr, f"RHSA-{evr}", classification, **{"issued": LONG_AGO, **more})


def listing(*entries):
    return {"operation": "install", "install_override": tuple(OverridePatch(*entry) for entry in entries)}


APPROVED, OTHER, OLDER = patch("0:3-1"), patch("0:4-1", "Bugfix"), patch("0:1-1")
CASES = [
    # case, baseline, catalog, options, state, target, level
    ("no list: what is approved failed", BASELINE, [APPROVED, OTHER], {"operation": "install"}, "FAILED", "0:3-1", "HIGH"),
    ("a Scan ignores the list", BASELINE, [APPROVED, OTHER], {**listing(("a",)), "operation": "scan"}, "MISSING", "0:3-1", "HIGH"),
    ("listed: the highest of the listed failed, approved or not", BASELINE, [APPROVED, OTHER], listing(("a",)), "FAILED", "0:4-1", "UNSPECIFIED"),
    ("listed by id and version", BASELINE, [APPROVED, OTHER], listing(("a", "3-1")), "FAILED", "0:3-1", "HIGH"),
    ("listed by id and part of the version", BASELINE, [APPROVED, OTHER], listing(("a.x86_64", "3*")), "FAILED", "0:3-1", "HIGH"),
    ("listed by id and whole title", BASELINE, [APPROVED, OTHER], listing(("a*", "a.x86_64:0:3-1")), "FAILED", "0:3-1", "HIGH"),
    ("id and title must both match", BASELINE, [APPROVED], listing(("b", "3-1")), "MISSING", "0:3-1", "HIGH"),
    ("another version is listed", BASELINE, [APPROVED], listing(("a", "7-1")), "MISSING", "0:3-1", "HIGH"),
    ("lines are or-ed", BASELINE, [APPROVED], listing(("b",), ("a",)), "FAILED", "0:3-1", "HIGH"),
    ("a bare version is no id, DECISIONS 8", BASELINE, [APPROVED], listing(("3-1",)), "MISSING", "0:3-1", "HIGH"),
    ("an empty list is a list, 5.8", BASELINE, [APPROVED], listing(), "MISSING", "0:3-1", "HIGH"),
    ("what is rejected may be listed", REJECTING, [APPROVED], listing(("a",)), "FAILED", "0:3-1", "UNSPECIFIED"),
    ("only upgrades are brought", BASELINE, [OLDER], listing(("a",)), "INSTALLED", "0:1-1", "HIGH"),
    ("only what is offered is brought", BASELINE, [patch("0:3-1", offered=False)], listing(("a",)), "INSTALLED_OTHER", None, "UNSPECIFIED"),
    ("what does not exist yet is not brought", BASELINE, [patch("0:3-1", issued=datetime(2025, 1, 1, tzinfo=UTC))], listing(("a",)), "INSTALLED_OTHER", None, "UNSPECIFIED"),
    ("an advisory is no id of a list, on Linux", BASELINE, [APPROVED], listing(("RHSA-0:3-1",)), "MISSING", "0:3-1", "HIGH"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("case", "given", "catalog", "options", "state", "target", "level"), CASES, ids=[row[0] for row in CASES]
)
def test_what_an_override_list_changes(engine, case, given, catalog, options, state, target, level):
    row = engine(given, HOST, catalog, as_of=AS_OF, **options)["rows"][0]
    assert (row["state"], row["target"], row["compliance_severity"]) == (state, target, level)
    assert row["title"] == f"a.x86_64:{target if state in ('FAILED', 'MISSING') else '0:2-1'}"
