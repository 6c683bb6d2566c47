"""Maintenance windows and calendars as people write them; `schedule` gives their texts meaning (SEMANTICS 8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Window:
    """A maintenance window: when it may open, for how long, and when it stops starting tasks (SEMANTICS 8.1).

    ``schedule`` is the expression's text, read in ``zone`` (an IANA name); ``offset`` counts days, for cron only.
    ``duration`` and ``cutoff`` are whole hours. ``start_date`` and ``end_date`` are aware and bound the executions, the
    end included. ``created`` is the instant from which the window exists as it is (the later of AWS's CreatedDate and
    ModifiedDate), None when nobody knows.

    >>> print(Window("prod", "cron(0 2 ? * THU#3 *)", duration=3, cutoff=1))
    prod: cron(0 2 ? * THU#3 *), 3 h, no task in the last 1 h
    """

    name: str
    schedule: str
    duration: int
    cutoff: int
    zone: str = "UTC"
    offset: int | None = None
    start_date: datetime | None = None
    end_date: datetime | None = None
    enabled: bool = True
    created: datetime | None = None
    allow_unassociated_targets: bool = False
    window_id: str = ""
    description: str = ""

    def __str__(self) -> str:
        """Return name, schedule and length on one line."""
        offset = f" + {self.offset} d" if self.offset else ""
        zone = f" {self.zone}" if self.zone != "UTC" else ""
        off = "" if self.enabled else ", disabled"
        cutoff = f", no task in the last {self.cutoff} h" if self.cutoff else ""
        return f"{self.name}: {self.schedule}{offset}{zone}, {self.duration} h{cutoff}{off}"

    @property
    def open_for(self) -> timedelta:
        """Return how long an execution is active."""
        return timedelta(hours=self.duration)

    @property
    def tasks_for(self) -> timedelta:
        """Return how long after its start an execution may still start tasks (SEMANTICS 8.2)."""
        return timedelta(hours=self.duration - self.cutoff)


class CalendarKind(StrEnum):
    """What a calendar's events mean: ``freeze``, no run inside one; ``allow``, no run outside them."""

    FREEZE = "freeze"
    ALLOW = "allow"


@dataclass(frozen=True, slots=True)
class DateRange:
    """Two dates or instants as written, and why; a date as ``until`` includes that whole day, an instant does not.

    >>> print(DateRange("2026-12-18", "2027-01-03", "year end"))
    year end (2026-12-18 to 2027-01-03)
    """

    since: str
    until: str
    label: str = ""

    def __str__(self) -> str:
        """Return the label and both ends."""
        ends = f"{self.since} to {self.until}"
        return f"{self.label} ({ends})" if self.label else ends


@dataclass(frozen=True, slots=True)
class Calendar:
    """A freeze or an allow calendar: the text of an iCalendar file, or simple ranges, or both.

    ``zone`` (an IANA name) is where dates and instants without a zone of their own are read.

    >>> print(Calendar("year-end", ranges=(DateRange("2026-12-18", "2027-01-03"),)))
    year-end (freeze)
    """

    name: str
    kind: CalendarKind = CalendarKind.FREEZE
    ics: str = ""
    ranges: tuple[DateRange, ...] = ()
    zone: str = "UTC"

    def __str__(self) -> str:
        """Return the name and what its events mean."""
        return f"{self.name} ({self.kind})"
