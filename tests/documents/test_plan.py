"""A Terraform plan: the registry as it is, and as the plan leaves it."""

from __future__ import annotations

import json

import pytest

from patchrules.documents.plan import load_plan
from patchrules.errors import BaselineError


@pytest.fixture
def plan(data):
    return json.loads((data / "registry/changes/plan.json").read_text())


def delays(registry):
    return [rule.approve_after_days for one in registry.groups.values() for rule in one.rules]


def test_before_and_after_are_those_of_the_plan(data):
    before, after = load_plan(data / "registry/changes/plan.json")
    assert (delays(before), delays(after)) == ([0, 7], [0, 2])
    assert [str(group) for group, _ in before.groups] == ["prod"]


@pytest.mark.parametrize("prior", [None, {}, {"values": {"root_module": {}}}])
def test_a_first_plan_has_nothing_before(plan, prior):
    before, after = load_plan({**plan, "prior_state": prior})
    assert (before.baselines, delays(after)) == ((), [0, 2])


@pytest.mark.parametrize("value", [{"format_version": "1.0", "values": {}}, [], {"Name": "x"}])
def test_what_is_no_plan_is_refused(value):
    with pytest.raises(BaselineError) as caught:
        load_plan(json.dumps(value).encode())
    assert str(caught.value) == (
        "the document is no Terraform plan: it has no `planned_values` [PR1041]\n"
        "  hint: run `terraform show -json PLAN > plan.json` and give that"
    )
