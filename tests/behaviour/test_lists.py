"""What entries of the approved and rejected lists mean: G-MATCH, SEMANTICS 4, DECISIONS 8 - 10, documented dialect."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime

import pytest

from patchrules.families import family_named
from patchrules.model.baseline import ApprovalRule, Baseline
from patchrules.model.host import Host
from patchrules.model.names import OperatingSystem, RejectedPatchesAction
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.reference.patterns import forms, matches

AS_OF = datetime(2024, 2, 1, tzinfo=UTC)
LONG_AGO = datetime(2023, 1, 1, tzinfo=UTC)
RHEL = OperatingSystem.REDHAT_ENTERPRISE_LINUX
AL2 = OperatingSystem.AMAZON_LINUX_2

BIND_EVR = "32:9.8.2-0.68.rc1.60.amzn1"
BIND_HOST = Host(
    "node",
    "amazon_linux",
    "AmazonLinux2018.03",
    "x86_64",
    packages=(Package("bind-libs", "x86_64", "32:9.8.1-1.amzn1"),),
)
APT_HOST = Host("node", "ubuntu", "Ubuntu20.04", "amd64", packages=(Package("apt", "amd64", "1.2.26"),))

G_MATCH = [
    # entry, does it name bind-libs-32:9.8.2-0.68.rc1.60.amzn1.x86_64, source
    ("bind-libs", True, "G-MATCH"),
    ("BIND-LIBS", True, "G-MATCH"),
    ("bind*", True, "G-MATCH"),
    ("bind-libs.x86_64", True, "G-MATCH"),
    ("bind-libs-9.8.2", True, "G-MATCH"),
    ("bind-libs-9.8.2-0.68.rc1.60.amzn1", True, "G-MATCH"),
    ("bind-libs-9.8.2-0.68.rc1.60.amzn1.x86_64", True, "G-MATCH"),
    ("32:bind-libs-9.8.2-0.68.rc1.60.amzn1.x86_64", True, "G-MATCH"),
    ("bind-libs-32:9.8.2-0.68.rc1.60.amzn1.x86_64", True, "G-MATCH"),
    ("bind-libs.x86_64:32:9.8.2-0.68.rc1.60.amzn1", True, "G-MATCH"),
    ("bind-libs-?2:9*", True, "G-MATCH"),
    ("[bB]ind*", True, "G-MATCH"),
    ("*", True, "G-MATCH"),
    ("*0.68*", True, "G-MATCH: a form that begins with the name ends like that"),
    ("*:9.8.2-*", True, "G-MATCH: bind-libs-32:9.8.2-..."),
    ("9.8.2", False, "Q19: version only, an override title in the documented dialect"),
    ("9.8.2-0.68.rc1.60.amzn1", False, "Q19"),
    ("32:9.8.2-0.68.rc1.60.amzn1", False, "Q19"),
    ("bind", False, "G-MATCH"),
    ("*.i686", False, "G-MATCH"),
    ("bind-libs[", False, "G-MATCH"),
    ("ind-libs", False, "4.2: partial text"),
]  # fmt: skip

G_MATCH_APT = [
    ("apt", True, "G-MATCH"),
    ("apt.amd64", True, "G-MATCH"),
    ("apt-1.2.27", True, "G-MATCH"),
    ("apt.amd64:1.2.27", True, "G-MATCH"),
    ("*1.2.27", True, "G-MATCH"),
    ("apt*", True, "G-MATCH"),
    ("APT", True, "4.2"),
    ("1.2.27", False, "Q19"),
    ("amd64:1.2.27", False, "Q19"),
    ("apt:1.2.27", False, "G-MATCH"),
    ("CVE-2024-1", False, "4.4: apt has no ids"),
]


def approves_bind(engine, **lists):
    """Whether the lists alone make the newer bind-libs (or apt) a target."""
    patch = Patch("bind-libs", "x86_64", BIND_EVR, advisory="ALAS-2018-1", issued=LONG_AGO)
    baseline = Baseline("b", OperatingSystem.AMAZON_LINUX, **lists)
    return engine(baseline, BIND_HOST, [patch], as_of=AS_OF)["counts"]["missing"] == 1


@pytest.mark.parametrize(("entry", "named", "source"), G_MATCH)
def test_an_entry_of_the_approved_list_names_an_rpm(engine, entry, named, source):
    assert approves_bind(engine, approved_patches=(entry,)) is named


@pytest.mark.parametrize(("entry", "named", "source"), G_MATCH)
def test_an_entry_of_the_rejected_list_names_an_rpm(engine, entry, named, source):
    rules = (ApprovalRule(approve_after_days=0, enable_non_security=True),)
    assert approves_bind(engine, rules=rules, rejected_patches=(entry,)) is not named


@pytest.mark.parametrize(("entry", "named", "source"), G_MATCH_APT)
def test_an_entry_of_the_approved_list_names_a_deb(engine, entry, named, source):
    patch = Patch("apt", "amd64", "1.2.27", security=True)
    result = engine(Baseline("b", OperatingSystem.UBUNTU, approved_patches=(entry,)), APT_HOST, [patch], as_of=AS_OF)
    assert (result["counts"]["missing"] == 1) is named


@pytest.mark.shared
@pytest.mark.parametrize(("file", "family", "most"), [("rpm", "rhel", 667), ("deb", "ubuntu", None)])
def test_aws_answers_about_patterns_hold_with_the_override_forms(shared, file, family, most):
    """The agent also takes version-only forms (Q19); with them added, every answer of AWS's engine is ours."""
    facts = family_named(family).documented
    wrong = []
    with gzip.open(shared / "conformance" / f"package_patterns_{file}.jsonl.gz", "rt") as lines:
        rows = [json.loads(line) for line in lines]
    for row in rows:
        package = row["package"]
        evr = package["version"] if file == "deb" else "{epoch}:{version}-{release}".format(**package)
        texts = forms(package["name"], package["arch"], evr, (*facts.name_forms, *facts.override_forms))
        if matches(row["pattern"], texts) is not row["match"]:
            wrong.append(row)
    assert rows
    assert wrong == []


OPENSSL_HOST = Host("node", "rhel", "RedhatEnterpriseLinux8.4", "x86_64", packages=(
    Package("openssl", "x86_64", "1:1.1.1g-1.el8"), Package("openssl-libs", "x86_64", "1:1.1.1g-1.el8"),
    Package("zlib", "x86_64", "0:1.2.11-1.el8"),
))  # fmt: skip
NOTICES = (
    Patch("openssl", "x86_64", "1:1.1.1k-2.el8", advisory="RHSA-2021:1", classification="Security", issued=LONG_AGO, cves=("CVE-2021-1",), bugzillas=("2000001",)),
    Patch("openssl-libs", "x86_64", "1:1.1.1k-2.el8", advisory="RHSA-2021:1", classification="Security", issued=LONG_AGO, cves=("CVE-2021-1",), bugzillas=("2000001",)),
    Patch("zlib", "x86_64", "0:1.2.11-17.el8", advisory="RHSA-2021:2", classification="Security", issued=LONG_AGO, cves=("CVE-2021-2",)),
)  # fmt: skip

IDS = [
    # entry, the packages that the notices with this id fix, source
    ("CVE-2021-1", {"openssl.x86_64", "openssl-libs.x86_64"}, "4.4, DECISIONS 8"),
    ("CVE-2021-2", {"zlib.x86_64"}, "4.4, DECISIONS 8"),
    ("RHSA-2021:1", {"openssl.x86_64", "openssl-libs.x86_64"}, "4.4, DECISIONS 8"),
    ("2000001", {"openssl.x86_64", "openssl-libs.x86_64"}, "G-DOC 3, digits only = a Bugzilla id"),
    ("cve-2021-1", set(), "4.4: exact, case-sensitive"),
    ("CVE-2021-*", set(), "4.4: ids are no globs"),
    ("CVE-2021", set(), "4.4: exact"),
    ("1.1.1k", set(), "G-DOC 4, Q19"),
]


@pytest.mark.parametrize(("entry", "fixed", "source"), IDS)
def test_an_id_approves_the_packages_of_its_notices(engine, entry, fixed, source):
    result = engine(Baseline("b", RHEL, approved_patches=(entry,)), OPENSSL_HOST, NOTICES, as_of=AS_OF)
    assert {row["id"] for row in result["rows"] if row["state"] == "MISSING"} == fixed


@pytest.mark.parametrize(("entry", "fixed", "source"), IDS)
def test_an_id_rejects_the_packages_of_its_notices_and_no_others(engine, entry, fixed, source):
    baseline = Baseline("b", RHEL, rules=(ApprovalRule(approve_after_days=0),), rejected_patches=(entry,))
    result = engine(baseline, OPENSSL_HOST, NOTICES, as_of=AS_OF)
    assert {row["id"] for row in result["rows"] if row["state"] != "MISSING"} == fixed


def test_a_rejected_id_rejects_only_the_versions_of_its_notices(engine):
    """DECISIONS 8: an id means exactly the versions of the notices that carry it; DECISIONS 12: then the next."""
    newer = Patch("openssl", "x86_64", "1:1.1.1k-5.el8", advisory="RHSA-2021:9", issued=LONG_AGO, cves=("CVE-2021-9",))
    baseline = Baseline("b", RHEL, rules=(ApprovalRule(approve_after_days=0),), rejected_patches=("CVE-2021-9",))
    row = engine(baseline, OPENSSL_HOST, [*NOTICES, newer], as_of=AS_OF)["by_id"]["openssl.x86_64"]
    assert (row["state"], row["target"]) == ("MISSING", "1:1.1.1k-2.el8")


def test_a_rejected_id_also_rejects_that_version_as_another_notice_and_the_repository_have_it(engine):
    """DECISIONS 8: what is rejected is a version, whoever else speaks of it."""
    same = Patch("zlib", "x86_64", "0:1.2.11-17.el8", advisory="RHBA-2021:7", issued=LONG_AGO)
    bare = Patch("zlib", "x86_64", "0:1.2.11-17.el8", built=LONG_AGO)
    rules = (ApprovalRule(approve_after_days=0, enable_non_security=True),)
    baseline = Baseline("b", RHEL, rules=rules, rejected_patches=("CVE-2021-2",))
    row = engine(baseline, OPENSSL_HOST, [*NOTICES, same, bare], as_of=AS_OF)["by_id"]["zlib.x86_64"]
    assert (row["state"], row["target"]) == ("INSTALLED", "0:1.2.11-1.el8")


ALLOW, BLOCK = RejectedPatchesAction.ALLOW_AS_DEPENDENCY, RejectedPatchesAction.BLOCK
OLD, NEW, NEWER = "1:1.1.1g-1.el8", "1:1.1.1k-2.el8", "1:1.1.1k-5.el8"
REJECTING = [
    # installed, catalog, rejected, action, state, target, source
    (OLD, [], "openssl", BLOCK, "INSTALLED_REJECTED", None, "4.7, DECISIONS 10"),
    (OLD, [], "openssl", ALLOW, "INSTALLED_OTHER", None, "4.7, DECISIONS 10: the agent says rejected, Q15"),
    (OLD, [NEW], "openssl", BLOCK, "INSTALLED_REJECTED", None, "DECISIONS 10: a bare name rejects all versions"),
    (OLD, [NEW], "openssl", ALLOW, "INSTALLED_OTHER", None, "DECISIONS 10"),
    (OLD, [NEW], "openssl-1.1.1g", BLOCK, "MISSING", NEW, "DECISIONS 10: a newer approved version makes it MISSING first"),
    (OLD, [NEW], "openssl-1.1.1g", ALLOW, "MISSING", NEW, "DECISIONS 10"),
    (OLD, [NEW], "openssl-1.1.1k", BLOCK, "INSTALLED", OLD, "DECISIONS 10: rejection is tested per version"),
    (OLD, [NEW, NEWER], "openssl-1.1.1k-5*", BLOCK, "MISSING", NEW, "DECISIONS 12"),
    (NEW, [OLD, NEW], "openssl-1.1.1k", BLOCK, "INSTALLED_REJECTED", OLD, "5.3 step 4 before 6"),
    (NEW, [OLD, NEW], "openssl-1.1.1k", ALLOW, "INSTALLED_OTHER", OLD, "5.3 step 4 before 6"),
    (NEW, [OLD], "openssl-1.1.1g", BLOCK, "INSTALLED", NEW, "5.3 step 4: the installed version is not the rejected one"),
]  # fmt: skip


@pytest.mark.parametrize(("installed", "catalog", "rejected", "action", "state", "target", "source"), REJECTING)
def test_rejected_and_installed(engine, installed, catalog, rejected, action, state, target, source):
    host = Host(
        "node", "rhel", "RedhatEnterpriseLinux8.4", "x86_64", packages=(Package("openssl", "x86_64", installed),)
    )
    rules = (ApprovalRule(approve_after_days=0, enable_non_security=True),)
    baseline = Baseline("b", RHEL, rules=rules, rejected_patches=(rejected,), rejected_patches_action=action)
    patches = [
        Patch("openssl", "x86_64", evr, advisory=f"RHSA-2021:{n}", issued=LONG_AGO) for n, evr in enumerate(catalog)
    ]
    result = engine(baseline, host, patches, as_of=AS_OF)
    row = result["rows"][0]
    assert (row["state"], row["target"]) == (state, target)
    assert row["compliance_severity"] == "UNSPECIFIED"
    assert result["status"] == ("NON_COMPLIANT" if state in ("MISSING", "INSTALLED_REJECTED") else "COMPLIANT")


def test_g_doc_2_a_rejected_cve_on_amazon_linux_2(engine):
    """G-DOC 2."""
    host = Host(
        "node", "amazon_linux_2", "AmazonLinux2", "x86_64", packages=(Package("curl", "x86_64", "0:7.79-1.amzn2"),)
    )
    patch = Patch("curl", "x86_64", "0:7.79-2.amzn2", advisory="ALAS2-1", issued=LONG_AGO, cves=("CVE-2023-9",))
    baseline = Baseline("b", AL2, rules=(ApprovalRule(approve_after_days=0),), rejected_patches=("CVE-2023-9",))
    assert engine(baseline, host, [patch], as_of=AS_OF)["rows"][0]["state"] == "INSTALLED_OTHER"
