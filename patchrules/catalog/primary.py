"""primary.xml: the packages an rpm repository offers, with the time each was built."""

from __future__ import annotations

import re

from patchrules.catalog._packages import package_columns, package_of
from patchrules.catalog._reader import Part, Reader, ReadOptions
from patchrules.catalog._rows import PartRows
from patchrules.model.columns import CATALOG
from patchrules.sources.arrow import table
from patchrules.sources.files import Document
from patchrules.sources.xml import TagLines, elements

_ROOT = re.compile(rb"<(?:[\w.-]+:)?metadata[\s>/]")


def sniff(document: Document) -> bool:
    """Say whether the root element is ``metadata`` of the common namespace."""
    return _ROOT.search(document.head) is not None and b"linux.duke.edu/metadata/common" in document.head


def read(document: Document, options: ReadOptions) -> Part:
    """Read every binary package; raises CatalogError as ``updateinfo.read`` does."""
    rows = PartRows(document, options, "packages", "primary")
    lines = TagLines("package")
    packages = [package_of(element) for element in elements(document, ("package",), lines=lines)]
    columns, number = package_columns(packages, lines.lines(len(packages)), rows)
    return rows.part(table(CATALOG, columns, number), "rpm")


READER = Reader(
    "primary",
    "packages of an rpm repository",
    ("primary.xml", "primary.xml.gz"),
    sniff,
    read,
    "notices: advisory, classification, severity, dates but the build time",
)
