"""Where packages stand: G-STATE, G-COUNT (Scan), G-DOC 5, 12, 13, SEMANTICS 5, DECISIONS 11 - 22, 29 - 31."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from patchrules.families import family_of
from patchrules.model.baseline import ApprovalRule, Baseline, PatchFilter
from patchrules.model.host import Host
from patchrules.model.names import ComplianceLevel, OperatingSystem, RejectedPatchesAction
from patchrules.model.package import Package
from patchrules.model.patch import Patch

AS_OF = datetime(2024, 2, 1, tzinfo=UTC)
LONG_AGO = datetime(2023, 1, 1, tzinfo=UTC)
RHEL = OperatingSystem.REDHAT_ENTERPRISE_LINUX
UBUNTU = OperatingSystem.UBUNTU
EPOCH_UNKNOWN, ARCH_UNKNOWN, OTHER_MAJOR, HALF_INSTALLED = "PR7003", "PR7004", "PR7005", "PR7007"

SECURITY = ApprovalRule((PatchFilter("CLASSIFICATION", ("Security",)),), approve_after_days=0)
EVERYTHING = ApprovalRule(approve_after_days=0, enable_non_security=True)
NAMED = ApprovalRule(approve_after_days=0)


def host(*packages, system=RHEL, product="RedhatEnterpriseLinux8.4", arch="x86_64"):
    return Host("node", family_of(system).name, product, arch, packages=packages)


def debian(*packages, arch="amd64"):
    return host(*packages, system=UBUNTU, product="Ubuntu20.04", arch=arch)


def package(evr, name="a", arch="x86_64", **more):
    return Package(name, arch, evr, **more)


def notice(evr, classification="Security", name="a", arch="x86_64", **more):
    return Patch(name, arch, evr, advisory=f"RHSA-{evr}", classification=classification, **{"issued": LONG_AGO, **more})


def baseline(*rules, system=RHEL, **fields):
    return Baseline("b", system, rules=rules or (SECURITY,), **fields)


BLOCK = {"rejected_patches": ("a",), "rejected_patches_action": RejectedPatchesAction.BLOCK}
ALLOW = {"rejected_patches": ("a",)}
G_STATE = [
    # case, installed, catalog, fields of the baseline, state, target
    ("installed older + approved", "0:1-1", [notice("0:2-1")], {}, "MISSING", "0:2-1"),
    ("same", "0:2-1", [notice("0:2-1")], {}, "INSTALLED", "0:2-1"),
    ("newer than approved, DECISIONS 13", "0:3-1", [notice("0:2-1")], {}, "INSTALLED", "0:2-1"),
    ("update not approved, DECISIONS 13", "0:1-1", [notice("0:2-1", "Bugfix")], {}, "INSTALLED_OTHER", None),
    ("nothing known", "0:1-1", [], {}, "INSTALLED_OTHER", None),
    ("rejected installed, BLOCK", "0:1-1", [notice("0:2-1")], BLOCK, "INSTALLED_REJECTED", None),
    ("rejected installed, ALLOW: DECISIONS 10, Q15", "0:1-1", [notice("0:2-1")], ALLOW, "INSTALLED_OTHER", None),
    (
        "old approved + new not approved: the old one is the target, 3.9",
        "0:1-1",
        [notice("0:2-1"), notice("0:3-1", "Bugfix")],
        {},
        "MISSING",
        "0:2-1",
    ),
    ("two approved: the highest, DECISIONS 12", "0:1-1", [notice("0:2-1"), notice("0:3-1")], {}, "MISSING", "0:3-1"),
    (
        "G-DOC 13, DECISIONS 12: the highest approved is not available, the next is",
        "0:1-1",
        [notice("0:2-1"), notice("0:3-1", offered=False)],
        {},
        "MISSING",
        "0:2-1",
    ),
    (
        "DECISIONS 12: nothing available above the installed one is never MISSING",
        "0:2-1",
        [notice("0:2-1"), notice("0:3-1", offered=False)],
        {},
        "INSTALLED",
        "0:2-1",
    ),
    ("DECISIONS 18: what is not offered is no target", "0:1-1", [notice("0:2-1", offered=False)], {}, "INSTALLED_OTHER", None),
    (
        "DECISIONS 13: the installed version is approved though no repository offers it any more",
        "0:2-1",
        [notice("0:2-1", offered=False)],
        {},
        "INSTALLED",
        "0:2-1",
    ),
    ("DECISIONS 11: the epoch counts, Q9", "0:9-1", [notice("1:1-1")], {}, "MISSING", "1:1-1"),
    ("DECISIONS 11: ~ is older", "0:1.0~rc1-1", [notice("0:1.0-1")], {}, "MISSING", "0:1.0-1"),
    ("DECISIONS 11: ^ is newer", "0:1.0-1", [notice("0:1.0^git1-1")], {}, "MISSING", "0:1.0^git1-1"),
    ("DECISIONS 11: 1.10 is above 1.9, Q11", "0:1.9-1", [notice("0:1.10-1")], {}, "MISSING", "0:1.10-1"),
    ("another architecture is another package, 5.3", "0:1-1", [notice("0:2-1", arch="i686")], {}, "INSTALLED_OTHER", None),
    ("DECISIONS 22: built for another major release", "0:1-1.el8", [notice("0:2-1.el9")], {}, "INSTALLED_OTHER", None),
    ("DECISIONS 22: of the same", "0:1-1.el8", [notice("0:2-1.el8_6")], {}, "MISSING", "0:2-1.el8_6"),
    ("DECISIONS 22: of none", "0:1-1.el8", [notice("0:2-1")], {}, "MISSING", "0:2-1"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("case", "installed", "catalog", "fields", "state", "target"), G_STATE, ids=[r[0] for r in G_STATE]
)
def test_the_state_of_an_installed_package(engine, case, installed, catalog, fields, state, target):
    row = engine(baseline(**fields), host(package(installed)), catalog, as_of=AS_OF)["rows"][0]
    assert (row["state"], row["target"]) == (state, target)


def test_a_package_built_for_another_major_release_says_so(engine):
    """DECISIONS 22: not applicable, with a diagnostic, and no NOT_APPLICABLE count either."""
    catalog = [notice("0:2-1.el9"), notice("0:2-1.el9", name="b")]
    result = engine(baseline(), host(package("0:1-1.el8")), catalog, as_of=AS_OF)
    assert (result["rows"][0]["notes"], result["counts"]["not_applicable"]) == ([OTHER_MAJOR], 0)


ABSENT = [
    # case, catalog, count
    ("G-STATE not installed approved", [notice("0:2-1", name="b")], 1),
    ("G-STATE not installed unapproved", [notice("0:2-1", "Bugfix", name="b")], 0),
    ("5.3: one a name and architecture, whatever versions", [notice("0:2-1", name="b"), notice("0:3-1", name="b")], 1),
    ("5.3: each architecture that the machine can run", [notice("0:2-1", name="b", arch=a) for a in ("x86_64", "i686")], 2),
    ("5.4: not one that the machine cannot run", [notice("0:2-1", name="b", arch=a) for a in ("s390x", "x86_64")], 1),
    ("DECISIONS 18: not what is not offered", [notice("0:2-1", name="b", offered=False)], 0),
    ("DECISIONS 29: not what is not released", [notice("0:2-1", name="b", issued=AS_OF + timedelta(1))], 0),
]  # fmt: skip


@pytest.mark.parametrize(("case", "catalog", "count"), ABSENT, ids=[row[0] for row in ABSENT])
def test_what_is_not_installed_is_counted_not_listed(engine, case, catalog, count):
    """DECISIONS 16: and it makes a host neither compliant nor non-compliant."""
    result = engine(baseline(), host(package("0:1-1")), catalog, as_of=AS_OF)
    assert (result["counts"]["not_applicable"], len(result["rows"]), result["status"]) == (count, 1, "COMPLIANT")


def test_of_several_installed_versions_the_newest_counts(engine):
    """DECISIONS 14, Q18: kernels stand beside each other; one verdict."""
    kernels = [package(evr, "kernel") for evr in ("0:4.18-2.el8", "0:4.18-10.el8", "0:4.18-9.el8")]
    result = engine(baseline(), host(*kernels), [notice("0:4.18-10.el8", name="kernel")], as_of=AS_OF)
    assert [(row["installed"], row["state"]) for row in result["rows"]] == [("0:4.18-10.el8", "INSTALLED")]


STREAM = {
    # G-DOC 5: CentOS Stream, no updateinfo, PRODUCT *, 7 days; as built: (installed, update), flag -> state
    ("installed long ago, update built 10 d ago, flag on"): (400, 10, True, "MISSING"),
    ("installed long ago, update built 10 d ago, flag off"): (400, 10, False, "INSTALLED_OTHER"),
    ("update built 3 d ago, flag on, installed build old"): (400, 3, True, "INSTALLED"),
}


@pytest.mark.parametrize(("mine", "theirs", "flag", "state"), STREAM.values(), ids=STREAM)
def test_g_doc_5_a_system_without_notices(engine, mine, theirs, flag, state):
    centos = OperatingSystem.CENTOS
    rule = ApprovalRule((PatchFilter("PRODUCT", ("*",)),), approve_after_days=7, enable_non_security=flag)
    node = host(package("0:1-1.el9", built=AS_OF - timedelta(mine)), system=centos, product="CentOS9")
    update = Patch("a", "x86_64", "0:2-1.el9", built=AS_OF - timedelta(theirs))
    assert engine(baseline(rule, system=centos), node, [update], as_of=AS_OF)["rows"][0]["state"] == state


def deb(evr, *, security, arch="amd64", name="openssl", **more):
    return Patch(name, arch, evr, security=security, repository="focal-security" if security else "focal", **more)


RULE = ApprovalRule((PatchFilter("PRIORITY", ("*",)),), ComplianceLevel.HIGH)
WITH_FLAG = ApprovalRule((PatchFilter("PRIORITY", ("*",)),), ComplianceLevel.HIGH, enable_non_security=True)
G_DEB = [
    # case, installed, catalog, rule, state, target, classification
    (
        "G-DOC 12, DECISIONS 6: 3.0.9 in -security, newer in -updates",
        "3.0.8",
        [deb("3.0.9", security=True), deb("3.0.10", security=False)],
        RULE, "MISSING", "3.0.9", "Security",
    ),
    (
        "G-DOC 12: installed from -security, newer only in -updates",
        "3.0.9",
        [deb("3.0.9", security=True), deb("3.0.10", security=False)],
        RULE, "INSTALLED", "3.0.9", "Security",
    ),
    (
        "DECISIONS 6: flag on takes the highest, Q11 is the agent's",
        "3.0.8",
        [deb("3.0.9", security=True), deb("3.0.10", security=False)],
        WITH_FLAG, "MISSING", "3.0.10", "",
    ),
    ("DECISIONS 6: nothing from security", "3.0.8", [deb("3.0.9", security=False)], RULE, "INSTALLED_OTHER", None, ""),
    (
        "2.3.2: one of the archives that have it is security",
        "3.0.8",
        [deb("3.0.9", security=False), deb("3.0.9", security=True)],
        RULE, "MISSING", "3.0.9", "Security",
    ),
    (
        "DECISIONS 6: a security version below the installed one does not count as newer",
        "3.0.10",
        [deb("3.0.9", security=True)],
        RULE, "INSTALLED", "3.0.9", "Security",
    ),
    ("DECISIONS 11: dpkg's epoch", "9", [deb("1:1", security=True)], RULE, "MISSING", "1:1", "Security"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("case", "installed", "catalog", "rule", "state", "target", "classification"), G_DEB, ids=[r[0] for r in G_DEB]
)
def test_security_archives(engine, case, installed, catalog, rule, state, target, classification):
    node = debian(package(installed, "openssl", "amd64"))
    row = engine(baseline(rule, system=UBUNTU), node, catalog, as_of=AS_OF)["rows"][0]
    assert (row["state"], row["target"], row["classification"]) == (state, target, classification)


def test_apt_knows_no_dates(engine):
    """DECISIONS 5: a delay has no effect, nor has a date after as-of."""
    rule = ApprovalRule(approve_after_days=360)
    catalog = [deb("3.0.9", security=True, built=AS_OF + timedelta(1))]
    row = engine(baseline(rule, system=UBUNTU), debian(package("3.0.8", "openssl", "amd64")), catalog, as_of=AS_OF)[
        "rows"
    ][0]
    assert (row["state"], row["released_at"], row["since"]) == ("MISSING", None, None)


def test_a_package_for_all_architectures_replaces_the_native_one(engine):
    """5.3, 2.3: dpkg has one of a name, ``all`` or native."""
    node = debian(package("1", "docs", "all"), package("1", "tool", "amd64"))
    catalog = [deb("2", security=True, name="docs"), deb("2", security=True, name="tool", arch="all")]
    result = engine(baseline(RULE, system=UBUNTU), node, catalog, as_of=AS_OF)
    assert {row["id"]: row["state"] for row in result["rows"]} == {"docs.all": "MISSING", "tool.amd64": "MISSING"}
    assert result["counts"]["not_applicable"] == 0


STATUS = [(None, 1), ("installed", 1), ("config-files", 0), ("half-installed", 0), ("not-installed", 0)]


@pytest.mark.parametrize(("status", "judged"), STATUS)
def test_dpkg_half_states_are_counted_apart(engine, status, judged):
    """DECISIONS 20; a name that is only half there is not installed: its update is NOT_APPLICABLE."""
    node = debian(package("3.0.8", "openssl", "amd64", status=status))
    result = engine(baseline(RULE, system=UBUNTU), node, [deb("3.0.9", security=True)], as_of=AS_OF)
    assert (result["counts"]["missing"], len(result["rows"])) == (judged, judged)
    assert result["counts"]["not_applicable"] == 1 - judged
    assert result["doubts"] == ({} if judged else {HALF_INSTALLED: 1})


def several(*evrs, name="openssl", arch="amd64", status=None):
    return [package(evr, name, arch, status=status) for evr in evrs]


OF_TWO_DAYS = {
    # case: packages, architecture of the host, in several versions
    "one version twice": (several("3.0.8", "3.0.8"), "amd64", 0),
    "two versions": (several("3.0.8", "3.0.9"), "amd64", 1),
    "three versions": (several("3.0.8", "3.0.9", "3.0.7"), "amd64", 1),
    "two packages": (several("1", "2") + several("1", "2", name="bash"), "amd64", 2),
    "two architectures": (several("1") + several("2", arch="i386"), "amd64", 0),
    "all is native": (several("1") + several("2", arch="all"), "amd64", 1),
    "all is native, of a machine nobody states": (several("1", arch=None) + several("2", arch="all"), None, 1),
    "unstated is native": (several("1") + several("2", arch=None), "amd64", 1),
    "one is only configuration": (several("1") + several("2", status="config-files"), "amd64", 0),
}


@pytest.mark.parametrize("case", OF_TWO_DAYS)
def test_dpkg_keeps_one_version_of_a_package(engine, case):
    """5.1: several are of two days, or of two hosts of one name."""
    packages, arch, wanted = OF_TWO_DAYS[case]
    doubts = engine(baseline(RULE, system=UBUNTU), debian(*packages, arch=arch), [], as_of=AS_OF)["doubts"]
    assert doubts.get("PR7025", 0) == wanted


OF_TWO_DAYS_OF_RPM = {
    # case: packages, architecture of the host, in several versions
    "two versions": (several("3.0-1", "3.1-1", arch="x86_64"), "x86_64", 1),
    "kernels": (several("1-1", "2-1", name="kernel-core", arch="x86_64"), "x86_64", 0),
    "keys": (several("1-1", "2-1", name="gpg-pubkey", arch=None), "x86_64", 0),
    "two architectures": (several("1-1", arch="x86_64") + several("2-1", arch="i686"), "x86_64", 0),
    "noarch is another": (several("1-1", arch="x86_64") + several("2-1", arch="noarch"), "x86_64", 0),
    "unstated is native": (several("1-1", arch="x86_64") + several("2-1", arch=None), "x86_64", 1),
    "unstated is noarch, of a machine nobody states": (
        several("1-1", arch="noarch") + several("2-1", arch=None),
        None,
        1,
    ),
}


@pytest.mark.parametrize("case", OF_TWO_DAYS_OF_RPM)
def test_rpm_keeps_one_version_but_of_kernels(engine, case):
    """5.1: several of another package are of two days, or of two hosts of one name."""
    packages, arch, wanted = OF_TWO_DAYS_OF_RPM[case]
    doubts = engine(baseline(), host(*packages, arch=arch), [], as_of=AS_OF)["doubts"]
    assert doubts.get("PR7025", 0) == wanted


EPOCHS = [
    # installed, catalog, state, installed as compared, target as compared, is in doubt, source
    ("1-1", ["1:2-1"], "MISSING", "1:1-1", "1:2-1", True, "DECISIONS 30: the other side's, if unique"),
    ("3-1", ["1:2-1"], "INSTALLED", "1:3-1", "1:2-1", True, "DECISIONS 30: unknown is not 0"),
    ("1:1-1", ["2-1"], "MISSING", "1:1-1", "1:2-1", True, "DECISIONS 30: the same the other way round"),
    ("1:3-1", ["2-1"], "INSTALLED", "1:3-1", "1:2-1", True, "DECISIONS 30"),
    ("0:3-1", ["1:2-1"], "MISSING", "0:3-1", "1:2-1", False, "DECISIONS 11: stated epochs are compared"),
    ("1-1", ["2-1"], "MISSING", "1-1", "2-1", True, "DECISIONS 30: nobody states one"),
    ("3-1", ["0:2-1", "1:1-1"], "INSTALLED", "3-1", "2-1", True, "DECISIONS 30: not unique: version-release"),
    ("1-1", ["0:2-1", "1:1.5-1"], "MISSING", "1-1", "2-1", True, "DECISIONS 30: not unique: version-release"),
]


@pytest.mark.parametrize(("installed", "catalog", "state", "mine", "target", "doubt", "source"), EPOCHS)
def test_an_epoch_that_is_not_stated_is_unknown(engine, installed, catalog, state, mine, target, doubt, source):
    result = engine(baseline(), host(package(installed)), [notice(evr) for evr in catalog], as_of=AS_OF)
    row = result["rows"][0]
    assert (row["state"], row["installed"], row["target"]) == (state, mine, target)
    assert (EPOCH_UNKNOWN in row["notes"], result["doubts"].get(EPOCH_UNKNOWN, 0)) == (doubt, int(doubt))


ARCHES = [
    # architecture of the host, those the catalog has for the name, what the package gets, source
    ("x86_64", ["x86_64"], "x86_64", "DECISIONS 30: the host's"),
    ("x86_64", ["noarch"], "noarch", "DECISIONS 30: noarch"),
    ("x86_64", ["noarch", "x86_64"], "x86_64", "DECISIONS 30: not unique: the host's"),
    ("x86_64", ["i686"], "x86_64", "DECISIONS 30: neither"),
    (None, ["noarch"], "noarch", "DECISIONS 30"),
    (None, ["x86_64"], "", "DECISIONS 30: the host does not say either"),
]


@pytest.mark.parametrize(("machine", "known", "arch", "source"), ARCHES)
def test_an_architecture_that_is_not_stated(engine, machine, known, arch, source):
    catalog = [notice("0:2-1", arch=found) for found in known]
    result = engine(baseline(), host(package("0:1-1", arch=None), arch=machine), catalog, as_of=AS_OF)
    assert [(row["arch"], row["notes"]) for row in result["rows"]] == [(arch, [ARCH_UNKNOWN])]
    assert result["doubts"] == {ARCH_UNKNOWN: 1}


COVERAGE = [
    # host, catalog, reasons, source
    (host(package("0:1-1"), product=None), [notice("0:2-1")], ["NO_PRODUCT"], "DECISIONS 31"),
    (host(), [notice("0:2-1")], ["NO_INVENTORY"], "DECISIONS 31"),
    (host(product=None), [], ["NO_PRODUCT", "NO_INVENTORY"], "DECISIONS 31"),
]


@pytest.mark.parametrize(("node", "catalog", "reasons", "source"), COVERAGE)
def test_a_host_that_cannot_be_judged_is_unknown_never_compliant(engine, node, catalog, reasons, source):
    result = engine(baseline(), node, catalog, as_of=AS_OF)
    assert (result["status"], result["unknown"]) == ("UNKNOWN", reasons)


CRITICAL, LOW, UNSPECIFIED = ComplianceLevel.CRITICAL, ComplianceLevel.LOW, ComplianceLevel.UNSPECIFIED
G_COUNT = [
    # missing packages as (level, classification), expected counts, NonCompliantSeverity
    (
        "G-COUNT",
        [(CRITICAL, "Security"), (CRITICAL, "Bugfix"), (LOW, "Security"), (UNSPECIFIED, "Bugfix")],
        {"missing": 4, "critical_non_compliant": 2, "security_non_compliant": 2, "other_non_compliant": 1},
        "CRITICAL",
    ),
    (
        "5.13 UNSPECIFIED alone is INFORMATIONAL",
        [(UNSPECIFIED, "Bugfix")],
        {"missing": 1, "critical_non_compliant": 0, "security_non_compliant": 0, "other_non_compliant": 1},
        "INFORMATIONAL",
    ),
    (
        "5.12 an item may count twice",
        [(CRITICAL, "security")],
        {"missing": 1, "critical_non_compliant": 1, "security_non_compliant": 1, "other_non_compliant": 0},
        "CRITICAL",
    ),
    (
        "G-COUNT empty scan",
        [],
        {"missing": 0, "critical_non_compliant": 0, "security_non_compliant": 0, "other_non_compliant": 0},
        None,
    ),
]


@pytest.mark.parametrize(("case", "missing", "expected", "severity"), G_COUNT, ids=[row[0] for row in G_COUNT])
def test_counters_of_what_does_not_comply(engine, case, missing, expected, severity):
    names = [f"p{number}" for number in range(len(missing))]
    rules = tuple(ApprovalRule((PatchFilter("SEVERITY", (level,)),), level, 0) for level in ComplianceLevel)
    catalog = [
        notice("0:2-1", kind, name=name, severity=level) for name, (level, kind) in zip(names, missing, strict=True)
    ]
    node = host(package("0:1-1", "fine"), *(package("0:1-1", name) for name in names))
    result = engine(baseline(*rules), node, catalog, as_of=AS_OF)
    assert {name: result["counts"][name] for name in expected} == expected
    assert result["non_compliant_severity"] == severity
    assert result["status"] == ("NON_COMPLIANT" if missing else "COMPLIANT")
    assert {row["id"]: row["compliance_severity"] for row in result["rows"] if row["state"] == "MISSING"} == {
        f"{name}.x86_64": level for name, (level, _) in zip(names, missing, strict=True)
    }


def test_after_an_install_what_is_missing_has_failed(engine):
    """5.8: without an override list."""
    result = engine(baseline(), host(package("0:1-1")), [notice("0:2-1")], as_of=AS_OF, operation="install")
    assert (result["rows"][0]["state"], result["counts"]["failed"], result["counts"]["missing"]) == ("FAILED", 1, 0)
    assert result["status"] == "NON_COMPLIANT"


def test_ids_and_titles(engine):
    """5.11, G-FMT: the title of what is missing has the target, of what is installed the installed version."""
    rows = engine(
        baseline(EVERYTHING), host(package("32:9.8-1", "bind"), package("0:1-1")), [notice("0:2-1")], as_of=AS_OF
    )
    assert {row["id"]: row["title"] for row in rows["rows"]} == {
        "a.x86_64": "a.x86_64:0:2-1",
        "bind.x86_64": "bind.x86_64:32:9.8-1",
    }
    node = debian(package("0.6.55-0ubuntu12~20.04.4", "accountsservice", "amd64"))
    title = engine(baseline(RULE, system=UBUNTU), node, [], as_of=AS_OF)["rows"][0]["title"]
    assert title == "accountsservice.amd64:0.6.55-0ubuntu12~20.04.4"


def test_the_level_of_an_installed_package_is_that_of_the_rule(engine):
    """5.4, 5.11: INSTALLED takes level, classification and severity from the approved patch; INSTALLED_OTHER has none."""
    rule = ApprovalRule(SECURITY.filters, ComplianceLevel.HIGH, 0)
    node = host(package("0:2-1"), package("0:2-1", "b"))
    rows = engine(
        baseline(rule), node, [notice("0:2-1", severity="Low"), notice("0:2-1", "Bugfix", name="b")], as_of=AS_OF
    )
    found = {
        row["id"]: (row["state"], row["compliance_severity"], row["classification"], row["severity"])
        for row in rows["rows"]
    }
    assert found == {
        "a.x86_64": ("INSTALLED", "HIGH", "Security", "Low"),
        "b.x86_64": ("INSTALLED_OTHER", "UNSPECIFIED", "Bugfix", ""),
    }
