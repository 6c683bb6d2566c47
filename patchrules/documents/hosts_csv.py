"""hosts.csv: a hosts file as spreadsheets and scripts write it, one host a row."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any

from patchrules.documents.text import HOSTS, Document
from patchrules.errors import Where

__all__ = ["table_of"]

_DELIMITERS = ",;\t"


@dataclass(frozen=True)
class Table(Document):
    """The rows of a CSV file as a list of mappings; ``lines`` are those the rows begin at."""

    lines: tuple[int, ...] = ()

    def where(self, pointer: str) -> Where:
        """Return the row's line; the pointer names the column."""
        step = pointer.split("/")[1] if pointer else ""
        line = self.lines[int(step)] if step.isdecimal() else 1
        return Where(self.name, line, pointer=pointer)


def table_of(content: bytes, name: str | None) -> Table | None:
    r"""Return the rows of a CSV file with a column ``host``, None for anything else; an empty cell says nothing.

    ``tags`` are ``KEY=VALUE`` with semicolons between, ``resource_groups`` names with semicolons between. Raises
    InventoryError PR2510 for a row that is longer than the header, and for a file that the csv module cannot read.

    >>> table_of(b"host,family,tags\nweb-1,rhel,Env=prod;Patch Group=web\n", "hosts.csv").value
    [{'host': 'web-1', 'family': 'rhel', 'tags': {'Env': 'prod', 'Patch Group': 'web'}}]
    """
    try:
        text = content.decode("utf-8-sig")
        header = _header(text)
        return None if header is None else _table(text, name, *header)
    except UnicodeDecodeError:
        return None
    except csv.Error as problem:
        raise HOSTS.refusal("10", f"the CSV cannot be read: {problem}", Where(name) if name else None) from problem


def _header(text: str) -> tuple[list[str], str] | None:
    """Return the columns and what stands between them, None for a text that is no CSV with a column ``host``."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    header = [cell.strip() for cell in next(csv.reader([first], delimiter=delimiter), [])]
    return (header, delimiter) if "host" in header and delimiter in first else None


def _table(text: str, name: str | None, header: list[str], delimiter: str) -> Table:
    """Return the rows below the header; lines that are empty or the header again are passed over."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows, lines, end = [], [], 0
    for cells in reader:
        start, end = end + 1, reader.line_num
        values = [cell.strip() for cell in cells]
        if not any(values) or values == header:
            continue
        if len(cells) > len(header):
            message = f"the row has {len(cells)} values, the file {len(header)} columns"
            raise HOSTS.refusal("10", message, Where(name, start), "put values with a comma in quotes")
        rows.append({key: _value(key, cell) for key, cell in zip(header, values, strict=False) if cell})
        lines.append(start)
    return Table(rows, name, lines=tuple(lines))


def _value(key: str, cell: str) -> Any:  # noqa: ANN401  what a hosts file in YAML would hold
    """Return a cell as the same hosts file in YAML would have it."""
    parts = [part.strip() for part in cell.split(";") if part.strip()]
    if key == "tags" and all("=" in part for part in parts):
        return {name.strip(): value.strip() for name, _, value in (part.partition("=") for part in parts)}
    return parts if key == "resource_groups" else cell
