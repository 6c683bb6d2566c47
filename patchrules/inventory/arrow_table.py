"""Inventories that are tables already: Parquet and Arrow files, and objects with ``__arrow_c_stream__``.

A row is a package of a host. ``evr`` may be given as ``version`` with ``epoch`` and ``release`` beside it; columns of
the host may stand in the same table: ``family``, ``product``, ``host_arch`` (``arch`` is the package's),
``patch_group``, ``tags``, ``boot_time``, ``captured_at``. Other names are mapped by ``columns={"host": "ResourceId"}``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from patchrules.errors import ColumnError, InventoryError, UnknownNameError
from patchrules.families import families, family_named
from patchrules.inventory._reader import Reader, ReadOptions, Rows
from patchrules.inventory._rows import counted
from patchrules.model.columns import HOSTS, PACKAGES, REJECTS
from patchrules.sources.arrow import schema, table
from patchrules.sources.files import Document
from patchrules.versions.refused import refused_versions

BROKEN = (pa.ArrowException, OSError, ValueError, KeyError, TypeError, MemoryError, OverflowError, RecursionError)
_MAGIC = (b"PAR1", b"ARROW1\x00\x00", b"\xff\xff\xff\xff")
HOST_COLUMNS = (
    *("family", "product", "patch_group", "tags", "boot_time", "captured_at", "host_arch", "os_build"),
    "enabled_modules",
)


def sniff(document: Document) -> bool:
    """Say whether the first bytes are those of a Parquet or Arrow file."""
    return document.head.startswith(_MAGIC)


def read(document: Document, options: ReadOptions) -> Rows:
    """Read a Parquet or Arrow file; raises InventoryError, and ColumnError when a column is missing."""
    try:
        found = _loaded(document)
    except BROKEN as problem:
        if isinstance(problem, InventoryError):
            raise
        raise document.fail("PR2103", f"the table cannot be read: {' '.join(str(problem).split())[:160]}") from problem
    return rows_of(found, document.name, options)


def read_stream(source: Any, name: str, options: ReadOptions) -> Rows:  # noqa: ANN401  anything that speaks Arrow
    """Read an object that hands out Arrow: a pyarrow, polars, duckdb or pandas table."""
    try:
        found = pa.RecordBatchReader.from_stream(source).read_all()
    except Exception as problem:  # a foreign object may raise anything
        raise InventoryError(f"`{name}` hands out no Arrow table: {str(problem)[:160]}", code="PR2103") from problem
    return rows_of(found, name, options)


def rows_of(found: Any, name: str, options: ReadOptions) -> Rows:  # noqa: ANN401  pyarrow is Any
    """Check and normalise the columns of a table. Cost: Arrow kernels, and Python once per distinct version."""
    given = _renamed(found, options.columns, name)
    number = found.num_rows
    if "host" not in given and options.host_stated:
        given["host"] = pa.repeat(pa.scalar(options.host), number)
    missing = [column for column in ("host", "name") if column not in given]
    if "evr" not in given and "version" not in given:
        missing.append("evr")
    if missing:
        raise ColumnError("packages", missing, found.column_names, name)
    counts: Counter[str] = Counter()
    given["evr"] = _evr(given, name)
    wanted = {field.name: field.type for field in schema(PACKAGES)}
    cast = {column: _cast(given[column], column, kind, name) for column, kind in wanted.items() if column in given}
    packages = pa.table([cast.get(column, pa.nulls(number, kind)) for column, kind in wanted.items()], list(wanted))
    hosts = _hosts(given, packages["host"], name, options, counts)
    packages, rejects = _checked(packages, hosts, name, options)
    counts["PR2207"] += packages["arch"].null_count
    counts["PR2205"] += not packages.num_rows
    return Rows(packages, rejects, counted(counts, name), hosts)


def _loaded(document: Document) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return the table of a file."""
    if document.head.startswith(b"PAR1"):
        path = document.mapped
        file = pq.ParquetFile(path or pa.BufferReader(document.read()), memory_map=path is not None)
        size = sum(file.metadata.row_group(group).total_byte_size for group in range(file.metadata.num_row_groups))
        if size > document.limits.max_bytes:
            raise document.fail("PR2903", f"the data is larger than the limit of {document.limits.max_bytes:,} bytes")
        loaded = file.read()
    else:
        buffer = pa.BufferReader(document.read())
        is_file = document.head.startswith(b"ARROW1")
        loaded = (pa.ipc.open_file if is_file else pa.ipc.open_stream)(buffer).read_all()
    loaded.validate(full=True)
    return loaded


def _renamed(found: Any, columns: Mapping[str, str], file: str) -> dict[str, Any]:  # noqa: ANN401  pyarrow is Any
    """Return the columns by our names."""
    names = found.column_names
    missing = [ours for ours, theirs in columns.items() if theirs not in names]
    if missing:
        raise ColumnError("packages", missing, names, file)
    given = {name: found.column(place) for place, name in enumerate(names)}
    return given | {ours: given[theirs] for ours, theirs in columns.items()}


def _evr(given: Mapping[str, Any], file: str) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return ``evr``, or make it of version, epoch and release; an epoch of null is not stated, ``(none)`` is 0."""
    if "evr" in given:
        return _cast(given["evr"], "evr", pa.string(), file)
    version = _cast(given["version"], "version", pa.string(), file)
    if "release" in given:
        release = _cast(given["release"], "release", pa.string(), file)
        joined = pc.binary_join_element_wise(version, release, "-")
        version = pc.if_else(pc.equal(pc.fill_null(release, ""), ""), version, joined)
    if "epoch" in given:
        epoch = _cast(given["epoch"], "epoch", pa.string(), file)
        epoch = pc.if_else(pc.is_in(epoch, pa.array(["(none)", ""])), "0", epoch)
        version = pc.if_else(pc.is_null(epoch), version, pc.binary_join_element_wise(epoch, version, ":"))
    return version


def _cast(values: Any, column: str, kind: Any, file: str) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return a column in our type; dictionaries, views and large strings become plain."""
    try:
        if pa.types.is_dictionary(values.type):
            values = values.cast(values.type.value_type)
        naive = pa.types.is_timestamp(values.type) and values.type.tz is None
        if pa.types.is_timestamp(kind) and (naive or not pa.types.is_timestamp(values.type)):
            if pa.types.is_null(values.type):
                return values.cast(kind)
            raise InventoryError(
                f"`{file}`: column `{column}` is `{values.type}`, wanted a timestamp with a zone", code="PR2103"
            )
        return values.cast(kind, safe=not pa.types.is_timestamp(kind))
    except BROKEN as problem:
        if isinstance(problem, InventoryError):
            raise
        message = f"`{file}`: column `{column}` is `{values.type}`, wanted `{kind}`"
        raise InventoryError(message, code="PR2103") from problem


def _hosts(given: Mapping[str, Any], ids: Any, file: str, options: ReadOptions, counts: Counter[str]) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return one row a host: the values of its first row; hosts whose rows disagree are counted."""
    rows = pa.table({"host": ids, "row": _counting(len(ids), pa.int64(), start=0)}).filter(pc.is_valid(ids))
    first = rows.group_by("host", use_threads=False).aggregate([("row", "min")])["row_min"]
    wanted = {field.name: field.type for field in schema(HOSTS)}
    columns = {"host": ids.take(first)}
    for name in HOST_COLUMNS:
        if name not in given:
            continue
        ours = name.removeprefix("host_")
        values = _cast(given[name], name, wanted[ours], file)
        columns[ours] = values.take(first)
        if values.type == pa.string():
            pairs = pa.table({"host": ids, "value": values}).group_by("host").aggregate([("value", "count_distinct")])
            counts["PR2208"] += pc.sum(pc.greater(pairs["value_count_distinct"], 1)).as_py() or 0
    if "family" in columns:
        columns["family"] = _known_families(columns["family"], counts)
    if options.family:
        stated = pa.repeat(pa.scalar(options.family), len(first))
        columns["family"] = pc.coalesce(columns["family"], stated) if "family" in columns else stated
    return pa.table([columns.get(name, pa.nulls(len(first), kind)) for name, kind in wanted.items()], schema(HOSTS))


def _known_families(values: Any, counts: Counter[str]) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return the families by our names; a name nobody knows becomes null."""
    names: dict[str | None, str | None] = {None: None}
    for value in values.unique().to_pylist():
        if value is not None:
            try:
                names[value] = family_named(value).name
            except UnknownNameError:
                names[value] = None
                counts["PR2210"] += 1
    return pa.array([names[value] for value in values.to_pylist()], pa.string())


def _checked(packages: Any, hosts: Any, file: str, options: ReadOptions) -> tuple[Any, Any]:  # noqa: ANN401  pyarrow is Any
    """Return the packages that have what they must have, and the rejects."""
    rows = _counting(packages.num_rows, pa.int32(), start=1)
    numbered = packages.append_column("row", pc.coalesce(packages["line"], rows))
    filled = [pc.greater(pc.binary_length(packages[name]), 0) for name in ("host", "name", "evr")]
    complete = pc.fill_null(pc.and_(pc.and_(filled[0], filled[1]), filled[2]), fill_value=False)
    refused = [(row, "PR2003", "the row has no host, name or version") for row in _rows(numbered, pc.invert(complete))]
    good = complete
    for family in hosts["family"].unique().to_pylist():
        if family is None:
            continue
        members = pc.is_in(packages["host"], hosts.filter(pc.equal(hosts["family"], family))["host"])
        why = refused_versions(
            pc.unique(packages["evr"].filter(pc.and_(members, complete))).to_pylist(), families()[family].scheme
        )
        if why:
            bad = pc.and_(pc.and_(members, complete), pc.is_in(packages["evr"], pa.array(list(why))))
            refused += [(row, "PR2002", why[row["evr"]]) for row in _rows(numbered, bad)]
            good = pc.and_(good, pc.invert(bad))
    if refused and options.on_bad_row == "raise":
        row, code, message = refused[0]
        raise InventoryError(f"`{file}`, row {row['row']:,}: {message}", code=code)
    refused.sort(key=lambda one: one[0]["row"])
    data = {
        "file": [file] * len(refused),
        "line": [row["row"] for row, _, _ in refused],
        "host": [row["host"] for row, _, _ in refused],
        "code": [code for _, code, _ in refused],
        "message": [message for _, _, message in refused],
        "text": [f"{row['name']} {row['evr']}"[:200] for row, _, _ in refused],
    }
    return packages.filter(good) if refused else packages, table(REJECTS, data, len(refused))


def _counting(number: int, kind: Any, *, start: int) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return ``number`` whole numbers from ``start`` on, without a Python one for each."""
    return pc.subtract(pc.cumulative_sum(pa.repeat(pa.scalar(1, kind), number)), pa.scalar(1 - start, kind))


def _rows(numbered: Any, mask: Any) -> list[dict[str, Any]]:  # noqa: ANN401  pyarrow is Any
    """Return the rows of a mask as dictionaries."""
    found: list[dict[str, Any]] = numbered.select(["row", "host", "name", "evr"]).filter(mask).to_pylist()
    return found


READER = Reader(
    "arrow_table",
    "Parquet or Arrow table",
    (".parquet", ".arrow", ".feather", ".ipc"),
    sniff,
    read,
    lost="nothing: every column may be there",
)
