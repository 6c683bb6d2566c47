"""Unknown is not zero (DECISIONS 30): a lost epoch neither keeps a package MISSING for ever nor hides a fix."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pytest

import patchrules as pr

pytestmark = pytest.mark.shared

AS_OF = "2026-01-01T00:00Z"
UBI = "data/inventory/claircore/purl__testdata__ubi_latest_spdx.json"
CEFS = "data/rpm/updateinfo/centos5-6-7-cefs-2016.updateinfo.xml"
EVERYTHING = {
    "PatchRules": [
        {
            "ApproveAfterDays": 0,
            "EnableNonSecurity": True,
            "PatchFilterGroup": {"PatchFilters": [{"Key": "CLASSIFICATION", "Values": ["*"]}]},
        }
    ]
}


def baseline(system):
    return pr.load_baseline({"Name": "all", "OperatingSystem": system, "ApprovalRules": EVERYTHING})


def feed(versions):
    """Return a catalog table of one security notice for each (name, arch, evr)."""
    names, arches, evrs = zip(*versions, strict=True)
    number = len(names)
    fixed = {"advisory": [f"RHSA-{one}" for one in range(number)], "classification": ["Security"] * number}
    issued = pa.array([datetime(2025, 1, 1, tzinfo=UTC)] * number, pa.timestamp("us", "UTC"))
    return pa.table(
        {"name": names, "arch": arches, "evr": evrs, **fixed, "severity": ["Low"] * number, "issued": issued}
    )


def states(system, inventory, catalog):
    """Return the state of each package, on which both engines agree."""
    policy = baseline(system)
    run = pr.evaluate_fleet(policy, inventory, catalog, as_of=AS_OF, rows="all")
    batch = {(row["name"], row["arch"]): row["state"] for row in run.verdicts.to_pylist()}
    report = pr.evaluate(policy, inventory, [catalog], as_of=AS_OF)
    reference = {(one.name, one.arch): str(one.state) for one in report.verdicts}
    assert {key: state for key, state in reference.items() if state != "NOT_APPLICABLE"} == batch
    return batch


def bare(evr):
    return evr.rpartition(":")[2]


@pytest.mark.parametrize("host_epochs", ["as the SBOM states them", "all lost"])
@pytest.mark.parametrize("newer", [False, True])
def test_the_packages_of_an_image_against_a_feed_that_states_every_epoch(shared, host_epochs, newer):
    """171 of 186 packages state no epoch; openssl and 14 others have one."""
    found = pr.read_inventory(shared / UBI, host="ubi")
    rows = [row for row in found.packages.to_pylist() if row["name"] != "gpg-pubkey"]
    versions = {(row["name"], row["arch"]): row["evr"] for row in rows}
    assert sum(":" in evr for evr in versions.values()) >= 14
    if host_epochs == "all lost":
        table = pa.table(
            {
                "host": ["ubi"] * len(rows),
                "name": [row["name"] for row in rows],
                "arch": [row["arch"] for row in rows],
                "evr": [bare(row["evr"]) for row in rows],
            }
        )
        found = pr.read_inventory(table, family="rhel", product="RedhatEnterpriseLinux9.6")
    end = ".99" if newer else ""
    offered = [(name, arch, f"{evr if ':' in evr else f'0:{evr}'}{end}") for (name, arch), evr in versions.items()]
    catalog = pr.read_catalog(feed(offered), family="rhel", products=["RedhatEnterpriseLinux9*"])
    assert set(states("REDHAT_ENTERPRISE_LINUX", found, catalog).values()) == {"MISSING" if newer else "INSTALLED"}


@pytest.mark.parametrize(("installed", "wanted"), [("same", "INSTALLED"), ("older", "MISSING"), ("newer", "INSTALLED")])
def test_a_host_that_states_epochs_against_the_feed_that_lost_them(shared, installed, wanted):
    """The feed's bind has no epoch, a host's has 32: the fix is neither missing for ever nor taken for installed."""
    catalog = pr.read_catalog(shared / CEFS, family="centos", products=["CentOS*"])
    assert {row.code: row.count for row in catalog.diagnostics}["PR3201"] == 6613
    fixes = [
        row
        for row in catalog.table.to_pylist()
        if row["name"] == "bind" and ".el6" in row["evr"] and row["arch"] == "x86_64"
    ]
    newest = max(fixes, key=lambda row: row["issued"] or datetime(1970, 1, 1, tzinfo=UTC))["evr"]
    version, _, release = newest.rpartition("-")
    evr = {"same": newest, "older": f"{version}-0.{release}", "newer": f"{version}-99.{release}"}[installed]
    table = pa.table({"host": ["h"], "name": ["bind"], "arch": ["x86_64"], "evr": [f"32:{evr}"]})
    host = pr.read_inventory(table, family="centos", product="CentOS6.8")
    assert states("CENTOS", host, catalog)["bind", "x86_64"] == wanted
