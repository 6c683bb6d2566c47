"""When the events of a calendar happen between two instants; the one place that knows dateutil (RFC 5545 3.8.5).

INVARIANT: days and weekdays of the Gregorian calendar repeat every 400 years. dateutil follows a rule that never
matches until the year 9999, so rules are asked ``_CYCLES`` years later than they are meant, which ends such a search
soon.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from dateutil.rrule import rrule, rrulestr

from patchrules.schedule.ical import Event, Moment, Property
from patchrules.schedule.quoting import quoted
from patchrules.schedule.zones import instant_of

_CYCLES = 400 * 19
_DAY = timedelta(days=1)
_LAST_UNTIL = 2300
_MOST_RULE = 1000
_COARSE = {"YEARLY", "MONTHLY", "WEEKLY", "DAILY"}
_BY = {"BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS"}
_KNOWN = {"FREQ", "UNTIL", "COUNT", "INTERVAL", "WKST"} | _BY
_UNTIL = re.compile(r"(\d{8})(T\d{6}(Z?))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, ``end`` not included, and the event it belongs to."""

    start: datetime
    end: datetime
    label: str = ""


def spans_of(events: Sequence[Event], start: datetime, end: datetime) -> Iterator[Span]:
    """Yield, in no order, when events happen that touch the time from ``start`` to ``end`` (aware UTC).

    An event with a RECURRENCE-ID stands for that one occurrence of the event with its UID; cancelled ones do not
    happen. Raises ScheduleError PR4204 for a recurrence that we do not take.
    """
    replaced: dict[str, list[Moment]] = {}
    for event in events:
        if event.replaces is not None:
            replaced.setdefault(event.uid, []).append(event.replaces)
    for event in events:
        if not event.cancelled:
            away = replaced.get(event.uid, []) if event.replaces is None else []
            yield from _happenings(event, start, end, [*event.exdates, *away])


def _happenings(event: Event, start: datetime, end: datetime, away: Sequence[Moment]) -> Iterator[Span]:
    """Yield when one event happens, those in ``away`` left out."""
    excluded = {instant_of(moment.wall, moment.zone) for moment in away}
    # An EXDATE may be a bare date although the event has a time: it means that day's occurrence.
    days = {moment.wall.date() for moment in away if moment.is_date}
    for moment in _starts(event, start - event.nominal - event.exact - 2 * _DAY, end + _DAY):
        begins = instant_of(moment.wall, moment.zone)
        ends = instant_of(moment.wall + event.nominal, moment.zone) + event.exact
        if (
            begins < ends
            and begins < end
            and ends > start
            and begins not in excluded
            and moment.wall.date() not in days
        ):
            yield Span(begins, ends, event.label)


def _starts(event: Event, start: datetime, end: datetime) -> Iterator[Moment]:
    """Yield the wall times at which an event starts, roughly between two instants."""
    yield from event.rdates
    yield event.start
    if event.rrule is not None:
        rule = _rule(event.rrule, event.start)
        first, last = (_later(moment.replace(tzinfo=None, microsecond=0)) for moment in (start, end))
        for wall in rule.between(first, last, inc=True):
            yield Moment(wall.replace(year=wall.year - _CYCLES), event.start.zone, event.start.is_date)


def _rule(line: Property, start: Moment) -> rrule:
    """Return dateutil's rule for an RRULE line, ``_CYCLES`` years later than it is meant."""
    parts = _parts(line)
    until = parts.pop("UNTIL", None)
    ends = f";UNTIL={_until(line, until, start)}" if until is not None else ""
    text = ";".join(f"{key}={value}" for key, value in parts.items()) + (ends if _matters(until) else "")
    try:
        # forceset=False and a single RRULE: the answer is a rule, never a set.
        return cast("rrule", rrulestr(text, dtstart=_later(start.wall), forceset=False))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as fault:
        raise line.refused(f"the recurrence cannot be read: {quoted(str(fault))}", code="PR4204") from None


def check(events: Sequence[Event]) -> None:
    """Refuse every recurrence that we do not take, before a question is asked; raises ScheduleError PR4204."""
    for event in events:
        if event.rrule is not None:
            _rule(event.rrule, event.start)


def _parts(line: Property) -> dict[str, str]:
    """Return the parts of an RRULE; refuse what is finer than a day, which no freeze needs and which takes for ever."""
    if len(line.value) > _MOST_RULE:
        raise line.refused(f"the recurrence is longer than {_MOST_RULE} characters", code="PR4202")
    parts: dict[str, str] = {}
    for part in line.value.strip().rstrip(";").split(";"):
        key, equals, value = part.upper().partition("=")
        if not equals or key not in _KNOWN or key in parts:
            raise line.refused(f"`{quoted(part)}` is not a part of a recurrence that we read", code="PR4204")
        parts[key] = value
    if parts.get("FREQ") not in _COARSE:
        hint = "the frequencies are DAILY, WEEKLY, MONTHLY and YEARLY"
        raise line.refused(f"the frequency is `{quoted(parts.get('FREQ', ''))}`", code="PR4204", hint=hint)
    if "UNTIL" in parts and "COUNT" in parts:
        raise line.refused("the recurrence has both UNTIL and COUNT", code="PR4204")
    for key in ("INTERVAL", "COUNT"):
        if key in parts and not re.fullmatch(r"0*[1-9]\d{0,5}", parts[key], re.ASCII):
            raise line.refused(f"{key} is not a positive number: `{quoted(parts[key])}`", code="PR4204")
    return parts


def _matters(until: str | None) -> bool:
    """Say whether UNTIL is near enough to end anything."""
    return until is not None and int(until[:4]) < _LAST_UNTIL


def _until(line: Property, text: str, start: Moment) -> str:
    """Return UNTIL as a wall time of the event's zone; RFC 5545 writes it in UTC when the event has a zone."""
    match = _UNTIL.fullmatch(text)
    if not match:
        raise line.refused(f"`{quoted(text)}` is not an UNTIL of RFC 5545", code="PR4204")
    try:
        wall = datetime.fromisoformat(match.group(1) + (match.group(2) or "T235959").removesuffix("Z"))
    except ValueError:
        raise line.refused(f"`{quoted(text)}` is no day of any calendar", code="PR4204") from None
    if match.group(3) and _matters(text):
        wall = wall.replace(tzinfo=UTC).astimezone(start.zone).replace(tzinfo=None)
    return f"{_later(wall):%Y%m%dT%H%M%S}" if _matters(text) else ""


def _later(wall: datetime) -> datetime:
    """Return the same day of the week and of the year, a whole number of 400-year cycles later."""
    return wall.replace(year=wall.year + _CYCLES)
