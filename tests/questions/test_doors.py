"""Questions about fleets, given a path instead of what was loaded from it: refused, with what to load it with."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

import patchrules as pr
from patchrules.errors import BaselineError, CatalogError, InventoryError
from patchrules.model.loaded import as_baseline, as_catalogs, as_policy

AS_OF = "2026-11-01T00:00Z"
PROD = pr.predefined("AWS-DebianDefaultPatchBaseline")
FLEET = pr.open_fleet(
    pa.table({"host": ["web-1"], "name": ["bash"], "arch": ["amd64"], "evr": ["5.2-1"]}), product="Debian12"
)
QUESTIONS = {
    "forecast": lambda policy, fleet, catalogs: pr.forecast(policy, fleet, catalogs, as_of=AS_OF),
    "evaluate_fleet": lambda policy, fleet, catalogs: pr.evaluate_fleet(policy, fleet, catalogs, as_of=AS_OF),
    "what_if": lambda policy, fleet, catalogs: pr.what_if(fleet, catalogs, before=policy, after=policy, as_of=AS_OF),
    "tune": lambda policy, fleet, catalogs: pr.tune(policy, 1, fleet, catalogs, as_of=AS_OF),
}


@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
def test_a_path_is_refused_with_what_to_load_it_with(ask):
    for policy in ("prod.json", Path("prod.json"), None):
        with pytest.raises(BaselineError, match="PR1804") as refused:
            ask(policy, FLEET, [])
        assert "pr.load_baseline(...)" in str(refused.value)
    for catalogs in ("ui.xml", ["ui.xml"], Path("ui.xml"), None, [None]):
        with pytest.raises(CatalogError, match=r"PR3803[^$]*hint: read each with pr.read_catalog"):
            ask(PROD, FLEET, catalogs)
    with pytest.raises(InventoryError, match="PR2121"):
        ask(PROD, "fleet.parquet", [])


@pytest.mark.parametrize("ask", [pr.evaluate, pr.approvals, pr.prepare, pr.treadmill])
def test_one_host_one_catalog_and_a_service_refuse_a_path_too(ask):
    host = [pr.host("web-1", product="Debian12")] if ask is pr.evaluate else []
    options = {} if ask is pr.prepare else {"as_of": AS_OF}
    with pytest.raises(BaselineError, match="PR1804"):
        ask("prod.json", *host, pr.read_catalog("data/catalogs/debian12"), **options)
    with pytest.raises(CatalogError, match="PR3803"):
        ask(PROD, *host, "debian12", **options)


def test_what_was_given_is_named():
    with pytest.raises(
        BaselineError, match=r"`baseline` is a `Registry`, wanted .*\n  hint: take one of its baselines"
    ):
        as_baseline(pr.Registry(()))
    with pytest.raises(BaselineError, match="`policy` is a `dict`, wanted a baseline or registry that was loaded"):
        as_policy({})
    with pytest.raises(CatalogError, match="`catalogs` has a `int`, wanted catalogs that were read"):
        as_catalogs(7)
    assert as_policy(pr.Registry(())) == pr.Registry(())
