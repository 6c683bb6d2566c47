"""Maintenance windows: when they open, until when tasks start, whether they are open (SEMANTICS 8.1-8.5).

A window comes into force at ``Window.created``; when that is not known, at the instant a question begins with. A match
of its cron before then never runs, not even when its offset date is still ahead, and a rate counts from then unless
``start_date`` is later (8.5).
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from patchrules.errors import ScheduleError
from patchrules.model.window import Window
from patchrules.schedule.calendars import OpenCalendar, Skip, skips
from patchrules.schedule.expressions import Schedule, parse
from patchrules.schedule.quoting import quoted
from patchrules.schedule.zones import EARLIEST, LATEST, aware, wall_of

_NAME = re.compile(r"[a-zA-Z0-9_\-.]{3,128}")
_DURATIONS = range(1, 25)
_CUTOFFS = range(24)
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Execution:
    """One run of a window; ``skipped`` says which calendars forbid it, and is empty when it runs.

    Active from ``start`` up to, not including, ``end``; no task starts after ``last_task_start``. All UTC.
    """

    window: str
    start: datetime
    last_task_start: datetime
    end: datetime
    skipped: tuple[Skip, ...] = ()

    @property
    def runs(self) -> bool:
        """Say whether no calendar forbids it."""
        return not self.skipped

    def __str__(self) -> str:
        """Return the interval, and why it is skipped.

        >>> nightly = Window("nightly", "cron(0 2 ? * * *)", duration=3, cutoff=1)
        >>> print(next(next_executions(nightly, datetime.fromisoformat("2026-11-24T12:00Z"))))
        nightly: 2026-11-25 02:00Z to 05:00Z, last task start 04:00Z
        """
        end = f"{self.end:%H:%M}Z" if self.end.date() == self.start.date() else f"{self.end:%Y-%m-%d %H:%M}Z"
        why = "".join(f", skipped by {skip}" for skip in self.skipped)
        times = f"{self.start:%Y-%m-%d %H:%M}Z to {end}, last task start {self.last_task_start:%H:%M}Z"
        return f"{self.window}: {times}{why}"


def faults(window: Window) -> list[ScheduleError]:
    """Return everything that is wrong with ``window``, its schedule included; nothing when AWS would take it.

    Codes PR4101 name, PR4102 duration, PR4103 cutoff, PR4104 dates, and those of :func:`parse` (SEMANTICS 8.1,
    DECISIONS 28: the cutoff is shorter than the duration).

    >>> [fault.code for fault in faults(Window("prod", "rate(1 days)", duration=5, cutoff=12))]
    ['PR4103', 'PR4006']
    """
    found = []
    if not _NAME.fullmatch(window.name):
        hint = "3 to 128 letters, digits, `-`, `_` and `.`"
        found.append(ScheduleError(f"`{quoted(window.name)}` is not a window's name", code="PR4101", hint=hint))
    if window.duration not in _DURATIONS:
        found.append(ScheduleError(f"the duration is {window.duration} hours, AWS takes 1-24", code="PR4102"))
    if window.cutoff not in _CUTOFFS:
        found.append(ScheduleError(f"the cutoff is {window.cutoff} hours, AWS takes 0-23", code="PR4103"))
    elif window.cutoff >= window.duration:
        message = f"the cutoff of {window.cutoff} h is not shorter than the duration of {window.duration} h"
        hint = f"a cutoff of at most {window.duration - 1} leaves time to start tasks"
        found.append(ScheduleError(message, code="PR4103", hint=hint if window.duration > 1 else "a cutoff of 0"))
    for question in (_dates, schedule_of):
        try:
            question(window)
        except ScheduleError as fault:
            found.append(fault)
    return found


def schedule_of(window: Window) -> Schedule:
    """Return the meaning of the window's schedule, zone and offset; raises ScheduleError as :func:`parse` does.

    >>> print(schedule_of(Window("nightly", "cron(0 2 ? * * *)", duration=3, cutoff=1)).describe())
    at 02:00 every day (UTC)
    """
    return parse(window.schedule, zone=window.zone, offset=window.offset)


def anchor_of(window: Window, now: datetime) -> datetime:
    """Return the instant from which a rate counts: ``start_date`` when it is in the future, else ``now`` (8.5).

    "Now" is ``window.created`` when that is known.

    >>> window = Window("weekly", "rate(7 days)", 2, 1, start_date=datetime.fromisoformat("2026-11-01T00:00Z"))
    >>> print(anchor_of(window, datetime.fromisoformat("2026-11-24T00:00Z")))
    2026-11-24 00:00:00+00:00
    """
    now = aware(window.created or now)
    return max(aware(window.start_date), now) if window.start_date else now


def executions(
    window: Window,
    start: datetime,
    end: datetime,
    *,
    calendars: Sequence[OpenCalendar] = (),
    since: datetime | None = None,
) -> Iterator[Execution]:
    """Yield, lazily and ascending, the executions that start from ``start`` on and before ``end``.

    Skipped ones are yielded too, with the calendars that skip them. The window is in force since ``window.created``,
    else ``since``, else ``start``. A disabled window has none. Raises ScheduleError for a schedule that is not one, and
    PR4013 for an instant without zone.

    >>> nightly = Window("nightly", "cron(0 2 ? * * *)", duration=3, cutoff=1)
    >>> start = datetime(2026, 11, 24, tzinfo=UTC)
    >>> [run.start.day for run in executions(nightly, start, start + timedelta(days=3))]
    [24, 25, 26]
    """
    _dates(window)
    start, end = aware(start), aware(end)
    force = aware(window.created or since or start)
    schedule = schedule_of(window).anchored(anchor_of(window, force))
    if window.start_date is not None:
        start = max(start, aware(window.start_date))
    if window.end_date is not None:
        end = min(end, aware(window.end_date) + _INSTANT)
    runs = schedule.between(start, end, since=force) if window.enabled else iter(())
    return (
        Execution(window.name, run, run + window.tasks_for, run + window.open_for, skips(calendars, run))
        for run in runs
    )


def next_executions(window: Window, now: datetime, *, calendars: Sequence[OpenCalendar] = ()) -> Iterator[Execution]:
    """Yield, lazily, the executions after ``now``; take as many as you need.

    SEMANTICS 8.5: the next execution is the smallest ``t > now`` with ``start_date <= t <= end_date``, and the cron
    match itself must be after ``now`` (after ``window.created`` when that is known).

    >>> from itertools import islice
    >>> nightly = Window("nightly", "cron(0 2 ? * * *)", duration=3, cutoff=1)
    >>> [run.start.day for run in islice(next_executions(nightly, datetime.fromisoformat("2026-11-24T12:00Z")), 3)]
    [25, 26, 27]
    """
    now = aware(now)
    # A match at `now` itself is not in the future, while a rate made now has its first run now.
    since = now if is_rate(window) else now + _INSTANT
    return executions(window, now + _INSTANT, LATEST, calendars=calendars, since=since)


def clock_of(schedule: Schedule) -> tuple[int, int, int]:
    """Return the hour, the minute and AWS's weekday (1 is Sunday) at which a schedule first runs after 2000 began.

    >>> clock_of(parse("cron(30 23 ? * TUE#3 *)"))
    (23, 30, 3)
    """
    run = schedule.next(datetime(2000, 1, 1, tzinfo=UTC)) or LATEST
    wall = wall_of(run, schedule.zone)
    return wall.hour, wall.minute, wall.isoweekday() % 7 + 1


def is_rate(window: Window) -> bool:
    """Say whether the window's runs count from an instant."""
    return window.schedule.startswith("rate(")


def open_at(window: Window, instant: datetime, *, calendars: Sequence[OpenCalendar] = ()) -> Execution | None:
    """Return the execution that is active at ``instant``, the latest of several, or None; skipped ones do not count.

    A window whose ``created`` is unknown is taken to have been in force for ever; a rate has then no instant to count
    from but its ``start_date``, or without one ``instant`` itself.

    >>> nightly = Window("nightly", "cron(0 2 ? * * *)", duration=3, cutoff=1)
    >>> print(open_at(nightly, datetime.fromisoformat("2026-11-24T12:00Z")))
    None
    >>> print(open_at(nightly, datetime.fromisoformat("2026-11-24T03:00Z")))
    nightly: 2026-11-24 02:00Z to 05:00Z, last task start 04:00Z
    """
    instant = aware(instant)
    earliest = instant - window.open_for + _INSTANT
    since = window.start_date or instant if is_rate(window) else EARLIEST
    found = executions(window, earliest, instant + _INSTANT, calendars=calendars, since=since)
    running = [execution for execution in found if execution.runs]
    return running[-1] if running else None


def standing(
    windows: Sequence[Window], start: datetime, end: datetime, *, calendars: Sequence[OpenCalendar] = ()
) -> Iterator[Execution]:
    """Yield, in one ascending line, the executions of windows that were there long before ``start``.

    Their crons have always been in force, so a match before ``start`` may run after it; a rate without a known
    ``created`` counts from ``start``. Errors as in :func:`executions`.

    >>> late = Window("late", "cron(0 2 ? * MON *)", duration=3, cutoff=1, offset=2)
    >>> start = datetime(2026, 11, 24, tzinfo=UTC)  # a Tuesday; the match of Monday 23 runs on Wednesday
    >>> [run.start.day for run in standing([late], start, start + timedelta(days=7))]
    [25]
    """
    lines = [
        executions(window, start, end, calendars=calendars, since=start if is_rate(window) else EARLIEST)
        for window in windows
    ]
    return heapq.merge(*lines, key=lambda execution: execution.start)


def _dates(window: Window) -> None:
    """Refuse dates without a zone, and an end before the start."""
    dates = [aware(date) for date in (window.start_date, window.end_date) if date is not None]
    if dates != sorted(dates):
        message = f"the window ends on {dates[1]:%Y-%m-%d} before it starts on {dates[0]:%Y-%m-%d}"
        raise ScheduleError(message, code="PR4104")
