"""Delays on deb systems: without effect as at AWS, or counted from the advisory that names the version."""

from __future__ import annotations

import pytest

import patchrules as pr
from patchrules.catalog import read_catalog
from patchrules.errors import UnknownNameError
from patchrules.model.host import Host
from patchrules.model.package import Package

PACKAGES = b"Package: openssl\nVersion: 3.0.11-1~deb12u2\nArchitecture: amd64\nPriority: optional\nSize: 1\n"
RELEASE = b"Origin: Debian\nLabel: Debian-Security\nSuite: stable-security\nCodename: bookworm-security\nVersion: 12\nDate: Sat, 24 Feb 2024 10:38:06 UTC\n"
DSA = (
    b"[13 Feb 2024] DSA-9001-1 openssl - security update\n\t{CVE-2024-90001}\n\t[bookworm] - openssl 3.0.11-1~deb12u2\n"
)
BASELINE = {
    "Name": "week",
    "OperatingSystem": "DEBIAN",
    "ApprovalRules": {
        "PatchRules": [
            {"PatchFilterGroup": {"PatchFilters": [{"Key": "PRODUCT", "Values": ["*"]}]}, "ApproveAfterDays": 7}
        ]
    },
}
HOST = Host("web-1", "debian", "Debian12", "amd64", packages=(Package("openssl", "amd64", "3.0.11-1~deb12u1"),))
CASES = [  # as_of, deb_dates, with the advisory, missing_date: state
    ("2024-02-14T00:00Z", "ignore", True, "approve", "MISSING"),
    ("2024-02-14T00:00Z", "advisory", True, "approve", "INSTALLED_OTHER"),
    ("2024-02-20T00:00Z", "advisory", True, "approve", "INSTALLED_OTHER"),  # exactly seven days: not yet
    ("2024-02-20T00:01Z", "advisory", True, "approve", "MISSING"),
    ("2024-02-14T00:00Z", "advisory", False, "approve", "MISSING"),
    ("2024-02-14T00:00Z", "advisory", False, "hold", "INSTALLED_OTHER"),
    ("2024-02-12T00:00Z", "advisory", True, "approve", "INSTALLED_OTHER"),  # the version does not exist yet
]


def verdict(engine, catalog, **options):
    """The one verdict, by the engine that answers for a host or the one that answers for a fleet."""
    baseline = pr.load_baseline(BASELINE)
    if engine == "reference":
        return pr.evaluate(baseline, HOST, catalog, **options).verdicts[0].state
    fleet = pr.read_inventory(
        b"Package: openssl\nStatus: install ok installed\nVersion: 3.0.11-1~deb12u1\nArchitecture: amd64\n",
        family="debian", product="Debian12", arch="amd64",
    )  # fmt: skip
    return pr.evaluate_fleet(baseline, fleet, catalog, rows="all", **options).verdicts["state"].to_pylist()[0]


@pytest.mark.parametrize("engine", ["reference", "batch"])
@pytest.mark.parametrize(("as_of", "deb_dates", "told", "missing_date", "state"), CASES)
def test_delays_count_from_the_advisory_when_asked_for(engine, as_of, deb_dates, told, missing_date, state):
    catalog = read_catalog(PACKAGES, RELEASE, *([DSA] if told else []))
    options = {"as_of": as_of, "deb_dates": deb_dates, "missing_date": missing_date}
    assert verdict(engine, catalog, **options) == state


@pytest.mark.parametrize("engine", ["reference", "batch"])
def test_aws_knows_no_such_dates(engine):
    catalog = read_catalog(PACKAGES, RELEASE, DSA)
    options = {"as_of": "2024-02-14T00:00Z", "deb_dates": "advisory", "dialect": "agent"}
    assert verdict(engine, catalog, **options) == "MISSING"


def test_a_source_of_dates_that_is_none_is_refused():
    with pytest.raises(UnknownNameError, match="there is no source of dates `advisories`"):
        pr.evaluate(
            pr.load_baseline(BASELINE),
            HOST,
            read_catalog(PACKAGES, RELEASE),
            as_of="2024-02-14T00:00Z",
            deb_dates="advisories",
        )
