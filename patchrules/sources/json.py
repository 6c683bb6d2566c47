"""JSON as a tree of places: every value knows its line, and only what is asked for is decoded."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from patchrules.errors import DocumentError, Where

if TYPE_CHECKING:
    from patchrules.sources.files import Document

__all__ = ["Place", "json_of"]

_BLANK = re.compile(r"[ \t\r\n]*").match
_DECODE = json.JSONDecoder(strict=False).raw_decode
_REMEMBERED = 4096


class Place:
    r"""One value of a JSON document, not decoded yet.

    >>> from patchrules.sources.files import open_document
    >>> top = json_of(open_document(b'{"a": 1,\n "b": [\n {"c": 2}]}'))
    >>> [(one.line, one.value()) for one in top["b"].elements()]
    [(3, {'c': 2})]
    """

    __slots__ = ("_text", "at")

    def __init__(self, text: _Text, at: int) -> None:
        self._text = text
        self.at = at

    @property
    def line(self) -> int:
        """The line the value begins at; cheap when places are asked for in their order."""
        return self._text.line(self.at)

    @property
    def is_object(self) -> bool:
        """Whether the value is an object."""
        return self._text.char(self.at) == "{"

    @property
    def is_array(self) -> bool:
        """Whether the value is an array."""
        return self._text.char(self.at) == "["

    def value(self) -> Any:  # noqa: ANN401  JSON holds anything
        """Decode the value."""
        return self._text.decoded(self.at)[0]

    def members(self) -> Iterator[tuple[str, Place]]:
        """Yield keys and values of an object, nothing for another value."""
        text = self._text
        if not self.is_object:
            return
        at = text.blank(self.at + 1)
        while text.char(at) != "}":
            if text.char(at) != '"':
                raise text.broken(at)
            key, at = text.decoded(at)
            at = text.blank(at)
            if text.char(at) != ":":
                raise text.broken(at)
            at = text.blank(at + 1)
            yield key, Place(text, at)
            at = text.after(at, "}")

    def elements(self) -> Iterator[Place]:
        """Yield the values of an array, nothing for another value."""
        text = self._text
        if not self.is_array:
            return
        at = text.blank(self.at + 1)
        while text.char(at) != "]":
            yield Place(text, at)
            at = text.after(at, "]")

    def __getitem__(self, key: str) -> Place:
        """Return the value under a key; an empty place, which has no value and no members, when there is none."""
        return next((place for name, place in self.members() if name == key), Place(self._text, self._text.end))

    def __bool__(self) -> bool:
        """Whether there is a value at all."""
        return self.at < self._text.end


class _Text:
    """The text of a document, the last line that was asked for, and where values end that were decoded."""

    def __init__(self, document: Document, text: str) -> None:
        self._document = document
        self._text = text
        self._line = (0, 1)
        self._ends: dict[int, int] = {}
        self.end = len(text)

    def char(self, at: int) -> str:
        return self._text[at : at + 1]

    def blank(self, at: int) -> int:
        found = _BLANK(self._text, at)
        return found.end() if found else at

    def after(self, at: int, closing: str) -> int:
        """Return where the next value stands, or what closes the object or array."""
        end = self._ends.get(at)
        at = self.blank(self.decoded(at)[1] if end is None else end)
        if self.char(at) == ",":
            at = self.blank(at + 1)
            if self.char(at) == closing:
                raise self.broken(at)
        elif self.char(at) != closing:
            raise self.broken(at)
        return at

    def decoded(self, at: int) -> tuple[Any, int]:
        """Return the value at a place and where it ends."""
        if at >= self.end:
            return None, at
        try:
            value, end = _DECODE(self._text, at)
        except RecursionError as problem:
            raise self._document.fail("PR2907", "the JSON is nested too deeply") from problem
        except ValueError as problem:
            raise self.broken(getattr(problem, "pos", at)) from problem
        if len(self._ends) > _REMEMBERED:
            self._ends.clear()
        self._ends[at] = end
        return value, end

    def line(self, at: int) -> int:
        before, line = self._line if self._line[0] <= at else (0, 1)
        self._line = (at, line + self._text.count("\n", before, at))
        return self._line[1]

    def broken(self, at: int) -> DocumentError:
        """Return the error for a text that is no JSON at a place."""
        start = self._text.rfind("\n", 0, at) + 1
        where = Where(self._document.name, self.line(at), at - start + 1)
        what = "it ends too early" if at >= self.end else f"`{self._text[at : at + 20]!r}` does not belong there"
        return self._document.error(f"the JSON cannot be read: {what}", code="PR2907", where=where)


def json_of(document: Document) -> Place:
    """Return the value of a document, UTF-8 or with a byte order mark; raises the document's error PR2907.

    Characters that cannot be decoded are replaced and counted in ``document.undecodable``.
    """
    text = _Text(document, "\n".join(line for _, block in document.blocks() for line in block))
    at = text.blank(0)
    if at >= text.end:
        raise text.broken(at)
    return Place(text, at)
