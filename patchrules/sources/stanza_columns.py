"""A few fields of every stanza as Arrow columns: how archives of a hundred thousand packages are read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.sources.deb822 import blocks, is_signed, stanzas, stanzas_of_block

if TYPE_CHECKING:
    from patchrules.sources.files import Document

__all__ = ["stanza_columns"]

_BLANKS = "".join(char for char in map(chr, range(0x3001)) if char.isspace())
"""What ``str.strip`` takes away."""
_START = 2


def stanza_columns(document: Document, fields: Sequence[str]) -> Any:  # noqa: ANN401  pyarrow is Any
    r"""Return a table of the stanzas that ``deb822.stanzas`` yields for the same fields: ``line`` and a column a field.

    A field that a stanza does not have is null. Cost: that of Arrow kernels, about 5 us a stanza of 20 lines. A block
    of 1 MiB that has folded or repeated wanted fields, their names in another case, comments or bytes that are not
    UTF-8 is read stanza by stanza.

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
        # The newline more is an empty line after the last field, whatever the block ends with.
        lines = pc.split_pattern(pa.array([block + b"\n"], pa.binary()), b"\n").flatten()
        found = _plain_columns(lines, line, wanted)
        tables.append(_table(stanzas_of_block(block, line, wanted), wanted) if found is None else found)
        line += len(lines) - 2
    return pa.concat_tables(tables)


def _table(rows: Any, fields: tuple[str, ...]) -> Any:  # noqa: ANN401  lines and stanzas, pyarrow is Any
    """Return stanzas that were read one by one as a table."""
    found = list(rows)
    columns: dict[str, Any] = {"line": pa.array([line for line, _ in found], pa.int64())}
    columns |= {name: pa.array([stanza.get(name) for _, stanza in found], pa.string()) for name in fields}
    return pa.table(columns)


def _plain_columns(lines: Any, line: int, fields: tuple[str, ...]) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return the table of the lines of whole stanzas, ``line`` being the first; None when they are not plain."""
    # There are a few dozens of first letters: they tell apart what a line is, asked once each.
    starts = pc.binary_slice(lines, 0, _START).dictionary_encode()
    kinds = starts.dictionary.to_pylist()
    if any(kind[:1] == b"#" for kind in kinds):
        return None
    empty = _having(starts, [not kind for kind in kinds])
    begins = {f"{name}:"[:_START].lower().encode() for name in fields}
    rows = pc.indices_nonzero(_having(starts, [kind.lower() in begins for kind in kinds]))
    candidates = lines.take(rows)
    hits = [pc.starts_with(candidates, pattern=f"{name}:") for name in fields]
    hit = hits[0]
    for more in hits[1:]:
        hit = pc.or_(hit, more)
    folded = _having(starts, [kind[:1] in {b" ", b"\t"} for kind in kinds])
    if _spelled_otherwise(candidates.filter(pc.invert(hit)), fields) or _any(
        # INVARIANT: the last line is empty, so that every field has a line after it.
        folded.take(pc.add(rows.filter(hit), pa.scalar(1, pa.uint64())))
    ):
        return None
    begun = pc.and_(pc.invert(empty), pa.concat_arrays([pa.array([True]), empty[:-1]]))
    stanza = pc.cumulative_sum(pc.cast(begun, pa.int32())).take(rows)
    numbers = pc.unique(stanza.filter(hit))
    first = pc.indices_nonzero(begun).take(pc.subtract(numbers, 1))
    values = _values(candidates, stanza, numbers, dict(zip(fields, hits, strict=True)))
    return values and pa.table({"line": pc.cast(pc.add(first, line), pa.int64()), **values})


def _values(candidates: Any, stanza: Any, numbers: Any, hits: dict[str, Any]) -> dict[str, Any] | None:  # noqa: ANN401  pyarrow is Any
    """Return each field of the stanzas ``numbers``; None when one repeats a field, or is not UTF-8."""
    columns = {}
    for name, one in hits.items():
        own = stanza.filter(one)
        if len(pc.unique(own)) < len(own):
            return None
        # `binary_slice` with an open end fails on short values (Arrow 26).
        values = pc.binary_replace_slice(candidates.filter(one), 0, len(name) + 1, b"")
        try:
            values = pc.utf8_trim(values.cast(pa.string()), characters=_BLANKS)
        except pa.ArrowInvalid:
            return None
        columns[name] = values if len(own) == len(numbers) else values.take(pc.index_in(numbers, own))
    return columns


def _spelled_otherwise(lines: Any, fields: tuple[str, ...]) -> bool:  # noqa: ANN401  pyarrow is Any
    """Say whether a line begins with a wanted field in another case."""
    names = re.compile(b"(?:%b):" % b"|".join(re.escape(name.encode()) for name in fields), re.IGNORECASE)
    longest = max(map(len, fields)) + 1
    return any(map(names.match, pc.unique(pc.binary_slice(lines, 0, longest)).to_pylist()))


def _having(starts: Any, wanted: list[bool]) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return which lines have a start that is wanted."""
    return pa.array(wanted, pa.bool_()).take(starts.indices)


def _any(mask: Any) -> bool:  # noqa: ANN401  pyarrow is Any
    """Say whether a mask holds anywhere."""
    return bool(pc.any(mask).as_py())
