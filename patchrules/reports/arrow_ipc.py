"""``arrow``: the verdicts with their hosts, or another table of a run, as an Arrow IPC file that maps into memory."""

from __future__ import annotations

from typing import BinaryIO

import pyarrow as pa

from patchrules.evaluation.run import Run
from patchrules.reports._tables import shaped
from patchrules.reports._writer import Look, Writer

_ROWS = 100_000


def write(run: Run, stream: BinaryIO, look: Look) -> None:  # noqa: ARG001  a file for machines has no look
    """Write the table ``verdicts``."""
    write_table(shaped(run, "verdicts"), stream)


def write_table(table: pa.Table, stream: BinaryIO) -> None:
    """Write any table, in batches that a reader can skip."""
    with pa.ipc.new_file(stream, table.schema) as writer:
        writer.write_table(table.combine_chunks(), max_chunksize=_ROWS)


WRITER = Writer("arrow", "Arrow IPC, one verdict a row", (".arrow", ".feather"), write, write_table=write_table)
