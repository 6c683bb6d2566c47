"""``jsonl``: the same objects as ``json``, one host a line."""

from __future__ import annotations

import json
from typing import BinaryIO

from patchrules.evaluation.run import Run
from patchrules.reports._hosts import objects
from patchrules.reports._writer import Look, Writer


def write(run: Run, stream: BinaryIO, look: Look) -> None:  # noqa: ARG001  a file for machines has no look
    """Write one line a host. Line separators in names stay escaped: every tool agrees on what a line is."""
    stream.writelines(
        json.dumps(found, ensure_ascii=True, separators=(",", ":")).encode() + b"\n" for found in objects(run)
    )


WRITER = Writer("jsonl", "JSON, one host a line", (".jsonl", ".ndjson"), write)
