"""What the security team promises of the production baseline."""

from pathlib import Path

import pytest
from hypothesis import given, settings

import patchrules as pr
from patchrules import testing

PATH = Path(__file__).parents[1] / "baselines" / "prod-rhel9.json"


@pytest.fixture
def prod():
    return pr.load_baseline(PATH)


def test_critical_fixes_are_approved_within_three_days(prod):
    testing.assert_approved_within(prod, 3, classification="Security", severity="Critical", name="openssl")


def test_telnet_is_never_approved(prod):
    testing.assert_never_approved(prod, ["telnet", "telnet-server"])


def test_a_day_less_approves_more(prod):
    testing.assert_approves_more(prod, prod.with_rule(1, approve_after_days=2))


def test_the_laws_hold(prod):
    testing.assert_laws(prod, "rhel", examples=10)


@settings(max_examples=10)
@given(...)
def test_hypothesis_draws_baselines_by_their_type(baseline: pr.Baseline):
    assert str(baseline).startswith(baseline.name)
