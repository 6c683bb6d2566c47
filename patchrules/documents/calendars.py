"""The door for freeze and allow calendars: iCalendar files, and simple ranges in YAML or JSON."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from patchrules.documents.faults import Findings, raise_together
from patchrules.documents.text import WINDOWS, Document, content_of, parse, quoted
from patchrules.documents.window_fields import Fields
from patchrules.errors import ScheduleError
from patchrules.model.window import Calendar, CalendarKind
from patchrules.schedule.calendars import ics_calendar, open_calendar, ranges_calendar
from patchrules.sources.files import Input

_FIELDS: Mapping[str, tuple[str, ...]] = {"Name": (), "Kind": (), "Timezone": ("zone",), "Ranges": ()}
_HINT = "give an iCalendar file, or `ranges:` with dates such as `2026-12-18/2027-01-03`"


def load_calendar(source: Input, *, kind: str | None = None, name: str | None = None, zone: str = "UTC") -> Calendar:
    """Load a calendar of one document: iCalendar (RFC 5545), or ranges of dates.

    Ranges are a list, or a mapping with ``ranges`` and perhaps ``name``, ``kind`` and ``timezone``. ``kind`` is
    ``freeze`` or ``allow``: what the caller says, else the document, else freeze. A calendar is called by ``name``,
    else by its own, else by its file. Dates and
    times without a zone are read in ``zone`` where the document names none.

    Raises ScheduleError PR42xx and PR45xx, and Faults, a group of them, when several ranges are wrong.

    >>> print(load_calendar(b"{name: year-end, ranges: [2026-12-18/2027-01-03]}"))
    year-end (freeze)
    """
    asked = None if kind is None else _kind(kind)
    content, label = content_of(source, door=WINDOWS)
    called = name or (PurePath(label).stem if label else "calendar")
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:15].upper() == b"BEGIN:VCALENDAR":
        text = content.decode("utf-8-sig", "replace")
        calendar = ics_calendar(called, text, kind=asked, zone=zone)
        open_calendar(calendar)
        return calendar
    document = parse(content, name=label, door=WINDOWS)
    findings = Findings(document, WINDOWS)
    found = _of_ranges(document, findings, called, zone)
    strange = [doubt for doubt in findings.doubts if doubt.code == "PR4551"]
    odd = [ScheduleError(one.message, code="PR4531", where=one.where, hint=one.hint) for one in strange]
    raise_together([*findings.faults, *odd], label or "the calendar")
    own, stated, written, ranges = found
    return ranges_calendar(
        name or own or called, ranges, kind=asked or stated or CalendarKind.FREEZE, zone=written or zone
    )


def _of_ranges(
    document: Document, findings: Findings, called: str, zone: str
) -> tuple[str, CalendarKind | None, str, list[Any]]:
    """Return name, kind, zone and ranges of a document; a range that cannot be read is told at its place."""
    value = document.value
    raw: Mapping[Any, Any] = {"ranges": value} if isinstance(value, list | tuple) else value
    if not isinstance(raw, Mapping):
        findings.fault("30", f"this is {quoted(value)}, wanted a calendar", "", _HINT)
        return "", None, "", []
    if "ranges" not in {str(key).casefold() for key in raw}:
        findings.fault("30", "this is no calendar: it has no `ranges`", "", _HINT)
        return "", None, "", []
    fields = Fields(raw, "", findings, _FIELDS)
    written = fields.text("Timezone")
    ranges = []
    for one, place in fields.members("Ranges"):
        try:
            ranges_calendar(called, [one], zone=written or zone)
            ranges.append(one)
        except ScheduleError as error:
            where = document.where(place if raw is value else place.removeprefix("/ranges"))
            findings.faults.append(ScheduleError(error.message, code=error.code, where=where, hint=error.hint))
    kind = None
    try:
        kind = _kind(fields.text("Kind")) if fields.given("Kind") is not None else None
    except ScheduleError as error:
        where = document.where(fields.place("Kind"))
        findings.faults.append(ScheduleError(error.message, code=error.code, where=where, hint=error.hint))
    return fields.text("Name"), kind, written, ranges


def _kind(text: str) -> CalendarKind:
    """Return the kind of that name; raises ScheduleError PR4531."""
    if text.strip().casefold() in list(CalendarKind):
        return CalendarKind(text.strip().casefold())
    hint = "`freeze`: no run inside its ranges; `allow`: no run outside them"
    raise ScheduleError(f"{quoted(text)} is no kind of calendar", code="PR4531", hint=hint)
