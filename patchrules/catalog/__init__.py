"""The shelf of catalog formats, and the door they stand behind: what could be installed, as Arrow with its rejects."""

from __future__ import annotations

import fnmatch
import functools
import importlib
import os
import pkgutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from importlib.metadata import entry_points
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO

import pyarrow as pa

from patchrules.catalog._ages import ages
from patchrules.catalog._assemble import Placed, joined, released
from patchrules.catalog._compiled import write_catalog
from patchrules.catalog._enrichment import Enrichment, enriched, feed_of, read_enrichment
from patchrules.catalog._reader import ROWLESS, OnBadRow, Part, Reader, ReadOptions
from patchrules.catalog._rows import counted
from patchrules.catalog._sources import Found, find
from patchrules.catalog._store import Observation, history, is_store, known_at, observations, observe_catalog
from patchrules.catalog.arrow_table import read_stream
from patchrules.errors import CatalogError, UnknownNameError, Where
from patchrules.families import Family, families, family_named, family_of_products
from patchrules.model.loaded import shown
from patchrules.model.patch import Catalog, Scope
from patchrules.model.project import CatalogPlace
from patchrules.sources.files import Document, Limits

__all__ = [
    "Enrichment",
    "Observation",
    "Part",
    "ReadOptions",
    "Reader",
    "build_catalog",
    "enriched",
    "feed_of",
    "history",
    "is_store",
    "known_at",
    "observations",
    "observe_catalog",
    "read_catalog",
    "read_catalogs",
    "read_enrichment",
    "readers",
    "sniffed",
    "write_catalog",
]


@functools.cache
def readers() -> Mapping[str, Reader]:
    """Return every format by name: the files of this folder, then entry points ``patchrules.catalog``.

    >>> readers()["updateinfo"].label
    'update notices of an rpm repository'
    """
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    found = {name: importlib.import_module(f"{__name__}.{name}").READER for name in names}
    for point in entry_points(group="patchrules.catalog"):
        found[point.name] = point.load()
    return MappingProxyType(found)


def sniffed(document: Document) -> Reader | None:
    """Return the format of a document by its first bytes, None when no format knows it."""
    return next((reader for reader in readers().values() if reader.sniff(document)), None)


def read_catalog(
    *sources: Any,  # noqa: ANN401  Input, a sequence of those, or anything that speaks Arrow
    family: str | None = None,
    products: Sequence[str] | None = None,
    arch: str | None = None,
    repository: str | None = None,
    columns: Mapping[str, str] | None = None,
    on_bad_row: OnBadRow = "collect",
    limits: Limits | None = None,
) -> Catalog:
    """Read what could be installed: all ``sources`` together are one catalog.

    A source is a path, bytes, a binary file, a folder, a glob, a list of those, or an object with
    ``__arrow_c_stream__``. In a folder with ``repodata/repomd.xml`` its update notices and package list are read, in
    other folders every file that is a catalog. Notices and package lists are joined; Packages files take suite, site
    and security from the Release file beside them. ``family``, ``products`` (globs), ``arch`` and ``repository`` are
    the scope; family and products may be left out where a Release file tells them. A bad row is kept in ``.rejects``,
    or raised with ``on_bad_row="raise"``; what is doubtful is in ``.diagnostics``.

    Raises CatalogError (PR3xxx, PR29xx), ColumnError and UnknownNameError, and nothing else.

    >>> notices = (
    ...     b'<updates><update type="security"><id>RHSA-1</id><pkglist><collection>'
    ...     b'<package name="bash" version="5.1" release="2.el9" epoch="0" arch="x86_64"/>'
    ...     b"</collection></pkglist></update></updates>"
    ... )
    >>> catalog = read_catalog(notices, family="rhel", products=["RedhatEnterpriseLinux9*"])
    >>> print(catalog, catalog.table["evr"].to_pylist())
    catalog of rhel, products RedhatEnterpriseLinux9*: 1 patches ['0:5.1-2.el9']
    """
    if on_bad_row not in ("collect", "raise"):
        raise UnknownNameError("way to treat bad rows", str(on_bad_row), ("collect", "raise"))
    known = None if family is None else family_named(family)
    products = _texts("products", products)
    _texts("arch", arch)
    _texts("repository", repository)
    known = known or family_of_products(products or ())
    told = (known.scheme, known.name) if known else (None, None)
    options = ReadOptions(told[0], on_bad_row, columns or {}, limits or Limits(), told[1])
    gathered = _gather(sources, options)
    counts = Counter(gathered.counts)
    placed = released(gathered.parts, counts)
    _one_family(placed, known)
    scope = Scope((known or _family_told(placed)).name, tuple(products or _products_told(placed)), arch, repository)
    return _catalog(_completed(scope, placed), placed, counts)


def build_catalog(
    destination: str | os.PathLike[str] | BinaryIO,
    *sources: Any,  # noqa: ANN401  as read_catalog takes them
    **options: Any,  # noqa: ANN401  those of read_catalog
) -> Catalog:
    """Read ``sources`` as :func:`read_catalog` does, write the catalog as one Parquet file, and return it.

    The file holds the scope, every source with its sha256 and its rows, the rows that were refused and the diagnostics;
    ``read_catalog`` gives all of it back, in milliseconds. The same sources make the same bytes. Raises as
    :func:`read_catalog` does, and CatalogError PR3012 when the file cannot be written.

    >>> import io
    >>> file = io.BytesIO()
    >>> notice = b'<updates><update><id>A-1</id><pkglist><package name="bash" version="5" arch="noarch"/></pkglist>'
    >>> built = build_catalog(file, notice + b"</update></updates>", family="rhel")
    >>> print(read_catalog(file.getvalue()), [source.format for source in read_catalog(file.getvalue()).sources])
    catalog of rhel: 1 patches ['arrow_table', 'updateinfo']
    """
    catalog = read_catalog(*sources, **options)
    write_catalog(catalog, destination)
    return catalog


def read_catalogs(
    specs: Sequence[str | CatalogPlace],
    *,
    family: str | None = None,
    on_bad_row: OnBadRow = "collect",
    limits: Limits | None = None,
    known_as_of: datetime | None = None,
) -> tuple[Catalog, ...]:
    """Read catalogs as the command line names them, ``[PRODUCT_GLOB=]PATH``, or as a project file does.

    Specs with the same glob form one catalog; the glob also tells the family. A place of a project file with a scope is
    a catalog of its own. Among specs without a scope, archives form one catalog per product that their Release files
    tell, everything else one catalog together. Of a catalog store it is what was known at the aware instant
    ``known_as_of``, without it what is known last. Raises as :func:`read_catalog` does, CatalogError PR3015 where
    ``known_as_of`` is given and no catalog is a store, and PR3017 where nothing was known by then.

    >>> [one] = read_catalogs(["RedhatEnterpriseLinux9*=data/catalogs/rhel9"])
    >>> one.scope.family, one.scope.products
    ('rhel', ('RedhatEnterpriseLinux9*',))
    """
    known = None if family is None else family_named(family)
    told = (known.scheme, known.name) if known else (None, None)
    options = ReadOptions(told[0], on_bad_row, {}, limits or Limits(), told[1])
    placed: dict[CatalogPlace, list[str]] = {}
    for spec in (specs,) if isinstance(specs, str) else specs:
        place = _place_of(spec) if isinstance(spec, str) else spec
        placed.setdefault(replace(place, paths=()), []).extend(place.paths)
    catalogs: list[Catalog] = []
    named = [path for paths in placed.values() for path in paths]
    if known_as_of is not None and not any(is_store(path) for path in named):
        message = "what was known at an instant is asked for, and none of the catalogs is a store"
        raise CatalogError(message, code="PR3015", hint="make one: patchrules catalog add")
    for scope, held in placed.items():
        paths = [str(known_at(path, known_as_of)) if is_store(path) else path for path in held]
        if scope == CatalogPlace(()):
            catalogs += _by_product(paths, known, options)
        else:
            stated = {name: getattr(scope, name) for name in ("arch", "repository")}
            stated |= {"family": scope.family or _of_scope(scope.products, known), "products": scope.products or None}
            catalogs.append(read_catalog(*paths, on_bad_row=on_bad_row, limits=limits, **stated))
    return tuple(catalogs)


def _of_scope(products: Sequence[str], known: Family | None) -> str | None:
    """Return the family that the globs of a scope mean: the one that is known, where they mean products of it, too."""
    told = family_of_products(products)
    globs = [glob.lower() for glob in products]
    own = [one.rstrip("*").lower() for one in known.products] if known else []
    if told is None or any(fnmatch.fnmatchcase(product, glob) for product in own for glob in globs):
        return known.name if known else None
    return told.name


def _texts(name: str, given: object) -> tuple[str, ...]:
    """Return what was stated of the scope as texts; raises CatalogError PR3228 for anything else."""
    several = name == "products" and isinstance(given, Iterable) and not isinstance(given, str | bytes)
    found = tuple(given) if several and isinstance(given, Iterable) else () if given is None else (given,)
    for one in found:
        if not isinstance(one, str):
            message = f"`{name}` {'has' if several else 'is'} {shown(one)}, wanted text"
            raise CatalogError(message, code="PR3228", hint="put it in quotes")
    return found


def _place_of(spec: str) -> CatalogPlace:
    """Return what ``[PRODUCT_GLOB=]PATH`` names; a path that is there may have an equals sign in it."""
    glob, equals, path = ("", "", spec) if Path(spec).exists() else spec.partition("=")
    return CatalogPlace((path if equals and glob else spec,), (glob,) if equals and glob else ())


def _by_product(paths: Sequence[str], known: Family | None, options: ReadOptions) -> list[Catalog]:
    """Return one catalog per product that Release files tell, and one of all other files."""
    gathered = _gather(paths, options)
    counts = Counter(gathered.counts)
    groups: dict[tuple[str | None, str | None], list[Placed]] = {}
    for one in released(gathered.parts, counts):
        said = (one.says.family, one.says.product) if one.says else (one.part.family, _compiled_scope(one))
        groups.setdefault(said, []).append(one)
    catalogs = []
    for (told, _), group in groups.items():
        _one_family(group, known)
        of = family_named(told) if told else known or _family_told(group)
        scope = Scope(of.name, _products_told(group))
        catalogs.append(_catalog(_completed(scope, group), group, counts))
        counts = Counter[str]()  # what was counted before grouping is said once, with the first catalog
    return catalogs


def _gather(sources: Sequence[Any], options: ReadOptions) -> Found:
    """Read every file that the sources name."""
    found = find(sources, options.limits)
    for name, stream in found.streams:
        found.parts.append(read_stream(stream, name, options))
    for named in found.documents:
        document, certain = named.document, named.certain
        reader = sniffed(document)
        if not document.head and certain:
            raise document.fail("PR3001", f"`{document.name}` is empty")
        if reader is None and certain:
            known = ", ".join(one.label for one in readers().values())
            raise document.fail("PR3001", f"`{document.name}` is no catalog that we know", hint=f"known are {known}")
        if reader is None:
            found.counts["PR3215"] = found.counts.get("PR3215", 0) + 1
        else:
            part = reader.read(document, options)
            found.parts.append(replace(part, made_at=part.made_at or named.made_at, repomd=named.repomd))
    found.counts["PR3240"] = sum(sniffed(one) is not None for one in found.loose)
    if all(part.role in ROWLESS for part in found.parts):
        raise CatalogError("there is no catalog among the files", code="PR3001")
    return found


def _catalog(scope: Scope, placed: Sequence[Placed], counts: Counter[str]) -> Catalog:
    """Put the parts together; raises CatalogError PR3010 for a part whose packages are not the family's."""
    family = family_named(scope.family)
    for part in (one.part for one in placed):
        if part.scheme not in (None, family.scheme):
            message = f"`{part.source.name}` lists {part.scheme} packages, and {family.name} has {family.scheme}"
            hint = "say what it is for: --catalog 'PRODUCT_GLOB=PATH', or products=[...]"
            raise CatalogError(message, code="PR3010", hint=hint)
    table = joined([one.part for one in placed], counts)
    releases = {one.release.source.name: one.release for one in placed if one.release}
    parts = [*(one.part for one in placed), *releases.values()]
    made = ages(placed)
    return Catalog(
        operating_system=family.operating_system,
        scope=scope,
        table=table,
        rejects=pa.concat_tables([part.rejects for part in parts]),
        sources=tuple(source for part in parts for source in (part.source, *part.sources)),
        diagnostics=(*(told for part in parts for told in part.diagnostics), *counted(counts, None)),
        as_of=made.as_of,
        fixes_as_of=made.fixes_as_of,
        undated=made.undated,
    )


def _family_told(placed: Sequence[Placed]) -> Family:
    """Return the one family that the files tell, or raise."""
    told = {family for one in placed if (family := one.says.family if one.says else one.part.family)}
    if len(told) > 1:
        raise CatalogError(f"the files are of several families: {', '.join(sorted(told))}", code="PR3005")
    if not told:
        where = Where(placed[0].part.source.name)
        hint = (
            "say it with the products, products=['Debian12*'] or --catalog 'Debian12*=PATH', or with family= or "
            f"--family, one of {', '.join(families())}"
        )
        raise CatalogError("the files do not say for which family they are", code="PR3004", where=where, hint=hint)
    return family_named(told.pop())


def _completed(scope: Scope, placed: Sequence[Placed]) -> Scope:
    """Return the scope with the architecture and repository that a compiled catalog was built for."""
    found = placed[0].part.scope if len(placed) == 1 else None
    if found is None:
        return scope
    return replace(scope, arch=scope.arch or found.arch, repository=scope.repository or found.repository)


def _compiled_scope(placed: Placed) -> str | None:
    """Return what sets a compiled catalog apart from others, None for what is not compiled."""
    return None if placed.part.scope is None else str(placed.part.scope)


def _one_family(placed: Sequence[Placed], known: Family | None) -> None:
    """Raise when a format that knows one system only is read for another."""
    for one in placed:
        if known and one.part.family and one.part.family != known.name:
            told = f"the file is for {family_named(one.part.family).label}, not for {known.label}"
            raise CatalogError(told, code="PR3005", where=Where(one.part.source.name))


def _products_told(placed: Sequence[Placed]) -> tuple[str, ...]:
    """Return the products that the files tell, those of Release files as globs over point releases."""
    archives = {f"{one.says.product}*" for one in placed if one.says and one.says.product}
    return tuple(sorted(archives.union(*(one.part.products for one in placed))))
