"""A cron expression as AWS means it: the wall times it names, in either direction (SEMANTICS 8.3)."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from patchrules.schedule.days import DayRule, Days, Grammar, days
from patchrules.schedule.fields import HOUR, MINUTE, MONTH, SECOND, YEAR, Kind, Numbers, Part, Token, numbers
from patchrules.schedule.quoting import quoted

_FIELDS = 6
_ON_THE_MINUTE = Numbers((0,), (Part(0, 0),))


@dataclass(frozen=True, slots=True)
class Cron:
    """The fields of a cron expression; ``seconds`` is 0 when the expression has six fields.

    >>> cron = cron_of("cron(0 19 ? * 3#3 *)", Grammar.SSM)
    >>> print(next(cron.walls(datetime(2026, 11, 24))))
    2026-12-15 19:00:00
    """

    seconds: Numbers
    minutes: Numbers
    hours: Numbers
    days: Days
    months: Numbers
    years: Numbers

    def walls(self, bound: datetime, *, down: bool = False) -> Iterator[datetime]:
        """Yield the wall times from ``bound`` on, ascending; with ``down`` from ``bound`` back, descending.

        Both include ``bound``; wall times are naive. Lazy: a step costs a look at the next day that counts.
        """
        beyond = operator.gt if down else operator.lt
        way = -1 if down else 1
        first = bound.date()
        limit = (bound.hour, bound.minute, bound.second)
        for day in self._dates(first, down=down):
            whole = day != first
            for hour in self.hours.values[::way]:
                if not whole and beyond(hour, limit[0]):
                    continue
                for minute in self.minutes.values[::way]:
                    if not whole and beyond((hour, minute), limit[:2]):
                        continue
                    for second in self.seconds.values[::way]:
                        if whole or not beyond((hour, minute, second), limit):
                            yield datetime(day.year, day.month, day.day, hour, minute, second)  # noqa: DTZ001, wall time

    def ever_runs(self) -> bool:
        """Say whether any month has such a day: 31 February has none."""
        return next(self._dates(date.min, down=False), None) is not None

    def _dates(self, bound: date, *, down: bool) -> Iterator[date]:
        """Yield the days that count from ``bound`` on, in either direction."""
        beyond = operator.gt if down else operator.lt
        way = -1 if down else 1
        for year in self.years.values[::way]:
            if beyond(year, bound.year):
                continue
            for month in self.months.values[::way]:
                if beyond((year, month), (bound.year, bound.month)):
                    continue
                for number in self.days.of(year, month)[::way]:
                    day = date(year, month, number)
                    if not beyond(day, bound):
                        yield day


def cron_of(text: str, grammar: Grammar) -> Cron:
    """Return the fields of ``text``, which begins with ``cron(`` and ends with ``)``.

    Six fields: minutes, hours, day-of-month, month, day-of-week, year; Systems Manager also takes seconds in front.
    Raises ScheduleError PR4002 for another number of fields, and what the fields raise.
    """
    start = len("cron(")
    found = re.finditer(r"[^ ]+", text[start:-1])
    tokens = [Token(match.group(), start + match.start() + 1, text) for match in found]
    _check_count(tokens, text, grammar)
    seconds = _numbers(tokens.pop(0), SECOND) if len(tokens) > _FIELDS else _ON_THE_MINUTE
    minute, hour, of_month, month, of_week, year = tokens
    return Cron(
        seconds=seconds,
        minutes=_numbers(minute, MINUTE),
        hours=_numbers(hour, HOUR),
        months=_numbers(month, MONTH),
        days=days(of_month, of_week, grammar),
        years=_numbers(year, YEAR),
    )


def fixed_weekday(cron: Cron) -> int | None:
    """Return AWS's number of the one weekday a cron runs on (1 is Sunday), or None when there are several."""
    if cron.days.rule in {DayRule.NTH, DayRule.LAST_OF}:
        return cron.days.weekday
    single = cron.days.rule is DayRule.WEEKDAYS and len(cron.days.numbers.values) == 1
    return cron.days.numbers.values[0] if single else None


def _check_count(tokens: list[Token], text: str, grammar: Grammar) -> None:
    """Refuse an expression with too few or too many fields."""
    most = _FIELDS + 1 if grammar is Grammar.SSM else _FIELDS
    if _FIELDS <= len(tokens) <= most:
        return
    wanted = "6, or 7 with seconds in front" if grammar is Grammar.SSM else "6, as EventBridge has no seconds"
    hint = "the fields are minutes, hours, day-of-month, month, day-of-week and year" if len(tokens) < _FIELDS else None
    place = tokens[most] if len(tokens) > most else Token("", len(text), text)
    fields = "1 field" if len(tokens) == 1 else f"{len(tokens)} fields"
    raise place.refused(f"cron has {fields}, wanted are {wanted}", code="PR4002", hint=hint)


def _numbers(token: Token, kind: Kind) -> Numbers:
    """Return a field of numbers; refuse the wildcards of the day fields."""
    if "?" in token.text or "#" in token.text:
        wildcard = "?" if "?" in token.text else "#"
        raise token.refused(f"`{wildcard}` does not belong in {kind.name}: `{quoted(token.text)}`", code="PR4004")
    return numbers(token, kind)
