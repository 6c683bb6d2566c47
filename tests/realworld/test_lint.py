"""Lint over the baselines of ../shared: each oddity that its README names is found, and AWS's own have none."""

from __future__ import annotations

import json

import pytest

import patchrules as pr
from patchrules.errors import Level

pytestmark = pytest.mark.shared

SANE = {
    "18776076221": "dates as numbers and empty global filters are what AWS prints",
    "34838180725": "",
    "54285085532": "SECTION `*` is legal",
    "69109957190": "a release newer than a list of 2023 is legal",
    "54700589670": "comments are no part of the baseline",
    "11977543254": "a rule without PATCH_SET is legal",
    "60324704722": "",
}
"""What is noted of a document and is nothing that anyone would change."""


def wild(shared):
    lines = (shared / "data/baselines/wild-baselines.shared.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_every_document_that_is_noted_as_odd_has_a_finding(shared):
    silent = {
        row["source_id"] for row in wild(shared) if row["odd"] and not pr.lint(json.dumps(row["baseline"]).encode())
    }
    assert silent <= SANE.keys()


def test_what_stops_a_baseline_is_an_error_and_nothing_is_raised(shared):
    for row in wild(shared):
        found = pr.lint(json.dumps(row["baseline"]).encode())
        try:
            pr.load_baselines(json.dumps(row["baseline"]).encode())
        except pr.PatchRulesError:
            assert Level.ERROR in {one.level for one in found}
        assert all(one.where is not None for one in found)


def test_awss_own_documents_have_nothing_above_info(shared):
    paths = sorted((shared / "data/baselines/aws-public").glob("AWS-*.json"))
    assert len(paths) == 24
    assert {one.level for path in paths for one in pr.lint(path)} <= {Level.INFO}


def test_the_example_of_terraforms_documentation_contradicts_itself(shared):
    [row] = [one for one in wild(shared) if one["source_id"] == "30587332137"]
    assert [one.code for one in pr.lint(json.dumps(row["baseline"]).encode())] == ["PR8002"]
