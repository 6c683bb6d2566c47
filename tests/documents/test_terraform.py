"""Terraform's JSON: the same account as a state, a plan, a state file; and what a plan does not know yet."""

from __future__ import annotations

import copy
import json

import pytest

from patchrules.assignment import resolve
from patchrules.documents import load_baselines, load_registry
from patchrules.documents.terraform import module_path, resources
from patchrules.documents.terraform_baseline import terraform_pointer
from patchrules.errors import BaselineError
from patchrules.families import family_named

BASELINE, GROUP, DEFAULT = "aws_ssm_patch_baseline", "aws_ssm_patch_group", "aws_ssm_default_patch_baseline"
THIS = f"{BASELINE}.this"
SUSE = family_named("suse")


@pytest.fixture
def plan(data):
    return json.loads((data / "registry" / "terraform" / "plan.json").read_text())


def said(registry):
    groups = sorted(f"{group}/{system}={baseline.name}" for (group, system), baseline in registry.groups.items())
    return groups, {str(system): baseline.name for system, baseline in registry.defaults.items()}


PROD = (["prod/DEBIAN=prod-debian", "prod/SUSE=prod-suse"], {"SUSE": "prod-suse"})


@pytest.mark.parametrize("path", [".", "registry.yaml", "aws", "terraform/state.json", "terraform/plan.json"])
def test_every_shape_says_the_same(data, path):
    registry = load_registry(data / "registry" / path)
    assert said(registry) == PROD
    assert (registry.diagnostics, [one.diagnostics for one in registry.baselines]) == ((), [(), ()])
    assert registry.baselines[1].rejected_patches == ("kernel-debug*",)
    assert [one.rules[0].approve_after_days for one in registry.baselines] == [None, 7]
    assert [one.rules[0].compliance_level.value for one in registry.baselines] == ["HIGH", "UNSPECIFIED"]


def test_a_state_file_says_it_too(data):
    shown = json.loads((data / "registry" / "terraform" / "state.json").read_text())
    [child] = shown["values"]["root_module"]["child_modules"]
    listed = [("module.os", one) for one in child["resources"]]
    listed += [("", one) for one in shown["values"]["root_module"]["resources"]]
    resources: list[object] = []
    state = {"version": 4, "lineage": "x", "resources": resources}
    for module, one in listed:
        instances = [{"index_key": one["index"], "attributes": one["values"]}, {"deposed": "1", "attributes": {}}]
        resources.append({"module": module, **{k: one[k] for k in ("mode", "type", "name")}, "instances": instances})
    assert said(load_registry(json.dumps(state).encode())) == PROD


def test_baselines_of_a_plan_load_alone(data):
    names = [one.name for one in load_baselines(data / "registry" / "terraform" / "plan.json")]
    assert names == ["prod-debian", "prod-suse"]


# what the configuration says of the default's baseline_id -> the baseline, None where it is not settled
REFERENCES = [
    (["module.os.suse_id", "module.os"], [f'{THIS}["suse"].id', f'{THIS}["suse"]', THIS], "prod-suse"),
    (["module.os.suse_id", "module.os"], [THIS], None),
    (["module.os.suse_id", "module.os"], [f'{THIS}["gone"].id', THIS], None),
    (["module.os.other", "module.os"], [f'{THIS}["suse"].id', THIS], None),
    (["local.suse"], [], None),
    ([], [], None),
    (["module.os.suse_id"], ["module.os.suse_id"], None),
]


@pytest.mark.parametrize(("outer", "inner", "expected"), REFERENCES)
def test_references_are_followed_and_never_guessed(plan, outer, inner, expected):
    root = plan["configuration"]["root_module"]
    root["resources"][0]["expressions"]["baseline_id"] = {"references": outer}
    root["module_calls"]["os"]["module"]["outputs"]["suse_id"]["expression"] = {"references": inner}
    registry = load_registry(json.dumps(plan).encode())
    assert said(registry)[1] == ({"SUSE": expected} if expected else {})
    if expected is None:
        assert [one.code for one in registry.diagnostics] == ["PR1232"]
        assert resolve(registry, SUSE).baseline is None
        assert resolve(registry, SUSE, "prod").baseline is not None


def planned(groups, configuration, baselines=("a", "b"), calls=None):
    """A plan of baselines `this["a"]`, `this["b"]` and groups, where nothing has an id yet."""
    listed = []
    for key in baselines:
        values = {"name": f"base-{key}", "operating_system": "SUSE", "approved_patches": ["bash"]}
        index = {} if key is None else {"index": key}
        listed.append(
            {"address": f"x.{key}", "mode": "managed", "type": BASELINE, "name": "this", "values": values, **index}
        )
    for key, group in groups.items():
        values, index = {"patch_group": group}, {} if key is None else {"index": key}
        listed.append({"address": f"g.{key}", "mode": "managed", "type": GROUP, "name": "g", "values": values, **index})
    block = {"mode": "managed", "type": GROUP, "name": "g", **configuration}
    root = {"resources": [block], "module_calls": calls or {}}
    return {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": listed}},
        "configuration": {"root_module": root},
    }


def expression(*references, **more):
    return {"expressions": {"baseline_id": {"references": list(references)}}, **more}


INDEXED = [
    ({"a": "ga", "b": "gb"}, expression(THIS, "each.key"), ["ga/SUSE=base-a", "gb/SUSE=base-b"]),
    ({0: "g0"}, expression(THIS, "count.index"), ["g0/SUSE=base-0"]),
    (
        {"one": "g"},
        expression(THIS, "each.value", for_each_expression={"constant_value": {"one": "b"}}),
        ["g/SUSE=base-b"],
    ),
    (
        {"a": "g"},
        expression("each.value.id", "each.value", for_each_expression={"references": [THIS]}),
        ["g/SUSE=base-a"],
    ),
    ({"a": "g"}, expression(THIS, "each.key", "local.map"), []),
    ({"c": "g"}, expression(THIS, "each.key"), []),
    ({None: "g"}, expression(THIS, "var.pick"), []),
    ({None: "g"}, expression(f"{THIS}[1].id", f"{THIS}[1]", THIS), ["g/SUSE=base-1"]),
]


@pytest.mark.parametrize(("groups", "configuration", "expected"), INDEXED)
def test_count_and_for_each_pick_the_instance(groups, configuration, expected):
    registry = load_registry(planned(groups, configuration, ("a", "b", 0, 1)))
    assert said(registry)[0] == expected
    assert bool(registry.diagnostics) is not bool(expected)


def test_the_only_instance_needs_no_index():
    registry = load_registry(planned({None: "g"}, expression(f"{THIS}.id", THIS), (None,)))
    assert said(registry)[0] == ["g/SUSE=base-None"]


def test_a_variable_leads_out_of_its_module():
    plan = planned({}, {}, (None,))
    inner = {
        "address": "module.m",
        "resources": [{"mode": "managed", "type": GROUP, "name": "g", "values": {"patch_group": "g"}}],
    }
    plan["planned_values"]["root_module"]["child_modules"] = [inner]
    block = {"mode": "managed", "type": GROUP, "name": "g", **expression("var.id")}
    call = {"expressions": {"id": {"references": [f"{THIS}.id", THIS]}}, "module": {"resources": [block]}}
    plan["configuration"]["root_module"]["module_calls"] = {"m": call}
    assert said(load_registry(plan))[0] == ["g/SUSE=base-None"]


def test_rules_not_known_yet_leave_their_hosts_undecided(plan):
    [change] = [one for one in plan["resource_changes"] if one["address"].endswith(f'{THIS}["suse"]')]
    change["change"]["after_unknown"]["approval_rule"] = [{"approve_after_days": True}]
    content = json.dumps(plan).encode()
    registry = load_registry(content)
    assert [one.name for one in registry.baselines] == ["prod-debian"]
    assert [one.message for one in registry.diagnostics] == [
        f'the baseline `module.os.{THIS}["suse"]` is not loaded: `approval_rule` is known only once the plan is applied'
    ]
    assert resolve(registry, SUSE, "prod").baseline is None
    assert resolve(registry, SUSE).baseline is None
    with pytest.raises(BaselineError, match="`approval_rule` is not known yet"):
        load_baselines(content)


def test_a_group_name_not_known_yet_is_told(plan):
    for one in plan["planned_values"]["root_module"]["child_modules"][0]["resources"]:
        one["values"].pop("patch_group", None)
    registry = load_registry(plan)
    assert (registry.groups, [one.code for one in registry.diagnostics]) == ({}, ["PR1232", "PR1232"])


def test_an_id_that_no_resource_has_is_not_guessed(data):
    state = json.loads((data / "registry" / "terraform" / "state.json").read_text())
    state["values"]["root_module"]["resources"][0]["values"]["baseline_id"] = "pb-0ccccccccccccccc9"
    registry = load_registry(state)
    assert [one.code for one in registry.diagnostics] == ["PR1231"]
    assert resolve(registry, SUSE).baseline is None


def test_a_data_source_is_read_where_it_is_registered(data):
    state = json.loads((data / "registry" / "terraform" / "state.json").read_text())
    arn = "arn:aws:ssm:eu-west-1:1:patchbaseline/pb-0ddddddddddddddd1"
    values = {"name": "AWS-SuseDefaultPatchBaseline", "operating_system": "SUSE", "id": arn, "approved_patches": ["x"]}
    one = {"address": "data.x", "mode": "data", "type": BASELINE, "name": "aws", "values": values}
    listed = state["values"]["root_module"]["resources"]
    listed[0]["values"]["baseline_id"] = arn
    listed.insert(0, one)
    assert load_registry(copy.deepcopy(state)).defaults[SUSE.operating_system].approved_patches == ("x",)
    listed[1]["values"]["baseline_id"] = "pb-0aaaaaaaaaaaaaaa2"
    assert [one.name for one in load_registry(state).baselines] == ["prod-debian", "prod-suse"]


def test_faults_stand_where_terraform_has_them(data):
    state = (
        (data / "registry" / "terraform" / "state.json")
        .read_text()
        .replace('"approve_after_days": "7"', '"approve_after_days": 400')
    )
    with pytest.raises(BaselineError) as caught:
        load_registry(state.encode())
    where = caught.value.where
    assert where is not None
    assert (where.pointer or "").endswith("/child_modules/0/resources/1/values/approval_rule/0/approve_after_days")
    assert state.splitlines()[(where.line or 0) - 1].strip() == '"approve_after_days": 400,'


def test_a_delay_of_zero_beside_a_date_is_no_delay():
    rule = {
        "approve_after_days": 0,
        "approve_until_date": "2025-01-31",
        "patch_filter": [{"key": "PRODUCT", "values": ["*"]}],
    }
    [found] = load_baselines(
        {
            "pytest-terraform": 1,
            "resources": {BASELINE: {"p": {"name": "one-1", "operating_system": "SUSE", "approval_rule": [rule]}}},
        }
    )
    assert (found.rules[0].approve_after_days, str(found.rules[0].approve_until)) == (None, "2025-01-31")


def test_module_paths_and_pointers():
    assert module_path('module.a["module.x"].module.b') == (("a", '["module.x"]'), ("b", ""))
    assert terraform_pointer("/RejectedPatchesAction") == "/rejected_patches_action"
    assert terraform_pointer("/Sources/0/Configuration") == "/source/0/configuration"
    assert (
        resources(
            {
                "format_version": "1.0",
                "values": {"root_module": {"resources": [{"type": BASELINE, "deposed_key": "1"}]}},
            }
        )
        == []
    )


@pytest.mark.shared
def test_the_resources_that_others_saved_are_read(shared):
    registry = load_registry(shared / "data" / "baselines" / "terraform-c7n" / "tf_resources.json")
    assert said(registry) == (["patch-group-name/WINDOWS=patch-baseline"], {})
    assert registry.baselines[0].approved_patches == ("KB123456",)
