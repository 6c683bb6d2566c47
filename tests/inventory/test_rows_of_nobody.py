"""Rows that name no host are told and counted, wherever a table is read (SEMANTICS 5.16)."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import patchrules as pr
from patchrules.errors import Level

ROWS = [("web-1", "bash"), (None, "zlib"), ("", "sudo"), (" ", "dash"), ("web-2", "bash")]
COLUMNS = {
    "host": [host for host, _ in ROWS],
    "name": [name for _, name in ROWS],
    "arch": ["amd64"] * len(ROWS),
    "evr": ["1-1"] * len(ROWS),
    "family": ["debian"] * len(ROWS),
    "product": ["Debian12"] * len(ROWS),
}


def parquet(tmp_path):
    pq.write_table(pa.table(COLUMNS), tmp_path / "fleet.parquet")
    return tmp_path / "fleet.parquet"


def row_groups(tmp_path):
    pq.write_table(pa.table(COLUMNS), tmp_path / "fleet.parquet", row_group_size=2)
    return tmp_path / "fleet.parquet"


def json_lines(tmp_path):
    rows = pa.table(COLUMNS).to_pylist()
    (tmp_path / "fleet.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return tmp_path / "fleet.jsonl"


def csv(tmp_path):
    rows = [
        ",".join(COLUMNS),
        *(",".join(value or "" for value in row.values()) for row in pa.table(COLUMNS).to_pylist()),
    ]
    (tmp_path / "fleet.csv").write_text("\n".join(rows) + "\n")
    return tmp_path / "fleet.csv"


def table(_):
    return pa.table(COLUMNS)


def told(diagnostics):
    return [(one.level, one.count) for one in diagnostics if one.code == "PR2134"]


@pytest.mark.parametrize("source", [parquet, row_groups, json_lines, csv, table])
def test_rows_of_nobody_are_told_and_counted(source, tmp_path):
    found = pr.read_inventory(source(tmp_path))
    assert told(found.diagnostics) == [(Level.WARNING, 3)]
    assert found.hosts["host"].to_pylist() == ["web-1", "web-2"]
    fleet = pr.open_fleet(source(tmp_path))
    run = pr.evaluate_fleet(pr.load_registry("data/baselines/demo"), fleet, [], as_of="2026-11-01T00:00Z")
    assert sum(count for _, count in told(run.diagnostics)) == 3
    assert run.hosts["host"].to_pylist() == ["web-1", "web-2"]


def test_a_row_of_nobody_that_is_not_installed_says_nothing():
    rows = pa.table(COLUMNS | {"status": ["config-files"] * len(ROWS)})
    assert not told(pr.read_inventory(rows).diagnostics)
