"""The bundled fleet gives the verdicts worked out by hand, on both engines.

`make demo` shows this fleet. Each number below was counted from the files in `data/`, not taken from a run.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import patchrules as pr
from patchrules.assignment import baseline_for
from patchrules.evaluation.nouns import hosts_of

DATA = Path(__file__).resolve().parents[1] / "data"
AS_OF = "2026-11-01T00:00Z"
CATALOGS = ("RedhatEnterpriseLinux9*=rhel9", "AmazonLinux2023*=al2023", "debian12", "ubuntu2204")

COUNTED = (
    "installed",
    "installed_other",
    "installed_rejected",
    "missing",
    "not_applicable",
    "critical_non_compliant",
    "security_non_compliant",
    "other_non_compliant",
)
EXPECTED = {
    # host: baseline, status, then COUNTED
    "app-1": ("prod-al2023", "COMPLIANT", 6, 16, 0, 0, 1, 0, 0, 0),
    "app-2": ("prod-al2023", "NON_COMPLIANT", 2, 15, 0, 4, 1, 3, 4, 0),
    "build-1": ("ubuntu-all", "NON_COMPLIANT", 19, 0, 0, 3, 1, 0, 2, 1),
    "build-2": ("AWS-UbuntuDefaultPatchBaseline", "COMPLIANT", 13, 6, 0, 0, 1, 0, 0, 0),
    "db-1": ("prod-rhel9", "NON_COMPLIANT", 4, 23, 0, 2, 2, 0, 2, 0),
    "lab-1": (None, "UNKNOWN", 0, 0, 0, 0, 0, 0, 0, 0),
    "mail-1": ("debian-security", "COMPLIANT", 6, 16, 0, 0, 2, 0, 0, 0),
    "mail-2": ("debian-security", "NON_COMPLIANT", 2, 15, 0, 5, 1, 1, 5, 0),
    "web-1": ("prod-rhel9", "COMPLIANT", 7, 22, 0, 0, 1, 0, 0, 0),
    "web-2": ("prod-rhel9", "NON_COMPLIANT", 3, 22, 1, 4, 1, 1, 4, 1),
}

NOT_COMPLIANT = {
    # host and package: state, level, target, what decided (rule number or list entry)
    ("app-2", "kernel"): ("MISSING", "CRITICAL", "0:6.1.159-181.297.amzn2023", 1),
    ("app-2", "libxml2"): ("MISSING", "MEDIUM", "0:2.10.4-1.amzn2023.0.14", 2),
    ("app-2", "openssl"): ("MISSING", "CRITICAL", "1:3.2.2-1.amzn2023.0.4", 1),
    ("app-2", "openssl-libs"): ("MISSING", "CRITICAL", "1:3.2.2-1.amzn2023.0.4", 1),
    ("build-1", "base-files"): ("MISSING", "MEDIUM", "12ubuntu4.8", 1),
    ("build-1", "curl"): ("MISSING", "MEDIUM", "7.81.0-1ubuntu1.23", 1),
    ("build-1", "libcurl4"): ("MISSING", "MEDIUM", "7.81.0-1ubuntu1.23", 1),
    ("db-1", "glibc"): ("MISSING", "HIGH", "0:2.34-231.el9_8.2", 2),
    ("db-1", "glibc-common"): ("MISSING", "HIGH", "0:2.34-231.el9_8.2", 2),
    ("mail-2", "libssl3"): ("MISSING", "HIGH", "3.0.18-1~deb12u3", 2),
    ("mail-2", "openssl"): ("MISSING", "HIGH", "3.0.18-1~deb12u3", 2),
    ("mail-2", "perl-base"): ("MISSING", "CRITICAL", "5.36.0-7+deb12u4", 1),
    ("mail-2", "postfix"): ("MISSING", "HIGH", "3.7.11-0+deb12u2", 2),  # u3 stands in -updates only
    ("mail-2", "rsync"): ("MISSING", "HIGH", "3.2.7-1+deb12u4", 2),
    ("web-2", "httpd"): ("MISSING", "HIGH", "0:2.4.62-9.el9_8", "RHSA-2026:1038"),  # three days old: the list approves
    ("web-2", "openssl"): ("MISSING", "HIGH", "1:3.2.2-7.el9_8", 2),
    ("web-2", "openssl-libs"): ("MISSING", "HIGH", "1:3.2.2-7.el9_8", 2),
    ("web-2", "sudo"): ("MISSING", "CRITICAL", "0:1.9.5p2-14.el9_8", 1),
    ("web-2", "telnet"): ("INSTALLED_REJECTED", "UNSPECIFIED", None, "telnet*"),
}

APPROVALS = {
    # baseline and advisory: approval, the rule or entry, since when
    ("prod-rhel9", "RHSA-2026:1001"): ("APPROVED", 2, "2026-09-22T09:12:00+00:00"),
    ("prod-rhel9", "RHSA-2026:1020"): ("PENDING_APPROVAL", 2, "2026-11-03T16:05:00+00:00"),  # counted from `updated`
    ("prod-rhel9", "RHSA-2026:1035"): ("PENDING_APPROVAL", 2, "2026-11-04T11:30:00+00:00"),
    ("prod-rhel9", "RHSA-2026:1038"): ("EXPLICIT_APPROVED", "RHSA-2026:1038", None),
    ("prod-rhel9", "RHSA-2026:1040"): ("APPROVED", 1, "2026-10-30T08:12:00+00:00"),
    ("prod-rhel9", "RHSA-2026:0971"): ("EXPLICIT_REJECTED", "telnet*", None),
    ("prod-rhel9", "RHSA-2026:1010"): ("NOT_SELECTED", None, None),  # Moderate
    ("prod-rhel9", "RHBA-2026:1012"): ("NOT_SELECTED", None, None),  # a bugfix without a severity
    ("prod-al2023", "ALAS2023-2026-102"): ("APPROVED", 2, "2026-10-07T18:20:00+00:00"),
    ("prod-al2023", "ALAS2023-2026-105"): ("EXPLICIT_REJECTED", "CVE-2026-10477", None),
    ("prod-al2023", "ALAS2023-2026-108"): ("PENDING_APPROVAL", 2, None),  # after the until-date: never by waiting
    ("prod-al2023", "ALAS2023-2026-111"): ("PENDING_APPROVAL", 1, "2026-11-02T16:00:00+00:00"),
}


@pytest.fixture(scope="module")
def registry():
    return pr.load_registry(DATA / "baselines" / "demo")


@pytest.fixture(scope="module")
def fleet():
    return pr.open_fleet(DATA / "inventories" / "fleet", hosts=pr.load_hosts(DATA / "inventories" / "hosts.yaml"))


@pytest.fixture(scope="module")
def catalogs():
    specs = [spec.rpartition("=") for spec in CATALOGS]
    return pr.read_catalogs([f"{glob}{equals}{DATA / 'catalogs' / path}" for glob, equals, path in specs])


@pytest.fixture(scope="module")
def run(registry, fleet, catalogs):
    return pr.evaluate_fleet(registry, fleet, catalogs, as_of=AS_OF, rows="all")


@pytest.fixture(scope="module")
def reports(registry, fleet, catalogs):
    """Return the reference engine's report of every host it can judge."""
    return {
        host.id: pr.evaluate(
            baseline_for(registry, pr.family_named(host.family), host.patch_group), host, catalogs, as_of=AS_OF
        )
        for host in hosts_of(fleet)
        if host.family is not None
    }


def test_files_are_read_without_a_refused_row(registry, fleet, catalogs):
    assert fleet.rejects.num_rows == 0
    assert fleet.packages.num_rows == 227
    assert [catalog.rejects.num_rows for catalog in catalogs] == [0, 0, 0, 0]
    assert [catalog.diagnostics for catalog in catalogs] == [(), (), (), ()]
    assert [baseline.diagnostics for baseline in registry.baselines] == [(), (), (), ()]
    assert {(told.code, told.count) for told in fleet.diagnostics} == {
        ("PR2202", 1),  # mail-1 has the configuration of exim4-base only
        ("PR2206", 1),  # lab-1 is a Fedora
    }


def test_products_are_told_in_four_ways(fleet):
    products = dict(zip(fleet.hosts["host"].to_pylist(), fleet.hosts["product"].to_pylist(), strict=True))
    assert products == {
        "web-1": "RedhatEnterpriseLinux9.8",  # os-release beside the packages
        "web-2": "RedhatEnterpriseLinux9.8",  # Systems Manager's platform in hosts.yaml
        "db-1": "RedhatEnterpriseLinux9.8",  # its package redhat-release
        "app-1": "AmazonLinux2023",
        "app-2": "AmazonLinux2023",
        "mail-1": "Debian12",
        "mail-2": "Debian12",
        "build-1": "Ubuntu22.04",  # stated
        "build-2": "Ubuntu22.04",
        "lab-1": None,  # nobody tells
    }


def test_batch_gives_the_expected_table(run):
    rows = {row["host"]: row for row in run.hosts.to_pylist()}
    found = {host: (row["baseline"], row["status"], *(row[name] for name in COUNTED)) for host, row in rows.items()}
    assert found == EXPECTED
    assert rows["lab-1"]["unknown"] == ["NO_PRODUCT", "NO_CATALOG"]


def test_reference_gives_the_expected_table(reports):
    found = {
        host: (report.baseline.name, report.status, *(report.counts[name] for name in COUNTED))
        for host, report in reports.items()
    }
    assert found == {host: row for host, row in EXPECTED.items() if host != "lab-1"}


def test_reference_refuses_the_host_without_a_family(registry, fleet, catalogs):
    lab = next(host for host in hosts_of(fleet) if host.id == "lab-1")
    with pytest.raises(pr.PatchRulesError, match="the family of host `lab-1` is not known"):
        pr.evaluate(registry.baselines[0], lab, catalogs, as_of=AS_OF)


def test_batch_lists_what_does_not_comply(run):
    failing = [row for row in run.verdicts.to_pylist() if row["status"] == "NON_COMPLIANT"]
    assert {
        (row["host"], row["name"]): (
            row["state"],
            row["compliance_severity"],
            row["target"],
            row["list_entry"] or row["rule"],
        )
        for row in failing
    } == NOT_COMPLIANT


def test_reference_lists_what_does_not_comply(reports):
    found = {}
    for host, report in reports.items():
        for verdict in report.verdicts:
            if verdict.status == "NON_COMPLIANT":
                why = verdict.decision.entry or verdict.decision.rule
                found[host, verdict.name] = (verdict.state, verdict.level, verdict.target, why)
    assert found == NOT_COMPLIANT


@pytest.mark.parametrize(("baseline", "advisory"), APPROVALS)
def test_approvals(baseline, advisory, registry, catalogs):
    named = next(found for found in registry.baselines if found.name == baseline)
    catalog = next(found for found in catalogs if found.operating_system is named.operating_system)
    decisions = [found for found in pr.approvals(named, catalog, as_of=AS_OF) if found.patch.advisory == advisory]
    assert decisions
    for decision in decisions:
        since = decision.since.isoformat() if decision.since else None
        assert (decision.approval, decision.entry or decision.rule, since) == APPROVALS[baseline, advisory]


def test_doubts_are_counted(reports):
    assert {host: report.doubts for host, report in reports.items() if report.doubts} == {
        "db-1": {"PR7002": 1, "PR7003": 29},  # a plain list states no epoch
        "mail-1": {"PR7007": 1},
        "web-1": {"PR7002": 1},  # RHSA-2026:1052 came out two days later
        "web-2": {"PR7002": 1},
    }
