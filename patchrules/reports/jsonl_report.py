"""``jsonl``: the same objects as ``json``, one host a line.

Where the run has diagnostics, a last line without ``host`` holds them: ``{"schema", "diagnostics": [...]}``. They speak
of the whole run, so no host's line could; ``jq 'select(.host)'`` passes it over.
"""

from __future__ import annotations

from typing import BinaryIO

import pyarrow as pa

from patchrules.evaluation.run import Run
from patchrules.reports._host_texts import host_texts
from patchrules.reports._hosts import SCHEMA, diagnostics
from patchrules.reports._json_texts import Layout, cells, rows
from patchrules.reports._writer import Look, Writer

_LAYOUT = Layout(indented=False)
_ROWS = 4000


def write(run: Run, stream: BinaryIO, look: Look) -> None:  # noqa: ARG001  a file for machines has no look
    """Write one line a host. Line separators in names stay escaped: every tool agrees on what a line is."""
    stream.writelines(found + b"\n" for found in host_texts(run, _LAYOUT, 0))
    if run.diagnostics:
        stream.write(_LAYOUT.dump({"schema": SCHEMA, "diagnostics": diagnostics(run)}).encode() + b"\n")


def write_table(table: pa.Table, stream: BinaryIO) -> None:
    """Write any table of a run, one row a line; a map is an object, an instant ISO 8601 with ``Z``."""
    columns = {name: cells(table[name], _LAYOUT, 0) for name in table.column_names}
    for start in range(0, table.num_rows, _ROWS):
        some = {name: one.slice(start, _ROWS).cast(pa.string()).fill_null("null") for name, one in columns.items()}
        stream.write(memoryview(rows(some, _LAYOUT, 0, after="\n").buffers()[2]))


WRITER = Writer(
    "jsonl",
    "JSON, one host a line; a last line without `host` holds diagnostics",
    (".jsonl", ".ndjson"),
    write,
    write_table=write_table,
    tells=True,
)
