"""The public strategies: what is pinned stays, every family draws, documents are what they are said to be."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patchrules import load_baseline, parse_schedule, testing
from patchrules.errors import PatchRulesError, UnknownNameError
from patchrules.evaluation.fleet import evaluate_fleet
from patchrules.families import families, family_named
from patchrules.model.baseline import ApprovalRule, Baseline
from patchrules.model.host import Host
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.testing.registration import register
from patchrules.versions import SCHEMES

FAMILIES = sorted(families())
FEW = settings(max_examples=10)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_draws_every_noun(family):
    """One draw of each, together: it is the shelf that is tested, not the draw."""

    @settings(max_examples=3)
    @given(st.data())
    def draws(data):
        own = family_named(family)
        assert data.draw(testing.baselines(family)).operating_system is own.operating_system
        assert data.draw(testing.hosts(own)).family == family
        assert isinstance(data.draw(testing.patches(str(own.operating_system))), Patch)
        assert isinstance(data.draw(testing.packages(family)), Package)
        assert {patch.advisory for patch in data.draw(testing.advisories(family))} != {None}
        assert data.draw(testing.catalogs(family)).operating_system is own.operating_system
        assert data.draw(testing.products(family))
        SCHEMES[own.scheme].sort_key(data.draw(testing.versions(family)))

    draws()


PINS = [
    (testing.patches, {"severity": "Critical", "classification": "Security", "name": "bash"}),
    (testing.packages, {"name": "bash", "arch": "x86_64"}),
    (testing.hosts, {"id": "web-1", "product": "RedhatEnterpriseLinux9.3", "packages": ()}),
    (testing.rules, {"approve_after_days": 3, "filters": ()}),
    (testing.baselines, {"name": "prod", "approved_patches": ("bash",)}),
    (testing.filters, {"key": "SEVERITY"}),
]


@pytest.mark.parametrize(("strategy", "pins"), PINS, ids=[strategy.__name__ for strategy, _ in PINS])
def test_what_is_pinned_stays(strategy, pins):
    @FEW
    @given(strategy("rhel", **pins))
    def stays(noun):
        assert {name: getattr(noun, name) for name in pins} == pins

    stays()


@FEW
@given(
    testing.baselines("rhel", rejected_patches="telnet*", approved_patches=["bash"]),
    testing.filters("rhel", key="SEVERITY", values="Critical"),
    testing.patches("rhel", cves="CVE-2026-1"),
)
def test_a_text_is_a_list_of_one_never_its_letters(baseline, one, patch):
    assert (baseline.rejected_patches, baseline.approved_patches) == (("telnet*",), ("bash",))
    assert (one.values, patch.cves) == (("Critical",), ("CVE-2026-1",))


@FEW
@given(testing.patches("rhel", name=st.sampled_from(("a", "b"))))
def test_a_pin_may_be_a_strategy(patch):
    assert patch.name in ("a", "b")


@FEW
@given(testing.patches("ubuntu", released=testing.instants(0, 0)))
def test_a_released_patch_has_one_date(patch):
    assert (patch.issued is not None, patch.updated, patch.built) == (True, None, None)


@FEW
@given(testing.patches("rhel", severity="Low"))
def test_what_only_a_notice_says_comes_from_one(patch):
    assert patch.advisory is not None


@pytest.mark.parametrize(
    ("strategy", "pins", "message"),
    [
        (testing.patches, {"sevrity": "Low"}, "there is no field of a patch `sevrity`: did you mean `severity`?"),
        (testing.hosts, {"os": "rhel"}, "there is no field of a host `os`"),
        (testing.catalogs, {"sevrity": "Low"}, "there is no field of a patch `sevrity`: did you mean `severity`?"),
        (testing.documents, {"kind": "bad"}, "there is no kind of document `bad`"),
    ],
)
def test_a_pin_that_is_no_field_is_refused_at_once(strategy, pins, message):
    with pytest.raises(UnknownNameError) as refused:
        strategy("rhel", **pins)
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize("family", ["rhel", "debian", "macos"])
def test_equal_versions_are_equal_and_written_differently(family):
    key = SCHEMES[family_named(family).scheme].sort_key

    @FEW
    @given(testing.equal_versions(family), testing.neighbours(family))
    def equal(pair, near):
        assert pair[0] != pair[1]
        assert key(pair[0]) == key(pair[1])
        assert near[0] != near[1]

    equal()


@settings(max_examples=30)
@given(testing.documents())
def test_a_valid_document_is_loaded_without_a_word(document):
    baseline = load_baseline(document, strict=True)
    assert baseline.name == document["Name"]


@settings(max_examples=30)
@given(testing.documents(kind="odd"))
def test_an_odd_document_is_loaded_with_a_diagnostic(document):
    assert load_baseline(document).diagnostics


@settings(max_examples=30)
@given(testing.documents(kind="invalid"))
def test_an_invalid_document_is_refused(document):
    with pytest.raises(PatchRulesError):
        load_baseline(document)


@given(testing.schedules())
def test_a_schedule_is_one_that_aws_takes(text):
    parse_schedule(text)


@FEW
@given(testing.fleets(max_size=2), st.data())
def test_a_fleet_can_be_judged(fleet, data):
    family = fleet.hosts["family"][0].as_py()
    one, catalog = data.draw(testing.baselines(family)), data.draw(testing.catalogs(family))
    found = evaluate_fleet(one, fleet, [catalog], as_of="2024-02-01T00:00Z")
    assert found.hosts.num_rows == fleet.hosts.num_rows


def test_hypothesis_knows_our_types_once_registered():
    register()

    @FEW
    @given(...)
    def knows(baseline: Baseline, rule: ApprovalRule, patch: Patch, package: Package, host: Host):
        assert (type(baseline), type(rule), type(patch)) == (Baseline, ApprovalRule, Patch)
        assert (type(package), type(host)) == (Package, Host)
        assert dataclasses.replace(baseline, rules=(rule,)).rules == (rule,)

    knows()


def test_the_public_names_are_there_and_the_module_says_so():
    assert {name for name in testing.__all__ if callable(getattr(testing, name))} == set(testing.__all__)
    assert dir(testing) == testing.__all__
    with pytest.raises(AttributeError, match=r"module `patchrules.testing` has no attribute `patch`"):
        _ = testing.patch
