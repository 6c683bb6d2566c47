"""Compiled catalogs: one Parquet file that remembers what it was made of, so that it is read in milliseconds."""

from __future__ import annotations

import base64
import io
import json
import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from patchrules.catalog._reader import Part
from patchrules.errors import CatalogError, Diagnostic, Level, UnknownNameError, Where
from patchrules.families import family_named
from patchrules.model.columns import REJECTS
from patchrules.model.loaded import shown
from patchrules.model.patch import Catalog, Scope
from patchrules.model.source import Source
from patchrules.sources.arrow import schema
from patchrules.sources.files import Document
from patchrules.sources.placed import placed

__all__ = ["account_of", "restored", "scheme_of", "write_catalog"]

_KEY = b"patchrules.catalog"
_REJECTS_KEY = b"patchrules.rejects"
_FORMAT = 1
_WRONG = (ValueError, TypeError, KeyError, AttributeError, pa.ArrowException, RecursionError)


def write_catalog(catalog: Catalog, destination: str | os.PathLike[str] | BinaryIO) -> None:
    """Write a catalog as Parquet with its scope, sources, rejects and diagnostics; the same catalog is the same bytes.

    A path has the whole catalog or what it had before. Raises CatalogError PR3012 when the destination cannot be
    written.
    """
    if isinstance(destination, str | os.PathLike):
        with placed(destination, CatalogError, "PR3012") as file:
            file.write(_whole(catalog))
        return
    stream: Any = destination
    if isinstance(stream, io.TextIOBase) or not hasattr(stream, "write"):
        message = f"the destination is {shown(destination)}, wanted a path or a binary file"
        raise CatalogError(message, code="PR3012", hint='build_catalog("rhel9.parquet", *sources)')
    whole = _whole(catalog)
    try:
        stream.write(whole)
    except TypeError as problem:  # of a file that was opened for text
        message = f"cannot write `{destination}`: {problem}"
        raise CatalogError(message, code="PR3012", hint='open it for bytes, "wb"') from problem
    except (OSError, ValueError) as problem:  # of a full disk, and of a closed file
        raise CatalogError(f"cannot write `{destination}`: {problem}", code="PR3012") from problem


def _whole(catalog: Catalog) -> bytes:
    """Return the bytes of the file."""
    account = {
        "format": _FORMAT,
        "family": catalog.scope.family,
        "products": list(catalog.scope.products),
        "arch": catalog.scope.arch,
        "repository": catalog.scope.repository,
        "as_of": catalog.as_of.isoformat() if catalog.as_of else None,
        "fixes_as_of": catalog.fixes_as_of.isoformat() if catalog.fixes_as_of else None,
        "undated": list(catalog.undated),
        "rows": catalog.table.num_rows,
        "rejects": catalog.rejects.num_rows,
        "sources": [
            {name: getattr(source, name) for name in ("name", "format", "sha256", "bytes", "rows", "rejects")}
            for source in catalog.sources
        ],
        "diagnostics": [
            {
                "code": one.code,
                "level": one.level.value,
                "message": one.message,
                "file": one.where.file if one.where else None,
                "count": one.count,
            }
            for one in catalog.diagnostics
        ],
    }
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, catalog.rejects.schema) as writer:
        writer.write_table(catalog.rejects.combine_chunks())
    metadata = {
        _KEY: json.dumps(account, sort_keys=True).encode(),
        _REJECTS_KEY: base64.b64encode(sink.getvalue().to_pybytes()),
    }
    whole = pa.BufferOutputStream()
    pq.write_table(catalog.table.combine_chunks().replace_schema_metadata(metadata), whole, compression="zstd")
    found: bytes = whole.getvalue().to_pybytes()
    return found


def account_of(document: Document, metadata: Mapping[bytes, bytes] | None) -> dict[str, Any] | None:
    """Return what a compiled catalog says of itself, None for a table that is none; raises CatalogError PR3007."""
    if not metadata or _KEY not in metadata:
        return None
    try:
        found: dict[str, Any] = json.loads(metadata[_KEY])
        known = found.get("format") == _FORMAT
    except _WRONG as problem:
        raise _broken(document, problem) from problem
    if not known:
        hint = "build it again, or use the version of patchrules that wrote it"
        raise document.fail("PR3007", "the catalog was compiled in a format that we do not know", hint=hint)
    return found


def scheme_of(document: Document, account: dict[str, Any]) -> str:
    """Return the version order of a compiled catalog; raises CatalogError PR3007 when its family is none of ours."""
    try:
        return family_named(account["family"]).scheme
    except (*_WRONG, UnknownNameError) as problem:
        raise _broken(document, problem) from problem


def restored(part: Part, document: Document, account: dict[str, Any], metadata: Mapping[bytes, bytes]) -> Part:
    """Return the part of a compiled catalog with everything its account says; raises CatalogError PR3007."""
    try:
        rejects = pa.ipc.open_stream(base64.b64decode(metadata[_REJECTS_KEY], validate=True)).read_all()
        if rejects.schema != schema(REJECTS):
            raise ValueError("its rejects have other columns")
        scope = Scope(
            account["family"],
            tuple(map(str, account["products"])),
            account["arch"],
            account["repository"],
        )
        as_of, fixes_at = (
            datetime.fromisoformat(account[name]) if account.get(name) else None for name in ("as_of", "fixes_as_of")
        )
        undated = tuple(map(str, account.get("undated", ())))
        sources = tuple(Source(**one) for one in account["sources"])
        told = tuple(
            Diagnostic(
                str(one["code"]),
                Level(one["level"]),
                str(one["message"]),
                Where(file=one["file"]) if one["file"] else None,
                int(one["count"]),
            )
            for one in account["diagnostics"]
        )
    except _WRONG as problem:
        raise _broken(document, problem) from problem
    return Part(
        role=part.role,
        source=part.source,
        table=part.table,
        rejects=pa.concat_tables([rejects, part.rejects]),
        diagnostics=(*told, *part.diagnostics),
        family=scope.family,
        products=scope.products,
        made_at=as_of,
        scheme=part.scheme,
        scope=scope,
        sources=sources,
        fixes_at=fixes_at,
        undated=undated,
    )


def _broken(document: Document, problem: Exception) -> Exception:
    """Return the error for an account that is damaged."""
    said = " ".join(str(problem).split())[:120]
    return document.fail("PR3007", f"what the compiled catalog says of itself cannot be read: {said}")
