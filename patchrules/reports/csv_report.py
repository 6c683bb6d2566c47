"""``csv``: one row a listed patch, for spreadsheets and ``cut``.

A host without a listed patch has one row with the columns of the patch empty, so that no host is lost. A text that a
spreadsheet would take for a formula (it begins with ``=``, ``+``, ``-`` or ``@``, of either width, or with a tab or
line break) gets an apostrophe in front: such names come from machines nobody vouches for. Instants are ISO 8601 with
``Z``, lists are joined by a space, lines end with a line feed, the encoding is UTF-8. The run's diagnostics are not in
it: every row is a patch or a host.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO

import pyarrow as pa

from patchrules.evaluation.run import Run
from patchrules.model.columns import VERDICTS
from patchrules.reports._hosts import by_host, text
from patchrules.reports._writer import Look, Writer

_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")
_SPECIAL = frozenset(',"\r\n')
_ROWS = 10_000
_PATCH = tuple(column.name for column in VERDICTS[1:])
_HEADER = ("host", "host_status", "unknown", "baseline", *_PATCH)


def write(run: Run, stream: BinaryIO, look: Look) -> None:  # noqa: ARG001  a file for machines has no look
    """Write the header and the rows, host by host."""
    stream.write(_lines([_HEADER]))
    stream.writelines(_lines(_rows(host, rows)) for host, rows in by_host(run))


def write_table(table: pa.Table, stream: BinaryIO) -> None:
    """Write any table of a run."""
    stream.write(_lines([table.column_names]))
    for batch in table.to_batches(max_chunksize=_ROWS):
        columns = [[cell(value) for value in column.to_pylist()] for column in batch.columns]
        stream.write(_lines(zip(*columns, strict=True)))


def cell(value: object) -> str:
    """Return what stands in one cell.

    >>> cell("=cmd|' /C calc'!A0"), cell(["PR7001", "PR7003"]), cell([("PR7001", 2)]), cell(None)
    ("'=cmd|' /C calc'!A0", 'PR7001 PR7003', 'PR7001=2', '')
    """
    if value is None:
        return ""
    if isinstance(value, list):
        return cell(" ".join(f"{one[0]}={one[1]}" if isinstance(one, tuple) else one for one in value))
    shown = str(text(value))
    return f"'{shown}" if shown.startswith(_FORMULA) else shown


def _rows(host: dict[str, Any], rows: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    """Yield the rows of one host."""
    about = tuple(cell(host[name]) for name in ("host", "status", "unknown", "baseline"))
    for row in rows:
        yield (*about, *(cell(row[name]) for name in _PATCH))
    if not rows:
        yield (*about, *("" for _ in _PATCH))


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as CSV."""
    return "".join(f"{','.join(map(_quoted, row))}\n" for row in rows).encode("utf-8", "backslashreplace")


def _quoted(text: str) -> str:
    """Return a cell as it stands in the file; a carriage return ends a row for many a reader, so it is quoted too."""
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if _SPECIAL.intersection(text) else text


WRITER = Writer("csv", "CSV, one patch a row", (".csv",), write, write_table=write_table)
