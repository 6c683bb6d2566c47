"""What a security team promises of a baseline, and the laws of every baseline: each holds, and each can fail."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import Phase, settings

from patchrules import load_baseline, predefined, predefined_names
from patchrules.errors import BaselineError
from patchrules.reference import evaluate
from patchrules.testing import (
    assert_approved_within,
    assert_approves_more,
    assert_laws,
    assert_never_approved,
    laws,
    promises,
)
from patchrules.testing.search import SEARCH
from patchrules.testing.strategies import T0

RHEL = load_baseline(
    {
        "Name": "prod",
        "OperatingSystem": "REDHAT_ENTERPRISE_LINUX",
        "ApprovalRules": {"PatchRules": [
            {"PatchFilterGroup": {"PatchFilters": [
                {"Key": "PRODUCT", "Values": ["RedhatEnterpriseLinux9.3"]},
                {"Key": "CLASSIFICATION", "Values": ["Security"]},
                {"Key": "SEVERITY", "Values": ["Critical", "Important"]},
            ]}, "ApproveAfterDays": 7},
        ]},
        "RejectedPatches": ["telnet*", "RHSA-2024:666"],
    }
)  # fmt: skip
CRITICAL: dict[str, Any] = {"classification": "Security", "severity": "Critical"}


@pytest.fixture(autouse=True)
def unshrunk(monkeypatch):
    """Counterexamples as they are found: making them small is hypothesis's, and takes its time."""
    for room in (laws, promises):
        monkeypatch.setattr(room, "SEARCH", settings(SEARCH, phases=[Phase.generate]))


def test_every_critical_patch_is_approved_within_a_week():
    assert_approved_within(dataclasses.replace(RHEL, rejected_patches=()), 7, **CRITICAL)
    assert_approved_within(predefined("AWS-DefaultPatchBaseline"), 7, classification="SecurityUpdates",
                           severity="Critical", patch_set="OS")  # fmt: skip


@pytest.mark.parametrize(
    ("days", "pins", "said"),
    [
        (6, {}, ("within 6 days of 2024-", "rule 1  waits 7 days, until after")),
        (7, {"severity": "Low"}, ("rule 1  SEVERITY is `Low`, rule wants Critical or Important",)),
        (7, {"product": "RedhatEnterpriseLinux8.4"}, ("PRODUCT is `RedhatEnterpriseLinux8.4`, rule wants",)),
        (7, {"name": "telnet"}, ("list    `telnet*` rejects it",)),
        (7, {}, ("list    `telnet*` rejects it",)),
        (7, {"name": "bash"}, ("list    `RHSA-2024:666` rejects it",)),
    ],
)
def test_a_promise_that_is_not_kept_names_a_patch_and_every_rule(days, pins, said):
    with pytest.raises(AssertionError, match="`prod` does not approve") as broken:
        assert_approved_within(RHEL, days, **{**CRITICAL, **pins})
    assert all(text in str(broken.value) for text in said)


@pytest.mark.parametrize("until", ["2024-01-31", "2024-03-31", "2026-12-31"])
def test_what_comes_after_an_until_date_is_not_approved_in_time_wherever_that_is(until):
    rule = RHEL.rules[0].changed(approve_until=date.fromisoformat(until))
    dated = dataclasses.replace(RHEL, rules=(rule,), rejected_patches=())
    with pytest.raises(AssertionError, match=f"rule 1  released [-0-9: Z]+, rule wants {until} or before"):
        assert_approved_within(dated, 7, **CRITICAL)
    assert_approved_within(dated, 7, **CRITICAL, released=T0 - timedelta(days=9))


def test_what_is_rejected_may_be_left_out():
    assert_approved_within(RHEL, 7, or_rejected=True, name="telnet", **CRITICAL)
    assert_approved_within(RHEL, 7, or_rejected=True, **CRITICAL)
    assert_approved_within(RHEL, 7, name="bash", advisory="RHSA-2024:1", cves=(), bugzillas=(), **CRITICAL)


def test_names_that_no_strategy_knows_are_tried_where_a_list_has_them():
    for entry in ("glibc*", "zsh", "openssl-libs-9*", "CVE-2026-1"):
        listed = dataclasses.replace(RHEL, rejected_patches=(entry,))
        with pytest.raises(AssertionError, match="rejects it"):
            assert_approved_within(listed, 7, **CRITICAL)


def test_one_entry_may_stand_for_a_list_and_no_entry_is_no_promise():
    assert_never_approved(RHEL, "telnet*")
    with pytest.raises(AssertionError, match="`prod` approves kernel"):
        assert_never_approved(RHEL, "kernel*", **CRITICAL)
    with pytest.raises(BaselineError, match="no list entry is given that `prod` must never approve"):
        assert_never_approved(RHEL, [])


def test_what_is_rejected_is_never_approved():
    assert_never_approved(RHEL, ["telnet", "telnet-server*", "RHSA-2024:666"])
    with pytest.raises(AssertionError, match="`prod` approves bash"):
        assert_never_approved(RHEL, ["telnet", "bash"], **CRITICAL)
    with pytest.raises(BaselineError, match="no patch of macOS is known that `vim\\*` would mean"):
        assert_never_approved(predefined("AWS-MacOSDefaultPatchBaseline"), ["vim*"])


MORE = [
    RHEL.with_rule(1, approve_after_days=6),
    RHEL.with_rule(1, filters=RHEL.rules[0].filters[:2]),
    dataclasses.replace(RHEL, rejected_patches=RHEL.rejected_patches[:1]),
    dataclasses.replace(RHEL, approved_patches=("bash",)),
]


@pytest.mark.parametrize("after", MORE, ids=["sooner", "every severity", "fewer rejected", "approved"])
def test_a_wider_baseline_approves_more_and_the_way_back_loses_something(after):
    assert_approves_more(RHEL, after)
    with pytest.raises(AssertionError, match="`prod` no longer approves"):
        assert_approves_more(after, RHEL)


@pytest.mark.parametrize(
    "ask",
    [
        assert_laws,
        lambda one: assert_approved_within(one, 7),
        lambda one: assert_never_approved(one, ["bash"]),
        lambda one: assert_approves_more(RHEL, one),
    ],
    ids=["laws", "within", "never", "more"],
)
def test_a_path_is_no_baseline(ask):
    with pytest.raises(BaselineError, match=r"is 'prod.json', wanted a baseline that was loaded .PR1804.") as refused:
        ask("prod.json")
    assert refused.value.hint == "load it with pr.load_baseline(...)"


@pytest.mark.parametrize("days", ["7", 7.0, timedelta(days=7), True])
def test_days_that_are_no_whole_number_are_told(days):
    with pytest.raises(BaselineError, match=r"`days` is .+, wanted a whole number .PR1050."):
        assert_approved_within(RHEL, days, **CRITICAL)


def test_no_change_approves_nothing_more():
    with pytest.raises(AssertionError, match="approves nothing that `prod` does not"):
        assert_approves_more(RHEL, dataclasses.replace(RHEL, name="next"))
    with pytest.raises(BaselineError, match="is for WINDOWS"):
        assert_approves_more(RHEL, predefined("AWS-DefaultPatchBaseline"))


@pytest.mark.parametrize("name", predefined_names())
def test_the_laws_hold_of_every_baseline_of_aws(name):
    assert_laws(predefined(name), examples=3)


def test_the_laws_hold_of_a_baseline_with_lists():
    assert_laws(RHEL, "rhel", examples=30)
    with pytest.raises(BaselineError, match="`prod` is for REDHAT_ENTERPRISE_LINUX, `debian` is another"):
        assert_laws(RHEL, "debian")


def test_a_law_that_is_broken_is_named(monkeypatch):
    """Approvals that expire after a year break the first law."""
    decide = evaluate.decide

    def expiring(baseline, patches, host, *, family, facts, settings):
        if settings.as_of.year > 2024:
            return {}
        return decide(baseline, patches, host, family=family, facts=facts, settings=settings)

    monkeypatch.setattr(laws, "decide", expiring)
    with pytest.raises(AssertionError, match="`prod` breaks a law: waiting longer never revokes an approval"):
        assert_laws(dataclasses.replace(RHEL, approved_patches=("*",), approved_patches_enable_non_security=True))
