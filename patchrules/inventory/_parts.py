"""Tables that are read a part at a time: row groups of Parquet files, slices of tables that are in memory."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from patchrules.errors import ColumnError, InventoryError
from patchrules.inventory._contradicting import copies
from patchrules.inventory._packed import refuse_packed
from patchrules.inventory._text_columns import WRITE_AGAIN, bare, text_column
from patchrules.inventory.arrow_table import BROKEN, HOST_COLUMNS, TEXTS, refuse_twice
from patchrules.model.columns import PACKAGES
from patchrules.sources.files import expand

PART_ROWS = 1_000_000
"""Rows of a part, as far as row groups allow; smaller row groups are read together."""

KNOWN = (*(column.name for column in PACKAGES), *HOST_COLUMNS, "version", "release", "epoch")
"""The columns that are read; what else a table has is left where it is."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some row groups of a Parquet file, or rows of a table in memory, that are read when they are judged.

    ``start`` is its first row in the file; ``columns`` are the names in the table, by ours, and ``texts`` the names in
    the table of those that hold texts. A part pickles: one of a file is a path and some numbers.
    """

    file: str
    start: int
    rows: int
    columns: Mapping[str, str]
    groups: tuple[int, ...] = ()
    texts: frozenset[str] = frozenset()
    table: Any = None

    def read(self, names: Iterable[str] | None = None) -> Any:  # noqa: ANN401  pyarrow.Table
        """Return the rows under our names, texts as dictionaries; ``names`` are the columns wanted, else all.

        Raises InventoryError PR2103 for a file that cannot be read and for a column of texts that holds none, and names
        both.
        """
        wanted = {ours: theirs for ours, theirs in self.columns.items() if names is None or ours in names}
        texts = [theirs for theirs in wanted.values() if theirs in self.texts]
        if self.table is not None:
            return self._ours(self.table.select(list(wanted.values())).rename_columns(list(wanted)))
        try:
            with pq.ParquetFile(self.file, read_dictionary=texts, pre_buffer=False) as file:
                found = file.read_row_groups(list(self.groups), columns=list(wanted.values()), use_threads=False)
        except BROKEN as problem:
            raise unreadable(self.file, problem) from problem
        return self._ours(found.select(list(wanted.values())).rename_columns(list(wanted)))

    def _ours(self, rows: Any) -> Any:  # noqa: ANN401  pyarrow.Table
        """Return rows with every column of texts as a dictionary: judging numbers texts anyway."""
        for place, name in enumerate(rows.column_names):
            if name in TEXTS:
                texts = text_column(rows[name], name, self.file)
                texts = bare(texts) if name == "host" else texts
                shared = texts if pa.types.is_dictionary(texts.type) else texts.dictionary_encode()
                rows = rows.set_column(place, name, shared)
        return rows


def parts_of(source: Any, columns: Mapping[str, str]) -> list[Part] | None:  # noqa: ANN401  whatever can be read
    """Return the parts of Parquet files, or of a table in memory; None where the source is anything else.

    Only schemas and metadata are read. Files among which are copies of others are not taken apart: who reads them whole
    leaves the copies out, and says so. Raises ColumnError where a table misses a column, InventoryError for a file that
    cannot be read and PR2124 for one of a packed fleet.
    """
    if isinstance(source, pa.Table):
        return list(_slices(source, columns))
    if not isinstance(source, str | os.PathLike | list | tuple) or not all(map(_is_table, _paths(source))):
        return None
    files = expand(source)
    if copies([str(path) for path in files]):
        return None
    refuse_packed(files)
    return [part for path in files for part in _groups(str(path), columns)]


def unreadable(file: str, problem: Exception) -> InventoryError:
    """Return the error for a table that cannot be read."""
    said = " ".join(str(problem).split())[:160]
    return InventoryError(f"`{file}`: the table cannot be read: {said}", code="PR2103", hint=WRITE_AGAIN)


def _paths(source: Any) -> Iterator[Path]:  # noqa: ANN401  a path, or a list of those
    """Return the files that a path, a folder or a glob names, as far as there are any."""
    for one in source if isinstance(source, list | tuple) else (source,):
        text = os.fspath(one) if isinstance(one, str | os.PathLike) else ""
        folder = Path(text)
        named = [folder] if folder.is_file() else map(Path, sorted(glob.glob(text, recursive=True)))  # noqa: PTH207  as `expand`
        files = folder.rglob("*") if folder.is_dir() else named
        found = [path for path in files if path.is_file() and not path.name.startswith(".")]
        yield from found or [Path(os.devnull)]


def _is_table(path: Path) -> bool:
    """Say whether a file begins as Parquet does; one that cannot be read is left to who says so."""
    try:
        with path.open("rb") as stream:
            return stream.read(4) == b"PAR1"
    except OSError:
        return False


def _slices(table: Any, columns: Mapping[str, str]) -> Iterator[Part]:  # noqa: ANN401  pyarrow.Table
    """Return the parts of a table in memory."""
    given = _checked(table.schema, columns)
    said = {ours: theirs for ours, theirs in given.items() if table[theirs].null_count < max(table.num_rows, 1)}
    for start in range(0, max(table.num_rows, 1), PART_ROWS):
        part = table.slice(start, PART_ROWS)
        yield Part("<table>", start, part.num_rows, said, table=part)


def _groups(path: str, columns: Mapping[str, str]) -> Iterator[Part]:
    """Return the parts of a file: row groups, small ones together."""
    try:
        with pq.ParquetFile(path) as file:
            schema, metadata = file.schema_arrow, file.metadata
    except BROKEN as problem:
        raise unreadable(path, problem) from problem
    given = _checked(schema, columns, path)
    empty = set(schema.names)
    for group in range(metadata.num_row_groups):
        empty &= _empty_columns(metadata.row_group(group))
    said = {ours: theirs for ours, theirs in given.items() if theirs not in empty or ours in ("host", "name", "evr")}
    # A list is no column of the file itself, so Parquet knows nothing by its name that could be a dictionary.
    texts = frozenset(one.name for one in schema if one.name in said.values() and _is_text(one.type))
    groups: list[int] = []
    start = rows = 0
    for group in range(metadata.num_row_groups):
        size = metadata.row_group(group).num_rows
        if groups and rows + size > PART_ROWS:
            yield Part(path, start, rows, said, tuple(groups), texts)
            groups, start, rows = [], start + rows, 0
        groups.append(group)
        rows += size
    yield Part(path, start, rows, said, tuple(groups), texts)


def _is_text(kind: Any) -> bool:  # noqa: ANN401  pyarrow.DataType
    """Say whether a column of a file holds texts, however Arrow keeps them."""
    stored = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(stored) or pa.types.is_large_string(stored) or pa.types.is_string_view(stored))


def _empty_columns(group: Any) -> set[str]:  # noqa: ANN401  a row group's metadata
    """Return the columns in which a row group has nothing but nulls, as far as its statistics tell."""
    chunks = [group.column(place) for place in range(group.num_columns)]
    return {
        one.path_in_schema
        for one in chunks
        if one.is_stats_set and one.statistics.has_null_count and one.statistics.null_count == group.num_rows
    }


def _checked(schema: Any, columns: Mapping[str, str], file: str | None = None) -> dict[str, str]:  # noqa: ANN401  pyarrow.Schema
    """Return the columns of a table that are read, by our names; raises ColumnError where one is missing."""
    refuse_twice(schema.names, columns, file)
    lost = [ours for ours, theirs in columns.items() if theirs not in schema.names]
    given = {name: name for name in schema.names if name in KNOWN} | dict(columns)
    missing = lost or [name for name in ("host", "name") if name not in given]
    if not lost and "evr" not in given and "version" not in given:
        missing = [*missing, "evr"]
    if missing:
        raise ColumnError("packages", missing, schema.names, file)
    return {ours: theirs for ours, theirs in given.items() if ours in KNOWN}
