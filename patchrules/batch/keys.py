"""Numbers for values: what lets rows be compared, joined and counted as integers."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.integer[Any]]
"""Integers of any width, as Arrow has them."""


class Vocabulary:
    """An append-only list of distinct values; each has its position as number.

    >>> words = Vocabulary()
    >>> words.numbers(["b", None, "b", "a"]).tolist(), words.values
    ([0, 1, 0, 2], ['b', None, 'a'])
    """

    def __init__(self) -> None:
        """Start with no value."""
        self.values: list[Any] = []
        self._numbers: dict[Hashable, int] = {}

    def __len__(self) -> int:
        """Return how many distinct values there are."""
        return len(self.values)

    def number(self, value: Hashable) -> int:
        """Return the number of ``value``, a new one if it was not seen."""
        number = self._numbers.setdefault(value, len(self.values))
        if number == len(self.values):
            self.values.append(value)
        return number

    def numbers(self, values: Iterable[Hashable]) -> Ints:
        """Return the number of each of some values."""
        known = self._numbers
        found = [known.setdefault(value, len(known)) for value in values]
        self.values += itertools.islice(known, len(self.values), None)
        return np.array(found, dtype=np.int64)


def distinct(column: pa.ChunkedArray) -> tuple[Ints, list[Any]]:
    """Return a code for every row and the values the codes stand for; null is one of them where it occurs.

    >>> codes, values = distinct(pa.array(["b", "a", "b"]))
    >>> codes.tolist(), values
    ([0, 1, 0], ['b', 'a'])
    """
    codes, values = indices(column)
    return codes.astype(np.int64), values


def indices(column: pa.ChunkedArray) -> tuple[Codes, list[Any]]:
    """Return what :func:`distinct` does, the codes as narrow as they lie in memory: nothing is copied without nulls."""
    codes, values = encoded(column)
    return codes, values.to_pylist()


def encoded(column: pa.ChunkedArray) -> tuple[Codes, pa.Array]:
    """Return what :func:`indices` does, the values as Arrow has them."""
    array = whole(column)
    coded = array if isinstance(array, pa.DictionaryArray) else array.dictionary_encode()
    values = coded.dictionary
    if not coded.indices.null_count:
        return coded.indices.to_numpy(zero_copy_only=False), values
    codes = coded.indices.cast(pa.int64()).fill_null(len(values)).to_numpy()
    return codes, pa.concat_arrays([values, pa.nulls(1, values.type)])


def whole(column: pa.ChunkedArray) -> pa.Array:
    """Return a column as one array. Cost: a copy where it has several chunks; Arrow alone copies one chunk, too.

    >>> column = pa.chunked_array([[1, 2]])
    >>> whole(column).equals(column.chunk(0))
    True
    """
    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def lookup(column: pa.ChunkedArray, test: Callable[[Any], bool]) -> Bools:
    """Return ``test`` of every row's value, asked once for each distinct one; False for null.

    >>> lookup(pa.array(["Security", None, "Bugfix"]), lambda text: text == "Security").tolist()
    [True, False, False]
    """
    codes, values = distinct(column)
    return np.array([value is not None and test(value) for value in values], dtype=np.bool_)[codes]


def fold(columns: Sequence[Codes]) -> tuple[Ints, Ints]:
    """Return a dense number for every row's combination of codes, and one row of each combination.

    Cost: one sort of the rows. INVARIANT: the mixed radix fits 63 bits; where it would not, columns are folded in turn.

    >>> ids, first = fold([np.array([7, 7, 0]), np.array([1, 1, 5])])
    >>> ids.tolist(), first.tolist()
    ([1, 1, 0], [2, 0])
    """
    combined, span = np.zeros(len(columns[0]), dtype=np.int64), 1
    for codes in columns:
        size = int(codes.max(initial=0)) + 1
        if span * size >= 2**63:
            combined = np.unique(combined, return_inverse=True)[1].astype(np.int64)
            span = int(combined.max(initial=0)) + 1
        combined, span = combined * size + codes, span * size
    _, first, ids = np.unique(combined, return_index=True, return_inverse=True)
    return ids.astype(np.int64), first.astype(np.int64)


def combinations(columns: Sequence[pa.ChunkedArray]) -> tuple[list[int], list[int]]:
    """Return a number for every row's combination of values, lists and maps too, and one row of each combination.

    >>> combinations([pa.array(["a", "b", "a"]), pa.array([[1], None, [1]])])
    ([0, 1, 0], [0, 1])
    """
    codes = []
    for column in columns:
        if column.null_count == len(column):
            continue
        if pa.types.is_nested(column.type):
            codes.append(Vocabulary().numbers(one if one is None else tuple(one) for one in column.to_pylist()))
        else:
            codes.append(distinct(column)[0])
    if not codes:
        return [0] * len(columns[0]), [0] if len(columns[0]) else []
    ids, first = fold(codes)
    return ids.tolist(), first.tolist()


def ranks(values: Iterable[Any]) -> Ints:
    """Return the dense rank of each value: 0 for the smallest, equal values have equal ranks.

    >>> ranks([b"b", b"a", b"b"]).tolist()
    [1, 0, 1]
    """
    known = list(values)
    positions = {value: rank for rank, value in enumerate(sorted(set(known)))}
    return np.array(list(map(positions.__getitem__, known)), dtype=np.int64)


def spans(start: Ints, count: Ints) -> tuple[Ints, Ints]:
    """Return every position of some spans, and the number of the span it is of.

    >>> owner, position = spans(np.array([5, 0]), np.array([2, 1]))
    >>> owner.tolist(), position.tolist()
    ([0, 0, 1], [5, 6, 0])
    """
    owner = np.repeat(np.arange(len(start), dtype=np.int64), count)
    offset = np.arange(len(owner), dtype=np.int64) - np.repeat(np.cumsum(count) - count, count)
    return owner, np.repeat(start, count) + offset


def counted(numbers: Codes, size: int) -> Ints:
    """Return how often each number below ``size`` occurs.

    >>> counted(np.array([2, 0, 2]), 3).tolist()
    [1, 0, 2]
    """
    return np.bincount(numbers, minlength=size).astype(np.int64)


class Grown:
    """An array that grows at its end; what was appended is put together when it is asked for.

    >>> numbers = Grown(np.int64)
    >>> numbers.append([1, 2])
    >>> numbers.append([3])
    >>> numbers.values.tolist()
    [1, 2, 3]
    """

    def __init__(self, kind: npt.DTypeLike) -> None:
        """Start empty."""
        self._parts: list[npt.NDArray[Any]] = [np.zeros(0, dtype=kind)]

    def append(self, values: npt.ArrayLike) -> None:
        """Add values at the end."""
        self._parts.append(np.asarray(values, dtype=self._parts[0].dtype))

    @property
    def values(self) -> npt.NDArray[Any]:
        """The whole array; writing into it changes it."""
        if len(self._parts) > 1:
            self._parts = [np.concatenate(self._parts)]
        return self._parts[0]
