"""Batch twin of ``reference.dates``: how AWS's on-node code dates the rows of a catalog."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from patchrules.batch.instants import NEVER, instants_of, microseconds
from patchrules.batch.keys import Ints, distinct
from patchrules.sources.dates import EPOCH, dnf_reading, yum_reading, zypper_reading

Dated = tuple[Ints, Ints]

_UPDATED, _ISSUED, _BUILT = 0, 1, 2
"""Positions of the clocks in ``facts.clocks`` of every rpm family."""


def yum(catalog: pa.Table) -> Dated:
    """Batch twin of ``reference.dates.yum``."""
    updated, issued = (_read(catalog[name], yum_reading) for name in ("updated_text", "issued_text"))
    built = instants_of(catalog["built"])
    stated = np.asarray(pc.is_valid(catalog["updated_text"]).to_numpy())
    named = np.asarray(pc.is_valid(catalog["advisory"]).to_numpy())
    instants = np.where(named, np.where(stated, updated, issued), built)
    clock = np.where(named, np.where(stated, _UPDATED, _ISSUED), _BUILT)
    return np.where(instants == NEVER, 0, instants), clock


def dnf(catalog: pa.Table) -> Dated:
    """Batch twin of ``reference.dates.dnf``."""
    return _read(catalog["issued_text"], dnf_reading), np.full(catalog.num_rows, _ISSUED, dtype=np.int64)


def zypper(catalog: pa.Table) -> Dated:
    """Batch twin of ``reference.dates.zypper``."""
    return _read(catalog["issued_text"], zypper_reading), np.full(catalog.num_rows, _ISSUED, dtype=np.int64)


def _read(column: pa.ChunkedArray, reading: Callable[[str | None], datetime | None]) -> Ints:
    """Return the instants of a column of texts, each distinct text read once."""
    codes, texts = distinct(column)
    return np.array([microseconds(reading(text) or EPOCH) for text in texts], dtype=np.int64)[codes]


READINGS: Mapping[str, Callable[[pa.Table], Dated]] = MappingProxyType({"yum": yum, "dnf": dnf, "zypper": zypper})
