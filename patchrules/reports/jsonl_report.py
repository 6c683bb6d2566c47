"""``jsonl``: the same objects as ``json``, one host a line.

Where the run has diagnostics, a last line without ``host`` holds them: ``{"schema", "diagnostics": [...]}``. They speak
of the whole run, so no host's line could; ``jq 'select(.host)'`` passes it over.
"""

from __future__ import annotations

import json
from typing import BinaryIO

from patchrules.evaluation.run import Run
from patchrules.reports._hosts import SCHEMA, diagnostics, objects
from patchrules.reports._writer import Look, Writer


def write(run: Run, stream: BinaryIO, look: Look) -> None:  # noqa: ARG001  a file for machines has no look
    """Write one line a host. Line separators in names stay escaped: every tool agrees on what a line is."""
    stream.writelines(_line(found) for found in objects(run))
    if run.diagnostics:
        stream.write(_line({"schema": SCHEMA, "diagnostics": diagnostics(run)}))


def _line(found: object) -> bytes:
    """Return an object on a line of its own."""
    return json.dumps(found, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"


WRITER = Writer("jsonl", "JSON, one host a line", (".jsonl", ".ndjson"), write)
