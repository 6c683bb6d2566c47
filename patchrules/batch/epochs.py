"""Batch twin of ``reference.epochs``: versions as integers, with the epochs that are not stated filled in."""

from __future__ import annotations

import functools
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from patchrules.batch.answers import Texts
from patchrules.batch.keys import Bools, Ints, distinct, ranks
from patchrules.batch.orders import sort_key, without_epoch
from patchrules.families import Family

UNKNOWN = -1
"""The epoch code of "not stated"."""


class Versions:
    """The versions of the rows of a catalog: ``codes`` has a number for each row's.

    Few of them are ranked with what they are compared with. Once as many were compared as there are, all are put in
    order, and what is compared with them from then on finds its place.
    """

    def __init__(self, family: Family, versions: pa.ChunkedArray) -> None:
        """Give the distinct ones numbers. Cost: one pass."""
        self.codes, self._texts = distinct(versions)
        self._family, self._asked = family, 0

    def parted(self, codes: Ints) -> tuple[Sequence[int | None], Sequence[bytes]]:
        """Return the epochs and the sort keys of some codes, as :func:`parted` does."""
        return parted(self._family, [self._texts[code] for code in codes.tolist()])

    def used(self, rows: Ints) -> tuple[Ints, Ints]:
        """Return the distinct codes of some rows, and the position among them of each row's. Cost: no sort."""
        place = np.full(len(self._texts), -1, dtype=np.int64)
        place[self.codes[rows]] = 0
        codes = np.flatnonzero(place == 0)
        place[codes] = np.arange(len(codes))
        return codes, place[self.codes[rows]]

    def compared(self, keys: Sequence[bytes], codes: Ints) -> tuple[Ints, Ints, Sequence[int | None]]:
        """Return numbers that compare as some sort keys and those of some codes do, and the epochs of the codes.

        Keys are compared with codes, never with each other. Cost: a sort of both, in Python; once all are in order, a
        look-up of each key, and a search for one that is not here.
        """
        self._asked += len(codes)
        if self._asked < len(self._texts):
            stated, theirs = self.parted(codes)
            rank = ranks([*keys, *theirs])
            return rank[: len(keys)], rank[len(keys) :], stated
        place, every, rank, stated = self._in_order
        # What is here has an odd number, what is not the even one beside it.
        mine = [place[key] if key in place else 2 * bisect_left(every, key) for key in keys]
        return np.array(mine, dtype=np.int64), rank[codes], [stated[code] for code in codes.tolist()]

    @functools.cached_property
    def _in_order(self) -> tuple[Mapping[bytes, int], Sequence[bytes], Ints, Sequence[int | None]]:
        """The odd number of each sort key, the keys in order, and the number and the epoch of each code."""
        stated, keys = parted(self._family, self._texts)
        every = sorted(set(keys))
        place = {key: 2 * position + 1 for position, key in enumerate(every)}
        return place, every, np.array(list(map(place.__getitem__, keys)), dtype=np.int64), stated


def parted(family: Family, versions: Sequence[str]) -> tuple[Sequence[int | None], Sequence[bytes]]:
    """Return the epochs that versions state, and the sort keys of the rest; only rpm's leave epochs out."""
    if family.scheme == "rpm":
        parts = list(map(without_epoch.__getitem__, versions))
        return [epoch for epoch, _ in parts], [key for _, key in parts]
    return [None] * len(versions), list(map(sort_key[family.scheme].__getitem__, versions))


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


def compared(family: Family, catalog: Versions, installed: Texts, owner: Ints, row: Ints) -> Compared:
    """Compare installed version ``owner[p]`` with that of catalog row ``row[p]`` for every pair ``p`` (DECISIONS 30).

    Cost: a sort key for each version that is here, looked up if it was met before; ``Versions.compared``; then
    integers.
    """
    codes, of_pair = catalog.used(row)
    stated, keys = parted(family, [installed.values[code] for code in installed.codes.tolist()])
    mine_ranked, ranked, theirs_stated = catalog.compared(keys, codes)
    theirs_ranked = ranked[of_pair]
    if family.scheme != "rpm":
        none, nowhere = (np.full(size, UNKNOWN, dtype=np.int64) for size in (len(owner), len(keys)))
        return Compared(mine_ranked, theirs_ranked, nowhere, none, (), np.zeros(len(keys), dtype=np.bool_))
    epochs = sorted({0, *(epoch for epoch in (*stated, *theirs_stated) if epoch is not None)})
    positions: dict[int | None, int] = {None: UNKNOWN} | {epoch: position for position, epoch in enumerate(epochs)}
    own = np.array(list(map(positions.__getitem__, stated)), dtype=np.int64)
    others = np.array(list(map(positions.__getitem__, theirs_stated)), dtype=np.int64)
    mine, theirs, doubtful = filled(own, others[of_pair], owner, len(epochs))
    span = 1 + max(int(mine_ranked.max(initial=0)), int(ranked.max(initial=0)))
    return Compared(
        installed=np.where(mine == UNKNOWN, positions[0], mine) * span + mine_ranked,
        pairs=np.where(theirs == UNKNOWN, positions[0], theirs) * span + theirs_ranked,
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
