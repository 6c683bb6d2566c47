"""Our own tables as JSON lines: an object a package, with the columns of ``packages`` and those of its host.

``{"host": "web-1", "name": "bash", "arch": "x86_64", "evr": "0:5.1.8-6.el9", "installed_at": "2026-01-05T10:00:00Z"}``

Names and meanings are those of the Parquet table (``docs/reference/schemas.md``); instants are ISO 8601 with a zone, or
seconds since 1970. Hosts that the file does not hold whole are not judged, as those of CSV are.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from patchrules.inventory._damaged import without_damaged
from patchrules.inventory._reader import Reader, ReadOptions, Rows
from patchrules.inventory._rows import PackageRows, counted
from patchrules.inventory.arrow_table import rows_of
from patchrules.model.columns import HOSTS, PACKAGES
from patchrules.sources.arrow import INSTANT
from patchrules.sources.dates import instant
from patchrules.sources.files import Document

_INSTANTS = frozenset(column.name for column in (*PACKAGES, *HOSTS) if column.type == "instant")
_TEXT = r'("(?:[^"\\]|\\.)*")'
_OTHERS = frozenset({"resourceId", "action", "snapshot", "columns"})


def sniff(document: Document) -> bool:
    """Say whether the first line is an object with host, name and version."""
    first = next((line for line in document.head_lines() if line.strip()), "")
    found = _object(first)
    return found is not None and {"host", "name"} <= found.keys() and bool(found.keys() & {"evr", "version"})


def read(document: Document, options: ReadOptions) -> Rows:
    """Read every line; raises ColumnError when no line has a column that is needed."""
    refused = PackageRows(document, options, "rpm", ("host", "name", "evr"))
    refused.self_ending = True
    rows: list[dict[str, Any]] = []
    for number, line in document.lines():
        found = _object(line)
        if found is not None:
            rows.append(found | {"line": number})
        elif line.strip():
            host = _host_of(line, options.columns.get("host", "host"))
            refused.reject(number, "PR2001", "the line is not a JSON object", line, host)
    if not rows:
        return refused.finish()
    counts: Counter[str] = Counter()
    names = [name for name in dict.fromkeys(name for row in rows for name in row) if _text(name) == name]
    table = pa.table({name: column_of(name, (row.get(name) for row in rows), counts) for name in names})
    good = rows_of(table, document.name, options)
    rejects = pa.concat_tables([good.rejects, refused.finish().rejects]).sort_by("line")
    counts["PR2203"] += document.undecodable
    whole = Rows(good.packages, rejects, (*good.diagnostics, *counted(counts, document.name)), good.hosts)
    return without_damaged(document, whole, 0, options.family)


def _object(line: str) -> dict[str, Any] | None:
    """Return the JSON object of a line, None when it is none of ours."""
    try:
        found = json.loads(line) if line.lstrip()[:1] == "{" else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and not _OTHERS & found.keys() else None


def _host_of(line: str, column: str) -> str:
    """Return the host that a part of an object names, empty where it does not come so far."""
    named = re.search(rf'"{re.escape(column)}"\s*:\s*{_TEXT}', line) if line.lstrip()[:1] == "{" else None
    try:
        return (_text(json.loads(named[1])) or "") if named else ""
    except ValueError:
        return ""


def column_of(name: str, values: Iterable[Any], counts: Counter[str]) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return the values of a column in the type of our table; what is no value of it is null."""
    given = list(values)
    if name == "line":
        return pa.array(given, pa.int32())
    if name == "held":
        return pa.array([value if isinstance(value, bool) else None for value in given], pa.bool_())
    if name == "tags":
        found = [list(value.items()) if isinstance(value, dict) else None for value in given]
        return pa.array([value if _are_texts(value) else None for value in found], pa.map_(pa.string(), pa.string()))
    if name == "enabled_modules":
        lists = [value if isinstance(value, list) else None for value in given]
        known = [one if one is not None and all(_text(part) == part for part in one) else None for one in lists]
        return pa.array(known, pa.list_(pa.string()))
    if name in _INSTANTS:
        read = [instant(_text(value)) for value in given]
        counts["PR2204"] += sum(found is None and value is not None for found, value in zip(read, given, strict=True))
        return pa.array(read, INSTANT)
    return pa.array([_text(value) for value in given], pa.string())


def _text(value: object) -> str | None:
    """Return a scalar as text that Arrow can hold."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return None
    return str(value).encode("utf-8", "replace").decode()


def _are_texts(pairs: list[tuple[str, Any]] | None) -> bool:
    """Say whether every key and value is a text that Arrow can hold."""
    return pairs is not None and all(isinstance(part, str) and _text(part) == part for pair in pairs for part in pair)


READER = Reader(
    "packages_jsonl",
    "our packages as JSON lines",
    (".jsonl", ".ndjson"),
    sniff,
    read,
    lost="nothing: every column may be there",
)
