"""Batch twin of ``reference.merging``: rows that disagree about one patch (DECISIONS 23)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from patchrules.batch.keys import Bools, distinct, fold
from patchrules.model.columns import CONTENT
from patchrules.model.names import SECURITY_CLASSIFICATIONS, SEVERITY_RANK


def merged(catalog: pa.Table, identity: Sequence[str]) -> tuple[Any, Bools]:
    """Batch twin of ``reference.merging.merged``: the catalog with each patch once, and which rows disagreed.

    Cost: two sorts of the catalog; only rows that stand more than once become Python objects.
    """
    catalog = catalog.take(content(catalog))
    named = np.flatnonzero(np.asarray(pc.is_valid(catalog[identity[0]]).to_numpy()))
    rows = catalog.take(named)
    ids, first = fold([distinct(rows[column])[0] for column in identity])
    repeated = np.bincount(ids, minlength=len(first))[ids] > 1 if len(ids) else np.zeros(0, dtype=np.bool_)
    disagree = np.zeros(catalog.num_rows, dtype=np.bool_)
    if not repeated.any():
        return catalog, disagree
    groups: dict[int, list[int]] = {}
    for position in np.flatnonzero(repeated).tolist():
        groups.setdefault(int(ids[position]), []).append(int(named[position]))
    keep = np.ones(catalog.num_rows, dtype=np.bool_)
    replaced = {}
    for positions in groups.values():
        several = catalog.take(positions).to_pylist()
        replaced[positions[0]], disagree[positions[0]] = _one(several)
        keep[positions[1:]] = False
    places = np.arange(catalog.num_rows)
    places[list(replaced)] = catalog.num_rows + np.arange(len(replaced))
    united = pa.concat_tables([catalog, pa.Table.from_pylist(list(replaced.values()), schema=catalog.schema)])
    return united.take(places[keep]), disagree[keep]


def content(catalog: pa.Table) -> pa.Array:
    """Batch twin of ``reference.merging.content``: the positions of the rows in that order."""
    return pc.sort_indices(catalog, [(column, "ascending", "at_start") for column in CONTENT])


def _one(rows: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], bool]:
    """Return the patch that several rows describe, and whether they disagree."""
    stated = {
        ((row["severity"] or "").lower(), (row["classification"] or "").lower(), row["issued"], row["updated"])
        for row in rows
    }
    severest = max(rows, key=lambda row: SEVERITY_RANK.get((row["severity"] or "").lower(), 0))
    named = [row["classification"] for row in rows if row["classification"]]
    secure = [text for text in named if text.lower() in SECURITY_CLASSIFICATIONS]
    patch = {**rows[0], "severity": severest["severity"], "classification": next(iter(secure or named), None)}
    for clock in ("issued", "built"):
        patch[clock] = min((row[clock] for row in rows if row[clock]), default=None)
    updates = [at for row in rows if (at := row["updated"] or row["issued"])]
    patch["updated"] = min(updates) if any(row["updated"] for row in rows) else None
    for column in ("cves", "bugzillas", "supersedes"):
        patch[column] = sorted({text for row in rows for text in row[column] or ()})
    for column in ("offered", "security"):
        patch[column] = any(row[column] for row in rows)
    return patch, len(stated) > 1
