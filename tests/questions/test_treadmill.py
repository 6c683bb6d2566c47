"""Fixes that come faster than the delay: found as walking through the hours finds them, with ways out that work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import patchrules as pr
from patchrules.evaluation.nouns import catalog_table, hosts_table, packages_table
from patchrules.model.baseline import ApprovalRule, Baseline
from patchrules.model.columns import REJECTS
from patchrules.model.host import Inventory
from patchrules.model.names import OperatingSystem
from patchrules.model.patch import Catalog, Patch, Scope
from patchrules.questions.histories import History, Release
from patchrules.questions.treadmill import treadmill
from patchrules.questions.tune import tune
from patchrules.sources import arrow
from patchrules.testing.twins import catalog_of

T0 = datetime(2026, 1, 1, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def catalog(system, *patches):
    return Catalog(system, Scope(pr.family_named(system).name), catalog_table(patches), arrow.table(REJECTS, {}, 0))


def fixes(days, **fields):
    """Return a package's fixes that came out on some days."""
    given_to_all = {"name": "bash", "arch": "x86_64", "classification": "Security", "severity": "Important", **fields}
    return [
        Patch(evr=f"0:1.{number}-1.el9", advisory=f"RHSA-{number}", issued=T0 + day * DAY, **given_to_all)
        for number, day in enumerate(days, 1)
    ]


def prod(days, system=OperatingSystem.REDHAT_ENTERPRISE_LINUX):
    return Baseline("prod", system, rules=(ApprovalRule(approve_after_days=days),))


SITUATIONS: dict[str, tuple[list[float], int, int, list[tuple[object, ...]]]] = {
    # days of the fixes, delay, day of the question: skipped, until, days exposed, delay that works
    "slow enough": ([0, 10, 20], 7, 60, []),
    "the first two skipped": ([0, 5, 9], 7, 60, [(2, 16, 16, 3)]),
    "at the very instant": ([0, 7], 7, 60, [(1, 14, 14, 6)]),
    "still on it": ([0, 5, 9, 14], 7, 18, [(3, None, 18, 3)]),
    "off and on again": ([0, 3, 30, 33, 36], 7, 90, [(1, 10, 10, 2), (2, 43, 13, 2)]),
    "no delay": ([0, 1, 2], 0, 60, []),
    "two in a day": ([0, 0.5], 7, 60, [(1, 7.5, 7.5, 0)]),
}


@pytest.mark.parametrize("kind", SITUATIONS)
def test_what_is_skipped_and_the_ways_out(kind):
    days, delay, now, expected = SITUATIONS[kind]
    baseline = prod(delay)
    found = treadmill(baseline, catalog(baseline.operating_system, *fixes(days)), as_of=T0 + now * DAY)
    told = [(len(one.skipped), one.until and (one.until - T0) / DAY, one.exposed / DAY, one.works) for one in found]
    assert sorted(told, key=str) == sorted(expected, key=str)
    for one in found:
        assert one.anchored == one.skipped[0].at + delay * DAY
        works = baseline.with_rule(1, approve_after_days=one.works)
        rest = treadmill(works, catalog(baseline.operating_system, *fixes(days)), as_of=T0 + now * DAY)
        skipped = {release.evr for other in rest for release in other.skipped}
        assert not skipped & {release.evr for release in one.skipped}, "the delay that works, works"


def test_updates_that_replace_one_another_are_one_row():
    rows = [
        Patch(name=f"KB{number}", arch="", evr="0", product="WindowsServer2022", classification="SecurityUpdates",
              severity="Critical", issued=T0 + day * DAY, supersedes=(f"KB{number - 1}",))
        for number, day in enumerate((0, 5, 9, 40), 1)
    ]  # fmt: skip
    baseline = prod(7, OperatingSystem.WINDOWS)
    [one] = treadmill(baseline, catalog(OperatingSystem.WINDOWS, *rows), as_of=T0 + 90 * DAY)
    assert (one.id, [release.evr for release in one.skipped], one.works) == ("KB4", ["KB1", "KB2"], 3)


@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=5, unique=True).map(sorted),
    st.integers(0, 15),
    st.integers(0, 60),
)
def test_exposure_is_what_walking_through_the_hours_finds(days, delay, beyond):
    # Even hours only, so that an odd hour lies between any two instants.
    at, now = [2 * day for day in days], 2 * (days[-1] + beyond)
    history = History(
        "bash", 1, DAY, tuple(Release(str(place), None, T0 + hour * HOUR) for place, hour in enumerate(at))
    )
    open_at: dict[int, int] = {}
    for hour in range(now):
        newest = max((place for place, out in enumerate(at) if out <= hour), default=None)
        if newest is not None and at[newest] + 2 * delay < hour:
            open_at.setdefault(newest, hour)
    for place, found in enumerate(history.exposures(2 * delay * HOUR, T0 + now * HOUR)):
        later = [hour for other, hour in open_at.items() if other >= place]
        assert found == ((min(later) - 1 if later else now) - at[place]) * HOUR


@given(st.lists(st.integers(0, 30), min_size=1, max_size=4), st.sampled_from([0, 5, 29]))
def test_what_a_delay_leaves_missing_is_what_judging_everything_finds(days, other):
    baseline = Baseline(
        "prod",
        OperatingSystem.REDHAT_ENTERPRISE_LINUX,
        rules=(ApprovalRule(approve_after_days=other), ApprovalRule(approve_after_days=9)),
    )
    patches = [*fixes(days), *fixes([2], name="old")]
    hosts = [
        pr.Host(
            f"h{number}",
            "rhel",
            "RedhatEnterpriseLinux9.8",
            "x86_64",
            packages=(pr.Package(name, "x86_64", "0:1.0-1.el9"),),
        )
        for number, name in enumerate(("bash", "old", "gone"))
    ]
    fleet = Inventory(hosts_table(hosts), packages_table(hosts), arrow.table(REJECTS, {}, 0))
    now = T0 + 30 * DAY
    found = tune(baseline, 2, fleet, catalog_of(baseline, hosts, patches), as_of=now, longest=12)
    for effect in found.effects:
        edited = baseline.with_rule(2, approve_after_days=effect.delay)
        run = pr.evaluate_fleet(edited, fleet, catalog_of(baseline, hosts, patches), as_of=now)
        assert (effect.missing, effect.noncompliant) == (run.totals()["missing"], run.statuses()["NON_COMPLIANT"])
