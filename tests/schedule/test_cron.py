"""Laws of crons, against a checker that shares nothing with the package: one look at one minute, field by field."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from patchrules.schedule.expressions import parse

LATER = datetime(2199, 12, 31, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


NAMES = {name: str(number) for number, name in enumerate(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"], start=1)}
NAMES |= {name.upper(): str(number) for number, name in enumerate(calendar.month_abbr) if name}


def matches(text: str, instant: datetime, zone: ZoneInfo) -> bool:
    """Say whether a cron runs at an instant: its wall time matches, or a skipped one that became this instant does."""
    local = instant.astimezone(zone)
    if local.fold:  # a repeated wall time runs the first time only
        return False
    wall = local.replace(tzinfo=None)
    if wall_matches(text, wall):
        return True
    before = (instant - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None) + timedelta(seconds=1)
    return any(
        wall_matches(text, before + timedelta(minutes=skipped))
        for skipped in range(int((wall - before).total_seconds() // 60))
    )


def wall_matches(text: str, wall: datetime) -> bool:
    """Say whether a wall time matches all fields."""
    fields = text.removeprefix("cron(").removesuffix(")").upper()
    for name, number in NAMES.items():
        fields = fields.replace(name, number)
    minute, hour, day, month, weekday, year = fields.split()
    return (
        wall.second == 0
        and in_field(minute, wall.minute, 0, 59)
        and in_field(hour, wall.hour, 0, 23)
        and in_field(month, wall.month, 1, 12)
        and in_field(year, wall.year, 1970, 2199)
        and (day_matches(day, wall) if weekday == "?" else weekday_matches(weekday, wall))
    )


def in_field(field: str, value: int, low: int, high: int) -> bool:
    """Say whether one number is in a field of lists, ranges and steps."""
    for part in field.split(","):
        head, _, step = part.partition("/")
        first, _, last = (f"{low}-{high}" if head == "*" else head).partition("-")
        begin = int(first)
        end = int(last) if last else (high if step else begin)
        ring = list(range(low, high + 1)) * 2
        run = ring[begin - low : ring.index(end, begin - low) + 1]
        if value in run[:: int(step or 1)]:
            return True
    return False


def day_matches(field: str, wall: datetime) -> bool:
    """Say whether a wall time's day matches a day-of-month field."""
    last = calendar.monthrange(wall.year, wall.month)[1]
    if field == "L":
        return wall.day == last
    if field.endswith("W"):
        target = int(field[:-1])
        workdays = [day for day in range(1, last + 1) if calendar.weekday(wall.year, wall.month, day) < 5]
        return target <= last and wall.day == min(workdays, key=lambda day: abs(day - target))
    return in_field(field, wall.day, 1, 31)


def weekday_matches(field: str, wall: datetime) -> bool:
    """Say whether a wall time's day matches a day-of-week field."""
    weekday = int(wall.strftime("%w")) + 1
    if "#" in field:
        day, _, which = field.partition("#")
        return weekday == int(day) and which == str((wall.day - 1) // 7 + 1)
    if field == "L":
        return weekday == 7
    if field.endswith("L"):
        return weekday == int(field[:-1]) and (wall + timedelta(days=7)).month != wall.month
    return in_field(field, weekday, 1, 7)


def field(low: int, high: int, *, width: int = 1) -> st.SearchStrategy[str]:
    """Draw a field of numbers."""
    number = st.integers(low, high).map(lambda value: str(value).zfill(width))
    step = st.integers(1, max(1, (high - low) // 2)).map(str)
    one = st.one_of(
        number,
        st.tuples(number, number).map("-".join),
        st.tuples(number, step).map("/".join),
        step.map(lambda value: f"*/{value}"),
    )
    return st.one_of(st.just("*"), one, st.lists(one, min_size=2, max_size=3).map(",".join))


YEARS = st.one_of(st.just("*"), st.sampled_from(["2011-2018", "2018/2", "2026,2027", "2019-2199", "*/4"]))
WEEKDAY = st.integers(1, 7).map(str) | st.sampled_from(["SUN", "tue", "Fri"])
DAYS = st.one_of(
    st.tuples(field(1, 31), st.just("?")),
    st.tuples(st.sampled_from(["L", "1W", "15W", "30W", "31W", "29", "31"]), st.just("?")),
    st.tuples(st.just("?"), field(1, 7)),
    st.tuples(st.just("?"), st.tuples(WEEKDAY, st.integers(1, 5).map(str)).map("#".join)),
    st.tuples(st.just("?"), WEEKDAY.map(lambda day: f"{day}L") | st.sampled_from(["L", "MON-FRI", "SAT,SUN"])),
)


@st.composite
def crons(draw: st.DrawFn, *, dense: bool = False) -> str:
    """Draw a cron; a dense one runs on most days."""
    minute, hour = draw(field(0, 59)), draw(field(0, 23, width=2))
    day, weekday = ("*", "?") if dense else draw(DAYS)
    month, year = ("*", "*") if dense else (draw(field(1, 12)), draw(YEARS))
    return f"cron({minute} {hour} {day} {month} {weekday} {year})"


# Weeks in which clocks change, in zones that change them differently; Sao Paulo changed its rules in 2019.
CHANGES = [
    ("Europe/London", "2026-03-26T00:00Z"),
    ("Europe/London", "2026-10-22T00:00Z"),
    ("America/New_York", "2026-03-05T00:00Z"),
    ("America/New_York", "2026-10-29T00:00Z"),
    ("Australia/Lord_Howe", "2026-04-02T00:00Z"),
    ("Australia/Lord_Howe", "2026-10-01T00:00Z"),
    ("America/Sao_Paulo", "2018-11-01T00:00Z"),
    ("America/Sao_Paulo", "2019-02-13T00:00Z"),
    ("Pacific/Apia", "2011-12-27T00:00Z"),
    ("UTC", "2028-02-26T00:00Z"),
]
instants = st.builds(
    lambda week, seconds: (week[0], at(week[1]) + timedelta(seconds=seconds)),
    st.sampled_from(CHANGES),
    st.integers(0, 6 * 86400).map(lambda seconds: seconds // 900 * 900) | st.integers(0, 6 * 86400),
)


@given(crons(), instants)
@example("cron(30 1 ? * * *)", ("Europe/London", at("2026-10-25T01:10Z")))
@example("cron(0 0 1 * ? *)", ("Pacific/Apia", at("2011-12-30T10:00Z")))
def test_runs_come_after_match_the_fields_and_agree_backwards(text, place):
    zone, start = place
    schedule = parse(text, zone=zone)
    run = schedule.next(start)
    if run is None:
        return
    assert run > start
    assert matches(text, run, ZoneInfo(zone))
    assert schedule.previous(run + timedelta(seconds=1)) == run
    before = schedule.previous(run)
    assert before is None or (before <= start and schedule.next(before) == run)
    assert schedule.previous(start) == (before if before != start else schedule.previous(before))
    following = list(islice(schedule.between(start, LATER), 5))
    assert all(one < other for one, other in pairwise(following))
    assert following[0] in {start, run}
    assert all(matches(text, each, ZoneInfo(zone)) for each in following)


@given(crons(dense=True), instants)
def test_no_minute_that_matches_is_left_out(text, place):
    zone, start = place
    start = start.replace(second=0)
    end = start + timedelta(hours=8)
    clock = ZoneInfo(zone)
    minutes = (start + timedelta(minutes=minute) for minute in range(8 * 60))
    assert list(parse(text, zone=zone).between(start, end)) == [each for each in minutes if matches(text, each, clock)]


@given(crons(), st.integers(1, 6), instants)
def test_an_offset_moves_the_next_match_and_nothing_else(text, offset, place):
    zone, start = place
    match = parse(text, zone=zone).next(start)
    run = parse(text, zone=zone, offset=offset).next(start)
    if match is None:
        assert run is None
        return
    assert run is not None
    assert abs((run - match) - timedelta(days=offset)) <= timedelta(hours=25)
    assert run > start
