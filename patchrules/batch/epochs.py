"""Batch twin of ``reference.epochs``: versions as integers, with the epochs that are not stated filled in."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from patchrules.batch.keys import Bools, Ints, ranks
from patchrules.batch.orders import sort_key, split, without_epoch
from patchrules.families import Family
from patchrules.versions import rpm

UNKNOWN = -1
"""The epoch code of "not stated"."""


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


def compared(family: Family, installed: Sequence[str], versions: Sequence[str], owner: Ints, row: Ints) -> Compared:
    """Compare installed version ``owner[p]`` with catalog version ``row[p]`` for every pair ``p`` (DECISIONS 30).

    Cost: O(distinct versions) sort keys in Python, then integers.
    """
    if family.scheme != "rpm":
        order = ranks(sort_key(family.scheme, text) for text in [*installed, *versions])
        mine, theirs = order[: len(installed)], order[len(installed) :]
        none = np.full(len(owner), UNKNOWN, dtype=np.int64)
        nowhere = np.full(len(installed), UNKNOWN, dtype=np.int64)
        return Compared(mine, theirs[row], nowhere, none, (), np.zeros(len(installed), dtype=np.bool_))
    epoch_of, keys = zip(*map(without_epoch, [*installed, *versions]), strict=True)
    order = ranks(keys)
    epochs = sorted({0, *epoch_of} - {None})
    positions: dict[int | None, int] = {None: UNKNOWN} | {epoch: position for position, epoch in enumerate(epochs)}
    stated = np.array(list(map(positions.__getitem__, epoch_of)), dtype=np.int64)
    count, span = len(installed), int(order.max(initial=0)) + 1
    mine, theirs, doubtful = filled(stated[:count], stated[count:][row], owner, len(epochs))
    return Compared(
        installed=np.where(mine == UNKNOWN, positions[0], mine) * span + order[:count],
        pairs=np.where(theirs == UNKNOWN, positions[0], theirs) * span + order[count:][row],
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


@functools.lru_cache(1 << 16)
def written(evr: str, epoch: int | None) -> str:
    """Return an rpm version text with that epoch, as it was compared."""
    parts = split(evr)
    return str(rpm.Evr(epoch, parts.version, parts.release))
