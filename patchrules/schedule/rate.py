"""``rate(7 days)``: a run, and another every interval (SEMANTICS 8.3, 8.5)."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from patchrules.schedule.days import Grammar
from patchrules.schedule.fields import Token
from patchrules.schedule.quoting import quoted
from patchrules.schedule.zones import LATEST

_UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
_FASTEST = {Grammar.SSM: timedelta(minutes=5), Grammar.EVENTBRIDGE: timedelta(minutes=1)}
_LONGEST = timedelta(days=366 * 100)
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Rate:
    """An interval, and the instant its runs count from; None means from the instant a question is asked about."""

    count: int
    unit: str
    anchor: datetime | None = None

    @property
    def interval(self) -> timedelta:
        """Return the time from one run to the next."""
        return self.count * _UNITS[self.unit]

    def anchored(self, anchor: datetime) -> Rate:
        """Return this rate counting from ``anchor``, whose instant is the first run."""
        return dataclasses.replace(self, anchor=anchor)

    def runs(self, start: datetime, *, strictly: bool) -> Iterator[datetime]:
        """Yield the runs from ``start`` on, ``start`` itself excluded when ``strictly``."""
        anchor = start if self.anchor is None else self.anchor
        steps = max(0, -((anchor - start) // self.interval))
        run = anchor + steps * self.interval
        if strictly and run == start:
            run += self.interval
        while run < LATEST:
            yield run
            run += self.interval

    def before(self, before: datetime) -> datetime | None:
        """Return the last run before ``before``, or None when the anchor is not before it."""
        if self.anchor is None:
            return before - self.interval
        steps = -((self.anchor - before) // self.interval) - 1
        return self.anchor + steps * self.interval if steps >= 0 else None


def rate_of(text: str, grammar: Grammar) -> Rate:
    """Return the rate in ``text``, which begins with ``rate(`` and ends with ``)``.

    Raises ScheduleError PR4006 when it is not a positive number and a unit, singular for 1 and plural else, PR4007 when
    it is faster than the service runs.

    >>> rate_of("rate(7 days)", Grammar.SSM).interval.days
    7
    """
    start = len("rate(")
    tokens = [Token(m.group(), start + m.start() + 1, text) for m in re.finditer(r"[^ ]+", text[start:-1])]
    if len(tokens) != len(("number", "unit")):
        place = tokens[2] if tokens[2:] else Token("", len(text), text)
        raise place.refused("a rate is a number and a unit", code="PR4006", hint="for example `rate(7 days)`")
    count, unit = _count(tokens[0]), tokens[1]
    singular = unit.text.removesuffix("s")
    if singular not in _UNITS or unit.text not in {singular, f"{singular}s"}:
        hint = "units are minute, hour and day, in lower case, with an `s` when there are several"
        raise unit.refused(f"`{quoted(unit.text)}` is not a unit of a rate", code="PR4006", hint=hint)
    right = singular if count == 1 else f"{singular}s"
    if unit.text != right:
        raise unit.refused(
            f"the unit does not agree with {count}: `{unit.text}`", code="PR4006", hint=f"write `{right}`"
        )
    rate = Rate(count, singular)
    _check_speed(rate, tokens[0], grammar)
    return rate


def _count(token: Token) -> int:
    """Return the number of a rate."""
    if not (token.text.isascii() and token.text.isdigit() and len(token.text) <= _DIGITS and int(token.text) > 0):
        raise token.refused(f"`{quoted(token.text)}` is not a positive whole number", code="PR4006")
    return int(token.text)


def _check_speed(rate: Rate, place: Token, grammar: Grammar) -> None:
    """Refuse what the service does not run, and what no calendar holds."""
    fastest = _FASTEST[grammar]
    if rate.interval < fastest:
        minutes = fastest // timedelta(minutes=1)
        raise place.refused(f"Systems Manager runs nothing more often than every {minutes} minutes", code="PR4007")
    if rate.interval > _LONGEST:
        raise place.refused("the rate is longer than 100 years", code="PR4006")
