"""Maintenance windows and calendars as people write them; `schedule` gives their texts meaning (SEMANTICS 8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from patchrules.errors import Diagnostic
from patchrules.model.names import Operation

PATCH_DOCUMENTS = (
    "AWS-RunPatchBaseline",
    "AWS-RunPatchBaselineAssociation",
    "AWS-RunPatchBaselineWithHooks",
    "AWS-ApplyPatchBaseline",
)
"""The Systems Manager documents that scan and install by a baseline; what they do is in their ``Operation``."""


class ResourceType(StrEnum):
    """What a registered target holds (SEMANTICS 8.6)."""

    INSTANCE = "INSTANCE"
    RESOURCE_GROUP = "RESOURCE_GROUP"


class TaskType(StrEnum):
    """What runs a task (SEMANTICS 8.7)."""

    RUN_COMMAND = "RUN_COMMAND"
    AUTOMATION = "AUTOMATION"
    STEP_FUNCTIONS = "STEP_FUNCTIONS"
    LAMBDA = "LAMBDA"


class CutoffBehavior(StrEnum):
    """What becomes of a task that runs when the cutoff comes."""

    CONTINUE_TASK = "CONTINUE_TASK"
    CANCEL_TASK = "CANCEL_TASK"


@dataclass(frozen=True, slots=True)
class Selector:
    """A key and its values: ``InstanceIds``, ``tag:Env``, ``tag-key``, ``resource-groups:Name`` (SEMANTICS 8.6).

    >>> print(Selector("tag:Env", ("prod", "stage")))
    tag:Env in prod, stage
    """

    key: str
    values: tuple[str, ...]

    def __str__(self) -> str:
        """Return key and values."""
        return f"{self.key} in {', '.join(self.values) or 'nothing'}"


@dataclass(frozen=True, slots=True)
class Target:
    """A registered target of a window: the hosts that all its selectors select (SEMANTICS 8.6).

    ``target_id`` is what tasks call it: AWS's id, or the name it has in a template or in our file.

    >>> print(Target("web", (Selector("tag:Env", ("prod",)), Selector("tag-key", ("Role",)))))
    web: tag:Env in prod and tag-key in Role
    """

    target_id: str
    selectors: tuple[Selector, ...]
    resource_type: ResourceType = ResourceType.INSTANCE
    name: str = ""

    def __str__(self) -> str:
        """Return the name and what it selects."""
        return f"{self.name or self.target_id}: {' and '.join(map(str, self.selectors)) or 'nothing'}"


@dataclass(frozen=True, slots=True)
class Task:
    """A task of a window: what runs, in which order, on which hosts (SEMANTICS 8.7).

    ``document`` is the name or ARN of what runs. ``selectors`` are ``InstanceIds`` or ``WindowTargetIds``; a task
    without any runs once, on no host. ``parameters`` are those of a command, empty when nobody said them.

    >>> print(Task("AWS-RunPatchBaseline", priority=1, parameters=(("Operation", ("Install",)),)))
    1 AWS-RunPatchBaseline (Install)
    """

    document: str
    type: TaskType = TaskType.RUN_COMMAND
    priority: int = 0
    selectors: tuple[Selector, ...] = ()
    parameters: tuple[tuple[str, tuple[str, ...]], ...] = ()
    name: str = ""
    task_id: str = ""
    max_concurrency: str = ""
    max_errors: str = ""
    cutoff_behavior: CutoffBehavior = CutoffBehavior.CONTINUE_TASK

    @property
    def patches(self) -> bool:
        """Say whether the task scans or installs by a baseline."""
        return self.document.rpartition("/")[2] in PATCH_DOCUMENTS

    @property
    def operation(self) -> Operation | None:
        """Return Scan or Install, None for a task that does not patch or whose parameters nobody said."""
        named = next(iter(self.parameter("Operation")), "").casefold()
        return next((known for known in Operation if known.casefold() == named), None) if self.patches else None

    def parameter(self, name: str) -> tuple[str, ...]:
        """Return the values of a parameter, none when it is not given."""
        return next((values for key, values in self.parameters if key == name), ())

    def __str__(self) -> str:
        """Return priority, document and operation."""
        return f"{self.priority} {self.document}{f' ({self.operation})' if self.operation else ''}"


@dataclass(frozen=True, slots=True)
class Window:
    """A maintenance window: when it may open, for how long, and when it stops starting tasks (SEMANTICS 8.1).

    ``schedule`` is the expression's text, read in ``zone`` (an IANA name); ``offset`` counts days, for cron only.
    ``duration`` and ``cutoff`` are whole hours. ``start_date`` and ``end_date`` are aware and bound the executions, the
    end included. ``created`` is the instant from which the window exists as it is (the later of AWS's CreatedDate and
    ModifiedDate), None when nobody knows; so is ``allow_unassociated_targets``. ``targets`` and ``tasks`` are what is
    registered with it; ``diagnostics`` say what was odd where it was read.

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
    allow_unassociated_targets: bool | None = None
    window_id: str = ""
    description: str = ""
    targets: tuple[Target, ...] = ()
    tasks: tuple[Task, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    def __str__(self) -> str:
        """Return name, schedule and length on one line."""
        offset = f" + {self.offset} d" if self.offset else ""
        zone = f" {self.zone}" if self.zone != "UTC" else ""
        off = "" if self.enabled else ", disabled"
        cutoff = f", no task in the last {self.cutoff} h" if self.cutoff else ""
        return f"{self.name}: {self.schedule}{offset}{zone}, {self.duration} h{cutoff}{off}"

    @property
    def in_order(self) -> tuple[tuple[Task, ...], ...]:
        """Return the tasks in the order they start: by ascending priority, equal ones together (SEMANTICS 8.7).

        >>> tasks = (Task("last", priority=5), Task("first"), Task("with it"))
        >>> window = Window("prod", "rate(1 days)", 2, 1, tasks=tasks)
        >>> [[task.document for task in together] for together in window.in_order]
        [['first', 'with it'], ['last']]
        """
        priorities = sorted({task.priority for task in self.tasks})
        return tuple(tuple(task for task in self.tasks if task.priority == priority) for priority in priorities)

    @property
    def installs(self) -> bool:
        """Say whether an execution may install: not, where the tasks are known and none of them does.

        >>> scan = Task("AWS-RunPatchBaseline", parameters=(("Operation", ("Scan",)),))
        >>> Window("prod", "rate(1 day)", 2, 1).installs, Window("prod", "rate(1 day)", 2, 1, tasks=(scan,)).installs
        (True, False)
        """
        return not self.tasks or any(task.patches and task.operation is not Operation.SCAN for task in self.tasks)

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
