"""XML read as a stream: no DOCTYPE, no deep nesting, bounded memory, and every failure said with its line."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, cast
from xml.etree import ElementTree as ET
from xml.parsers import expat

from patchrules.errors import DocumentError, Where

if TYPE_CHECKING:
    from patchrules.sources.files import Document

__all__ = ["TagLines", "elements"]

_CHUNK = 16 << 10  # larger chunks keep so many elements alive that the garbage collector takes half the time
_LONGEST_TAG = 32
_AFTER_TAG = frozenset({b" ", b"\t", b"\n", b"\r", b"\f", b"\v", b"/", b">"})


class TagLines:
    """The lines on which the start tags ``<tag`` stand, counted in the bytes while they stream by.

    ElementTree does not tell lines, and asking expat for them halves the speed. Tags are counted in the raw bytes, and
    :meth:`lines` believes the count only when the parser saw as many elements: comments, CDATA, prefixes and UTF-16
    make the two differ.
    """

    def __init__(self, tag: str) -> None:
        """Look for ``<tag``, which is shorter than 30 characters."""
        self._start = b"<" + tag.encode()
        self._found = array("q")
        self._line = 1
        self._rest = b""

    def feed(self, chunk: bytes) -> None:
        """Count on; a tag that the chunk's end may have cut waits for the next chunk."""
        data = self._rest + chunk
        cut = data.rfind(b"<", max(0, len(data) - _LONGEST_TAG)) if chunk else -1
        data, self._rest = (data, b"") if cut < 0 else (data[:cut], data[cut:])
        # Cutting at the tag and counting the pieces' newlines is five times as fast as looking for each by a pattern.
        line, found = self._line, self._found.append
        before, *pieces = data.split(self._start)
        line += before.count(b"\n")
        for piece in pieces:
            if piece[:1] in _AFTER_TAG:
                found(line)
            line += piece.count(b"\n")
        self._line = line

    def lines(self, count: int) -> list[int] | None:
        """Return the line of each of ``count`` elements, in document order, or None when they cannot be told."""
        return self._found.tolist() if len(self._found) == count else None


def elements(
    document: Document,
    tags: tuple[str, ...],
    *,
    lines: TagLines | None = None,
    root: dict[str, str] | None = None,
) -> Iterator[ET.Element]:
    """Yield each element whose local name is in ``tags``, complete, and forget it when the next one is asked for.

    Tags keep their namespace as ElementTree writes it, ``{namespace}name``. ``lines`` is fed with the same bytes,
    ``root`` with the attributes of the root element, which itself is never complete: its children are forgotten.
    Raises the document's error, with line and column, for XML that is not well-formed (PR3901) or has a DOCTYPE, and so
    may declare entities (PR3902), and for one nested deeper than ``limits.max_depth`` (PR3903); nothing else. Memory is
    that of one element. Cost: about a sixth more than bare ``iterparse``, for the depth.

    >>> from patchrules.sources.files import open_document
    >>> [one.get("n") for one in elements(open_document(b"<a><b n='1'/><c/><b n='2'/></a>"), ("b",))]
    ['1', '2']
    """
    path: list[ET.Element] = []
    wanted = _Wanted(tags)
    deepest = document.limits.max_depth
    for event, element in chain.from_iterable(_events(document, lines)):
        if event == "start":
            path.append(element)
            if root is not None and len(path) == 1:
                root.update(element.attrib)
            if len(path) > deepest:
                raise document.fail("PR3903", f"the XML is nested deeper than {deepest} elements")
            continue
        path.pop()
        if wanted[element.tag]:
            yield element
            element.clear()
        if len(path) == 1:
            path[0].clear()


class _Wanted(dict[str, bool]):
    """Whether a tag, with its namespace, is one of those looked for; asked once a tag."""

    def __init__(self, tags: tuple[str, ...]) -> None:
        super().__init__()
        self._tags = tags

    def __missing__(self, tag: str) -> bool:
        """Answer by the local name and remember."""
        self[tag] = tag.rpartition("}")[2] in self._tags
        return self[tag]


def _events(document: Document, lines: TagLines | None) -> Iterator[list[tuple[str, ET.Element]]]:
    """Yield the starts and ends that each chunk of bytes completes."""
    parser: ET.XMLPullParser[ET.Element] = ET.XMLPullParser(events=("start", "end"))
    prolog = _Prolog(document)
    for chunk in _chunks(document):
        if lines is not None:
            lines.feed(chunk)
        try:
            prolog.check(chunk)
            if chunk:
                parser.feed(chunk)
            else:
                parser.close()
            # A parser keeps its error among the events and raises it from there: they are read while we listen.
            events = cast("list[tuple[str, ET.Element]]", list(parser.read_events()))
        except DocumentError:
            raise
        except (ET.ParseError, expat.ExpatError, ValueError, LookupError) as problem:
            raise _malformed(document, problem) from problem
        yield events


class _Prolog:
    """Reads up to the root element: a DOCTYPE can stand nowhere else, and entities only inside a DOCTYPE."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._before_root = True
        self._parser = expat.ParserCreate()
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.StartElementHandler = self._root

    def check(self, chunk: bytes) -> None:
        """Look at a chunk, while the root has not begun."""
        if not self._before_root:
            return
        try:
            self._parser.Parse(chunk, not chunk)
        except expat.ExpatError:
            # ElementTree reads the same bytes and says what is wrong; past the root there is nothing to guard.
            if self._before_root:
                raise

    def _root(self, _name: str, _attributes: dict[str, str]) -> None:
        self._before_root = False
        self._parser.StartElementHandler = None

    def _refuse(self, *_declared: object) -> None:
        where = Where(self._document.name, self._parser.CurrentLineNumber)
        raise self._document.error(
            "the XML has a DOCTYPE, which may declare entities",
            code="PR3902",
            where=where,
            hint="remove the DOCTYPE line",
        )


def _chunks(document: Document) -> Iterator[bytes]:
    """Yield the bytes, and an empty chunk at the end."""
    with document.stream() as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk
    yield b""


def _malformed(document: Document, problem: Exception) -> DocumentError:
    """Return the error for XML that a parser refuses, at the place it gives."""
    line = column = None
    if isinstance(problem, ET.ParseError):
        line, column = problem.position
    elif isinstance(problem, expat.ExpatError):
        line, column = problem.lineno, problem.offset
    reason = str(problem).partition(": line ")[0].lower()
    where = Where(document.name, line, None if column is None else column + 1)
    return document.error(f"the XML is not well-formed: {reason}", code="PR3901", where=where)
