"""Instants as integers: microseconds since 1970."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from patchrules.batch.keys import Ints

NEVER = np.iinfo(np.int64).min
"""The instant of "no date" in a column of microseconds since 1970."""


LAST = datetime.max.replace(tzinfo=UTC)
"""The last instant of the calendar."""

LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
"""Sorts before every instant."""


def instants_of(column: pa.ChunkedArray) -> Ints:
    """Return a column of instants as microseconds since 1970, NEVER for null."""
    whole = column.cast(pa.timestamp("us", tz="UTC")).cast(pa.int64())
    return np.asarray(pc.fill_null(whole, NEVER).to_numpy()).astype(np.int64)


def microseconds(instant: datetime) -> int:
    """Return an aware instant as microseconds since 1970.

    >>> microseconds(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    1000000
    """
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
