"""Inventories that are tables already: Parquet and Arrow files, and objects with ``__arrow_c_stream__``.

A row is a package of a host. ``evr`` may be given as ``version`` with ``epoch`` and ``release`` beside it; columns of
the host may stand in the same table: ``family``, ``product``, ``host_arch`` (``arch`` is the package's),
``patch_group``, ``tags``, ``boot_time``, ``captured_at``. Other names are mapped by ``columns={"host": "ResourceId"}``.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from patchrules.errors import ColumnError, InventoryError, UnknownNameError
from patchrules.families import families, family_named
from patchrules.inventory._reader import Reader, ReadOptions, Rows
from patchrules.inventory._rows import counted
from patchrules.inventory._text_columns import NO_ARCH, WRITE_AGAIN, bare, text_column, wrong_type
from patchrules.model.columns import HOSTS, PACKAGES, REJECTS
from patchrules.sources.arrow import repeated, schema, table
from patchrules.sources.files import Document
from patchrules.versions.refused import refused_versions

BROKEN = (pa.ArrowException, OSError, ValueError, KeyError, TypeError, MemoryError, OverflowError, RecursionError)
_MAGIC = (b"PAR1", b"ARROW1\x00\x00", b"\xff\xff\xff\xff")
HOST_COLUMNS = (
    *("family", "product", "patch_group", "tags", "boot_time", "captured_at", "host_arch", "os_build"),
    "enabled_modules",
)
TEXTS = frozenset(column.name for column in (*PACKAGES, *HOSTS) if column.type == "string") - {"identified_by"} | {
    *("version", "release", "host_arch")
}
"""The columns of texts, whatever type they have in a table."""

_THERE = (None, "", "installed")
"""The states of a package that is there, or of which nobody says."""

_IDENTITY = ("name", "evr", "version", "release")


def sniff(document: Document) -> bool:
    """Say whether the first bytes are those of a Parquet or Arrow file."""
    return document.head.startswith(_MAGIC)


def read(document: Document, options: ReadOptions) -> Rows:
    """Read a Parquet or Arrow file; raises InventoryError, and ColumnError when a column is missing."""
    try:
        found = _loaded(document, options.columns)
    except BROKEN as problem:
        if isinstance(problem, InventoryError):
            raise
        said = " ".join(str(problem).split())[:160]
        raise document.fail("PR2103", f"the table cannot be read: {said}", hint=WRITE_AGAIN) from problem
    return rows_of(found, document.name, options)


def read_stream(source: Any, name: str, options: ReadOptions) -> Rows:  # noqa: ANN401  anything that speaks Arrow
    """Read an object that hands out Arrow: a pyarrow, polars, duckdb or pandas table."""
    try:
        found = pa.RecordBatchReader.from_stream(source).read_all()
    except Exception as problem:  # a foreign object may raise anything
        message, hint = f"`{name}` hands out no Arrow table: {str(problem)[:160]}", "give a pyarrow.Table or a path"
        raise InventoryError(message, code="PR2103", hint=hint) from problem
    return rows_of(found, name, options)


def rows_of(found: Any, name: str, options: ReadOptions) -> Rows:  # noqa: ANN401  pyarrow is Any
    """Check and normalise the columns of a table. Cost: Arrow kernels, and Python once per distinct version."""
    given = _renamed(found, options.columns, name)
    number = found.num_rows
    if "host" not in given and options.host_stated:
        given["host"] = pa.chunked_array([pa.repeat(pa.scalar(options.host), number)])
    missing = [column for column in ("host", "name") if column not in given]
    if "evr" not in given and "version" not in given:
        missing.append("evr")
    if missing:
        raise ColumnError("packages", missing, found.column_names, name)
    counts: Counter[str] = Counter()
    given |= {column: text_column(given[column], column, name) for column in given.keys() & TEXTS}
    given |= {column: bare(given[column]) for column in given.keys() & _IDENTITY}
    given["host"] = bare(given["host"], ("",))
    if "arch" in given:
        given["arch"] = bare(given["arch"], NO_ARCH)
    given["evr"] = _evr(given, name)
    wanted = {field.name: field.type for field in schema(PACKAGES)}
    cast = {column: _cast(given[column], column, kind, name) for column, kind in wanted.items() if column in given}
    packages = pa.table([cast.get(column, pa.nulls(number, kind)) for column, kind in wanted.items()], list(wanted))
    hosts = _hosts(given, packages["host"], name, options, counts)
    packages, rejects = _checked(packages, hosts, name, options, counts)
    counts["PR2207"] += packages["arch"].null_count
    counts["PR2205"] += not packages.num_rows
    return Rows(packages, rejects, counted(counts, name), hosts)


def _loaded(document: Document, columns: Mapping[str, str]) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return the table of a file."""
    if document.head.startswith(b"PAR1"):
        loaded = _parquet(document, columns)
    else:
        buffer = pa.BufferReader(document.read())
        is_file = document.head.startswith(b"ARROW1")
        loaded = (pa.ipc.open_file if is_file else pa.ipc.open_stream)(buffer).read_all()
    loaded.validate(full=True)
    return loaded


def _parquet(document: Document, columns: Mapping[str, str]) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return the table of a Parquet file, its texts that many rows share as dictionaries: each is proved once."""
    path = document.mapped
    source = path or pa.py_buffer(document.read())
    opened = functools.partial(pq.ParquetFile, memory_map=path is not None)
    file = opened(path or pa.BufferReader(source))
    size = sum(file.metadata.row_group(group).total_byte_size for group in range(file.metadata.num_row_groups))
    if size > document.limits.max_bytes:
        raise document.fail("PR2903", f"the data is larger than the limit of {document.limits.max_bytes:,} bytes")
    # Names and versions may be as many as the rows; then a dictionary takes seven times as long.
    shared = {columns.get(ours, ours) for ours in ("host", "arch", *HOST_COLUMNS)}
    texts = [one.name for one in file.schema_arrow if one.name in shared and one.type == pa.string()]
    return opened(path or pa.BufferReader(source), metadata=file.metadata, read_dictionary=texts).read()


def refuse_twice(names: Sequence[str], columns: Mapping[str, str], file: str | None) -> None:
    """Raise ColumnError PR2005 where a table has a column that is read more than once."""
    read = ({*TEXTS, *HOST_COLUMNS, "epoch", *(one.name for one in PACKAGES)} - columns.keys()) | set(columns.values())
    twice = repeated(names, read)
    if twice is not None:
        raise ColumnError("packages", (), names, file, twice)


def _renamed(found: Any, columns: Mapping[str, str], file: str) -> dict[str, Any]:  # noqa: ANN401  pyarrow is Any
    """Return the columns by our names."""
    names = found.column_names
    refuse_twice(names, columns, file)
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
            raise wrong_type(file, column, values.type, "a timestamp with a zone")
        return values.cast(kind, safe=not pa.types.is_timestamp(kind))
    except BROKEN as problem:
        if isinstance(problem, InventoryError):
            raise
        raise wrong_type(file, column, values.type, f"`{kind}`") from problem


def _hosts(given: Mapping[str, Any], ids: Any, file: str, options: ReadOptions, counts: Counter[str]) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return one row a host: the values of its first row; hosts whose rows disagree are counted."""
    wanted = {field.name: field.type for field in schema(HOSTS)}
    stated = {name: _shared(given[name], name, wanted[_ours(name)], file) for name in HOST_COLUMNS if name in given}
    columns = _stated(given, stated, ids, file, counts) if stated else {"host": pc.unique(ids.drop_null())}
    number = len(columns["host"])
    if "family" in columns:
        columns["family"] = _known_families(columns["family"], counts)
    if options.family:
        family = pa.repeat(pa.scalar(options.family), number)
        columns["family"] = pc.coalesce(columns["family"], family) if "family" in columns else family
    return pa.table([columns.get(name, pa.nulls(number, kind)) for name, kind in wanted.items()], schema(HOSTS))


def _stated(
    given: Mapping[str, Any],
    stated: Mapping[str, Any],
    ids: Any,  # noqa: ANN401  pyarrow is Any
    file: str,
    counts: Counter[str],
) -> dict[str, Any]:
    """Return the columns of the hosts that their packages state."""
    turns = _turns([_shared(given["host"], "host", pa.string(), file), *stated.values()])
    rows = pa.table({"host": ids.take(turns), "row": turns})
    rows = rows.filter(pc.is_valid(rows["host"]))
    first = rows.group_by("host", use_threads=False).aggregate([("row", "min")])["row_min"]
    columns = {"host": ids.take(first)}
    for name, values in stated.items():
        kind = schema(HOSTS).field(_ours(name)).type
        columns[_ours(name)] = _cast(values.take(first), name, kind, file)
        if kind == pa.string():
            pairs = rows.append_column("value", _cast(values.take(rows["row"]), name, kind, file))
            told = pairs.group_by("host").aggregate([("value", "count_distinct")])["value_count_distinct"]
            counts["PR2208"] += pc.sum(pc.greater(told, 1)).as_py() or 0
    return columns


def _ours(name: str) -> str:
    """Return the name in HOSTS of a column of the host."""
    return name.removeprefix("host_")


def _shared(values: Any, column: str, kind: Any, file: str) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return a column in our type, or as the dictionary it is."""
    return values if pa.types.is_dictionary(values.type) else _cast(values, column, kind, file)


def _turns(columns: Sequence[Any]) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return the numbers of the rows in which a column says something else than in the row before, and the first.

    A host's rows mostly stand together and say the same of it: these few are all there is to know of hosts.
    """
    if not len(columns[0]):
        return pa.array([], pa.uint64())
    differs = functools.reduce(pc.or_, [_differs(codes) for codes in map(_codes, columns) if codes is not None])
    later = pc.add(pc.indices_nonzero(differs), pa.scalar(1, pa.uint64()))
    return pa.concat_arrays([pa.array([0], pa.uint64()), later])


def _codes(values: Any) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return what tells equal texts of a column from others; None for what is no text: of that the first counts."""
    if pa.types.is_dictionary(values.type):
        chunks = values.unify_dictionaries().chunks
        return pa.chunked_array([chunk.indices for chunk in chunks], values.type.index_type)
    return values if values.type == pa.string() else None


def _differs(values: Any) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return of each row but the first whether it says something else than the row before; null is something, too."""
    before, after = values[:-1], values[1:]
    changed = pc.fill_null(pc.not_equal(before, after), fill_value=False)
    return pc.or_(changed, pc.xor(pc.is_null(before), pc.is_null(after)))


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


def _checked(
    packages: Any,  # noqa: ANN401  pyarrow is Any
    hosts: Any,  # noqa: ANN401  pyarrow is Any
    file: str,
    options: ReadOptions,
    counts: Counter[str],
) -> tuple[Any, Any]:
    """Return the packages that have what they must have, and the rejects; what dpkg says is gone needs no version."""
    complete = _complete(packages)
    lacking = _rows(packages, pc.invert(complete))
    refused = [(row, "PR2003", "the row has no host, name or version") for row in lacking if row["status"] in _THERE]
    counts["PR2202"] += len(lacking) - len(refused)
    counts["PR2134"] += sum(row["host"] is None for row, *_ in refused)
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
            refused += [(row, "PR2002", why[row["evr"]]) for row in _rows(packages, bad)]
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
    return packages.filter(good) if refused or lacking else packages, table(REJECTS, data, len(refused))


def _complete(packages: Any) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return of each row whether it has a host, a name and a version."""
    lengths = [pc.binary_length(packages[name]) for name in ("host", "name", "evr")]
    if all(not one.null_count and pc.min(one).as_py() for one in lengths):
        return pa.chunked_array([pa.repeat(pa.scalar(True), packages.num_rows)])
    filled = [pc.greater(one, 0) for one in lengths]
    return pc.fill_null(pc.and_(pc.and_(filled[0], filled[1]), filled[2]), fill_value=False)


def _counting(number: int, kind: Any, *, start: int) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return ``number`` whole numbers from ``start`` on, without a Python one for each."""
    return pc.subtract(pc.cumulative_sum(pa.repeat(pa.scalar(1, kind), number)), pa.scalar(1 - start, kind))


def _rows(packages: Any, mask: Any) -> list[dict[str, Any]]:  # noqa: ANN401  pyarrow is Any
    """Return the rows of a mask as dictionaries, with their line or else their number."""
    if not pc.any(mask).as_py():
        return []
    rows = pc.coalesce(packages["line"], _counting(packages.num_rows, pa.int32(), start=1))
    numbered = packages.append_column("row", rows).select(["row", "host", "name", "evr", "status"])
    found: list[dict[str, Any]] = numbered.filter(mask).to_pylist()
    return found


READER = Reader(
    "arrow_table",
    "Parquet or Arrow table",
    (".parquet", ".arrow", ".feather", ".ipc"),
    sniff,
    read,
    lost="nothing: every column may be there",
)
