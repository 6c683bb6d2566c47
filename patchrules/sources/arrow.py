"""The tables of ``model.columns`` as Arrow: one place that turns declared types into schemas."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.model.columns import Column

INSTANT = pa.timestamp("us", tz="UTC")

_BLANKS = "".join(char for char in map(chr, range(0x3001)) if char.isspace())

# Numbers up to this are counted once: 256 KiB.
_USUAL = 1 << 16
_TYPES = {
    "string": pa.string(),
    "bool": pa.bool_(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "instant": INSTANT,
    "list<string>": pa.list_(pa.string()),
    "map<string, string>": pa.map_(pa.string(), pa.string()),
    "map<string, int64>": pa.map_(pa.string(), pa.int64()),
}


def schema(columns: Iterable[Column]) -> pa.Schema:
    """Return the Arrow schema of declared columns.

    >>> from patchrules.model.columns import PACKAGES
    >>> schema(PACKAGES).field("installed_at").type
    TimestampType(timestamp[us, tz=UTC])
    """
    return pa.schema([pa.field(column.name, _TYPES[column.type]) for column in columns])


def table(columns: Iterable[Column], data: Mapping[str, Sequence[Any]], num_rows: int) -> pa.Table:
    """Return a table of ``num_rows`` rows; a column that ``data`` does not give is null throughout.

    >>> from patchrules.model.columns import REJECTS
    >>> table(REJECTS, {"file": ["a"], "code": ["PR2001"], "message": ["bad"]}, 1)["line"].null_count
    1
    """
    wanted = schema(columns)
    arrays = [_typed(data.get(one.name), one.type, num_rows) for one in wanted]
    return pa.table(arrays, schema=wanted)


def stripped(texts: Any) -> Any:  # noqa: ANN401 - pyarrow is Any
    r"""Return texts without the blanks around them, which are those of ``str.strip``.

    >>> stripped(pa.array(["\x1c a b\u3000"])).to_pylist()
    ['a b']
    """
    return pc.utf8_trim(texts, characters=_BLANKS)


def counting(number: int) -> Any:  # noqa: ANN401 - pyarrow is Any
    """Return so many numbers, from 0; those that served once serve again.

    >>> counting(3).to_pylist()
    [0, 1, 2]
    """
    return _counted(max(1 << number.bit_length(), _USUAL))[:number]


@functools.lru_cache(maxsize=4)
def _counted(number: int) -> Any:  # noqa: ANN401 - pyarrow is Any
    """Return so many numbers, from 0."""
    return pc.cumulative_sum(pa.repeat(pa.scalar(1, pa.int32()), number), start=-1)


def repeated(names: Sequence[str], read: Container[str]) -> str | None:
    """Return the first column of those that are ``read`` which a table has more than once, None where there is none.

    >>> repeated(["name", "arch", "name"], {"name"})
    'name'
    """
    return next((name for name, count in Counter(names).items() if count > 1 and name in read), None)


def _typed(values: Any, kind: pa.DataType, num_rows: int) -> Any:  # noqa: ANN401 - a sequence, or Arrow
    """Return values as Arrow of one type, nulls for None; a column is not taken apart into values."""
    if values is None:
        return pa.nulls(num_rows, kind)
    return values.cast(kind) if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values, kind)


def replaced(rows: pa.Table, column: str, values: Any) -> pa.Table:  # noqa: ANN401  an array, chunked or not
    """Return a table with one of its columns replaced, under the field that it has.

    >>> replaced(pa.table({"a": [1], "b": [2]}), "a", pa.array([3])).to_pylist()
    [{'a': 3, 'b': 2}]
    """
    place = rows.schema.get_field_index(column)
    return rows.set_column(place, rows.schema.field(place), values)
