"""``json``: one object for one host, ``{"schema", "hosts": [...], "diagnostics": [...]}`` of such objects for several.

The object of a single host has the run's ``diagnostics`` itself.
"""

from __future__ import annotations

import json
from typing import BinaryIO

from patchrules.evaluation.run import Run
from patchrules.reports._hosts import SCHEMA, diagnostics, objects
from patchrules.reports._writer import Look, Writer


def write(run: Run, stream: BinaryIO, look: Look) -> None:  # noqa: ARG001  a file for machines has no look
    """Write the report; hosts are written one by one."""
    doubts = diagnostics(run)
    if run.hosts.num_rows == 1:
        stream.write(_text({**next(objects(run)), "diagnostics": doubts}, "") + b"\n")
        return
    stream.write(b'{\n  "schema": "' + SCHEMA.encode() + b'",\n  "hosts": [')
    for position, found in enumerate(objects(run)):
        stream.write(b"," if position else b"")
        stream.write(b"\n    " + _text(found, "    "))
    stream.write(b"\n  ]" if run.hosts.num_rows else b"]")
    stream.write(b',\n  "diagnostics": ' + _text(doubts, "  ") + b"\n}\n")


def _text(found: object, margin: str) -> bytes:
    """Return an object as indented JSON; control characters and half surrogates are escaped."""
    written = json.dumps(found, indent=2, ensure_ascii=False).replace("\n", f"\n{margin}")
    return written.encode("utf-8", "backslashreplace")


WRITER = Writer("json", "JSON, one document", (".json",), write, tells=True)
