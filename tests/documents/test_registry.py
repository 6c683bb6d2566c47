"""Who serves which patch group, who is the default, and what cannot be decided."""

from __future__ import annotations

import pytest

from patchrules.documents import load_baseline, load_registry
from patchrules.errors import BaselineError, DocumentError
from patchrules.model.names import OperatingSystem


def made(name: str, system: str = "SUSE", more: str = "") -> bytes:
    return f"{{Name: {name}, OperatingSystem: {system}, ApprovedPatches: [bash]{more}}}".encode()


WEB = ", PatchGroups: [web]"
DEFAULT = ", DefaultBaseline: true"

DEFAULTS = [
    ([made("one-1")], {"SUSE": "one-1"}),
    ([made("one-1"), made("two-2", more=WEB)], {"SUSE": "one-1"}),
    ([made("one-1"), made("two-2", more=DEFAULT)], {"SUSE": "two-2"}),
    ([made("one-1", more=WEB)], {}),
    ([made("one-1"), made("two-2", "DEBIAN")], {"SUSE": "one-1", "DEBIAN": "two-2"}),
    ([made("one-1"), made("one-1")], {"SUSE": "one-1"}),
]

CLASHES = [
    (
        [made("one-1"), made("two-2")],
        (
            "SUSE has 2 candidates for the default baseline: `one-1` and `two-2` [PR1032]\n"
            "  hint: mark one with `DefaultBaseline: true`, or give the others patch groups"
        ),
    ),
    (
        [made("one-1", more=DEFAULT), made("two-2", more=DEFAULT)],
        (
            "SUSE has 2 candidates for the default baseline: `one-1` and `two-2` [PR1032]\n"
            "  hint: keep `DefaultBaseline: true` on one of them"
        ),
    ),
    (
        [made("one-1", more=WEB), made("two-2", more=WEB)],
        (
            "patch group `web` of SUSE is served by `one-1` and `two-2`, wanted one baseline [PR1031]\n"
            "  hint: take the group away from one of them"
        ),
    ),
    (
        [],
        "there is no baseline to load [PR1030]\n  hint: give a folder with .json, .yaml, .yml or .template files of baselines",
    ),
]


@pytest.mark.parametrize(("sources", "expected"), DEFAULTS)
def test_the_default_is_the_marked_one_or_the_only_one_without_groups(sources, expected):
    defaults = load_registry(sources).defaults
    assert {str(system): baseline.name for system, baseline in defaults.items()} == expected


@pytest.mark.parametrize(("sources", "message"), CLASHES)
def test_two_candidates_are_named(sources, message):
    with pytest.raises(BaselineError) as caught:
        load_registry(sources)
    assert str(caught.value) == message


def test_a_group_may_have_one_baseline_for_each_system():
    registry = load_registry([made("one-1", more=WEB), made("two-2", "DEBIAN", WEB)])
    assert {key: baseline.name for key, baseline in registry.groups.items()} == {
        ("web", OperatingSystem.SUSE): "one-1",
        ("web", OperatingSystem.DEBIAN): "two-2",
    }


def test_a_folder_is_read_to_the_bottom_and_other_files_are_told(tmp_path):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "one.yml").write_bytes(made("one-1"))
    (tmp_path / "two.json").write_bytes(b'{"Name": "two-2", "OperatingSystem": "DEBIAN", "ApprovedPatches": ["bash"]}')
    (tmp_path / "package.json").write_text('{"name": "site"}')
    (tmp_path / "notes.txt").write_text("not read")
    registry = load_registry(tmp_path)
    assert [baseline.name for baseline in registry.baselines] == ["one-1", "two-2"]
    assert [(one.code, one.message, one.where and one.where.file) for one in registry.diagnostics] == [
        ("PR1230", "not loaded: this is no baseline: it has `name`", str(tmp_path / "package.json")),
    ]


def test_faults_of_several_files_come_together(tmp_path):
    (tmp_path / "a.yaml").write_text("{Name: a, OperatingSystem: DEBIEN}")
    (tmp_path / "b.json").write_text("{")
    (tmp_path / "c.yaml").write_bytes(made("one-1"))
    (tmp_path / "d.yaml").write_bytes(made("two-2"))
    with pytest.raises(ExceptionGroup) as caught:
        load_registry(tmp_path)
    assert caught.value.message == "the registry: 4 faults"
    codes = [error.code for error in caught.value.exceptions if isinstance(error, DocumentError)]
    assert codes == [
        "PR1013",
        "PR1015",
        "PR1004",
        "PR1032",
    ]
    assert f"`one-1` ({tmp_path / 'c.yaml'}) and `two-2`" in str(caught.value.exceptions[3])


@pytest.mark.parametrize("content", [None, "{}"])
def test_a_folder_without_a_baseline_is_a_fault(tmp_path, content):
    if content is not None:
        (tmp_path / "x.json").write_text(content)
    with pytest.raises(BaselineError, match="PR2905" if content is None else "there is no baseline among the files"):
        load_registry(tmp_path)


def test_loaded_baselines_files_and_names_may_be_mixed(tmp_path):
    path = tmp_path / "one.yaml"
    path.write_bytes(made("one-1"))
    loaded = load_baseline(made("two-2", "DEBIAN"))
    registry = load_registry([path, loaded, "AWS-DefaultPatchBaseline"])
    assert [baseline.name for baseline in registry.baselines] == ["one-1", "two-2", "AWS-DefaultPatchBaseline"]
    assert load_registry(loaded).defaults == {OperatingSystem.DEBIAN: loaded}
    assert load_registry(path).baselines[0].name == "one-1"


def test_strict_reaches_every_file(tmp_path):
    (tmp_path / "a.yaml").write_bytes(made("one-1", more=", Colour: red"))
    with pytest.raises(BaselineError, match="there is no field `Colour` here"):
        load_registry(tmp_path, strict=True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: web-1\noperating_system: SUSE\napproval_rules: []", "says `approval_rules`, wanted `ApprovalRules`"),
        (
            "Name: web-1\nOperating_System: SUSE\napproved-patches: [a]",
            "says `approved-patches`, wanted `ApprovedPatches`",
        ),
        (
            "Resources: {Web: {Type: AWS::SSM::Patchbaseline}}",
            "says `AWS::SSM::Patchbaseline`, wanted `AWS::SSM::PatchBaseline`",
        ),
    ],
)
def test_a_file_of_a_folder_that_is_meant_to_be_a_baseline_is_not_left_out(text, said, tmp_path):
    (tmp_path / "good.yaml").write_bytes(made("one-1"))
    (tmp_path / "wrong.yaml").write_text(text)
    with pytest.raises(BaselineError) as raised:
        load_registry(tmp_path)
    error = raised.value
    assert (error.code, said in error.message, "wrong.yaml" in str(error.where)) == ("PR1024", True, True)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("vars.json", '{"approved_patches": ["a"], "region": "eu-west-1"}'),
        ("nginx.conf.template", "{% if x %}y{% endif %}"),
        ("b.json.template", '{"PatchRules": ${rules}}'),
    ],
)
def test_what_others_keep_in_the_folder_is_told_and_let_be(name, text, tmp_path):
    (tmp_path / "good.yaml").write_bytes(made("one-1"))
    (tmp_path / name).write_text(text)
    registry = load_registry(tmp_path)
    assert [one.name for one in registry.baselines] == ["one-1"]
    assert [one.code for one in registry.diagnostics] == ["PR1230"]
