"""A few elements of XML as Arrow columns: how notices of a hundred thousand packages are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar
from xml.parsers import expat

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.errors import DocumentError
from patchrules.sources.arrow import counting
from patchrules.sources.tag_values import attributes_of, texts_of
from patchrules.sources.tags import Tags, Wanted, tags_of_tree
from patchrules.sources.xml import TagLines

if TYPE_CHECKING:
    from patchrules.sources.files import Document

__all__ = ["tag_columns"]

_T = TypeVar("_T")

_STRETCH = 4 << 20
_LONGEST = 16 << 20
_ROOT = re.compile(rb"(?:\xef\xbb\xbf)?(<\?xml\s[^<>]*\?>)?\s*<[\w.-]+[\s/>]")
_OTHER_ENCODING = re.compile(rb"encoding\s*=\s*[\"'](?!(?:utf-8|us-ascii)[\"'])", re.IGNORECASE)
_NAME = re.compile(rb"/?[^\s/>]*")
_NOT_LINES = bytes(set(range(256)) - set(b"<\n"))
_NONE, _ONE, _TWO = (pa.scalar(one, pa.int32()) for one in range(3))


class _NotPlainError(Exception):
    """The document has something that only a parser should read."""


def tag_columns(document: Document, wanted: Wanted, read: Callable[[Tags], _T]) -> tuple[list[_T], TagLines]:
    r"""Return what ``read`` makes of the elements of each stretch of a document, and the lines of those counted.

    A stretch has whole ``wanted.row``; memory is that of one, of 4 MiB or a few more. Raises what ``xml.elements``
    raises. Cost: Arrow kernels, not twice of what expat takes to see that the document is well-formed. Read as a tree
    is a document with comments, CDATA, processing instructions, prefixes, attributes in single quotes, a bare ``>`` in
    a wanted text, an encoding other than UTF-8, or rows elsewhere than right under the root, and a faulty one.

    >>> from patchrules.sources.files import open_document
    >>> document = open_document(b'<a>\n<b n="1">one</b>\n<b n="2"><c>x &amp; y</c></b></a>')
    >>> wanted = Wanted(row="b", texts=("c",), attributes={"b": ("n",)}, counted="b")
    >>> found, lines = tag_columns(document, wanted, lambda tags: tags.text("c", tags.named("c")).to_pylist())
    >>> found, lines.lines(2)
    ([['x & y']], [2, 3])
    """
    try:
        lines = TagLines(wanted.counted)
        return [read(tags) for tags in _plain_tags(document, wanted, lines)], lines
    except _NotPlainError:
        lines = TagLines(wanted.counted)
        return [read(tags) for tags in tags_of_tree(document, wanted, lines)], lines


def _plain_tags(document: Document, wanted: Wanted, lines: TagLines) -> Iterator[Tags]:
    """Yield the elements of each stretch; raises _NotPlainError, whatever is wrong: the tree tells it in its words."""
    try:
        place = _Place(wanted, document.limits.max_depth, lines, has_declaration=_has_declaration(document))
        for data in _stretches(document, wanted.row):
            yield place.tags(data)
        place.end()
    except (DocumentError, expat.ExpatError, ValueError, LookupError) as problem:
        raise _NotPlainError from problem


def _has_declaration(document: Document) -> bool:
    """Say whether ``<?xml`` begins the document, whose root must follow at once.

    INVARIANT: there is no DOCTYPE between them, hence no entity but the five of XML; and the root has no prefix.
    """
    found = _ROOT.match(document.head)
    if not found or _OTHER_ENCODING.search(found[1] or b""):
        raise ValueError
    return found[1] is not None


def _stretches(document: Document, row: str) -> Iterator[bytes]:
    """Yield the bytes up to the end of some row, after expat has found nothing wrong with them."""
    parser = expat.ParserCreate(namespace_separator="}")
    end, rest = b"</" + row.encode() + b">", b""
    with document.stream() as stream:
        while chunk := stream.read(_STRETCH):
            # Here, not when it was read: what follows the last row is seldom worth a stretch of its own.
            cut = rest.rfind(end) + 1
            if cut:
                cut += len(end) - 1
                yield rest[:cut]
                rest = rest[cut:]
            elif len(rest) > _LONGEST:
                raise ValueError
            parser.Parse(chunk, False)
            rest += chunk
    parser.Parse(b"", True)
    yield rest


class _Place:
    """How far a document has been read: the line, and how many elements are open.

    INVARIANT: in well-formed XML ``<`` begins a tag, or what begins with ``<!`` or ``<?``; texts and attributes have
    none. So each piece between them is a tag and the text after it, and where there is one ``>``, that ends the tag.
    Every start tag has an end tag, but those that end in ``/``. Where no name has a prefix, and none of the wanted
    elements declares a namespace, all of them have that of the root.
    """

    def __init__(self, wanted: Wanted, deepest: int, lines: TagLines, *, has_declaration: bool) -> None:
        """Start before the root."""
        self._depth = 0
        self._wanted = wanted
        self._deepest = deepest
        self._lines = lines
        self._line = 1
        self._before = 1 + has_declaration

    def tags(self, data: bytes) -> Tags:
        """Return the wanted elements of a stretch, and count the lines."""
        pieces = _cut(data, b"<")[self._before :]
        codes, steps, is_asked = self._named(pieces)
        heads, texts = _halves(pieces.filter(is_asked))
        is_empty = pc.ends_with(heads, b"/")
        names = self._wanted.names
        is_wanted = pc.less(codes, len(names))
        if b"xmlns" in bytes(heads.filter(is_wanted.filter(is_asked)).buffers()[2] or b""):
            raise ValueError
        rows, asked = (_by_code(codes.filter(which), names) for which in (is_wanted, is_asked))
        places = counting(len(pieces)).filter(is_wanted)
        self._count(data, places.take(rows[self._wanted.counted]))
        parents = self._parents(codes, is_wanted, *self._depths(steps, is_asked, is_empty))
        texts = pc.if_else(is_empty, b"", texts)
        values = {(name, ""): (rows[name], texts_of(texts.take(asked[name]))) for name in self._wanted.texts}
        for name, keys in self._wanted.attributes.items():
            own = heads.take(asked[name]) if name in self._wanted.texts else pieces.take(places.take(rows[name]))
            for key, (owners, said) in attributes_of(own, keys).items():
                values[name, key] = rows[name].take(owners), said
        self._before = 1
        return Tags(rows, parents, values)

    def end(self) -> None:
        """Raise where an element seems open: its name is that of the root, and it ended in ``/``."""
        if self._depth:
            raise ValueError

    def _named(self, pieces: Any) -> tuple[Any, Any, Any]:  # noqa: ANN401  pyarrow is Any
        """Return the number of each start tag's name, and 1, or -1 for each end tag, and which must be looked at.

        Those are the start tags whose text is wanted, and those of which fewer are ended: they may end in ``/``. Names
        that are not wanted all have one number, and are the longer ones.
        """
        longest = max(map(len, self._wanted.names)) + 2
        starts = pc.binary_slice(pieces, 0, longest).dictionary_encode()
        # The pattern matches every text, if only nothing of it.
        found = [_NAME.match(start)[0] for start in starts.dictionary.to_pylist()]  # type: ignore[index]
        names = pa.array(found, pa.binary()).dictionary_encode()
        numbers = names.indices.take(starts.indices)
        sizes = dict(zip(*(one.to_pylist() for one in pc.value_counts(numbers).flatten()), strict=True))
        often = {name: sizes[number] for number, name in enumerate(names.dictionary.to_pylist())}
        known = {name.encode(): number for number, name in enumerate(self._wanted.names)}
        told = []
        for name, size in often.items():
            if name[:1] == b"/":
                told.append((len(known), -1, False))
                continue
            if name[:1] in (b"!", b"?") or b":" in name or len(name) == longest:
                raise ValueError
            is_asked = name.decode() in self._wanted.texts or often.get(b"/" + name) != size
            told.append((known.get(name, len(known)), 1, is_asked))
        columns = zip(zip(*told, strict=True), (pa.int8(), pa.int32(), pa.bool_()), strict=True)
        codes, steps, is_asked = (pa.array(column, kind).take(numbers) for column, kind in columns)
        return codes, steps, is_asked

    def _count(self, data: bytes, counted: Any) -> None:  # noqa: ANN401  pyarrow is Any
        """Add the lines of some tags, and go on to the line that the stretch ends in."""
        # Of newlines and tags alone, the place of a tag less the number of tags before it is that of newlines.
        marks = data.translate(None, _NOT_LINES)
        codes = pa.Array.from_buffers(pa.uint8(), len(marks), [None, pa.py_buffer(marks)])
        places = pc.indices_nonzero(pc.equal(codes, pa.scalar(ord("<"), pa.uint8())))
        numbers = pc.add(counted, pa.scalar(self._before - 1, pa.int32()))
        found = pc.add(pc.subtract(places.take(numbers).cast(pa.int64()), numbers), self._line)
        self._lines.add(found.buffers()[1].to_pybytes()[: 8 * len(found)])
        self._line += len(marks) - len(places)

    def _depths(self, steps: Any, is_asked: Any, is_empty: Any) -> tuple[Any, Any]:  # noqa: ANN401  pyarrow is Any
        """Return which tags are start tags, and how deep those stand."""
        none = pa.repeat(_NONE, len(steps))
        alone = pc.replace_with_mask(none, is_asked, is_empty.cast(pa.int32()))
        levels = pc.cumulative_sum(pc.subtract(steps, alone), start=self._depth)
        self._depth = levels[-1].as_py()
        return pc.greater(steps, 0), pc.add(levels, alone)

    def _parents(self, codes: Any, is_wanted: Any, is_start: Any, depths: Any) -> Any:  # noqa: ANN401  pyarrow is Any
        """Return of each wanted element the row of the one around it, null where that is not wanted."""
        codes, is_wanted, depths = (one.filter(is_start) for one in (codes, is_wanted, depths))
        is_row = pc.equal(codes, self._wanted.names.index(self._wanted.row))
        if not is_row.equals(pc.equal(depths, _TWO)) or (pc.max(depths).as_py() or 0) > self._deepest:
            raise ValueError
        rows = pc.if_else(is_wanted, pc.subtract(pc.cumulative_sum(is_wanted.cast(pa.int32())), _ONE), None)
        places = counting(len(codes))
        around = pa.nulls(len(codes), pa.int32())
        for depth in pc.unique(depths.filter(is_wanted)).to_pylist():
            is_parent = pc.equal(depths, pa.scalar(depth - 1, pa.int32()))
            last = pc.cumulative_max(pc.if_else(is_parent, places, _NONE))
            around = pc.if_else(pc.equal(depths, pa.scalar(depth, pa.int32())), last, around)
        return rows.take(around.filter(is_wanted))


def _cut(data: bytes, mark: bytes) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return the pieces between marks."""
    ends = pa.array([0, len(data)], pa.int32()).buffers()[1]
    text = pa.Array.from_buffers(pa.binary(), 1, [None, ends, pa.py_buffer(data)])
    return pc.split_pattern(text, mark).flatten()


def _halves(pieces: Any) -> tuple[Any, Any]:  # noqa: ANN401  pyarrow is Any
    """Return start tags without ``>``, and the texts behind."""
    halves = pc.split_pattern(pieces, b">").flatten()
    places = pc.multiply(counting(len(pieces)), _TWO)
    if len(halves) != 2 * len(pieces):
        raise ValueError
    return halves.take(places), halves.take(pc.add(places, _ONE))


def _by_code(codes: Any, names: Sequence[str]) -> dict[str, Any]:  # noqa: ANN401  pyarrow is Any
    """Return of each name the places where its code stands."""
    order = pc.array_sort_indices(codes).cast(pa.int32())
    sizes = dict(zip(*(one.to_pylist() for one in pc.value_counts(codes).flatten()), strict=True))
    found, first = {}, 0
    for code, name in enumerate(names):
        size = sizes.get(code, 0)
        found[name] = order[first : first + size]
        first += size
    return found
