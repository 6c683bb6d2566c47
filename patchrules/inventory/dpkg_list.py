"""What ``dpkg -l`` prints: a table for people, with the state of each package in two or three letters.

On a terminal ``dpkg -l`` cuts names and versions off to fit; rows that fill their column are refused then, and
``dpkg-query -W`` (or ``dpkg -l | cat``) is the way out.
"""

from __future__ import annotations

import re

from patchrules.families._architectures import DPKG_ARCHES
from patchrules.inventory._delimited import width
from patchrules.inventory._dpkg_rows import VERSION, DpkgRows, status_of
from patchrules.inventory._reader import Reader, ReadOptions, Rows
from patchrules.sources.files import Document

_ROW = re.compile(r"([uirph][ncHUFWti][R ]?)\s+(\S+)\s+(\S+)(?:\s+(\S+))?.*").fullmatch
_RULE = re.compile(r"\+\+\+-=+-=+.*").fullmatch
_HEADS = ("||/ ", "|/ ", "| ")
_FULL = 3  # that many different texts as wide as their column are no chance
_WITHOUT_ARCH = 3
_COLUMNS = 5  # state, name, version, architecture, and a description of at least a word


def sniff(document: Document) -> bool:
    """Say whether the start has the rule of the table, or rows that state an architecture."""
    lines = document.head_lines()
    rows = [found for line in lines if (found := _ROW(line)) and VERSION(found[3]) and found[4] in DPKG_ARCHES]
    return any(map(_RULE, lines)) or bool(rows)


def read(document: Document, options: ReadOptions) -> Rows:
    """Read every row; the rule above them tells the widths of the columns."""
    rows = DpkgRows(document, options)
    widths: list[int] = []
    found = []
    for number, line in document.lines():
        row = _ROW(line)
        if rows.tells_failure(number, line):
            continue
        if _RULE(line):
            widths = [len(part) for part in line.split("-")[1:]]
        elif row and status_of(row[1]):
            found.append((number, line, row))
        elif line.strip() and (widths or (found and number == document.open_line)) and not line.startswith(_HEADS):
            rows.reject(number, "PR2001", "the line is no row of dpkg -l", line)
    has_arch = len(widths) != _WITHOUT_ARCH
    cut = [_cut([row[place] for _, _, row in found], width) for place, width in zip((2, 3), widths, strict=False)]
    for number, line, row in found:
        if any(len(row[place]) == width for place, width in zip((2, 3), cut, strict=False)):
            rows.reject(number, "PR2001", "the columns are too narrow: this name or version may be cut off", line)
            continue
        if rows.is_stump(number, width(line, None, _COLUMNS)):
            rows.reject(number, "PR2001", "the line has fewer columns than every other", line)
            continue
        version = "" if row[3] == "<none>" else row[3]
        arch = row[4] if has_arch and row[4] in DPKG_ARCHES else ""
        rows.add_package(number, line, {"status": row[1], "name": row[2], "version": version, "arch": arch})
    return rows.finish()


def _cut(texts: list[str], width: int) -> int:
    """Return the width of a column if it cuts its texts off, else -1."""
    return width if len({text for text in texts if len(text) == width}) >= _FULL else -1


READER = Reader(
    "dpkg_list",
    "output of dpkg -l",
    (".txt",),
    sniff,
    read,
    "dpkg",
    lost="priority, section, installation times; names that a terminal cut off",
)
