"""DSA, DLA and DTSA lists of Debian's security tracker (``data/DSA/list``): ids and days of fixed source versions."""

from __future__ import annotations

import re

from patchrules.catalog._advisories import Advisory, Fixes, product_of_codename, when
from patchrules.catalog._reader import Part, Reader, ReadOptions
from patchrules.catalog._rows import PartRows
from patchrules.sources.files import Document

_HEADING = re.compile(r"\[(\d{1,2} [A-Z][a-z]{2} \d{4})\] (D[A-Z]*A-\d+(?:-\d+)?)\s*(.*)")
_FIRST = re.compile(rb"\s*\[\d{1,2} [A-Z][a-z]{2} \d{4}\] D[A-Z]*A-\d+")
_FIX = re.compile(r"\[([a-z]+)\] - (\S+)\s+(\S+)(?:\s.*)?")
_CVES = re.compile(r"\bCVE-[0-9]{4}-[0-9]{4,}\b")
_NO_VERSION = "<"


def sniff(document: Document) -> bool:
    """Say whether the first line is the heading of an advisory: ``[29 Mar 2023] DSA-5380-1 xorg-server``."""
    return _FIRST.match(document.head) is not None


def read(document: Document, options: ReadOptions) -> Part:
    """Read every fix; lines of notes are skipped, fixes without a version (``<not-affected>``) counted."""
    rows = PartRows(document, options, "advisories", "debian_advisories")
    fixes = Fixes()
    advisory: Advisory | None = None
    for line, text in document.lines():
        bare = text.strip()
        heading = _HEADING.fullmatch(bare) if text[:1] == "[" else None
        if heading:
            advisory = Advisory(heading[2], *when(heading[1]), heading[3] or None)
        elif text[:1] == "[":
            rows.reject(line, "PR3003", "the line is no heading of an advisory", bare)
            advisory = None
        elif bare.startswith("{") and advisory:
            found = tuple(_CVES.findall(bare))
            advisory = Advisory(advisory.id, advisory.issued, advisory.issued_text, advisory.title, found)
        elif bare.startswith("[") and advisory:
            _add(bare, line, advisory, fixes, rows)
    rows.note_end()
    return fixes.part(rows)


def _add(text: str, line: int, advisory: Advisory, fixes: Fixes, rows: PartRows) -> None:
    """Add one fix."""
    found = _FIX.fullmatch(text)
    if found is None:
        rows.reject(line, "PR3003", "the line names no release, package and version", text)
    elif found[3].startswith(_NO_VERSION):
        rows.counts["PR3230"] += 1
    else:
        release, name, version = found.groups()
        fixes.add(product_of_codename(release) or release, name, version, advisory)


READER = Reader(
    "debian_advisories",
    "advisories of Debian's security tracker",
    ("DSA/list", "DLA/list"),
    sniff,
    read,
    "severities; the day of each fix: one advisory has one day; it offers no package",
)
