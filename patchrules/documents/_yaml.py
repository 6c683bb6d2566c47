"""YAML text -> nodes -> plain values, with limits; nothing in a document can run or grow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

try:
    from yaml import CSafeLoader as _SafeLoader
except ImportError:  # PyYAML built without libyaml: slower, same meaning
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]

Plain: TypeAlias = Any
"""What a document parses to: a mapping, list, text, whole number, truth or null."""

Mark: TypeAlias = Any
"""PyYAML's place in a text, of its C or its Python reader: ``line`` and ``column``, counted from 0."""

MAX_DEPTH = 64
MAX_NODES = 1_000_000
MAX_DIGITS = 18

_CORE = "tag:yaml.org,2002:"
_NULL, _BOOL, _INT, _MERGE = (_CORE + name for name in ("null", "bool", "int", "merge"))
_TEXT = {_CORE + name for name in ("str", "float", "timestamp", "value")}
_RESOLVERS = (
    (_NULL, re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""]),
    (_BOOL, re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")),
    (_INT, re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789")),
    (_MERGE, re.compile(r"^<<$"), ["<"]),
)


class Refusal(Exception):  # noqa: N818 - it never leaves this room: text.py says it in the words of its door
    """YAML that is not read, with the digits of its code, and where."""

    def __init__(self, number: str, message: str, mark: Mark = None, hint: str | None = None) -> None:
        """Keep the parts."""
        super().__init__(message)
        self.number, self.message, self.mark, self.hint = number, message, mark, hint


class _Loader(_SafeLoader):
    """Reads nodes; numbers with a point, dates and `yes` stay text, so that `9.10` is not 9.1 and NO is not false."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own name and shape


for _tag, _pattern, _first in _RESOLVERS:
    _Loader.add_implicit_resolver(_tag, _pattern, _first)


@dataclass(slots=True)
class _Tally:
    """Sizes of what the anchors stand for, so that aliases are counted before anything is built."""

    total: int = 0
    open: list[tuple[str | None, int]] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)

    def see(self, event: yaml.Event) -> None:
        """Count one event; raises Refusal beyond a limit."""
        if isinstance(event, yaml.CollectionEndEvent):
            anchor, before = self.open.pop()
            self._keep(anchor, self.total - before)
            return
        if isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.NodeEvent):
            self.total += 1
        if isinstance(event, yaml.CollectionStartEvent):
            self.open.append((event.anchor, self.total - 1))
            if event.anchor is not None:
                self.sizes.pop(event.anchor, None)
            if len(self.open) > MAX_DEPTH:
                raise Refusal("05", f"nested deeper than {MAX_DEPTH} levels", event.start_mark)
        elif isinstance(event, yaml.ScalarEvent):
            self._keep(event.anchor, 1)
        if self.total > MAX_NODES:
            raise Refusal("06", f"aliases make more than {MAX_NODES:,} values of this document", event.start_mark)

    def _keep(self, anchor: str | None, size: int) -> None:
        """Remember how much ``anchor`` stands for."""
        if anchor is not None:
            self.sizes[anchor] = size

    def _alias(self, event: yaml.AliasEvent) -> None:
        """Count what the alias stands for; raises Refusal when it holds itself."""
        name = event.anchor or ""
        if name not in self.sizes and any(anchor == name for anchor, _ in self.open):
            raise Refusal("06", f"alias `*{name}` stands inside what it names", event.start_mark)
        self.total += self.sizes.get(name, 1)


def compose(text: str) -> list[yaml.Node]:
    """Return the node of each document of ``text``; raises Refusal, and yaml.YAMLError where the syntax is wrong."""
    tally = _Tally()
    for event in yaml.parse(text, Loader=_Loader):
        tally.see(event)
    nodes = list(yaml.compose_all(text, Loader=_Loader))
    filled = [node for node in nodes if node.tag != _NULL]
    return filled if len(nodes) > 1 else nodes


def build(node: yaml.Node, pointer: str, repeated: Callable[[str, str], None]) -> Plain:
    """Return the plain value of ``node``; ``repeated(pointer, key)`` is told of keys given more than once."""
    if node.tag.startswith("!"):
        return _intrinsic(node, pointer, repeated)
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode) and node.tag == _CORE + "seq":
        return [build(child, f"{pointer}/{index}", repeated) for index, child in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode) and node.tag == _CORE + "map":
        return _mapping(node, pointer, repeated)
    raise _strange(node)


def child_at(node: yaml.Node, step: str) -> yaml.Node | None:
    """Return the node under ``node`` that one step of a JSON pointer names, the last where a key is repeated."""
    if isinstance(node, yaml.SequenceNode):
        return node.value[int(step)] if step.isdecimal() and int(step) < len(node.value) else None
    if isinstance(node, yaml.MappingNode):
        found = [value for key, value in node.value if isinstance(key, yaml.ScalarNode) and key.value == step]
        return found[-1] if found else None
    return None


def _scalar(node: yaml.ScalarNode) -> Plain:
    """Return text, whole number, truth or null; everything else stays text."""
    text: str = node.value
    if node.tag == _NULL:
        return None
    if node.tag == _BOOL:
        return text.lower() in {"true", "yes", "on"}
    if node.tag == _INT:
        return int(text) if len(text) <= MAX_DIGITS and text.lstrip("+-").isdecimal() else text
    if node.tag in _TEXT or node.tag == _MERGE:
        return text
    raise _strange(node)


def _mapping(node: yaml.MappingNode, pointer: str, repeated: Callable[[str, str], None]) -> dict[str, Any]:
    """Return a mapping with text keys; what ``<<`` merges in never replaces a key that stands there."""
    own: dict[str, Any] = {}
    merged: dict[str, Any] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise Refusal("04", "a key is a list or a mapping, wanted text", key_node.start_mark)
        key: str = key_node.value
        value = build(value_node, f"{pointer}/{escape(key)}", repeated)
        if key_node.tag == _MERGE:
            for part in _parts(value, key_node):
                merged = {**part, **merged}
            continue
        if key in own:
            repeated(pointer, key)
        own[key] = value
    return {**merged, **own}


def _parts(value: Plain, key: yaml.Node) -> Iterator[dict[str, Any]]:
    """Yield the mappings that ``<<`` names."""
    for part in value if isinstance(value, list) else [value]:
        if not isinstance(part, dict):
            raise Refusal("04", "`<<` merges mappings, and this is none", key.start_mark)
        yield part


def _intrinsic(node: yaml.Node, pointer: str, repeated: Callable[[str, str], None]) -> dict[str, Any]:
    """Return ``!Ref X`` as ``{"Ref": "X"}`` and ``!Sub x`` as ``{"Fn::Sub": "x"}``, CloudFormation's long forms."""
    name = node.tag[1:]
    if not name.isalnum():
        raise _strange(node)
    kind = type(node)
    tag = {yaml.ScalarNode: "str", yaml.SequenceNode: "seq", yaml.MappingNode: "map"}[kind]
    plain = kind(_CORE + tag, node.value, node.start_mark, node.end_mark)
    value = build(plain, pointer, repeated)
    if name == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {name if name in {"Ref", "Condition"} else f"Fn::{name}": value}


def _strange(node: yaml.Node) -> Refusal:
    """Return the refusal of a tag that asks for more than data."""
    tag = node.tag.replace(_CORE, "!!")
    hint = "take the tag away; CloudFormation's own, `!Ref` and `!Sub`, are read"
    return Refusal("07", f"the tag `{tag}` is not data", node.start_mark, hint)


def escape(key: str) -> str:
    """Return ``key`` as one step of a JSON pointer.

    >>> escape("a/b~c")
    'a~1b~0c'
    """
    return key.replace("~", "~0").replace("/", "~1")
