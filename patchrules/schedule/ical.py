"""The events of an iCalendar text (RFC 5545), read as untrusted input: sizes are limited, every refusal has a line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from patchrules.errors import ScheduleError, Where
from patchrules.schedule.quoting import quoted
from patchrules.schedule.zones import UTC_ZONE, zone_named

Made = TypeVar("Made", bound=date)

MOST_CHARACTERS = 5_000_000
MOST_EVENTS = 10_000
MOST_RECURRING = 200
MOST_DATES = 20_000
FIRST_YEAR, LAST_YEAR = 1900, 2199
LONGEST_EVENT = timedelta(days=3660)

_LINE = re.compile(
    r'([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^":;,]*)(?:,(?:"[^"]*"|[^":;,]*))*)*):(.*)', re.DOTALL
)
_PARAMETER = re.compile(r';([A-Za-z0-9-]+)=("[^"]*"|[^;:]*)')
_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(Z?)", re.ASCII)
_DURATION = re.compile(
    r"\+?P(?:(\d{1,4})W|(?:(\d{1,4})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?)", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Property:
    """One unfolded line: its name, its parameters and its value, with its number for messages."""

    name: str
    parameters: tuple[tuple[str, str], ...]
    value: str
    line: int
    file: str

    def parameter(self, name: str) -> str:
        """Return a parameter's value, empty when it is not there."""
        return dict(self.parameters).get(name, "")

    def refused(self, message: str, *, code: str, hint: str | None = None) -> ScheduleError:
        """Return the error that shows this line."""
        where = Where(file=self.file, line=self.line, text=quoted(f"{self.name}:{self.value}"))
        return ScheduleError(message, code=code, where=where, hint=hint)


@dataclass(frozen=True, slots=True)
class Moment:
    """A date or a wall time, and the zone it is read in."""

    wall: datetime
    zone: ZoneInfo
    is_date: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """One VEVENT; it lasts ``nominal`` on the clock and then ``exact`` on the watch (RFC 5545 3.3.6)."""

    uid: str
    label: str
    start: Moment
    nominal: timedelta
    exact: timedelta
    rrule: Property | None
    exdates: tuple[Moment, ...]
    rdates: tuple[Moment, ...]
    replaces: Moment | None
    cancelled: bool


def calendar_type(text: str, file: str) -> str:
    """Return AWS Change Calendar's ``X-CALENDAR-TYPE``, DEFAULT_OPEN or DEFAULT_CLOSED; empty when there is none."""
    found = (line.value.strip().upper() for line in _properties(text, file) if line.name == "X-CALENDAR-TYPE")
    return next(found, "")


def events_of(text: str, file: str, zone: ZoneInfo) -> list[Event]:
    """Return the events of ``text``; dates and times without a zone of their own are read in ``zone``.

    Raises ScheduleError PR4201 for what is no iCalendar, PR4202 beyond a limit, PR4203 for a date, duration or zone
    that cannot be read, PR4204 for a recurrence we do not take.
    """
    events = [_event(properties, zone) for properties in _components(text, file)]
    recurring = sum(1 for event in events if event.rrule is not None)
    if recurring > MOST_RECURRING:
        raise _limit(file, f"{recurring:,} recurring events", f"{MOST_RECURRING:,}")
    dates = sum(len(event.exdates) + len(event.rdates) for event in events)
    if dates > MOST_DATES:
        raise _limit(file, f"{dates:,} dates in EXDATE and RDATE", f"{MOST_DATES:,}")
    return events


def _limit(file: str, found: str, most: str) -> ScheduleError:
    """Return the error for a calendar beyond a limit."""
    return ScheduleError(f"the calendar has {found}, we read at most {most}", code="PR4202", where=Where(file=file))


def _properties(text: str, file: str) -> Iterator[Property]:
    """Yield the unfolded lines; a line that begins with a space or a tab continues the one before."""
    if len(text) > MOST_CHARACTERS:
        raise _limit(file, f"{len(text):,} characters", f"{MOST_CHARACTERS:,}")
    unfolded: list[tuple[int, list[str]]] = []
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        if line[:1] in {" ", "\t"} and unfolded:
            unfolded[-1][1].append(line[1:])
        elif line.strip():
            unfolded.append((number, [line]))
    for number, pieces in unfolded:
        line = "".join(pieces)
        match = _LINE.fullmatch(line)
        if not match:
            where = Where(file=file, line=number, text=quoted(line))
            raise ScheduleError("not a line of an iCalendar file", code="PR4201", where=where)
        name, parameters, value = match.groups()
        pairs = tuple((key.upper(), val.strip('"')) for key, val in _PARAMETER.findall(parameters))
        yield Property(name.upper(), pairs, value, number, file)


def _components(text: str, file: str) -> Iterator[list[Property]]:
    """Yield the properties of each VEVENT, those of components inside it (alarms) left out."""
    stack: list[str] = []
    event: list[Property] = []
    count = 0
    for line in _properties(text, file):
        kind = line.value.strip().upper()
        if line.name == "BEGIN":
            stack.append(kind)
            event = [line] if kind == "VEVENT" else event
        elif not stack or stack[0] != "VCALENDAR":
            raise line.refused("an iCalendar file begins with `BEGIN:VCALENDAR`", code="PR4201")
        elif line.name == "END":
            if stack.pop() != kind:
                raise line.refused(f"`END:{quoted(kind)}` closes nothing that is open", code="PR4201")
            if kind == "VEVENT":
                count += 1
                if count > MOST_EVENTS:
                    raise _limit(file, f"more than {MOST_EVENTS:,} events", f"{MOST_EVENTS:,}")
                yield event
        elif stack[-1] == "VEVENT":
            event.append(line)
    if stack or not text.strip():
        missing = f"`END:{quoted(stack[-1])}` is missing" if stack else "the calendar is empty"
        raise ScheduleError(missing, code="PR4201", where=Where(file=file))


def _event(lines: list[Property], zone: ZoneInfo) -> Event:
    """Return one event."""
    begin = lines[0]
    first: dict[str, Property] = {}
    for line in lines[1:]:
        if line.name in first and line.name in {"DTSTART", "DTEND", "DURATION", "RRULE", "RECURRENCE-ID"}:
            raise line.refused(f"the event has a second {line.name}", code="PR4201")
        first.setdefault(line.name, line)
    if "DTSTART" not in first:
        raise begin.refused("the event has no DTSTART", code="PR4203")
    start = _moment(first["DTSTART"], first["DTSTART"].value, zone)
    nominal, exact = _length(first, start, zone)
    replaced = first.get("RECURRENCE-ID")
    if replaced is not None and replaced.parameter("RANGE"):
        raise replaced.refused("a change of this and all future occurrences is not read", code="PR4204")
    summary = first["SUMMARY"].value if "SUMMARY" in first else ""
    return Event(
        uid=first["UID"].value if "UID" in first else "",
        label=quoted(re.sub(r"\\([,;\\])", r"\1", re.sub(r"\\[nN]", " ", summary)).strip()[:120]),
        start=start,
        nominal=nominal,
        exact=exact,
        rrule=first.get("RRULE"),
        exdates=tuple(_moments(lines, "EXDATE", zone)),
        rdates=tuple(_moments(lines, "RDATE", zone)),
        replaces=_moment(replaced, replaced.value, zone) if replaced is not None else None,
        cancelled="STATUS" in first and first["STATUS"].value.strip().upper() == "CANCELLED",
    )


def _moments(lines: list[Property], name: str, zone: ZoneInfo) -> Iterator[Moment]:
    """Yield the dates of every EXDATE or RDATE line."""
    for line in lines:
        if line.name == name:
            if line.parameter("VALUE").upper() == "PERIOD":
                raise line.refused("periods in RDATE are not read", code="PR4204", hint="make an event of each")
            for value in line.value.split(","):
                yield _moment(line, value, zone)


def _moment(line: Property, text: str, zone: ZoneInfo) -> Moment:
    """Return the date or wall time that ``text`` of ``line`` is."""
    text = text.strip()
    if _DATE.fullmatch(text):
        day = _checked(line, text, lambda: date(int(text[:4]), int(text[4:6]), int(text[6:])))
        return Moment(datetime.combine(day, time.min), zone, is_date=True)
    match = _TIME.fullmatch(text)
    if not match:
        raise line.refused(f"`{quoted(text)}` is not a date of RFC 5545", code="PR4203", hint="like 20261224T180000Z")
    zulu = bool(match.group(7))
    year, month, day_, hour, minute, second = (int(group) for group in match.groups()[:6])
    # RFC 5545 lets a second be 60; a calendar that says so means the last second of the minute.
    wall = _checked(line, text, lambda: datetime(year, month, day_, hour, minute, min(second, 59)))  # noqa: DTZ001
    name = line.parameter("TZID")
    if zulu:
        return Moment(wall, UTC_ZONE)
    return Moment(wall, _zone(line, name) if name else zone)


def _checked(line: Property, text: str, make: Callable[[], Made]) -> Made:
    """Return the date that ``make`` makes, refused when there is no such day or it is out of all reason."""
    try:
        made = make()
    except ValueError:
        raise line.refused(f"`{quoted(text)}` is no day of any calendar", code="PR4203") from None
    if not FIRST_YEAR <= made.year <= LAST_YEAR:
        raise line.refused(f"the year of `{quoted(text)}` is not {FIRST_YEAR}-{LAST_YEAR}", code="PR4203")
    return made


def _zone(line: Property, name: str) -> ZoneInfo:
    """Return the zone of a TZID; some programs put a path in front of the IANA name."""
    try:
        return zone_named("/".join(name.split("/")[-2:]) if name.startswith("/") else name)
    except ScheduleError as fault:
        raise line.refused(fault.message, code="PR4203", hint=fault.hint) from None


def _length(lines: dict[str, Property], start: Moment, zone: ZoneInfo) -> tuple[timedelta, timedelta]:
    """Return how long an event lasts: on the clock, then on the watch; a date alone lasts its day."""
    if "DTEND" in lines and "DURATION" in lines:
        raise lines["DURATION"].refused("the event has both DTEND and DURATION", code="PR4203")
    if "DTEND" in lines:
        line = lines["DTEND"]
        end = _moment(line, line.value, zone)
        if end.zone.key == start.zone.key:
            nominal, exact = end.wall - start.wall, timedelta()
        else:
            nominal, exact = timedelta(), end.wall.replace(tzinfo=end.zone) - start.wall.replace(tzinfo=start.zone)
    elif "DURATION" in lines:
        line = lines["DURATION"]
        match = _DURATION.fullmatch(line.value.strip().upper())
        if not match or not any(match.groups()):
            raise line.refused(f"`{quoted(line.value)}` is not a duration of RFC 5545", code="PR4203", hint="like PT4H")
        weeks, days, hours, minutes, seconds = (int(group or 0) for group in match.groups())
        nominal, exact = timedelta(weeks=weeks, days=days), timedelta(hours=hours, minutes=minutes, seconds=seconds)
    else:
        return (timedelta(days=1) if start.is_date else timedelta()), timedelta()
    if not timedelta() <= nominal + exact <= LONGEST_EVENT:
        backwards = nominal + exact < timedelta()
        raise line.refused("the event ends before it starts" if backwards else "the event is too long", code="PR4203")
    return nominal, exact
