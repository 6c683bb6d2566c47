"""Batch twin of ``reference.epochs``: versions as integers, with the epochs that are not stated filled in."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from patchrules.batch.keys import Bools, Ints, distinct
from patchrules.batch.orders import sort_key, without_epoch
from patchrules.families import Family

UNKNOWN = -1
"""The epoch code of "not stated"."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """The versions of a catalog, ranked once: each row's place in ``keys``, which are sorted and leave epochs out.

    ``epoch`` is the position in ``epochs`` of the one that a row states, UNKNOWN where it states none; ``place`` is the
    position of each key.
    """

    rank: Ints
    epoch: Ints
    keys: Sequence[bytes]
    epochs: Sequence[int]
    place: Mapping[bytes, int]

    def places(self, keys: Iterable[bytes]) -> Ints:
        """Return an odd number for a key that is here, as :meth:`odd` does, and the even one beside it for another.

        Keys that are not here are compared with those that are, never with each other.
        """
        known, every = self.place, self.keys
        found = [2 * known[key] + 1 if key in known else 2 * bisect_left(every, key) for key in keys]
        return np.array(found, dtype=np.int64)

    def odd(self, row: Ints) -> Ints:
        """Return the odd number of the key of each row."""
        return 2 * self.rank[row] + 1

    @property
    def span(self) -> int:
        """One more than the largest of these numbers."""
        return 2 * len(self.keys) + 1


def ranked(family: Family, versions: pa.ChunkedArray) -> Ranked:
    """Rank the versions of a catalog. Cost: O(distinct versions) sort keys in Python, and a sort of them."""
    codes, texts = distinct(versions)
    stated, keys = parted(family, texts)
    every = sorted(set(keys))
    place = {key: position for position, key in enumerate(every)}
    epochs = sorted({epoch for epoch in stated if epoch is not None})
    positions: dict[int | None, int] = {None: UNKNOWN} | {epoch: position for position, epoch in enumerate(epochs)}
    rank = np.array([place[key] for key in keys], dtype=np.int64)[codes]
    epoch = np.array([positions[one] for one in stated], dtype=np.int64)[codes]
    return Ranked(rank, epoch, every, epochs, place)


def parted(family: Family, versions: Sequence[str]) -> tuple[Sequence[int | None], Sequence[bytes]]:
    """Return the epochs that versions state, and the sort keys of the rest; only rpm's leave epochs out."""
    if family.scheme == "rpm":
        parts = [without_epoch(text) for text in versions]
        return [epoch for epoch, _ in parts], [key for _, key in parts]
    return [None] * len(versions), [sort_key(family.scheme, text) for text in versions]


NO_VERSIONS = Ranked(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), (), (), {})
"""What a policy has that compares versions in another way."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Versions of installed packages and of the patches they are paired with, as integers that compare like versions.

    ``installed_epoch`` and ``pair_epoch`` are positions in ``epochs`` (UNKNOWN: none counts), for writing versions out.
    """

    installed: Ints
    pairs: Ints
    installed_epoch: Ints
    pair_epoch: Ints
    epochs: Sequence[int]
    doubtful: Bools


def compared(family: Family, catalog: Ranked, installed: Sequence[str], owner: Ints, row: Ints) -> Compared:
    """Compare installed version ``owner[p]`` with that of catalog row ``row[p]`` for every pair ``p`` (DECISIONS 30).

    Cost: O(installed) look-ups of sort keys in Python, then integers.
    """
    stated, keys = parted(family, installed)
    mine_placed, theirs_placed = catalog.places(keys), catalog.odd(row)
    if family.scheme != "rpm":
        none, nowhere = (np.full(count, UNKNOWN, dtype=np.int64) for count in (len(owner), len(installed)))
        return Compared(mine_placed, theirs_placed, nowhere, none, (), np.zeros(len(installed), dtype=np.bool_))
    epochs = sorted({0, *catalog.epochs, *(epoch for epoch in stated if epoch is not None)})
    positions: dict[int | None, int] = {None: UNKNOWN} | {epoch: position for position, epoch in enumerate(epochs)}
    # UNKNOWN is -1, so it takes the last position of what each epoch of the catalog becomes.
    becomes = np.array([*(positions[epoch] for epoch in catalog.epochs), UNKNOWN], dtype=np.int64)
    own = np.array(list(map(positions.__getitem__, stated)), dtype=np.int64)
    mine, theirs, doubtful = filled(own, becomes[catalog.epoch[row]], owner, len(epochs))
    return Compared(
        installed=np.where(mine == UNKNOWN, positions[0], mine) * catalog.span + mine_placed,
        pairs=np.where(theirs == UNKNOWN, positions[0], theirs) * catalog.span + theirs_placed,
        installed_epoch=mine,
        pair_epoch=theirs,
        epochs=epochs,
        doubtful=doubtful,
    )


def filled(mine: Ints, theirs: Ints, owner: Ints, epochs: int) -> tuple[Ints, Ints, Bools]:
    """Return both sides' epoch codes with the unknown ones filled from the other side, and where that was in doubt."""
    lowest, highest = np.full(len(mine), epochs, dtype=np.int64), np.full(len(mine), UNKNOWN, dtype=np.int64)
    known = theirs != UNKNOWN
    np.minimum.at(lowest, owner[known], theirs[known])
    np.maximum.at(highest, owner[known], theirs[known])
    several = (mine == UNKNOWN) & (highest > lowest)
    epoch = np.where(mine == UNKNOWN, highest, mine)
    epoch[several] = UNKNOWN
    pairs = np.where(known, theirs, epoch[owner])
    pairs[several[owner]] = UNKNOWN
    doubtful = np.zeros(len(mine), dtype=np.bool_)
    doubtful[owner[(mine[owner] == UNKNOWN) | ~known]] = True
    return epoch, pairs, doubtful
