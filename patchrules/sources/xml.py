"""XML read as a stream: no DOCTYPE, no deep nesting, bounded memory, and every failure said with its line."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING
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

    def add(self, lines: bytes) -> None:
        """Take the lines of the next tags, from whoever counted them, as the machine's integers of 64 bits."""
        self._found.frombytes(lines)

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

    Tags keep their namespace as ElementTree writes it, ``{namespace}name``; of elements inside one another the inner
    one comes first. ``lines`` is fed with the same bytes, ``root`` with the attributes of the root element, which
    itself is never complete: its children are forgotten. Raises the document's error, with line and column, for XML
    that is not well-formed (PR3901) or has a DOCTYPE, and so may declare entities (PR3902), and for one nested deeper
    than ``limits.max_depth`` (PR3903); nothing else. Memory is that of one element, and of a chunk. Cost: nine tenths
    of bare ``iterparse``, because nothing is done in Python a tag.

    >>> from patchrules.sources.files import open_document
    >>> [one.get("n") for one in elements(open_document(b"<a><b n='1'/><c/><b n='2'/></a>"), ("b",))]
    ['1', '2']
    """
    builder = ET.TreeBuilder()
    # Events would tell the root, and what is complete, at the price of one a tag: this element is given to the builder
    # before the document is, so that the tree grows where it can be seen.
    top = builder.start("", {})
    tree = _Tree(document, tags, top)
    parser = ET.XMLParser(target=builder)  # noqa: S314  what is dangerous stands in a DOCTYPE, which is refused
    for complete in _fed(document, parser, lines):
        if root is not None and len(top):
            root.update(top[0].attrib)
        if complete:
            # INVARIANT: whatever has a sibling after it is complete.
            top.append(ET.Element(""))
        yield from tree.taken()


class _Tree:
    """What is read and not forgotten of a document: the elements that are open, and those since the last chunk."""

    def __init__(self, document: Document, tags: tuple[str, ...], top: ET.Element) -> None:
        """Look at what grows under ``top``, the document's root first."""
        self._document = document
        self._deepest = document.limits.max_depth
        self._wanted = _Wanted(tags)
        self._top = top

    def taken(self) -> Iterator[ET.Element]:
        """Yield the wanted elements that are complete, and forget what stands before the open ones."""
        parents = self._open()
        for depth, parent in enumerate(parents, 1):
            for element in parent[:-1]:
                for one in self._wanted_of(element, depth):
                    if one is element and parent is self._top and len(one):
                        one.clear()
                    yield one
                    one.clear()
            del parent[:-1]

    def _open(self) -> list[ET.Element]:
        """Return the elements that may still grow, from the top to the first wanted one; the root is never that."""
        found, depth, node = [self._top], 0, self._top
        is_inside = False
        while len(node):
            node, depth = node[-1], depth + 1
            self._refuse(depth)
            is_inside = is_inside or (depth > 1 and self._wanted[node.tag])
            if not is_inside:
                found.append(node)
        return found

    def _check(self, element: ET.Element, everything: list[ET.Element], depth: int) -> None:
        """Raise where something in an element, which itself is at ``depth``, is too deep."""
        if depth + len(everything) <= self._deepest or depth + sum(map(bool, map(len, everything))) <= self._deepest:
            return  # there are not even that many elements, or parents
        level = [element]
        while level:
            self._refuse(depth)
            level = list(chain.from_iterable(level))
            depth += 1

    def _refuse(self, depth: int) -> None:
        """Raise for a depth beyond the limit."""
        if depth > self._deepest:
            raise self._document.fail("PR3903", f"the XML is nested deeper than {self._deepest} elements")

    def _wanted_of(self, element: ET.Element, depth: int) -> list[ET.Element]:
        """Return what is wanted of a complete element, which is at ``depth``, in the order of the end tags."""
        everything = list(element.iter())
        self._check(element, everything, depth)
        wanted = self._wanted
        found = [one for one in everything if wanted[one.tag]]
        if len(found) > 1:
            found = [one for one in _inner_first(element) if wanted[one.tag]]
        return found


def _inner_first(element: ET.Element) -> list[ET.Element]:
    """Return an element and all below it in the order of their end tags."""
    order, waiting = [], [element]
    while waiting:
        one = waiting.pop()
        order.append(one)
        waiting.extend(one)
    return order[::-1]


class _Wanted(dict[str, bool]):
    """Whether a tag, with its namespace, is one of those looked for; asked once a tag."""

    def __init__(self, tags: tuple[str, ...]) -> None:
        super().__init__()
        self._tags = tags

    def __missing__(self, tag: str) -> bool:
        """Answer by the local name and remember."""
        self[tag] = tag.rpartition("}")[2] in self._tags
        return self[tag]


def _fed(document: Document, parser: ET.XMLParser[ET.Element], lines: TagLines | None) -> Iterator[bool]:
    """Feed the parser, and yield after each chunk whether it was the last."""
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
        except DocumentError:
            raise
        except (ET.ParseError, expat.ExpatError, ValueError, LookupError) as problem:
            raise _malformed(document, problem) from problem
        yield not chunk


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
