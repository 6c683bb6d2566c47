"""Terraform: its source text is not read; the resources of its JSON are found here, with their places.

Read are ``terraform show -json`` of a state and of a plan (format 1.x), a state file (version 4), and the resources
that pytest-terraform saves.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from patchrules.documents import _yaml
from patchrules.documents.claims import mappings, text_at

HINT = "run `terraform show -json > terraform.json` and give that, of the state or of a plan"
BASELINE, GROUP, DEFAULT = "aws_ssm_patch_baseline", "aws_ssm_patch_group", "aws_ssm_default_patch_baseline"
TYPES = frozenset({BASELINE, GROUP, DEFAULT})

Plain: TypeAlias = Any
"""A value of JSON."""

_SOURCE = re.compile(
    rb'^[ \t]*(?:resource|module|variable|provider|terraform|locals|data)[ \t]*(?:"[^"\n]*"[ \t]*)*\{', re.MULTILINE
)
_HEAD = 64 * 1024
_STATE_VERSION = 4
_CALL = re.compile(r'(?:^|\.)module\.([^.\[]+)(\[(?:[0-9]+|"(?:[^"\\]|\\.)*")\])?')


@dataclass(frozen=True, slots=True)
class Resource:
    """One instance of a resource, with the values Terraform knows and the tree of those it does not know yet.

    ``module`` is the path of module instances it lies in, as (name, index as text): ``(("a", '["eu"]'),)``; ``index``
    likewise: ``[0]``, ``["web"]`` or empty.
    """

    address: str
    module: tuple[tuple[str, str], ...]
    kind: str
    name: str
    index: str
    is_data: bool
    values: Mapping[Any, Any]
    unknown: Mapping[Any, Any]
    pointer: str


def is_source(content: bytes, name: str | None) -> bool:
    """Say whether this is Terraform source (HCL), by the file's name or its look.

    >>> is_source(b'resource "aws_ssm_patch_baseline" "prod" {', None)
    True
    """
    if name is not None and os.path.splitext(name)[1].lower() in {".tf", ".hcl", ".tfvars"}:  # noqa: PTH122 - a label
        return True
    return _SOURCE.search(content[:_HEAD]) is not None and content.lstrip()[:1] not in {b"{", b"["}


def is_terraform(value: object) -> bool:
    """Say whether a value is Terraform's JSON.

    >>> is_terraform({"format_version": "1.0", "values": {}})
    True
    """
    if not isinstance(value, Mapping):
        return False
    shown = "format_version" in value and bool({"values", "planned_values", "prior_state"} & value.keys())
    state = value.get("version") == _STATE_VERSION and "resources" in value and "lineage" in value
    return shown or state or ("pytest-terraform" in value and "resources" in value)


def resources(value: Mapping[Any, Any], kinds: frozenset[str] = TYPES) -> list[Resource]:
    """Return the resources of some kinds of Terraform's JSON, patch baselines, groups and defaults; data sources last.

    A plan is read as it will be once applied; its data sources lie in the state before it.

    >>> resources({"format_version": "1.0", "values": {"root_module": {}}})
    []
    """
    if "pytest-terraform" in value:
        return list(_saved(value["resources"], kinds))
    if "format_version" not in value:
        return _data_last(_state_file(value["resources"], kinds))
    if not isinstance(value.get("planned_values"), Mapping):
        return _data_last(_shown(value.get("values"), "/values", {}, kinds))
    unknown = {
        text_at(change, "address"): change["change"].get("after_unknown")
        for _, change in mappings(value.get("resource_changes"))
        if isinstance(change.get("change"), Mapping)
    }
    found = list(_shown(value["planned_values"], "/planned_values", unknown, kinds))
    prior = value.get("prior_state")
    before = _shown(prior.get("values"), "/prior_state/values", {}, kinds) if isinstance(prior, Mapping) else ()
    planned = {one.address for one in found}
    return _data_last([*found, *(one for one in before if one.is_data and one.address not in planned)])


def module_path(address: str) -> tuple[tuple[str, str], ...]:
    """Return the module instances of an address.

    >>> module_path('module.a["x"].module.b[0]')
    (('a', '["x"]'), ('b', '[0]'))
    """
    return tuple((name, index) for name, index in _CALL.findall(address))


def _data_last(found: object) -> list[Resource]:
    """Return resources with the data sources at the end: what the configuration makes goes first."""
    listed: list[Resource] = list(found)  # type: ignore[call-overload]
    return sorted(listed, key=lambda one: one.is_data)


def _shown(values: Plain, pointer: str, unknown: Mapping[str, Plain], kinds: frozenset[str]) -> Iterator[Resource]:
    """Yield the resources of ``values`` of ``terraform show -json``, of all its modules."""
    root = values.get("root_module") if isinstance(values, Mapping) else None
    waiting = [(root, f"{pointer}/root_module")]
    while waiting:
        module, place = waiting.pop()
        if not isinstance(module, Mapping):
            continue
        path = module_path(text_at(module, "address"))
        for index, one in mappings(module.get("resources")):
            # A deposed object is what is left of a replaced one: it serves nobody.
            if one.get("type") in kinds and "deposed_key" not in one:
                address = text_at(one, "address")
                tree = unknown.get(address)
                yield _resource(
                    one, path, one.get("index"), one.get("values"), tree, f"{place}/resources/{index}/values"
                )
        waiting += [(child, f"{place}/child_modules/{n}") for n, child in mappings(module.get("child_modules"))]


def _state_file(found: Plain, kinds: frozenset[str]) -> Iterator[Resource]:
    """Yield the resources of a state file."""
    for number, one in mappings(found):
        if one.get("type") not in kinds:
            continue
        path = module_path(text_at(one, "module"))
        for index, instance in mappings(one.get("instances")):
            if "deposed" not in instance:
                place = f"/resources/{number}/instances/{index}/attributes"
                yield _resource(one, path, instance.get("index_key"), instance.get("attributes"), None, place)


def _saved(found: Plain, kinds: frozenset[str]) -> Iterator[Resource]:
    """Yield the resources that pytest-terraform saved, by kind and name."""
    for kind in sorted(kinds):
        named = found.get(kind) if isinstance(found, Mapping) else None
        for name, values in (named if isinstance(named, Mapping) else {}).items():
            one = {"type": kind, "name": str(name), "mode": "managed"}
            yield _resource(one, (), None, values, None, f"/resources/{kind}/{_yaml.escape(str(name))}")


def _resource(
    one: Mapping[Any, Any], path: tuple[tuple[str, str], ...], key: Plain, values: Plain, unknown: Plain, pointer: str
) -> Resource:
    """Return one instance; its address is made of its parts, so that every shape spells it alike."""
    kind, name, is_data = text_at(one, "type"), text_at(one, "name"), one.get("mode") == "data"
    index = "" if key is None else f"[{key}]" if isinstance(key, int) else f'["{key}"]'
    calls = "".join(f"module.{call}{at}." for call, at in path)
    return Resource(
        address=f"{calls}{'data.' if is_data else ''}{kind}.{name}{index}",
        module=path,
        kind=kind,
        name=name,
        index=index,
        is_data=is_data,
        values=values if isinstance(values, Mapping) else {},
        unknown=unknown if isinstance(unknown, Mapping) else {},
        pointer=pointer,
    )
