"""``softwareupdate -l``: what Apple offers a Mac, by name and version; Apple states neither dates nor severities.

Both shapes are read: ``* Label:`` with ``Title: ..., Version: ...`` (since macOS 10.15), and the older
``* name-version`` with ``name (version), size``.
"""

from __future__ import annotations

import re

from patchrules.catalog._reader import Part, Reader, ReadOptions
from patchrules.catalog._rows import PartRows
from patchrules.families import families
from patchrules.model.columns import CATALOG
from patchrules.sources.arrow import table
from patchrules.sources.files import Document

_FAMILY = families()["macos"]
_CLASSIFICATION = "softwareupdate"
_OURS = re.compile(rb"^(?:Software Update (?:Tool|found)|\s*\* Label: |No new software available\.)", re.MULTILINE)
_LABEL = re.compile(r"\s*\* (?:Label: )?(\S.*)").fullmatch
_TITLE = re.compile(r"\s+Title: (?P<name>.+?), Version: (?P<version>[^,]*),.*?(?:Action: (?P<action>\w+).*)?").fullmatch
_OLD_TITLE = re.compile(r"\s+(?P<name>.+?)\s*\((?P<version>[^()]*)\), [0-9]+K?.*").fullmatch
_COLUMNS = ("name", "arch", "evr", "classification", "title", "reboot", "line")


def sniff(document: Document) -> bool:
    """Say whether a line is one that softwareupdate prints."""
    return _OURS.search(document.head) is not None


def read(document: Document, options: ReadOptions) -> Part:
    """Read every update; one without a version is a reject, for nothing tells whether a Mac has it."""
    rows = PartRows(document, options, "patches", "softwareupdate")
    found: list[tuple[object, ...]] = []
    waiting: tuple[int, str] | None = None
    for line, text in document.lines():
        label, title = _LABEL(text), _TITLE(text) or _OLD_TITLE(text)
        if label:
            _refuse(waiting, rows)
            waiting = (line, label[1])
        elif title and waiting:
            version = title["version"].strip()
            restart = title.groupdict().get("action") == "restart" or "[restart]" in text
            if version:
                name, arch = title["name"].strip(), _FAMILY.independent_arch
                found.append((name, arch, version, _CLASSIFICATION, waiting[1], restart, line))
                waiting = None
    _refuse(waiting, rows)
    rows.note_end()
    columns = dict(zip(_COLUMNS, map(list, zip(*found, strict=True)), strict=True)) if found else {}
    patches = table(CATALOG, columns, len(found))
    return rows.part(patches, _FAMILY.scheme, family=_FAMILY.name, products=_FAMILY.products)


def _refuse(waiting: tuple[int, str] | None, rows: PartRows) -> None:
    """Refuse a label that nothing with a version followed."""
    if waiting:
        rows.reject(waiting[0], "PR3003", "the update has no version", waiting[1])


READER = Reader(
    "softwareupdate",
    "updates that Apple offers a Mac",
    (".txt",),
    sniff,
    read,
    "dates, severities, what an update fixes",
)
