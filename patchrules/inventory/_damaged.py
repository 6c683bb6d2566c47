"""What a reader got through that is no whole list of its host: a host is not judged by part of its packages."""

from __future__ import annotations

import pyarrow.compute as pc

from patchrules.errors import DocumentError
from patchrules.inventory._reader import Reader, Rows
from patchrules.sources.files import Document

_SHAPE, UNREAD = "PR2001", "PR2117"
"""Codes of refused rows: one that has not the shape of its format, and one by which a tool says what it left out."""


def damage(document: Document, reader: Reader, rows: Rows) -> DocumentError | None:
    """Return why a file of one host is not the whole list of its packages, None where nothing speaks against it.

    Files that speak of hosts by name are left alone: what is refused there is refused of some of them.
    """
    if rows.facts is not None or rows.hosts is not None or not rows.rejects.num_rows:
        return None
    unread = rows.rejects.filter(pc.equal(rows.rejects["code"], UNREAD)).slice(0, 1).to_pylist()
    if unread:
        hint = "repair the database (rpm --rebuilddb), and collect the list again"
        return document.fail(UNREAD, f"packages are missing: {unread[0]['text']}", line=unread[0]["line"], hint=hint)
    refused, found = pc.sum(pc.equal(rows.rejects["code"], _SHAPE)).as_py(), rows.packages.num_rows
    if refused > found:
        message = f"{refused:,} of {refused + found:,} rows are none of `{reader.name}` ({reader.label})"
        return document.fail("PR2115", message, hint="say which format it is with format= or --format")
    last = document.open_line
    if last is not None and last in rows.rejects["line"].to_pylist():
        hint = "collect it again; where the line is no row (a prompt), take it out"
        return document.fail("PR2116", "the list is cut off in its last row", line=last, hint=hint)
    return None
