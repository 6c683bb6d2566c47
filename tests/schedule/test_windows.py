"""Maintenance windows: SEMANTICS 8.1-8.5, the G-CRON rows with dates, G-DOC 15."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from patchrules.codes import CODES
from patchrules.errors import ScheduleError
from patchrules.model.window import Calendar, DateRange, Window
from patchrules.schedule.calendars import open_calendar
from patchrules.schedule.windows import anchor_of, executions, faults, next_executions, open_at, standing


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


NOW = at("2026-11-24T00:00Z")
WEEKLY = Window("weekly", "cron(0 2 ? * SUN *)", duration=3, cutoff=1)
FREEZE = open_calendar(Calendar("year-end", ranges=(DateRange("2026-12-18", "2027-01-03", "year end"),)))


def starts(window: Window, now: datetime, count: int = 3) -> list[datetime]:
    return [execution.start for execution in islice(next_executions(window, now), count)]


def test_documentation_example_1_begins_on_the_first_wednesday():
    window = Window(
        "wed", "cron(0 09 ? * WED *)", 2, 1, zone="America/Los_Angeles", start_date=at("2021-01-01T00:00-08:00")
    )
    assert starts(window, at("2020-06-01T00:00Z"), 1) == [at("2021-01-06T09:00-08:00")]  # the page says January 4 (Q25)


def test_documentation_example_2_runs_on_tuesdays_until_june_25():
    window = Window(
        "rate",
        "rate(7 days)",
        2,
        1,
        start_date=at("2019-01-01T00:03:15+09:00"),
        end_date=at("2019-06-30T00:06:15+09:00"),
    )
    runs = [execution.start for execution in next_executions(window, at("2018-12-01T00:00Z"))]
    assert runs[0] == at("2019-01-01T00:03:15+09:00")
    assert runs[-1] == at("2019-06-25T00:03:15+09:00")
    tokyo = timedelta(hours=9)
    assert {f"{run + tokyo:%A}" for run in runs} == {"Tuesday"}


def test_no_task_starts_in_the_cutoff():
    window = Window("once", "at(2020-07-07T15:55:00)", duration=5, cutoff=2)
    (execution,) = next_executions(window, at("2020-01-01T00:00Z"))
    assert execution.last_task_start == at("2020-07-07T18:55Z")
    assert execution.end == at("2020-07-07T20:55Z")
    assert str(execution) == "once: 2020-07-07 15:55Z to 20:55Z, last task start 18:55Z"


def test_a_rate_whose_start_has_passed_counts_from_now():
    window = Window("rate", "rate(7 days)", 2, 1, start_date=at("2026-11-01T00:00Z"))
    assert anchor_of(window, NOW) == NOW
    assert starts(window, NOW, 2) == [at("2026-12-01T00:00Z"), at("2026-12-08T00:00Z")]
    later = dataclasses.replace(window, start_date=at("2026-11-25T06:00Z"))
    assert starts(later, NOW, 2) == [at("2026-11-25T06:00Z"), at("2026-12-02T06:00Z")]
    # When the creation is known, that was the "now" at which the start was in the future.
    created = dataclasses.replace(window, created=at("2026-10-01T00:00Z"))
    assert starts(created, NOW, 2) == [at("2026-11-29T00:00Z"), at("2026-12-06T00:00Z")]


def test_an_offset_never_rescues_a_match_that_has_passed():
    window = Window("tuesday", "cron(30 23 ? * TUE#3 *)", 2, 1, offset=2)
    wednesday = at("2026-12-16T12:00Z")
    assert starts(window, wednesday, 1) == [at("2027-01-21T23:30Z")]
    # A match at this very instant has passed too, and so has one before the window was made.
    assert starts(window, at("2026-12-15T23:30Z"), 1) == [at("2027-01-21T23:30Z")]
    assert starts(dataclasses.replace(window, created=wednesday), wednesday, 1) == [at("2027-01-21T23:30Z")]
    # A window known to exist before the match runs on its offset date, and was open then.
    made = dataclasses.replace(window, created=at("2026-01-01T00:00Z"))
    assert starts(made, wednesday, 1) == [at("2026-12-17T23:30Z")]
    assert open_at(made, at("2026-12-18T00:00Z")) is not None


BOUNDS = [
    ({"start_date": at("2026-12-06T02:00Z")}, ["2026-12-06T02:00Z", "2026-12-13T02:00Z"]),
    ({"start_date": at("2026-12-06T02:00:01Z")}, ["2026-12-13T02:00Z", "2026-12-20T02:00Z"]),
    ({"end_date": at("2026-12-06T02:00Z")}, ["2026-11-29T02:00Z", "2026-12-06T02:00Z"]),
    ({"end_date": at("2026-12-06T01:59Z")}, ["2026-11-29T02:00Z"]),
    ({"enabled": False}, []),
]


@pytest.mark.parametrize(("change", "runs"), BOUNDS)
def test_dates_bound_the_executions_both_included(change, runs):
    assert starts(dataclasses.replace(WEEKLY, **change), NOW, 2) == [at(run) for run in runs]


OPEN = [
    ("2026-11-29T01:59:59Z", False),
    ("2026-11-29T02:00Z", True),
    ("2026-11-29T04:59:59Z", True),
    ("2026-11-29T05:00Z", False),
]


@pytest.mark.parametrize(("instant", "is_open"), OPEN)
def test_a_window_is_open_from_its_start_until_before_its_end(instant, is_open):
    assert (open_at(WEEKLY, at(instant)) is not None) is is_open


def test_the_latest_of_two_executions_that_overlap_is_the_open_one():
    window = Window("often", "cron(0 * * * ? *)", duration=3, cutoff=0)
    execution = open_at(window, at("2026-11-29T05:30Z"))
    assert execution is not None
    assert execution.start == at("2026-11-29T05:00Z")


def test_a_rate_is_open_by_its_start_date():
    window = Window("rate", "rate(7 days)", 2, 1, start_date=at("2026-11-01T00:00Z"))
    assert open_at(window, at("2026-11-15T01:00Z")) is not None
    assert open_at(window, at("2026-11-16T01:00Z")) is None
    assert open_at(window, at("2026-10-25T01:00Z")) is None


def test_a_skipped_execution_says_which_calendars_skip_it_and_is_not_open():
    found = list(executions(WEEKLY, at("2026-12-13T00:00Z"), at("2027-01-11T00:00Z"), calendars=[FREEZE, FREEZE]))
    assert [(f"{run.start:%m-%d}", run.runs) for run in found] == [
        ("12-13", True),
        ("12-20", False),
        ("12-27", False),
        ("01-03", False),
        ("01-10", True),
    ]
    why = "skipped by `year-end` (year end)"
    assert str(found[1]) == f"weekly: 2026-12-20 02:00Z to 05:00Z, last task start 04:00Z, {why}, {why}"
    assert open_at(WEEKLY, at("2026-12-20T03:00Z"), calendars=[FREEZE]) is None


def test_windows_of_long_standing_make_one_ascending_line():
    offset = Window("offset", "cron(0 2 ? * SAT *)", 2, 1, offset=3)
    rate = Window("rate", "rate(12 hours)", 2, 1)
    line = list(standing([WEEKLY, offset, rate], NOW, NOW + timedelta(days=1)))
    assert [(execution.window, execution.start) for execution in line] == [
        ("rate", NOW),
        ("offset", at("2026-11-24T02:00Z")),  # its match, Saturday 21, is before the start
        ("rate", at("2026-11-24T12:00Z")),
    ]


FAULTS = [
    ({}, []),
    ({"name": "ab"}, ["PR4101"]),
    ({"name": "prod window"}, ["PR4101"]),
    ({"duration": 0, "cutoff": 0}, ["PR4102", "PR4103"]),
    ({"duration": 25}, ["PR4102"]),
    ({"duration": 2, "cutoff": 1}, []),
    ({"duration": 5, "cutoff": 12}, ["PR4103"]),
    ({"duration": 3, "cutoff": 3}, ["PR4103"]),
    ({"cutoff": -1}, ["PR4103"]),
    ({"duration": 24, "cutoff": 24}, ["PR4103"]),
    ({"schedule": "rate(1 hours)"}, ["PR4006"]),
    ({"schedule": "rate(7 days)", "offset": 3}, ["PR4009"]),
    ({"zone": "Europe/Londn"}, ["PR4010"]),
    ({"start_date": NOW, "end_date": NOW - timedelta(days=1)}, ["PR4104"]),
    ({"start_date": datetime(2026, 1, 1)}, ["PR4013"]),  # noqa: DTZ001, that is the point
    ({"name": "", "schedule": "?", "duration": 99}, ["PR4101", "PR4102", "PR4001"]),
]


@pytest.mark.parametrize(("change", "codes"), FAULTS)
def test_everything_wrong_with_a_window_comes_at_once(change, codes):
    found = faults(dataclasses.replace(WEEKLY, **change))
    assert [fault.code for fault in found] == codes
    assert set(codes) <= CODES.keys()


def test_the_message_of_a_cutoff_that_leaves_no_time():
    (fault,) = faults(dataclasses.replace(WEEKLY, duration=5, cutoff=12))
    assert str(fault) == (
        "the cutoff of 12 h is not shorter than the duration of 5 h [PR4103]\n"
        "  hint: a cutoff of at most 4 leaves time to start tasks"
    )


def test_a_wrong_schedule_is_refused_before_the_first_execution_is_asked_for():
    with pytest.raises(ScheduleError, match="PR4002"):
        executions(dataclasses.replace(WEEKLY, schedule="cron(0 2)"), NOW, NOW)


PRINTED = [
    (WEEKLY, "weekly: cron(0 2 ? * SUN *), 3 h, no task in the last 1 h"),
    (
        Window("off", "cron(0 2 ? * SUN *)", 3, 0, zone="Europe/London", offset=2, enabled=False),
        "off: cron(0 2 ? * SUN *) + 2 d Europe/London, 3 h, disabled",
    ),
]


@pytest.mark.parametrize(("window", "text"), PRINTED)
def test_a_window_prints_on_one_line(window, text):
    assert str(window) == text
