"""Schedule expressions: ``at()``, ``rate()`` and ``cron()`` as AWS means them (SEMANTICS 8.3-8.5, DECISIONS 28).

AWS does not say what happens when clocks change. Our rule: a wall time that a clock change skips runs at the first
instant after the change; a wall time that comes twice runs the first time only. Two wall times that become one instant
this way are one run.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from patchrules.errors import ScheduleError, UnknownNameError
from patchrules.schedule.at import At, at_of
from patchrules.schedule.cron import Cron, cron_of
from patchrules.schedule.days import Grammar
from patchrules.schedule.describe import description
from patchrules.schedule.quoting import quoted, refusal
from patchrules.schedule.rate import Rate, rate_of
from patchrules.schedule.zones import aware, instant_of, last_wall_before, wall_of, zone_named

_LONGEST = 256
_OFFSETS = range(1, 7)
_SECOND = timedelta(seconds=1)
_KEYWORDS = ("at", "rate", "cron")
_CRON_FIELDS = (6, 7)


@dataclass(frozen=True, slots=True)
class Schedule:
    """When something runs; made by :func:`parse`. Every instant is aware, answers are UTC, nothing reads a clock.

    ``offset`` days are added to each match of a cron, at the same wall time. An offset never rescues a match that has
    passed: ``next(after)`` looks for a match after ``after`` even when the run of an earlier match is still ahead.

    >>> from datetime import UTC
    >>> schedule = parse("cron(30 23 ? * TUE#3 *)", offset=2)
    >>> print(schedule.next(datetime(2026, 12, 1, tzinfo=UTC)))
    2026-12-17 23:30:00+00:00
    >>> print(schedule.next(datetime(2026, 12, 16, tzinfo=UTC)))  # Tuesday 15 has passed
    2027-01-21 23:30:00+00:00
    """

    text: str
    timing: At | Rate | Cron
    zone: ZoneInfo
    offset: int = 0

    def next(self, after: datetime) -> datetime | None:
        """Return the first run after ``after``, or None when there is none up to the year 2199.

        A rate without an anchor counts from ``after``. Raises ScheduleError PR4013 when ``after`` has no zone.

        >>> from datetime import UTC
        >>> print(parse("cron(0 2 L * ? *)").next(datetime(2028, 2, 1, tzinfo=UTC)))
        2028-02-29 02:00:00+00:00
        """
        after = aware(after)
        return next(self._runs(after, since=after, strictly=True), None)

    def previous(self, before: datetime) -> datetime | None:
        """Return the last run before ``before`` of a schedule that was always in force, or None.

        Raises ScheduleError PR4013 when ``before`` has no zone.

        >>> from datetime import UTC
        >>> print(parse("cron(0 8 ? * 1 *)").previous(datetime(2026, 11, 24, tzinfo=UTC)))  # 1 is Sunday
        2026-11-22 08:00:00+00:00
        """
        before = aware(before)
        match self.timing:
            case At():
                run = instant_of(self.timing.wall, self.zone)
                return run if run < before else None
            case Rate():
                return self.timing.before(before)
            case _:
                shift = timedelta(days=self.offset)
                walls = self.timing.walls(last_wall_before(before, self.zone) - shift, down=True)
                runs = (instant_of(wall + shift, self.zone) for wall in walls)
                return next((run for run in runs if run < before), None)

    def between(self, start: datetime, end: datetime, *, since: datetime | None = None) -> Iterator[datetime]:
        """Yield, lazily and ascending, the runs from ``start`` on and before ``end``.

        ``since`` (default ``start``) is when the schedule came into force: a match before it never runs, and a rate
        without an anchor has its first run there. Raises ScheduleError PR4013 when an instant has no zone.

        >>> from datetime import UTC
        >>> week = datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC)
        >>> [run.day for run in parse("cron(15 10 ? * MON-FRI *)").between(*week)]
        [23, 24, 25, 26, 27]
        """
        start, end = aware(start), aware(end)
        since = start if since is None else aware(since)
        runs = Schedule._runs(self.anchored(since), start, since=since, strictly=False)
        return itertools.takewhile(lambda run: run < end, runs)

    def anchored(self, anchor: datetime) -> Schedule:
        """Return this schedule with a rate that has no anchor counting from ``anchor``; others stay as they are."""
        match self.timing:
            case Rate(anchor=None):
                return dataclasses.replace(self, timing=self.timing.anchored(aware(anchor)))
            case _:
                return self

    def describe(self) -> str:
        """Return the schedule in plain English.

        >>> print(parse("cron(0/5 8-17 ? * MON-FRI *)").describe())
        every 5 minutes from 08:00 to 17:55, Monday to Friday (UTC)
        """
        return description(self.timing, self.zone.key, self.offset)

    def _runs(self, start: datetime, *, since: datetime, strictly: bool) -> Iterator[datetime]:
        """Yield the runs from ``start`` on (after it when ``strictly``) of matches from ``since`` on (after it)."""
        match self.timing:
            case At():
                run = instant_of(self.timing.wall, self.zone)
                if since <= run and (run > start or (run == start and not strictly)):
                    yield run
            case Rate():
                yield from self.timing.runs(start, strictly=strictly)
            case _:
                yield from self._cron_runs(self.timing, start, since=since, strictly=strictly)

    def _cron_runs(self, cron: Cron, start: datetime, *, since: datetime, strictly: bool) -> Iterator[datetime]:
        """Yield the runs of a cron, each instant once."""
        shift = timedelta(days=self.offset)
        # A run at `start` belongs to a match `offset` days before it: nothing earlier needs a look. A second less,
        # because a clock change at `start` makes it the instant of the wall times that the change skipped.
        first = max(wall_of(since - _SECOND, self.zone), wall_of(start - _SECOND, self.zone) - shift)
        last = None
        for wall in cron.walls(first):
            run = match = instant_of(wall, self.zone)
            if shift:
                run = instant_of(wall + shift, self.zone)
            if match < since or (strictly and match == since):
                continue
            if run >= start and run != last:
                yield run
                last = run


def parse(text: str, *, zone: str | None = None, offset: int | None = None, service: str = "ssm") -> Schedule:
    """Return the schedule that ``text`` means.

    ``zone`` is an IANA name (default UTC), ``offset`` 1 to 6 days for a cron, ``service`` ``ssm`` or ``eventbridge``.
    Raises UnknownNameError for another service. Raises ScheduleError, its caret under the bad field: PR4001 not an
    expression, PR4002 number of fields, PR4003 value, PR4004 wildcard, PR4005 not exactly one ``?``, PR4006 rate,
    PR4007 rate too fast, PR4008 date, PR4009 offset, PR4010 zone, PR4011 too long, PR4012 EventBridge only.

    >>> print(parse("cron(0 2 ? * THU#3 *)").describe())
    at 02:00 on the third Thursday of every month (UTC)
    >>> parse("cron(0 2 ? * THU#6 *)")
    Traceback (most recent call last):
    patchrules.errors.ScheduleError: `6` is not a week value: 1-5 [PR4003]
      at 18
        cron(0 2 ? * THU#6 *)
                         ^
    """
    if service not in list(Grammar):
        raise UnknownNameError("service", service, Grammar)
    timing = _timing(text, Grammar(service))
    if offset is not None:
        _check_offset(text, timing, offset, Grammar(service))
    return Schedule(text, timing, zone_named(zone or "UTC"), offset or 0)


parse_schedule = parse
"""The same function by its public name: ``patchrules.parse`` would not say what it parses."""


def _timing(text: str, grammar: Grammar) -> At | Rate | Cron:
    """Return what the expression says, without zone and offset."""
    if len(text) > _LONGEST:
        raise ScheduleError(f"the schedule has {len(text)} characters, AWS takes {_LONGEST}", code="PR4011")
    keyword, bracket, _ = text.partition("(")
    if not bracket or keyword not in _KEYWORDS:
        lower = keyword.strip().lower()
        hint = f"write `{lower}(...)`" if lower in _KEYWORDS else "write `cron(...)`, `rate(...)` or `at(...)`"
        if not bracket and len(text.split()) in _CRON_FIELDS:
            hint = f"write `cron({text.strip()})`"
        raise refusal(f"`{quoted(text)}` is not a schedule expression", text, 1, code="PR4001", hint=hint)
    if not text.endswith(")"):
        raise refusal(f"`{keyword}(` is not closed by `)` at the end", text, len(text), code="PR4001")
    if keyword == "at":
        return at_of(text)
    return rate_of(text, grammar) if keyword == "rate" else cron_of(text, grammar)


def _check_offset(text: str, timing: At | Rate | Cron, offset: int, grammar: Grammar) -> None:
    """Refuse an offset that AWS does not take."""
    if grammar is Grammar.EVENTBRIDGE:
        raise refusal("an EventBridge schedule takes no offset", text, 1, code="PR4009")
    if not isinstance(timing, Cron):
        raise refusal("only a cron schedule takes an offset", text, 1, code="PR4009", hint="leave the offset out")
    if offset not in _OFFSETS:
        raise refusal(f"the offset is {offset} days, AWS takes 1-6", text, 1, code="PR4009")
