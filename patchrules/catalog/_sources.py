"""What the caller named, as documents: repositories by repomd.xml, folders by what lies in them, files as given."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from patchrules.catalog._archives import beside
from patchrules.catalog._reader import Part
from patchrules.catalog._repository import is_repomd, read_repository, repomd_files
from patchrules.errors import CatalogError
from patchrules.sources.files import Document, Limits, expand, open_document
from patchrules.sources.remote import located

__all__ = ["Found", "Named", "find"]


@dataclass(frozen=True, slots=True)
class Named:
    """A document, whether the caller named that very file, and the repomd.xml that names it, if one does.

    ``made_at`` is when that repository was made.
    """

    document: Document
    certain: bool
    repomd: str | None = None
    made_at: datetime | None = None


_PACKAGES = (".rpm", ".drpm")


@dataclass(slots=True)
class Found:
    """What was named: documents, tables, and later the parts read.

    ``loose`` are files of folders that lie beside repositories, and so are not read.
    """

    documents: list[Named] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    streams: list[tuple[str, Any]] = field(default_factory=list)
    loose: list[Document] = field(default_factory=list)


def find(sources: Iterable[Any], limits: Limits) -> Found:
    """Return the documents of all sources, each file once; raises CatalogError for what cannot be read."""
    found = Found()
    seen: dict[Path, int] = {}
    for source in sources:
        _find_one(source, limits, found, seen)
    if not found.documents and not found.streams:
        raise CatalogError("there is nothing to read: no source was given", code="PR2905")
    return found


def _find_one(source: Any, limits: Limits, found: Found, seen: dict[Path, int]) -> None:  # noqa: ANN401  what the caller gave
    """Add the documents of one source."""
    if hasattr(source, "__arrow_c_stream__"):
        found.streams.append((f"<table {len(found.streams) + 1}>", source))
    elif isinstance(source, list | tuple):
        for one in source:
            _find_one(one, limits, found, seen)
    elif isinstance(source, str | os.PathLike) and _is_folder(source):
        _find_folder(located(source), limits, found, seen)
    else:
        for one in expand(source, error=CatalogError):
            if isinstance(one, Path) and is_repomd(one):
                _find_repository(one, limits, found, seen)
                continue
            _add(one, limits, found, seen, certain=True)
            release = beside(one) if isinstance(one, Path) and "Packages" in one.name else None
            if release is not None:
                _add(release, limits, found, seen, certain=False)


def _find_folder(folder: Path, limits: Limits, found: Found, seen: dict[Path, int]) -> None:
    """Add the repositories of a folder, or every file when it holds none."""
    repositories = repomd_files(folder)
    for repomd in repositories:
        _find_repository(repomd, limits, found, seen)
    own = {repomd.parent for repomd in repositories}
    for one in expand(folder, error=CatalogError):
        if not repositories:
            _add(one, limits, found, seen, certain=False)
        elif isinstance(one, Path) and one.suffix not in _PACKAGES and own.isdisjoint(one.parents):
            with contextlib.suppress(CatalogError):  # it is only told of
                found.loose.append(open_document(one, limits=limits, error=CatalogError))


def _find_repository(repomd: Path, limits: Limits, found: Found, seen: dict[Path, int]) -> None:
    """Add the files that repomd.xml names."""
    read = read_repository(repomd, limits)
    found.counts["PR3232"] = found.counts.get("PR3232", 0) + read.lacks_modules
    for document in read.documents:
        _put(Named(document, certain=True, repomd=str(repomd), made_at=read.made_at), found, seen)


def _add(one: Any, limits: Limits, found: Found, seen: dict[Path, int], *, certain: bool) -> None:  # noqa: ANN401  one input
    """Open one input, once."""
    _put(Named(open_document(one, limits=limits, error=CatalogError), certain), found, seen)


def _put(named: Named, found: Found, seen: dict[Path, int]) -> None:
    """Add a document once; what a repomd.xml names is its repository's, also where it was named alone before."""
    path = named.document.path
    place = (
        len(found.documents) if path is None else seen.setdefault(Path(os.path.realpath(path)), len(found.documents))
    )
    if place == len(found.documents):
        found.documents.append(named)
    elif found.documents[place].repomd is None and named.repomd is not None:
        found.documents[place] = replace(named, certain=True)


def _is_folder(source: str | os.PathLike[str]) -> bool:
    """Say whether a path is a folder; one the system cannot look at is none."""
    try:
        return located(source).is_dir()
    except (OSError, ValueError):
        return False
