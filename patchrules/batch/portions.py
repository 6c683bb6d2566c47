"""Inventories cut into portions of whole hosts, which is what is judged at a time."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from patchrules.batch.keys import Bools, Codes, Ints, counted, indices, lookup

PORTION_ROWS = 1_000_000
"""Rows judged at a time; a portion is longer only where one host has more."""


@dataclass(frozen=True)
class Portion:
    """Some hosts with all their packages: ``model.columns.HOSTS``, and how many rows each has in :attr:`packages`."""

    hosts: Any
    lengths: Ints
    read: Callable[[], Any]

    @functools.cached_property
    def packages(self) -> Any:  # noqa: ANN401 - pyarrow.Table
        """``model.columns.PACKAGES``, of which columns may be absent, in the order of ``hosts``.

        Rows are judged as numbers; the table is made where something else asks for it.
        """
        return self.read()

    @functools.cached_property
    def without_arch(self) -> Bools:
        """Which hosts have an installed package without architecture, where nobody states the host's (DECISIONS 30).

        Cost: nothing where every host's is known; else a pass over the rows.
        """
        unsaid: Bools = np.asarray(pc.is_null(self.hosts["arch"]))
        if not unsaid.any():
            return unsaid
        given, lacking = self.packages.column_names, np.ones(self.packages.num_rows, dtype=np.bool_)
        if "arch" in given:
            lacking = np.asarray(pc.is_null(self.packages["arch"]))
        if "status" in given:
            lacking = lacking & ~lookup(self.packages["status"], lambda word: word != "installed")
        return unsaid & (counted(np.repeat(np.arange(len(unsaid)), self.lengths)[lacking], len(unsaid)) > 0)


def portions(hosts: pa.Table, packages: pa.Table, rows: int = PORTION_ROWS) -> Iterator[Portion]:
    """Cut an inventory into portions of about ``rows`` rows.

    Rows that do not stand in the order of the hosts are brought into it first, which costs a sort.

    >>> hosts, packages = pa.table({"host": ["a", "b", "c"]}), pa.table({"host": ["a", "c", "a"]})
    >>> [(one.hosts["host"].to_pylist(), one.lengths.tolist()) for one in portions(hosts, packages, rows=1)]
    [(['a'], [2]), (['b', 'c'], [0, 1])]
    """
    number = pc.index_in(packages["host"], value_set=hosts["host"].combine_chunks()).combine_chunks().to_numpy()
    if (np.diff(number) < 0).any():
        order = np.argsort(number, kind="stable")
        packages, number = packages.take(pa.array(order)), number[order]
    lengths = counted(number.astype(np.int64), hosts.num_rows)
    ends = np.cumsum(lengths)
    start = first = 0
    while first < len(lengths):
        last = max(int(np.searchsorted(ends, start + rows, side="right")), first + 1)
        stop = int(ends[last - 1])
        read = functools.partial(packages.slice, start, stop - start)
        yield Portion(hosts.slice(first, last - first), lengths[first:last], read)
        first, start = last, stop


@dataclass(frozen=True, slots=True)
class Runs:
    """Where each host's rows begin in a table, and how many there are."""

    start: Ints
    lengths: Ints

    @property
    def first(self) -> pa.Array:
        """The first row of each host, for Arrow to take."""
        return pa.array(self.start)

    def agree(self, column: pa.ChunkedArray) -> bool:
        """Say whether a column has one value a host: it changes only where the host does. O(rows), no sort."""
        codes, _ = indices(column)
        changes = np.flatnonzero(codes[1:] != codes[:-1]) + 1
        return bool(np.isin(changes, self.start, assume_unique=True).all())


def by_host(packages: pa.Table) -> tuple[pa.Table, Runs]:
    """Return a table with the rows of each host together, and where they begin.

    A table that is in order stays as it is; another one costs a sort.
    """
    codes, _ = indices(packages["host"])
    start = _starts(codes)
    if len(np.unique(codes[start])) < len(start):
        order = np.argsort(codes, kind="stable")
        packages, codes = packages.take(pa.array(order)), codes[order]
        start = _starts(codes)
    return packages, Runs(start, np.diff(start, append=len(codes)))


def _starts(codes: Codes) -> Ints:
    """Return the positions at which a column changes, the first one with them."""
    return np.append(np.zeros(min(len(codes), 1), dtype=np.int64), np.flatnonzero(codes[1:] != codes[:-1]) + 1)
