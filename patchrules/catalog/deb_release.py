"""Release and InRelease: what a deb archive says of itself. Gives no rows, but facts to the Packages beside it.

Signatures are not checked: that is apt's work, and was done when the file was fetched.
"""

from __future__ import annotations

import re

from patchrules.catalog._reader import Part, Reader, ReadOptions
from patchrules.catalog._rows import PartRows
from patchrules.model.columns import CATALOG
from patchrules.sources.arrow import table
from patchrules.sources.deb822 import stanzas
from patchrules.sources.files import Document

_FIELDS = ("Origin", "Label", "Suite", "Codename", "Version", "Date")
_ARCHIVE = re.compile(rb"^(?:Suite|Codename):", re.MULTILINE | re.IGNORECASE)
_DATE = re.compile(rb"^Date:", re.MULTILINE | re.IGNORECASE)
_PACKAGE = re.compile(rb"^(?:Package|Archive):", re.MULTILINE | re.IGNORECASE)


def sniff(document: Document) -> bool:
    """Say whether the first stanza names a suite and a date."""
    head = document.head
    return bool(_ARCHIVE.search(head) and _DATE.search(head) and not _PACKAGE.search(head))


def read(document: Document, options: ReadOptions) -> Part:
    """Return the fields Origin, Label, Suite, Codename, Version and Date as facts."""
    rows = PartRows(document, options, "release", "deb_release")
    facts = next((stanza for _, stanza in stanzas(document, _FIELDS)), {})
    return rows.part(table(CATALOG, {}, 0), "dpkg", facts)


READER = Reader(
    "deb_release",
    "Release file of a deb archive",
    ("Release", "InRelease"),
    sniff,
    read,
    "everything but what the archive is: it offers no package; signatures are not checked",
)
