"""Whether two contenders say the same: every column of every host and of every verdict that does not comply."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from patchrules.model.columns import RUN_HOSTS, VERDICTS
from patchrules.sources import arrow

KEYS = {"hosts": ["host"], "verdicts": ["host", "name", "arch"]}
SCHEMAS = {
    # Polars has no maps, and no host of a generated fleet has a doubt.
    "hosts": arrow.schema(tuple(column for column in RUN_HOSTS if column.name != "doubts")),
    "verdicts": arrow.schema(VERDICTS),
}


def differences(one: Path, other: Path) -> list[str]:
    """Say how the outputs in two folders differ, a line for every column; nothing when they are equal."""
    found = []
    for name, schema in SCHEMAS.items():
        left, right = rows(one)[name], rows(other)[name]
        if left != right:
            found.append(f"{name}: {left:,} rows and {right:,}")
            continue
        ours, theirs = _order(one, name), _order(other, name)
        for field in schema:
            pair = _column(one, name, field).take(ours), _column(other, name, field).take(theirs)
            if text := _apart(*pair):
                found.append(f"{name}.{field.name}: {text}")
    return found


def rows(folder: Path) -> dict[str, int]:
    """Return how many rows an output has, by table."""
    return {name: pq.read_metadata(folder / f"{name}.parquet").num_rows for name in SCHEMAS}


def _order(folder: Path, name: str) -> pa.Array:
    """Return the positions of the rows of a table in the order of its key."""
    keys = {key: _column(folder, name, SCHEMAS[name].field(key)) for key in KEYS[name]}
    return pc.sort_indices(pa.table(keys), sort_keys=[(key, "ascending") for key in keys])


def _column(folder: Path, name: str, field: Any) -> pa.ChunkedArray:  # noqa: ANN401 - pyarrow.Field
    """Read one column, in one type whoever wrote it: a few of sixty million rows' verdicts fit in memory at a time."""
    return pq.read_table(folder / f"{name}.parquet", columns=[field.name])[field.name].cast(field.type)


def _apart(left: pa.ChunkedArray, right: pa.ChunkedArray) -> str | None:
    """Say how many values of a column differ, and the first."""
    if left.equals(right):
        return None
    pairs = enumerate(zip(left.to_pylist(), right.to_pylist(), strict=True))
    wrong = [place for place, (mine, yours) in pairs if mine != yours]
    return f"{len(wrong):,} differ, first `{left[wrong[0]]}` and `{right[wrong[0]]}`" if wrong else None
