"""JSON documents read piece by piece, so that every row knows its line and nothing unwanted is kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from patchrules.inventory._texts import text_of
from patchrules.sources.files import Document

_BLANK = re.compile(r"[\s,]*").match
_REMEMBERED = 64
_DECODE = json.JSONDecoder(strict=False).raw_decode


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a document that is not decoded yet: where it stands, and the keys that lead to it."""

    json: Json
    at: int
    path: tuple[str, ...] = ()

    @property
    def line(self) -> int:
        """The line it begins at."""
        return self.json.line_of(self.at)

    @property
    def kind(self) -> str:
        """``{``, ``[`` or anything else."""
        return self.json.text[self.at : self.at + 1]

    @property
    def shown(self) -> str:
        """Its first characters, on one line."""
        return " ".join(self.json.text[self.at : min(self.at + 400, self.json.end_of(self.at))].split())

    def value(self) -> Any:  # noqa: ANN401  JSON holds anything
        """Decode it."""
        return self.json.decoded(self.at)[0]

    def members(self) -> Iterator[Node]:
        """Yield the members of an object, each with its key at the end of its path."""
        source, at = self.json, self.json.skip(self.at + 1)
        while not source.closes(at, "}"):
            if source.text[at] != '"':
                raise source.broken(at)
            key, at = source.decoded(at)
            at = source.skip(at)
            if source.text[at : at + 1] != ":":
                raise source.broken(at)
            at = source.skip(at + 1)
            yield Node(source, at, (*self.path, key))
            at = source.skip(source.end_of(at))

    def elements(self) -> Iterator[Node]:
        """Yield the elements of an array."""
        source, at = self.json, self.json.skip(self.at + 1)
        while not source.closes(at, "]"):
            yield Node(source, at, self.path)
            at = source.skip(source.end_of(at))

    def get(self, *path: str) -> Node | None:
        """Return the value under a path of keys, None when there is none."""
        found: Node | None = self
        for key in path:
            found = next((one for one in found.members() if one.path[-1] == key), None) if found else None
        return found


class Json:
    """A JSON document, or several after one another (JSON lines)."""

    def __init__(self, document: Document, text: str) -> None:
        """Keep the text; nothing is decoded."""
        self.text = text
        self._document = document
        self._seen = (0, 1)
        self._ends: dict[int, int] = {}

    def documents(self) -> Iterator[Node]:
        """Yield the documents of the text, one after another."""
        at = self.skip(0)
        while at < len(self.text):
            yield Node(self, at)
            at = self.skip(self.end_of(at))

    def skip(self, at: int) -> int:
        """Return where the next value begins."""
        found = _BLANK(self.text, at)
        return found.end() if found else at

    def closes(self, at: int, bracket: str) -> bool:
        """Say whether an object or array ends here; raises the document's error when the text does."""
        if at >= len(self.text):
            raise self.broken(at)
        return self.text[at] == bracket

    def decoded(self, at: int) -> tuple[Any, int]:
        """Return the value at a place and where it ends; raises the document's error (PR2104)."""
        try:
            value, end = _DECODE(self.text, at)
        except RecursionError as problem:
            raise self._document.fail("PR2104", "the JSON is nested too deeply") from problem
        except ValueError as problem:
            raise self.broken(getattr(problem, "pos", at)) from problem
        if len(self._ends) > _REMEMBERED:
            self._ends.clear()
        self._ends[at] = end
        return value, end

    def end_of(self, at: int) -> int:
        """Return where the value at a place ends; what was decoded before is not decoded again."""
        return self._ends.get(at) or self.decoded(at)[1]

    def line_of(self, at: int) -> int:
        """Return the line of a place; cheap when places are asked for in their order."""
        before, line = self._seen if self._seen[0] <= at else (0, 1)
        self._seen = (at, line + self.text.count("\n", before, at))
        return self._seen[1]

    def broken(self, at: int) -> Exception:
        """Return the error for a text that is no JSON at a place."""
        return self._document.fail("PR2104", f"the JSON is broken at line {self.line_of(at):,}")


def json_of(document: Document) -> Json:
    """Return the JSON of a document, whatever Unicode it is written in."""
    return Json(document, text_of(document)[0])


def texts_of(fields: dict[str, Any], names: Iterable[str]) -> list[str]:
    """Return some fields as texts, blank where they are absent or no scalar.

    >>> texts_of({"name": "bash", "epoch": 1, "arch": None}, ("name", "epoch", "arch"))
    ['bash', '1', '']
    """
    return [_text(fields.get(name)) for name in names]


def _text(value: object) -> str:
    """Return a scalar as text that Arrow can hold."""
    text = str(value).strip() if isinstance(value, str | int | float) else ""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
