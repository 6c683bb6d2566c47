"""Executions as an iCalendar text for people's calendars (RFC 5545): UTC, folded lines, UIDs that stay the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from patchrules.schedule.windows import Execution
from patchrules.schedule.zones import aware

_OCTETS = 75
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


def ics_text(executions: Iterable[Execution], *, stamp: datetime, about: Mapping[str, str] | None = None) -> bytes:
    r"""Return executions as an iCalendar file.

    ``stamp`` is when the file was made, which RFC 5545 wants to know; ``about`` has a sentence for a window by its
    name. A skipped execution is a cancelled event that says why. An execution has the same UID in every file, so
    importing again replaces. One that ends as it starts is a moment. Raises ScheduleError PR4013 for a ``stamp``
    without zone.

    >>> from patchrules.model.window import Window
    >>> from patchrules.schedule.windows import next_executions
    >>> nightly = Window("nightly", "cron(0 2 ? * * *)", duration=3, cutoff=1)
    >>> now = datetime.fromisoformat("2026-11-24T12:00Z")
    >>> print(ics_text([next(next_executions(nightly, now))], stamp=now).decode().replace("\r", ""))
    BEGIN:VCALENDAR
    VERSION:2.0
    PRODID:-//patchrules//patchrules//EN
    CALSCALE:GREGORIAN
    BEGIN:VEVENT
    UID:9a33cff8e5900cfea17b07bfbadbb8d1@patchrules
    DTSTAMP:20261124T120000Z
    DTSTART:20261125T020000Z
    DTEND:20261125T050000Z
    SUMMARY:nightly
    DESCRIPTION:no task starts after 2026-11-25 04:00Z
    TRANSP:TRANSPARENT
    END:VEVENT
    END:VCALENDAR
    <BLANKLINE>
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//patchrules//patchrules//EN", "CALSCALE:GREGORIAN"]
    for execution in executions:
        lines += _event(execution, aware(stamp), (about or {}).get(execution.window, ""))
    return b"".join(_folded(line) for line in [*lines, "END:VCALENDAR"])


def _event(execution: Execution, stamp: datetime, about: str) -> Iterator[str]:
    """Yield the lines of one event."""
    key = f"{execution.window}\n{_utc(execution.start)}"
    yield "BEGIN:VEVENT"
    yield f"UID:{hashlib.sha256(key.encode('utf-8', 'backslashreplace')).hexdigest()[:32]}@patchrules"
    yield f"DTSTAMP:{_utc(stamp)}"
    yield f"DTSTART:{_utc(execution.start)}"
    lasts = execution.end > execution.start
    if lasts:
        yield f"DTEND:{_utc(execution.end)}"
    yield f"SUMMARY:{_text(execution.window)}"
    said = [about] if about else []
    said += [f"no task starts after {execution.last_task_start:%Y-%m-%d %H:%M}Z"] if lasts else []
    said += [f"skipped by {skip}" for skip in execution.skipped]
    if said:
        yield f"DESCRIPTION:{_text(chr(10).join(said))}"
    if not execution.runs:
        yield "STATUS:CANCELLED"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _utc(instant: datetime) -> str:
    """Return an instant as RFC 5545 writes UTC."""
    return f"{aware(instant):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    """Return a text as a value: escaped, without other control characters."""
    return "".join(char for char in text if char == "\n" or char.isprintable()).translate(_ESCAPED)


def _folded(line: str) -> bytes:
    """Return a line cut to 75 octets, between characters, each further piece after a space."""
    pieces, room = [bytearray()], _OCTETS
    for char in line:
        octets = char.encode("utf-8", "backslashreplace")
        if len(pieces[-1]) + len(octets) > room:
            pieces.append(bytearray())
            room = _OCTETS - 1
        pieces[-1] += octets
    return b"\r\n ".join(pieces) + b"\r\n"
