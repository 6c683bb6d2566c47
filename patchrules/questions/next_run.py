"""The next run of a maintenance window: what it would find approved and install on each host (SEMANTICS 8.2, 8.7).

Every host is judged at the instant the execution starts: all hosts of an execution share one snapshot of the baselines.
What the catalogs do not know today, nobody can tell; a patch released before the execution is not in the answer.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pyarrow.compute as pc

from patchrules.errors import Diagnostic, Level
from patchrules.evaluation.coverage import AgeLimits
from patchrules.evaluation.fleet import evaluate_fleet
from patchrules.evaluation.nouns import of_hosts
from patchrules.evaluation.opened import Fleet, in_memory
from patchrules.evaluation.options import settings
from patchrules.evaluation.run import Run
from patchrules.model.baseline import Baseline, Registry
from patchrules.model.host import Inventory
from patchrules.model.names import Operation, State, Status
from patchrules.model.patch import Catalog
from patchrules.model.window import Calendar, Window
from patchrules.schedule.calendars import OpenCalendar, opened
from patchrules.schedule.targets import Node, Service, service
from patchrules.schedule.windows import Execution, next_executions

_PATIENCE = timedelta(days=731)
_OWN_LISTS = ("InstallOverrideList", "BaselineOverride")
_FEW = 5


@dataclass(frozen=True, slots=True)
class PlannedPatch:
    """A package that the run would find missing; ``is_new``: it is approved only between now and the run."""

    id: str
    installed: str
    target: str
    advisory: str | None
    level: str
    severity: str
    since: datetime | None
    is_new: bool

    def __str__(self) -> str:
        """Return the change and why."""
        new = ", approved by then" if self.is_new else ""
        return f"{self.id} {self.installed} → {self.target} ({self.advisory or 'no advisory'}, {self.level}){new}"


@dataclass(frozen=True, slots=True)
class HostPlan:
    """What the run does on one host: Scan only finds ``patches`` missing, Install installs them.

    ``unknown`` says why a host cannot be judged, so that no patch is not taken for nothing to do.
    """

    host: str
    operation: Operation
    status: Status
    patches: tuple[PlannedPatch, ...]
    unknown: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return one line."""
        if self.unknown and not self.patches:
            return f"{self.host}: nothing can be told, UNKNOWN ({', '.join(self.unknown)})"
        verb = "installs" if self.operation is Operation.INSTALL else "finds missing"
        count = "1 patch" if len(self.patches) == 1 else f"{len(self.patches):,} patches"
        new = sum(patch.is_new for patch in self.patches)
        unknown = f", UNKNOWN ({', '.join(self.unknown)})" if self.unknown else ""
        return f"{self.host}: {verb} {count}{f', {new:,} of them approved by then' if new else ''}{unknown}"


@dataclass(frozen=True, slots=True)
class NextRun:
    """The next execution of a window that no calendar skips, and the plan for each of its hosts.

    ``execution`` is None when there is none within two years; ``skipped`` are those that calendars skip before it.
    """

    window: Window
    execution: Execution | None
    skipped: tuple[Execution, ...]
    hosts: tuple[HostPlan, ...]
    diagnostics: tuple[Diagnostic, ...] = ()

    def __str__(self) -> str:
        """Return the execution, what is skipped before it, and a line a host with its first patches."""
        lines = [str(self.execution) if self.execution else f"{self.window.name}: no execution within two years"]
        lines += [f"  before it: {run}" for run in self.skipped[:_FEW]]
        for plan in self.hosts:
            lines += [f"  {plan}", *(f"    {patch}" for patch in plan.patches[:_FEW])]
            more = len(plan.patches) - _FEW
            lines += [f"    and {more:,} more"] if more > 0 else []
        return "\n".join(lines)


def next_run(  # noqa: PLR0913 - the options of a run are keywords
    window: Window,
    policy: Baseline | Registry,
    fleet: Inventory | Fleet,
    catalogs: Catalog | Sequence[Catalog],
    *,
    now: datetime | str,
    calendars: Sequence[Calendar | OpenCalendar] = (),
    nodes: Sequence[Node] | None = None,
    dialect: str = "documented",
    missing_date: str = "approve",
    deb_dates: str = "ignore",
    limits: AgeLimits | None = None,
) -> NextRun:
    """Say what the first execution of ``window`` after ``now`` would find approved and install on each of its hosts.

    Which hosts it serves is told by their tags and groups in ``nodes``, else in the inventory; a window without targets
    and tasks is taken to serve all of them, with PR4601. ``now`` is an aware datetime or ISO 8601 with a zone, options
    are those of :func:`evaluate_fleet`, and so are errors, with ScheduleError for a schedule that is not one.

    >>> import pyarrow as pa
    >>> import patchrules as pr
    >>> hosts = pa.table({"host": ["web-1"], "name": ["bash"], "arch": ["amd64"], "evr": ["5.2.15-2"]})
    >>> fleet = pr.open_fleet(hosts, family="debian", product="Debian12")
    >>> nightly = Window("nightly", "cron(0 2 ? * * *)", duration=3, cutoff=1)
    >>> baseline = pr.predefined("AWS-DebianDefaultPatchBaseline")
    >>> print(next_run(nightly, baseline, fleet, [], now="2026-11-24T12:00Z"))
    nightly: 2026-11-25 02:00Z to 05:00Z, last task start 04:00Z
      web-1: nothing can be told, UNKNOWN (NO_CATALOG)
    """
    instant = settings(as_of=now).as_of
    line = itertools.takewhile(
        lambda run: run.start <= instant + _PATIENCE,
        next_executions(window, instant, calendars=opened(calendars)),
    )
    skipped, execution = [], None
    for run in line:
        if run.runs:
            execution = run
            break
        skipped.append(run)
    inventory = in_memory(fleet)
    serving = _serving(window, nodes_of(inventory) if nodes is None else list(nodes))
    if execution is None or not serving.hosts:
        return NextRun(window, execution, tuple(skipped), (), tuple(_doubts(window)))
    part = of_hosts(inventory, serving.hosts)
    given = {"dialect": dialect, "missing_date": missing_date, "deb_dates": deb_dates}
    options: dict[str, Any] = {**given, "limits": limits}
    then = evaluate_fleet(policy, part, catalogs, as_of=execution.start, **options)
    today = evaluate_fleet(policy, part, catalogs, as_of=instant, **options)
    plans = tuple(_plans(serving, then, today))
    return NextRun(window, execution, tuple(skipped), plans, (*_doubts(window), *then.diagnostics))


def nodes_of(fleet: Inventory) -> list[Node]:
    """Return what windows ask of the hosts of an inventory; resource groups are not in it."""
    rows = fleet.hosts.select(["host", "tags", "patch_group"]).to_pylist()
    return [Node(row["host"], dict(row["tags"] or ()), row["patch_group"]) for row in rows]


def _serving(window: Window, nodes: Sequence[Node]) -> Service:
    """Return whom the window serves; all hosts, where nobody said."""
    if window.targets or window.tasks:
        return service(window, nodes)
    return Service(window, (), tuple(node.host for node in nodes))


def _plans(serving: Service, then: Run, today: Run) -> Iterator[HostPlan]:
    """Yield the plan of each host, in the order of the fleet."""
    known = {(row["host"], row["id"], row["target"]) for row in _missing(today)}
    found: dict[str, list[PlannedPatch]] = {}
    for row in _missing(then):
        patch = PlannedPatch(
            id=row["id"],
            installed=row["installed"],
            target=row["target"],
            advisory=row["advisory"],
            level=row["compliance_severity"],
            severity=row["severity"],
            since=row["since"],
            is_new=(row["host"], row["id"], row["target"]) not in known,
        )
        found.setdefault(row["host"], []).append(patch)
    for row in then.hosts.select(["host", "status", "unknown"]).to_pylist():
        host, why = row["host"], tuple(row["unknown"] or ())
        operation = serving.operation_on(host) or Operation.INSTALL
        yield HostPlan(host, operation, Status(row["status"]), tuple(found.get(host, ())), why)


def _missing(run: Run) -> list[dict[str, Any]]:
    """Return the verdicts that an install would mend."""
    rows: list[dict[str, Any]] = run.verdicts.filter(pc.equal(run.verdicts["state"], State.MISSING.value)).to_pylist()
    return rows


def _doubts(window: Window) -> Iterator[Diagnostic]:
    """Yield what the answer does not know of the window."""
    if not window.targets and not window.tasks:
        message = f"nobody says which hosts `{window.name}` is for: all of them are taken"
        yield Diagnostic("PR4601", Level.WARNING, message)
    for task in window.tasks:
        for name in _OWN_LISTS:
            if any(task.parameter(name)):
                message = (
                    f"task `{task.name or task.document}` of `{window.name}` has its own {name}, which is not read"
                )
                yield Diagnostic("PR4604", Level.WARNING, message)
