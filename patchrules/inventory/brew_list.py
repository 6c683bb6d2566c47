"""What ``brew list --versions`` prints: a name and its versions, also with ``--cask``.

Of several versions every one is a row, and the newest counts. Homebrew's own revision, ``1.2.3_1``, is read as a post
release, ``1.2.3-1``, and a date, ``2023-12-12``, as ``2023.12.12``, which order the same; versions with letters, such
as ``9e``, have no order and are refused.
"""

from __future__ import annotations

import re

from patchrules.inventory._reader import Reader, ReadOptions, Rows
from patchrules.inventory._rows import PackageRows
from patchrules.sources.files import Document

_ROW = re.compile(r"([a-z0-9][a-z0-9@+._/-]*)((?: [0-9]\S*)+)\s*").fullmatch
_REVISION = re.compile(r"_([0-9]+)$")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch
_OTHERS = re.compile(r"[\t|:;,=()]").search
_MOST = 0.5


def sniff(document: Document) -> bool:
    """Say whether most lines are a name and versions with single blanks between them, and nothing else."""
    lines = [line for line in document.head_lines() if line.strip() and not _is_talk(line)]
    rows = [line for line in lines if _ROW(line) and not _OTHERS(line)]
    return bool(rows) and len(rows) > _MOST * len(lines) and any(map(_is_brew, rows))


def read(document: Document, options: ReadOptions) -> Rows:
    """Read every line."""
    rows = PackageRows(document, options, "dotted", ("host", "name", "evr"))
    for number, line in document.lines():
        row = _ROW(line)
        if row:
            for version in row[2].split():
                text = version.replace("-", ".") if _DATE(version) else _REVISION.sub(r"-\1", version)
                rows.add(host=options.host, name=row[1], evr=text, line=number)
        elif line.strip():
            rows.reject(number, "PR2001", "the line is not a name and its versions", line)
    if rows.columns["line"]:
        rows.facts[options.host] = {"family": "macos"}
    return rows.finish()


def _is_talk(line: str) -> bool:
    """Say whether a line is brew's own talk."""
    return line.startswith(("==>", "Warning:", "Error:"))


def _is_brew(line: str) -> bool:
    """Say whether a line could be of no other tool: versions without release, unlike rpm's and dpkg's."""
    return not any("-" in version and not _DATE(version) for version in line.split()[1:])


READER = Reader(
    "brew_list",
    "output of brew list --versions",
    (".txt",),
    sniff,
    read,
    "dotted",
    lost="installation times; what other tools installed",
)
