"""Batch twin of ``reference.patterns``: which list entry means each catalog row."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa

from patchrules.batch.keys import Ints, distinct
from patchrules.families import Facts
from patchrules.versions import rpm

NOBODY = 1 << 30
"""The position of "no entry": larger than any, so that the smallest position is the first entry."""

_EPOCH = re.compile("[0-9]+:")
_WILDCARD = re.compile(r"[*?\[]")


def names(entries: Sequence[str], catalog: pa.Table, facts: Facts) -> Ints:
    """Batch twin of ``reference.patterns.names``: the position of the first entry that names each row, else NOBODY.

    Texts are formed only for rows whose name an entry could mean: O(rows) in Arrow, O(distinct names x entries) and
    O(rows of those names) in Python.
    """
    found = np.full(catalog.num_rows, NOBODY, dtype=np.int64)
    codes, known = distinct(catalog["name"])
    lowered = [name.lower() for name in known]
    texts: dict[int, list[str]] = {}
    for position, entry in enumerate(entries):
        wanted = entry.lower()
        plausible = np.array([_plausible(wanted, name) for name in lowered], dtype=np.bool_)
        match = re.compile(fnmatch.translate(wanted)).match
        for row in np.flatnonzero(plausible[codes] & (found == NOBODY)).tolist():
            if row not in texts:
                texts[row] = _forms(catalog, row, facts)
            if wanted in texts[row] or (facts.wildcards and any(match(text) for text in texts[row])):
                found[row] = position
    return found


def identifies(entries: Sequence[str], catalog: pa.Table, columns: Iterable[str]) -> Ints:
    """Batch twin of ``reference.patterns.identifies``: the position of the first entry that is an id of each row."""
    found = np.full(catalog.num_rows, NOBODY, dtype=np.int64)
    positions = {entry: position for position, entry in reversed(list(enumerate(entries)))}
    if not positions:
        return found
    for column in columns:
        values = catalog[column].combine_chunks()
        lists = hasattr(values, "flatten") and hasattr(values, "value_parent_indices")
        rows = values.value_parent_indices().to_numpy() if lists else np.arange(len(values))
        codes, known = distinct(values.flatten() if lists else values)
        first = np.array([positions.get(text, NOBODY) for text in known], dtype=np.int64)
        np.minimum.at(found, rows, first[codes])
    return found


def _plausible(wanted: str, name: str) -> bool:
    """Say whether an entry could name a package of that name: every form starts with it, or with an epoch."""
    start = _WILDCARD.search(wanted)
    literal = wanted if start is None else wanted[: start.start()]
    if start is None:
        return wanted.startswith(name) or _EPOCH.sub("", wanted, count=1).startswith(name)
    bare = _EPOCH.sub("", literal, count=1)
    return any(text.startswith(name) or name.startswith(text) for text in (literal, bare)) or literal.isdigit()


def _forms(catalog: pa.Table, row: int, facts: Facts) -> list[str]:
    """Return the texts by which an entry may name a row, in lower case (4.1)."""
    name, arch, evr = (catalog[column][row].as_py() for column in ("name", "arch", "evr"))
    if not any("{version}" in template for template in facts.name_forms):
        return [template.format(name=name, arch=arch, evr=evr).lower() for template in facts.name_forms]
    parts = rpm.split(evr)
    version = {"epoch": parts.epoch or 0, "version": parts.version, "release": parts.release or ""}
    return [template.format(name=name, arch=arch, **version).lower() for template in facts.name_forms]
