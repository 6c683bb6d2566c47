"""Golden rows that AWS's code gave, in the dialect `agent`: G-RANGE, G-ZYPP, G-COUNT after an install, G-OVERRIDE."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import patchrules as pr
from patchrules.families import family_of
from patchrules.model.baseline import ApprovalRule, PatchFilter
from patchrules.model.host import Host
from patchrules.model.names import ComplianceLevel, OperatingSystem
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.model.previous_run import PreviousRun

AS_OF = datetime(2024, 2, 1, tzinfo=UTC)
SUSE, RHEL = OperatingSystem.SUSE, OperatingSystem.REDHAT_ENTERPRISE_LINUX
AGENT = {"as_of": AS_OF, "dialect": "agent"}


def host(system, *packages, product, **more):
    return Host("h", family_of(system).name, product, "x86_64", packages=packages, **more)


def suse(*packages):
    return host(SUSE, *packages, product="Suse15.4")


G_RANGE = {
    "kernel-default": True,
    "kernel": True,
    "kernel*": True,
    "kernel-default.x86_64": True,
    "kernel-default > 4.12": True,
    "kernel-default > 4.12.14-95.21.1": True,
    "kernel-default = 4.12.14-95.24.1": True,
    "kernel-default = 4.12.14*": True,
    "kernel-default = 4.*": True,
    "kernel-default > 3.* < 5.*": True,
    "kernel-default < 5.* > 4.1.1-2.3.1": True,
    "k.rnel": True,
    "*": True,
    "kernel-*": True,
    "kernel-default >= 4.12.14-95.24.1": True,
    "kernel-default < 4.12.14-95.21.1": False,
    "kernel-default != 4.12.14-95.24.1": False,
    "kernel-default > 5.*": False,
    "default": False,
    "^kernel$": False,
    "kernel-default-4.12.14": False,
    "kernel-default-4.12.14-95.24.1.x86_64.rpm": False,
    "kernel-default <= 4.12.14-95.24.1": False,
    "KERNEL": False,
}


@pytest.mark.parametrize(("entry", "means"), G_RANGE.items())
def test_an_entry_of_a_suse_list_means_a_range(engine, entry, means):
    """G-RANGE, 4.3: what the rejected list means is INSTALLED_REJECTED under any action (Q15)."""
    kernel = Package("kernel-default", "x86_64", "0:4.12.14-95.24.1")
    row = engine(pr.Baseline("b", SUSE, rejected_patches=(entry,)), suse(kernel), [], **AGENT)["rows"][0]
    assert row["state"] == ("INSTALLED_REJECTED" if means else "INSTALLED_OTHER")


def curl(release, severity, category="security"):
    issued = (AS_OF - timedelta(days=30)).strftime("%a %b %d %H:%M:%S %Y")
    return Patch(
        "curl", "x86_64", f"0:7.60-{release}", f"SUSE-{release}-{severity}", category, severity, issued_text=issued
    )


IMPORTANT = ApprovalRule(
    (PatchFilter("CLASSIFICATION", ("Security",)), PatchFilter("SEVERITY", ("Important",))), ComplianceLevel.HIGH, 0
)
ANY = ApprovalRule((PatchFilter("CLASSIFICATION", ("*",)),), ComplianceLevel.HIGH, 0)
BY_SEVERITY = tuple(
    ApprovalRule((PatchFilter("SEVERITY", (level.lower(),)),), level, 0)
    for level in (ComplianceLevel.LOW, ComplianceLevel.CRITICAL)
)
G_ZYPP = [
    # case, rules, rejected, catalog, state, version of the title, level
    ("no update", (IMPORTANT,), (), [], "INSTALLED_OTHER", "7.60-1.1", "UNSPECIFIED"),
    ("an important one", (IMPORTANT,), (), [curl("3.1", "important")], "MISSING", "7.60-3.1", "HIGH"),
    (
        "and a newer low one",
        (IMPORTANT,),
        (),
        [curl("3.1", "important"), curl("4.1", "low")],
        "MISSING",
        "7.60-3.1",
        "HIGH",
    ),
    (
        "only a low one: the title is its",
        (IMPORTANT,),
        (),
        [curl("4.1", "low")],
        "INSTALLED_OTHER",
        "7.60-4.1",
        "UNSPECIFIED",
    ),
    ("any rule", (ANY,), (), [curl("3.1", "important"), curl("4.1", "low")], "MISSING", "7.60-4.1", "HIGH"),
    ("any rule, no update", (ANY,), (), [], "INSTALLED", "7.60-1.1", "HIGH"),
    (
        "one version, low and critical",
        BY_SEVERITY,
        (),
        [curl("3.1", "low"), curl("3.1", "critical")],
        "MISSING",
        "7.60-3.1",
        "CRITICAL",
    ),
    (
        "the newer ones are rejected",
        (ANY,),
        ("curl > 7.60-2.0",),
        [curl("3.1", "important")],
        "INSTALLED",
        "7.60-1.1",
        "HIGH",
    ),
    ("a prefix is rejected", (ANY,), ("cu",), [], "INSTALLED_REJECTED", "7.60-1.1", "UNSPECIFIED"),
]


@pytest.mark.parametrize(
    ("case", "rules", "rejected", "catalog", "state", "version", "level"), G_ZYPP, ids=[row[0] for row in G_ZYPP]
)
def test_what_zypper_hosts_report(engine, case, rules, rejected, catalog, state, version, level):
    """G-ZYPP: curl 7.60-1.1 is installed."""
    given = pr.Baseline("b", SUSE, rules=rules, rejected_patches=rejected)
    row = engine(given, suse(Package("curl", "x86_64", "0:7.60-1.1")), catalog, **AGENT)["rows"][0]
    assert (row["state"], row["title"], row["compliance_severity"]) == (state, f"curl.x86_64:0:{version}", level)


NOTICE = Patch("d", "x86_64", "0:2-1", "RHSA-1", "Security", "Important", issued_text="2023-01-01")
G_COUNT = [
    # case, classification, installed version, options, memory, counts, NonCompliantSeverity
    ("an install that left d behind", "Bugfix", "0:1-1", {}, None, {"missing": 0, "failed": 1}, "INFORMATIONAL"),
    (
        "one that must not reboot",
        "Security",
        "0:2-1",
        {"reboot_option": "NoReboot"},
        194,
        {"installed_pending_reboot": 1, "installed": 0, "security_non_compliant": 1},
        None,
    ),
    (
        "one that may",
        "Security",
        "0:2-1",
        {"reboot_option": "RebootIfNeeded"},
        194,
        {"installed_pending_reboot": 0, "installed": 1, "security_non_compliant": 0},
        None,
    ),
]


@pytest.mark.parametrize(
    ("case", "kind", "version", "options", "exit_code", "counts", "severity"), G_COUNT, ids=[row[0] for row in G_COUNT]
)
def test_what_an_install_reports(engine, case, kind, version, options, exit_code, counts, severity):
    """G-COUNT, 5.8, 5.9, Q20: what waits for a reboot gives the host no severity."""
    rule = ApprovalRule((), ComplianceLevel.UNSPECIFIED, 0)
    memory = None if exit_code is None else PreviousRun(installed=(f"d.x86_64:{version}",), exit_code=exit_code)
    node = host(RHEL, Package("d", "x86_64", version), product="RedhatEnterpriseLinux8.4", previous_run=memory)
    found = engine(
        pr.Baseline("b", RHEL, rules=(rule,)),
        node,
        [replace(NOTICE, classification=kind)],
        operation="install",
        **options,
        **AGENT,
    )
    assert {name: found["counts"][name] for name in counts} == counts
    assert found["non_compliant_severity"] == severity


@pytest.mark.shared
def test_the_override_lists_of_the_documentation_are_read(shared):
    """G-OVERRIDE."""
    texts = {path.name: path.read_text("utf-8") for path in (shared / "data" / "baselines" / "awsdocs").glob("*.yaml")}
    lists = {name: text for name, text in texts.items() if text.lstrip().startswith("patches:")}
    found = {name: pr.load_install_override(text.encode()) for name, text in lists.items() if "{patch-" not in text}
    assert len(found) >= 8
    assert all(found.values())
