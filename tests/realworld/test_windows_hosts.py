"""Windows hosts that existed, judged by AWS's default baseline from WES-NG's definitions of three years later."""

from __future__ import annotations

import pytest

from patchrules.catalog import read_catalog
from patchrules.documents.baseline import load_baseline
from patchrules.evaluation.fleet import evaluate_fleet
from patchrules.inventory import read_inventory

pytestmark = pytest.mark.shared

LATER = "11_24H2_x64_enterprise_systeminfo"
"""A release of Windows that came after the definitions: they have no update for it."""


@pytest.fixture(scope="module")
def judged(request):
    shared = request.getfixturevalue("shared")
    hosts = [
        path for path in sorted((shared / "data/windows/wesng-validation").iterdir()) if "updates" not in path.name
    ]
    catalog = read_catalog(shared / "data/windows/wesng/definitions-20240330.zip")
    baseline = load_baseline("data/baselines/aws/AWS-DefaultPatchBaseline.json")
    run = evaluate_fleet(baseline, read_inventory(hosts), catalog, as_of="2024-04-15T00:00Z")
    return {row["host"]: row for row in run.summary().to_pylist()}


def test_a_host_is_unknown_exactly_where_its_product_or_its_updates_are(judged):
    assert len(judged) > 30
    for host, row in judged.items():
        reasons = set(row["unknown"])
        assert ("NO_PRODUCT" in reasons) == (row["product"] is None), host
        assert (row["status"] == "UNKNOWN") == bool(reasons), host
        assert row["product"] is None or reasons <= {"NO_INVENTORY"} or host == LATER, host
    assert judged[LATER]["unknown"] == ["NO_CATALOG"]


def test_updates_are_missing_on_most_hosts(judged):
    missing = [row["missing"] for row in judged.values() if row["product"]]
    assert sum(count > 0 for count in missing) >= 20


def test_what_was_installed_replaces_older_updates(judged):
    """A host with 154 hotfixes lacks fewer than a bare one of its age, and reports what they replaced."""
    full, bare = judged["srv_2012r2_u1_systeminfo"], judged["8.1_u1_x64_enterprise_en-us_systeminfo"]
    assert full["missing"] < bare["missing"]
    assert full["not_applicable"] > 50
