"""``csv``: one row a listed patch, for spreadsheets and ``cut``.

A host without a listed patch has one row with the columns of the patch empty, so that no host is lost. A text that a
spreadsheet would take for a formula (it begins with ``=``, ``+``, ``-`` or ``@``, of either width, or with a tab or
line break) gets an apostrophe in front: such names come from machines nobody vouches for. Instants are ISO 8601 with
``Z``, lists are joined by a space, lines end with a line feed, the encoding is UTF-8. The run's diagnostics are not in
it: every row is a patch or a host.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.evaluation.run import Run
from patchrules.model.columns import VERDICTS
from patchrules.reports._cells import coded
from patchrules.reports._hosts import placed_verdicts, text
from patchrules.reports._writer import Look, Writer
from patchrules.sources.arrow import counting

_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")
_SPECIAL = frozenset(',"\r\n')
_ROWS = 20_000
_ABOUT = ("host", "status", "unknown", "baseline")
_PATCH = tuple(column.name for column in VERDICTS[1:])
_HEADER = ("host", "host_status", "unknown", "baseline", *_PATCH)


def write(run: Run, stream: BinaryIO, look: Look) -> None:  # noqa: ARG001  a file for machines has no look
    """Write the header and the rows, host by host. Cost: Python once a distinct text, the rest in Arrow."""
    hosts, patches = _cells(run.hosts.select(_ABOUT)), _cells(run.verdicts.select(_PATCH))
    stream.write(f"{','.join(_HEADER)}\n".encode())
    taken = ([*(one.take(host) for one in hosts), *(one.take(row) for one in patches)] for host, row in _placed(run))
    stream.writelines(map(_lines, taken))


def write_table(table: pa.Table, stream: BinaryIO) -> None:
    """Write any table of a run."""
    cells = _cells(table)
    stream.write(f"{','.join(map(_quoted, table.column_names))}\n".encode())
    taken = ([one.slice(start, _ROWS) for one in cells] for start in range(0, table.num_rows, _ROWS))
    stream.writelines(map(_lines, taken))


def _placed(run: Run) -> Iterator[tuple[Any, Any]]:
    """Yield the host and the verdict of some rows at a time; one without a verdict for a host that has none.

    Hosts are in the order of the run, their verdicts in order of name and architecture.
    """
    host, order = placed_verdicts(run)
    every = counting(run.hosts.num_rows)
    lacking = every.filter(pc.invert(pc.is_in(every, value_set=host)))
    owner = pa.concat_arrays([host.take(order), lacking])
    row = pa.concat_arrays([order, pa.nulls(len(lacking), order.type)])
    # INVARIANT: the sort is stable, so what is in order within its host stays so.
    place = pc.sort_indices(owner)
    for start in range(0, len(place), _ROWS):
        some = place.slice(start, _ROWS)
        yield owner.take(some), row.take(some)


def _cells(table: pa.Table) -> list[Any]:
    """Return what stands in the cells of each column, as dictionaries."""
    joined = (pc.binary_join(one, " ") if pa.types.is_list(one.type) else one for one in table.columns)
    return [coded(column, lambda value: _quoted(cell(value))) for column in joined]


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


def _lines(columns: Sequence[Any]) -> memoryview:
    """Return cells as lines of CSV."""
    filled = [pc.fill_null(one.cast(pa.string()), "") for one in columns]
    lines = pc.binary_join_element_wise(pc.binary_join_element_wise(*filled, ","), "", "\n")
    return memoryview(lines.buffers()[2])


def _quoted(text: str) -> str:
    """Return a cell as it stands in the file; a carriage return ends a row for many a reader, so it is quoted too."""
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if _SPECIAL.intersection(text) else text


WRITER = Writer("csv", "CSV, one patch a row", (".csv",), write, write_table=write_table)
