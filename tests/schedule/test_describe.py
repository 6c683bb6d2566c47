"""A schedule in plain English: whole sentences, and the weekdays they name are the weekdays of the runs."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchrules.schedule.examples import EXAMPLES
from patchrules.schedule.expressions import parse

WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2199, 1, 1, tzinfo=UTC)

SENTENCES = [
    ("cron(0 2 ? * THU#3 *)", None, "at 02:00 on the third Thursday of every month (UTC)"),
    ("cron(15 10 ? * * *)", None, "at 10:15 every day (UTC)"),
    ("cron(0 2 L * ? *)", None, "at 02:00 on the last day of every month (UTC)"),
    ("cron(15 10 ? * 6L *)", None, "at 10:15 on the last Friday of every month (UTC)"),
    ("cron(24 30 09 ? * * *)", None, "at 09:30:24 every day (UTC)"),
    ("cron(0/15 * * * ? *)", None, "every 15 minutes, every day (UTC)"),
    ("cron(* * 1 1 ? 2027)", None, "every minute, day 1 of January, in 2027 (UTC)"),
    ("cron(0/5 8-17 ? * MON-FRI *)", None, "every 5 minutes from 08:00 to 17:55, Monday to Friday (UTC)"),
    ("cron(0/30 22-4 * * ? *)", None, "every 30 minutes in hours 22 to 04, every day (UTC)"),
    ("cron(5 * * * ? *)", None, "minute 05 of every hour, every day (UTC)"),
    ("cron(0 * * * ? *)", None, "minute 00 of every hour, every day (UTC)"),
    ("cron(5,10 8-17 * * ? *)", None, "minutes 05 and 10 of hours 08 to 17, every day (UTC)"),
    ("cron(* 0/10 * * * ? *)", None, "every second of minutes 00, 10, 20, 30, 40 and 50, every day (UTC)"),
    ("cron(0 8 1,15 * ? *)", None, "at 08:00 on days 1 and 15 of every month (UTC)"),
    ("cron(0 8 1,2,3,4 * ? *)", None, "at 08:00 on days 1 to 4 of every month (UTC)"),
    ("cron(0 8 15W 6 ? *)", None, "at 08:00 on the weekday (Monday to Friday) nearest to day 15 of June (UTC)"),
    ("cron(0 1 ? * FRI-MON *)", None, "at 01:00 on Friday to Monday (UTC)"),
    ("cron(0 1 ? * MON-SUN 2026-2030)", None, "at 01:00 every day, in 2026 to 2030 (UTC)"),
    ("cron(0 1 ? JUN,JUL MON,WED,FRI *)", None, "at 01:00 on Monday, Wednesday and Friday in June and July (UTC)"),
    ("cron(0 1 ? * L *)", None, "at 01:00 every Saturday (UTC)"),
    ("cron(0 1 ? * 1 *)", None, "at 01:00 every Sunday (UTC)"),
    ("cron(0 1 ? 12 * *)", None, "at 01:00 every day in December (UTC)"),
    ("cron(30 23 ? * TUE#3 *)", 2, "at 23:30, 2 days after the third Tuesday of every month (a Thursday) (UTC)"),
    ("cron(0 3 ? * SAT *)", 1, "at 03:00, 1 day after every Saturday (a Sunday) (UTC)"),
    ("cron(0 3 * * ? *)", 1, "at 03:00, 1 day after each day (UTC)"),
    ("cron(0 21 31 2 ? *)", None, "never: no month has such a day"),
    ("rate(7 days)", None, "every 7 days"),
    ("rate(1 hour)", None, "every hour"),
    ("at(2020-07-07T15:55:00)", None, "once, on Tuesday 2020-07-07 at 15:55 (UTC)"),
]


@pytest.mark.parametrize(("text", "offset", "sentence"), SENTENCES)
def test_the_sentence(text, offset, sentence):
    assert parse(text, offset=offset).describe() == sentence


ONLY_EVENTBRIDGE = [
    ("cron(0 3 LW * ? *)", "at 03:00 on the last weekday (Monday to Friday) of every month (UTC)"),
    ("cron(0 3 L-1 * ? *)", "at 03:00 on the day before the last day of every month (UTC)"),
    ("cron(0 3 L-3 * ? *)", "at 03:00 on the day 3 days before the last day of every month (UTC)"),
]


@pytest.mark.parametrize(("text", "sentence"), ONLY_EVENTBRIDGE)
def test_the_sentence_of_eventbridge(text, sentence):
    assert parse(text, service="eventbridge").describe() == sentence


days = st.integers(1, 7).map(str) | st.sampled_from(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"])
fields = st.one_of(
    days,
    st.tuples(days, days).map("-".join),
    st.lists(days, min_size=2, max_size=4).map(",".join),
    st.tuples(days, st.integers(1, 5).map(str)).map("#".join),
    days.map(lambda day: f"{day}L"),
    st.tuples(days, st.integers(1, 7).map(str)).map("/".join),
    st.just("L"),
)


def named(sentence: str) -> set[str]:
    """Return the weekdays that a sentence names, ranges spelled out."""
    found = set(re.findall("|".join(WEEKDAYS), sentence))
    for first, last in re.findall(rf"({'|'.join(WEEKDAYS)}) to ({'|'.join(WEEKDAYS)})", sentence):
        begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last)
        found |= {WEEKDAYS[(begin + ahead) % 7] for ahead in range((end - begin) % 7 + 1)}
    return found or set(WEEKDAYS)


@given(fields)
def test_the_weekdays_it_names_are_the_weekdays_it_runs_on(field):
    schedule = parse(f"cron(0 12 ? * {field} *)")
    runs = islice(schedule.between(START, END), 60)
    assert named(schedule.describe()) == {f"{run:%A}" for run in runs}


@given(st.sampled_from(WEEKDAYS), st.integers(1, 6))
def test_the_weekday_an_offset_lands_on_is_the_weekday_it_runs_on(weekday, offset):
    schedule = parse(f"cron(0 12 ? * {weekday[:3]}#2 *)", offset=offset)
    landing = re.findall(r"\(a (\w+)\)", schedule.describe())
    assert landing == [f"{next(schedule.between(START, END)):%A}"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_example_means_what_it_says(example):
    schedule = parse(example.schedule, offset=example.offset)
    assert schedule.describe() == example.means
    assert schedule.next(START) is not None


def test_examples_have_names_of_their_own():
    assert len({example.name for example in EXAMPLES}) == len(EXAMPLES)
