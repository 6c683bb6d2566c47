"""Rows that name host and package by numbers: no text is met on their way."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from patchrules.batch.keys import Ints, Vocabulary, indices, whole
from patchrules.batch.packages import IDENTITY, Numbers, PackageNumbers
from patchrules.batch.portions import Portion
from patchrules.batch.rows import Rows, flags, repeated

FLAGS = {"installed_at": pa.timestamp("us", tz="UTC"), "status": pa.string(), "held": pa.bool_()}
"""What a row says beside its host and package."""

NO_ROWS = pa.schema({"host": pa.int32(), "package": pa.int32(), **FLAGS}).empty_table()
"""The rows of a fleet without packages."""

_MANY = 8
"""Rows a package from which on packages are numbered before any row names them."""

_UNMET = -1
"""The number of a package that no row named so far."""


def is_sorted(installed: pa.Table, first: int, last: int, packages: int) -> bool:
    """Say whether rows are in order of host, from number ``first`` to ``last``, and name packages that there are."""
    host, package = (_integers(installed[name]) for name in ("host", "package"))
    known = not len(package) or (package.min() >= 0 and package.max() < packages)
    within = not len(host) or (host[0] >= first and host[-1] <= last)
    return bool(known and within and (host[1:] >= host[:-1]).all())


class Dimension:
    """The distinct packages of a star, and the numbers they have in an evaluation."""

    def __init__(self, packages: pa.Table, numbers: PackageNumbers, rows: int = 0) -> None:
        """Take in ``packages``, whose columns are among IDENTITY; one gets its number when a row first names it.

        Where ``rows`` that are to come are far more than packages, all get theirs now: the first evaluation then has
        our own numbers for them, and rows are not looked up.
        """
        said = [name for name in IDENTITY if name in packages.column_names]
        self._packages, self._numbers, self._said = packages, numbers, packages.select(said)
        name, names = indices(packages["name"])
        # A dictionary may hold a name twice, and two codes of one name would look like two names.
        self._name = Vocabulary().numbers(names).astype(np.int32)[name]
        self._names = len(names)
        self._number = np.full(packages.num_rows, _UNMET, dtype=np.int32)
        if rows > _MANY * packages.num_rows:
            self._number = numbers.numbers(self._said)
        self._as_ours = np.array_equal(self._number, np.arange(packages.num_rows))
        self._lock = threading.Lock()

    def portion(
        self, installed: pa.Table, hosts: pa.Table, first: int, again: Callable[[], pa.Table]
    ) -> tuple[Portion, Rows]:
        """Return rows of some hosts, of which ``first`` is the number of the first. Threads may ask.

        ``again`` reads ``installed`` once more, for the few portions whose rows are asked for as a table: a part that
        waits to be judged is a number a row. Cost: O(rows), a few gathers; coding packages that no row named before.
        """
        host, package = (_integers(installed[name]) for name in ("host", "package"))
        # Bounds of the column's own kind spare a copy of it, but a narrow kind does not hold the last of them.
        bounds = np.arange(first, first + hosts.num_rows + 1, dtype=np.result_type(host.dtype, np.int32))
        lengths = np.diff(np.searchsorted(host, bounds))
        same = repeated(lengths, package, self._names, self._name)
        rows = Rows(lengths, self._numbered(package), same, **flags(installed))
        return Portion(hosts, lengths, lambda: self._table(again(), hosts, lengths)), rows

    def _numbered(self, package: Ints) -> Numbers:
        """Return the number of each row's package in the evaluation."""
        if self._as_ours:
            return package.astype(np.int32, copy=False)
        found = self._numbers_at(package)
        unmet = found == _UNMET
        if unmet.any():
            named = np.zeros(len(self._number), dtype=np.bool_)
            named[package[unmet]] = True
            with self._lock:
                new = np.flatnonzero(named & (self._number == _UNMET))
                self._number[new] = self._numbers.numbers(self._said.take(pa.array(new)))
            found = self._numbers_at(package)
        return found

    def _numbers_at(self, package: Ints) -> Numbers:
        """Return the number of each row's package, _UNMET where it has none; others may work meanwhile."""
        # INVARIANT: rows name packages that there are, so nothing is read beyond the last of them (``is_sorted``).
        found: Numbers = pc.take(pa.array(self._number), pa.array(package), boundscheck=False).to_numpy()
        return found

    def _table(self, installed: pa.Table, hosts: pa.Table, lengths: Ints) -> pa.Table:
        """Return the rows as a table of packages, without a copy: columns are the numbers and what they stand for."""
        number = installed["package"].combine_chunks().cast(pa.int32())
        columns = {
            name: pa.DictionaryArray.from_arrays(number, self._packages[name].combine_chunks())
            for name in self._packages.column_names
        }
        places = pa.array(np.repeat(np.arange(hosts.num_rows, dtype=np.int32), lengths))
        columns["host"] = pa.DictionaryArray.from_arrays(places, hosts["host"].combine_chunks())
        others = {name: installed[name] for name in installed.column_names if name not in ("host", "package")}
        return pa.table(columns | others)


def _integers(column: pa.ChunkedArray) -> Ints:
    """Return a column of numbers as they are; null is a number that there is not."""
    array = whole(column)
    numbers: Ints = array.fill_null(-1).to_numpy() if array.null_count else array.to_numpy()
    return numbers


def dimension(numbers: PackageNumbers) -> pa.Table:
    """Return the distinct packages as a table, a row a number."""
    columns = list(zip(*numbers.identities(np.arange(len(numbers))), strict=True)) or [()] * len(IDENTITY)
    kinds = {"built": pa.timestamp("us", tz="UTC")}
    arrays = {
        name: pa.array(values, kinds.get(name, pa.string())) for name, values in zip(IDENTITY, columns, strict=True)
    }
    kept = {name: one for name, one in arrays.items() if name in ("name", "arch", "evr") or one.null_count < len(one)}
    return pa.table(kept)


def row_table(portion: Portion, rows: Rows, first: int) -> pa.Table:
    """Return the rows of a portion as numbers of hosts, from ``first`` on, and of packages, and what else they say."""
    hosts = np.arange(first, first + len(rows.lengths), dtype=np.int32)
    columns = {"host": pa.array(np.repeat(hosts, rows.lengths)), "package": pa.array(rows.package)}
    for name, kind in FLAGS.items():
        given = portion.packages[name] if name in portion.packages.column_names else pa.nulls(len(rows.package), kind)
        columns[name] = given.cast(kind)
    return pa.table(columns)
