"""Packages: the packages that one component of a deb archive offers, for one architecture.

Suite, site and whether it is a security archive stand in the Release file beside it (``deb_release``).
"""

from __future__ import annotations

import functools
import re
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.catalog._reader import Part, Reader, ReadOptions
from patchrules.catalog._rows import PartRows
from patchrules.model.columns import CATALOG
from patchrules.sources.arrow import table
from patchrules.sources.files import Document
from patchrules.sources.stanza_columns import stanza_columns

_FIELDS = ("Package", "Version", "Architecture", "Priority", "Section", "Source")
_NEEDED = ("Package", "Version", "Architecture")
_COLUMNS = {
    "name": "Package",
    "evr": "Version",
    "arch": "Architecture",
    "priority": "Priority",
    "section": "Section",
    "line": "line",
}
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
    """Read every stanza; one without Package, Version or Architecture is a reject. Cost: 3 us a package, in Arrow."""
    rows = PartRows(document, options, "archive", "deb_packages")
    found = stanza_columns(document, _FIELDS)
    stated = (pc.fill_null(pc.not_equal(found[name], ""), fill_value=False) for name in _NEEDED)
    complete = functools.reduce(pc.and_, stated)
    for stanza in found.filter(pc.invert(complete)).to_pylist():
        name, version = stanza["Package"], stanza["Version"]
        missing = next(one for one in _NEEDED if not stanza[one])
        rows.reject(stanza["line"], "PR3003", f"the stanza has no {missing}", " ".join(filter(None, (name, version))))
    if not pc.all(complete).as_py():
        found = found.filter(complete)
    columns = {ours: found[theirs] for ours, theirs in _COLUMNS.items()}
    columns["source"] = _sources(found)
    rows.counts["PR3212"] += _repeated(found.select(["Package", "Architecture", "Version"]))
    rows.counts["PR2232"] += document.ending in ("middle", "stump")
    return replace(rows.part(table(CATALOG, columns, found.num_rows), "dpkg"), content=document)


def _repeated(found: Any) -> int:  # noqa: ANN401  pyarrow is Any
    """Return how many rows say what another said before; counting names first leaves few rows to group."""
    names, numbers = pc.value_counts(found["Package"]).flatten()
    several = found.filter(pc.is_in(found["Package"], names.filter(pc.greater(numbers, 1))))
    keys = several.group_by(several.column_names, use_threads=False).aggregate([])
    return int(several.num_rows - keys.num_rows)


def _sources(found: Any) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return source package and version of each package. Cost: Python once a distinct ``Source`` with a version."""
    stated = found["Source"].combine_chunks().dictionary_encode()
    is_more = pc.or_(pc.match_substring(stated.dictionary, " ("), pc.equal(stated.dictionary, ""))
    pairs = [_source(text) for text in stated.dictionary.filter(is_more).to_pylist()]
    names, versions = (pa.array([pair[one] for pair in pairs], pa.string()) for one in (0, 1))
    nothing = pa.nulls(len(is_more), pa.string())
    names = pc.replace_with_mask(stated.dictionary, is_more, names).take(stated.indices)
    versions = pc.replace_with_mask(nothing, is_more, versions).take(stated.indices)
    name = pc.coalesce(names, found["Package"].combine_chunks())
    return pc.binary_join_element_wise(name, pc.coalesce(versions, found["Version"].combine_chunks()), " ")


def _source(text: str) -> tuple[str | None, str | None]:
    """Return name and version that ``Source`` states; None for what is the package's own.

    >>> _source("openssl"), _source("glibc (2.36-9)"), _source("")
    (('openssl', None), ('glibc', '2.36-9'), (None, None))
    """
    source, _, own = text.partition(" (")
    return (source.strip() if text else None), own.rstrip(") ") or None


READER = Reader(
    "deb_packages",
    "packages of a deb archive",
    ("Packages", "Packages.gz", "Packages.xz"),
    sniff,
    read,
    "dates and advisories, unless USN, DSA or OVAL are read with it; suite and security stand in the Release file",
)
