"""Freeze and allow calendars: when they forbid a run, and the name of the event that does.

Calendars are layered as AWS layers change calendars: a run happens when every one of them lets it. A freeze calendar
forbids the inside of its events, an allow calendar everything else; what counts is the instant a run starts.
"""

from __future__ import annotations

import bisect
import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from patchrules.errors import ScheduleError, Where
from patchrules.model.window import Calendar, CalendarKind, DateRange
from patchrules.schedule.ical import LAST_YEAR, Event, calendar_type, events_of
from patchrules.schedule.quoting import quoted
from patchrules.schedule.recurrences import Span, check, spans_of
from patchrules.schedule.zones import aware, instant_of, zone_named

_MOST_RANGES = 10_000
_DATE_LENGTH = len("2026-12-24")
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Skip:
    """Why a run does not happen: the calendar, and its event, or for an allow calendar that there is none."""

    calendar: str
    label: str

    def __str__(self) -> str:
        """Return calendar and event, or the calendar alone."""
        return f"`{self.calendar}` ({self.label})" if self.label else f"`{self.calendar}`"


@dataclass(frozen=True, slots=True)
class OpenCalendar:
    """A calendar whose texts have been read; made by :func:`open_calendar`.

    Recurrences are worked out one year at a time, only for years that are asked about; ``_years`` remembers them.
    """

    name: str
    kind: CalendarKind
    events: tuple[Event, ...]
    ranges: tuple[Span, ...]
    _years: dict[int, tuple[Span, ...]] = dataclasses.field(default_factory=dict, compare=False, repr=False)

    def spans(self, start: datetime, end: datetime) -> Iterator[Span]:
        """Yield, lazily and ascending, the stretches inside events between two instants; overlaps are merged away."""
        for year in range(start.year, end.year + 1):
            for span in self._year(year):
                if span.start < end and span.end > start:
                    yield Span(max(span.start, start), min(span.end, end), span.label)

    def covering(self, instant: datetime) -> Span | None:
        """Return the stretch of an event that holds ``instant``, or None; cut at the turn of a year in UTC."""
        spans = self._year(instant.year)
        place = bisect.bisect_right(spans, instant, key=lambda span: span.start) - 1
        return spans[place] if place >= 0 and instant < spans[place].end else None

    def skip(self, instant: datetime) -> Skip | None:
        """Return why a run at ``instant`` (aware UTC) does not happen, or None when it may."""
        span = self.covering(instant)
        if self.kind is CalendarKind.FREEZE:
            return Skip(self.name, span.label) if span else None
        return None if span else Skip(self.name, "outside every event")

    def last_open(self, instant: datetime) -> datetime | None:
        """Return the last whole second up to ``instant`` at which a run may happen; looks back a year, then None."""
        earliest = max(instant - timedelta(days=366), datetime(1970, 1, 1, tzinfo=UTC))
        while instant > earliest:
            span = self.covering(instant)
            if (span is None) is (self.kind is CalendarKind.FREEZE):
                return instant
            if span is not None:
                instant = span.start - _SECOND
                continue
            place = bisect.bisect_right(self._year(instant.year), instant, key=lambda span: span.start) - 1
            turn = datetime(instant.year, 1, 1, tzinfo=UTC)
            instant = (self._year(instant.year)[place].end if place >= 0 else turn) - _SECOND
        return None

    def _year(self, year: int) -> tuple[Span, ...]:
        """Return the stretches of one UTC year, apart and ascending."""
        if year not in self._years:
            start, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
            inside = [span for span in self.ranges if span.start < end and span.end > start]
            inside += spans_of(self.events, start, end)
            self._years[year] = tuple(_apart(inside, start, end))
        return self._years[year]


def skips(calendars: Sequence[OpenCalendar], instant: datetime) -> tuple[Skip, ...]:
    """Return every calendar's reason against a run at ``instant`` (aware UTC); none means that it happens.

    >>> freeze = open_calendar(ranges_calendar("year-end", ["2026-12-18/2027-01-03"]))
    >>> [str(skip) for skip in skips([freeze], datetime(2026, 12, 24, tzinfo=UTC))]
    ['`year-end`']
    """
    found = (calendar.skip(instant) for calendar in calendars)
    return tuple(skip for skip in found if skip is not None)


def last_open(calendars: Sequence[OpenCalendar], instant: datetime, *, after: datetime) -> datetime | None:
    """Return the last whole second up to ``instant``, and after ``after``, at which every calendar lets one happen.

    None when there is no such second; a search never goes back further than a year.

    >>> freeze = open_calendar(ranges_calendar("year-end", ["2026-12-18/2027-01-03"]))
    >>> christmas = datetime(2026, 12, 24, tzinfo=UTC)
    >>> print(last_open([freeze], christmas, after=christmas - timedelta(days=30)))
    2026-12-17 23:59:59+00:00
    """
    settled = False
    while not settled:
        settled = True
        for calendar in calendars:
            found = calendar.last_open(instant)
            if found is None or found <= after:
                return None
            settled = settled and found == instant
            instant = found
    return instant if instant > after else None


def open_calendar(calendar: Calendar) -> OpenCalendar:
    """Return ``calendar`` with its texts read.

    Raises ScheduleError PR4010 for the zone, PR4201 to PR4204 for the iCalendar text (see :func:`events_of`), PR4205
    for a range.

    >>> freeze = open_calendar(Calendar("year-end", ranges=(DateRange("2026-12-18", "2027-01-03", "year end"),)))
    >>> print(freeze.skip(datetime(2027, 1, 3, 23, tzinfo=UTC)))
    `year-end` (year end)
    >>> print(freeze.skip(datetime(2027, 1, 4, tzinfo=UTC)))
    None
    """
    zone = zone_named(calendar.zone)
    events = events_of(calendar.ics, calendar.name, zone) if calendar.ics else []
    check(events)
    ranges = tuple(_span(dates, calendar.name, zone) for dates in calendar.ranges)
    return OpenCalendar(calendar.name, calendar.kind, tuple(events), ranges)


def opened(calendars: Iterable[Calendar | OpenCalendar]) -> tuple[OpenCalendar, ...]:
    """Return calendars with their texts read, those that are open already as they are; raises as :func:`open_calendar`.

    >>> [calendar.name for calendar in opened([ranges_calendar("year-end", ["2026-12-18/2027-01-03"])])]
    ['year-end']
    """
    return tuple(one if isinstance(one, OpenCalendar) else open_calendar(one) for one in calendars)


def ics_calendar(name: str, text: str, *, kind: CalendarKind | None = None, zone: str = "UTC") -> Calendar:
    r"""Return the calendar that an iCalendar text is.

    Without ``kind``, AWS Change Calendar's ``X-CALENDAR-TYPE`` decides: DEFAULT_CLOSED is an allow calendar, all else a
    freeze. Raises ScheduleError PR4201 and PR4202 as :func:`events_of` does.

    >>> print(ics_calendar("aws", "BEGIN:VCALENDAR\nX-CALENDAR-TYPE:DEFAULT_CLOSED\nEND:VCALENDAR"))
    aws (allow)
    """
    if kind is None:
        closed = calendar_type(text, name) == "DEFAULT_CLOSED"
        kind = CalendarKind.ALLOW if closed else CalendarKind.FREEZE
    return Calendar(name, kind, ics=text, zone=zone)


def ranges_calendar(
    name: str, ranges: Sequence[object], *, kind: CalendarKind = CalendarKind.FREEZE, zone: str = "UTC"
) -> Calendar:
    """Return the calendar of simple ranges, as a YAML or JSON reader gives them.

    A range is a day (``2026-12-24``), two ends with ``/`` between, or a mapping with ``from``, ``to`` and perhaps
    ``reason``. A date as an end includes that day, an instant does not. Raises ScheduleError PR4202 and PR4205.

    >>> calendar = ranges_calendar("year-end", ["2026-12-24", {"from": "2026-12-30", "to": "2027-01-02"}])
    >>> [str(dates) for dates in calendar.ranges]
    ['2026-12-24 to 2026-12-24', '2026-12-30 to 2027-01-02']
    """
    if len(ranges) > _MOST_RANGES:
        message = f"the calendar has {len(ranges):,} ranges, we read at most {_MOST_RANGES:,}"
        raise ScheduleError(message, code="PR4202", where=Where(file=name))
    found = tuple(_dates(given, name, number) for number, given in enumerate(ranges))
    calendar = Calendar(name, kind, ranges=found, zone=zone)
    open_calendar(calendar)
    return calendar


def _dates(given: object, name: str, number: int) -> DateRange:
    """Return the range that a plain value is."""
    if isinstance(given, Mapping):
        unknown = sorted(str(key) for key in given if key not in {"from", "to", "reason"})
        if not unknown and "from" in given and "to" in given:
            return DateRange(_text(given["from"]), _text(given["to"]), quoted(str(given.get("reason") or "")))
        wrong = f"the key `{quoted(unknown[0])}` is unknown" if unknown else "a range needs `from` and `to`"
    elif isinstance(given, (str, date)):
        since, _, until = _text(given).partition("/")
        return DateRange(since.strip(), (until or since).strip())
    else:
        wrong = f"`{quoted(str(given))}` is not a range"
    hint = "write a date, `2026-12-24/2027-01-02`, or a mapping with from, to and reason"
    raise ScheduleError(wrong, code="PR4205", where=Where(file=name, pointer=f"/{number}"), hint=hint)


def _text(value: object) -> str:
    """Return the text of a date, which a YAML reader may have made a date already."""
    return value.isoformat() if isinstance(value, date) else str(value)


def _span(dates: DateRange, name: str, zone: ZoneInfo) -> Span:
    """Return the instants of a range."""
    start, _ = _end(dates.since, name, zone)
    end, is_date = _end(dates.until, name, zone)
    if is_date:
        end, _ = _end(dates.until, name, zone, later=timedelta(days=1))
    if end <= start:
        message = f"the range ends before it starts: `{quoted(dates.since)}` to `{quoted(dates.until)}`"
        raise ScheduleError(message, code="PR4205", where=Where(file=name))
    return Span(start, end, dates.label)


def _end(text: str, name: str, zone: ZoneInfo, *, later: timedelta = timedelta()) -> tuple[datetime, bool]:
    """Return the instant of one end of a range, and whether it was written as a date."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        hint = "like `2026-12-24` or `2026-12-24T18:00Z`"
        message = f"`{quoted(text)}` is not a date of ISO 8601"
        raise ScheduleError(message, code="PR4205", where=Where(file=name), hint=hint) from None
    if not 1970 <= moment.year <= LAST_YEAR:  # noqa: PLR2004, the years of AWS
        message = f"the year of `{quoted(text)}` is not 1970-{LAST_YEAR}"
        raise ScheduleError(message, code="PR4205", where=Where(file=name))
    if moment.tzinfo is None:
        moment = instant_of((moment + later).replace(microsecond=0), zone)
    return aware(moment), len(text) == _DATE_LENGTH


def _apart(spans: list[Span], start: datetime, end: datetime) -> Iterator[Span]:
    """Yield stretches that do not overlap, cut to the year; the event that began first keeps the overlap."""
    reached = start
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        if span.end > reached and span.start < end:
            yield Span(max(span.start, reached), min(span.end, end), span.label)
            reached = min(span.end, end)
