"""What proves which rows an Arrow table held: a hash of its values, however they lie in memory."""

from __future__ import annotations

import hashlib
import io
import json

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from patchrules.sources.arrow import INSTANT

_PLAIN = pa_csv.WriteOptions(include_header=True, quoting_style="all_valid")


def digest(table: pa.Table) -> str:
    """Return the sha256 of a table's column names and values, in hexadecimal; chunks and encodings do not count.

    Null and empty text are two. O(rows) in Arrow; lists and maps O(rows) in Python. A million packages take a third of
    a second.

    >>> one = pa.table({"name": ["bash", None]})
    >>> digest(one) == digest(pa.concat_tables([one.slice(0, 1), one.slice(1)]))
    True
    >>> digest(one) == digest(pa.table({"name": ["bash", ""]}))
    False
    """
    sink = _Sha256()
    flat = pa.table([_flat(column) for column in table.columns], names=table.column_names)
    pa_csv.write_csv(flat, pa.PythonFile(sink, "w"), _PLAIN)
    return sink.found.hexdigest()


def _flat(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column of values that CSV writes in one way only."""
    if pa.types.is_nested(column.type):
        return pa.chunked_array([_as_json(column.combine_chunks())])
    if pa.types.is_dictionary(column.type):
        return column.cast(column.type.value_type)
    return column.cast(pa.int64()) if column.type == INSTANT else column


def _as_json(nested: pa.Array) -> pa.Array:
    """Return lists, maps or structs as JSON texts. Most lists and maps are empty: only others become Python objects."""
    if any(is_of(nested.type) for is_of in (pa.types.is_list, pa.types.is_large_list, pa.types.is_map)):
        filled = pc.greater(pc.subtract(nested.offsets[1:], nested.offsets[:-1]), 0)
    else:
        filled = nested.is_valid()
    # Lists recur from row to row, and JSON costs several times as much as knowing one again.
    values = [(repr(value), value) for value in nested.filter(filled).to_pylist()]
    known = {same: None if value is None else json.dumps(value) for same, value in dict(values).items()}
    texts = pc.if_else(nested.is_null(), pa.scalar(None, pa.string()), "[]")
    return pc.replace_with_mask(texts, filled, pa.array([known[same] for same, _ in values], pa.string()))


class _Sha256(io.RawIOBase):
    """A file that keeps the hash of what is written to it."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.found = hashlib.sha256()

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, data: object) -> int:
        """Take some bytes into the hash."""
        taken = memoryview(data)  # type: ignore[arg-type]
        self.found.update(taken)
        return taken.nbytes
