"""Templates, fragments and single resources."""

from __future__ import annotations

import pytest

from patchrules.documents import load_baseline, load_baselines
from patchrules.errors import BaselineError
from patchrules.model.baseline import ApprovalRule
from patchrules.model.names import ComplianceLevel, OperatingSystem

FRAGMENT = b"""\
PatchBaseline:
  Type: "AWS::SSM::PatchBaseline"
  Properties:
    Name: "MyPatchBaseline"
    OperatingSystem: "WINDOWS"
    PatchGroups:
      - "MyPatchGroup"
    ApprovalRules:
      PatchRules:
        - ApproveAfterDays: 7
          ComplianceLevel: "CRITICAL"
          EnableNonSecurity: false
"""

RULE = "/PatchBaseline/Properties/ApprovalRules/PatchRules/0"


def test_the_fragment_loads_as_it_stands():
    baseline = load_baseline(FRAGMENT)
    assert baseline.name == "MyPatchBaseline"
    assert baseline.operating_system is OperatingSystem.WINDOWS
    assert baseline.patch_groups == ("MyPatchGroup",)
    assert baseline.rules == (ApprovalRule((), ComplianceLevel.CRITICAL, approve_after_days=7),)
    assert [(one.code, one.where.pointer, one.where.line) for one in baseline.diagnostics if one.where] == [
        ("PR1207", RULE, 10),
    ]


def test_a_template_says_its_default_and_ignores_other_resources(data):
    baseline = load_baseline(data / "baselines" / "shapes" / "template.yaml")
    assert (baseline.is_default, baseline.patch_groups) == (True, ("harbour",))


def test_a_template_may_hold_several():
    one = "{Type: 'AWS::SSM::PatchBaseline', Properties: {Name: %s, ApprovedPatches: [KB1]}}"
    document = f"Resources: {{A: {one % 'a-1'}, B: {one % 'b-1'}}}".encode()
    assert [baseline.name for baseline in load_baselines(document)] == ["a-1", "b-1"]


@pytest.mark.parametrize(("condition", "said"), [("IsProd", "`IsProd`"), ("{'Fn::Not': [x]}", "a mapping")])
def test_a_baseline_that_is_made_under_a_condition_is_told(condition, said):
    one = (
        "{Type: 'AWS::SSM::PatchBaseline', %sProperties: {Name: a-1, OperatingSystem: DEBIAN, ApprovedPatches: [bash]}}"
    )
    document = f"Resources: {{A: {one % f'Condition: {condition}, '}, B: {one % ''}}}".encode()
    told = [[str(doubt) for doubt in baseline.diagnostics] for baseline in load_baselines(document)]
    message = f"warning PR1261: the baseline is made under a condition alone, {said}, and is read as made"
    hint = "take it away where the condition does not hold"
    assert told == [[f"{message}\n  at 1:61 at /Resources/A/Condition\n  hint: {hint}"], []]


def test_no_value_is_no_value():
    document = b"Type: AWS::SSM::PatchBaseline\nProperties:\n  Name: prod-1\n  Description: !Ref AWS::NoValue\n"
    assert load_baseline(document).description == ""


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b"Resources: {}", "the template has no AWS::SSM::PatchBaseline [PR1020]\n  at 1:1 at /"),
        (
            b"Resources: {A: {Type: 'AWS::SSM::PatchBaseline'}}",
            (
                "`Name` is missing, wanted 3 to 128 letters, digits, `_`, `-` and `.` [PR1010]\n"
                "  at 1:16 at /Resources/A/Properties/Name"
            ),
        ),
        (
            b"A:\n  Type: AWS::SSM::PatchBaseline\n  Properties:\n    Name: !Sub '${Env}-base'\n",
            (
                "`Fn::Sub ${Env}-base` is not known yet, so the baseline cannot be judged [PR1016]\n"
                "  at 4:11 at /A/Properties/Name\n"
                "  hint: write the value itself, or load what is deployed: aws ssm get-patch-baseline --baseline-id ID"
            ),
        ),
    ],
)
def test_what_a_template_does_not_say_is_told(document, message):
    with pytest.raises(BaselineError) as caught:
        load_baselines(document)
    assert str(caught.value) == message
