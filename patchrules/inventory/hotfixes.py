"""Windows hotfixes as ``Get-HotFix`` and ``wmic qfe`` print them: tables, lists, CSV and JSON of one WMI class.

What states installation dates best, in PowerShell::

    Get-HotFix | Select-Object HotFixID, Description, InstalledOn | ConvertTo-Json

Rows of several computers become several hosts. Windows lists only what its component store installed: updates of Office
and other applications are not there.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from patchrules.inventory._json import Place, rows_of, texts_of
from patchrules.inventory._reader import Reader, ReadOptions, Rows
from patchrules.inventory._texts import head_of, lines_of, text_of
from patchrules.inventory._windows import UpdateRows, kb_of
from patchrules.sources.files import Document

_COLUMNS = (
    "Caption|CSName|Description|FixComments|HotFixID|InstallDate|InstalledBy|InstalledOn|Name|Node|PSComputerName"
    "|ServicePackInEffect|Source|Status"
)
_HEADER = re.compile(rf"(?:(?:{_COLUMNS})\b *)*\bHotFixID\b.*", re.IGNORECASE)
_WORD = re.compile(r"\S+").finditer
_FIELD = re.compile(rf"({_COLUMNS})\s*[:=]\s?(.*)", re.IGNORECASE).match
_RULE = re.compile(r"[\s-]*").fullmatch
_COMPUTERS = ("pscomputername", "csname", "source", "node", "__server")
_JSON_ID = re.compile(r'"hotfixid"\s*:', re.IGNORECASE).search
_Fields = tuple[int, dict[str, object], str]


def sniff(document: Document) -> bool:
    """Say whether the start has a header, field or member ``HotFixID``."""
    head = head_of(document)
    if head.lstrip()[:1] in ("{", "["):
        return bool(_JSON_ID(head)) and '"resourceId"' not in head and '"AWS:' not in head
    lines = [line for _, line in lines_of(head)]
    return any(_is_header(line) or _is_csv(line) or _field_id(line) for line in lines)


def read(document: Document, options: ReadOptions) -> Rows:
    """Read every row in the shape that the file has."""
    if head_of(document).lstrip()[:1] in ("{", "["):
        found = list(_json(document))
        return _rows(document, options, found, page=None, replaced=0)
    text, page = text_of(document)
    lines = list(lines_of(text))
    number, last = lines[-1]
    document.open_line = number if last.strip() else None
    shape = _lists
    if any(_is_csv(line) for _, line in lines):
        shape = _csv
    elif any(_is_header(line) for _, line in lines):
        shape = _table
    return _rows(document, options, list(shape(lines)), page=page, replaced=text.count("\ufffd"))


def _rows(document: Document, options: ReadOptions, found: list[_Fields], page: str | None, replaced: int) -> Rows:
    """Return the rows; they are of several hosts when they name several computers."""
    computers = {_computer(fields) for _, fields, _ in found} - {""}
    rows = UpdateRows(document, options, named=len(computers) > 1)
    rows.counts["PR2203"] += replaced
    rows.counts["PR2214"] += page is not None
    for line, fields, text in found:
        own, pack = (str(fields.get(name) or "") for name in ("hotfixid", "servicepackineffect"))
        if not own and not pack:
            rows.reject(line, "PR2003", "the row has no HotFixID", text)
            continue
        # Windows XP lists the files of an update as rows `File 1`; the update itself is in the service pack's column.
        ids = (own, pack) if kb_of(own) is None else (own,)
        host = _computer(fields) if len(computers) > 1 else ""
        rows.add_update(line, ids, fields.get("installedon") or fields.get("installdate"), host)
    return rows.finish()


def _computer(fields: dict[str, object]) -> str:
    """Return the computer that a row names."""
    return next((str(fields[name]) for name in _COMPUTERS if isinstance(fields.get(name), str) and fields[name]), "")


def _is_header(line: str) -> bool:
    """Say whether a line has the columns of a table, perhaps behind a message of wmic."""
    found = _HEADER.search(line) if "," not in line else None
    return found is not None and ":" not in found[0] and "=" not in found[0]


def _is_csv(line: str) -> bool:
    """Say whether a line has the columns of a CSV."""
    fields = [field.strip(' "').lower() for field in re.split("[,;\t]", line)]
    return len(fields) > 1 and "hotfixid" in fields


def _field_id(line: str) -> bool:
    """Say whether a line is the id in a list of fields."""
    found = _FIELD(line)
    return found is not None and found[1].lower() == "hotfixid" and kb_of(found[2]) is not None


def _table(lines: list[tuple[int, str]]) -> Iterator[_Fields]:
    """Yield the rows of a table: each field begins where its column's name begins."""
    starts: list[tuple[int, str]] = []
    for number, line in lines:
        if not starts:
            found = _HEADER.search(line)
            starts = [(word.start(), word[0].lower()) for word in _WORD(found[0])] if found else []
            continue
        if not line.strip() or _RULE(line):
            continue
        ends = [start for start, _ in starts[1:]] + [None]
        fields = {name: line[start:end].strip() for (start, name), end in zip(starts, ends, strict=True)}
        if kb_of(str(fields.get("hotfixid", ""))) is None and kb_of(line) and not fields.get("servicepackineffect"):
            fields["hotfixid"] = line  # a column that is narrower than its values moves the others to the right
        yield number, dict(fields), line


def _csv(lines: list[tuple[int, str]]) -> Iterator[_Fields]:
    """Yield the rows of a CSV, written by PowerShell or by wmic."""
    header: list[str] = []
    separator = ","
    for number, line in lines:
        if not line.strip() or line.startswith("#TYPE"):
            continue
        if not header:
            if _is_csv(line):
                separator = max(",;\t", key=line.count)
                header = [name.strip().lower() for name in _values(line, separator)]
            continue
        values = _values(line, separator)
        yield number, dict(zip(header, (value.strip() for value in values), strict=False)), line


def _values(line: str, separator: str) -> list[str]:
    """Return the fields of a line of CSV; none when it is longer than Python's reader takes."""
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


def _lists(lines: list[tuple[int, str]]) -> Iterator[_Fields]:
    """Yield blocks of fields, ``HotFixID=KB1`` or ``HotFixID : KB1``; a field given again begins the next one."""
    fields: dict[str, object] = {}
    first, text = 0, ""
    for number, line in lines:
        found = _FIELD(line.strip())
        name = found[1].lower() if found else ""
        if fields and (name in fields or (not line.strip() and "hotfixid" in fields)):
            yield first, fields, text
            fields = {}
        if found:
            if name == "hotfixid":
                first, text = number, line
            fields[name] = found[2].strip()
    if fields:
        yield first or len(lines), fields, text


def _json(document: Document) -> Iterator[_Fields]:
    """Return the rows of JSON: one object, or a list of them."""
    return map(_json_row, rows_of(document))


def _json_row(node: Place) -> _Fields:
    """Return one row; the date stays as PowerShell wrote it."""
    line, value = node.line, node.value()
    fields = {key.lower(): one for key, one in value.items()} if isinstance(value, dict) else {}
    names = ("hotfixid", "servicepackineffect", *_COMPUTERS)
    texts: dict[str, object] = dict(zip(names, texts_of(fields, names), strict=True))
    return line, texts | {"installedon": fields.get("installedon")}, node.shown


READER = Reader(
    "hotfixes",
    "Windows hotfixes (Get-HotFix, wmic qfe)",
    (".csv", ".json", ".txt"),
    sniff,
    read,
    "dotted",
    lost="the system and its build; updates of applications; often the clock of installations",
)
