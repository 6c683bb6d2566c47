"""A generated rpm fleet is judged as it was built: every count was known before."""

from __future__ import annotations

from collections import Counter

import pytest

import patchrules as pr
from benchmarks.fleet import AS_OF, PRODUCT, make_fleet
from patchrules.evaluation.nouns import hosts_of, only
from patchrules.model.columns import COUNTS

HOSTS, PACKAGES = 120, 270
STATES = ("installed", "installed_other", "installed_rejected", "missing", "not_applicable")


@pytest.fixture(scope="module")
def fleet():
    return make_fleet(hosts=HOSTS, packages=PACKAGES, seed=1)


@pytest.fixture(scope="module")
def inventory(fleet):
    return pr.open_fleet(fleet.packages, family="rhel", product=PRODUCT, arch="x86_64")


@pytest.fixture(scope="module")
def catalog(fleet):
    return pr.read_catalog(fleet.catalog, family="rhel", products=["RedhatEnterpriseLinux9*"])


def test_the_fleet_has_every_state(fleet):
    assert {state: fleet.totals[state] for state in STATES} == {
        "installed": 6_298,
        "installed_other": 6_321,
        "installed_rejected": 3_132,
        "missing": 9_474,
        "not_applicable": 5_828,
    }


def test_batch_finds_the_counts_of_every_host(fleet, inventory, catalog):
    run = pr.evaluate_fleet(pr.load_baseline(fleet.baseline), inventory, catalog, as_of=AS_OF)
    found = {row["host"]: row for row in run.hosts.to_pylist()}
    for host, expected in fleet.expected.items():
        assert {name: found[host][name] for name in COUNTS if found[host][name]} == {
            **{state: expected[state] for state in STATES},
            "critical_non_compliant": expected["missing"] - expected["high"],
            "security_non_compliant": expected["missing"] + expected["installed_rejected"],
        }


def test_reference_finds_them_too(fleet, inventory, catalog):
    baseline = pr.load_baseline(fleet.baseline)
    for host in list(fleet.expected)[:3]:
        report = pr.evaluate(baseline, next(hosts_of(only(inventory, host))), catalog, as_of=AS_OF)
        states = Counter(verdict.state.lower() for verdict in report.verdicts)
        assert states == {state: fleet.expected[host][state] for state in STATES}
        assert (
            Counter(str(one.level) for one in report.verdicts if one.state == "MISSING")["HIGH"]
            == (fleet.expected[host]["high"])
        )
