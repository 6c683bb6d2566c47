"""Windows and hosts: whom a window patches, in which order, who is left out, who is in two (SEMANTICS 8.6, 8.7).

A host counts as served where a patching task of an enabled window covers it; of a window whose tasks nobody said, where
a registered target does.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from patchrules.errors import Diagnostic, Level
from patchrules.model.names import Operation
from patchrules.model.window import Selector, Task, Window
from patchrules.schedule.calendars import OpenCalendar
from patchrules.schedule.windows import Execution, standing
from patchrules.schedule.zones import aware

GROUP_TAGS = ("Patch Group", "PatchGroup")
_OF_INSTANCES = frozenset({"AWS::EC2::Instance", "AWS::SSM::ManagedInstance"})
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Node:
    """What a window asks of a host. ``groups`` are its resource groups, None when nobody knows them.

    A patch group is a tag: one that is known without its tag counts as both of its spellings (SEMANTICS 7.1).

    >>> Node("web-1", patch_group="prod").all_tags
    {'Patch Group': 'prod', 'PatchGroup': 'prod'}
    """

    host: str
    tags: Mapping[str, str] = field(default_factory=dict)
    patch_group: str | None = None
    groups: frozenset[str] | None = None

    @property
    def all_tags(self) -> dict[str, str]:
        """Return the tags, the patch group's among them."""
        if not self.patch_group or any(key in self.tags for key in GROUP_TAGS):
            return dict(self.tags)
        return dict.fromkeys(GROUP_TAGS, self.patch_group) | dict(self.tags)


@dataclass(frozen=True, slots=True)
class Step:
    """A task and the hosts it runs on, in the order of its targets; none for a task without targets."""

    task: Task
    hosts: tuple[str, ...]

    def __str__(self) -> str:
        """Return the task and how many hosts."""
        count = "1 host" if len(self.hosts) == 1 else f"{len(self.hosts):,} hosts"
        return f"{self.task} on {count if self.task.selectors else 'no target'}"


@dataclass(frozen=True, slots=True)
class Service:
    """What a window does on which hosts: ``steps`` by ascending priority, ``hosts`` that it scans or installs on."""

    window: Window
    steps: tuple[Step, ...]
    hosts: tuple[str, ...]

    def operation_on(self, host: str) -> Operation | None:
        """Return what is done on a host: Install where any task may install, None where nothing patches it.

        A window whose tasks are not known, and a task that does not say, may install.
        """
        if host not in self.hosts:
            return None
        doing = [step.task.operation for step in self.steps if step.task.patches and host in step.hosts]
        return Operation.SCAN if doing and all(one is Operation.SCAN for one in doing) else Operation.INSTALL


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two windows that are open at one time on the same hosts, and the first executions that show it."""

    hosts: tuple[str, ...]
    first: Execution
    second: Execution

    def __str__(self) -> str:
        """Return both executions and the hosts."""
        since, until = max(self.first.start, self.second.start), min(self.first.end, self.second.end)
        names = f"`{self.first.window}` and `{self.second.window}`"
        return f"{names} overlap from {since:%Y-%m-%d %H:%M}Z to {until:%H:%M}Z on {', '.join(self.hosts)}"


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which window serves which hosts; who is in none, only scanned, or in two that overlap."""

    services: tuple[Service, ...]
    unserved: tuple[str, ...]
    only_scanned: tuple[str, ...]
    overlaps: tuple[Overlap, ...]
    diagnostics: tuple[Diagnostic, ...] = ()


def selects(selectors: Sequence[Selector], node: Node) -> bool:
    """Say whether selectors select a host: all of them must, each by any of its values (SEMANTICS 8.6).

    >>> web = Node("web-1", {"Env": "prod", "Role": "web"})
    >>> selects([Selector("tag:Env", ("prod", "stage")), Selector("tag-key", ("Role",))], web)
    True
    >>> selects([Selector("tag:Env", ("prod",)), Selector("InstanceIds", ("web-2",))], web)
    False
    """
    return bool(selectors) and all(_picks(selector, node) for selector in selectors)


def service(window: Window, nodes: Iterable[Node]) -> Service:
    """Return what a window does on which of the hosts.

    >>> from patchrules.model.window import Target
    >>> web = Target("web", (Selector("tag:Role", ("web",)),))
    >>> scan = Task(
    ...     "AWS-RunPatchBaseline",
    ...     parameters=(("Operation", ("Scan",)),),
    ...     selectors=(Selector("WindowTargetIds", ("web",)),),
    ... )
    >>> window = Window("prod", "rate(7 days)", 2, 1, targets=(web,), tasks=(scan,))
    >>> print(service(window, [Node("web-1", {"Role": "web"}), Node("db-1")]).steps[0])
    0 AWS-RunPatchBaseline (Scan) on 1 host
    """
    known = list(nodes)
    registered: dict[str, list[str]] = {}
    for target in window.targets:
        found = [node.host for node in known if selects(target.selectors, node)]
        for name in {target.target_id, target.name} - {""}:
            registered.setdefault(name, found)
    steps = tuple(Step(task, _covered(task, registered, known)) for task in itertools.chain(*window.in_order))
    covering = [step.hosts for step in steps if step.task.patches] if steps else list(registered.values())
    return Service(window, steps, _in_order(itertools.chain(*covering), known))


def coverage(
    windows: Sequence[Window],
    nodes: Sequence[Node],
    *,
    start: datetime,
    days: int = 365,
    calendars: Sequence[OpenCalendar] = (),
) -> Coverage:
    """Return which window serves which hosts, and what stands out; overlaps are those of the ``days`` from ``start``.

    Disabled windows serve nobody. Raises ScheduleError for a schedule that is not one.

    >>> from datetime import UTC
    >>> from patchrules.model.window import Target
    >>> web, all_of_it = Selector("tag:Role", ("web",)), Selector("tag-key", ("Role",))
    >>> one = Window("one", "cron(0 2 ? * SUN *)", 4, 1, targets=(Target("web", (web,)),))
    >>> two = Window("two", "cron(0 5 1 * ? *)", 4, 1, targets=(Target("all", (all_of_it,)),))
    >>> nodes = [Node("web-1", {"Role": "web"}), Node("db-1", {"Role": "db"}), Node("lab-1")]
    >>> found = coverage([one, two], nodes, start=datetime(2026, 11, 24, tzinfo=UTC))
    >>> found.unserved
    ('lab-1',)
    >>> print(found.overlaps[0])
    `one` and `two` overlap from 2027-08-01 05:00Z to 06:00Z on web-1
    """
    services = tuple(service(window, nodes) for window in windows)
    working = [one for one in services if one.window.enabled]
    served = {host for one in working for host in one.hosts}
    installed = {host for one in working for host in one.hosts if one.operation_on(host) is Operation.INSTALL}
    return Coverage(
        services,
        unserved=tuple(node.host for node in nodes if node.host not in served),
        only_scanned=tuple(node.host for node in nodes if node.host in served - installed),
        overlaps=_overlaps(working, aware(start), aware(start) + days * _DAY, calendars),
        diagnostics=tuple(_doubts(working, nodes)),
    )


def _picks(selector: Selector, node: Node) -> bool:
    """Say whether one selector selects a host; a key that we do not know selects nobody."""
    values = frozenset(selector.values)
    if selector.key.startswith("tag:"):
        return node.all_tags.get(selector.key.removeprefix("tag:")) in values
    match selector.key:
        case "InstanceIds":
            return node.host in values
        case "tag-key":
            return not values.isdisjoint(node.all_tags)
        case "resource-groups:Name":
            return not values.isdisjoint(node.groups or ())
        case "resource-groups:ResourceTypeFilters":
            return not values.isdisjoint(_OF_INSTANCES)
    return False


def _covered(task: Task, registered: Mapping[str, Sequence[str]], nodes: Sequence[Node]) -> tuple[str, ...]:
    """Return the hosts of a task: those of its registered targets one after the other, or those it names."""
    found: list[str] = []
    for selector in task.selectors:
        if selector.key == "WindowTargetIds":
            found += itertools.chain(*(registered.get(value, ()) for value in selector.values))
        else:
            found += [node.host for node in nodes if _picks(selector, node)]
    return tuple(dict.fromkeys(found))


def _in_order(hosts: Iterable[str], nodes: Iterable[Node]) -> tuple[str, ...]:
    """Return hosts in the order of the fleet."""
    wanted = set(hosts)
    return tuple(node.host for node in nodes if node.host in wanted)


def _overlaps(
    services: Sequence[Service], start: datetime, end: datetime, calendars: Sequence[OpenCalendar]
) -> tuple[Overlap, ...]:
    """Return the first overlap of each two windows that share hosts."""
    lines: dict[int, list[Execution]] = {}
    members = [frozenset(one.hosts) for one in services]
    found = []
    for one, two in itertools.combinations(range(len(services)), 2):
        shared = tuple(host for host in services[one].hosts if host in members[two])
        if not shared:
            continue
        for place in (one, two):
            if place not in lines:
                # An execution that began before the time asked about may still be active in it.
                runs = standing([services[place].window], start - _DAY, end, calendars=calendars)
                lines[place] = [run for run in runs if run.runs and run.end > start]
        both = _first_meeting(lines[one], lines[two])
        if both is not None:
            found.append(Overlap(shared, *both))
    return tuple(found)


def _first_meeting(ones: Sequence[Execution], twos: Sequence[Execution]) -> tuple[Execution, Execution] | None:
    """Return the first two executions that are active at one time, of two ascending lines."""
    place = 0
    for one in ones:
        # All executions of a line last equally long, so what ends before `one` begins ends before its successors do.
        while place < len(twos) and twos[place].end <= one.start:
            place += 1
        if place < len(twos) and twos[place].start < one.end:
            return one, twos[place]
    return None


def _doubts(services: Sequence[Service], nodes: Sequence[Node]) -> Iterable[Diagnostic]:
    """Yield what could not be told of windows and hosts."""
    there = {node.host for node in nodes}
    for one in services:
        name = one.window.name
        if not one.window.targets and not one.window.tasks:
            message = f"nobody says which hosts `{name}` is for"
            hint = "give its targets and tasks too: describe-maintenance-window-targets, get-maintenance-window-task"
            yield Diagnostic("PR4601", Level.WARNING, message, hint=hint)
        selectors = [part.selectors for part in one.window.targets] + [task.selectors for task in one.window.tasks]
        picks = dict.fromkeys(itertools.chain(*selectors))
        missing = [host for pick in picks if pick.key == "InstanceIds" for host in pick.values if host not in there]
        if missing:
            names = ", ".join(f"`{host}`" for host in dict.fromkeys(missing))
            yield Diagnostic("PR4602", Level.WARNING, f"`{name}` names {names}, which no host is called")
        groups = [value for pick in picks if pick.key == "resource-groups:Name" for value in pick.values]
        if groups and any(node.groups is None for node in nodes):
            names = ", ".join(f"`{group}`" for group in dict.fromkeys(groups))
            hint = "write `resource_groups: [NAME]` in the hosts file"
            yield Diagnostic("PR4603", Level.WARNING, f"who is in the resource group {names} is not known", hint=hint)
