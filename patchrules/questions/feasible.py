"""Can the deadline be met: the longest a patch may wait from its release to the first window after its approval.

Exact, by change points. A patch released at ``r`` is approved after ``r + delay`` (DECISIONS 1, strictly), and its run
is the first one after that. Between two runs the wait only shrinks as ``r`` grows, so the longest wait begins at the
first release that is asked about, or at a release whose approval comes at the very instant of a run and so misses it.
Those instants are looked at, all of them, and nothing else.
"""

from __future__ import annotations

import bisect
import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from patchrules.errors import ScheduleError
from patchrules.families import family_of
from patchrules.model.baseline import ApprovalRule, Baseline
from patchrules.model.loaded import as_baseline
from patchrules.model.window import Calendar, Window
from patchrules.schedule.calendars import OpenCalendar, last_open, opened
from patchrules.schedule.fields import WEEKDAYS
from patchrules.schedule.windows import Execution, clock_of, schedule_of, standing
from patchrules.schedule.zones import aware

_DAY = timedelta(days=1)
_PATIENCE = timedelta(days=731)
_MOST_RUNS = 600_000
_MOST_EXTRA = 400
_MOST_DELAY = 360
_SKIPPED_SHOWN = 5


class Change(StrEnum):
    """What can be changed so that the deadline is met."""

    DELAY = "delay"
    CADENCE = "cadence"
    EXTRA_WINDOW = "extra window"
    DELAY_AND_CADENCE = "delay and cadence"


@dataclass(frozen=True, slots=True)
class Fix:
    """One change that meets the deadline, checked by the same proof: ``wait`` is the longest wait after it.

    ``delay_days`` is the new ApproveAfterDays, ``schedule`` the new cron of the first window, ``extra`` the instants of
    the fewest runs that must be added.
    """

    change: Change
    wait: timedelta
    delay_days: int | None = None
    schedule: str | None = None
    extra: tuple[datetime, ...] = ()

    def __str__(self) -> str:
        """Return the change as advice."""
        parts = [f"approve after {days_text(self.delay_days * _DAY)}"] if self.delay_days is not None else []
        parts += [f"open the first window by `{self.schedule}`"] if self.schedule is not None else []
        if self.extra:
            runs = "1 run" if len(self.extra) == 1 else f"{len(self.extra)} runs, the first"
            parts.append(f"add {runs} `at({self.extra[0]:%Y-%m-%dT%H:%M:%S})` UTC")
        return f"{' and '.join(parts)}: then at most {days_text(self.wait)}"


@dataclass(frozen=True, slots=True)
class Deadline:
    """What one rule promises: the longest wait, the release that shows it, and what would shorten it.

    ``wait`` is None when a patch released at ``release`` never gets a run: no rule approves it (``approved`` is None
    too) or no window opens within two years. ``sla`` is None when nobody set one for the rule's level.
    """

    rule: int
    level: str
    wait: timedelta | None
    release: datetime
    approved: datetime | None
    run: datetime | None
    sla: timedelta | None = None
    skipped: tuple[Execution, ...] = ()
    fixes: tuple[Fix, ...] = ()

    @property
    def met(self) -> bool:
        """Say whether every release of the time asked about is patched by its deadline; True when there is none."""
        return self.sla is None or (self.wait is not None and self.wait <= self.sla)

    @property
    def late_by(self) -> timedelta | None:
        """Return by how much the deadline can be missed, zero when it is met, None when for ever."""
        if self.met or self.sla is None:
            return timedelta()
        return None if self.wait is None else self.wait - self.sla

    def __str__(self) -> str:
        """Return a paragraph: the verdict, the release that shows it, the runs that calendars skip, the changes."""
        wait = "for ever" if self.wait is None else f"at most {days_text(self.wait)}"
        late = "never met" if self.late_by is None else f"missed by up to {days_text(self.late_by)}"
        limit = "no deadline" if self.sla is None else f"deadline {days_text(self.sla)} {'met' if self.met else late}"
        approved = f"approved {_stamp(self.approved)}" if self.approved else "never approved"
        lines = [f"{self.level} by rule {self.rule}: waits {wait}, {limit}"]
        lines.append(f"  released {_stamp(self.release)}, {approved}, {_first_window(self)}")
        lines += [
            f"  skipped {_stamp(run.start)} by {', '.join(map(str, run.skipped))}"
            for run in self.skipped[:_SKIPPED_SHOWN]
        ]
        lines += [f"  and {len(self.skipped) - _SKIPPED_SHOWN} more skipped"] if self.skipped[_SKIPPED_SHOWN:] else []
        lines += [f"  fix: {fix}" for fix in self.fixes]
        lines += [] if self.met or self.fixes else ["  fix: no delay, cadence or extra window is enough"]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Feasibility:
    """The answer for a baseline: one deadline per rule, and the levels with a deadline that no rule serves."""

    start: datetime
    end: datetime
    deadlines: tuple[Deadline, ...]
    unserved: tuple[str, ...] = ()

    @property
    def met(self) -> bool:
        """Say whether every deadline is met; a level that no rule serves is not met."""
        return not self.unserved and all(deadline.met for deadline in self.deadlines)

    def __str__(self) -> str:
        """Return a paragraph per rule, and a line per level without one."""
        lines = [str(deadline) for deadline in self.deadlines]
        lines += [f"{level}: no rule approves anything with this level" for level in self.unserved]
        return "\n".join(lines)


def feasible(
    policy: Baseline | Sequence[ApprovalRule],
    windows: Sequence[Window],
    *,
    sla: Mapping[str, timedelta],
    start: datetime,
    days: int = 365,
    calendars: Sequence[Calendar | OpenCalendar] = (),
) -> Feasibility:
    """Say whether patches released in the ``days`` from ``start`` are patched in time, rule by rule.

    ``policy`` is a baseline, or rules alone; on a family whose patches have no dates a delay has no effect (DECISIONS
    5). Windows that only scan do not count. ``sla`` maps a compliance level to the longest wait allowed. A window's
    crons are taken to have always been in
    force, a rate without a later ``start_date`` or a known ``created`` counts from ``start``. Raises ScheduleError for
    a schedule that is not one, PR4301 when the windows open more than 600,000 times, and BaselineError PR1804 for a
    ``policy`` that was not loaded.

    >>> rules = [ApprovalRule(approve_after_days=7)]
    >>> nightly = Window("nightly", "cron(0 2 ? * SUN *)", duration=3, cutoff=1)
    >>> january = datetime(2027, 1, 1, tzinfo=UTC)
    >>> print(feasible(rules, [nightly], sla={"UNSPECIFIED": timedelta(days=10)}, start=january).deadlines[0])
    UNSPECIFIED by rule 1: waits at most 14 d, deadline 10 d missed by up to 4 d
      released 2027-01-03T02:00Z, approved 2027-01-10T02:00Z, first window 2027-01-17T02:00Z
      fix: approve after 3 d: then at most 10 d
      fix: open the first window by `cron(0 2 ? * SUN,TUE,THU *)`: then at most 10 d
      fix: add 104 runs, the first `at(2027-01-13T02:00:00)` UTC: then at most 10 d
    """
    start = aware(start)
    rules = _rules(policy)
    windows = [window for window in windows if window.installs]
    slowest = max((*(rule.delay for rule in rules), *sla.values()), default=timedelta())
    question = _Question(tuple(windows), opened(calendars), start, start + days * _DAY, slowest)
    line = question.line(question.windows)
    deadlines = tuple(
        _deadline(number, rule, sla.get(rule.compliance_level.value), question, line)
        for number, rule in enumerate(rules, start=1)
    )
    served = {rule.compliance_level.value for rule in rules}
    return Feasibility(start, question.end, deadlines, tuple(level for level in sla if level not in served))


def _rules(policy: object) -> Sequence[ApprovalRule]:
    """Return rules as they are, or those of a baseline; raises BaselineError PR1804 for anything else."""
    if isinstance(policy, list | tuple) and all(isinstance(one, ApprovalRule) for one in policy):
        return policy
    return rules_of(as_baseline(policy, "policy"))


def rules_of(baseline: Baseline) -> tuple[ApprovalRule, ...]:
    """Return the rules of a baseline as they wait: at once, where the family's patches have no dates (DECISIONS 5).

    >>> from patchrules.model.names import OperatingSystem
    >>> rules = (ApprovalRule(approve_after_days=7),)
    >>> rules_of(Baseline("prod", OperatingSystem.DEBIAN, rules=rules))[0].delay
    datetime.timedelta(0)
    """
    if family_of(baseline.operating_system).documented.clocks:
        return baseline.rules
    return tuple(dataclasses.replace(rule, approve_after_days=0, approve_until=None) for rule in baseline.rules)


@dataclass(frozen=True, slots=True)
class _Line:
    """The executions of some windows, ascending: the instants that run, and the executions that calendars skip."""

    runs: list[datetime]
    skipped: list[Execution]


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked: windows, calendars, the releases (``end`` excluded), and the longest delay there can be."""

    windows: tuple[Window, ...]
    calendars: tuple[OpenCalendar, ...]
    start: datetime
    end: datetime
    slowest: timedelta

    def line(self, windows: Sequence[Window], *, hopeless: tuple[timedelta, timedelta] | None = None) -> _Line:
        """Return the executions of ``windows`` up to the first run that the last release can need.

        ``hopeless`` is a delay and a deadline: the line may end early where no delay up to that one can meet it.
        """
        line = _Line([], [])
        needed, last = self.end + self.slowest, self.start
        for execution in standing(windows, self.start, needed + _PATIENCE, calendars=self.calendars):
            start = execution.start
            if hopeless and start - last > hopeless[1] and self.start + hopeless[0] <= last < self.end:
                break
            if len(line.runs) + len(line.skipped) == _MOST_RUNS:
                raise ScheduleError(f"the windows open more than {_MOST_RUNS:,} times", code="PR4301")
            if not execution.runs:
                line.skipped.append(execution)
                continue
            line.runs.append(start)
            last = start
            if start >= needed:
                break
        return line

    def longest(self, delay: timedelta, runs: Sequence[datetime]) -> tuple[timedelta | None, datetime]:
        """Return the longest wait, None for ever, and the first release that shows it. O(runs)."""
        first, last = self.start + delay, self.end + delay
        low, high = bisect.bisect_right(runs, first), bisect.bisect_left(runs, last)
        # Every approval instant at which the wait jumps up, and the run that comes after it.
        approvals = [first, *runs[low:high]]
        following = runs[low : high + 1]
        if len(following) < len(approvals):
            return None, approvals[-1] - delay
        wait, at = max(
            (run - approval, -place) for place, (approval, run) in enumerate(zip(approvals, following, strict=True))
        )
        return wait + delay, approvals[-at] - delay

    def in_time(self, delay: timedelta, runs: Sequence[datetime], sla: timedelta) -> timedelta | None:
        """Return the longest wait when it meets ``sla``, else None."""
        wait, _ = self.longest(delay, runs)
        return wait if wait is not None and wait <= sla else None


def _deadline(number: int, rule: ApprovalRule, sla: timedelta | None, question: _Question, line: _Line) -> Deadline:
    """Return the proof for one rule."""
    level = rule.compliance_level.value
    ends = _approves_until(rule)
    if ends is not None and ends < question.end:
        release = max(ends, question.start)
        fixes = _delay_fix(_MOST_DELAY, sla, question, line) if sla is not None else []
        return Deadline(number, level, None, release, None, None, sla, fixes=tuple(fixes))
    delay = rule.delay if ends is None else timedelta()
    wait, release = question.longest(delay, line.runs)
    approved = release + delay
    run = None if wait is None else release + wait
    skipped = tuple(execution for execution in line.skipped if approved < execution.start < (run or execution.end))
    found = Deadline(number, level, wait, release, approved, run, sla, skipped)
    if sla is None or found.met:
        return found
    return dataclasses.replace(found, fixes=tuple(_fixes(delay, sla, question, line)))


def _approves_until(rule: ApprovalRule) -> datetime | None:
    """Return the end of the day of ApproveUntilDate (DECISIONS 2), None for a rule with a delay or without an end."""
    if rule.approve_until in (None, date.max) or rule.approve_after_days is not None:
        return None
    return datetime.combine(rule.approve_until + _DAY, time.min, UTC)


def _fixes(delay: timedelta, sla: timedelta, question: _Question, line: _Line) -> list[Fix]:
    """Return the smallest change of each kind that meets the deadline; two at once only when no single one does."""
    found = _delay_fix(delay // _DAY - 1, sla, question, line)
    found += _cadence_fix(delay, sla, question)
    found += _extra_fix(delay, sla, question, line)
    if found or delay < _DAY:
        return found
    for schedule, windows in _cadences(question.windows):
        both = _delay_fix(delay // _DAY - 1, sla, question, question.line(windows, hopeless=(delay, sla)))
        if both:
            return [dataclasses.replace(both[0], change=Change.DELAY_AND_CADENCE, schedule=schedule)]
    return []


def _cadence_fix(delay: timedelta, sla: timedelta, question: _Question) -> list[Fix]:
    """Return the least frequent cron of the first window that meets the deadline, if any does."""
    # Every patch waits longer than its delay, so no cadence helps when the deadline is no longer than that.
    for schedule, windows in _cadences(question.windows) if delay < sla else ():
        wait = question.in_time(delay, question.line(windows, hopeless=(delay, sla)).runs, sla)
        if wait is not None:
            return [Fix(Change.CADENCE, wait, schedule=schedule)]
    return []


def _delay_fix(most: int, sla: timedelta, question: _Question, line: _Line) -> list[Fix]:
    """Return the longest delay of whole days, up to ``most``, that meets the deadline, if any does."""
    for days in range(min(most, sla // _DAY), -1, -1):
        wait = question.in_time(days * _DAY, line.runs, sla)
        if wait is not None:
            return [Fix(Change.DELAY, wait, delay_days=days)]
    return []


def _cadences(windows: Sequence[Window]) -> Iterator[tuple[str, list[Window]]]:
    """Yield ever more frequent crons for the first enabled window, each with all the windows as they would be."""
    place = next((place for place, window in enumerate(windows) if window.enabled), None)
    if place is None:
        return
    window = windows[place]
    hour, minute, weekday = clock_of(schedule_of(window))
    week = [WEEKDAYS[(weekday - 1 + later) % 7] for later in range(7)]
    days = ["1 * ?", "1,16 * ?", "1,11,21 * ?", f"? * {week[0]}", f"? * {week[0]},{week[3]}"]
    days += [f"? * {week[0]},{week[2]},{week[4]}", "* * ?"]
    crons = [f"cron({minute} {hour} {day} *)" for day in days]
    crons += [f"cron({minute} {hour % every}/{every} * * ? *)" for every in (12, 6, 3)]
    for cron in [*crons, f"cron({minute} * * * ? *)"]:
        changed = dataclasses.replace(window, schedule=cron, offset=None)
        yield cron, [*windows[:place], changed, *windows[place + 1 :]]


def _extra_fix(delay: timedelta, sla: timedelta, question: _Question, line: _Line) -> list[Fix]:
    """Return the fewest extra runs that meet the deadline: each as late as the calendars and the deadline let it."""
    longest, last, until = sla - delay, question.start + delay, question.end + delay
    extra: list[datetime] = []
    place = bisect.bisect_right(line.runs, last)
    while last < until:
        if place < len(line.runs) and line.runs[place] - last <= longest:
            last = line.runs[place]
            place += 1
            continue
        latest = (last + longest).replace(microsecond=0)
        run = last_open(question.calendars, latest, after=last) if latest > last else None
        if run is None or len(extra) == _MOST_EXTRA:
            return []
        extra.append(run)
        last = run
    wait = question.in_time(delay, sorted([*line.runs, *extra]), sla)
    return [Fix(Change.EXTRA_WINDOW, wait, extra=tuple(extra))] if wait is not None else []


def days_text(length: timedelta) -> str:
    """Return a length of time as people say it.

    >>> days_text(timedelta(days=35, hours=2))
    '35 d 2 h'
    """
    hours, rest = divmod(length.seconds, 3600)
    parts = [(length.days, "d"), (hours, "h"), (rest // 60, "min"), (rest % 60, "s")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 d"


def _stamp(instant: datetime) -> str:
    """Return an instant to the minute, or to the second when it has seconds."""
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}" if instant.second else f"{instant:%Y-%m-%dT%H:%MZ}"


def _first_window(deadline: Deadline) -> str:
    """Return what comes after the approval."""
    if deadline.approved is None:
        return "no window"
    return f"first window {_stamp(deadline.run)}" if deadline.run else "no window within two years"
