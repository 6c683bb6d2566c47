"""``parquet``: the saved run, a folder that later questions and data tools read (see ``evaluation.saved``).

One table of a run is a single file.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from patchrules.evaluation.run import Run
from patchrules.evaluation.saved import save_run
from patchrules.reports._writer import Look, Writer


def write(run: Run, folder: Path, look: Look) -> None:  # noqa: ARG001  a file for machines has no look
    """Write the folder."""
    save_run(run, folder)


def write_table(table: pa.Table, stream: BinaryIO) -> None:
    """Write one table as a single file."""
    pq.write_table(table, stream, compression="zstd", row_group_size=_ROWS)


_ROWS = 1_000_000

WRITER = Writer(
    "parquet",
    "a saved run: a folder of run.json and Parquet tables",
    (".run", "/"),
    write,
    is_folder=True,
    write_table=write_table,
)
