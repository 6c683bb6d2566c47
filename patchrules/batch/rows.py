"""Package rows of whole hosts as numbers, and which of them speak of one name of one host."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from patchrules.batch.instants import instants_of
from patchrules.batch.keys import Bools, Codes, Ints, Vocabulary, counted, fold, indices, lookup
from patchrules.batch.packages import BLOCK, IDENTITY, Numbers, PackageNumbers

_SLOTS = 1 << 18
"""Places in the tables that find repeated names: five bytes each, which stay in the cache of one core."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The package rows of some hosts, one host after the other.

    ``lengths`` says how many rows each host has, ``package`` is the number of every row's package, ``repeated`` are the
    positions of rows whose name their host has more than once. ``installed``, ``held`` and ``installed_at`` are None
    where the table does not say, or says nothing: such a column costs nothing.
    """

    lengths: Ints
    package: Numbers
    repeated: Ints
    installed: Bools | None = None
    held: Bools | None = None
    installed_at: Ints | None = None


def installed_of(rows: Rows) -> Ints:
    """Return how many packages of each host are installed. Cost: nothing where no row says otherwise, else a pass.

    >>> installed_of(
    ...     Rows(np.array([2, 1]), np.zeros(3, np.int32), np.zeros(0, int), np.array([True, True, False]))
    ... ).tolist()
    [2, 0]
    """
    if rows.installed is None:
        return rows.lengths
    return counted(np.repeat(np.arange(len(rows.lengths)), rows.lengths)[rows.installed], len(rows.lengths))


def blocks(lengths: Ints) -> Iterator[tuple[slice, slice]]:
    """Yield runs of whole hosts, as positions of hosts and of their rows, that are short enough for a core's cache.

    What is gathered and counted block by block is not written to memory and read back between one pass and the next.

    >>> [(hosts.stop, rows.stop) for hosts, rows in blocks(np.array([40_000, 40_000, 10]))]
    [(1, 40000), (3, 80010)]
    """
    ends = np.cumsum(lengths)
    first = start = 0
    while first < len(lengths):
        last = max(int(np.searchsorted(ends, start + BLOCK, side="right")), first + 1)
        stop = int(ends[last - 1])
        yield slice(first, last), slice(start, stop)
        first, start = last, stop


def coded(packages: pa.Table, lengths: Ints, numbers: PackageNumbers) -> Rows:
    """Return rows of ``model.columns.PACKAGES``, sorted by host, as numbers; absent columns count as null.

    Cost: O(rows) in Arrow and numpy without a sort, O(distinct values) in Python. Threads may do this side by side.
    """
    given = {name: packages[name] for name in packages.column_names}
    said = {name: column for name, column in given.items() if column.null_count < len(column)}
    kept = [name for name in IDENTITY if name in said or (name in ("name", "evr") and name in given)]
    package = numbers.numbers(packages.select(kept))
    name, names = indices(packages["name"])
    # A dictionary may hold a name twice, and two codes of one name would look like two names.
    same = Vocabulary().numbers(names)
    again = repeated(lengths, name, len(names), None if len(set(same.tolist())) == len(names) else same)
    return Rows(lengths, package, again, **flags(packages))


def flags(packages: pa.Table) -> dict[str, Any]:
    """Return what a table says of its rows beside their packages, as far as it says anything."""
    given = {name: packages[name] for name in packages.column_names}
    said = {name: column for name, column in given.items() if column.null_count < len(column)}
    return {
        "installed": ~lookup(said["status"], lambda word: word != "installed") if "status" in said else None,
        "held": lookup(said["held"], bool) if "held" in said else None,
        "installed_at": instants_of(said["installed_at"]) if "installed_at" in said else None,
    }


def repeated(lengths: Ints, code: Codes, names: int, name_of: Codes | None = None) -> Ints:
    """Return the positions of the rows whose name stands more than once among the rows of their host.

    ``names`` are more than any number of a name; codes are such numbers, or ``name_of`` has that of each.

    Every row marks the place of its host and name; where fewer places than rows are marked, every row writes its
    position there and reads it back: where another row wrote later, the name is repeated. Hosts are taken in blocks
    whose places fit the cache. Cost: O(rows), no sort.

    >>> repeated(np.array([3, 2]), np.array([7, 1, 7, 1, 7]), 8).tolist()
    [0, 2]
    >>> repeated(np.array([0, 0]), np.array([], dtype=int), 0).tolist()
    []
    """
    ends = np.cumsum(lengths)
    if names > _SLOTS:
        name = code if name_of is None else name_of.take(code)
        ids = fold([np.repeat(np.arange(len(lengths)), lengths), name.astype(np.int64)])[0]
        return np.flatnonzero(np.bincount(ids)[ids] > 1)
    block = max(_SLOTS // max(names, 1), 1)
    # INVARIANT: only places that were written are read, so the table needs no clearing between blocks.
    places = np.empty(block * max(names, 1), dtype=np.int32)
    found = []
    for first in range(0, len(lengths), block):
        own = lengths[first : first + block]
        start, stop = int(ends[first] - lengths[first]), int(ends[min(first + block, len(ends)) - 1])
        place = np.repeat(np.arange(len(own)) * names, own)
        place += code[start:stop] if name_of is None else name_of.take(code[start:stop])
        marked = np.zeros(len(own) * names, dtype=np.bool_)
        marked[place] = True
        if np.count_nonzero(marked) == len(place):
            continue
        position = np.arange(stop - start, dtype=np.int32)
        places[place] = position
        later = places.take(place) != position
        places[place[later]] = -1
        found.append(start + np.flatnonzero(places.take(place) < 0))
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)
