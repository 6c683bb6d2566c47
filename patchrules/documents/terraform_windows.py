"""Windows of Terraform's JSON in AWS's own shape: the provider writes blocks as lists, and 0 for nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from patchrules.documents._yaml import Plain
from patchrules.documents.claims import mappings, text_at
from patchrules.documents.terraform import Resource, resources
from patchrules.documents.terraform_references import References
from patchrules.documents.window_shapes import Kind, Piece

WINDOW = "aws_ssm_maintenance_window"
TARGET = "aws_ssm_maintenance_window_target"
TASK = "aws_ssm_maintenance_window_task"
_DECIDING = frozenset(
    {"name", "schedule", "duration", "cutoff", "schedule_timezone", "schedule_offset", "start_date"}
) | {
    "end_date",
    "enabled",
    "targets",
    "task_arn",
    "task_type",
    "priority",
}
_KINDS = {WINDOW: Kind.WINDOW, TARGET: Kind.TARGET, TASK: Kind.TASK}


def pieces(value: Mapping[Any, Any]) -> Iterator[Piece]:
    """Yield windows, targets and tasks; a reference between resources that are planned is followed by address."""
    found = [one for one in resources(value, frozenset(_KINDS)) if not one.is_data]
    windows, targets = References.of(value, found, WINDOW), References.of(value, found, TARGET)
    for one in found:
        values = _plain(one, windows.block(one))
        names = [one.address, text_at(one.values, "id")]
        owner = text_at(one.values, "window_id")
        if one.kind != WINDOW and not owner and (named := windows.baseline(one, "window_id")):
            owner = named.address
        if one.kind == TASK:
            values["targets"] = list(_targets(one, targets))
            values["task_invocation_parameters"] = _parameters(one.values.get("task_invocation_parameters"))
        known_as = text_at(one.values, "id") or one.address
        yield Piece(_KINDS[one.kind], values, one.pointer, tuple(filter(None, names)), owner, known_as)


def _plain(one: Resource, block: Mapping[Any, Any]) -> dict[str, Plain]:
    """Return the values that say something, and a mark where Terraform does not know one yet.

    What the configuration does not set is the provider's to fill in, as if it were absent.
    """
    expressions = block.get("expressions") if block else one.unknown
    written = expressions if isinstance(expressions, Mapping) else {}
    made = {str(key): value for key, value in one.values.items() if value not in (None, "", [], {})}
    if made.get("schedule_offset") == 0:
        del made["schedule_offset"]
    for name in ("window_id", "task_invocation_parameters"):
        made.pop(name, None)
    unknown = (name for name in one.unknown if name in _DECIDING and name in written and name not in made)
    return made | {name: {"Ref": f"{one.address}.{name}"} for name in unknown}


def _targets(one: Resource, targets: References) -> Iterator[dict[str, Plain]]:
    """Yield the targets of a task; ids that are not known yet are the addresses they are of."""
    expressions = targets.block(one).get("expressions")
    written = dict(mappings(expressions.get("targets"))) if isinstance(expressions, Mapping) else {}
    for index, block in mappings(one.values.get("targets")):
        values = block.get("values")
        if not values:
            expression = written.get(index, {}).get("values")
            listed = expression.get("references") if isinstance(expression, Mapping) else None
            referred = targets.each_referred(one, listed if isinstance(listed, list) else [])
            values = [found.address for found in referred] or [{"Ref": f"{one.address}.targets"}]
            known = {found.address: text_at(found.values, "id") for found in referred}
            values = [known.get(value) or value if isinstance(value, str) else value for value in values]
        yield {"key": block.get("key"), "values": values}


def _parameters(blocks: Plain) -> Plain:
    """Return the parameters of a command in AWS's shape."""
    found: dict[str, Plain] = {}
    for _, block in mappings(blocks):
        for _, command in mappings(block.get("run_command_parameters")):
            found |= {text_at(one, "name"): one.get("values") for _, one in mappings(command.get("parameter"))}
    return {"RunCommand": {"Parameters": found}} if found else None
