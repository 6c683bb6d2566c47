"""Whether two contenders say the same: the counts of every host and every verdict that does not comply."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

COUNTS = [
    *("host", "installed", "installed_other", "installed_rejected", "missing", "not_applicable"),
    *("critical_non_compliant", "security_non_compliant", "other_non_compliant"),
]
VERDICTS = [
    *("host", "name", "arch", "installed", "target", "state", "compliance_severity", "status", "classification"),
    *("severity", "advisory", "released_at"),
]
KEYS = {"hosts": ["host"], "verdicts": ["host", "name", "arch"]}
COLUMNS = {"hosts": COUNTS, "verdicts": VERDICTS}
_TYPES = {"hosts": dict.fromkeys(COUNTS[1:], pa.int64()), "verdicts": {"released_at": pa.timestamp("us", tz="UTC")}}


def differences(one: Path, other: Path) -> list[str]:
    """Say how the outputs in two folders differ, a line for every column; nothing when they are equal."""
    found = []
    for name, columns in COLUMNS.items():
        left, right = (_table(folder, name) for folder in (one, other))
        if left.num_rows != right.num_rows:
            found.append(f"{name}: {left.num_rows:,} rows and {right.num_rows:,}")
            continue
        found += [f"{name}.{column}: {text}" for column in columns if (text := _apart(left[column], right[column]))]
    return found


def rows(folder: Path) -> dict[str, int]:
    """Return how many rows an output has, by table."""
    return {name: pq.read_metadata(folder / f"{name}.parquet").num_rows for name in COLUMNS}


def _table(folder: Path, name: str) -> pa.Table:
    """Read the columns of a table that everybody writes, in one type each, sorted."""
    found = pq.read_table(folder / f"{name}.parquet", columns=COLUMNS[name]).select(COLUMNS[name])
    schema = pa.schema([(column, _TYPES[name].get(column, pa.string())) for column in COLUMNS[name]])
    return found.cast(schema).sort_by([(key, "ascending") for key in KEYS[name]])


def _apart(left: pa.ChunkedArray, right: pa.ChunkedArray) -> str | None:
    """Say how many values of a column differ, and the first."""
    if left.equals(right):
        return None
    same = pc.or_(pc.fill_null(pc.equal(left, right), False), pc.and_(pc.is_null(left), pc.is_null(right)))
    first = pc.index(same, False).as_py()
    return f"{pc.sum(pc.invert(same)).as_py():,} differ, first `{left[first]}` and `{right[first]}`"
