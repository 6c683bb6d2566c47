"""A few fields of every stanza as Arrow columns: how archives of a hundred thousand packages are read."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.sources.arrow import counting, stripped
from patchrules.sources.deb822 import Block, blocks, is_signed, stanzas, stanzas_of_block

if TYPE_CHECKING:
    from patchrules.sources.files import Document

__all__ = ["stanza_columns"]


def stanza_columns(document: Document, fields: Sequence[str]) -> Any:  # noqa: ANN401  pyarrow is Any
    r"""Return a table of the stanzas that ``deb822.stanzas`` yields for the same fields: ``line`` and a column a field.

    A field that a stanza does not have is null. Cost: that of Arrow kernels, about 2 us a stanza of 20 lines. A block
    of 4 MiB that has folded or repeated wanted fields, their names in another case, comments, lines of blanks or
    bytes that are not UTF-8 is read stanza by stanza. Raises what ``deb822.stanzas`` raises.

    >>> from patchrules.sources.files import open_document
    >>> text = b"Package: bash\nVersion: 5.2\nDescription: shell\n more\n\nPackage: dash\n"
    >>> stanza_columns(open_document(text), ("Package", "Version")).to_pylist()
    [{'line': 1, 'Package': 'bash', 'Version': '5.2'}, {'line': 6, 'Package': 'dash', 'Version': None}]
    """
    wanted = tuple(fields)
    if is_signed(document):
        return _table(stanzas(document, wanted), wanted)
    line, tables = 1, [_table((), wanted)]
    for block in blocks(document):
        lines = _Lines(block)
        found = _plain_columns(lines, line, wanted)
        tables.append(_table(stanzas_of_block(document, block, line, wanted), wanted) if found is None else found)
        line += len(lines.texts)
        del block, lines  # before the next is read: memory that is used again need not be fetched
    return pa.concat_tables(tables)


class _Lines:
    """The lines of whole stanzas, the last of which is empty, and the first byte of each, a newline for the empty."""

    def __init__(self, block: Block) -> None:
        """Cut a block; Arrow looks at its bytes where they are."""
        # INVARIANT: two newlines at the end give the last field a line after it, which is empty.
        data = pa.py_buffer(block if block.endswith(b"\n\n") else block + b"\n\n")
        ends = pa.array([0, data.size], pa.int32()).buffers()[1]
        text = pa.Array.from_buffers(pa.binary(), 1, [None, ends, data])
        self.texts = pc.split_pattern(text, b"\n").flatten()[:-1]
        number = len(self.texts)
        places = pa.Array.from_buffers(pa.int32(), number, [None, self.texts.buffers()[1]])
        newlines = counting(number)
        self._bytes = pa.Array.from_buffers(pa.uint8(), data.size, [None, data])
        self._starts = pc.add(places, newlines)
        self.firsts = self._bytes.take(self._starts)

    def beginning(self, names: Sequence[str]) -> Any:  # noqa: ANN401  pyarrow is Any
        """Return the numbers of the lines that may begin with one of the names, in any case, and few others."""
        first, second = ("".join(name[at].lower() + name[at].upper() for name in names) for at in (0, 1))
        rows = pc.indices_nonzero(_among(first).take(self.firsts))
        seconds = self._bytes.take(pc.add(self._starts.take(rows), 1))
        return rows.filter(_among(second).take(seconds))

    def has_gaps(self) -> bool:
        """Say whether a line consists of blanks."""
        after = pc.add(pc.indices_nonzero(_are(self.firsts, " \t")), pa.scalar(1, pa.uint64()))
        lasts = self._bytes.take(pc.subtract(self._starts.take(after), 2))
        ends_blank = pc.subtract(after.filter(_are(lasts, " \t")), pa.scalar(1, pa.uint64()))
        return any(not line.strip(b" \t") for line in self.texts.take(ends_blank).to_pylist())


def _table(rows: Any, fields: tuple[str, ...]) -> Any:  # noqa: ANN401  lines and stanzas, pyarrow is Any
    """Return stanzas that were read one by one as a table."""
    found = list(rows)
    columns: dict[str, Any] = {"line": pa.array([line for line, _ in found], pa.int64())}
    columns |= {name: pa.array([stanza.get(name) for _, stanza in found], pa.string()) for name in fields}
    return pa.table(columns)


def _plain_columns(lines: _Lines, line: int, fields: tuple[str, ...]) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return the table of the lines of whole stanzas, ``line`` being the first; None when they are not plain."""
    if pc.any(_are(lines.firsts, "#")).as_py() or lines.has_gaps():
        return None
    rows = lines.beginning([f"{name}:" for name in fields])
    candidates = lines.texts.take(rows)
    hits = [pc.starts_with(candidates, pattern=f"{name}:") for name in fields]
    hit = functools.reduce(pc.or_, hits)
    after = lines.firsts.take(pc.add(rows.filter(hit), pa.scalar(1, pa.uint64())))
    if pc.any(_are(after, " \t")).as_py() or _spelled_otherwise(candidates.filter(pc.invert(hit)), fields):
        return None
    empty = _are(lines.firsts, "\n")
    begun = pc.and_(pc.invert(empty), pa.concat_arrays([pa.array([True]), empty[:-1]]))
    first = pc.indices_nonzero(begun)
    values = [_values(candidates.filter(one), name) for one, name in zip(hits, fields, strict=True)]
    if any(one is None for one in values):
        return None
    is_whole = [_is_one_each(rows.filter(one), first) for one in hits]
    if not all(is_whole):
        stanza = pc.cumulative_sum(pc.cast(begun, pa.int32())).take(rows)
        numbers = counting(len(first) + 1)[1:] if any(is_whole) else pc.unique(stanza.filter(hit))
        first = first.take(pc.subtract(numbers, 1))
        for place, one in enumerate(hits):
            own = stanza.filter(one)
            if not is_whole[place]:
                if pc.any(pc.equal(own[1:], own[:-1])).as_py():
                    return None
                values[place] = values[place].take(pc.index_in(numbers, own))
    line_numbers = pc.cast(pc.add(first, line), pa.int64())
    return pa.table({"line": line_numbers, **dict(zip(fields, values, strict=True))})


def _are(codes: Any, letters: str) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return which bytes are one of a few letters."""
    return functools.reduce(pc.or_, [pc.equal(codes, pa.scalar(ord(letter), pa.uint8())) for letter in letters])


@functools.lru_cache(maxsize=32)
def _among(letters: str) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return of each of the 256 bytes whether it is one of many letters; taking from it is faster than comparing."""
    return pa.array([chr(code) in letters for code in range(256)])


def _is_one_each(own: Any, first: Any) -> bool:  # noqa: ANN401  pyarrow is Any
    """Say whether each stanza has one of the lines ``own``; ``first`` are the lines that stanzas begin at."""
    if len(own) != len(first):
        return False
    inside = (pc.greater_equal(own, first), pc.less(own[:-1], first[1:]))
    return all(pc.all(one, min_count=0).as_py() for one in inside)


def _values(lines: Any, name: str) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return what lines say of a field; None when they are not UTF-8."""
    # `binary_slice` with an open end fails on short values (Arrow 26).
    values = pc.binary_replace_slice(lines, 0, len(name) + 1, b"")
    try:
        return stripped(values.cast(pa.string()))
    except pa.ArrowInvalid:
        return None


def _spelled_otherwise(lines: Any, fields: tuple[str, ...]) -> bool:  # noqa: ANN401  pyarrow is Any
    """Say whether a line begins with a wanted field in another case."""
    names = re.compile(b"(?:%b):" % b"|".join(re.escape(name.encode()) for name in fields), re.IGNORECASE)
    longest = max(map(len, fields)) + 1
    return any(map(names.match, pc.unique(pc.binary_slice(lines, 0, longest)).to_pylist()))
