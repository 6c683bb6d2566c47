"""Whole verdicts on hosts that existed, against what their own package managers said."""

from __future__ import annotations

import re

import pytest

import patchrules as pr

pytestmark = pytest.mark.shared

AS_OF = "2026-11-24T00:00Z"
UPGRADABLE = re.compile(r"(?P<name>[^/]+)/(?P<suites>\S+) (?P<version>\S+) (?P<arch>\S+) \[upgradable from: .*\]")


def everything(*, non_security):
    rule = pr.ApprovalRule(approve_after_days=0, enable_non_security=non_security)
    return pr.Baseline("everything", pr.OperatingSystem.DEBIAN, rules=(rule,))


@pytest.fixture(scope="module")
def upgradable(shared):
    """Return what apt would upgrade: (name, version) and the suites of the candidate."""
    text = (shared / "data/deb/host/apt-list-upgradable.txt").read_text()
    found = [match for line in text.splitlines() if (match := UPGRADABLE.fullmatch(line))]
    return {(one["name"], one["version"]): one["suites"].split(",") for one in found}


@pytest.fixture(scope="module")
def debian(shared):
    host = pr.read_inventory(shared / "data/deb/host/dpkg-status", family="debian", product="Debian12")
    return host, pr.read_catalog(shared / "data/deb/debian-bookworm")


@pytest.mark.parametrize("non_security", [True, False])
def test_what_a_debian_host_misses_is_what_apt_would_upgrade(debian, upgradable, non_security):
    host, catalog = debian
    run = pr.evaluate_fleet(everything(non_security=non_security), host, catalog, as_of=AS_OF)
    missing = {(row["name"], row["target"]) for row in run.verdicts.to_pylist()}
    wanted = {one for one, suites in upgradable.items() if non_security or "oldstable-security" in suites}
    assert (missing, len(missing)) == (wanted, 132 if non_security else 81)


def test_an_el6_host_misses_three_packages(shared):
    host = pr.read_inventory(
        shared / "data/rpm/insights-core/installed_rpms.RPMS_PACKAGE.txt", family="centos", product="CentOS6.5"
    )
    notices = shared / "data/rpm/updateinfo/centos5-6-7-cefs-2016.updateinfo.xml"
    catalog = pr.read_catalog(notices, family="centos", products=["CentOS*"])
    run = pr.evaluate_fleet(pr.predefined("AWS-CentOSDefaultPatchBaseline"), host, catalog, as_of=AS_OF, rows="all")
    rows = {row["name"]: row for row in run.verdicts.to_pylist()}
    assert {name: (row["target"], row["advisory"]) for name, row in rows.items() if row["state"] == "MISSING"} == {
        "openjpeg-libs": ("1.3-10.el6_5", "CESA_2013__1850"),
        "openldap": ("2.4.40-6.el6_7", "CESA_2015__1840"),
        "openssl": ("1.0.1e-48.el6_8.3", "CESA_2016__1940"),
    }
    assert {row["state"] for row in rows.values()} == {"MISSING", "INSTALLED"}
    assert all("PR7005" in rows[name]["notes"] for name in ("openldap", "openssl"))  # el5 and el7 stand beside el6
