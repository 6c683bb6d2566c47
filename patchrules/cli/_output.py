"""Where results go, and how rows look: a table for people, JSON, JSON lines or CSV for machines."""

from __future__ import annotations

import contextlib
import csv
import errno
import io
import json
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO, Literal

import click

from patchrules.cli._types import Place

OUTPUT = click.option(
    "-o", "--output", type=Place(), metavar="FILE", help="Write here, whole or not at all. Default: standard output."
)
ROW_FORMAT = click.option(
    "--output-format", type=click.Choice(["table", "json", "jsonl", "csv"]), default="table", show_default=True
)
_MOST_ROWS = 50
_NEVER_FOLDED = 10
_GAP = 3


def width() -> int:
    """Return how wide a table may be."""
    return max(60, shutil.get_terminal_size((100, 24)).columns)


def color(output: str | None) -> bool:
    """Say whether to use colours: a terminal, and nobody said no (https://no-color.org)."""
    return output is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def stdout() -> BinaryIO:
    """Return standard output for bytes; raises OSError where it is closed."""
    if sys.stdout is None:
        raise OSError(errno.EBADF, "standard output is closed")
    return sys.stdout.buffer


@contextlib.contextmanager
def opened(output: str | None) -> Iterator[BinaryIO]:
    """Open what results go to: a file, whole or not there, or standard output, which None and ``-`` are."""
    from patchrules.sources.placed import placed

    if output not in (None, "-"):
        with placed(output) as stream:
            yield stream
        return
    stream = stdout()
    yield stream
    stream.flush()


def emit(text: str, output: str | None) -> None:
    """Write a text to a file, or to standard output; no rows are no line, for an empty one is no JSON."""
    lines = (f"{text.rstrip()}\n" if text.strip() else "").encode("utf-8", "backslashreplace")
    with opened(output) as stream:
        stream.write(lines)


def emit_rows(
    rows: Sequence[Mapping[str, Any]],
    *,
    columns: Mapping[str, str],
    schema: str,
    form: str,
    output: str | None,
    head: str = "",
) -> None:
    """Write rows; ``columns`` are a table's titles, ``>`` before those of numbers, and how a row makes its cells."""
    if form == "json":
        emit(json.dumps({"schema": schema, "rows": list(rows)}, indent=2, ensure_ascii=False), output)
    elif form == "jsonl":
        emit("\n".join(json.dumps({"schema": schema, **row}, ensure_ascii=False) for row in rows), output)
    elif form == "csv":
        emit(_csv(rows), output)
    else:
        emit(table(rows, columns, head), output)


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as CSV; no cell is a formula."""
    from patchrules.reports.csv_report import cell

    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: cell(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], head: str = "") -> str:
    """Return the first rows as a table as wide as the terminal; without rows, what stands above it."""
    from rich.box import SIMPLE_HEAD
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from patchrules.reports.text import visible

    if head and not rows:
        return head
    shown = [{name: "-" if value in (None, "") else value for name, value in row.items()} for row in rows[:_MOST_ROWS]]
    drawn = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    cells = [[visible(cell.format_map(row)) for cell in columns.values()] for row in shown]
    longest = [max((cell_len(row[place]) for row in cells), default=0) for place in range(len(columns))]
    whole = [max(cell_len(title.lstrip(">")), most) for title, most in zip(columns, longest, strict=True)]
    kept = [min(most, 2 * _NEVER_FOLDED if place == 0 else _NEVER_FOLDED) for place, most in enumerate(longest)]
    gaps = _GAP * (len(columns) - 1)
    widths = _fitting(whole, kept, max(width() - gaps, len(columns)))
    for title, wide in zip(columns, widths, strict=True):
        justify: Literal["left", "right"] = "right" if title[0] == ">" else "left"
        drawn.add_column(title.lstrip(">"), justify=justify, overflow="fold", width=wide)
    for row in cells:
        drawn.add_row(*map(Text, row))
    text = io.StringIO()
    Console(file=text, width=sum(widths) + gaps, color_system=None, highlight=False, _environ={}).print(drawn)
    lines = [line.rstrip() for line in text.getvalue().splitlines()]
    more = len(rows) - _MOST_ROWS
    rest = [f"  … and {more:,} more: --output-format csv lists every one"] if more > 0 else []
    return "\n".join([*([head, ""] if head else []), *lines, *rest])


def _fitting(whole: Sequence[int], kept: Sequence[int], room: int) -> list[int]:
    """Return the widths of columns that need ``whole`` so that they fit into ``room``: the widest are narrowed first.

    None gets less than is to be ``kept`` of it, where that leaves room for all.

    >>> _fitting([30, 20, 5], [20, 10, 5], 40), _fitting([30, 20, 5], [20, 10, 5], 20)
    ([20, 15, 5], [7, 8, 5])
    """
    widths = [min(wide, room) for wide in whole]
    for least in (kept, [1] * len(widths)):
        while sum(widths) > room and (wider := [place for place, one in enumerate(widths) if one > least[place]]):
            widths[max(wider, key=widths.__getitem__)] -= 1
    return widths


def joined(values: Iterable[object]) -> str:
    """Return values as people list them."""
    return ", ".join(str(value) for value in values)


def stamp(instant: datetime) -> str:
    """Return an instant to the minute, or to the second when it has seconds."""
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}" if instant.second else f"{instant:%Y-%m-%dT%H:%MZ}"
