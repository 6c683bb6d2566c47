"""The laws of docs/properties.md, each one test with its sentence as name."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from patchrules.evaluation.approvals import approvals
from patchrules.families import family_of
from patchrules.model.names import NON_COMPLIANT_STATES, SECURITY_CLASSIFICATIONS, ComplianceLevel, MissingDate
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.reference.patterns import forms
from patchrules.testing.strategies import LINUX, T0, Situation, situations
from patchrules.testing.twins import catalog_of
from patchrules.versions import SCHEMES

WAITS = st.integers(0, 10).map(lambda days: timedelta(days=days)) | st.just(timedelta(microseconds=1))
RPM = tuple(system for system in LINUX if family_of(system).scheme == "rpm")


def order(situation, evr):
    return SCHEMES[family_of(situation.baseline.operating_system).scheme].sort_key(evr)


def without_lists(situation: Situation) -> Situation:
    baseline = dataclasses.replace(situation.baseline, approved_patches=(), rejected_patches=())
    return dataclasses.replace(situation, baseline=baseline)


def approved(situation, as_of):
    """What is approved at an instant, as (advisory, name, architecture, version)."""
    catalog = catalog_of(situation.baseline, situation.hosts, situation.patches)
    missing_date = situation.options["missing_date"].value
    found = approvals(situation.baseline, catalog, as_of=as_of, missing_date=missing_date)
    return {(d.patch.advisory, d.patch.name, d.patch.arch, d.patch.evr) for d in found if d.approves}


@given(situations().map(without_lists), WAITS)
def test_waiting_longer_never_revokes_an_approval(situation, wait):
    as_of = situation.options["as_of"]
    assert approved(situation, as_of) <= approved(situation, as_of + wait)


@given(situations(), WAITS)
def test_with_lists_waiting_longer_never_revokes_an_approval_either(situation, wait):
    as_of = situation.options["as_of"]
    assert approved(situation, as_of) <= approved(situation, as_of + wait)


@given(situations(), WAITS)
def test_waiting_longer_never_lowers_a_target(engine, situation, wait):
    before, after = engine(situation), engine(situation, as_of=situation.options["as_of"] + wait)
    for host in situation.hosts:
        later = {row["id"]: row for row in after[host.id]["rows"]}
        for row in before[host.id]["rows"]:
            if row["target"] and "PR7003" not in later[row["id"]]["notes"]:
                assert order(situation, later[row["id"]]["target"]) >= order(situation, row["target"])


@given(situations())
def test_a_rejected_version_is_never_a_target(engine, situation):
    """Rejecting every target by name and version leaves none of them a target."""
    targets = {named(situation, row) for result in engine(situation).values() for row in result["rows"]} - {None}
    rejected = (*situation.baseline.rejected_patches, *sorted(targets))
    rejecting = dataclasses.replace(situation.baseline, rejected_patches=rejected)
    for result in engine(situation, baseline=rejecting).values():
        for row in result["rows"]:
            assert named(situation, row) not in targets or "PR7003" in row["notes"]


def named(situation, row):
    """The list entry that names a row's target in every architecture, None where it has none."""
    if not row["target"]:
        return None
    template = "{name}-{evr}"
    if family_of(situation.baseline.operating_system).scheme == "rpm":
        template = "{name}-{epoch}:{version}-{release}"
    return forms(row["name"], row["arch"], row["target"], (template,))[0]


@given(situations(), st.randoms(use_true_random=False))
def test_rule_order_is_irrelevant(engine, situation, random):
    shuffled = list(situation.baseline.rules)
    random.shuffle(shuffled)
    other = dataclasses.replace(situation.baseline, rules=tuple(shuffled))
    assert facts(engine(situation, baseline=other)) == facts(engine(situation))


def facts(results, without=()):
    """Results without the number of the rule: which of several equal rules is named depends on their order."""
    hidden = {"rule", *without}
    return {
        host: {
            **{key: value for key, value in result.items() if key != "rows"},
            "rows": [{key: value for key, value in row.items() if key not in hidden} for row in result["rows"]],
        }
        for host, result in results.items()
    }


@given(situations())
def test_adding_an_unrelated_package_changes_nothing_else(engine, situation):
    arch = "all" if family_of(situation.baseline.operating_system).scheme == "dpkg" else "noarch"
    stranger = Package("stranger", arch, "0:1-1")
    hosts = [
        dataclasses.replace(host, packages=(*host.packages, stranger)) for host in situation.hosts if host.packages
    ]
    situation = dataclasses.replace(situation, hosts=tuple(host for host in situation.hosts if host.packages))
    before, after = engine(situation), engine(situation, hosts=hosts)
    for host in hosts:
        kept = [row for row in after[host.id]["rows"] if row["name"] != "stranger"]
        assert kept == before[host.id]["rows"]
        for state in ("missing", "failed", "installed_rejected", "not_applicable"):
            extra = sum(row["state"].lower() == state for row in after[host.id]["rows"] if row["name"] == "stranger")
            assert after[host.id]["counts"][state] == before[host.id]["counts"][state] + extra


@given(situations())
def test_adding_an_unrelated_patch_changes_no_verdict(engine, situation):
    stranger = Patch("stranger", "x86_64", "0:1-1", advisory="RHSA-2024:9", updated=T0)
    before, after = engine(situation), engine(situation, patches=(*situation.patches, stranger))
    assert [result["rows"] for result in after.values()] == [result["rows"] for result in before.values()]


@given(situations())
def test_every_installed_name_and_architecture_gets_exactly_one_state(engine, situation):
    family = family_of(situation.baseline.operating_system)
    for host in situation.hosts:
        rows = engine(situation)[host.id]["rows"]
        native = Counter(
            (
                row["name"],
                host.arch if family.independent_is_native and row["arch"] == "all" and host.arch else row["arch"],
            )
            for row in rows
        )
        assert set(native.values()) <= {1}
        counted = [package for package in host.packages if package.status in (None, "installed")]
        assert {row["name"] for row in rows} == {package.name for package in counted}
        assert {(p.name, p.arch) for p in counted if p.arch} <= {
            (name, arch) for row in rows for name, arch in [(row["name"], row["arch"]), *same(row, host, family)]
        }


def same(row, host, family):
    """The other architecture that the package of this row replaces: dpkg's ``all`` and the native one."""
    if family.independent_is_native and row["arch"] in (host.arch, "all") and host.arch:
        return [(row["name"], "all"), (row["name"], host.arch)]
    return []


@given(situations())
def test_the_counts_are_the_tallies_of_the_rows(engine, situation):
    for result in engine(situation).values():
        rows, counts = result["rows"], dict(result["counts"])
        failing = [row for row in rows if row["state"] in NON_COMPLIANT_STATES]
        critical = [row["compliance_severity"] == "CRITICAL" for row in failing]
        security = [row["classification"].lower() in SECURITY_CLASSIFICATIONS for row in failing]
        expected = Counter(row["state"].lower() for row in rows)
        expected["critical_non_compliant"] = sum(critical)
        expected["security_non_compliant"] = sum(security)
        expected["other_non_compliant"] = sum(not c and not s for c, s in zip(critical, security, strict=True))
        counts.pop("not_applicable")
        assert {name: count for name, count in counts.items() if count} == {n: c for n, c in expected.items() if c}
        assert (result["status"] == "COMPLIANT") == (not failing and not result["unknown"])
        worst = max((ComplianceLevel(row["compliance_severity"]).rank for row in failing), default=None)
        assert result["non_compliant_severity"] == (None if worst is None else list(ComplianceLevel)[max(worst, 1)])


@given(situations())
def test_a_state_means_what_its_versions_say(engine, situation):
    """MISSING and FAILED: the target is newer; INSTALLED: there is one and it is not newer."""
    for result in engine(situation).values():
        for row in result["rows"]:
            newer = bool(row["target"]) and order(situation, row["target"]) > order(situation, row["installed"])
            assert newer == (row["state"] in ("MISSING", "FAILED"))
            assert row["target"] or row["state"] != "INSTALLED"


@given(situations(), st.randoms(use_true_random=False))
def test_the_order_of_catalog_rows_is_irrelevant(engine, situation, random):
    shuffled = list(situation.patches)
    random.shuffle(shuffled)
    assert engine(situation, patches=shuffled) == engine(situation)


@given(situations(), st.randoms(use_true_random=False))
def test_the_order_of_installed_rows_is_irrelevant(engine, situation, random):
    hosts = []
    for host in situation.hosts:
        shuffled = list(host.packages)
        random.shuffle(shuffled)
        hosts.append(dataclasses.replace(host, packages=tuple(shuffled)))
    assert engine(situation, hosts=hosts) == engine(situation)


@given(situations())
def test_a_verdict_does_not_depend_on_the_other_hosts(engine, situation):
    together = engine(situation)
    products = {host.product for host in situation.hosts if host.product}
    for host in situation.hosts:
        if host.product is not None or len(products) <= 1:
            assert engine(situation, hosts=[host])[host.id] == together[host.id]


@given(situations())
def test_an_evaluation_is_a_function_of_its_arguments(engine, situation):
    assert engine(situation) == engine(situation)


@given(situations())
def test_evaluating_leaves_the_arguments_alone(engine, situation):
    before = repr(situation)
    engine(situation)
    assert repr(situation) == before


@given(situations())
def test_blocking_changes_only_what_is_rejected(engine, situation):
    """BLOCK and ALLOW_AS_DEPENDENCY differ in INSTALLED_REJECTED against INSTALLED_OTHER and nothing else (DECISIONS 10)."""

    def under(action):
        found = engine(situation, baseline=dataclasses.replace(situation.baseline, rejected_patches_action=action))
        return [row for result in found.values() for row in result["rows"]]

    for blocked, allowed in zip(under("BLOCK"), under("ALLOW_AS_DEPENDENCY"), strict=True):
        if blocked["state"] == "INSTALLED_REJECTED":
            assert allowed["state"] == "INSTALLED_OTHER"
        else:
            assert blocked == allowed


@given(situations())
def test_holding_patches_without_a_date_approves_less(situation):
    def under(rule):
        return approved(
            dataclasses.replace(situation, options={**situation.options, "missing_date": rule}),
            situation.options["as_of"],
        )

    assert under(MissingDate.HOLD) <= under(MissingDate.APPROVE)


@given(situations())
def test_a_baseline_that_approves_nothing_misses_nothing(engine, situation):
    nothing = dataclasses.replace(situation.baseline, rules=(), approved_patches=())
    for result in engine(situation, baseline=nothing).values():
        assert {row["state"] for row in result["rows"]} <= {
            "INSTALLED_OTHER",
            "INSTALLED_REJECTED",
            "INSTALLED_PENDING_REBOOT",
        }
        assert result["counts"]["not_applicable"] == 0
