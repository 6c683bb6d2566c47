"""Deadline feasibility: the proof against hourly brute force, and every change it proposes against the proof."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from patchrules.errors import ScheduleError
from patchrules.model.baseline import ApprovalRule, Baseline
from patchrules.model.names import ComplianceLevel, OperatingSystem
from patchrules.model.window import Calendar, CalendarKind, DateRange, Task, Window
from patchrules.questions.feasible import Change, Deadline, feasible
from patchrules.schedule.calendars import OpenCalendar, open_calendar, skips
from patchrules.schedule.windows import standing

START = datetime(2026, 11, 24, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DAYS = 365
PATCH_TUESDAY = Window("tuesday", "cron(0 2 ? * TUE#2 *)", duration=4, cutoff=1)
WEEKLY = Window("weekly", "cron(0 2 ? * SUN *)", duration=4, cutoff=1)


def freeze(since: str, until: str, kind: CalendarKind = CalendarKind.FREEZE) -> OpenCalendar:
    return open_calendar(Calendar("year-end", kind, ranges=(DateRange(since, until, "holidays"),)))


def critical(days: int | None = None, until: date | None = None) -> ApprovalRule:
    return ApprovalRule(compliance_level=ComplianceLevel.CRITICAL, approve_after_days=days, approve_until=until)


def proof(rule: ApprovalRule, *windows: Window, sla: int = 14, calendars: tuple[OpenCalendar, ...] = ()) -> Deadline:
    answer = feasible([rule], windows, sla={"CRITICAL": sla * DAY}, start=START, calendars=calendars)
    return answer.deadlines[0]


def test_a_delay_and_a_monthly_window_miss_fourteen_days():
    found = proof(critical(7), PATCH_TUESDAY)
    assert str(found) == (
        "CRITICAL by rule 1: waits at most 42 d, deadline 14 d missed by up to 28 d\n"
        "  released 2026-12-01T02:00Z, approved 2026-12-08T02:00Z, first window 2027-01-12T02:00Z\n"
        "  fix: open the first window by `cron(0 2 ? * TUE *)`: then at most 14 d\n"
        "  fix: add 42 runs, the first `at(2026-12-08T00:00:00)` UTC: then at most 14 d"
    )
    assert found.wait is not None
    assert found.late_by == 28 * DAY
    assert found.run == found.release + found.wait


def test_a_freeze_is_named_when_it_makes_the_deadline_impossible():
    found = proof(critical(3), WEEKLY, calendars=(freeze("2026-12-18", "2027-01-03"),), sla=10)
    lines = str(found).splitlines()
    assert lines[0] == "CRITICAL by rule 1: waits at most 31 d, deadline 10 d missed by up to 21 d"
    assert lines[2:] == [
        "  skipped 2026-12-20T02:00Z by `year-end` (holidays)",
        "  skipped 2026-12-27T02:00Z by `year-end` (holidays)",
        "  skipped 2027-01-03T02:00Z by `year-end` (holidays)",
        "  fix: no delay, cadence or extra window is enough",
    ]


def test_a_deadline_that_holds_needs_no_change():
    found = proof(critical(7), WEEKLY)
    assert (found.wait, found.met, found.late_by, found.fixes) == (14 * DAY, True, timedelta(), ())
    assert not proof(critical(7), WEEKLY, sla=13).met


def test_a_level_without_a_deadline_and_a_deadline_without_a_rule():
    answer = feasible([ApprovalRule(approve_after_days=7)], [WEEKLY], sla={"CRITICAL": DAY}, start=START)
    assert answer.deadlines[0].met
    assert answer.unserved == ("CRITICAL",)
    assert not answer.met
    assert str(answer).splitlines() == [
        "UNSPECIFIED by rule 1: waits at most 14 d, no deadline",
        "  released 2026-11-29T02:00Z, approved 2026-12-06T02:00Z, first window 2026-12-13T02:00Z",
        "CRITICAL: no rule approves anything with this level",
    ]


NEVER = [
    (critical(7), (), "never met", "no window within two years"),
    (critical(7), (dataclasses.replace(WEEKLY, enabled=False),), "never met", "no window within two years"),
    (critical(7), (dataclasses.replace(WEEKLY, end_date=START + 30 * DAY),), "never met", "no window within two years"),
    (critical(until=date(2026, 12, 31)), (WEEKLY,), "never met", "never approved, no window"),
]


@pytest.mark.parametrize(("rule", "windows", "late", "why"), NEVER)
def test_a_patch_that_is_never_installed(rule, windows, late, why):
    found = proof(rule, *windows)
    assert (found.wait, found.run, found.late_by, found.met) == (None, None, None, False)
    assert late in str(found)
    assert why in str(found)


def test_an_until_date_ends_the_promise_with_its_day_and_a_delay_would_keep_it():
    found = proof(critical(until=date(2026, 12, 31)), WEEKLY)
    assert found.release == datetime(2027, 1, 1, tzinfo=UTC)
    assert [fix.delay_days for fix in found.fixes] == [7]
    assert proof(critical(until=date(2028, 1, 1)), WEEKLY).wait == 7 * DAY


def test_two_changes_at_once_only_when_none_alone_is_enough():
    found = proof(critical(7), PATCH_TUESDAY, sla=4)
    assert [fix.change for fix in found.fixes] == [Change.DELAY_AND_CADENCE]
    assert (
        str(found.fixes[0])
        == "approve after 0 d and open the first window by `cron(0 2 ? * TUE,FRI *)`: then at most 4 d"
    )


def test_a_baseline_of_a_family_without_dates_does_not_wait():
    debian, redhat = (
        Baseline("prod", system, rules=(critical(7),))
        for system in (OperatingSystem.DEBIAN, OperatingSystem.REDHAT_ENTERPRISE_LINUX)
    )
    waits = [feasible(one, [WEEKLY], sla={}, start=START).deadlines[0].wait for one in (debian, redhat)]
    assert waits == [7 * DAY, 14 * DAY]


def test_a_window_that_only_scans_installs_nothing():
    scan = Task("AWS-RunPatchBaseline", parameters=(("Operation", ("Scan",)),))
    assert proof(critical(0), dataclasses.replace(WEEKLY, tasks=(scan,))).wait is None
    assert proof(critical(0), dataclasses.replace(WEEKLY, tasks=(scan, dataclasses.replace(scan, parameters=())))).met


def test_a_calendar_may_be_one_that_nobody_opened_yet():
    closed = Calendar("year-end", ranges=(DateRange("2026-12-18", "2027-01-03", "holidays"),))
    found = feasible([critical(3)], [WEEKLY], sla={}, start=START, calendars=[closed])
    assert found == feasible([critical(3)], [WEEKLY], sla={}, start=START, calendars=[open_calendar(closed)])


def test_a_rate_counts_from_the_start_that_is_asked_about():
    assert proof(critical(0), Window("rate", "rate(5 days)", 2, 1)).wait == 5 * DAY


def test_windows_that_open_without_end_are_refused(monkeypatch):
    monkeypatch.setattr("patchrules.questions.feasible._MOST_RUNS", 6_000)
    with pytest.raises(ScheduleError, match=r"the windows open more than 6,000 times \[PR4301\]"):
        proof(critical(7), Window("always", "cron(* * * * * ? *)", 2, 1), calendars=())


# Policies on whole hours: brute force looks at every hour of a year, so it meets every change point.
windows = st.builds(
    lambda hour, day, duration, zone, offset: Window(
        "window",
        f"cron(0 {hour} {day} *)",
        duration,
        0,
        zone=zone,
        offset=offset,
    ),
    st.integers(0, 23),
    st.sampled_from(
        ["? * TUE#2", "? * SUN", "? * MON,THU", "1 * ?", "L * ?", "15W * ?", "? * TUE#5", "* * ?", "? FEB,AUG SAT#1"]
    ),
    st.integers(1, 24),
    st.sampled_from(["UTC", "Europe/London", "America/New_York"]),
    st.sampled_from([None, None, 3]),
) | st.builds(lambda days: Window("rate", f"rate({days} days)", 2, 1, start_date=START + 5 * HOUR), st.integers(2, 40))
calendars = st.lists(
    st.builds(
        lambda first, days, kind: freeze(
            f"{START + first * DAY:%Y-%m-%d}",
            f"{START + (first + days + (400 if kind is CalendarKind.ALLOW else 0)) * DAY:%Y-%m-%d}",
            kind,
        ),
        st.integers(0, 365),
        st.integers(1, 40),
        st.sampled_from([CalendarKind.FREEZE, CalendarKind.FREEZE, CalendarKind.ALLOW]),
    ),
    max_size=2,
).map(tuple)


def brute_force(
    delay: timedelta, lines: list[Window], layers: tuple[OpenCalendar, ...]
) -> tuple[timedelta | None, datetime]:
    """Try every hour of a year: the longest wait and the first release that shows it."""
    horizon = START + DAYS * DAY + delay + 731 * DAY
    runs = [run.start for run in standing(lines, START, horizon) if not skips(layers, run.start)]
    longest, shown = timedelta(-1), START
    place = 0
    for hour in range(DAYS * 24):
        release = START + hour * HOUR
        while place < len(runs) and not runs[place] > release + delay:
            place += 1
        if place == len(runs):
            return None, release
        if runs[place] - release > longest:
            longest, shown = runs[place] - release, release
    return longest, shown


@settings(max_examples=50)
@given(st.integers(0, 60), st.lists(windows, min_size=1, max_size=2), calendars, st.integers(1, 60))
@example(0, [WEEKLY], (freeze("2026-11-24", "2026-11-30"),), 7)
@example(7, [PATCH_TUESDAY], (), 14)
def test_the_proof_agrees_with_every_hour_of_a_year(delay, lines, layers, sla):
    answer = feasible([critical(delay)], lines, sla={"CRITICAL": sla * DAY}, start=START, days=DAYS, calendars=layers)
    found = answer.deadlines[0]
    assert (found.wait, found.release) == brute_force(delay * DAY, lines, layers)
    assert found.met == (found.wait is not None and found.wait <= sla * DAY)
    for fix in found.fixes:
        after_fix(fix, delay, lines, layers, sla)


def after_fix(fix, delay, lines, layers, sla):
    """Apply a change, and let brute force say that it is enough, and for a delay and extra runs that less is not."""
    days = delay if fix.delay_days is None else fix.delay_days
    changed = list(lines)
    if fix.schedule is not None:
        changed[0] = dataclasses.replace(lines[0], schedule=fix.schedule, offset=None)
    extra = [Window("extra", f"at({run:%Y-%m-%dT%H:%M:%S})", 1, 0) for run in fix.extra]
    assert not any(skips(layers, run) for run in fix.extra)
    wait, _ = brute_force(days * DAY, [*changed, *extra], layers)
    assert wait is not None
    assert wait <= fix.wait <= sla * DAY
    if fix.change is Change.DELAY and days + 1 < delay:
        longer, _ = brute_force((days + 1) * DAY, changed, layers)
        assert longer is None or longer > sla * DAY


OFF_GRID = st.integers(0, 59)


@settings(max_examples=20)
@given(st.integers(0, 30), OFF_GRID, OFF_GRID, st.integers(0, 23))
def test_off_the_hour_the_proof_is_never_shorter_and_its_release_shows_it(delay, minute, second, hour):
    window = Window("odd", f"cron({second} {minute} {hour} ? * TUE#2 *)", 2, 1)
    found = proof(critical(delay), window)
    brute, _ = brute_force(delay * DAY, [window], ())
    assert found.wait is not None
    assert brute is not None
    assert brute <= found.wait < brute + HOUR
    runs = [run.start for run in standing([window], START, START + 800 * DAY)]
    assert min(run for run in runs if run > found.release + delay * DAY) - found.release == found.wait


def test_fewest_extra_runs_means_that_one_fewer_is_not_enough():
    found = proof(critical(7), WEEKLY, sla=12)
    extra = next(fix.extra for fix in found.fixes if fix.change is Change.EXTRA_WINDOW)
    for left_out in (0, len(extra) // 2, len(extra) - 1):
        fewer = [*extra[:left_out], *extra[left_out + 1 :]]
        lines = [WEEKLY, *(Window("extra", f"at({run:%Y-%m-%dT%H:%M:%S})", 1, 0) for run in fewer)]
        assert not proof(critical(7), *lines, sla=12).met


def test_a_release_at_the_end_of_the_time_asked_about_does_not_count():
    lines = [Window("once", f"at({START + days * DAY:%Y-%m-%dT%H:%M:%S})", 1, 0) for days in (10, 20, 60)]
    options: dict[str, Any] = {"start": START, "days": 20}
    assert feasible([critical(0)], lines, sla={"CRITICAL": 10 * DAY}, **options).met  # a release at day 20 waits 40
    (found,) = feasible([critical(0)], lines, sla={"CRITICAL": 9 * DAY}, **options).deadlines
    assert (found.wait, found.release) == (10 * DAY, START)
    extra = next(fix.extra for fix in found.fixes if fix.change is Change.EXTRA_WINDOW)
    assert extra == (START + 9 * DAY, START + 19 * DAY)
