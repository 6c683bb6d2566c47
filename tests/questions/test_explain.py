"""Every verdict is explained, in either dialect, from a report or a run; and the sentences say what decided."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import patchrules as pr
from patchrules.evaluation.rows import run_of
from patchrules.families import facts_of, families
from patchrules.model.names import Dialect, Reason, Unknown
from patchrules.questions.explain import explain
from patchrules.questions.objections import objection
from patchrules.questions.reasons import REASONS
from patchrules.questions.standing import standing
from patchrules.questions.wording import UNKNOWN
from patchrules.reference.approvals import old_enough, released, selected
from patchrules.testing.agent_strategies import agent_situations
from patchrules.testing.strategies import situations
from patchrules.testing.twins import catalog_of
from patchrules.testing.updates import all_situations

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
RHEL, SUSE, UBUNTU = pr.OperatingSystem.REDHAT_ENTERPRISE_LINUX, pr.OperatingSystem.SUSE, pr.OperatingSystem.UBUNTU
ALL = pr.ApprovalRule(enable_non_security=True)

judged = st.one_of(
    st.tuples(all_situations(), st.just(Dialect.DOCUMENTED)),
    st.tuples(agent_situations() | situations((SUSE,)), st.just(Dialect.AGENT)),
)


def reports_of(drawn):
    situation, dialect = drawn
    catalog = catalog_of(situation.baseline, situation.hosts, situation.patches)
    options = {**situation.options, "dialect": dialect}
    return [pr.evaluate(situation.baseline, host, catalog, **options) for host in situation.hosts]


@given(judged)
def test_every_verdict_of_a_report_and_of_a_run_is_explained_and_names_its_state_by_codes_of_the_list(drawn):
    reports = reports_of(drawn)
    run = run_of(reports)
    listed = {(row["host"], row["id"]) for row in run.verdicts.to_pylist()}
    for report in reports:
        for verdict in report.verdicts:
            known = [explain(report, verdict.id)]
            known += [explain(run, verdict.id, host=report.host.id)] if (report.host.id, verdict.id) in listed else []
            for found in known:
                assert str(verdict.state) in str(found)
                assert verdict.id in {one["verdict"]["id"] for one in found.as_dict()["found"]}
                assert (found.status, found.unknown) == (report.status, report.unknown)
                assert {line.code for part in found.found for line in part.lines} <= REASONS.keys()
                assert {code for part in found.found if part.turn for code in part.turn.failing} <= REASONS.keys()


@given(judged)
def test_a_rule_has_an_objection_exactly_where_it_does_not_approve(drawn):
    for report in reports_of(drawn):
        host, settings, baseline = report.host, report.settings, report.baseline
        facts = facts_of(families()[host.family or ""], settings.dialect, host.product)
        for patch in report.patches:
            released_at, _ = released(patch, facts)
            exists = not (facts.time_travel and released_at is not None and released_at > settings.as_of)
            for rule in baseline.rules:
                approves = selected(baseline, rule, patch, host, facts) and old_enough(
                    rule, released_at, facts, settings
                )
                assert (objection(rule, patch, report, facts) is None) == (approves and exists)


@pytest.mark.parametrize("family", ["rhel", "windows"])
@pytest.mark.parametrize("dialect", ["documented", "agent"])
def test_every_reason_has_a_sentence_of_its_own(family, dialect):
    facts = families()[family].agent[0][1] if (family, dialect) == ("rhel", "agent") else families()[family].documented
    targets = {Reason.NEWER_APPROVED: "2-1", Reason.LISTED_NEWER: "3-1"}
    row = {"state": "INSTALLED", "installed": "1-1", "chain": ["KB2"]}
    texts = [
        standing({**row, "reason": reason, "target": targets.get(reason, "1-1")}, families()[family], facts)[1]
        for reason in Reason
    ]
    assert len(set(texts)) == len(texts)
    assert not any(reason in texts for reason in Reason)


def test_every_doubt_about_a_host_has_words():
    assert set(UNKNOWN) == set(Unknown)


def judge(baseline, *patches, packages=(("curl", "8.0-1"),), product="RedhatEnterpriseLinux9.3", **options):
    found = tuple(pr.Package(name, "x86_64", evr) for name, evr in packages)
    host = pr.Host("web-1", "rhel", product, "x86_64", packages=found)
    return pr.evaluate(baseline, host, catalog_of(baseline, [host], patches), as_of=NOON, **options)


def patch(evr="8.1-1", advisory: str | None = "RHSA-1", days: float | None = 30, **fields):
    issued = None if days is None else NOON - timedelta(days=days)
    return pr.Patch("curl", "x86_64", evr, advisory, "Security", "Critical", issued=issued, **fields)


SHUT = (
    "`curl` of the approved list means it, but no notice names it, and the list has no ApprovedPatchesEnableNonSecurity"
)
WAITING = (pr.ApprovalRule(approve_after_days=1), pr.ApprovalRule(approve_after_days=7))


@pytest.mark.parametrize(
    ("baseline", "patches", "said"),
    [
        (
            pr.Baseline("gate", RHEL, approved_patches=("curl",)),
            [patch(advisory=None)],
            [f"not by    {SHUT}", f"not       8.1-1: {SHUT}"],
        ),
        (
            pr.Baseline("no", RHEL, rules=(ALL,), rejected_patches=("curl-8.0*",)),
            [patch("8.0-1")],
            ["else      would be approved by rule 1, were it not rejected: every patch; non-security too; at release"],
        ),
        (
            pr.Baseline("at once", RHEL, rules=(pr.ApprovalRule(), *WAITING), approved_patches=("curl",)),
            [patch(days=0)],
            [
                "not by    rule 1: released 2026-11-01 12:00Z, and approved only after that instant",
                "not by    rule 2: waits 1 day, until after 2026-11-02 12:00Z",
                "not by    rule 3: waits 7 days, until after 2026-11-08 12:00Z",
            ],
        ),
        (
            pr.Baseline("later", RHEL, approved_patches=("curl",)),
            [patch(days=-1)],
            ["not       8.1-1 of RHSA-1: a patch was released after the as-of instant and does not exist yet"],
        ),
        (
            pr.Baseline(
                "two", RHEL, rules=(pr.ApprovalRule(), pr.ApprovalRule(compliance_level=pr.ComplianceLevel.HIGH))
            ),
            [patch(), patch("9.0-1.el8")],
            [
                "approved  by rule 2 of `two`: every patch; at release, since 2026-10-02 12:00Z",
                "also by   rule 1, level UNSPECIFIED: every patch; at release",
                "missing   installed version 8.0 sorts before 8.1",
                "PR7005: a version is built for another major release than the host's: rows of the catalog for it were left out",
            ],
        ),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_the_sentences(baseline, patches, said):
    text = " ".join(str(explain(judge(baseline, *patches), "curl")).split())
    for sentence in said:
        assert " ".join(sentence.split()) in text


def test_an_unknown_host_says_so_first_from_a_report_and_from_a_run():
    baseline = pr.Baseline("all", RHEL, rules=(ALL,))
    host = pr.Host("web-1", "rhel", None, "x86_64", packages=(pr.Package("curl", "x86_64", "8.0-1"),))
    report = pr.evaluate(baseline, host, [], as_of=NOON)
    for found in (explain(report, "curl"), explain(run_of(report), "curl")):
        assert str(found).splitlines()[:3] == [
            "web-1 under `all`, as of 2026-11-01 12:00Z",
            "UNKNOWN, NO_PRODUCT: its product is not known  [5.16]",
            "UNKNOWN, NO_CATALOG: no catalog speaks for it  [5.16]",
        ]
        assert (found.as_dict()["status"], found.as_dict()["unknown"]) == ("UNKNOWN", ["NO_PRODUCT", "NO_CATALOG"])


def test_what_is_approved_and_not_for_the_host_is_not_called_unapproved():
    baseline = pr.Baseline("all", RHEL, rules=(ALL,))
    report = judge(baseline, pr.Patch("lib", "s390x", "1-1", "RHSA-2"), packages=[("bash", "5-1")])
    said = "`lib` is not installed on web-1, and what is approved of it is not for this host"
    assert explain(report, "lib").message == said


def fleet(hosts, **options):
    """Judge hosts by name, family, product, baseline and package."""
    reports = []
    for name, family, product, baseline, package in hosts:
        host = pr.Host(name, family, product, "amd64", packages=(pr.Package(package, "amd64", "8.0-1"),))
        reports.append(pr.evaluate(baseline, host, catalog_of(baseline, [host], []), as_of=NOON, **options))
    return run_of(reports)


def test_without_a_host_every_host_of_a_run_is_searched():
    baseline = pr.Baseline("all", UBUNTU, rules=(ALL,))
    names = [f"host-{number:04}" for number in range(1100)]
    hosts = [(name, "ubuntu", "Ubuntu20.04", baseline, "curl" if name in names[-2:] else "bash") for name in names]
    run = fleet(hosts)
    assert explain(run, "CURL.amd64").host == "host-1098"
    nothing = explain(run, "crl")
    assert (nothing.host, nothing.nearest) == (None, ("curl",))
    assert str(nothing).startswith("every host of the run, as of ")
    assert nothing.message == "the run lists no verdict on `crl` on any of its 1,100 hosts"
    with pytest.raises(pr.PatchRulesError, match="there is no host `host-9`"):
        explain(run, "curl", host="host-9")


def test_a_run_is_explained_by_the_baseline_that_served_the_host_and_by_its_dialect():
    first, second, third = (
        pr.Baseline("prod", UBUNTU, rules=(ALL,), baseline_id="pb-1"),
        pr.Baseline("prod", UBUNTU, baseline_id="pb-2"),
        pr.Baseline("prod", pr.OperatingSystem.DEBIAN, rejected_patches=("curl",), baseline_id="pb-2"),
    )
    hosts = [
        ("a", "ubuntu", "Ubuntu20.04", first, "curl"),
        ("b", "ubuntu", "Ubuntu20.04", second, "curl"),
        ("c", "debian", "Debian12", third, "curl"),
    ]
    run = fleet(hosts)
    assert "approved  by rule 1 of `prod`" in str(explain(run, "curl", host="a"))
    assert "no rule   no rule selects it in `prod`" in str(explain(run, "curl", host="b"))
    assert "rejected  by `curl` of the rejected list of `prod`" in str(explain(run, "curl", host="c"))
    agent = fleet(
        [("a", "rhel", "RedhatEnterpriseLinux8.4", pr.Baseline("prod", RHEL, rules=(ALL,)), "curl")], dialect="agent"
    )
    assert "at release" in str(explain(agent, "curl"))
    odd = fleet([("a", "ubuntu", "Ubuntu20.04", pr.Baseline("prod", UBUNTU, rules=(ALL,)), "curl")], dialect="agent")
    assert "dates decide nothing on Ubuntu" in str(explain(odd, "curl"))


@pytest.mark.parametrize("asked", ["RHSA-1", "cve-2026-1"])
@pytest.mark.parametrize("days", [7, None])
def test_an_advisory_that_is_not_approved_comes_first(asked, days):
    rules = () if days is None else (pr.ApprovalRule(approve_after_days=days),)
    newer = [patch(f"8.{number}-1", f"RHSA-{number}", days=1) for number in (2, 3, 4, 5)]
    report = judge(pr.Baseline("slow", RHEL, rules=rules), patch(days=2, cves=("CVE-2026-1",)), *newer)
    [found] = explain(report, asked).found
    said = "not yet   8.1-1 of RHSA-1: rule 1 approves it after" if days else "not       8.1-1 of RHSA-1: "
    assert str(found).splitlines()[1].strip().startswith(said)
    assert len(set(found.lines)) == len(found.lines)
    [plain] = explain(report, "curl").found
    assert str(plain).splitlines()[1].strip().startswith("patch     no notice names what is installed")
