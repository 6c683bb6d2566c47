"""primary.xml: the packages an rpm repository offers, with the time each was built."""

from __future__ import annotations

import re
from typing import Any
from xml.etree.ElementTree import Element

from patchrules.catalog._reader import Part, Reader, ReadOptions
from patchrules.catalog._rows import PartRows
from patchrules.model.columns import CATALOG
from patchrules.sources.arrow import table
from patchrules.sources.dates import instant
from patchrules.sources.files import Document
from patchrules.sources.xml import TagLines, elements

_ROOT = re.compile(rb"<(?:[\w.-]+:)?metadata[\s>/]")
_SOURCES = frozenset({"src", "nosrc"})
_COLUMNS = ("name", "arch", "evr", "built", "line")


def sniff(document: Document) -> bool:
    """Say whether the root element is ``metadata`` of the common namespace."""
    return _ROOT.search(document.head) is not None and b"linux.duke.edu/metadata/common" in document.head


def read(document: Document, options: ReadOptions) -> Part:
    """Read every binary package; raises CatalogError as ``updateinfo.read`` does."""
    rows = PartRows(document, options, "packages", "primary")
    lines = TagLines("package")
    columns: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
    places: list[int] = []
    refused: list[tuple[int, str]] = []
    count = 0
    for count, package in enumerate(elements(document, ("package",), lines=lines), 1):
        name, arch, evr, built = _values(package)
        if arch in _SOURCES:
            rows.counts["PR3209"] += 1
        elif not name or not evr:
            refused.append((count - 1, f"{name or ''} {evr} {arch or ''}"))
        else:
            places.append(count - 1)
            for column, value in zip(columns.values(), (name, arch, evr, instant(built), None), strict=True):
                column.append(value)
    numbers = lines.lines(count)
    if numbers is not None:
        columns["line"] = [numbers[place] for place in places]
    for place, text in refused:
        rows.reject(numbers[place] if numbers else None, "PR3003", "the package has no name or no version", text)
    return rows.part(table(CATALOG, columns, len(places)), "rpm")


def _values(package: Element) -> tuple[str, str | None, str, str | None]:
    """Return name, arch, evr and build time of one package."""
    space = package.tag[: -len("package")]
    name = (package.findtext(f"{space}name") or "").strip()
    arch = (package.findtext(f"{space}arch") or "").strip() or None
    time = package.find(f"{space}time")
    version = package.find(f"{space}version")
    built = None if time is None else time.get("build")
    if version is None:
        return name, arch, "", built
    epoch, release = version.get("epoch"), version.get("rel")
    evr = version.get("ver", "")
    evr = f"{evr}-{release}" if evr and release else evr
    return name, arch, f"{epoch}:{evr}" if evr and epoch else evr, built


READER = Reader("primary", "packages of an rpm repository", ("primary.xml", "primary.xml.gz"), sniff, read)
