"""Mistakes in a baseline: which are made, which cases notice, and that the missing case, pasted, is the one that does."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import example, given

from patchrules import ApprovalRule, Baseline, OperatingSystem, PatchFilter, lint, load_baseline
from patchrules.documents.text import parse
from patchrules.errors import PolicyTestError
from patchrules.families import families, family_named
from patchrules.policytest import read_cases, read_folder
from patchrules.policytest.mutants import mutants_of
from patchrules.policytest.mutation import as_yaml, mutate
from patchrules.policytest.starter import starter_files
from patchrules.testing import baselines

BASELINE = {
    "Name": "prod",
    "OperatingSystem": "REDHAT_ENTERPRISE_LINUX",
    "GlobalFilters": {"PatchFilters": [{"Key": "PRODUCT", "Values": ["RedhatEnterpriseLinux9.3"]}]},
    "ApprovalRules": {"PatchRules": [
        {"PatchFilterGroup": {"PatchFilters": [
            {"Key": "SEVERITY", "Values": ["Critical", "Important"]}, {"Key": "CLASSIFICATION", "Values": ["*"]},
        ]}, "ApproveAfterDays": 7, "ComplianceLevel": "HIGH"},
        {"PatchFilterGroup": {"PatchFilters": [{"Key": "CLASSIFICATION", "Values": ["Bugfix"]}]},
         "ApproveUntilDate": "2026-03-31", "EnableNonSecurity": True},
    ]},
    "ApprovedPatches": ["RHSA-2026:1", "bash"],
    "RejectedPatches": ["telnet*", "kernel-4.18*"],
    "RejectedPatchesAction": "BLOCK",
}  # fmt: skip
MISTAKES = [
    "global filters: PRODUCT is anything",
    "rule 1 is gone",
    "rule 1: waits 8 days, not 7",
    "rule 1: waits 6 days, not 7",
    "rule 1: SEVERITY without `Critical`",
    "rule 1: SEVERITY without `Important`",
    "rule 1: SEVERITY is anything",
    "rule 1: level is MEDIUM, not HIGH",
    "rule 1: EnableNonSecurity is true",
    "rule 2 is gone",
    "rule 2: approved until 2026-04-01, not 2026-03-31",
    "rule 2: approved until 2026-03-30, not 2026-03-31",
    "rule 2: CLASSIFICATION is anything",
    "rule 2: level is INFORMATIONAL, not UNSPECIFIED",
    "rule 2: EnableNonSecurity is false",
    "approved `RHSA-2026:1` is gone",
    "approved `RHSA-2026:1` is `RHSA-2026:1*`",
    "approved `bash` is gone",
    "approved `bash` is `bash*`",
    "rejected `telnet*` is gone",
    "rejected `kernel-4.18*` is gone",
    "level of approved patches is INFORMATIONAL, not UNSPECIFIED",
    "ApprovedPatchesEnableNonSecurity is true",
    "rejected patches action is ALLOW_AS_DEPENDENCY",
]
ONE = """
- case_id: critical waits a week
  baseline: prod.json
  patch: {severity: Critical, released: 2026-01-24, product: RedhatEnterpriseLinux9.3}
  as_of: 2026-01-31T00:00:00Z
  expect: {approval: PENDING_APPROVAL}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "prod.json").write_text(json.dumps(BASELINE), "utf-8")
    (tmp_path / "one.yaml").write_text(ONE, "utf-8")
    return tmp_path


def test_the_mistakes_are_those_a_person_could_make():
    assert [mutant.mistake for mutant in mutants_of(load_baseline(BASELINE))] == MISTAKES


def said_twice(filters):
    """Return filters each of whose first values is there twice, as AWS takes it."""
    return tuple(dataclasses.replace(one, values=(one.values[0], *one.values[:19])) for one in filters)


TWICE = Baseline(
    "prod", OperatingSystem.DEBIAN, rules=(ApprovalRule((PatchFilter("PRIORITY", ("Required", "Required")),)),)
)


@example(TWICE)
@given(baselines())
def test_every_mistake_is_a_baseline_and_another_one_whatever_its_filters_repeat(baseline):
    rules = tuple(dataclasses.replace(rule, filters=said_twice(rule.filters)) for rule in baseline.rules)
    filters = said_twice(baseline.global_filters)
    for one in (baseline, dataclasses.replace(baseline, rules=rules, global_filters=filters)):
        assert all(mutant.baseline != one for mutant in mutants_of(one))


def test_a_value_that_is_there_twice_is_gone_once():
    filters = (PatchFilter("PRIORITY", ("Required", "Important", "Required")),)
    several = dataclasses.replace(TWICE, rules=(ApprovalRule(filters),))
    found = [[one.mistake for one in mutants_of(baseline) if "without" in one.mistake] for baseline in (TWICE, several)]
    assert found == [[], ["rule 1: PRIORITY without `Required`", "rule 1: PRIORITY without `Important`"]]


def test_every_mistake_is_noticed_once_the_missing_cases_are_pasted(folder):
    found = mutate(folder / "prod.json", read_cases(folder / "one.yaml"))
    assert found.killed == (
        "rule 1 is gone",
        "rule 1: waits 6 days, not 7",
        "rule 1: SEVERITY without `Critical`",
        "rule 2: CLASSIFICATION is anything",
    )
    (folder / "missing.yaml").write_text(str(found), "utf-8")
    again = mutate(folder / "prod.json", read_folder([folder / "one.yaml", folder / "missing.yaml"]))
    assert str(again) == "# 24 mistakes in `prod`, 21 cases: 24 noticed, 0 not noticed"


def test_a_rule_that_decides_nothing_is_named_and_wants_no_test(folder):
    """The second rule waits longer than the first and says nothing else."""
    rule = {"PatchFilterGroup": {"PatchFilters": [{"Key": "SEVERITY", "Values": ["Critical"]}]}, "ApproveAfterDays": 7}
    shadowed = {"PatchRules": [rule, rule | {"ApproveAfterDays": 14}]}
    (folder / "prod.json").write_text(json.dumps(BASELINE | {"ApprovalRules": shadowed}), "utf-8")
    found = mutate(folder / "prod.json", read_cases(folder / "one.yaml"))
    idle = [str(one) for one in found.survivors if one.missing is None]
    assert "# rule 2 is gone: no patch can tell, so that part of the baseline decides nothing" in idle
    assert str(found).endswith(f", {len(idle)} that nobody could")


@pytest.mark.parametrize(("error", "ends"), [("PR6007", "case names it"), ("PR6008", "patchrules test")])
def test_cases_that_cannot_notice_anything_are_refused(folder, error, ends):
    text = ONE.replace("prod.json", "AWS-RedHatDefaultPatchBaseline") if error == "PR6007" else ONE
    text = text if error == "PR6007" else text.replace("PENDING_APPROVAL", "APPROVED")
    (folder / "one.yaml").write_text(text, "utf-8")
    with pytest.raises(PolicyTestError) as refused:
        mutate(folder / "prod.json", read_cases(folder / "one.yaml"))
    assert refused.value.code == error
    assert ends in (refused.value.hint or "")


@pytest.mark.parametrize(
    "value",
    ["plain", "one: two", "- x", "yes", "12", "telnet*", 'a "b"', "2026-01-01", "a #b", "null", "[x", 1, None, True, ["a, b"], {"k": "v: w"}],
)  # fmt: skip
def test_what_is_written_as_yaml_is_read_as_it_was(value):
    assert parse(as_yaml({"field": value}).encode()).value == [{"field": value}]


@pytest.mark.parametrize("name", ["rhel", "debian", "macos", "windows", "suse", "amazon_linux_2023"])
def test_a_new_repository_passes_and_notices_every_mistake(name, tmp_path):
    for path, text in starter_files(family_named(name)).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, "utf-8")
    [baseline] = (tmp_path / "baselines").iterdir()
    assert {one.level for one in lint(str(baseline))} <= {"info"}
    found = mutate(baseline, read_folder([tmp_path / "tests"]))
    assert found.missing == ()
    assert len(found.killed) > 3


def test_every_family_has_a_baseline_to_start_from():
    assert all(one.predefined for one in families().values())
