"""Makes data/inventories/samples/arrow_table.parquet; run it by hand when the sample shall change."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ROWS: list[dict[str, str | None]] = [
    {"host": "web-1", "name": "bash", "arch": "x86_64", "epoch": "0", "version": "5.1.8", "release": "6.el9_1"},
    {"host": "web-1", "name": "openssl", "arch": "x86_64", "epoch": "1", "version": "3.0.7", "release": "24.el9"},
    {"host": "db-1", "name": "bash", "arch": "x86_64", "epoch": None, "version": "5.1.8", "release": "6.el9_1"},
    {"host": "db-1", "name": "zlib", "arch": "x86_64", "epoch": None, "version": "1.2.11", "release": "40.el9"},
    {"host": "db-1", "name": "odd", "arch": "noarch", "epoch": None, "version": "1 0", "release": "1"},
    {"host": "db-1", "name": "", "arch": "noarch", "epoch": None, "version": "1.0", "release": "1"},
]
HOST: dict[str, str | None] = {"family": "rhel", "product": "RedhatEnterpriseLinux9.3", "patch_group": "prod"}

if __name__ == "__main__":
    captured = pa.array([datetime(2025, 3, 1, tzinfo=UTC)] * len(ROWS), pa.timestamp("ms", tz="Europe/Berlin"))
    table = pa.Table.from_pylist([row | HOST for row in ROWS]).append_column("captured_at", captured)
    folder = Path(__file__).resolve().parents[2] / "data/inventories/samples"
    pq.write_table(table, folder / "arrow_table.parquet")
