"""Release and InRelease: what a deb archive says of itself. Gives no rows, but facts to the Packages beside it.

Signatures are not checked: that is apt's work, and was done when the file was fetched.
"""

from __future__ import annotations

import re
from dataclasses import replace

from patchrules.catalog._reader import Part, Reader, ReadOptions
from patchrules.catalog._rows import PartRows
from patchrules.model.columns import CATALOG
from patchrules.sources.arrow import table
from patchrules.sources.deb822 import stanzas
from patchrules.sources.files import Document

_FIELDS = ("Origin", "Label", "Suite", "Codename", "Version", "Date")
_SUMS = ("SHA256", "SHA512", "SHA1", "MD5Sum")
_LISTED = re.compile(r"^([0-9A-Fa-f]+)[ \t]+([0-9]{1,18})[ \t]+(\S*\bPackages(?:\.[a-z0-9]+)?)$", re.MULTILINE)
_ARCHIVE = re.compile(rb"^(?:Suite|Codename):", re.MULTILINE | re.IGNORECASE)
_DATE = re.compile(rb"^Date:", re.MULTILINE | re.IGNORECASE)
_PACKAGE = re.compile(rb"^(?:Package|Archive):", re.MULTILINE | re.IGNORECASE)


def sniff(document: Document) -> bool:
    """Say whether the first stanza names a suite and a date."""
    head = document.head
    return bool(_ARCHIVE.search(head) and _DATE.search(head) and not _PACKAGE.search(head))


def read(document: Document, options: ReadOptions) -> Part:
    """Return Origin, Label, Suite, Codename, Version and Date as facts, and size and sum of Packages files."""
    rows = PartRows(document, options, "release", "deb_release")
    found = next((stanza for _, stanza in stanzas(document, (*_FIELDS, *_SUMS))), {})
    facts = {name: text for name, text in found.items() if name in _FIELDS}
    kind = next((name for name in _SUMS if name in found), "")
    rows_listed = _LISTED.findall(found.get(kind, ""))
    listed = {path: (int(size), digest.lower() if kind == "SHA256" else "") for digest, size, path in rows_listed}
    return replace(rows.part(table(CATALOG, {}, 0), "dpkg", facts), listed=listed)


READER = Reader(
    "deb_release",
    "Release file of a deb archive",
    ("Release", "InRelease"),
    sniff,
    read,
    "everything but what the archive is: it offers no package; signatures are not checked",
)
