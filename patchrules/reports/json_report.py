"""``json``: one object for one host, ``{"schema", "hosts": [...], "diagnostics": [...]}`` of such objects for several.

The object of a single host has the run's ``diagnostics`` itself.
"""

from __future__ import annotations

from typing import BinaryIO

from patchrules.evaluation.run import Run
from patchrules.reports._host_texts import as_bytes, host_texts
from patchrules.reports._hosts import SCHEMA, diagnostics
from patchrules.reports._json_texts import Layout
from patchrules.reports._writer import Look, Writer

_LAYOUT = Layout(indented=True)


def write(run: Run, stream: BinaryIO, look: Look) -> None:  # noqa: ARG001  a file for machines has no look
    """Write the report; control characters and half surrogates are escaped."""
    doubts = diagnostics(run)
    if run.hosts.num_rows == 1:
        stream.writelines(host_texts(run, _LAYOUT, 0, {"diagnostics": doubts}))
        stream.write(b"\n")
        return
    stream.write(b'{\n  "schema": "' + SCHEMA.encode() + b'",\n  "hosts": [')
    for position, found in enumerate(host_texts(run, _LAYOUT, 2)):
        stream.write(b"," if position else b"")
        stream.write(b"\n    " + found)
    stream.write(b"\n  ]" if run.hosts.num_rows else b"]")
    stream.write(b',\n  "diagnostics": ' + as_bytes(_LAYOUT.dump(doubts, 1)) + b"\n}\n")


WRITER = Writer("json", "JSON, one document", (".json",), write, tells=True)
