"""The fields of a window, a registered target or a task -> the nouns, in any spelling (SEMANTICS 8.1, 8.6, 8.7)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from patchrules.documents._yaml import Plain
from patchrules.documents.faults import Findings
from patchrules.documents.shape import not_known
from patchrules.documents.text import quoted
from patchrules.documents.window_fields import MISSING, NO_WORD, OUT_OF_RANGE, WRONG_TYPE, Fields
from patchrules.errors import Level, ScheduleError, Where
from patchrules.model.window import CutoffBehavior, ResourceType, Selector, Target, Task, TaskType, Window
from patchrules.schedule import windows as meaning

WINDOW: Mapping[str, tuple[str, ...]] = {
    "Name": (),
    "Schedule": (),
    "Duration": (),
    "Cutoff": (),
    "ScheduleTimezone": ("timezone", "zone"),
    "ScheduleOffset": ("offset",),
    "StartDate": (),
    "EndDate": (),
    "Enabled": (),
    "AllowUnassociatedTargets": (),
    "Description": (),
    "CreatedDate": (),
    "ModifiedDate": (),
    "WindowId": ("id",),
    "Targets": (),
    "Tasks": (),
}
TARGET: Mapping[str, tuple[str, ...]] = {
    "Targets": (),
    "Instances": ("hosts", "InstanceIds"),
    "Tags": (),
    "TagKeys": (),
    "ResourceGroups": ("groups",),
    "ResourceType": (),
    "Name": (),
    "Description": (),
    "WindowTargetId": ("id",),
    "WindowId": (),
}
TASK: Mapping[str, tuple[str, ...]] = {
    "TaskArn": ("document",),
    "TaskType": ("type",),
    "Operation": (),
    "Priority": (),
    "Targets": (),
    "TaskParameters": (),
    "TaskInvocationParameters": (),
    "MaxConcurrency": (),
    "MaxErrors": (),
    "CutoffBehavior": (),
    "Name": (),
    "Description": (),
    "WindowTaskId": ("id",),
    "WindowId": (),
}
_SELECTOR: Mapping[str, tuple[str, ...]] = {"Key": (), "Values": ("Value",)}
_KEYS = ("InstanceIds", "WindowTargetIds", "tag-key", "resource-groups:Name", "resource-groups:ResourceTypeFilters")
_PARAMETERS = ("RunCommand", "MaintenanceWindowRunCommandParameters")
_OPERATIONS = {"scan": "Scan", "install": "Install"}
_FIELD_OF = {
    "PR4101": ("Name",),
    "PR4102": ("Duration",),
    "PR4103": ("Cutoff", "Duration"),
    "PR4104": ("EndDate", "StartDate"),
    "PR4009": ("ScheduleOffset", "Schedule"),
    "PR4010": ("ScheduleTimezone",),
}
_LONGEST_LINE = 200
_MOST_SELECTORS, _MOST_VALUES = 5, 50


def window_of(raw: Mapping[Any, Any], pointer: str, findings: Findings) -> Window:
    """Return the window, with what is nested in it; what is wrong goes to ``findings``, something harmless for it."""
    fields = Fields(raw, pointer, findings, WINDOW)
    fields.needed("Name", "3 to 128 letters, digits, `-`, `_` and `.`")
    fields.needed("Schedule", "an expression such as `cron(0 2 ? * SUN *)`")
    fields.needed("Duration", "a whole number of hours from 1 to 24")
    fields.needed("Cutoff", "a whole number of hours from 0 to 23")
    dates = [date for date in (fields.moment("CreatedDate"), fields.moment("ModifiedDate")) if date is not None]
    duration, cutoff = fields.whole("Duration"), fields.whole("Cutoff")
    window = Window(
        name=fields.text("Name"),
        schedule=fields.text("Schedule"),
        duration=1 if duration is None else duration,
        cutoff=0 if cutoff is None else cutoff,
        zone=fields.text("ScheduleTimezone") or "UTC",
        offset=fields.whole("ScheduleOffset"),
        start_date=fields.moment("StartDate"),
        end_date=fields.moment("EndDate"),
        enabled=fields.truth("Enabled") is not False,
        created=max(dates, default=None),
        allow_unassociated_targets=fields.truth("AllowUnassociatedTargets"),
        window_id=fields.text("WindowId"),
        description=fields.text("Description"),
    )
    _check(window, fields)
    targets = tuple(_nested_targets(fields))
    own = Selector("WindowTargetIds", tuple(one.target_id for one in targets))
    tasks = tuple(
        task if task.selectors or not targets or task.type is not TaskType.RUN_COMMAND else _with(task, own)
        for task in (task_of(one, place, findings) for one, place in fields.mappings("Tasks"))
    )
    return dataclasses.replace(window, targets=targets, tasks=tasks)


def target_of(raw: Mapping[Any, Any], pointer: str, findings: Findings, known_as: str = "") -> Target:
    """Return a registered target; tasks call it by its id, else ``known_as``."""
    fields = Fields(raw, pointer, findings, TARGET)
    selectors = [*_selectors(fields, "Targets")]
    selectors += [
        Selector(key, values)
        for key, values in (
            ("InstanceIds", fields.texts("Instances")),
            ("tag-key", fields.texts("TagKeys")),
            ("resource-groups:Name", fields.texts("ResourceGroups")),
        )
        if values
    ]
    selectors += _tags(fields)
    if not selectors:
        hint = "write `targets: [{tags: {Env: [prod]}}]`, or AWS's `Targets: [{Key: ..., Values: [...]}]`"
        fields.fault(MISSING, "the target selects nothing", "Targets", hint)
    if len(selectors) > _MOST_SELECTORS or any(len(one.values) > _MOST_VALUES for one in selectors):
        message = f"the target has more than {_MOST_SELECTORS} keys, or more than {_MOST_VALUES} values of one"
        fields.fault(OUT_OF_RANGE, message, "Targets", "AWS takes no more: register several targets")
    name = fields.text("Name")
    grouped = any(selector.key.startswith("resource-groups:") for selector in selectors)
    default = ResourceType.RESOURCE_GROUP if grouped else ResourceType.INSTANCE
    kind = fields.word("ResourceType", ResourceType, default)
    return Target(known_as or fields.text("WindowTargetId") or name, tuple(selectors), kind, name)


def task_of(raw: Mapping[Any, Any], pointer: str, findings: Findings) -> Task:
    """Return a task."""
    fields = Fields(raw, pointer, findings, TASK)
    operation = fields.text("Operation")
    if operation and operation.strip().casefold() not in _OPERATIONS:
        fields.fault(NO_WORD, f"`Operation` is {quoted(operation)}, wanted `scan` or `install`", "Operation")
    document = fields.text("TaskArn") or ("AWS-RunPatchBaseline" if operation else "")
    if not document:
        fields.needed("TaskArn", "a document such as `AWS-RunPatchBaseline`, or our `operation: install`")
    parameters = dict(_parameters(fields))
    if operation:
        parameters["Operation"] = (_OPERATIONS.get(operation.strip().casefold(), operation),)
    priority = fields.whole("Priority")
    if priority is not None and priority < 0:
        fields.fault(OUT_OF_RANGE, f"`Priority` is {priority}, wanted 0 or more: 0 comes first", "Priority")
    return Task(
        document=document,
        type=fields.word("TaskType", TaskType, TaskType.RUN_COMMAND),
        priority=priority or 0,
        selectors=tuple(_selectors(fields, "Targets")),
        parameters=tuple(sorted(parameters.items())),
        name=fields.text("Name"),
        task_id=fields.text("WindowTaskId"),
        max_concurrency=fields.text("MaxConcurrency"),
        max_errors=fields.text("MaxErrors"),
        cutoff_behavior=fields.word("CutoffBehavior", CutoffBehavior, CutoffBehavior.CONTINUE_TASK),
    )


def _with(task: Task, selector: Selector) -> Task:
    """Return a task for all targets of its window."""
    return dataclasses.replace(task, selectors=(selector,))


def _check(window: Window, fields: Fields) -> None:
    """Tell what AWS would refuse of a window, where it stands in the document."""
    harmless = window if "Schedule" not in fields.broken else dataclasses.replace(window, schedule="cron(0 2 * * ? *)")
    for fault in meaning.faults(harmless):
        names = _FIELD_OF.get(fault.code, ("Schedule",))
        if not fields.broken & set(names):
            place = _place(fault, window, fields, names[0])
            fields.findings.faults.append(ScheduleError(fault.message, code=fault.code, where=place, hint=fault.hint))


def _place(fault: ScheduleError, window: Window, fields: Fields, name: str) -> Where:
    """Return where a fault stands: with the line and a caret under the bad field, where both are known."""
    document = fields.findings.document
    where = document.where(fields.place(name))
    column = fault.where.column if fault.where else None
    if column is None or where.line is None or where.column is None:
        return where
    line = document.text.splitlines()[where.line - 1]
    begins = line.find(window.schedule, where.column - 1)
    if begins < 0 or len(line) > _LONGEST_LINE or not line.isprintable():
        return where
    return Where(where.file, where.line, begins + column, where.pointer, line)


def _nested_targets(fields: Fields) -> Iterator[Target]:
    """Yield the targets written inside a window; AWS's key and values alone are one target."""
    found = list(fields.mappings("Targets"))
    if found and all({"Key", "key"} & one.keys() for one, _ in found):
        yield Target("targets", tuple(_selectors(fields, "Targets")))
        return
    for number, (one, place) in enumerate(found, 1):
        target = target_of(one, place, fields.findings)
        yield target if target.target_id else dataclasses.replace(target, target_id=f"target-{number}")


def _selectors(fields: Fields, name: str) -> Iterator[Selector]:
    """Yield AWS's keys and values; of a task texts are the targets it is for."""
    value = fields.given(name)
    if isinstance(value, str) or (isinstance(value, list | tuple) and value and not _mappings_in(value)):
        if texts := fields.texts(name):
            yield Selector("WindowTargetIds", texts)
        return
    for one, place in fields.mappings(name) if value is not None else ():
        pair = Fields(one, place, fields.findings, _SELECTOR)
        pair.needed("Key", "a key such as `tag:Env`")
        key, values = pair.text("Key"), pair.texts("Values")
        known = {spelled.casefold(): spelled for spelled in _KEYS}
        if key and not key.startswith("tag:") and key.casefold() not in known:
            message = f"{quoted(key)} is no key of a target that we know: it selects nothing"
            pair.doubt("PR4552", Level.ERROR, message, "Key", "write `tag:NAME` for a tag")
        yield Selector(known.get(key.casefold(), key), values)


def _mappings_in(values: list[Plain] | tuple[Plain, ...]) -> bool:
    """Say whether a list holds mappings that are values, and no references of a template."""
    return any(isinstance(one, Mapping) and not not_known(one, ()) for one in values)


def _tags(fields: Fields) -> Iterator[Selector]:
    """Yield the selectors of our ``tags: {Env: [prod]}``."""
    value = fields.given("Tags")
    if value is None:
        return
    if not isinstance(value, Mapping):
        hint = "write `tags: {Env: [prod]}`"
        fields.fault(WRONG_TYPE, f"`tags` is {quoted(value)}, wanted a mapping", "Tags", hint)
        return
    for key, values in value.items():
        one = Fields({str(key): values}, fields.place("Tags"), fields.findings, {str(key): ()})
        yield Selector(f"tag:{key}", one.texts(str(key)))


def _parameters(fields: Fields) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield a command's parameters, as tasks have them (TaskInvocationParameters) or had them (TaskParameters)."""
    old, new = fields.given("TaskParameters"), fields.given("TaskInvocationParameters")
    for key, value in old.items() if isinstance(old, Mapping) else ():
        listed = value.get("Values") if isinstance(value, Mapping) else value
        yield str(key), _texts_in(listed)
    for name in _PARAMETERS if isinstance(new, Mapping) else ():
        command = new.get(name)
        given = command.get("Parameters") if isinstance(command, Mapping) else None
        for key, value in given.items() if isinstance(given, Mapping) else ():
            yield str(key), _texts_in(value)


def _texts_in(value: Plain) -> tuple[str, ...]:
    """Return the texts of a parameter; what a template has yet to fill in is left out."""
    listed = value if isinstance(value, list | tuple) else [value]
    return tuple(one for one in listed if isinstance(one, str) and not not_known(one, ()))
