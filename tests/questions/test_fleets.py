"""What is asked of a fleet has the same answer whether its rows are in memory or are read when they are judged."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

import patchrules as pr
from patchrules.evaluation.opened import Fleet
from tests.conftest import ROOT

AS_OF = datetime(2026, 11, 1, tzinfo=UTC)
PROD = pr.load_baseline(ROOT / "data/baselines/demo/prod-rhel9.json")
NIGHTLY = pr.Window("nightly", "cron(0 2 ? * * *)", duration=3, cutoff=1)


@pytest.fixture(scope="module")
def catalog():
    return pr.read_catalog(ROOT / "data/catalogs/rhel9", family="rhel")


def bundled(fleet, catalog):
    return pr.bundle(pr.evaluate_fleet(PROD, fleet, catalog, as_of=AS_OF), fleet, catalog)


QUESTIONS = {
    "tune": lambda fleet, catalog: pr.tune(PROD, 2, fleet, catalog, as_of=AS_OF, longest=3),
    "forecast": lambda fleet, catalog: pr.forecast(PROD, fleet, catalog, as_of=AS_OF, days=5),
    "next_run": lambda fleet, catalog: pr.next_run(NIGHTLY, PROD, fleet, catalog, now=AS_OF),
    "what_if": lambda fleet, catalog: str(
        pr.what_if(fleet, catalog, before=PROD, after=PROD.with_rule(2, approve_after_days=0), as_of=AS_OF)
    ),
    "bundle": bundled,
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_fleet_is_asked_as_an_inventory_is(question, catalog):
    whole = pr.read_inventory(
        ROOT / "data/inventories/fleet/web-2.tsv", family="rhel", product="RedhatEnterpriseLinux9.8"
    )
    options: dict[str, Any] = {"family": "rhel", "product": "RedhatEnterpriseLinux9.8", "arch": "x86_64"}
    opened, read = pr.open_fleet(whole.packages, **options), pr.read_inventory(whole.packages, **options)
    assert isinstance(opened, Fleet)
    ask = QUESTIONS[question]
    assert ask(opened, catalog) == ask(read, catalog)
