r"""What ``dpkg-query -W`` prints: ``name<tab>version``, the columns of a ``-f``, or one JSON object a line.

The line we recommend, because it states everything that an old dpkg knows::

    dpkg-query -W -f='${Package}\t${Version}\t${Architecture}\t${Status}\t${Priority}\t${Section}\n'

A seventh column ``${db-fsys:Last-Modified}``, seconds since 1970, is when the package was installed (dpkg 1.19.3).
Without a format dpkg-query states neither the status nor, for most packages, the architecture. Which column holds what
is told by the values: versions, architectures, statuses and priorities look like nothing else.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from patchrules.families._architectures import DPKG_ARCHES, RPM_ARCHES
from patchrules.inventory import _rpm_shapes as rpm
from patchrules.inventory._delimited import host_header, width
from patchrules.inventory._dpkg_rows import NAME, PRIORITIES, SECONDS, VERSION, DpkgRows, status_of
from patchrules.inventory._reader import Reader, ReadOptions, Rows
from patchrules.sources.files import Document

_LOOK = 50  # lines that tell the columns
_SEPARATORS = ("\t", "|", ";", ",", None)
_NAMES = {
    "package": "name",
    "name": "name",
    "binary:package": "name",
    "version": "version",
    "architecture": "arch",
    "arch": "arch",
    "status": "status",
    "db:status-abbrev": "status",
    "db:status-status": "status",
    "priority": "priority",
    "section": "section",
    "db-fsys:last-modified": "installed_at",
}
_FEW = 2


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which column holds what; a separator of None is blanks."""

    separator: str | None
    columns: tuple[str, ...]

    @property
    def known(self) -> int:
        """How many columns there are up to the last of which we know what it holds."""
        return max(place for place, name in enumerate(self.columns, 1) if name)

    def fields(self, line: str) -> dict[str, str]:
        """Return the fields of a line."""
        return dict(zip(self.columns, _parts(line, self.separator), strict=False))


def sniff(document: Document) -> bool:
    """Say whether the first lines have columns of dpkg packages, or are JSON objects of them."""
    lines = [line for line in document.head_lines() if line.strip()]
    if not lines or host_header(lines):
        return False
    return _layout(lines) is not None or _json_fields(lines[0]) is not None


def read(document: Document, options: ReadOptions) -> Rows:
    """Read every line by the columns that the first lines have."""
    rows = DpkgRows(document, options)
    head = [line for _, line in itertools.islice(document.lines(), _LOOK)]
    layout = _layout([line for line in head if line.strip()])
    rows.self_ending = layout is None
    for number, line in document.lines():
        if not line.strip() or rows.tells_failure(number, line):
            continue
        fields = _json_fields(line) if layout is None else layout.fields(line)
        if fields is None:
            rows.reject(number, "PR2001", "the line is not a JSON object with package, version and status", line)
        elif _is_header(fields):
            continue
        elif layout and (" " in fields.get("name", "") or not VERSION(fields.get("version", "0"))):
            rows.reject(number, "PR2001", f"the line does not have the columns {', '.join(_shown(layout))}", line)
        elif layout and rows.is_stump(number, width(line, layout.separator, layout.known)):
            rows.reject(number, "PR2001", "the line has fewer columns than every other", line)
        elif number == document.open_line and fields.get("status") and not status_of(fields["status"]):
            rows.reject(number, "PR2001", f"the status is none of dpkg's: `{fields['status']}`", line)
        else:
            rows.add_package(number, line, fields)
    return rows.finish()


def _layout(lines: Sequence[str]) -> _Layout | None:
    """Return the columns that most of some lines have, None when they are no lists of dpkg packages."""
    for separator in _SEPARATORS:
        split = [_parts(line, separator) for line in lines[:_LOOK]]
        width = max((len(parts) for parts in split), default=0)
        rows = [parts for parts in split if len(parts) >= _FEW and NAME(parts[0].partition(":")[0])]
        rows = [parts for parts in rows if VERSION(parts[1])] or rows
        if width < _FEW or len(rows) * 2 < len(split):
            continue
        columns = _columns(list(itertools.zip_longest(*rows, fillvalue="")))
        named = {"arch", "status"} & set(columns)
        # Name and version alone could be anything; dpkg-query's own two columns have a tab between them.
        plain = separator == "\t" and width == _FEW and not any(rpm.EL_TAG(parts[1]) for parts in rows)
        if columns[:2] == ("name", "version") and (named or plain) and not _has_rpm_arch(rows):
            return _Layout(separator, columns)
    return None


def _columns(values: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return what each column holds, told by most of its values: a damaged row does not change how others are read."""
    found = ["name"]
    for column in values[1:]:
        stated = [value for value in column if value]
        kind = ""
        if stated and "version" not in found and sum(map(bool, map(VERSION, stated))) * 2 >= len(stated):
            kind = "version"
        elif _are_mostly(DPKG_ARCHES.__contains__, stated):
            kind = "arch"
        elif _are_mostly(status_of, stated):
            kind = "status"
        elif _are_mostly(SECONDS, stated):
            kind = "installed_at"
        elif _are_mostly(PRIORITIES.__contains__, stated):
            kind = "priority"
        elif found[-1] == "priority":
            kind = "section"
        found.append(kind if kind not in found else "")
    return tuple(found)


def _are_mostly(is_one: Callable[[str], object], values: Sequence[str]) -> bool:
    """Say whether values are of a kind but for one of them, or one in ten, as long as these are not the most."""
    good = sum(map(bool, map(is_one, values)))
    return good > 0 and len(values) - good <= min(max(1, len(values) // 10), good)


def _has_rpm_arch(rows: Sequence[Sequence[str]]) -> bool:
    """Say whether a line names an architecture that only rpm spells so."""
    return any(part in RPM_ARCHES and part not in DPKG_ARCHES for parts in rows for part in parts[1:])


def _is_header(fields: dict[str, str]) -> bool:
    """Say whether a line has the names of the columns."""
    return _NAMES.get(fields.get("name", "").lower()) == "name" and fields.get("version", "").lower() == "version"


def _parts(line: str, separator: str | None) -> list[str]:
    """Split a line."""
    return [part.strip() for part in line.split(separator)]


def _shown(layout: _Layout) -> list[str]:
    """Return the columns as people read them."""
    return [name for name in layout.columns if name]


def _json_fields(line: str) -> dict[str, str] | None:
    """Return the fields of a JSON object that is a dpkg package: only those have a status, and none names a host."""
    try:
        found = json.loads(line) if line.lstrip()[:1] == "{" else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or "host" in found:
        return None
    fields = {_NAMES.get(key.lower(), ""): value.strip() for key, value in found.items() if isinstance(value, str)}
    return fields if {"name", "version", "status"} <= fields.keys() and status_of(fields["status"]) else None


READER = Reader(
    "dpkg_query",
    "output of dpkg-query -W",
    (".txt", ".tsv", ".csv"),
    sniff,
    read,
    "dpkg",
    lost="without a format: installation times, states and most architectures",
)
