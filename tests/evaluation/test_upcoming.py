"""What waiting alone approves: both engines say it, and the calendar of approvals says the same day by day."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

import patchrules as pr
from patchrules.evaluation.nouns import hosts_table, packages_table
from patchrules.evaluation.rows import run_of
from patchrules.model.columns import REJECTS
from patchrules.model.host import Inventory
from patchrules.sources import arrow
from patchrules.testing.twins import catalog_of, previous_runs
from patchrules.testing.updates import all_situations

EXAMPLES = settings().max_examples
LATER = st.sampled_from([timedelta(0), timedelta(0), timedelta(microseconds=1), timedelta(hours=7, seconds=1)])


def fleet_of(hosts):
    """Return hosts as an inventory."""
    return Inventory(hosts_table(hosts), packages_table(hosts), arrow.table(REJECTS, {}, 0))


def day_of(row, baseline):
    """Return the day at whose end a patch is approved: a delay ends after its instant, a date and a list at it."""
    at_once = row["rule"] is None or baseline.rules[row["rule"] - 1].approve_until is not None
    return (row["since"] - timedelta(microseconds=at_once)).date()


def by_day(run):
    """Return what a run's table says by the end of each day: a version counts where no higher one follows that day."""
    last = {}
    for row in run.upcoming.to_pylist():
        last[(day_of(row, run.baselines[0]), row["id"])] = row
    return {
        (day, row["id"], row["target"], row["advisory"], row["compliance_severity"], row["hosts"])
        for (day, _), row in last.items()
    }


@settings(max_examples=EXAMPLES)
@given(all_situations(), LATER)
def test_both_engines_say_the_same(situation, later):
    catalog = catalog_of(situation.baseline, situation.hosts, situation.patches)
    options = {**situation.options, "as_of": situation.options["as_of"] + later - timedelta(days=3)}
    reports = [pr.evaluate(situation.baseline, host, catalog, **options) for host in situation.hosts]
    options["previous_runs"] = previous_runs(situation.hosts)
    run = pr.evaluate_fleet(situation.baseline, fleet_of(situation.hosts), catalog, **options)
    assert run.upcoming.to_pylist() == run_of(reports).upcoming.to_pylist()


@settings(max_examples=EXAMPLES)
@given(all_situations(), LATER)
def test_it_is_what_the_calendar_of_approvals_says(situation, later):
    hosts = tuple(dataclasses.replace(host, previous_run=None) for host in situation.hosts)
    catalog = catalog_of(situation.baseline, hosts, situation.patches)
    options = {"missing_date": situation.options["missing_date"]}
    start = situation.options["as_of"] + later - timedelta(days=2)
    fleet = fleet_of(hosts)
    run = pr.evaluate_fleet(situation.baseline, fleet, catalog, as_of=start, **options)
    calendar = pr.forecast(situation.baseline, fleet, catalog, as_of=start, **options)
    expected = {
        (day.day, one.id, one.target, one.advisory, one.level, len(one.hosts))
        for day in calendar.days
        for one in day.patches
        if one.hosts
    }
    assert by_day(run) == expected
