"""The star layout of a fleet: each host and each distinct package once, and rows that name them by their numbers.

``hosts.parquet`` and ``packages.parquet`` have a row a host and a row a distinct package, ``installed.parquet`` (or a
folder ``installed``) a row an installed package: ``host`` and ``package`` are row numbers from 0, sorted by ``host``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from patchrules.errors import ColumnError, InventoryError
from patchrules.inventory._packed import HOSTS_FILE, ID, INSTALLED, PACKAGES_FILE, REJECTS_FILE, SAID, is_star
from patchrules.inventory._parts import unreadable
from patchrules.inventory._text_columns import NO_ARCH, bare, text_column
from patchrules.inventory.arrow_table import BROKEN, TEXTS, refuse_twice
from patchrules.model.columns import HOSTS, PACKAGES, REJECTS
from patchrules.model.host import Inventory
from patchrules.model.source import Source
from patchrules.sources.arrow import schema, table

SCHEMA = "patchrules/fleet/1"
DIMENSION = ("name", "arch", "evr", "built", "priority", "section")
"""What a distinct package is told by."""

OF_ROWS = ("installed_at", "status", "held")
"""What a row says beside its host and package."""

_KINDS = {field.name: field.type for field in schema(PACKAGES)}


@dataclass(frozen=True, slots=True)
class StarPart:
    """A row group of a star: rows of the hosts from number ``first`` up to ``last``; group -1 has no row."""

    file: str
    group: int
    rows: int
    first: int
    last: int

    def again(self, before: Sequence[int]) -> Any:  # noqa: ANN401  pyarrow.Table
        """Return the rows once more; raises InventoryError PR2112 where the file is not as it was :meth:`seen` before.

        Raises PR2103, too, for a file that cannot be read.
        """
        found = self.read()
        if self.seen() != before:
            raise InventoryError(f"`{self.file}` was written anew while it was judged", code="PR2112", hint=_ONCE_MORE)
        return found

    def seen(self) -> Sequence[int]:
        """Return what tells the file from one in its place; raises InventoryError PR2103 where there is none."""
        try:
            found = Path(self.file).stat()
        except OSError as problem:
            raise unreadable(self.file, problem) from problem
        return found.st_ino, found.st_size, found.st_mtime_ns

    def read(self) -> Any:  # noqa: ANN401  pyarrow.Table
        """Return the rows; raises InventoryError PR2103 for a file that cannot be read."""
        try:
            with pq.ParquetFile(self.file, pre_buffer=False) as file:
                if self.group < 0:
                    return file.schema_arrow.empty_table()
                wanted = [name for name in ("host", "package", *OF_ROWS) if name in file.schema_arrow.names]
                return file.read_row_group(self.group, columns=wanted, use_threads=False)
        except BROKEN as problem:
            raise unreadable(self.file, problem) from problem


@dataclass(frozen=True, slots=True)
class Star:
    """An opened star: hosts (``model.columns.HOSTS``), distinct packages, and where the rows are."""

    hosts: Any
    packages: Any
    parts: tuple[StarPart, ...]
    rejects: Any
    said: Mapping[str, Any] = field(default_factory=dict)


def star_of(folder: Path) -> Star | None:
    """Open a folder in the star layout; None where it is none. Hosts and packages are read, rows are not.

    Raises ColumnError for a table that misses a column, InventoryError PR2103 for one that cannot be read and PR2112
    for rows that are not sorted by host, and for files that were not packed together.
    """
    if not is_star(folder):
        return None
    files = [folder / name for name in (HOSTS_FILE, PACKAGES_FILE)]
    found = folder / INSTALLED
    rows = sorted(found.glob("*.parquet")) if found.is_dir() else [folder / f"{INSTALLED}.parquet"]
    if not rows:
        raise unreadable(str(found), FileNotFoundError("the folder has no Parquet file"))
    said, refused = _said(folder / SAID), folder / REJECTS_FILE
    _together(folder, [*files, *rows], said)
    hosts, packages = (_texts_of(_loaded(path), path) for path in files)
    _check("hosts", hosts.column_names, ["host"])
    _check("packages", packages.column_names, ["name", "evr"])
    whole = table(
        HOSTS,
        {one.name: hosts[one.name].cast(one.type) for one in schema(HOSTS) if one.name in hosts.column_names},
        hosts.num_rows,
    )
    given = {
        name: packages[name].cast(_KINDS[name]).combine_chunks() for name in DIMENSION if name in packages.column_names
    }
    rejects = _loaded(refused).cast(schema(REJECTS)) if refused.is_file() else table(REJECTS, {}, 0)
    return Star(whole, pa.table(given), tuple(_parts(rows, hosts.num_rows)), rejects, said)


def _said(path: Path) -> dict[str, Any]:
    """Return what packing said, nothing where the star was written by others."""
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_bytes())
        good = isinstance(found, dict) and found.get("schema") == SCHEMA
    except (ValueError, RecursionError):
        good = False
    if not good:
        raise InventoryError(f"`{path}` does not say what packing says", code="PR2112", hint=_AGAIN)
    return {"sources": found.get("sources", []), "diagnostics": found.get("diagnostics", []), "id": found.get("id")}


def _together(folder: Path, files: list[Path], said: Mapping[str, Any]) -> None:
    """Raise InventoryError PR2112 where files were not packed together: each says the id of the others, or none does.

    None does in a star that others wrote, which may have no ``fleet.json`` and no rejects.
    """
    refused, document = folder / REJECTS_FILE, folder / SAID
    found = {path: _identity(path) for path in ([*files, refused] if refused.is_file() else files)}
    wanted = said.get("id")
    if wanted is None and not any(found.values()):
        return
    absent = next((path for path in (document, refused) if not path.is_file()), None)
    if absent:
        raise InventoryError(f"`{absent}` is not there, which was packed with the others", code="PR2112", hint=_PACK)
    for path, identity in found.items():
        if identity != wanted:
            message = (
                f"`{path}` is of another packed fleet than `{document}`: its id is `{identity}`, wanted `{wanted}`"
            )
            raise InventoryError(message, code="PR2112", hint=_PACK)


def _identity(path: Path) -> str | None:
    """Return the id that a file was packed with."""
    try:
        metadata = pq.read_metadata(path).metadata or {}
    except BROKEN as problem:
        raise unreadable(str(path), problem) from problem
    return metadata[ID].decode("utf-8", "replace") if ID in metadata else None


def inventory_of(star: Star, sources: tuple[Source, ...]) -> Inventory:
    """Return a star as an inventory in memory. Cost: O(rows), each text written out."""
    installed = pa.concat_tables([part.read() for part in star.parts])
    named = {"host": star.hosts["host"].take(installed["host"])}
    named |= {name: star.packages[name].take(installed["package"]) for name in star.packages.column_names}
    named |= {name: installed[name] for name in OF_ROWS if name in installed.column_names}
    packages = table(PACKAGES, named, installed.num_rows)
    return Inventory(star.hosts.sort_by("host"), packages.sort_by("host"), star.rejects, sources)


def _parts(files: list[Path], hosts: int) -> Iterator[StarPart]:
    """Return the row groups in order; hosts without a row belong to the part after them, or else to the last."""
    groups = []
    for path in files:
        try:
            with pq.ParquetFile(path) as file:
                metadata, names = file.metadata, file.schema_arrow.names
        except BROKEN as problem:
            raise unreadable(str(path), problem) from problem
        _check("installed", names, ["host", "package"])
        refuse_twice(names, {"package": "package"}, str(path))
        for number in range(metadata.num_row_groups):
            group = metadata.row_group(number)
            if not group.num_rows:
                continue
            chunk = group.column(names.index("host"))
            if not chunk.is_stats_set or not chunk.statistics.has_min_max:
                raise InventoryError(f"`{path}` has no statistics of the column `host`", code="PR2112", hint=_AGAIN)
            groups.append((str(path), number, group.num_rows, chunk.statistics.min, chunk.statistics.max))
    if not groups and hosts:
        yield StarPart(str(files[0]), -1, 0, 0, hosts - 1)
    before = -1
    for place, (file, number, count, low, high) in enumerate(groups):
        if low <= before or high >= hosts:
            raise InventoryError(f"`{file}` is not sorted by host", code="PR2112", hint=_AGAIN)
        yield StarPart(file, number, count, before + 1, hosts - 1 if place + 1 == len(groups) else high)
        before = high


_AGAIN = "write it with pr.pack_fleet(...) or patchrules fleet pack"
_PACK = "pack the fleet again: pr.pack_fleet(...) or patchrules fleet pack"
_ONCE_MORE = "judge it again, when nobody writes it"


def _loaded(path: Path) -> Any:  # noqa: ANN401  pyarrow.Table
    """Return a table of a star."""
    try:
        return pq.read_table(path)
    except BROKEN as problem:
        raise unreadable(str(path), problem) from problem


def _texts_of(rows: Any, path: Path) -> Any:  # noqa: ANN401  pyarrow.Table
    """Return a table with its texts as ours are, and nothing around those that hosts and packages are told by."""
    for place, name in enumerate(rows.column_names):
        if name in TEXTS:
            texts = text_column(rows[name], name, str(path))
            if name in ("host", *DIMENSION):
                texts = bare(texts, NO_ARCH if name == "arch" else ())
            rows = rows.set_column(place, name, texts)
    return rows


def _check(name: str, present: list[str], wanted: list[str]) -> None:
    """Raise ColumnError where a table misses a column."""
    missing = [one for one in wanted if one not in present]
    if missing:
        raise ColumnError(name, missing, present)
