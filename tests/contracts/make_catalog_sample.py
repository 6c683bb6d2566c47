"""Makes the samples of catalogs that no editor writes, the zip from the CSV beside it; run it by hand when they change."""

from __future__ import annotations

import zipfile
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

CUSTOM = """\
"DatePosted","CVE","BulletinKB","Title","AffectedProduct","AffectedComponent","Severity","Impact","Supersedes","Exploits"
# Service Packs
"20150407","SP8U1","2990001","A service pack","Windows 8.1 for x64-based Systems","","Critical","","2880001;SP8",""
"""


def zip_wesng(folder: Path) -> None:
    """Pack the definitions as they are published."""
    with zipfile.ZipFile(folder / "wesng.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(zipfile.ZipInfo("CVEs_20240401.csv"), (folder / "wesng.csv").read_bytes(), zipfile.ZIP_DEFLATED)
        packed.writestr(zipfile.ZipInfo("Custom_20190321.csv"), CUSTOM, zipfile.ZIP_DEFLATED)
        packed.writestr(zipfile.ZipInfo("Version_0.94.txt"), "made up", zipfile.ZIP_DEFLATED)


if __name__ == "__main__":
    folder = Path(__file__).resolve().parents[2] / "data/catalogs/samples"
    pq.write_table(pa.Table.from_pylist(ROWS), folder / "arrow_table.parquet")
    zip_wesng(folder)
