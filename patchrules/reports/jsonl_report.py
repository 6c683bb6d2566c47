"""``jsonl``: the same objects as ``json``, one host a line.

Where the run has diagnostics, a last line without ``host`` holds them: ``{"schema", "diagnostics": [...]}``. They speak
of the whole run, so no host's line could; ``jq 'select(.host)'`` passes it over.
"""

from __future__ import annotations

import json
from typing import BinaryIO

import pyarrow as pa

from patchrules.evaluation.run import Run
from patchrules.reports._hosts import SCHEMA, diagnostics, objects, text
from patchrules.reports._writer import Look, Writer

_ROWS = 10_000


def write(run: Run, stream: BinaryIO, look: Look) -> None:  # noqa: ARG001  a file for machines has no look
    """Write one line a host. Line separators in names stay escaped: every tool agrees on what a line is."""
    stream.writelines(_line(found) for found in objects(run))
    if run.diagnostics:
        stream.write(_line({"schema": SCHEMA, "diagnostics": diagnostics(run)}))


def write_table(table: pa.Table, stream: BinaryIO) -> None:
    """Write any table of a run, one row a line; a map is an object, an instant ISO 8601 with ``Z``."""
    maps = {field.name for field in table.schema if pa.types.is_map(field.type)}
    for batch in table.to_batches(max_chunksize=_ROWS):
        stream.writelines(
            _line({name: dict(row[name] or ()) if name in maps else text(row[name]) for name in row})
            for row in batch.to_pylist()
        )


def _line(found: object) -> bytes:
    """Return an object on a line of its own."""
    return json.dumps(found, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


WRITER = Writer(
    "jsonl",
    "JSON, one host a line; a last line without `host` holds diagnostics",
    (".jsonl", ".ndjson"),
    write,
    write_table=write_table,
    tells=True,
)
