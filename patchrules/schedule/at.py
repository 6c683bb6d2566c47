"""``at(2026-12-31T23:00:00)``: one run (SEMANTICS 8.3)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from patchrules.schedule.fields import YEAR, Token
from patchrules.schedule.quoting import quoted

_FORM = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)", re.ASCII)
_ZONED = re.compile(r".*T.*(Z|[+-]\d\d:?\d\d)")


@dataclass(frozen=True, slots=True)
class At:
    """The wall time of the only run, read in the schedule's zone (DECISIONS 28)."""

    wall: datetime


def at_of(text: str) -> At:
    """Return the wall time in ``text``, which begins with ``at(`` and ends with ``)``.

    Raises ScheduleError PR4008 when it is not ``YYYY-MM-DDThh:mm:ss`` or no such day exists.

    >>> print(at_of("at(2020-07-07T15:55:00)").wall)
    2020-07-07 15:55:00
    """
    start = len("at(")
    token = Token(text[start:-1], start + 1, text)
    match = _FORM.fullmatch(token.text)
    if not match:
        zoned = _ZONED.fullmatch(token.text)
        hint = (
            "leave the offset out: the window's zone says where" if zoned else "for example `at(2026-12-31T23:00:00)`"
        )
        raise token.refused(f"`{quoted(token.text)}` is not YYYY-MM-DDThh:mm:ss", code="PR4008", hint=hint)
    year, month, day, hour, minute, second = (int(group) for group in match.groups())
    if not YEAR.low <= year <= YEAR.high:
        raise token.refused(f"the year {year} is not {YEAR.allowed}", code="PR4008")
    try:
        return At(datetime(year, month, day, hour, minute, second))  # noqa: DTZ001, wall time
    except ValueError:
        raise token.refused(f"`{token.text}` is no date and time of any calendar", code="PR4008") from None
