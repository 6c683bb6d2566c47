"""Windows, judged by its updates: G-DOC 6 - 11, SEMANTICS 2.5, 5.18, DECISIONS 8, 16, 21, 24, 25."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from patchrules.model.baseline import ApprovalRule, Baseline, PatchFilter
from patchrules.model.host import Host
from patchrules.model.names import ComplianceLevel, OperatingSystem, RejectedPatchesAction, Status
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.model.verdict import OverridePatch

AS_OF = datetime(2024, 2, 1, tzinfo=UTC)
OLD, NEW = datetime(2023, 12, 1, tzinfo=UTC), datetime(2024, 1, 15, tzinfo=UTC)
BUILD = "10.0.17763.5400"
SECURITY = PatchFilter("CLASSIFICATION", ("SecurityUpdates",))
UNTIL = ApprovalRule((SECURITY,), ComplianceLevel.CRITICAL, approve_until=OLD.date())
ALL = ApprovalRule((), ComplianceLevel.HIGH, approve_after_days=0)
APPLICATIONS = ApprovalRule((PatchFilter("PATCH_SET", ("APPLICATION",)),), ComplianceLevel.LOW, approve_after_days=360)


def kb(name, *supersedes, issued=OLD, classification="SecurityUpdates", product="WindowsServer2019", **more):
    stated = {"arch": "", "classification": classification, "product": product, "issued": issued, **more}
    return Patch(name, evr="0", supersedes=supersedes, **stated)


def host(*installed, product="WindowsServer2019", **more):
    return Host("w", "windows", product, "x64", packages=tuple(Package(one, None, "0") for one in installed), **more)


def baseline(*rules, **fields):
    stated = {"available_security_updates": Status.COMPLIANT, **fields}
    return Baseline("b", OperatingSystem.WINDOWS, rules=rules, **stated)


A = kb("KB1", title="the first", severity="Critical")
B = kb("KB2", "KB1", issued=NEW)
C = kb("KB3", "KB2", issued=NEW)
D25 = [
    # case, baseline, host, catalog, verdicts: name, state, level, chain
    ("approved and not there", baseline(ALL), host(), [A], [("KB1", "MISSING", "HIGH", [])]),
    ("approved and there", baseline(ALL), host("KB1"), [A], [("KB1", "INSTALLED", "HIGH", [])]),
    ("there and not approved", baseline(), host("KB1"), [A], [("KB1", "INSTALLED_OTHER", "UNSPECIFIED", [])]),
    ("unknown to the catalog, whatever the rules", baseline(ALL), host("KB9"), [A], [("KB1", "MISSING", "HIGH", []), ("KB9", "INSTALLED_OTHER", "UNSPECIFIED", [])]),
    ("G-DOC 6: B hides A and waits", baseline(UNTIL), host(), [A, B], [("KB2", "AVAILABLE_SECURITY_UPDATE", "UNSPECIFIED", ["KB1"])]),
    ("both approved: only the newest is offered", baseline(ALL), host(), [A, B, C], [("KB3", "MISSING", "HIGH", ["KB2", "KB1"])]),
    ("G-DOC 11: a later one is installed", baseline(ALL), host("KB2"), [A, B], [("KB1", "NOT_APPLICABLE", "HIGH", ["KB2"]), ("KB2", "INSTALLED", "HIGH", [])]),
    ("through others, which are not there", baseline(ALL), host("KB3"), [A, B, C], [("KB1", "NOT_APPLICABLE", "HIGH", ["KB3"]), ("KB2", "NOT_APPLICABLE", "HIGH", ["KB3"]), ("KB3", "INSTALLED", "HIGH", [])]),
    ("the older one is there, the newer is missing", baseline(ALL), host("KB1"), [A, B], [("KB1", "INSTALLED", "HIGH", []), ("KB2", "MISSING", "HIGH", [])]),
    ("G-DOC 8: rejected and not there: skipped", baseline(ALL, rejected_patches=("KB1",)), host(), [A], []),
    ("G-DOC 8: rejected and there, ALLOW", baseline(ALL, rejected_patches=("KB1",)), host("KB1"), [A], [("KB1", "INSTALLED_OTHER", "UNSPECIFIED", [])]),
    ("G-DOC 8: rejected and there, BLOCK", baseline(ALL, rejected_patches=("kb1",), rejected_patches_action=RejectedPatchesAction.BLOCK), host("KB1"), [A], [("KB1", "INSTALLED_REJECTED", "UNSPECIFIED", [])]),
    ("rejected and unknown to the catalog, BLOCK", baseline(ALL, rejected_patches=("KB9",), rejected_patches_action=RejectedPatchesAction.BLOCK), host("KB9"), [], [("KB9", "INSTALLED_REJECTED", "UNSPECIFIED", [])]),
    ("rejected by its bulletin", baseline(ALL, rejected_patches=("MS10-048",)), host(), [dataclasses.replace(A, advisory="MS10-048")], []),
    ("G-DOC 9: a rejected older one does not reject the newer", baseline(ALL, rejected_patches=("KB1",)), host(), [A, B], [("KB2", "MISSING", "HIGH", ["KB1"])]),
    ("a rejected newer one hides the older all the same", baseline(ALL, rejected_patches=("KB2",)), host(), [A, B], []),
    ("not a security update and not approved: nothing", baseline(), host(), [kb("KB1", classification="Updates")], []),
    ("approved by name", baseline(approved_patches=("KB1",), approved_patches_level=ComplianceLevel.LOW), host(), [A], [("KB1", "MISSING", "LOW", [])]),
    ("approved by its bulletin", baseline(approved_patches=("MS10-048",)), host(), [dataclasses.replace(A, advisory="MS10-048")], [("KB1", "MISSING", "UNSPECIFIED", [])]),
    ("no wildcards", baseline(approved_patches=("KB*",)), host(), [kb("KB1", classification="Updates")], []),
    ("another product's", baseline(ALL), host(), [kb("KB1", product="WindowsServer2016")], []),
    ("no product stated", baseline(ALL), host(), [kb("KB1", product=None)], [("KB1", "MISSING", "HIGH", [])]),
    ("another architecture's", baseline(ALL), host(), [dataclasses.replace(A, arch="x86")], []),
    ("the same, spelled otherwise", baseline(ALL), host(), [dataclasses.replace(A, arch="x86_64")], [("KB1", "MISSING", "HIGH", [])]),
    ("updates that replace each other are one", baseline(ALL), host(), [kb("KB1", "KB2"), kb("KB2", "KB1")], [("KB1", "MISSING", "HIGH", ["KB2"]), ("KB2", "MISSING", "HIGH", ["KB1"])]),
    ("DECISIONS 29: what replaces it does not exist yet", baseline(ALL), host(), [A, kb("KB2", "KB1", issued=AS_OF + timedelta(1))], [("KB1", "MISSING", "HIGH", [])]),
    ("the build proves it", baseline(ALL), host(os_build=BUILD), [kb("KB1", os_build="10.0.17763.5329")], [("KB1", "NOT_APPLICABLE", "HIGH", [BUILD])]),
    ("the build proves what it replaces", baseline(ALL), host(os_build=BUILD), [A, kb("KB2", "KB1", os_build="10.0.17763.5400")], [("KB1", "NOT_APPLICABLE", "HIGH", ["KB2", BUILD]), ("KB2", "NOT_APPLICABLE", "HIGH", [BUILD])]),
    ("the build is before it", baseline(ALL), host(os_build=BUILD), [kb("KB1", os_build="10.0.17763.5458")], [("KB1", "MISSING", "HIGH", [])]),
    ("a revision proves nothing about another release", baseline(ALL), host(os_build=BUILD), [kb("KB1", os_build="10.0.14393.1")], []),
    ("a release alone proves nothing", baseline(ALL), host(os_build=BUILD), [kb("KB1", os_build="10.0.17763")], [("KB1", "MISSING", "HIGH", [])]),
    ("an application's update, and it is there", baseline(APPLICATIONS), host("Office 2016"), [kb("KB1", product="Office 2016", patch_set="APPLICATION", issued=None)], [("KB1", "MISSING", "LOW", [])]),
    ("G-DOC 10: approved, and the application is not there", baseline(APPLICATIONS), host(), [kb("KB1", product="Office 2016", patch_set="APPLICATION", issued=None)], [("KB1", "NOT_APPLICABLE", "LOW", [])]),
    ("1.6: a rule without PATCH_SET wants no application's", baseline(ALL), host("Office 2016"), [kb("KB1", product="Office 2016", patch_set="APPLICATION", classification="Updates")], []),
    ("1.6: PATCH_SET OS means what states none", baseline(ApprovalRule((PatchFilter("PATCH_SET", ("OS",)),), approve_after_days=0)), host(), [A], [("KB1", "MISSING", "UNSPECIFIED", [])]),
    ("no severity is Unspecified", baseline(ApprovalRule((PatchFilter("MSRC_SEVERITY", ("Unspecified",)),), approve_after_days=0)), host(), [kb("KB1")], [("KB1", "MISSING", "UNSPECIFIED", [])]),
    ("PRODUCT compares the update's", baseline(ApprovalRule((PatchFilter("PRODUCT", ("WindowsServer2016",)),), approve_after_days=0)), host(), [kb("KB1", classification="Updates")], []),
]  # fmt: skip


@pytest.mark.parametrize(("case", "given", "node", "catalog", "verdicts"), D25, ids=[row[0] for row in D25])
def test_what_a_windows_host_has_and_is_offered(engine, case, given, node, catalog, verdicts):
    result = engine(given, node, catalog, as_of=AS_OF)
    found = [(row["id"], row["state"], row["compliance_severity"], row["chain"]) for row in result["rows"]]
    assert found == verdicts


@pytest.mark.parametrize(
    ("stated", "counts", "status", "notes"),
    [
        (Status.COMPLIANT, (1, 0, 0), "COMPLIANT", []),
        (Status.NON_COMPLIANT, (1, 1, 0), "NON_COMPLIANT", []),
        (None, (1, 1, 0), "NON_COMPLIANT", ["PR7010"]),
    ],
)
def test_available_security_updates_comply_as_the_baseline_says(engine, stated, counts, status, notes):
    """G-DOC 6, 7, DECISIONS 24."""
    result = engine(baseline(UNTIL, available_security_updates=stated), host("KB0"), [A, B], as_of=AS_OF)
    names = ("available_security_update", "security_non_compliant", "critical_non_compliant")
    assert tuple(result["counts"][name] for name in names) == counts
    assert (result["status"], result["counts"]["missing"], result["by_id"]["KB2"]["notes"]) == (status, 0, notes)
    assert result["doubts"] == {"PR7011": 1, **dict.fromkeys(notes, 1)}


def test_an_update_is_described_by_the_catalog(engine):
    """5.18: what it does not know has neither title nor classification nor severity."""
    rows = engine(baseline(ALL), host("KB1", "KB9"), [A], as_of=AS_OF)["by_id"]
    described = ("title", "classification", "severity", "approval")
    assert [rows["KB1"][name] for name in described] == ["the first", "SecurityUpdates", "Critical", "APPROVED"]
    assert [rows["KB9"][name] for name in described] == ["", "", "", None]


def test_what_is_not_applicable_neither_complies_nor_fails(engine):
    """DECISIONS 16: it is listed and counted, and its status is empty."""
    result = engine(baseline(ALL), host("KB2"), [A, B], as_of=AS_OF)
    assert (result["by_id"]["KB1"]["status"], result["counts"]["not_applicable"], result["status"]) == (
        "",
        1,
        "COMPLIANT",
    )


def test_a_windows_host_without_product_is_unknown(engine):
    """DECISIONS 21: only what states no product could be for it."""
    result = engine(baseline(ALL), host("KB0", product=None), [A, kb("KB2", product=None)], as_of=AS_OF)
    assert (result["status"], result["unknown"]) == ("UNKNOWN", ["NO_PRODUCT"])
    assert [row["id"] for row in result["rows"]] == ["KB0", "KB2"]


@pytest.mark.parametrize("build", [None, "17763", "17763.5400", "10.0", "v1809"])
def test_a_release_that_cannot_be_told_is_a_doubt(engine, build):
    result = engine(baseline(ALL), host("KB0", os_build=build), [kb("KB1", os_build="10.0.17763.1")], as_of=AS_OF)
    assert result["unknown"] == []
    assert (result["by_id"]["KB1"]["notes"], result["doubts"]) == (["PR7012"], {"PR7012": 1})


@pytest.mark.parametrize(
    ("listed", "state"), [("KB1", "FAILED"), ("MS10-048", "FAILED"), ("KB7", "MISSING"), ("the first", "MISSING")]
)
def test_an_override_list_names_kbs_and_bulletins(engine, listed, state):
    """4.8."""
    update = dataclasses.replace(A, advisory="MS10-048")
    options = {"operation": "install", "install_override": (OverridePatch(listed),)}
    rows = engine(baseline(ALL), host("KB0"), [update], as_of=AS_OF, **options)["by_id"]
    assert rows["KB1"]["state"] == state


COMING = [
    # patches, host, how many are not out yet
    ([kb("KB1", issued=AS_OF + timedelta(days=1))], host(), 1),
    ([kb("KB1", issued=AS_OF + timedelta(days=1)), kb("KB1", issued=AS_OF + timedelta(days=2), arch="x64")], host(), 1),
    ([kb("KB1", issued=AS_OF + timedelta(days=1))], host("KB1"), 1),
    ([kb("KB1", issued=AS_OF)], host(), 0),
    ([kb("KB1", issued=AS_OF + timedelta(days=1), product="WindowsServer2022")], host(), 0),
    ([kb("KB1", issued=AS_OF + timedelta(days=1), os_build="10.0.20348")], host(os_build=BUILD), 0),
    ([kb("KB1", issued=AS_OF + timedelta(days=1), product="Office", patch_set="APPLICATION")], host(), 0),
    ([kb("KB1", issued=AS_OF + timedelta(days=1), product="Office", patch_set="APPLICATION")], host("office"), 1),
]


@pytest.mark.parametrize(("catalog", "node", "number"), COMING)
def test_updates_that_are_not_out_yet_are_counted(engine, catalog, node, number):
    """DECISIONS 29: they are no candidates, and are told, whether the host has them or not."""
    result = engine(baseline(ALL), node, catalog, as_of=AS_OF)
    assert "MISSING" not in {row["state"] for row in result["rows"]} or not number
    assert {code: count for code, count in result["doubts"].items() if code == "PR7002"} == (
        {"PR7002": number} if number else {}
    )
    assert {type(code) for code in result["doubts"]} <= {str}


def test_what_was_installed_after_the_boot_waits(engine):
    """DECISIONS 26 holds for every operating system."""
    node = dataclasses.replace(host(), boot_time=OLD, packages=(Package("KB1", None, "0", installed_at=NEW),))
    rows = engine(baseline(ALL), node, [A], as_of=AS_OF)["rows"]
    assert [(row["id"], row["state"]) for row in rows] == [("KB1", "INSTALLED_PENDING_REBOOT")]
