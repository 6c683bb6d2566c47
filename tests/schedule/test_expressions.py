"""Schedule expressions as AWS means them: SEMANTICS 8.3-8.5, rows G-CRON and G-DOC 15, DECISIONS 28, Q25-Q29."""

from __future__ import annotations

import pickle
import time
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchrules.codes import CODES
from patchrules.errors import ScheduleError, UnknownNameError
from patchrules.schedule.expressions import parse

LATER = datetime(2199, 12, 31, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


# expression, offset, zone, asked after, the runs that follow (SEMANTICS 12, G-CRON and G-DOC 15)
GOLDEN = [
    ("cron(0 2 ? * THU#3 *)", None, "UTC", "2026-11-24T00:00Z", ["2026-12-17T02:00Z", "2027-01-21T02:00Z"]),
    ("cron(15 10 ? * * *)", None, "UTC", "2026-11-24T10:15Z", ["2026-11-25T10:15Z", "2026-11-26T10:15Z"]),
    ("cron(15 10 ? * MON-FRI *)", None, "UTC", "2026-11-26T12:00Z", ["2026-11-27T10:15Z", "2026-11-30T10:15Z"]),
    ("cron(0 2 L * ? *)", None, "UTC", "2028-01-31T02:00Z", ["2028-02-29T02:00Z", "2028-03-31T02:00Z"]),
    ("cron(15 10 ? * 6L *)", None, "UTC", "2026-11-01T00:00Z", ["2026-11-27T10:15Z", "2026-12-25T10:15Z"]),
    ("cron(24 30 09 ? * * *)", None, "UTC", "2026-11-24T09:30:23Z", ["2026-11-24T09:30:24Z", "2026-11-25T09:30:24Z"]),
    ("cron(0/15 * * * ? *)", None, "UTC", "2026-11-24T23:40Z", ["2026-11-24T23:45Z", "2026-11-25T00:00Z"]),
    ("cron(0/5 8-17 ? * MON-FRI *)", None, "UTC", "2026-11-27T17:50Z", ["2026-11-27T17:55Z", "2026-11-30T08:00Z"]),
    ("cron(0 8 1 * ? *)", None, "UTC", "2026-11-24T00:00Z", ["2026-12-01T08:00Z", "2027-01-01T08:00Z"]),
    ("cron(30 23 ? * TUE#3 *)", 2, "UTC", "2026-12-01T00:00Z", ["2026-12-17T23:30Z", "2027-01-21T23:30Z"]),
    # Yesterday's match with two days of offset does not run tomorrow: the next period does.
    ("cron(30 23 ? * TUE#3 *)", 2, "UTC", "2026-12-16T12:00Z", ["2027-01-21T23:30Z"]),
    # The documentation says January 4 (Q25); the first Wednesday is January 6.
    ("cron(0 09 ? * WED *)", None, "America/Los_Angeles", "2021-01-01T00:00-08:00", ["2021-01-06T09:00-08:00"]),
    ("at(2020-07-07T15:55:00)", None, "UTC", "2020-01-01T00:00Z", ["2020-07-07T15:55Z"]),
    ("at(2020-07-07T15:55:00)", None, "Asia/Tokyo", "2020-01-01T00:00Z", ["2020-07-07T15:55+09:00"]),
    ("at(2020-07-07T15:55:00)", None, "UTC", "2020-07-07T15:55Z", []),
    ("cron(0 19 ? * 3#3 *)", None, "UTC", "2026-11-24T00:00Z", ["2026-12-15T19:00Z"]),
    ("cron(0 20 ? * 4#4 *)", None, "UTC", "2026-11-24T00:00Z", ["2026-11-25T20:00Z"]),
    ("cron(0 8 ? * 1 *)", None, "UTC", "2026-11-24T00:00Z", ["2026-11-29T08:00Z"]),
    ("cron(0 30 23 ? * TUE#3 *)", None, "UTC", "2026-11-24T00:00Z", ["2026-12-15T23:30Z"]),  # Q27: seconds 0
    ("cron(0 8 ? * L *)", None, "UTC", "2026-11-24T00:00Z", ["2026-11-28T08:00Z", "2026-12-05T08:00Z"]),  # Saturdays
    ("cron(0 8 ? * TUE#5 *)", None, "UTC", "2026-10-01T00:00Z", ["2026-12-29T08:00Z", "2027-03-30T08:00Z"]),
    ("cron(0 8 3W * ? *)", None, "UTC", "2026-09-30T00:00Z", ["2026-10-02T08:00Z", "2026-11-03T08:00Z"]),  # Q28
    ("cron(0 8 1W * ? *)", None, "UTC", "2026-07-31T00:00Z", ["2026-08-03T08:00Z"]),
    ("cron(0 8 31W * ? *)", None, "UTC", "2026-05-01T00:00Z", ["2026-05-29T08:00Z", "2026-07-31T08:00Z"]),
    ("cron(0 8 29 2 ? *)", None, "UTC", "2096-03-01T00:00Z", ["2104-02-29T08:00Z"]),
    ("cron(0 8 31 2 ? *)", None, "UTC", "1970-01-01T00:00Z", []),
    ("cron(0 8 1 1 ? 2030)", None, "UTC", "2026-01-01T00:00Z", ["2030-01-01T08:00Z"]),
    ("cron(0 8 1 1 ? 2030/100)", None, "UTC", "2026-01-01T00:00Z", ["2030-01-01T08:00Z", "2130-01-01T08:00Z"]),
    ("cron(0 7 ? * FRI-MON *)", None, "UTC", "2026-11-27T08:00Z", ["2026-11-28T07:00Z", "2026-11-29T07:00Z"]),
    ("cron(0 7 ? * 2/2 *)", None, "UTC", "2026-11-23T08:00Z", ["2026-11-25T07:00Z", "2026-11-27T07:00Z"]),
    ("rate(7 days)", None, "UTC", "2026-11-24T00:00Z", ["2026-12-01T00:00Z", "2026-12-08T00:00Z"]),
    ("cron(59 23 31 12 ? 2199)", None, "UTC", "2199-12-31T23:58Z", ["2199-12-31T23:59Z"]),
]


@pytest.mark.parametrize(("text", "offset", "zone", "after", "runs"), GOLDEN)
def test_the_runs_that_follow(text, offset, zone, after, runs):
    schedule = parse(text, zone=zone, offset=offset)
    found, instant = [], at(after)
    for _ in runs or [None]:
        run = schedule.next(instant)
        found += [run] if run else []
        instant = run or instant
    assert found == [at(run) for run in runs]


# What clock changes do, by our rule: skipped wall times run at the first instant after, repeated ones the first time.
CLOCK_CHANGES = [
    ("cron(30 1 ? * * *)", "Europe/London", "2026-03-29T00:00Z", "2026-03-29T01:00Z"),
    ("cron(30 1 ? * * *)", "Europe/London", "2026-10-25T00:00Z", "2026-10-25T00:30Z"),
    ("cron(30 1 ? * * *)", "Europe/London", "2026-10-25T00:30Z", "2026-10-26T01:30Z"),
    ("cron(30 2 ? * * *)", "America/New_York", "2026-03-08T00:00-05:00", "2026-03-08T03:00-04:00"),
    ("cron(30 1 ? * * *)", "America/New_York", "2026-11-01T00:00-04:00", "2026-11-01T01:30-04:00"),
    ("cron(0/15 * * * ? *)", "America/New_York", "2026-11-01T01:45-04:00", "2026-11-01T02:00-05:00"),
    ("cron(15 2 ? * * *)", "Australia/Lord_Howe", "2026-10-04T00:00+10:30", "2026-10-04T02:30+11:00"),
    ("cron(45 1 ? * * *)", "Australia/Lord_Howe", "2026-04-05T00:00+11:00", "2026-04-05T01:45+11:00"),
    ("cron(45 1 ? * * *)", "Australia/Lord_Howe", "2026-04-05T01:45+11:00", "2026-04-06T01:45+10:30"),
    # Brazil moved its clocks at midnight, and stopped in 2019.
    ("cron(0 0 ? * SUN *)", "America/Sao_Paulo", "2018-11-01T00:00Z", "2018-11-04T01:00-02:00"),
    ("cron(0 0 ? * SUN *)", "America/Sao_Paulo", "2019-11-01T00:00Z", "2019-11-03T00:00-03:00"),
    # Samoa had no 30 December 2011.
    ("cron(0 9 30 12 ? *)", "Pacific/Apia", "2011-12-01T00:00Z", "2011-12-31T00:00+14:00"),
    ("at(2026-03-29T01:30:00)", "Europe/London", "2026-03-01T00:00Z", "2026-03-29T01:00Z"),
]


@pytest.mark.parametrize(("text", "zone", "after", "run"), CLOCK_CHANGES)
def test_a_clock_change(text, zone, after, run):
    assert parse(text, zone=zone).next(at(after)) == at(run)


def test_wall_times_that_a_clock_change_makes_one_instant_are_one_run():
    schedule = parse("cron(0/30 2-3 ? * * *)", zone="America/New_York")
    day = at("2026-03-08T00:00-05:00"), at("2026-03-09T00:00-04:00")
    assert list(schedule.between(*day)) == [at("2026-03-08T03:00-04:00"), at("2026-03-08T03:30-04:00")]
    # Also when the question begins at the very instant of the change.
    assert next(parse("cron(30 2 ? * * *)", zone="America/New_York").between(at("2026-03-08T07:00Z"), LATER)) == at(
        "2026-03-08T07:00Z"
    )


def test_an_offset_keeps_the_wall_time_over_a_clock_change():
    schedule = parse("cron(0 3 ? * SAT *)", zone="Europe/London", offset=2)
    assert schedule.next(at("2026-03-27T00:00Z")) == at("2026-03-30T03:00+01:00")


def test_between_takes_the_start_leaves_the_end_and_obeys_since():
    schedule = parse("cron(0 8 ? * MON *)", offset=3)
    start, end = at("2026-11-26T08:00Z"), at("2026-12-10T08:00Z")
    assert list(schedule.between(start, end)) == [at("2026-12-03T08:00Z")]
    assert list(schedule.between(start, end, since=at("2026-11-01T00:00Z"))) == [start, at("2026-12-03T08:00Z")]


def test_an_unknown_service_names_those_there_are():
    with pytest.raises(UnknownNameError, match="there is no service `ssn`: did you mean `ssm`"):
        parse("rate(1 day)", service="ssn")


def test_an_at_has_one_run():
    once = parse("at(2026-12-24T18:00:00)", zone="Europe/Berlin")
    run = at("2026-12-24T17:00Z")
    assert (once.next(run), once.previous(run)) == (None, None)
    assert once.next(run - timedelta(seconds=1)) == once.previous(run + timedelta(seconds=1)) == run
    assert list(once.between(run, LATER)) == [run]
    assert list(once.between(run, LATER, since=run + timedelta(seconds=1))) == []


def test_a_rate_counts_from_its_anchor_or_from_the_question():
    rate = parse("rate(7 days)")
    monday, thursday = at("2026-11-23T00:00Z"), at("2026-11-26T00:00Z")
    assert list(rate.between(monday, monday + timedelta(days=8))) == [monday, monday + timedelta(days=7)]
    assert rate.previous(thursday) == thursday - timedelta(days=7)
    anchored = rate.anchored(monday)
    assert anchored.anchored(thursday) == anchored
    assert anchored.next(thursday) == monday + timedelta(days=7)
    assert anchored.next(monday - timedelta(days=30)) == monday
    assert anchored.previous(monday) is None
    assert len(list(parse("rate(36500 days)").between(monday, datetime.max.replace(tzinfo=UTC)))) == 2  # to 2199
    assert anchored.previous(monday + timedelta(days=7, seconds=1)) == monday + timedelta(days=7)


# The whole message; `at N` is the column of the caret.
REFUSED = [
    ("rate(1 hours)", {}, "PR4006", 8, "the unit does not agree with 1: `hours`"),
    ("rate(5 hour)", {}, "PR4006", 8, "the unit does not agree with 5: `hour`"),
    ("rate(0 hour)", {}, "PR4006", 6, "`0` is not a positive whole number"),
    ("rate(5)", {}, "PR4006", 7, "a rate is a number and a unit"),
    ("rate(5 minutes now)", {}, "PR4006", 16, "a rate is a number and a unit"),
    ("rate(2 weeks)", {}, "PR4006", 8, "`weeks` is not a unit of a rate"),
    ("rate(2 s)", {}, "PR4006", 8, "`s` is not a unit of a rate"),
    ("rate(99999 days)", {}, "PR4006", 6, "the rate is longer than 100 years"),
    ("rate(4 minutes)", {}, "PR4007", 6, "Systems Manager runs nothing more often than every 5 minutes"),
    ("Rate(5 minutes)", {}, "PR4001", 1, "`Rate(5 minutes)` is not a schedule expression"),
    ("0 2 ? * SUN *", {}, "PR4001", 1, "`0 2 ? * SUN *` is not a schedule expression"),
    ("cron(0 2 ? * SUN *", {}, "PR4001", 18, "`cron(` is not closed by `)` at the end"),
    ("cron(0 2 ? * SUN)", {}, "PR4002", 17, "cron has 5 fields, wanted are 6, or 7 with seconds in front"),
    ("cron(1 0 0 2 ? * SUN *)", {}, "PR4002", 22, "cron has 8 fields, wanted are 6, or 7 with seconds in front"),
    (
        "cron(0 0 2 ? * SUN *)",
        {"service": "eventbridge"},
        "PR4002",
        20,
        "cron has 7 fields, wanted are 6, as EventBridge has no seconds",
    ),
    ("cron(60 2 ? * SUN *)", {}, "PR4003", 6, "`60` is not a minutes value: 0-59"),
    ("cron(0 2,24 ? * SUN *)", {}, "PR4003", 10, "`24` is not a hours value: 0-23"),
    ("cron(0 2 0 * ? *)", {}, "PR4003", 10, "`0` is not a day-of-month value: 1-31"),
    ("cron(0 2 1 SEPT ? *)", {}, "PR4003", 12, "`SEPT` is not a month value: 1-12 or JAN-DEC"),
    ("cron(0 2 ? * 0 *)", {}, "PR4003", 14, "`0` is not a day-of-week value: 1-7 or SUN-SAT"),
    ("cron(0 2 ? * TUE#6 *)", {}, "PR4003", 18, "`6` is not a week value: 1-5"),
    ("cron(0 2 ? * SUN 2200)", {}, "PR4003", 18, "`2200` is not a year value: 1970-2199"),
    ("cron(0 2 ? * SUN 2030-2026)", {}, "PR4003", 23, "the year range `2030-2026` runs backwards"),
    ("cron(0/0 2 ? * SUN *)", {}, "PR4003", 8, "`0` is not a step for minutes: 1-60"),
    ("cron(0,,5 2 ? * SUN *)", {}, "PR4003", 8, "a minutes value is missing: 0-59"),
    ("cron(0 ٢ ? * SUN *)", {}, "PR4003", 8, "`٢` is not a hours value: 0-23"),
    ("cron(*,5 2 ? * SUN *)", {}, "PR4004", 6, "`*` stands alone, not in a list"),
    ("cron(1-2-3 2 ? * SUN *)", {}, "PR4004", 10, "`1-2-3` has more than one `-`"),
    ("cron(1/2/3 2 ? * SUN *)", {}, "PR4004", 10, "`1/2/3` has more than one `/`"),
    ("cron(? 2 ? * SUN *)", {}, "PR4004", 6, "`?` does not belong in minutes: `?`"),
    ("cron(0 2 1#2 * ? *)", {}, "PR4004", 10, "`#` does not belong in day-of-month"),
    ("cron(0 2 1,L * ? *)", {}, "PR4004", 10, "`1,L` mixes `L` or `W` with other days"),
    ("cron(0 2 * * * *)", {}, "PR4005", 14, "both day fields have a value"),
    ("cron(0 2 ? * ? *)", {}, "PR4005", 14, "both day fields are `?`"),
    ("at(2026-02-30T00:00:00)", {}, "PR4008", 4, "`2026-02-30T00:00:00` is no date and time of any calendar"),
    ("at(2026-02-28 00:00)", {}, "PR4008", 4, "`2026-02-28 00:00` is not YYYY-MM-DDThh:mm:ss"),
    ("at(2026-02-28T00:00:00Z)", {}, "PR4008", 4, "`2026-02-28T00:00:00Z` is not YYYY-MM-DDThh:mm:ss"),
    ("at(1969-02-28T00:00:00)", {}, "PR4008", 4, "the year 1969 is not 1970-2199"),
    ("rate(7 days)", {"offset": 2}, "PR4009", 1, "only a cron schedule takes an offset"),
    ("cron(0 2 ? * SUN *)", {"offset": 7}, "PR4009", 1, "the offset is 7 days, AWS takes 1-6"),
    ("cron(0 2 ? * SUN *)", {"offset": 0}, "PR4009", 1, "the offset is 0 days, AWS takes 1-6"),
    (
        "cron(0 2 ? * SUN *)",
        {"offset": 1, "service": "eventbridge"},
        "PR4009",
        1,
        "an EventBridge schedule takes no offset",
    ),
    ("cron(0 2 LW * ? *)", {}, "PR4012", 10, "`LW` works in EventBridge, not in Systems Manager"),
    ("cron(0 2 L-3 * ? *)", {}, "PR4012", 10, "`L-3` works in EventBridge, not in Systems Manager"),
    ("cron(0 2 ? * 3#1,6#3 *)", {}, "PR4012", 14, "`3#1,6#3` has more than one `#`"),
    ("cron(0 2 ? * 3#1,6#3 *)", {"service": "eventbridge"}, "PR4012", 14, "`3#1,6#3` has more than one `#`"),
]


@pytest.mark.parametrize(("text", "options", "code", "column", "message"), REFUSED)
def test_a_refusal_says_what_and_points_at_the_field(text, options, code, column, message):
    with pytest.raises(ScheduleError) as refused:
        parse(text, **options)
    error = refused.value
    assert error.where is not None
    assert (error.code, error.where.column, error.message) == (code, column, message)
    assert error.where.text == text
    assert code in CODES
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301, our own bytes


ZONES_REFUSED = [
    ("europe/lndon", "did you mean `Europe/London`?"),
    ("../../etc/passwd", None),
    ("posixrules", None),
    ("Europe", None),
    ("Mars/Olympus\n", None),
]


@pytest.mark.parametrize(("zone", "hint"), ZONES_REFUSED)
def test_an_unknown_zone_names_the_closest_one(zone, hint):
    with pytest.raises(ScheduleError) as refused:
        parse("rate(7 days)", zone=zone)
    assert refused.value.code == "PR4010"
    assert hint is None or refused.value.hint == hint


def test_a_text_longer_than_aws_takes_and_a_text_that_cannot_be_printed_are_refused_in_one_line():
    with pytest.raises(ScheduleError, match=r"the schedule has 300 characters, AWS takes 256 \[PR4011\]"):
        parse("cron(" + "0" * 294 + ")")
    with pytest.raises(ScheduleError) as refused:
        parse("cron(0 2\n? * SUN *)")
    assert "\n" not in refused.value.message


@pytest.mark.parametrize("question", ["next", "previous"])
def test_an_instant_without_a_zone_is_refused(question):
    with pytest.raises(ScheduleError, match="PR4013"):
        getattr(parse("rate(7 days)"), question)(datetime(2026, 1, 1))  # noqa: DTZ001, that is the point


ONLY_EVENTBRIDGE = [
    ("rate(1 minute)", "2026-11-24T00:01Z"),
    ("cron(0 2 LW * ? *)", "2026-11-30T02:00Z"),
    ("cron(0 2 L-3 * ? *)", "2026-11-27T02:00Z"),
]


@pytest.mark.parametrize(("text", "run"), ONLY_EVENTBRIDGE)
def test_what_only_eventbridge_takes(text, run):
    assert parse(text, service="eventbridge").next(at("2026-11-24T00:00Z")) == at(run)


@given(
    st.text(max_size=60) | st.text("cronateL#W?*/,-() 0123456789SUNMO", max_size=60).map(lambda body: f"cron({body})")
)
def test_no_text_does_anything_but_parse_or_be_refused(text):
    for grammar in ("ssm", "eventbridge"):
        try:
            schedule = parse(text, service=grammar)
        except ScheduleError as refused:
            assert refused.code in CODES  # noqa: PT017, both outcomes are right
        else:
            assert schedule.describe()


@pytest.mark.parametrize("zone", ["UTC", "Europe/London"])
@pytest.mark.parametrize("text", ["cron(0/15 * * * ? *)", "cron(0 2 ? * * *)", "cron(0 2 ? * MON,THU *)"])
def test_ten_thousand_runs_take_less_than_half_a_second(text, zone):
    schedule = parse(text, zone=zone)
    begun = time.process_time()
    runs = sum(1 for _ in islice(schedule.between(at("2026-01-01T00:00Z"), LATER), 10_000))
    assert runs == 10_000
    assert time.process_time() - begun < 0.5
