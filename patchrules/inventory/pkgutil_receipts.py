"""Receipts of macOS's installer: ids from ``pkgutil --pkgs``, or what ``pkgutil --pkg-info`` says of each.

The ids alone state no version: ``0`` stands for it, which is told (PR2228). To have the versions::

    pkgutil --pkgs | while read p; do pkgutil --pkg-info "$p"; echo; done
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from patchrules.inventory._reader import Reader, ReadOptions, Rows
from patchrules.inventory._rows import PackageRows
from patchrules.inventory._windows import NO_VERSION
from patchrules.sources.dates import instant
from patchrules.sources.files import Document

_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_+-]+){2,}").fullmatch
_FIELD = re.compile(r"(package-id|version|install-time): ?(.*)").fullmatch
_KNOWN = re.compile(r"(?:com|org|net|io|us|de|jp)\.").match


def sniff(document: Document) -> bool:
    """Say whether the start has a receipt, or lines that are all ids."""
    lines = [line for line in document.head_lines() if line.strip()]
    if any(line.startswith("package-id: ") for line in lines):
        return True
    ids = [line for line in lines if _ID(line) and _KNOWN(line)]
    return len(ids) * 2 > len(lines)


def read(document: Document, options: ReadOptions) -> Rows:
    """Read every receipt or id."""
    rows = PackageRows(document, options, "dotted", ("host", "name", "evr", "installed_at"))
    for line, text, fields in _receipts(document, rows):
        name, version = fields.get("package-id", ""), fields.get("version", "")
        if not name:
            rows.reject(line, "PR2003", "the receipt has no package-id", text)
            continue
        rows.counts["PR2228"] += not version
        installed = instant(fields.get("install-time"))
        rows.add(host=options.host, name=name, evr=version or NO_VERSION, installed_at=installed, line=line)
    if rows.columns["line"]:
        rows.facts[options.host] = {"family": "macos"}
    return rows.finish()


def _receipts(document: Document, rows: PackageRows) -> Iterator[tuple[int, str, dict[str, str]]]:
    """Yield line, text and fields of each receipt; an id alone is one too."""
    fields: dict[str, str] = {}
    first, text = 0, ""
    for number, line in document.lines():
        found = _FIELD(line)
        if fields and (not line.strip() or (found and found[1] in fields)):
            yield first, text, fields
            fields = {}
        if found:
            if not fields:
                first, text = number, line
            fields[found[1]] = found[2].strip()
        elif _ID(line) and not fields:
            yield number, line, {"package-id": line}
        elif line.strip() and not line.startswith(("volume: ", "location: ", "location:", "groups: ")):
            rows.reject(number, "PR2001", "the line is neither an id nor a field of a receipt", line)
    if fields:
        yield first, text, fields


READER = Reader(
    "pkgutil_receipts",
    "macOS receipts (pkgutil)",
    (".txt",),
    sniff,
    read,
    "dotted",
    lost="from `--pkgs`, versions and times; the system",
)
