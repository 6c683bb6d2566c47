"""What an explanation says would turn the answer does turn it, in either dialect and on either engine."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import patchrules as pr
from patchrules.model.change import Change, Edit, Verb
from patchrules.model.names import Dialect, Note, RejectedPatchesAction
from patchrules.questions.asking import Asking
from patchrules.questions.explain import explain
from patchrules.questions.reasons import REASONS, Why
from patchrules.questions.turns import turn_of
from patchrules.testing.agent_strategies import agent_situations
from patchrules.testing.strategies import situations
from patchrules.testing.twins import ENGINES, catalog_of
from patchrules.testing.updates import all_situations

SECOND = timedelta(seconds=1)
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
RHEL = pr.OperatingSystem.REDHAT_ENTERPRISE_LINUX
judged = st.one_of(
    st.tuples(all_situations(), st.just(Dialect.DOCUMENTED)),
    st.tuples(agent_situations() | situations((pr.OperatingSystem.SUSE,)), st.just(Dialect.AGENT)),
)


def askings(drawn):
    situation, dialect = drawn
    catalog = catalog_of(situation.baseline, situation.hosts, situation.patches)
    options = {**situation.options, "dialect": dialect}
    return [Asking.of(pr.evaluate(situation.baseline, host, catalog, **options)) for host in situation.hosts]


@given(judged)
def test_the_smallest_change_approves_and_waiting_does_exactly_from_the_named_instant_on(drawn):
    for asking in askings(drawn):
        for name in {patch.name for patch in asking.report.patches}:
            for decision in asking.decisions(name):
                if decision.approves:
                    continue
                turn = turn_of(asking, decision)
                if turn.change:
                    assert asking.again(decision, baseline=turn.change.apply(asking.report.baseline)).approves
                if turn.flips_at:
                    assert asking.again(decision, as_of=turn.flips_at).approves
                    assert not asking.again(decision, as_of=turn.flips_at - SECOND).approves
                else:
                    assert not asking.again(decision, as_of=datetime(2999, 1, 1, tzinfo=UTC)).approves


@given(situations())
@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_turned_answer_turns_the_verdict(engine, situation):
    """Where only versions decide; an override list, a reboot that is waited for and doubtful rows decide otherwise."""
    options = {**situation.options, "install_override": None, "operation": "scan"}
    hosts = [dataclasses.replace(host, boot_time=None, previous_run=None) for host in situation.hosts]
    catalog = catalog_of(situation.baseline, hosts, situation.patches)
    for host in hosts:
        asking = Asking.of(pr.evaluate(situation.baseline, host, catalog, **options))
        for verdict in asking.report.verdicts:
            turn = asking.turn(verdict)
            if (
                turn is None
                or verdict.installed is None
                or set(verdict.notes) & {Note.EPOCH_UNKNOWN, Note.ARCH_UNKNOWN}
            ):
                continue
            before = stood(engine, situation.baseline, host, situation.patches, options, verdict)
            assert before == (verdict.state, verdict.target)
            if turn.change:
                changed = turn.change.apply(situation.baseline)
                assert stood(engine, changed, host, situation.patches, options, verdict) != before
            if turn.flips_at:
                found = [
                    stood(engine, situation.baseline, host, situation.patches, {**options, "as_of": at}, verdict)
                    for at in (turn.flips_at - SECOND, turn.flips_at)
                ]
                assert found[1] != found[0]


def stood(engine, baseline, host, patches, options, verdict):
    rows = ENGINES[engine](baseline, [host], patches, **options)[host.id]["rows"]
    return next(((row["state"], row["target"]) for row in rows if (row["name"], row["arch"]) == key(verdict)), None)


def key(verdict):
    return verdict.name, verdict.arch


def test_every_code_has_words():
    assert set(Why) <= REASONS.keys()
    assert len(set(REASONS.values())) == len(REASONS)


def report_of(baseline, *, packages=(("curl", "8.0-1"),), days=3.0, severity="Moderate", advisory="RHSA-1", **options):
    found = tuple(pr.Package(name, "x86_64", evr) for name, evr in packages)
    host = pr.Host("web-1", "rhel", "RedhatEnterpriseLinux9.3", "x86_64", packages=found)
    issued = NOON - timedelta(days=days)
    patch = pr.Patch("curl", "x86_64", "8.1-1", advisory, "Security", severity, issued=issued)
    return pr.evaluate(baseline, host, catalog_of(baseline, [host], [patch]), as_of=NOON, **options)


def rule(severity="Critical", **fields):
    return pr.ApprovalRule((pr.PatchFilter("SEVERITY", (severity,)),), **fields)


@pytest.mark.parametrize(
    ("baseline", "options", "said"),
    [
        (
            pr.Baseline("severity", RHEL, rules=(rule(), rule("Important", approve_after_days=9))),
            {},
            [
                "nearest   rule 1: 1 clause of it fails  [3.4]",
                "change    in rule 1, add `Moderate` to SEVERITY: then 8.1-1 is approved",
                "waiting   never approves 8.1-1  [3.5]",
            ],
        ),
        (
            pr.Baseline("delay", RHEL, rules=(rule("Moderate", approve_after_days=7),)),
            {},
            [
                "change    in rule 1, set ApproveAfterDays to 2: then 8.1-1 is approved",
                "waiting   approves 8.1-1 after 2026-11-05 12:00Z  [3.5]",
            ],
        ),
        (
            pr.Baseline("instant", RHEL, rules=(rule("Moderate"),)),
            {"days": 0},
            [
                "change    in rule 1, set ApproveUntilDate to 2026-11-01: then 8.1-1 is approved",
                "waiting   approves 8.1-1 after 2026-11-01 12:00Z  [3.5]",
            ],
        ),
        (
            pr.Baseline("until", RHEL, rules=(rule("Moderate", approve_until=date(2026, 10, 1)),)),
            {},
            ["change    in rule 1, set ApproveUntilDate to 2026-10-29: then 8.1-1 is approved", "waiting   never"],
        ),
        (
            pr.Baseline("future", RHEL, approved_patches=("curl",)),
            {"days": -1},
            ["change    no edit of the baseline approves 8.1-1", "waiting   approves 8.1-1 from 2026-11-02 12:00Z on"],
        ),
        (
            pr.Baseline("none", RHEL),
            {},
            ["change    add `curl` to ApprovedPatches: then 8.1-1 is approved"],
        ),
        (
            pr.Baseline("full", RHEL, approved_patches=tuple(f"a-{number}" for number in range(50))),
            {},
            ["change    no edit of the baseline approves 8.1-1"],
        ),
        (
            pr.Baseline("gate", RHEL, approved_patches=("curl",)),
            {"advisory": None},
            ["change    set ApprovedPatchesEnableNonSecurity to true: then 8.1-1 is approved"],
        ),
        (
            pr.Baseline("rejected", RHEL, rules=(pr.ApprovalRule(),), rejected_patches=("curl*", "kernel", "curl")),
            {},
            ["change    remove `curl*` from RejectedPatches; remove `curl` from RejectedPatches: then 8.1-1 is approved"],
        ),
        (
            pr.Baseline("globals", RHEL, (pr.PatchFilter("SEVERITY", ("Low",)),), rules=(pr.ApprovalRule(),)),
            {},
            ["change    in the global filters, add `Moderate` to SEVERITY: then 8.1-1 is approved"],
        ),
        (
            pr.Baseline("key", RHEL, rules=(pr.ApprovalRule((pr.PatchFilter("SECTION", ("libs",)),)),)),
            {},
            ["change    in rule 1, remove the filter SECTION: then 8.1-1 is approved"],
        ),
        (
            pr.Baseline("held", RHEL, rules=(pr.ApprovalRule((pr.PatchFilter("SEVERITY", ("Moderate",)),)),)),
            {"severity": None},
            ["change    in rule 1, remove the filter SEVERITY: then 8.1-1 is approved"],
        ),
    ],
    ids=lambda value: getattr(value, "name", ""),
)  # fmt: skip
def test_what_turns_the_answer(baseline, options, said):
    text = " ".join(str(explain(report_of(baseline, **options), "curl")).split())
    for sentence in said:
        assert " ".join(sentence.split()) in text


def test_what_is_neither_installed_nor_approved_is_explained_too():
    baseline = pr.Baseline("severity", RHEL, rules=(rule(),))
    found = explain(report_of(baseline, packages=[("bash", "5-1")]), "curl")
    assert str(found).splitlines() == [
        "web-1 under `severity`, as of 2026-11-01 12:00Z",
        "",
        "curl.x86_64 not installed",
        "  patch     RHSA-1  Security / Moderate, released 2026-10-29 12:00Z (its `issued` date)",
        "  no rule   the one rule does not select it in `severity`  [3.4]",
        "  not by    rule 1: SEVERITY is `Moderate`, rule wants Critical  [3.2 3.4]",
        "  nearest   rule 1: 1 clause of it fails  [3.4]",
        "  change    in rule 1, add `Moderate` to SEVERITY: then 8.1-1 is approved",
        "  waiting   never approves 8.1-1  [3.5]",
        "",
        "`curl` is not installed on web-1, and no version of it is approved",
    ]
    assert (found.found[0].verdict["state"], found.found[0].verdict["reason"]) == ("", "")


def test_what_all_approve_has_no_turn():
    [found] = explain(report_of(pr.Baseline("all", RHEL, rules=(pr.ApprovalRule(),))), "curl").found
    assert found.turn is None


def test_a_change_is_data():
    found = explain(report_of(pr.Baseline("rejected", RHEL, rejected_patches=("curl",))), "curl").as_dict()["found"][0]
    assert found["turn"]["change"] == {
        "edits": [
            {"verb": "remove", "field": "RejectedPatches", "value": "curl", "rule": None, "key": None},
            {"verb": "add", "field": "ApprovedPatches", "value": "curl", "rule": None, "key": None},
        ]
    }


EDITS = [
    (Edit(Verb.SET, "ApproveUntilDate", date(2026, 11, 1), rule=1), "in rule 1, set ApproveUntilDate to 2026-11-01"),
    (Edit(Verb.ADD, "PatchFilters", "APPLICATION", rule=1, key="PATCH_SET"), "in rule 1, add the filter PATCH_SET in APPLICATION"),
    (Edit(Verb.REMOVE, "PatchFilters", key="SEVERITY"), "in the global filters, remove the filter SEVERITY"),
    (Edit(Verb.REMOVE, "RejectedPatches", "curl"), "remove `curl` from RejectedPatches"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "said"), EDITS, ids=[said for _, said in EDITS])
def test_an_edit_says_what_it_does_and_does_it_once(edit, said):
    filters = (pr.PatchFilter("SEVERITY", ("Low",)),)
    before = pr.Baseline(
        "prod", RHEL, filters, (rule(approve_after_days=7),), rejected_patches=("curl",),
        rejected_patches_action=RejectedPatchesAction.BLOCK, sha256="ab",
    )  # fmt: skip
    after = Change((edit,)).apply(before)
    assert str(edit) == said
    assert (after != before, after.sha256, after.rejected_patches_action) == (True, "", "BLOCK")
    assert (before.rules[0].approve_after_days, before.sha256) == (7, "ab")
