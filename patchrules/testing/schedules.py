"""Strategies for AWS's schedule expressions."""

from __future__ import annotations

from datetime import datetime

from hypothesis import strategies as st

from patchrules.schedule.examples import EXAMPLES

_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


def schedules() -> st.SearchStrategy[str]:
    """Draw a schedule that AWS takes: ``cron(...)``, ``rate(...)`` or ``at(...)``.

    The days of the month and of the week are the hard ones: the last, the nearest weekday, the nth of a month.

    >>> from hypothesis import given
    >>> @given(schedules())
    ... def test_a_schedule(text):
    ...     assert text.startswith(("cron(", "rate(", "at("))
    >>> test_a_schedule()
    """
    return st.one_of(_crons(), _rates(), _instants(), st.sampled_from([one.schedule for one in EXAMPLES]))


def _crons() -> st.SearchStrategy[str]:
    """Draw a cron expression: of day of the month and day of the week one is always ``?``."""
    name = st.sampled_from(_DAYS)
    weekday = st.one_of(
        name, st.builds("{}#{}".format, name, st.integers(1, 5)), name.map("{}L".format), st.just("MON-FRI")
    )
    day = st.one_of(st.integers(1, 31).map(str), st.just("L"), st.integers(1, 28).map("{}W".format), st.just("*"))
    days = st.tuples(st.just("?"), weekday) | st.tuples(day, st.just("?"))
    return st.builds(
        lambda minute, hour, pair: f"cron({minute} {hour} {pair[0]} * {pair[1]} *)",
        st.sampled_from((0, 30, 59)),
        st.integers(0, 23),
        days,
    )


def _rates() -> st.SearchStrategy[str]:
    """Draw a rate; one of a unit is said in the singular, and nothing runs more often than every 5 minutes."""
    fastest = {"minute": 5, "hour": 1, "day": 1}
    numbers = st.sampled_from(list(fastest)).flatmap(
        lambda unit: st.tuples(st.integers(fastest[unit], 30), st.just(unit))
    )
    return numbers.map(lambda one: f"rate({one[0]} {one[1]}{'s' if one[0] > 1 else ''})")


def _instants() -> st.SearchStrategy[str]:
    """Draw a single instant."""
    dates = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1))  # noqa: DTZ001 - the zone is the window's
    return dates.map(lambda instant: f"at({instant:%Y-%m-%dT%H:%M:%S})")
