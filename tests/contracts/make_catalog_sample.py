"""Makes data/catalogs/samples/arrow_table.parquet; run it by hand when the sample shall change."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

ISSUED = datetime(2024, 1, 18, 9, 12, tzinfo=UTC)
ROWS: list[dict[str, Any]] = [
    {"name": "openssl", "arch": "x86_64", "evr": "1:3.0.7-25.el9_3", "advisory": "RHSA-2024:0310", "issued": ISSUED},
    {"name": "bash", "arch": "x86_64", "evr": "5.1.8-6.el9_1", "advisory": None, "issued": None},
    {"name": "odd", "arch": "noarch", "evr": "1 0", "advisory": "RHBA-2024:0400", "issued": ISSUED},
    {"name": "", "arch": "noarch", "evr": "1.0-1", "advisory": None, "issued": None},
]

if __name__ == "__main__":
    folder = Path(__file__).resolve().parents[2] / "data/catalogs/samples"
    pq.write_table(pa.Table.from_pylist(ROWS), folder / "arrow_table.parquet")
