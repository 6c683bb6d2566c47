"""Registry files and AWS's saved answers: what they say, and what is wrong with them."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from patchrules.assignment import resolve
from patchrules.codes import CODES
from patchrules.documents import load_registry
from patchrules.documents.override import load_override
from patchrules.errors import BaselineError, DocumentError
from patchrules.families import families, family_named

ONE = "baselines: [{Name: one-1, OperatingSystem: SUSE, ApprovedPatches: [bash]}]\n"
FAULTS = [
    ("baselines: [none.json]", "PR1035", "there is no file `none.json`"),
    ("baselines: none.json", "PR1034", "`baselines` is `none.json`, wanted a list"),
    ("baselines: [5]", "PR1034", "the baseline is `5`, wanted a path or a mapping"),
    (ONE + "groups: [web]", "PR1034", "the group is `web`, wanted a mapping"),
    (ONE + "groups: [{group: web}]", "PR1033", "`baseline` is missing"),
    (ONE + "groups: [{group: web, baseline: one-2}]", "PR1035", "there is no baseline `one-2`"),
    (ONE + "groups: [{group: web, baselin: one-1, baseline: one-1}]", "PR1033", "there is no key `baselin` here"),
    (ONE + "groups: [{group: [w], baseline: one-1}]", "PR1034", "`group` is a list of 1, wanted text"),
    (
        ONE + "groups: [{group: w, baseline: one-1, operating_system: BEOS}]",
        "PR1034",
        "there is no operating system `BEOS`",
    ),
    (
        ONE + "groups: [{group: w, baseline: one-1, operating_system: debian}]",
        "PR1037",
        "patch group `w` of DEBIAN is served by `one-1`, which is for SUSE",
    ),
    (ONE + "defaults: [SUSE]", "PR1034", "`defaults` is a list of 1, wanted a mapping"),
    (ONE + "defaults: {BEOS: one-1}", "PR1034", "there is no operating system `BEOS`"),
    (ONE + "defaults: {DEBIAN: one-1}", "PR1037", "the default of DEBIAN is served by `one-1`, which is for SUSE"),
    (ONE + "polices: []", "PR1033", "there is no key `polices` here"),
    (ONE + "policies: [{name: q}]", "PR1033", "a policy has either `baselines` or `override`"),
    (ONE + "policies: [{name: q, baselines: [one-1], targets: {}}]", "PR1033", "`targets` names no host and no tag"),
    (ONE + "policies: [{name: q, baselines: [one-1], targets: x}]", "PR1034", "`targets` is `x`, wanted a mapping"),
    (
        ONE + "policies: [{name: q, baselines: [one-1], targets: {tags: x}}]",
        "PR1034",
        "`tags` is `x`, wanted a mapping",
    ),
    (ONE + "policies: [5]", "PR1034", "the policy is `5`, wanted a mapping"),
    (ONE + "policies: [{name: q, override: none.json}]", "PR2901", "cannot read `none.json`: there is no such file"),
    (ONE + "groups: []\ngroups: []", "PR1033", "`groups` is given 2 times, wanted once"),
    (
        "baselines: [{Name: one-1, OperatingSystem: SUSE, ApprovedPatches: [a]}, {Name: one-1, OperatingSystem: SUSE, ApprovedPatches: [b]}]\n"
        "groups: [{group: w, baseline: one-1}]",
        "PR1036",
        "`one-1` is the name of `one-1` and `one-1`",
    ),
    (
        "baselines: [{Name: one-1, OperatingSystem: SUSE, ApprovedPatches: [a]}, {Name: two-1, OperatingSystem: SUSE, ApprovedPatches: [b]}]\n"
        "groups: [{group: w, baseline: one-1}, {group: w, baseline: two-1}]",
        "PR1031",
        "patch group `w` of SUSE is served by `one-1` and `two-1`, wanted one baseline",
    ),
]


def raised(source):
    """Return every error of loading."""
    try:
        load_registry(source)
    except BaselineError as error:
        return [error]
    except ExceptionGroup as group:
        return list(group.exceptions)
    return []


@pytest.mark.parametrize(("text", "code", "message"), FAULTS)
def test_what_is_wrong_is_said(text, code, message):
    found = [(error.code, error.message) for error in raised(text.encode())]
    assert (code, message) in found
    assert all(code in CODES for code, _ in found)


def test_registering_the_same_again_changes_nothing():
    text = ONE + "groups: [{group: w, baseline: one-1}, {group: w, baseline: one-1, operating_system: SUSE}]"
    assert [key[0] for key in load_registry(text.encode()).groups] == ["w"]


def test_a_registry_file_infers_no_default():
    registry = load_registry(ONE.encode())
    assert registry.defaults == {}
    assert resolve(registry, family_named("suse")).via == "AWS default"


def test_aws_own_baselines_are_called_by_name():
    text = b"defaults: {WINDOWS: AWS-WindowsPredefinedPatchBaseline-OS-Applications}\ngroups: [{group: w, baseline: AWS-SuseDefaultPatchBaseline}]"
    registry = load_registry(text)
    assert [one.name for one in registry.baselines] == [
        "AWS-SuseDefaultPatchBaseline",
        "AWS-WindowsPredefinedPatchBaseline-OS-Applications",
    ]


def test_paths_globs_and_policies_are_read_from_the_files_folder(tmp_path):
    home = tmp_path / "r"
    (home / "b").mkdir(parents=True)
    (home / "b" / "x.json").write_text('{"Name": "one-1", "OperatingSystem": "SUSE", "ApprovedPatches": ["a"]}')
    (home / "o.json").write_text('[{"OperatingSystem": "SUSE", "ApprovedPatches": ["b"]}]')
    (home / "registry.yaml").write_text(
        "baselines: ['b/*.json', AWS-DefaultPatchBaseline]\n"
        "policies:\n"
        "  - {name: q, override: o.json, targets: {tags: {Env: [prod, 1], Any: []}, hosts: web-*}}\n"
        "  - {name: r, baselines: [one-1, gone]}\n"
    )
    registry = load_registry(home)
    first, second = registry.policies
    assert (first.baselines[0].approved_patches, first.hosts, first.tags) == (
        ("b",),
        ("web-*",),
        (("Env", ("prod", "1")), ("Any", ())),
    )
    assert ([one.name for one in second.baselines], second.missing) == (["one-1"], ("gone",))
    assert (first.covers("web-1", {}), first.covers("db", {"Any": "x"}), first.covers("db", {"Env": "dev"})) == (
        True,
        True,
        False,
    )
    (home / "more.yaml").write_text("baselines: [registry.yaml]")
    assert [error.code for error in raised(home / "more.yaml")] == ["PR1038"]


def test_an_override_is_a_list():
    with pytest.raises(BaselineError, match="a BaselineOverride is a list of baselines, and this is a mapping"):
        load_override(b'{"OperatingSystem": "SUSE", "ApprovedPatches": ["b"]}')
    assert len(load_override([{"ApprovedPatches": ["b"]}, {"ApprovedPatches": ["c"]}])) == 2


PB = "pb-0123456789abcdef0"
OWN = {"Name": "own-1", "BaselineId": PB, "OperatingSystem": "SUSE", "ApprovedPatches": ["a"]}
ANSWERS = [
    ([OWN, {"PatchGroup": "w", "BaselineId": PB, "OperatingSystem": "SUSE"}], {"w": "own-1"}, []),
    ([OWN, {"PatchGroup": "w", "BaselineId": PB}], {"w": "own-1"}, []),
    ([OWN, {"BaselineId": PB}], {}, ["PR1233"]),
    ([{"BaselineIdentities": []}], {}, []),
    ([{"PatchGroup": "w", "BaselineId": PB}], {}, ["PR1231"]),
]


@pytest.mark.parametrize(("answers", "groups", "doubts"), ANSWERS)
def test_saved_answers_may_stand_in_one_file(answers, groups, doubts):
    registry = load_registry(json.dumps(answers).encode())
    assert {group: baseline.name for (group, _), baseline in registry.groups.items()} == groups
    assert [one.code for one in registry.diagnostics] == doubts


@pytest.mark.parametrize(
    "answer",
    [
        {"Mappings": [{"PatchGroup": "w"}]},
        {"BaselineIdentities": [{"BaselineName": "x"}]},
        {"BaselineId": PB, "OperatingSystem": "BEOS"},
        {"BaselineId": 5, "OperatingSystem": "SUSE"},
    ],
)
def test_an_answer_cut_short_is_a_fault(answer):
    assert [error.code for error in raised([answer])] == ["PR1034"]


def test_dates_in_the_shapes_of_the_aws_cli(data):
    created = {one.name: (one.created, one.modified) for one in load_registry(data / "registry" / "aws").baselines}
    assert {name: [str(when) for when in both] for name, both in created.items()} == {
        "prod-debian": ["2024-05-06 12:53:20.465000+00:00", "2024-05-07 01:02:00+00:00"],
        "prod-suse": ["2020-01-01 10:04:04.099000+00:00", "2021-08-04 18:03:50.590000+00:00"],
    }


@pytest.mark.shared
def test_the_answers_that_aws_publishes_are_read_or_refused(shared):
    ends = {}
    for path in sorted((shared / "data" / "inventory" / "awscli-json").glob("*patch-baseline*.json")):
        if path.name.startswith(("get-", "describe-patch-baselines", "register-")):
            try:
                registry = load_registry(path)
                ends[path.name] = [one.code for one in registry.diagnostics] or [one.name for one in registry.baselines]
            except BaselineError as error:
                ends[path.name] = [error.code]
    assert ends == {
        "describe-patch-baselines.0.invalid.json": ["PR1004"],
        "get-default-patch-baseline.0.json": ["PR1231"],
        "get-default-patch-baseline.1.json": ["PR1231"],
        "get-patch-baseline-for-patch-group.0.json": ["PR1231"],
        "get-patch-baseline.0.json": ["WindowsPatching"],
        "register-default-patch-baseline.0.json": ["PR1030"],
        "register-default-patch-baseline.1.json": ["PR1030"],
        "register-patch-baseline-for-patch-group.0.json": ["PR1231"],
    }
    listed = load_registry(shared / "data" / "baselines" / "aws-public" / "describe-patch-baselines.2025-11-24.json")
    assert (listed.defaults, listed.unsettled) == ({}, {})


WORDS = st.sampled_from(
    [
        "prod",
        PB,
        f"arn:aws:ssm:x:1:patchbaseline/{PB}",
        "SUSE",
        "debian",
        "AWS-SuseDefaultPatchBaseline",
        "managed",
        "data",
        "each.key",
    ]
    + [
        "aws_ssm_patch_baseline",
        "aws_ssm_patch_group",
        "aws_ssm_default_patch_baseline",
        "aws_ssm_patch_baseline.this",
        "this",
        "var.x",
        "",
    ]
)
KEYS = st.sampled_from(
    [
        "baselines",
        "groups",
        "defaults",
        "policies",
        "group",
        "baseline",
        "operating_system",
        "name",
        "override",
        "targets",
        "hosts",
        "tags",
    ]
    + [
        "Mappings",
        "PatchGroup",
        "BaselineIdentity",
        "BaselineIdentities",
        "BaselineId",
        "OperatingSystem",
        "ResourceTagMappingList",
    ]
    + [
        "format_version",
        "version",
        "lineage",
        "pytest-terraform",
        "values",
        "planned_values",
        "prior_state",
        "configuration",
    ]
    + [
        "root_module",
        "resources",
        "child_modules",
        "address",
        "type",
        "mode",
        "index",
        "instances",
        "attributes",
        "references",
    ]
    + [
        "expressions",
        "baseline_id",
        "patch_group",
        "module_calls",
        "outputs",
        "approval_rule",
        "patch_filter",
        "source",
        "tags_all",
        "id",
    ]
    + [
        "resource_changes",
        "change",
        "after_unknown",
        "aws_ssm_patch_baseline",
        "aws_ssm_patch_group",
        "Name",
        "ApprovedPatches",
    ]
)
JSON = st.recursive(
    WORDS | st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=30,
)
RESOURCE = st.fixed_dictionaries(
    {"type": WORDS, "name": WORDS, "mode": WORDS},
    optional={
        "index": JSON,
        "address": WORDS,
        "values": st.dictionaries(KEYS, JSON, max_size=6) | JSON,
        "instances": JSON,
    },
)
SHOWN = st.fixed_dictionaries(
    {"root_module": st.fixed_dictionaries({"resources": st.lists(RESOURCE, max_size=4), "child_modules": JSON})}
)
DOCUMENTS = (
    st.dictionaries(st.sampled_from(["baselines", "groups", "defaults", "policies"]), JSON, min_size=1)
    | st.dictionaries(
        st.sampled_from(["Mappings", "BaselineIdentities", "BaselineId", "OperatingSystem"]), JSON, min_size=1
    )
    | st.fixed_dictionaries({"format_version": WORDS, "values": SHOWN})
    | st.fixed_dictionaries(
        {"format_version": WORDS, "planned_values": SHOWN, "configuration": JSON, "resource_changes": JSON}
    )
    | st.fixed_dictionaries(
        {"version": st.just(4), "lineage": JSON, "resources": st.lists(RESOURCE, max_size=4) | JSON}
    )
    | st.fixed_dictionaries({"pytest-terraform": JSON, "resources": JSON})
)


@given(DOCUMENTS | st.lists(DOCUMENTS, max_size=3), st.booleans())
@example({"baselines": ["."]}, False)
@example({"baselines": ["\x00"], "policies": [{"name": "q", "override": "\x00"}]}, True)
def test_any_registration_is_read_or_refused_and_resolving_never_raises(value, as_bytes):
    try:
        registry = load_registry(json.dumps(value).encode() if as_bytes else value)
    except* DocumentError as group:
        for error in group.exceptions:
            assert getattr(error, "code", "") in CODES
            assert str(error)
    else:
        for family in families().values():
            found = resolve(registry, family, "prod", {"PatchGroup": "prod"}, host="web-1")
            assert (found.baseline is None) is (found.fault is not None)
