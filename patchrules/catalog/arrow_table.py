"""Catalogs that are tables already: Parquet and Arrow files, and objects that hand out Arrow (``__arrow_c_stream__``).

A row is a patch; the columns are ``model.columns.CATALOG``. Other names are mapped by
``columns={"advisory": "ErratumId"}``. A catalog that ``build_catalog`` compiled says more: its scope, what it was made
of, what was refused and what is doubtful.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from patchrules.catalog._compiled import account_of, restored, scheme_of
from patchrules.catalog._microsoft import FAMILY as WINDOWS
from patchrules.catalog._reader import Part, Reader, ReadOptions
from patchrules.catalog._rows import PartRows
from patchrules.catalog._texts import as_windows, bare
from patchrules.errors import CatalogError, ColumnError, DocumentError
from patchrules.model.columns import CATALOG
from patchrules.sources.arrow import repeated, schema
from patchrules.sources.files import Document, open_document

_BROKEN = (pa.ArrowException, OSError, ValueError, KeyError, TypeError, MemoryError, OverflowError, RecursionError)
_MAGIC = (b"PAR1", b"ARROW1\x00\x00", b"\xff\xff\xff\xff")


def sniff(document: Document) -> bool:
    """Say whether the first bytes are those of a Parquet or Arrow file."""
    return document.head.startswith(_MAGIC)


def read(document: Document, options: ReadOptions) -> Part:
    """Read a Parquet or Arrow file; raises CatalogError, and ColumnError when a column is missing."""
    try:
        found = _loaded(document)
    except DocumentError:
        raise
    except _BROKEN as problem:
        raise document.fail("PR3007", f"the table cannot be read: {_said(problem)}") from problem
    return _part(found, document, options)


def read_stream(source: Any, name: str, options: ReadOptions) -> Part:  # noqa: ANN401  anything that speaks Arrow
    """Read an object that hands out Arrow: a pyarrow, polars, duckdb or pandas table."""
    try:
        found = pa.RecordBatchReader.from_stream(source).read_all()
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, found.schema) as writer:
            writer.write_table(found)
    except Exception as problem:  # a foreign object may raise anything
        raise CatalogError(f"`{name}` hands out no Arrow table: {_said(problem)}", code="PR3007") from problem
    # The bytes written give the source a size and a digest, as every other source has.
    document = open_document(sink.getvalue().to_pybytes(), name=name, limits=options.limits, error=CatalogError)
    return _part(found, document, options)


def _part(found: Any, document: Document, options: ReadOptions) -> Part:  # noqa: ANN401  pyarrow is Any
    """Check and normalise the columns. Cost: Arrow kernels, and Python once per distinct version."""
    rows = PartRows(document, options, "patches", "arrow_table")
    metadata = found.schema.metadata
    account = account_of(document, metadata)
    given = _renamed(found, options.columns, document.name)
    missing = [column.name for column in CATALOG if column.required and column.name not in given]
    if missing:
        raise ColumnError("catalog", missing, found.column_names, document.name)
    wanted = [field for field in schema(CATALOG) if field.name in given]
    patches = pa.table([_cast(given[one.name], one, document) for one in wanted], [one.name for one in wanted])
    if "line" not in given:
        patches = patches.append_column("line", pa.array(range(1, patches.num_rows + 1), pa.int32()))
    patches = bare(patches)
    complete = pc.and_(*(pc.greater(pc.utf8_length(pc.fill_null(patches[name], "")), 0) for name in ("name", "evr")))
    for row in patches.select(["line", "name", "evr"]).filter(pc.invert(complete)).to_pylist():
        text = f"{row['name'] or ''} {row['evr'] or ''}"
        rows.reject(row["line"], "PR3003", "the row has no name or no version", text)
    scheme = scheme_of(document, account) if account else options.scheme or "rpm"
    patches = patches.filter(complete)
    if (account["family"] if account else options.family) == WINDOWS.name:
        patches = as_windows(patches, rows.counts)
    part = rows.part(patches, scheme)
    return part if account is None else restored(part, document, account, metadata)


def _loaded(document: Document) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return the table of a file."""
    buffer = pa.BufferReader(document.read())
    if document.head.startswith(b"PAR1"):
        file = pq.ParquetFile(buffer)
        size = sum(file.metadata.row_group(group).total_byte_size for group in range(file.metadata.num_row_groups))
        if size > document.limits.max_bytes:
            raise document.fail("PR2903", f"the data is larger than the limit of {document.limits.max_bytes:,} bytes")
        loaded = file.read()
    else:
        is_file = document.head.startswith(b"ARROW1")
        loaded = (pa.ipc.open_file if is_file else pa.ipc.open_stream)(buffer).read_all()
    loaded.validate(full=True)
    return loaded


def _renamed(found: Any, columns: Mapping[str, str], file: str) -> dict[str, Any]:  # noqa: ANN401  pyarrow is Any
    """Return the columns by our names; raises ColumnError for one that is missing, or there more than once."""
    names = found.column_names
    read = ({one.name for one in CATALOG} - columns.keys()) | set(columns.values())
    if (twice := repeated(names, read)) is not None:
        raise ColumnError("catalog", (), names, file, twice)
    missing = [ours for ours, theirs in columns.items() if theirs not in names]
    if missing:
        raise ColumnError("catalog", missing, names, file)
    given = {name: found.column(place) for place, name in enumerate(names)}
    return given | {ours: given[theirs] for ours, theirs in columns.items()}


def _cast(values: Any, wanted: Any, document: Document) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return a column in our type; dictionaries, views and large strings become plain, times need a zone."""
    message = f"column `{wanted.name}` is `{values.type}`, wanted `{wanted.type}`"
    kind = values.type
    if pa.types.is_timestamp(wanted.type) and not (
        pa.types.is_null(kind) or (pa.types.is_timestamp(kind) and kind.tz is not None)
    ):
        raise document.fail("PR3007", message, hint="give a timestamp with a zone")
    try:
        if pa.types.is_dictionary(kind):
            values = values.cast(kind.value_type)
        return values.cast(wanted.type, safe=not pa.types.is_timestamp(wanted.type))
    except _BROKEN as problem:
        raise document.fail("PR3007", message) from problem


def _said(problem: Exception) -> str:
    """Return what Arrow said, on one line."""
    return " ".join(str(problem).split())[:160]


READER = Reader(
    "arrow_table",
    "Parquet or Arrow table",
    (".parquet", ".arrow", ".feather", ".ipc"),
    sniff,
    read,
    "nothing: every column may be there",
)
