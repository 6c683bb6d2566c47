"""Batch twin of ``reference.epochs``: versions as integers, with the epochs that are not stated filled in."""

from __future__ import annotations

from collections.abc import Sequence
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

    A sort key is made for those that are compared, never for all of them.
    """

    def __init__(self, versions: pa.ChunkedArray) -> None:
        """Give the distinct ones numbers. Cost: one pass."""
        self.codes, self._texts = distinct(versions)

    def texts(self, codes: Ints) -> list[str]:
        """Return what some codes stand for."""
        known = self._texts
        return [known[code] for code in codes.tolist()]

    def used(self, rows: Ints) -> tuple[Ints, Ints]:
        """Return the distinct codes of some rows, and the position among them of each row's. Cost: no sort."""
        place = np.full(len(self._texts), -1, dtype=np.int64)
        place[self.codes[rows]] = 0
        codes = np.flatnonzero(place == 0)
        place[codes] = np.arange(len(codes))
        return codes, place[self.codes[rows]]


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

    Cost: a sort key for each version that is here, looked up if it was met before, and a sort of them; then integers.
    """
    codes, of_pair = catalog.used(row)
    values, count = installed.values, len(installed.codes)
    stated, keys = parted(family, [*(values[code] for code in installed.codes.tolist()), *catalog.texts(codes)])
    rank = ranks(keys)
    mine_ranked, theirs_ranked = rank[:count], rank[count:][of_pair]
    if family.scheme != "rpm":
        none, nowhere = (np.full(size, UNKNOWN, dtype=np.int64) for size in (len(owner), count))
        return Compared(mine_ranked, theirs_ranked, nowhere, none, (), np.zeros(count, dtype=np.bool_))
    epochs = sorted({0, *(epoch for epoch in stated if epoch is not None)})
    positions: dict[int | None, int] = {None: UNKNOWN} | {epoch: position for position, epoch in enumerate(epochs)}
    epoch = np.array(list(map(positions.__getitem__, stated)), dtype=np.int64)
    mine, theirs, doubtful = filled(epoch[:count], epoch[count:][of_pair], owner, len(epochs))
    span = len(rank)
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
