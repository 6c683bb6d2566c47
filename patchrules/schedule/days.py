"""The two day fields of a cron expression: which days of a given month they mean (SEMANTICS 8.3, DECISIONS 28)."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from patchrules.schedule.fields import DAY, WEEKDAY, Kind, Numbers, Part, Token, number, numbers
from patchrules.schedule.quoting import quoted

_SATURDAY, _SUNDAY = 5, 6
_MOST_WEEKS = 5
_NO_NUMBERS = Numbers((), ())


class Grammar(StrEnum):
    """Whose expressions: SSM's, or EventBridge's, with ``LW``, ``L-n`` and ``rate(1 minute)``, but no seconds."""

    SSM = "ssm"
    EVENTBRIDGE = "eventbridge"


class DayRule(StrEnum):
    """The ways to say a day; ``n`` is the number they need."""

    EVERY = "every day"
    DAYS = "days n of the month"
    LAST = "the last day of the month"
    BEFORE_LAST = "n days before the last day of the month"
    NEAREST = "the weekday nearest to day n"
    LAST_WORKDAY = "the last weekday of the month"
    WEEKDAYS = "weekdays n"
    NTH = "the n-th of a weekday"
    LAST_OF = "the last of a weekday"


@dataclass(frozen=True, slots=True)
class Days:
    """A rule that says which days of a month count.

    ``numbers`` holds days (DAYS) or weekdays (WEEKDAYS); ``weekday`` is AWS's number, 1 is Sunday; ``n`` is as in
    :class:`DayRule`.

    >>> Days(DayRule.NTH, weekday=3, n=2).of(2026, 12)  # Patch Tuesday
    (8,)
    """

    rule: DayRule
    numbers: Numbers = _NO_NUMBERS
    weekday: int = 0
    n: int = 0

    def of(self, year: int, month: int) -> tuple[int, ...]:
        """Return the days of that month, ascending; none when the month has no such day."""
        last = calendar.monthrange(year, month)[1]
        match self.rule:
            case DayRule.EVERY:
                found = list(range(1, last + 1))
            case DayRule.DAYS:
                found = [day for day in self.numbers.values if day <= last]
            case DayRule.LAST:
                found = [last]
            case DayRule.BEFORE_LAST:
                found = [last - self.n]
            case DayRule.NEAREST:
                found = [_nearest_workday(year, month, self.n, last)] if self.n <= last else []
            case DayRule.LAST_WORKDAY:
                found = [_nearest_workday(year, month, last, last)]
            case DayRule.WEEKDAYS:
                first = _aws_weekday(year, month, 1)
                starts = [1 + (weekday - first) % 7 for weekday in self.numbers.values]
                found = sorted(day for start in starts for day in range(start, last + 1, 7))
            case DayRule.NTH:
                found = [1 + (self.weekday - _aws_weekday(year, month, 1)) % 7 + 7 * (self.n - 1)]
            case _:  # LAST_OF
                found = [last - (_aws_weekday(year, month, last) - self.weekday) % 7]
        return tuple(day for day in found if 1 <= day <= last)


def _aws_weekday(year: int, month: int, day: int) -> int:
    """Return 1 for Sunday up to 7 for Saturday."""
    return (date(year, month, day).weekday() + 1) % 7 + 1


def _nearest_workday(year: int, month: int, day: int, last: int) -> int:
    """Return the Monday to Friday nearest to ``day`` without leaving the month (Q28, EventBridge's wording)."""
    weekday = date(year, month, day).weekday()
    if weekday == _SATURDAY:
        return day - 1 if day > 1 else day + 2
    if weekday == _SUNDAY:
        return day + 1 if day < last else day - 2
    return day


def days(of_month: Token, of_week: Token, grammar: Grammar) -> Days:
    """Return what the day-of-month and the day-of-week field mean together.

    Exactly one of them must be ``?``. Raises ScheduleError PR4005 when that is not so, PR4003 and PR4004 for what a
    field does not take, PR4012 for ``LW`` and ``L-n``, which only EventBridge takes, and for several ``#``, which
    nobody does.

    >>> days(Token("?", 1, ""), Token("L", 1, ""), Grammar.SSM).numbers.values  # a bare L is Saturday
    (7,)
    """
    if of_week.text == "?" and of_month.text == "?":
        raise of_week.refused("both day fields are `?`", code="PR4005", hint="exactly one of them must be `?`")
    if of_week.text == "?":
        return _of_month(of_month, grammar)
    if of_month.text == "?":
        return _of_week(of_week)
    hint = "exactly one of day-of-month and day-of-week must be `?`"
    raise of_week.refused("both day fields have a value", code="PR4005", hint=hint)


def _of_month(token: Token, grammar: Grammar) -> Days:
    """Return what a day-of-month field means."""
    text = token.text.upper()
    if text == "*":
        return Days(DayRule.EVERY)
    if text == "L":
        return Days(DayRule.LAST)
    if text == "LW":
        _only_eventbridge(token, grammar)
        return Days(DayRule.LAST_WORKDAY)
    if text.startswith("L-"):
        _only_eventbridge(token, grammar)
        return Days(DayRule.BEFORE_LAST, n=number(token.cut(2), Kind("days before the last", 1, 30)))
    if text.endswith("W"):
        return Days(DayRule.NEAREST, n=number(token.cut(0, -1), DAY))
    if "L" in text or "W" in text:
        raise token.refused(
            f"`{quoted(token.text)}` mixes `L` or `W` with other days",
            code="PR4004",
            hint="`L` stands alone, and `W` follows one day: `15W`",
        )
    _no(token, "#", "day-of-month")
    return Days(DayRule.DAYS, numbers(token, DAY))


def _of_week(token: Token) -> Days:
    """Return what a day-of-week field means."""
    text = token.text.upper()
    if text == "*":
        return Days(DayRule.EVERY)
    if text == "L":
        return Days(DayRule.WEEKDAYS, Numbers((WEEKDAY.high,), (Part(WEEKDAY.high, WEEKDAY.high),)))
    if text.count("#") > 1:
        hint = "AWS takes one `#`; make a window for each"
        raise token.refused(f"`{quoted(token.text)}` has more than one `#`", code="PR4012", hint=hint)
    if "#" in text:
        weekday, which = token.split("#")
        return Days(DayRule.NTH, weekday=number(weekday, WEEKDAY), n=number(which, Kind("week", 1, _MOST_WEEKS)))
    if text.endswith("L"):
        return Days(DayRule.LAST_OF, weekday=number(token.cut(0, -1), WEEKDAY))
    return Days(DayRule.WEEKDAYS, numbers(token, WEEKDAY))


def _only_eventbridge(token: Token, grammar: Grammar) -> None:
    """Refuse what maintenance windows do not take."""
    if grammar is Grammar.SSM:
        raise token.refused(f"`{quoted(token.text)}` works in EventBridge, not in Systems Manager", code="PR4012")


def _no(token: Token, wildcard: str, name: str) -> None:
    """Refuse a wildcard that belongs to another field."""
    if wildcard in token.text:
        raise token.refused(f"`{wildcard}` does not belong in {name}", code="PR4004")
