"""Every host as one number that tells whether anything its verdicts follow from is other than it was."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from patchrules.batch.instants import NEVER, instants_of, microseconds
from patchrules.batch.keys import Bools, Ints, distinct
from patchrules.batch.packages import PackageNumbers
from patchrules.batch.portions import Portion
from patchrules.batch.rows import Rows

Words = npt.NDArray[np.uint64]
"""Digests: 64 bits each. One that changed is taken for the same once in 2**64 times."""

Told = Callable[[tuple[Any, ...]], int]
"""Returns the digest of what decides on a package with these values of IDENTITY."""

_ODD = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))
_SHIFTS = (np.uint64(30), np.uint64(27), np.uint64(31))
_NOT_A_MEANING = frozenset({"line"})
"""Columns of a catalog that no verdict follows from."""


def word(value: object) -> int:
    """Return the digest of a value, by how Python writes it: the same in every process.

    >>> word(("bash", None)) == word(("bash", None)), word(("bash", None)) == word(("bash", ""))
    (True, False)
    """
    return int.from_bytes(hashlib.blake2b(repr(value).encode("utf-8", "backslashreplace"), digest_size=8).digest())


class Digests:
    """The digests of hosts, portion after portion; each package is looked at once a profile."""

    def __init__(self, numbers: PackageNumbers) -> None:
        """Start with nothing known; ``numbers`` are those that rows are coded with."""
        self._numbers = numbers
        self._table: Words = np.zeros((0, 0), dtype=np.uint64)

    def of(self, rows: Rows, profiles: Sequence[int], told: Sequence[Told], others: Sequence[Ints]) -> Ints:
        """Return the digest of every host. ``others`` are what else is known of each, one array a fact.

        ``profiles`` say which of ``told`` decides on each host's packages, negative: none does. The order of a host's
        rows counts. Cost: O(rows) in numpy, some passes; O(distinct packages and profiles) in Python.
        """
        number = np.array(profiles, dtype=np.int64)
        found = self._looked_up(rows, number, told)
        for said, flag in _flags(rows):
            # Rows that say nothing stay as they are, so that a host does not change with what others say.
            found = np.where(said, _mixed(found + flag), found)
        ends = np.cumsum(rows.lengths)
        position = np.arange(len(found)) - np.repeat(ends - rows.lengths, rows.lengths)
        found *= (2 * position + 1).view(np.uint64)
        sums = np.append(np.zeros(1, dtype=np.uint64), np.cumsum(found))
        whole = sums[ends] - sums[ends - rows.lengths]
        for other in (rows.lengths, *others):
            whole = _mixed(whole + other.astype(np.int64).view(np.uint64) * _ODD[0] + _ODD[1])
        digests: Ints = whole.view(np.int64)
        return digests

    def _looked_up(self, rows: Rows, number: Ints, told: Sequence[Told]) -> Words:
        """Return the digest of what decides on each row, asking ``told`` for what is new."""
        lines, width = self._table.shape
        if lines < len(told) + 1 or width < len(self._numbers):
            larger = np.zeros((max(2 * lines, len(told) + 1), max(2 * width, len(self._numbers))), dtype=np.uint64)
            larger[:lines, :width] = self._table
            self._table, width = larger, larger.shape[1]
        place = np.repeat((number + 1) * width, rows.lengths) + rows.package
        flat = self._table.ravel()
        found: Words = flat[place]
        new = np.flatnonzero((found == 0) & (place >= width))
        if len(new):
            wanted = np.unique(place[new])
            identities = self._numbers.identities(wanted % width)
            lines_of = (wanted // width - 1).tolist()
            flat[wanted] = [told[line](one) for line, one in zip(lines_of, identities, strict=True)]
            found = flat[place]
        return found


def _flags(rows: Rows) -> Iterator[tuple[Bools, Words]]:
    """Yield which rows say something beside their packages, and what: not installed, held, installed when."""
    for place, flag in enumerate((None if rows.installed is None else ~rows.installed, rows.held)):
        if flag is not None:
            yield flag, np.full(len(flag), _ODD[place], dtype=np.uint64)
    if rows.installed_at is not None:
        yield rows.installed_at != NEVER, rows.installed_at.view(np.uint64) * _ODD[2]


def _mixed(words: Words) -> Words:
    """Return words of which every bit depends on every bit of the given one (the finalizer of SplitMix64)."""
    words = (words ^ (words >> _SHIFTS[0])) * _ODD[1]
    words = (words ^ (words >> _SHIFTS[1])) * _ODD[2]
    return words ^ (words >> _SHIFTS[2])


def words_of(column: pa.ChunkedArray) -> Ints:
    """Return a digest for every value of a column. O(rows) in numpy, O(distinct values) in Python."""
    codes, values = distinct(column)
    return np.array([word(value) for value in values], dtype=np.uint64).view(np.int64)[codes]


def content_words(catalog: pa.Table) -> Words:
    """Return a digest of what each row of a catalog says. Cost: O(distinct values of each column) in Python."""
    found = np.zeros(catalog.num_rows, dtype=np.uint64)
    for name in sorted(set(catalog.column_names) - _NOT_A_MEANING):
        column = catalog[name]
        if pa.types.is_list(column.type):
            # A text that no id holds stands between them; how many there are tells an empty list from an empty text.
            found = _mixed(found + words_of(pc.list_value_length(column)).view(np.uint64))
            column = pc.binary_join(column, "\x1f")
        if pa.types.is_timestamp(column.type):
            found = _mixed(found + instants_of(column).view(np.uint64))
        else:
            found = _mixed(found + words_of(column).view(np.uint64))
    return found


def passed(instants: Ints, delays: Sequence[timedelta], as_of: datetime) -> Ints:
    """Return how many delays ended before an instant and how many until it, as one number for each date.

    Between two instants for which it is the same nothing that these dates decide changes (decision 0021).

    >>> day = microseconds(datetime.fromisoformat("1970-01-02T00:00Z"))
    >>> two = [timedelta(0), timedelta(days=1)]
    >>> [int(passed(np.array([0]), two, datetime.fromisoformat(f"1970-01-0{n}T00:00Z"))[0]) for n in (1, 2, 3)]
    [1, 65538, 131074]
    """
    waits = np.array(sorted({wait // timedelta(microseconds=1) for wait in delays}), dtype=np.int64)
    ago = microseconds(as_of) - np.where(instants == NEVER, microseconds(as_of) + 1, instants)
    before, until = (np.searchsorted(waits, ago, side=side) for side in ("left", "right"))
    return (before.astype(np.int64) << 16) + until


def time_words(catalog: pa.Table, delays: Sequence[timedelta], as_of: datetime) -> Words:
    """Return a digest of where an instant lies among the moments at which each row of a catalog changes."""
    found = np.zeros(catalog.num_rows, dtype=np.uint64)
    for name in sorted(catalog.column_names):
        if pa.types.is_timestamp(catalog[name].type):
            found = _mixed(found + passed(instants_of(catalog[name]), delays, as_of).view(np.uint64))
    return found


def by_name(names: Sequence[pa.ChunkedArray], digests: Sequence[Words]) -> dict[str, int]:
    """Return one digest for the rows of each name in some tables, whose order counts. Cost: a sort."""
    words = np.concatenate([np.zeros(0, dtype=np.uint64), *digests])
    codes, texts = distinct(pa.chunked_array([chunk for one in names for chunk in one.chunks], pa.string()))
    order = np.argsort(codes, kind="stable")
    lengths = np.bincount(codes, minlength=len(texts))
    ends = np.cumsum(lengths)
    position = np.arange(len(order)) - np.repeat(ends - lengths, lengths)
    sums = np.append(np.zeros(1, dtype=np.uint64), np.cumsum(words[order] * (2 * position + 1).view(np.uint64)))
    return dict(zip(texts, (sums[ends] - sums[ends - lengths]).tolist(), strict=True))


def chosen(portion: Portion, rows: Rows, wanted: Sequence[bool]) -> tuple[Portion, Rows]:
    """Return some of the hosts of a portion with all their rows. Cost: O(rows) in Arrow and numpy."""
    hosts: Bools = np.array(wanted, dtype=np.bool_)
    mask = np.repeat(hosts, rows.lengths)
    place = np.cumsum(mask) - 1
    kept = rows.repeated[mask[rows.repeated]]
    lengths = rows.lengths[hosts]
    fewer = Portion(portion.hosts.filter(pa.array(hosts)), lengths, lambda: portion.packages.filter(pa.array(mask)))
    return fewer, Rows(
        lengths,
        rows.package[mask],
        place[kept],
        None if rows.installed is None else rows.installed[mask],
        None if rows.held is None else rows.held[mask],
        None if rows.installed_at is None else rows.installed_at[mask],
    )
