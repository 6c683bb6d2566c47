"""JSON as a tree of places: every value knows its line, and only what is asked for is decoded."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from patchrules.errors import DocumentError, Where

if TYPE_CHECKING:
    from patchrules.sources.files import Document

__all__ = ["Place", "has_halves", "json_of", "streamed", "values", "values_at"]

_BLANK = re.compile(r"[ \t\r\n]*").match
_DECODE = json.JSONDecoder(strict=False).raw_decode
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_REMEMBERED = 4096
_SHOWN = 400
_PIECE = 1 << 18
_LARGEST = 64 << 20
_LONE = re.compile("[\ud800-\udfff]")


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

    @property
    def shown(self) -> str:
        """Its first characters as they stand in the file, on one line."""
        return " ".join(self._text.piece(self.at, _SHOWN).split())

    @property
    def last_line(self) -> str | None:
        r"""What stands from the value on, where that is in the last line of the document; else None.

        >>> from patchrules.sources.files import open_document
        >>> [place.last_line for place in values(open_document(b""), '{}\n{"a": 1}\n')]
        [None, '{"a": 1}']
        """
        return self._text.last_line(self.at)

    def value(self) -> Any:  # noqa: ANN401  JSON holds anything
        """Decode the value."""
        return self._text.decoded(self.at)[0]

    @property
    def after(self) -> int:
        """Where it ends."""
        return self._text.ended(self.at)

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
        text.ends(self.at, at + 1)

    def elements(self) -> Iterator[Place]:
        """Yield the values of an array, nothing for another value."""
        text = self._text
        if not self.is_array:
            return
        at = text.blank(self.at + 1)
        while text.char(at) != "]":
            yield Place(text, at)
            at = text.after(at, "]")
        text.ends(self.at, at + 1)

    def beside(self, at: int) -> Place:
        """Return the value that begins at another place of the same document, an ``at`` that was kept."""
        return Place(self._text, at)

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
        self._has_escapes = "\\u" in text
        self.end = len(text)

    def char(self, at: int) -> str:
        return self._text[at : at + 1]

    def piece(self, at: int, length: int) -> str:
        """Return the start of the value at a place."""
        return self._text[at : min(self.ended(at), at + length)]

    def ended(self, at: int) -> int:
        """Return where a value ends; what was decoded lately is not decoded again."""
        end = self._ends.get(at)
        return self.decoded(at)[1] if end is None else end

    def last_line(self, at: int) -> str | None:
        """Return the text from a place on, None where it has several lines."""
        end = self._text.find("\n", at)
        if end >= 0 and self.blank(end) < self.end:
            return None
        return self._text[at:].rstrip()

    def blank(self, at: int) -> int:
        found = _BLANK(self._text, at)
        return found.end() if found else at

    def ends(self, at: int, end: int) -> None:
        """Remember where a value ends that was walked through, so that it is not decoded for that."""
        if len(self._ends) > _REMEMBERED:
            self._ends.clear()
        self._ends[at] = end

    def after(self, at: int, closing: str) -> int:
        """Return where the next value stands, or what closes the object or array."""
        at = self.blank(self.ended(at))
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
        self.ends(at, end)
        halves = self._has_escapes and _HALF.search(self._text, at, end)
        return (_without_halves(value) if halves else value), end

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
    text = _Text(document, "".join(_pieces(document)))
    at = text.blank(0)
    if at >= text.end:
        raise text.broken(at)
    return Place(text, at)


def has_halves(text: str, value: Any) -> bool:  # noqa: ANN401  JSON holds anything
    r"""Say whether JSON spelled halves of surrogate pairs, which are no characters: ``value`` is what ``text`` says.

    >>> has_halves(r'"ba\ud800sh"', "ba\ud800sh"), has_halves(r'"\ud83d\ude00"', "\U0001f600")
    (True, False)
    """
    return bool(_HALF.search(text) and _LONE.search(json.dumps(value, ensure_ascii=False)))


def _without_halves(value: Any) -> Any:  # noqa: ANN401  JSON holds anything
    """Return a value without halves of surrogate pairs, which JSON can spell and no text file can hold."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_without_halves(one) for one in value]
    if isinstance(value, dict):
        return {_without_halves(key): _without_halves(one) for key, one in value.items()}
    return value


def _pieces(document: Document) -> Iterator[str]:
    """Yield the text of a document piece by piece; JSON is often one long line, so that no limit of lines holds."""
    document.undecodable = 0
    bom, encoding = document.bom(None)
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    with document.stream() as stream:
        stream.read(len(bom))
        while True:
            data = stream.read(_PIECE)
            text = decoder.decode(data, final=not data)
            document.undecodable += text.count("\ufffd")
            if text:
                yield text
            if not data:
                return


def values(document: Document, text: str) -> Iterator[Place]:
    r"""Yield the values that follow one another in a text that was decoded before (JSON lines).

    >>> from patchrules.sources.files import open_document
    >>> [place.line for place in values(open_document(b""), "{}\n[1]")]
    [1, 2]
    """
    source = _Text(document, text)
    at = source.blank(0)
    while at < source.end:
        place = Place(source, at)
        yield place
        at = source.blank(place.after)


def values_at(document: Document, text: str, starts: Iterable[int]) -> Iterator[Place]:
    """Yield the values that begin at given places of a text, between which anything may stand."""
    source = _Text(document, text)
    for at in starts:
        yield Place(source, at)


def streamed(document: Document) -> Iterator[tuple[str, int, Any]]:
    r"""Yield key, line and value of each member of the one object in a document, without keeping the others.

    Raises the document's error PR2907 for broken JSON and for a member that is longer than 64 MiB. Nothing is yielded
    for anything but an object: it has no members.

    >>> from patchrules.sources.files import open_document
    >>> list(streamed(open_document(b'{"a": [1],\n"b": {}}')))
    [('a', 1, [1]), ('b', 2, {})]
    """
    window = _Window(document)
    if not window.opens("{"):
        return
    while not window.opens("}"):
        key, line = window.value()
        if not isinstance(key, str) or not window.opens(":"):
            raise window.broken()
        value, line = window.value()
        yield key, line, value
        if window.opens(","):
            continue
        if not window.opens("}"):
            raise window.broken()
        return


class _Window:
    """A moving piece of a document's text."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._chunks = _pieces(document)
        self._text = ""
        self._at = 0
        self._line = 1

    def opens(self, char: str) -> bool:
        """Say whether the next character is ``char``, and step over it if it is."""
        self._skip()
        if self._text[self._at : self._at + 1] != char:
            return False
        self._at += 1
        return True

    def value(self) -> tuple[Any, int]:
        """Return the next value and its line."""
        self._skip()
        wanted = _PIECE
        while True:
            try:
                value, end = _DECODE(self._text, self._at)
                # A number at the very end may go on in the next piece.
                if end < len(self._text) or not self._more(wanted):
                    break
            except RecursionError as problem:
                raise self._document.fail("PR2907", "the JSON is nested too deeply") from problem
            except ValueError as problem:
                if len(self._text) - self._at > _LARGEST or not self._more(wanted):
                    raise self.broken() from problem
            wanted *= 2
        line = self._line
        self._line += self._text.count("\n", self._at, end)
        halves = _HALF.search(self._text, self._at, end)
        self._at = end
        return (_without_halves(value) if halves else value), line

    def broken(self) -> DocumentError:
        """Return the error for a text that is no JSON."""
        where = Where(self._document.name, self._line)
        return self._document.error("the JSON cannot be read, or ends too early", code="PR2907", where=where)

    def _skip(self) -> None:
        """Step over blanks, and read on where they reach the end."""
        while True:
            found = _BLANK(self._text, self._at)
            end = found.end() if found else self._at
            self._line += self._text.count("\n", self._at, end)
            self._at = end
            if end < len(self._text) or not self._more(_PIECE):
                return

    def _more(self, wanted: int) -> bool:
        """Read at least so many characters more; say whether there were any."""
        pieces, size = [self._text[self._at :]], 0
        while size < wanted and (chunk := next(self._chunks, None)) is not None:
            pieces.append(chunk)
            size += len(chunk)
        if len(pieces) > 1:
            self._text, self._at = "".join(pieces), 0
        return len(pieces) > 1
