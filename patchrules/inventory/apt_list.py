"""What ``apt list --installed`` prints: ``bash/stable,now 5.2.15-2 amd64 [installed]``.

Installed are the rows whose suites have ``now``; the words in brackets are translated. apt has no stable output, so
``dpkg-query -W`` is the better source.
"""

from __future__ import annotations

import re

from patchrules.inventory._dpkg_rows import DpkgRows
from patchrules.inventory._reader import Reader, ReadOptions, Rows
from patchrules.sources.files import Document

_ROW = re.compile(r"([a-z0-9][a-z0-9+.:-]+)/(\S+) (\S+) ([a-z0-9-]+)(?: \[(.*)\])?\s*", re.IGNORECASE).fullmatch


def sniff(document: Document) -> bool:
    """Say whether the start has rows of installed packages."""
    return any((row := _ROW(line)) and _is_there(row) for line in document.head_lines())


def read(document: Document, options: ReadOptions) -> Rows:
    """Read every row; packages that are only offered are counted."""
    rows = DpkgRows(document, options)
    started = False
    for number, line in document.lines():
        row = _ROW(line)
        if rows.tells_failure(number, line):
            continue
        if row and not _is_there(row):
            rows.counts["PR2225"] += 1
        elif row:
            word = (row[5] or "").partition(",")[0]
            status = "config-files" if word.startswith("residual") else "installed" if "install" in word else ""
            rows.add_package(number, line, {"name": row[1], "version": row[3], "arch": row[4], "status": status})
        elif started and line.strip() and not line.startswith(("WARNING:", "N:", "W:")):
            rows.reject(number, "PR2001", "the line is no row of apt list", line)
        started = started or row is not None
    return rows.finish()


def _is_there(row: re.Match[str]) -> bool:
    """Say whether dpkg knows the package of a row."""
    return "now" in row[2].split(",")


READER = Reader(
    "apt_list",
    "output of apt list --installed",
    (".txt",),
    sniff,
    read,
    "dpkg",
    lost="priority, section, installation times, holds",
)
