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
    (lambda: Rule(approve_after_days=-1), "`approve_after_days` is -1, wanted 0 to 1,000,000 days [PR1050]"),
    (lambda: Rule(approve_after_days=10**9), "`approve_after_days` is 1000000000, wanted 0 to 1,000,000 days [PR1050]"),
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
    (lambda: Source("mine", "AmazonLinux2", ""), "`products` is 'AmazonLinux2', wanted several texts [PR1050]\n  hint: write a tuple: ('AmazonLinux2',)"),
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
