"""One policy-test case: a document with a situation and the answer it expects."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patchrules.documents.text import parse, quoted
from patchrules.errors import DocumentError, PolicyTestError, Where
from patchrules.policytest.shape import check
from patchrules.policytest.short_shape import check_short, is_short
from patchrules.sources.files import Document, Input, expand, open_document
from patchrules.sources.json import has_halves

SUFFIXES = (".json", ".jsonl", ".yaml", ".yml")
"""What files of cases are called in a folder, compressed or not."""


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it was written; ``place`` says where, ``folder`` is what paths in it start from.

    >>> Case({"case_id": "first"}, "cases.jsonl:1").case_id
    'first'
    """

    fields: Mapping[str, Any]
    place: str
    folder: Path = Path()

    @property
    def case_id(self) -> str:
        """Return the case's id, its place if it has none."""
        return str(self.fields.get("case_id") or self.place)

    @property
    def is_short(self) -> bool:
        """Say whether the case is about one patch and no host."""
        return is_short(self.fields)

    @property
    def expected(self) -> Mapping[str, Any]:
        """Return what must come out."""
        found: Mapping[str, Any] = self.fields.get("expect" if self.is_short else "expected") or {}
        return found

    @property
    def answers(self) -> list[Mapping[str, Any]]:
        """Return every answer that passes: the expected one and its alternatives."""
        return [self.expected, *(self.fields.get("expected_alternatives") or ())]


def read_folder(paths: Iterable[Input]) -> Iterator[Case]:
    """Read the cases of files, folders and globs, in order; other files of a folder are passed over.

    Raises PolicyTestError as :func:`read_cases` does, and PR6006 for a folder without cases.
    """
    for given in paths:
        found = expand(given, error=PolicyTestError)
        if isinstance(given, str | os.PathLike) and Path(given).is_dir():
            cases = [one for one in found if str(one).removesuffix(".gz").endswith(SUFFIXES)]
            if not cases:
                raise _none(os.fspath(given), f"it has no file that ends in {', '.join(SUFFIXES)}")
            found = tuple(cases)
        for one in found:
            yield from read_cases(one)


def read_cases(source: Input) -> Iterator[Case]:
    """Read cases from JSON, JSON lines or YAML, compressed or not.

    A document is one case, a list of cases, or a mapping with ``cases``. Raises PolicyTestError: PR6001 for what cannot
    be read, PR6010 for a key that is given twice, PR6002 for what is no case, PR6003 - PR6005 for a case whose shape is
    wrong, PR6006 for no case at all.
    """
    document = open_document(source, error=PolicyTestError)
    if ".jsonl" in document.name.lower() or _is_lines(document):
        yield from _lines(document)
        return
    try:
        parsed = parse(document.read(), name=document.name)
    except DocumentError as error:
        raise PolicyTestError(error.message, code="PR6001", where=error.where, hint=error.hint) from error
    for pointer, key, _ in parsed.repeated:
        raise _twice(key, parsed.where(f"{pointer}/{key}"))
    value = parsed.value
    found = value.get("cases", [value]) if isinstance(value, Mapping) else value
    if found in ([], None):
        raise _none(document.name, "write a list of cases, or one case a line")
    for number, one in enumerate(found if isinstance(found, list) else [found], 1):
        yield _case(one, document, f"{document.name}#{number}")


def _none(name: str, hint: str) -> PolicyTestError:
    """Return the error for a file or folder without cases."""
    return PolicyTestError(f"`{name}` holds no policy test", code="PR6006", hint=hint)


def _twice(key: str, where: Where) -> PolicyTestError:
    """Return the error for a key that stands more than once in a mapping: what the others say would not be tested."""
    message = f"{quoted(key)} is given more than once, wanted once"
    return PolicyTestError(message, code="PR6010", where=where, hint="keep one of them")


def _lines(document: Document) -> Iterator[Case]:
    """Return one case a line."""
    number = 0
    for number, line in document.lines():
        if line.strip():
            yield _case(_json(line, document.name, number), document, f"{document.name}:{number}")
    if not number:
        raise _none(document.name, "write one case a line")


def _is_lines(document: Document) -> bool:
    """Say whether the document starts with a whole JSON object on its first line and goes on after it."""
    first, _, rest = document.head.partition(b"\n")
    return first.startswith(b"{") and first.rstrip().endswith(b"}") and rest.lstrip().startswith(b"{")


def _json(line: str, name: str, number: int) -> object:
    """Return a line of JSON; raises PolicyTestError."""
    where = Where(file=name, line=number)

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            raise _twice(next(key for key in keys if keys.count(key) > 1), where)
        return found

    try:
        value = json.loads(line, object_pairs_hook=once)
    except PolicyTestError:
        raise
    except (ValueError, RecursionError) as error:
        message = f"the line is not JSON: {error}"
        raise PolicyTestError(message, code="PR6001", where=where) from error
    if has_halves(line, value):
        message = "the line spells half a character, `\\ud800` to `\\udfff` without its other half"
        raise PolicyTestError(message, code="PR6001", where=where)
    return value


def _case(value: object, document: Document, place: str) -> Case:
    """Return a case; raises PolicyTestError when its shape is wrong."""
    checked = check_short(value, place) if is_short(value) else check(value, place)
    return Case(checked, place, document.path.parent if document.path else Path())
