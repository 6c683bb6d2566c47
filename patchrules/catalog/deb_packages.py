"""Packages: the packages that one component of a deb archive offers, for one architecture.

Suite, site and whether it is a security archive stand in the Release file beside it (``deb_release``).
"""

from __future__ import annotations

import re
from typing import Any

from patchrules.catalog._reader import Part, Reader, ReadOptions
from patchrules.catalog._rows import PartRows
from patchrules.model.columns import CATALOG
from patchrules.sources.arrow import table
from patchrules.sources.deb822 import stanzas
from patchrules.sources.files import Document

_FIELDS = ("Package", "Version", "Architecture", "Priority", "Section", "Source")
_COLUMNS = ("name", "evr", "arch", "priority", "section", "source", "line")
_PACKAGE = re.compile(rb"^Package:", re.MULTILINE | re.IGNORECASE)
_OFFERED = re.compile(rb"^(?:Filename|MD5sum|SHA256|Size):", re.MULTILINE | re.IGNORECASE)
_STATUS = re.compile(rb"^Status:", re.MULTILINE | re.IGNORECASE)
_NAME = re.compile(r"(?:^|[/_])Packages(?:\.(?:gz|bz2|xz|zst))?$")


def sniff(document: Document) -> bool:
    """Say whether stanzas name packages with a file to fetch; a dpkg status file has none and is an inventory."""
    head = document.head
    if not head:
        return _NAME.search(document.name) is not None
    return bool(_PACKAGE.search(head) and _OFFERED.search(head) and not _STATUS.search(head))


def read(document: Document, options: ReadOptions) -> Part:
    """Read every stanza; one without Package or Version is a reject. Cost: about 8 us a package."""
    rows = PartRows(document, options, "archive", "deb_packages")
    columns: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
    appends = [values.append for values in columns.values()]
    for line, stanza in stanzas(document, _FIELDS):
        name, version = stanza.get("Package"), stanza.get("Version")
        if not name or not version:
            missing = "Version" if name else "Package"
            rows.reject(line, "PR3003", f"the stanza has no {missing}", " ".join(filter(None, (name, version))))
            continue
        get = stanza.get
        source = _source(get("Source"), name, version)
        values = (name, version, get("Architecture"), get("Priority"), get("Section"), source, line)
        for append, value in zip(appends, values, strict=True):
            append(value)
    keys = zip(columns["name"], columns["arch"], columns["evr"], strict=True)
    rows.counts["PR3212"] += len(columns["name"]) - len(set(keys))
    return rows.part(table(CATALOG, columns, len(columns["name"])), "dpkg")


def _source(text: str | None, name: str, version: str) -> str:
    """Return source package and version: ``Source`` is left out where both are the package's own.

    >>> _source("openssl", "libssl3", "3.0.11-1"), _source("glibc (2.36-9)", "libc6", "2.36-9+b1")
    ('openssl 3.0.11-1', 'glibc 2.36-9')
    """
    if not text:
        return f"{name} {version}"
    source, _, own = text.partition(" (")
    return f"{source.strip()} {own.rstrip(') ') or version}"


READER = Reader(
    "deb_packages",
    "packages of a deb archive",
    ("Packages", "Packages.gz", "Packages.xz"),
    sniff,
    read,
    "dates and advisories, unless USN, DSA or OVAL are read with it; suite and security stand in the Release file",
)
