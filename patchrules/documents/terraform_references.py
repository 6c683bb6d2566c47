"""Which resource a planned resource refers to, followed through the plan's configuration.

A plan does not know the id of what it creates, a baseline for one. Its configuration names what an expression refers
to, as ``["aws_ssm_patch_baseline.prod.id", "aws_ssm_patch_baseline.prod"]``, without the expression itself: what these
names do not settle is not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from patchrules.documents._yaml import Plain
from patchrules.documents.claims import mappings
from patchrules.documents.terraform import BASELINE, Resource

_Module = tuple[tuple[str, str], ...]

_INDEX = r'(?P<index>\[(?:[0-9]+|"(?:[^"\\]|\\.)*")\])?'
_TARGET = re.compile(rf"(?P<data>data\.)?(?P<kind>aws_ssm_[a-z_]+)\.(?P<name>[^.\[]+){_INDEX}(?:\..*)?")
_OUTPUT = re.compile(rf"module\.(?P<call>[^.\[]+){_INDEX}\.(?P<output>[^.\[]+)")
_OWN_INDEX = frozenset({"each.key", "count.index"})
_MAX_STEPS = 20
_NOTHING: Mapping[Any, Any] = {}


@dataclass(frozen=True, slots=True)
class References:
    """The configuration of a plan and the resources of one kind that it may refer to, by address."""

    root: Mapping[Any, Any]
    resources: Mapping[str, Resource]
    kind: str = BASELINE

    @classmethod
    def of(cls, value: Mapping[Any, Any], resources: Iterable[Resource], kind: str = BASELINE) -> References:
        """Return the configuration of Terraform's JSON, empty where it is of a state."""
        root = _mapping(_mapping(value.get("configuration")).get("root_module"))
        return cls(root, {one.address: one for one in resources if one.kind == kind}, kind)

    def block(self, resource: Resource) -> Mapping[Any, Any]:
        """Return the configuration of a resource, empty where there is none."""
        mode = "data" if resource.is_data else "managed"
        for _, one in mappings(self._module(resource.module).get("resources")):
            if (one.get("type"), one.get("name"), one.get("mode", "managed")) == (resource.kind, resource.name, mode):
                return one
        return _NOTHING

    def baseline(self, resource: Resource, argument: str = "baseline_id") -> Resource | None:
        """Return the one resource that an argument refers to, None where that is not settled."""
        block = self.block(resource)
        return self.referred(resource, _mapping(block.get("expressions")).get(argument))

    def referred(self, resource: Resource, expression: Plain) -> Resource | None:
        """Return the one resource that an expression of a resource's configuration refers to."""
        return self._followed(_references(expression), resource.module, resource.index, self.block(resource), 0)

    def each_referred(self, resource: Resource, names: Sequence[str]) -> list[Resource]:
        """Return the resources that the names of a list's expression refer to, one after the other."""
        own = [one for one in names if (found := _TARGET.fullmatch(one)) and found["kind"] == self.kind]
        others = [one for one in names if one not in own]
        groups: dict[tuple[str, str], list[str]] = {}
        for one in own:
            if found := _TARGET.fullmatch(one):
                groups.setdefault((found["name"], found["index"] or ""), []).append(one)
        lists = list(groups.values()) or ([others] if others else [])
        block = self.block(resource)
        followed = (
            self._followed([*listed, *(others if own else [])], resource.module, resource.index, block, 0)
            for listed in lists
        )
        return [one for one in followed if one is not None]

    def _followed(
        self, names: Sequence[str], module: _Module, index: str, block: Mapping[Any, Any], steps: int
    ) -> Resource | None:
        """Follow references from within a module instance: to a resource, out of a module, or into one."""
        if steps > _MAX_STEPS or not names:
            return None
        first, parts = names[0], names[0].split(".")
        if (target := _TARGET.fullmatch(first)) and target["kind"] == self.kind:
            return self._resource(target, names, module, _index(names, target["index"], index, block))
        if first.startswith("each.value"):
            loop = _references(block.get("for_each_expression"))
            return self._followed([*loop, "each.key"] if len(loop) == 1 else [], module, index, _NOTHING, steps + 1)
        if parts[0] == "var" and len(parts) == 2 and len(names) == 1 and module:  # noqa: PLR2004 - var.NAME
            (call, at), above = module[-1], module[:-1]
            called = _mapping(_mapping(self._module(above).get("module_calls")).get(call))
            given = _references(_mapping(called.get("expressions")).get(parts[1]))
            return self._followed(given, above, at, called, steps + 1)
        if output := _OUTPUT.fullmatch(first):
            picked = _index(names, output["index"], index, block)
            inner = (*module, (output["call"], picked or ""))
            told = _mapping(_mapping(self._module(inner).get("outputs")).get(output["output"]))
            return self._followed(_references(told.get("expression")), inner, "", _NOTHING, steps + 1)
        return None

    def _resource(
        self, target: re.Match[str], names: Sequence[str], module: _Module, index: str | None
    ) -> Resource | None:
        """Return the instance at an index; without any, the only instance there is."""
        name, is_data = target["name"], bool(target["data"])
        found = [
            one for one in self.resources.values() if (one.module, one.name, one.is_data) == (module, name, is_data)
        ]
        if index is not None:
            return next((one for one in found if one.index == index), None)
        alike = (self.kind, name)
        strangers = [
            one for one in names if not (same := _TARGET.fullmatch(one)) or (same["kind"], same["name"]) != alike
        ]
        return found[0] if len(found) == 1 and not strangers else None

    def _module(self, path: _Module) -> Mapping[Any, Any]:
        """Return the configuration of a module, whichever instance of it is meant."""
        module = self.root
        for call, _ in path:
            module = _mapping(_mapping(_mapping(module.get("module_calls")).get(call)).get("module"))
        return module


def _index(names: Sequence[str], written: str | None, own: str, block: Mapping[Any, Any]) -> str | None:
    """Return the index that a reference picks: the written one, the referring block's own, or its ``each.value``."""
    if written:
        return written
    others = {name for name in names[1:] if name.startswith(("each.", "count.", "var.", "local.", "data.", "module."))}
    if len(others) != 1:
        return None
    if others <= _OWN_INDEX:
        return own
    values = _mapping(block.get("for_each_expression")).get("constant_value")
    if others == {"each.value"} and isinstance(values, Mapping):
        found = values.get(own[2:-2])
        return f'["{found}"]' if isinstance(found, str) else None
    return None


def _references(expression: Plain) -> list[str]:
    """Return the names that an expression refers to."""
    found = _mapping(expression).get("references")
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def _mapping(value: Plain) -> Mapping[Any, Any]:
    """Return a mapping, an empty one in place of anything else."""
    return value if isinstance(value, Mapping) else _NOTHING
