"""The laws of docs/properties.md, each one test with its sentence as name."""

from __future__ import annotations

import dataclasses
import re
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
from patchrules.testing.updates import all_situations, update_situations
from patchrules.versions import SCHEMES

WAITS = st.integers(0, 10).map(lambda days: timedelta(days=days)) | st.just(timedelta(microseconds=1))
RPM = tuple(system for system in LINUX if family_of(system).scheme == "rpm")


def order(situation, evr):
    return SCHEMES[family_of(situation.baseline.operating_system).scheme].sort_key(evr)


def without_lists(situation: Situation) -> Situation:
    baseline = dataclasses.replace(situation.baseline, approved_patches=(), rejected_patches=())
    return dataclasses.replace(situation, baseline=baseline)


def approved(situation, as_of):
    """The patches that are approved at an instant."""
    catalog = catalog_of(situation.baseline, situation.hosts, situation.patches)
    missing_date = situation.options["missing_date"].value
    found = approvals(situation.baseline, catalog, as_of=as_of, missing_date=missing_date)
    return {d.patch for d in found if d.approves}


@given(all_situations().map(without_lists), WAITS)
def test_waiting_longer_never_revokes_an_approval(situation, wait):
    as_of = situation.options["as_of"]
    assert approved(situation, as_of) <= approved(situation, as_of + wait)


@given(all_situations(), WAITS)
def test_with_lists_waiting_longer_never_revokes_an_approval_either(situation, wait):
    as_of = situation.options["as_of"]
    assert approved(situation, as_of) <= approved(situation, as_of + wait)


@given(situations(), WAITS)
def test_waiting_longer_never_lowers_a_target(engine, situation, wait):
    """Of what is missing: an installed version may get a younger notice, and with it another date."""
    before, after = engine(situation), engine(situation, as_of=situation.options["as_of"] + wait)
    for host in situation.hosts:
        later = {row["id"]: row for row in after[host.id]["rows"]}
        for row in before[host.id]["rows"]:
            if row["state"] in ("MISSING", "FAILED") and "PR7003" not in later[row["id"]]["notes"]:
                assert order(situation, later[row["id"]]["target"]) >= order(situation, row["target"])


@given(situations([system for system in LINUX if family_of(system).has_arch]))
def test_a_rejected_version_is_never_a_target(engine, situation):
    """Rejecting every target by name and version leaves none of them a target."""
    targets = {named(situation, row) for result in engine(situation).values() for row in result["rows"]} - {None}
    rejected = (*situation.baseline.rejected_patches, *sorted(targets))
    rejecting = dataclasses.replace(situation.baseline, rejected_patches=rejected)
    for result in engine(situation, baseline=rejecting).values():
        for row in result["rows"]:
            listed = row["reason"] == "listed-newer"  # an InstallOverrideList may bring what is rejected (4.8)
            assert named(situation, row) not in targets or "PR7003" in row["notes"] or listed


def named(situation, row):
    """The list entry that names a row's target in every architecture, None where it has none."""
    if not row["target"]:
        return None
    template = "{name}-{evr}"
    if family_of(situation.baseline.operating_system).scheme == "rpm":
        template = "{name}-{epoch}:{version}-{release}"
    return forms(row["name"], row["arch"], row["target"], (template,))[0]


@given(all_situations(), st.randoms(use_true_random=False))
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


@given(all_situations())
def test_adding_an_unrelated_package_changes_nothing_else(engine, situation):
    stranger = Package("stranger", family_of(situation.baseline.operating_system).independent_arch, first(situation))
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


def first(situation):
    """A version that every scheme of the family reads."""
    return {"rpm": "0:1-1", "dpkg": "1-1", "dotted": "0"}[family_of(situation.baseline.operating_system).scheme]


@given(all_situations())
def test_adding_an_unrelated_patch_changes_no_other_verdict(engine, situation):
    stranger = Patch("stranger", "", first(situation), advisory="RHSA-2024:9", updated=T0)
    before, after = engine(situation), engine(situation, patches=(*situation.patches, stranger))
    for host, result in after.items():
        assert [row for row in result["rows"] if row["name"] != "stranger"] == before[host]["rows"]


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
        assert {(p.name, p.arch if family.has_arch else "") for p in counted if p.arch} <= {
            (name, arch) for row in rows for name, arch in [(row["name"], row["arch"]), *same(row, host, family)]
        }


def same(row, host, family):
    """The other architecture that the package of this row replaces: dpkg's ``all`` and the native one."""
    if family.independent_is_native and row["arch"] in (host.arch, "all") and host.arch:
        return [(row["name"], "all"), (row["name"], host.arch)]
    return []


@given(all_situations())
def test_the_counts_are_the_tallies_of_the_rows(engine, situation):
    for result in engine(situation).values():
        rows, counts = result["rows"], dict(result["counts"])
        failing = [row for row in rows if row["status"] == "NON_COMPLIANT"]
        assert {row["state"] for row in failing} >= {row["state"] for row in rows} & NON_COMPLIANT_STATES
        critical = [row["compliance_severity"] == "CRITICAL" for row in failing]
        security = [row["classification"].lower() in SECURITY_CLASSIFICATIONS for row in failing]
        expected = Counter(row["state"].lower() for row in rows)
        expected["critical_non_compliant"] = sum(critical)
        expected["security_non_compliant"] = sum(security)
        expected["other_non_compliant"] = sum(not c and not s for c, s in zip(critical, security, strict=True))
        if not any(row["state"] == "NOT_APPLICABLE" for row in rows):
            counts.pop("not_applicable")  # counted, and not listed, but on Windows (DECISIONS 16)
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


@given(all_situations(), st.randoms(use_true_random=False))
def test_the_order_of_catalog_rows_is_irrelevant(engine, situation, random):
    shuffled = list(situation.patches)
    random.shuffle(shuffled)
    assert engine(situation, patches=shuffled) == engine(situation)


@given(all_situations(), st.randoms(use_true_random=False))
def test_the_order_of_installed_rows_is_irrelevant(engine, situation, random):
    hosts = []
    for host in situation.hosts:
        shuffled = list(host.packages)
        random.shuffle(shuffled)
        hosts.append(dataclasses.replace(host, packages=tuple(shuffled)))
    assert engine(situation, hosts=hosts) == engine(situation)


@given(all_situations())
def test_a_verdict_does_not_depend_on_the_other_hosts(engine, situation):
    together = engine(situation)
    products = {host.product for host in situation.hosts if host.product}
    for host in situation.hosts:
        if host.product is not None or len(products) <= 1:
            assert engine(situation, hosts=[host])[host.id] == together[host.id]


@given(all_situations())
def test_an_evaluation_is_a_function_of_its_arguments(engine, situation):
    assert engine(situation) == engine(situation)


@given(all_situations())
def test_evaluating_leaves_the_arguments_alone(engine, situation):
    before = repr(situation)
    engine(situation)
    assert repr(situation) == before


@given(all_situations())
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


@given(all_situations())
def test_holding_patches_without_a_date_approves_less(situation):
    def under(rule):
        return approved(
            dataclasses.replace(situation, options={**situation.options, "missing_date": rule}),
            situation.options["as_of"],
        )

    assert under(MissingDate.HOLD) <= under(MissingDate.APPROVE)


@given(all_situations())
def test_a_baseline_that_approves_nothing_misses_nothing(engine, situation):
    nothing = dataclasses.replace(situation.baseline, rules=(), approved_patches=())
    for result in engine(situation, baseline=nothing, install_override=None).values():
        assert not {row["state"] for row in result["rows"]} & {"MISSING", "FAILED", "INSTALLED"}
        assert result["counts"]["not_applicable"] == 0


@given(all_situations())
def test_what_waits_was_installed_and_a_boot_ends_it(engine, situation):
    """DECISIONS 26: a boot after the last install leaves nothing waiting, and changes no other verdict."""
    boot = T0 + timedelta(days=9)
    booted = [dataclasses.replace(host, boot_time=boot) for host in situation.hosts]
    before, after = engine(situation), engine(situation, hosts=booted)
    for host, result in after.items():
        assert result["counts"]["installed_pending_reboot"] == 0
        for old, new in zip(before[host]["rows"], result["rows"], strict=True):
            assert old == new or old["state"] == "INSTALLED_PENDING_REBOOT"
            assert old["state"] != "INSTALLED_PENDING_REBOOT" or old["installed"] is not None


@given(all_situations())
def test_a_scan_ignores_an_override_list(engine, situation):
    assert engine(situation, operation="scan") == engine(situation, operation="scan", install_override=None)


@given(all_situations())
def test_an_install_that_changed_nothing_fails_where_a_scan_misses(engine, situation):
    """5.8: without an override list, and with a boot that leaves nothing waiting in either."""
    booted = [dataclasses.replace(host, boot_time=None, previous_run=None) for host in situation.hosts]
    scan = engine(situation, hosts=booted, operation="scan", install_override=None)
    install = engine(situation, hosts=booted, operation="install", install_override=None)
    for host, result in scan.items():
        for missed, failed in zip(result["rows"], install[host]["rows"], strict=True):
            expected = {**missed, "state": "FAILED"} if missed["state"] == "MISSING" else missed
            assert failed == expected


@given(update_situations())
def test_every_installed_update_gets_exactly_one_state(engine, situation):
    """An application's name stands among what is installed and is no update."""
    products = {patch.product.lower() for patch in situation.patches if patch.product}
    for host in situation.hosts:
        rows = Counter(row["id"] for row in engine(situation)[host.id]["rows"])
        updates = {package.name for package in host.packages if package.name.lower() not in products}
        assert updates <= rows.keys()
        assert set(rows.values()) <= {1}


@given(update_situations())
def test_only_the_newest_of_several_updates_is_offered(engine, situation):
    """DECISIONS 25: what another offered update replaces is in its chain and has no verdict of its own."""
    for result in engine(situation).values():
        offered = {row["id"]: row for row in result["rows"] if row["state"] in OFFERED}
        for row in offered.values():
            assert not any(other in offered and row["id"] not in offered[other]["chain"] for other in row["chain"])
            assert row["installed"] is None
            assert row["id"] not in row["chain"]


OFFERED = {"MISSING", "FAILED", "AVAILABLE_SECURITY_UPDATE"}


@given(update_situations())
def test_installing_what_is_offered_leaves_it_neither_missing_nor_offered(engine, situation):
    before = engine(situation, operation="scan", install_override=None)
    hosts = [
        dataclasses.replace(host, packages=(*host.packages, *(Package(row["id"], None, "0") for row in missing)))
        for host in situation.hosts
        for missing in [[row for row in before[host.id]["rows"] if row["state"] == "MISSING"]]
    ]
    for host, result in engine(situation, hosts=hosts, operation="scan", install_override=None).items():
        gone = {row["id"] for row in before[host]["rows"] if row["state"] == "MISSING"}
        assert not gone & {row["id"] for row in result["rows"] if row["state"] in OFFERED}


def test_every_law_is_told_and_every_telling_is_tested(root):
    told = set(re.findall("`(test_[a-z_]+)`", (root / "docs" / "properties.md").read_text("utf-8")))
    laws = {name for name in globals() if name.startswith("test_")}
    laws.remove("test_every_law_is_told_and_every_telling_is_tested")
    files = [path.read_text("utf-8") for path in (root / "tests" / "questions").glob("test_*.py")]
    assert laws <= told
    assert told <= laws | set(re.findall("^def (test_[a-z_]+)", "\n".join(files), re.MULTILINE))
