"""A document's bytes -> a plain value that remembers where it came from."""

from __future__ import annotations

import functools
import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from patchrules.documents import _yaml, terraform
from patchrules.documents._yaml import Plain
from patchrules.errors import BaselineError, DocumentError, InventoryError, ScheduleError, Where
from patchrules.sources.files import Input, Limits, open_document
from patchrules.sources.json import has_halves

MAX_BYTES = 16 * 1024 * 1024
MAX_LOCATED = 512 * 1024
MAX_QUOTED = 60


@dataclass(frozen=True, slots=True)
class Door:
    """Who is reading: the error to raise, the first four characters of its codes, and the number for a bare text."""

    error: type[DocumentError]
    codes: str
    bare: str = ""

    def refusal(self, number: str, message: str, where: Where | None, hint: str | None = None) -> DocumentError:
        """Return the error with the code that ends in ``number``."""
        return self.error(message, code=self.codes + number, where=where, hint=hint)


BASELINES = Door(BaselineError, "PR10", "23")
HOSTS = Door(InventoryError, "PR25")
WINDOWS = Door(ScheduleError, "PR45", "19")


@dataclass(frozen=True)
class Document:
    """One parsed JSON or YAML document.

    ``repeated`` lists (pointer of the mapping, key, how often) of keys given more than once, where the last one counts.

    >>> document = parse(b'{"Name": "prod"}', name="prod.json")
    >>> print(document.where("/Name"))
    prod.json:1:10 at /Name
    """

    value: Any
    name: str | None = None
    sha256: str = ""
    text: str = ""
    repeated: tuple[tuple[str, str, int], ...] = ()

    def where(self, pointer: str) -> Where:
        """Return the place of ``pointer`` (RFC 6901), with line and column where they can be told cheaply."""
        line, column = self._position(pointer)
        return Where(file=self.name, line=line, column=column, pointer=pointer)

    def _position(self, pointer: str) -> tuple[int, int] | tuple[None, None]:
        """Return line and column of the deepest node on the way to ``pointer``, counted from 1."""
        steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
        if len(self._nodes) > 1 and steps:
            node = self._nodes[int(steps[0])] if steps[0].isdecimal() and int(steps[0]) < len(self._nodes) else None
            steps = steps[1:]
        else:
            node = self._nodes[0] if len(self._nodes) == 1 else None
        if node is None:
            return None, None
        for step in steps:
            below = _yaml.child_at(node, step)
            if below is None:
                break
            node = below
        return node.start_mark.line + 1, node.start_mark.column + 1

    @functools.cached_property
    def _nodes(self) -> list[yaml.Node]:
        """Return the nodes of the text; nearly all JSON is YAML, and where it is not there is no line."""
        if not self.text or len(self.text) > MAX_LOCATED:
            return []
        try:
            return _yaml.compose(self.text)
        except (yaml.YAMLError, _yaml.Refusal):
            return []


def read(source: Input, *, door: Door = BASELINES) -> Document:
    """Read and parse a path, a binary file object or bytes, with a limit of 16 MiB.

    Raises ``door.error`` when the file cannot be read or is neither JSON nor YAML.

    >>> read(b"Name: prod").value
    {'Name': 'prod'}
    """
    content, name = content_of(source, door=door)
    return parse(content, name=name, door=door)


def read_declared(source: Input, *, door: Door) -> Document:
    """Read what declares baselines or windows, as :func:`read` does: of these people have Terraform's source, too.

    Raises ``door.error`` with the code ``door.bare`` for the text of a document, and 22 for Terraform's source.
    """
    if isinstance(source, str) and ("\n" in source or source.lstrip()[:1] in {"{", "["}):
        message, hint = (
            "this is the text of a document, wanted a path or bytes",
            "give the text as bytes: text.encode()",
        )
        raise door.refusal(door.bare, message, None, hint)
    content, name = content_of(source, door=door)
    if terraform.is_source(content, name):
        message = "this is Terraform source, which is not read: its values are known only to Terraform"
        raise door.refusal("22", message, Document(None, name).where("") if name else None, terraform.HINT)
    return parse(content, name=name, door=door)


def content_of(source: Input, *, door: Door) -> tuple[bytes, str | None]:
    """Return the bytes of a document, at most 16 MiB, and what it is called: bytes that are given have no name.

    Raises ``door.error``.
    """
    opened = open_document(source, limits=Limits(max_bytes=MAX_BYTES), error=door.error)
    name = None if isinstance(source, bytes | bytearray | memoryview) else opened.name
    return opened.read(), name


def parse(content: bytes, *, name: str | None = None, door: Door = BASELINES) -> Document:
    """Parse bytes of JSON or YAML, UTF-8 with or without a byte order mark; several YAML documents make a list.

    Raises ``door.error`` for what is not UTF-8, not JSON or YAML, nested or aliased beyond the limits.

    >>> parse(b'{"a": 1, "a": 2}').repeated
    (('', 'a', 2),)
    """
    text = _decoded(content, name, door)
    value, repeated = _value(text, name, door)
    if has_halves(text, value):
        message = "the document spells half a character, `\\ud800` to `\\udfff` without its other half"
        raise door.refusal("04", message, Where(file=name) if name else None)
    return Document(value, name, hashlib.sha256(content).hexdigest(), text, repeated)


def quoted(value: Plain) -> str:
    r"""Return what was found as a message shows it: one line, short.

    >>> quoted("a\nb"), quoted(None), quoted([1, 2]), quoted(True)
    ('`a\\nb`', 'null', 'a list of 2', '`true`')
    """
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    full = str(value)
    shown = full[:MAX_QUOTED]
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown)
    return f"`{shown}`" if len(full) <= MAX_QUOTED else f"`{shown}…` ({len(full)} characters)"


def _decoded(content: bytes, name: str | None, door: Door) -> str:
    """Return the text of UTF-8 bytes."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        hint = "save it as UTF-8"
        if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
            hint = "this looks like UTF-16, as PowerShell writes it: save it as UTF-8"
        raise door.refusal("03", "the document is not UTF-8 text", Where(file=name, line=line), hint) from None


def _value(text: str, name: str | None, door: Door) -> tuple[Any, tuple[tuple[str, str, int], ...]]:
    """Return the value and the repeated keys, by JSON where it looks like JSON, else by YAML."""
    if not text.strip():
        raise door.refusal("04", "the document is empty", Where(file=name) if name else None)
    fault: DocumentError | None = None
    if text.lstrip()[:1] in {"{", "["}:
        try:
            return _from_json(text, name, door)
        except DocumentError as error:
            fault = error
        if fault.code != door.codes + "04" or (name or "").lower().endswith(".json"):
            raise fault
    try:
        return _from_yaml(text, name, door)
    except DocumentError as error:
        raise fault or error from None


def _from_json(text: str, name: str | None, door: Door) -> tuple[Any, tuple[tuple[str, str, int], ...]]:
    """Parse JSON; fractions stay text, so that `9.10` does not become 9.1."""
    repeats: list[tuple[dict[str, Any], str, int]] = []

    def pairs(members: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(members)
        if len(made) < len(members):
            counts = Counter(key for key, _ in members)
            repeats.extend((made, key, count) for key, count in counts.items() if count > 1)
        return made

    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_float=str, parse_int=_whole, parse_constant=_not_json)
    except json.JSONDecodeError as error:
        lines = text.splitlines()
        line = lines[error.lineno - 1] if error.lineno <= len(lines) else ""
        shown = line if 0 < len(line) <= 2 * MAX_QUOTED and "\t" not in line else None
        where = Where(file=name, line=error.lineno, column=error.colno, text=shown)
        raise door.refusal("04", f"the document is not JSON: {_lower(error.msg)}", where) from None
    except RecursionError:
        raise _too_deep(name, door) from None
    except ValueError as error:
        raise door.refusal("04", f"the document is not JSON: {error}", Where(file=name) if name else None) from None
    if _depth_exceeds(value):
        raise _too_deep(name, door)
    return value, _repeated(value, repeats)


def _from_yaml(text: str, name: str | None, door: Door) -> tuple[Any, tuple[tuple[str, str, int], ...]]:
    """Parse YAML; several documents make a list."""
    seen: Counter[tuple[str, str]] = Counter()
    try:
        nodes = _yaml.compose(text)
        many = len(nodes) > 1
        values = [
            _yaml.build(node, f"/{index}" if many else "", lambda pointer, key: seen.update([(pointer, key)]))
            for index, node in enumerate(nodes)
        ]
    except _yaml.Refusal as refusal:
        where = _mark(name, refusal.mark)
        raise door.refusal(refusal.number, refusal.message, where, refusal.hint) from None
    except yaml.MarkedYAMLError as error:
        message = f"the document is neither JSON nor YAML: {_lower(error.problem or error.context or 'syntax error')}"
        raise door.refusal("04", message, _mark(name, error.problem_mark or error.context_mark)) from None
    except yaml.YAMLError as error:
        message = f"the document is neither JSON nor YAML: {_lower(str(error).splitlines()[0])}"
        raise door.refusal("04", message, Where(file=name) if name else None) from None
    repeated = tuple((pointer, key, count + 1) for (pointer, key), count in seen.items())
    return (values if many else values[0] if values else None), repeated


def _mark(name: str | None, mark: yaml.Mark | None) -> Where:
    """Return PyYAML's mark as a place."""
    return Where(file=name, line=mark.line + 1, column=mark.column + 1) if mark else Where(file=name)


def _too_deep(name: str | None, door: Door) -> DocumentError:
    """Return the refusal of a document that is nested too deeply."""
    return door.refusal("05", f"nested deeper than {_yaml.MAX_DEPTH} levels", Where(file=name) if name else None)


def _depth_exceeds(value: Plain) -> bool:
    """Say whether ``value`` is nested deeper than the limit, without recursion."""
    level = [value]
    for _ in range(_yaml.MAX_DEPTH + 1):
        level = [
            child
            for parent in level
            if isinstance(parent, dict | list)
            for child in (parent.values() if isinstance(parent, dict) else parent)
        ]
        if not level:
            return False
    return True


def _repeated(value: Plain, repeats: list[tuple[dict[str, Any], str, int]]) -> tuple[tuple[str, str, int], ...]:
    """Return the repeated keys with the pointers of their mappings; mappings that a later one replaced are gone."""
    wanted: dict[int, list[tuple[str, int]]] = {}
    for made, key, count in repeats:
        wanted.setdefault(id(made), []).append((key, count))
    found: list[tuple[str, str, int]] = []
    stack = [("", value)] if wanted else []
    while stack:
        pointer, node = stack.pop()
        if isinstance(node, dict):
            found += [(pointer, key, count) for key, count in wanted.get(id(node), ())]
            stack += [(f"{pointer}/{_yaml.escape(key)}", child) for key, child in node.items()]
        elif isinstance(node, list):
            stack += [(f"{pointer}/{index}", child) for index, child in enumerate(node)]
    return tuple(sorted(found))


def _whole(text: str) -> int | str:
    """Return a whole number; beyond 18 digits it stays text, since nothing here counts that far."""
    return int(text) if len(text) <= _yaml.MAX_DIGITS else text


def _not_json(text: str) -> Plain:
    """Refuse NaN and Infinity, which Python would read."""
    raise ValueError(f"`{text}` is not a JSON number")


def _lower(text: str) -> str:
    """Return a foreign message in our style: lower-case first letter, no period."""
    return (text[:1].lower() + text[1:]).rstrip(".")
