"""When decisions change with time: between two such moments a compiled policy stays what it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

import numpy as np
import pyarrow as pa

from patchrules.batch.instants import NEVER, instants_of
from patchrules.batch.keys import Ints

_CLOCKS = ("issued", "updated", "built")


def moments(catalogs: Iterable[pa.Table], delays: Sequence[timedelta]) -> Ints:
    """Return the instants, sorted, at which a patch of these catalogs comes out or a delay ends (3.3, 3.4).

    They are microseconds since 1970. More of them than need be do no harm. Cost: O(distinct dates x delays).
    """
    dates = [instants_of(catalog[clock]) for catalog in catalogs for clock in _CLOCKS]
    known = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *dates]))
    known = known[known != NEVER]
    waits = sorted({timedelta(0), *delays})
    ends = [known + wait // timedelta(microseconds=1) for wait in waits]
    return np.unique(np.concatenate(ends))


def between(instants: Ints, instant: int) -> tuple[int, int]:
    """Return how many moments lie before an instant and how many until it: equal pairs decide equally.

    >>> [between(np.array([10, 20]), instant) for instant in (5, 10, 15)]
    [(0, 0), (0, 1), (1, 1)]
    """
    return int(np.searchsorted(instants, instant, side="left")), int(np.searchsorted(instants, instant, side="right"))
