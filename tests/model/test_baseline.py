"""What a baseline, a rule and a filter are made of in code: what is no such thing is refused when it is made."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

import patchrules as pr
from patchrules.errors import BaselineError
from patchrules.evaluation.plain import noun, plain
from patchrules.model.baseline import PatchSource

Filter: Any = pr.PatchFilter
Rule: Any = pr.ApprovalRule
Baseline: Any = pr.Baseline
Source: Any = PatchSource
CRITICAL = Filter("SEVERITY", ("Critical",))
WRONG = [
    (lambda: Filter("SEVERITY", "Critical"), "`values` is 'Critical', wanted several texts [PR1050]\n  hint: write a tuple: ('Critical',)"),
    (lambda: Filter("SEVERITY", None), "`values` is None, wanted several texts [PR1050]\n  hint: write a tuple, `()` for none"),
    (lambda: Filter("SEVERITY", (7,)), "`values` is (7,), wanted several texts [PR1050]\n  hint: 7 is a `int`"),
    (lambda: Filter("severity", ("Critical",)), "`key` is 'severity', which is none of AWS's words [PR1051]\n  hint: did you mean `SEVERITY`?"),
    (lambda: Filter("MSRC SEVERITY", ("Critical",)), "`key` is 'MSRC SEVERITY', which is none of AWS's words [PR1051]\n  hint: did you mean `MSRC_SEVERITY`?"),
    (lambda: Filter(None, ("Critical",)), "`key` is None, wanted a filter key [PR1050]\n  hint: one of AWS's, e.g. SEVERITY"),
    (lambda: Rule(CRITICAL), "`filters` is PatchFilter(k...('Critical',)), wanted several filters [PR1050]\n  hint: write a tuple: (it,)"),
    (lambda: Rule((CRITICAL,), "7"), "`compliance_level` is '7', which is none of AWS's words [PR1051]\n  hint: known are UNSPECIFIED, INFORMATIONAL, LOW, MEDIUM, HIGH, CRITICAL"),
    (lambda: Rule((CRITICAL,), 7), "`compliance_level` is 7, wanted a word of AWS's [PR1050]\n  hint: one of UNSPECIFIED, INFORMATIONAL, LOW, MEDIUM, HIGH, CRITICAL"),
    (lambda: Rule(approve_after_days="7"), "`approve_after_days` is '7', wanted a whole number of days [PR1050]"),
    (lambda: Rule(approve_after_days=-1), "`approve_after_days` is -1, wanted a whole number from 0 to 360 [PR1012]"),
    (lambda: Rule(approve_after_days=361), "`approve_after_days` is 361, wanted a whole number from 0 to 360 [PR1012]"),
    (lambda: Rule(approve_after_days=0, approve_until=date(2026, 1, 1)), "the rule has both `approve_after_days` and `approve_until`, wanted one of them [PR1017]\n  hint: give None for the other"),
    (lambda: Rule((CRITICAL,) * 5), "`filters` is a list of 5, wanted a list of at most 4 filters [PR1014]"),
    (lambda: Filter("SEVERITY", ()), "`values` is a list of 0, wanted a list of 1 to 20 values [PR1014]"),
    (lambda: Filter("SEVERITY", ("a",) * 21), "`values` is a list of 21, wanted a list of 1 to 20 values [PR1014]"),
    (lambda: Filter("SEVERITY", ("a", "")), "value 2 of `values` is empty text, wanted text of 1 to 64 characters [PR1013]"),
    (lambda: Filter("SEVERITY", ("a" * 65,)), "value 1 of `values` is 'aaaaaaaaaaaa...aaaaaaaaaaaaa', wanted text of 1 to 64 characters [PR1013]"),
    (lambda: Filter.as_written("", ("a",)), "`key` is empty text, wanted text of 1 to 64 characters [PR1013]"),
    (lambda: Baseline("prod", "DEBIAN", rules=(Rule(),) * 11), "`rules` is a list of 11, wanted a list of at most 10 rules [PR1014]"),
    (lambda: Baseline("prod", "DEBIAN", global_filters=(CRITICAL,) * 5), "`global_filters` is a list of 5, wanted a list of at most 4 filters [PR1014]"),
    (lambda: Baseline("prod", "DEBIAN", approved_patches=("bash",) * 51), "`approved_patches` is a list of 51, wanted a list of at most 50 patches [PR1014]"),
    (lambda: Baseline("prod", "DEBIAN", rejected_patches=("",)), "value 1 of `rejected_patches` is empty text, wanted text of 1 to 100 characters [PR1013]"),
    (lambda: Baseline("prod", "DEBIAN", tags={"Env": "prod"}), "`tags` is {'Env': 'prod'}, wanted several pairs of texts [PR1050]\n  hint: write pairs: (('Env', 'prod'),)"),
    (lambda: Baseline("prod", "DEBIAN", tags=(("Env",),)), "`tags` is (('Env',),), wanted several pairs of texts [PR1050]\n  hint: write pairs: (('Env', 'prod'),)"),
    (lambda: Baseline("prod", "DEBIAN", diagnostics=("x",)), "`diagnostics` is ('x',), wanted several diagnostics [PR1050]\n  hint: 'x' is a `str`"),
    (lambda: Baseline("prod", "DEBIAN", is_default="yes"), "`is_default` is 'yes', wanted True or False [PR1050]"),
    (lambda: Baseline("prod", "DEBIAN", created="2026"), "`created` is '2026', wanted an instant [PR1050]"),
    (lambda: Baseline("prod", "DEBIAN", sha256=None), "`sha256` is None, wanted a text [PR1050]"),
    (lambda: Source("my", ("*",), "[a]"), "`name` is 'my', wanted 3 to 50 letters, digits, `_`, `-` and `.` [PR1013]"),
    (lambda: Source("mine/", ("*",), "[a]"), "`name` is 'mine/', wanted 3 to 50 letters, digits, `_`, `-` and `.` [PR1013]"),
    (lambda: Source("mine", (), "[a]"), "`products` is a list of 0, wanted a list of 1 to 20 products [PR1014]"),
    (lambda: Source("mine", ("*",), "s" * 1025), "`configuration` is text of 1,025 characters, wanted text of 1 to 1024 characters [PR1013]"),
    (lambda: Rule(approve_after_days=True), "`approve_after_days` is True, wanted a whole number of days [PR1050]"),
    (lambda: Rule(approve_until="2026-01-01"), "`approve_until` is '2026-01-01', wanted a date [PR1050]\n  hint: datetime.date.fromisoformat(...) reads one"),
    (lambda: Rule(enable_non_security="no"), "`enable_non_security` is 'no', wanted True or False [PR1050]"),
    (lambda: Baseline("prod", "REDHAT"), "`operating_system` is 'REDHAT', which is none of AWS's words [PR1051]\n  hint: did you mean `REDHAT_ENTERPRISE_LINUX`?"),
    (lambda: Baseline("prod", "debain"), "`operating_system` is 'debain', which is none of AWS's words [PR1051]\n  hint: did you mean `DEBIAN`?"),
    (lambda: Baseline(7, "DEBIAN"), "`name` is 7, wanted a text [PR1050]"),
    (lambda: Baseline("prod", "DEBIAN", approved_patches="openssl*"), "`approved_patches` is 'openssl*', wanted several texts [PR1050]\n  hint: write a tuple: ('openssl*',)"),
    (lambda: Baseline("prod", "DEBIAN", rejected_patches="openssl*"), "`rejected_patches` is 'openssl*', wanted several texts [PR1050]\n  hint: write a tuple: ('openssl*',)"),
    (lambda: Baseline("prod", "DEBIAN", rules=({},)), "`rules` is ({},), wanted several rules [PR1050]\n  hint: {} is a `dict`"),
    (lambda: Baseline("prod", "DEBIAN", approved_patches_enable_non_security=1), "`approved_patches_enable_non_security` is 1, wanted True or False [PR1050]"),
    (lambda: Baseline("prod", available_security_updates="FINE"), "`available_security_updates` is 'FINE', which is none of AWS's words [PR1051]\n  hint: known are COMPLIANT, NON_COMPLIANT, UNKNOWN, "),
    (lambda: Source("mine", "AmazonLinux2", "[a]"), "`products` is 'AmazonLinux2', wanted several texts [PR1050]\n  hint: write a tuple: ('AmazonLinux2',)"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "said"), WRONG, ids=[said.split(",")[0][:50] for _, said in WRONG])
def test_what_a_baseline_is_not_made_of_is_refused_when_it_is_made(make, said):
    with pytest.raises(BaselineError) as caught:
        make()
    assert str(caught.value) == said


def test_a_change_is_checked_as_well():
    with pytest.raises(BaselineError, match="approve_after_days"):
        Baseline("prod", "DEBIAN", rules=(Rule(),)).with_rule(1, approve_after_days="3")
    with pytest.raises(BaselineError, match="approve_until"):
        Rule(approve_until=datetime(2026, 1, 1, tzinfo=UTC))


FIELDS = {
    "ApprovalRules": ("rules", Rule()),
    "GlobalFilters": ("global_filters", CRITICAL),
    "ApprovedPatches": ("approved_patches", "bash"),
    "RejectedPatches": ("rejected_patches", "bash"),
    "Values": ("values", "a"),
    "ApproveAfterDays": ("approve_after_days", 1),
}


def as_document(field, size):
    """Return a document with that many of what a field holds."""
    one = {"Key": "SEVERITY", "Values": ["a"] * (size if field == "Values" else 1)}
    filters = {"PatchFilters": [one] * (size if field == "GlobalFilters" else 1)}
    days = size if field == "ApproveAfterDays" else 1
    rules = [{"PatchFilterGroup": filters, "ApproveAfterDays": days}] * (size if field == "ApprovalRules" else 1)
    said = {"Name": "prod", "OperatingSystem": "SUSE", "ApprovalRules": {"PatchRules": rules}}
    return said | ({field: ["bash"] * size} if "Patches" in field else {})


def in_code(field, size):
    """Return the same in code."""
    name, one = FIELDS[field]
    if field == "ApproveAfterDays":
        return Rule(approve_after_days=size)
    return Filter("SEVERITY", (one,) * size) if field == "Values" else Baseline("prod", "SUSE", **{name: (one,) * size})


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("size", [0, 1, 4, 5, 10, 11, 20, 21, 50, 51, 360, 361])
def test_code_and_documents_are_refused_what_the_other_is(field, size):
    """By the same code."""
    codes: list[str | None] = []
    for make in (lambda: pr.load_baseline(as_document(field, size)), lambda: in_code(field, size)):
        try:
            make()
        except BaselineError as problem:
            codes.append(problem.code)
        else:
            codes.append(None)
    assert codes[0] == codes[1]


def test_a_copy_that_says_something_else_has_not_the_sha256_of_the_document():
    prod = pr.load_baseline(b"{Name: prod, OperatingSystem: DEBIAN, ApprovedPatches: [bash], PatchGroups: [web]}")
    assert len(prod.sha256) == 64
    same = [prod, replace(prod), replace(prod, diagnostics=()), replace(prod, tags=(("Env", "prod"),)), copy.copy(prod)]
    same += [copy.deepcopy(prod), pickle.loads(pickle.dumps(prod)), noun(pr.Baseline, plain(prod))]  # noqa: S301 - ours
    for one in same:
        assert one.sha256 == prod.sha256
        assert replace(one, approved_patches=("bash",)).sha256 == prod.sha256
        for changed in ({"approved_patches": ("zsh",)}, {"name": "dev"}, {"patch_groups": ()}, {"rules": (Rule(),)}):
            assert replace(one, **changed).sha256 == ""
    assert replace(prod, name="dev", sha256="e3b0").sha256 == "e3b0"
    assert type(plain(prod)["sha256"]) is str


def test_lists_and_plain_words_are_taken():
    rule = Rule([Filter("SEVERITY", ["Critical"])], "HIGH", approve_until=date(2026, 1, 1))
    found = Baseline("prod", "DEBIAN", rules=[rule], approved_patches=["bash"], available_security_updates="COMPLIANT")
    assert hash(found) == hash(replace(found))
    assert rule.filters[0].values == ("Critical",)
    assert (rule.compliance_level, found.available_security_updates) == ("HIGH", "COMPLIANT")


@pytest.mark.parametrize("key", ["SEVERTY", "COLOUR"])
def test_a_document_keeps_a_key_that_aws_does_not_know(key):
    """Such a filter matches nothing (DECISIONS 15), in a saved run and after a change, too."""
    text = f"{{Name: prod, OperatingSystem: SUSE, ApprovalRules: {{PatchRules: [{{PatchFilterGroup: {{PatchFilters: [{{Key: {key}, Values: [a]}}]}}, ApproveAfterDays: 1}}]}}}}"
    found = pr.load_baseline(text.encode())
    held = found.rules[0].filters[0]
    same = [noun(pr.Baseline, plain(found)).rules[0].filters[0], copy.deepcopy(held)]
    same.append(pickle.loads(pickle.dumps(held)))  # noqa: S301 - our own bytes
    assert [one.key for one in (held, *same, replace(held, values=("b",)))] == [key] * 5
    assert all(one == held for one in same)


@pytest.mark.parametrize("changes", [{"approve_after_days": 3}, {"approve_until": date(2026, 1, 1)}])
@pytest.mark.parametrize("rule", [Rule(approve_after_days=7), Rule(approve_until=date(2025, 1, 1)), Rule()])
def test_a_delay_takes_the_place_of_a_date_and_back(rule, changes):
    found = Baseline("prod", "DEBIAN", rules=(rule,)).with_rule(1, **changes).rules[0]
    wanted = {"approve_after_days": None, "approve_until": None} | changes
    assert {name: getattr(found, name) for name in wanted} == wanted


def test_what_is_taken_away_leaves_the_other():
    found = Baseline("prod", "DEBIAN", rules=(Rule(approve_after_days=7),)).with_rule(1, approve_until=None)
    assert found.rules[0].approve_after_days == 7
