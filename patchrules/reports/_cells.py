"""Columns of a table as the texts of their cells: Python says a distinct value once, Arrow the rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa


def coded(column: Any, say: Callable[[Any], str]) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return what is said of the values of a column, as a dictionary; null of none. Of a map it is said once a row.

    >>> coded(pa.chunked_array([[2, None, 2]]), str).to_pylist()
    ['2', None, '2']
    """
    if not len(column):
        return pa.array([], pa.string())
    if pa.types.is_map(column.type):
        return pa.array([say(value) for value in column.to_pylist()], pa.string())
    distinct = (column if pa.types.is_dictionary(column.type) else column.dictionary_encode()).combine_chunks()
    said = [say(value) for value in distinct.dictionary.to_pylist()]
    return pa.DictionaryArray.from_arrays(distinct.indices, pa.array(said, pa.string()))
