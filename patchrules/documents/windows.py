"""The door for maintenance windows: AWS's requests and answers, templates, Terraform's JSON and our own file."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast

from patchrules.documents import _yaml, terraform, terraform_windows, window_shapes
from patchrules.documents.faults import Findings, raise_together
from patchrules.documents.paths import documents_under, is_folder
from patchrules.documents.text import WINDOWS, Document, quoted, read_declared
from patchrules.documents.window_parts import target_of, task_of, window_of
from patchrules.documents.window_shapes import Kind, Piece, Stranger
from patchrules.errors import Diagnostic, DocumentError, Level, ScheduleError
from patchrules.model.window import Selector, Target, Task, TaskType, Window
from patchrules.sources.files import Input

Source: TypeAlias = "Input | Mapping[str, Any]"
"""A path, bytes, a binary file object, or what boto3 returned."""

_SHAPES = (
    "a window is what CreateMaintenanceWindow takes or `aws ssm describe-maintenance-windows` prints, a template with "
    "AWS::SSM::MaintenanceWindow, `terraform show -json`, or a list `windows:`"
)
_OPERATION = "describe-maintenance-window-tasks does not print it: give get-maintenance-window-task too"
_UNREGISTERED = "AWS takes ids of hosts that are no target only with AllowUnassociatedTargets"


def load_windows(source: Source | Sequence[Source], *, strict: bool = False) -> tuple[Window, ...]:
    """Load maintenance windows with their targets and tasks (SEMANTICS 8.1, 8.6, 8.7).

    ``source`` is a document, a folder of them, or a list of these: what is registered with a window may lie in another
    file (the answers of describe-maintenance-window-targets and -tasks). Read are the JSON and YAML of
    CreateMaintenanceWindow, GetMaintenanceWindow, describe-maintenance-windows, RegisterTarget- and
    RegisterTaskWithMaintenanceWindow, CloudFormation, ``terraform show -json``, and ``windows:`` of our own file
    (docs/how-to/windows.md). Other files of a folder are passed over. What is odd and stops nothing is in
    ``diagnostics``; with ``strict`` those of level ``error`` are faults.

    Raises ScheduleError PR40xx, PR41xx and PR45xx with the place, and Faults, a group of them, when several things are
    wrong. The tuple is never empty.

    >>> found = load_windows(b"windows: [{name: prod, schedule: cron(0 2 ? * SUN *), duration: 4, cutoff: 1}]")
    >>> print(found[0])
    prod: cron(0 2 ? * SUN *), 4 h, no task in the last 1 h
    >>> load_windows(b'{"Name": "prod", "Schedule": "cron(0 2 * * SUN *)", "Duration": 4, "Cutoff": 1}')
    Traceback (most recent call last):
    patchrules.errors.ScheduleError: both day fields have a value [PR4005]
      at 1:44 at /Schedule
        {"Name": "prod", "Schedule": "cron(0 2 * * SUN *)", "Duration": 4, "Cutoff": 1}
                                                   ^
      hint: exactly one of day-of-month and day-of-week must be `?`
    """
    gathered = _Gathered()
    for one, in_folder in _listed(source):
        gathered.add(one, foreign=in_folder)
    windows = tuple(gathered.linked())
    if not windows and not gathered.faults:
        gathered.faults.append(ScheduleError("there is no maintenance window", code="PR4510", hint=_SHAPES))
    doubts = dict.fromkeys(one for window in windows for one in window.diagnostics)
    stopping = [one for one in doubts if strict and one.level is Level.ERROR]
    odd = [ScheduleError(one.message, code=one.code, where=one.where, hint=one.hint) for one in stopping]
    raise_together([*gathered.faults, *odd], gathered.title)
    return windows


def _listed(source: Source | Sequence[Source]) -> Iterator[tuple[Source, bool]]:
    """Yield the single documents, and whether they are only some file of a folder."""
    single = isinstance(source, str | bytes | bytearray | memoryview | os.PathLike | Mapping) or hasattr(source, "read")
    for one in cast("Sequence[Source]", [source] if single else source):
        if isinstance(one, str | os.PathLike) and is_folder(one):
            yield from ((path, True) for path in documents_under(one, error=ScheduleError))
        else:
            yield one, False


@dataclass(slots=True)
class _Read:
    """One window as read, what it may be called, and what is registered with it."""

    window: Window
    names: set[str]
    size: int
    doubts: list[Diagnostic]
    targets: dict[str, Target] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)


@dataclass(slots=True)
class _Gathered:
    """What the documents hold, one after the other."""

    title: str = "the maintenance windows"
    number: int = 0
    windows: list[_Read] = field(default_factory=list)
    parts: list[tuple[Piece, Document, str]] = field(default_factory=list)
    faults: list[DocumentError] = field(default_factory=list)
    doubts: list[Diagnostic] = field(default_factory=list)

    def add(self, source: Source, *, foreign: bool) -> None:
        """Read one document; where it may be ``foreign``, what is no window is passed over."""
        self.number += 1
        try:
            document = Document(source) if isinstance(source, Mapping) else read_declared(source, door=WINDOWS)
        except DocumentError as error:
            self.faults.append(error)
            return
        findings = Findings(document, WINDOWS, self.faults, self.doubts)
        for pointer, key, times in document.repeated:
            place = f"{pointer}/{_yaml.escape(key)}"
            findings.fault("21", f"{quoted(key)} is given {times} times, wanted once", place, "keep one of them")
        found = list(_pieces(document))
        if not found and not foreign:
            findings.fault("10", "there is no maintenance window here", "", _SHAPES)
        self._cut_short(document, findings)
        for one in found:
            if isinstance(one, Stranger) and foreign:
                continue
            if isinstance(one, Stranger):
                findings.fault("10", _strange(one), one.pointer, _SHAPES)
            elif one.kind is Kind.WINDOW:
                self._window(one, document)
            else:
                self.parts.append((one, document, self._scoped(one.owner)))

    def linked(self) -> Iterator[Window]:
        """Yield the windows with what is registered with them."""
        for piece, document, called in self.parts:
            owner = next((read for read in self.windows if called in read.names), None)
            findings = Findings(document, WINDOWS, self.faults, owner.doubts if owner else [])
            if owner is None:
                self._orphan(piece, findings)
            elif piece.kind is Kind.TARGET:
                target = target_of(piece.value, piece.pointer, findings, piece.known_as)
                owner.targets.setdefault(target.target_id or piece.pointer, target)
            else:
                _keep(owner.tasks, task_of(piece.value, piece.pointer, findings), piece.pointer)
        for read in self.windows:
            window = dataclasses.replace(
                read.window,
                targets=(*read.window.targets, *read.targets.values()),
                tasks=(*read.window.tasks, *read.tasks.values()),
            )
            for task in window.tasks:
                self._check(window, task, read)
            yield dataclasses.replace(window, diagnostics=(*self.doubts, *read.doubts))

    def _window(self, piece: Piece, document: Document) -> None:
        """Read a window; the answers of describe and get about one window are one, the fuller one counts."""
        doubts: list[Diagnostic] = []
        findings = Findings(document, WINDOWS, self.faults, doubts)
        names = {self._scoped(name) for name in piece.names}
        read = _Read(window_of(piece.value, piece.pointer, findings), names, len(piece.value), doubts)
        same = next((one for one in self.windows if read.names & one.names), None)
        if same is None:
            twin = next((one for one in self.windows if one.window.name == read.window.name), None)
            if twin is not None and not (read.names or twin.names):
                findings.fault("18", f"two windows are called {quoted(read.window.name)}", piece.pointer)
            self.windows.append(read)
        elif read.size > same.size:
            same.window, same.size, same.doubts = read.window, read.size, read.doubts

    def _scoped(self, name: str) -> str:
        """Return a name that holds over documents: AWS's ids are its own, names of a template are the template's."""
        return name if name.startswith("mw-") else f"{self.number} {name}"

    def _orphan(self, piece: Piece, findings: Findings) -> None:
        """Tell of a target or task whose window is not among the documents."""
        said = f"of window {quoted(piece.owner)}, which is not here" if piece.owner else "of a window that is not said"
        hint = "give the window's own document too: aws ssm get-maintenance-window --window-id ID"
        findings.fault("15", f"this is a {piece.kind.value} {said}", piece.pointer, hint)

    def _check(self, window: Window, task: Task, read: _Read) -> None:
        """Tell what AWS would refuse of a task and targets that do not belong together."""
        ids = {name for target in window.targets for name in (target.target_id, target.name) if name}
        called = f"task {quoted(task.name or task.document)} of `{window.name}`"
        for selector in task.selectors:
            strangers = [value for value in selector.values if value not in ids]
            for value in strangers if selector.key == "WindowTargetIds" else ():
                message = f"{called} is for target {quoted(value)}, which the window does not have"
                self.faults.append(ScheduleError(message, code="PR4516", hint=_known(ids)))
            for value in _unregistered(window, selector):
                message = f"{called} is for {quoted(value)}, which is no target of the window"
                read.doubts.append(Diagnostic("PR4553", Level.ERROR, message, hint=_UNREGISTERED))
        if task.patches and task.operation is None:
            message = f"{called} scans or installs, and nothing here says which"
            read.doubts.append(Diagnostic("PR4555", Level.WARNING, message, hint=_OPERATION))
        if task.type is TaskType.RUN_COMMAND and not task.selectors:
            message = f"{called} runs a command on no target"
            self.faults.append(ScheduleError(message, code="PR4517", hint="write `targets`"))

    def _cut_short(self, document: Document, findings: Findings) -> None:
        """Tell of an answer of which only the first page was saved."""
        if isinstance(document.value, Mapping) and document.value.get("NextToken"):
            message = "this is one page of an answer, and the others are not here"
            findings.doubt("PR4556", Level.ERROR, message, "/NextToken", "save it without --max-items")


def _pieces(document: Document) -> Iterator[Piece | Stranger]:
    """Yield what a document holds."""
    if terraform.is_terraform(document.value):
        yield from terraform_windows.pieces(document.value)
    else:
        yield from window_shapes.pieces(document.value)


def _strange(one: Stranger) -> str:
    """Return what a part of a document is instead of a window."""
    if not isinstance(one.value, Mapping):
        return f"this is {quoted(one.value)}, wanted a maintenance window"
    keys = ", ".join(quoted(str(key)) for key in list(one.value)[:5]) or "nothing"
    return f"this is no maintenance window: it has {keys}"


def _unregistered(window: Window, selector: Selector) -> list[str]:
    """Return hosts of a task that AWS would refuse, as far as the targets let it be told: tags may cover any host."""
    picks = [pick for target in window.targets for pick in target.selectors]
    told = window.allow_unassociated_targets is False and all(pick.key == "InstanceIds" for pick in picks)
    registered = {value for pick in picks for value in pick.values}
    return [one for one in selector.values if told and selector.key == "InstanceIds" and one not in registered]


def _keep(tasks: dict[str, Task], task: Task, pointer: str) -> None:
    """Keep a task; of the answers of describe and get about one task the one with parameters counts."""
    key = task.task_id or pointer
    if key not in tasks or (task.parameters and not tasks[key].parameters):
        tasks[key] = task


def _known(ids: set[str]) -> str:
    """Return what targets there are."""
    return f"known are {', '.join(sorted(ids))}" if ids else "the window's targets are not here: give them too"
