"""package.xml of wsusscn2.cab: Microsoft's offline catalog, once it is unpacked.

package.xml itself says classification, day and what replaced what; titles and KBs stand in the files
``l/en/<revision>`` and ``x/<revision>`` that the cab's inner cabs hold. They are read beside package.xml, or inside
each ``Update`` where an extract has put them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree.ElementTree import Element

from patchrules.catalog._microsoft import kb_id, kb_ids, target_of, titled
from patchrules.catalog._reader import Part, Reader, ReadOptions
from patchrules.catalog._rows import PartRows
from patchrules.catalog._updates import Updates
from patchrules.families._windows_applications import CLASSIFICATIONS
from patchrules.sources.dates import instant
from patchrules.sources.files import Document, open_document
from patchrules.sources.xml import TagLines, elements

_ROOT = re.compile(rb"<(?:[\w.-]+:)?OfflineSyncPackage[\s>]")
_REVISION = re.compile(r"[0-9]{1,10}").fullmatch
_KB_IN_TITLE = re.compile(r"\bKB([0-9]{5,8})\b", re.IGNORECASE)


@dataclass(slots=True)
class _Entry:
    """One update of the package."""

    number: int
    kb: str | None
    title: str
    severity: str
    classification: str | None
    created: str
    replaced_by: list[str]


def sniff(document: Document) -> bool:
    """Say whether the root element is ``OfflineSyncPackage``."""
    return _ROOT.search(document.head) is not None


def read(document: Document, options: ReadOptions) -> Part:
    """Read every update that people see; raises CatalogError as ``updateinfo.read`` does."""
    rows = PartRows(document, options, "patches", "wsusscn2")
    updates = Updates(rows)
    lines = TagLines("Update")
    package: dict[str, str] = {}
    found: dict[str, _Entry] = {}
    number = 0
    for number, element in enumerate(elements(document, ("Update",), lines=lines, root=package), 1):
        if element.get("IsLeaf", "true").lower() == "true" and element.get("DeploymentAction") != "Bundle":
            found[element.get("RevisionId", f"#{number}")] = _entry(element, number - 1, document)
    told = lines.lines(number)
    for entry in found.values():
        line = told[entry.number] if told else None
        if entry.kb is None:
            rows.counts["PR3220"] += 1
        elif not entry.title:
            rows.reject(line, "PR3003", "the update has no title", entry.kb)
        else:
            _add(entry, line, updates)
    for entry in found.values():
        for newer in (found.get(revision) for revision in entry.replaced_by):
            if newer and newer.kb and newer.title and entry.kb and entry.kb != newer.kb:
                updates.of(newer.kb, newer.title, None).supersedes[entry.kb] = None
    return updates.part(instant(package.get("CreationDate")))


def _add(entry: _Entry, line: int | None, updates: Updates) -> None:
    """Add one update; its title tells the product."""
    words = entry.title.split(" for ")
    targets = (target_of(" for ".join(_bare(words[first:]))) for first in range(1, len(words)))
    system = next((found for found in targets if found.patch_set == "OS"), None)
    product = system.product if system else _bare([words[-1]])[0]
    target = replace(titled(entry.title, product, None), known=system is not None and system.known)
    update = updates.of(str(entry.kb), entry.title, line, target)
    severity, created = updates.severity(entry.severity), entry.created
    update.add(severity, instant(created), created or None, classification=entry.classification)
    update.title = entry.title


def _bare(words: list[str]) -> list[str]:
    """Return words of a title without the KB at their end."""
    return [re.sub(r"\s*\(KB[0-9]+\).*$", "", word) for word in words]


def _entry(element: Element, number: int, document: Document) -> _Entry:
    """Return what package.xml, and the files beside it or inside the update, say of one update."""
    children = {one.tag.rpartition("}")[2]: one for one in element.iter()}
    revision = element.get("RevisionId", "")
    texts: dict[str, str] = {}
    texts |= {name: (children[name].text or "").strip() for name in ("Title", "KBArticleID") if name in children}
    extended = children.get("ExtendedProperties")
    severity = extended.get("MsrcSeverity", "") if extended is not None else ""
    if document.path is not None and _REVISION(revision) and "Title" not in texts:
        beside = _beside(document.path.parent, revision, document)
        texts = {**beside, **texts}
        severity = severity or beside.get("MsrcSeverity", "")
    kb = kb_id(texts.get("KBArticleID", ""))
    title = texts.get("Title", "")
    named = _KB_IN_TITLE.search(title)
    categories = [one.get("Id", "").lower() for one in element.iter() if one.get("Type") == "UpdateClassification"]
    replaced = [
        one.get("Id", "")
        for parent in element.iter()
        if parent.tag.rpartition("}")[2] == "SupersededBy"
        for one in parent
    ]
    return _Entry(
        number=number,
        kb=kb or (kb_ids(named[1])[0] if named else None),
        title=title,
        severity=severity,
        classification=next((CLASSIFICATIONS[one] for one in categories if one in CLASSIFICATIONS), None),
        created=element.get("CreationDate", ""),
        replaced_by=replaced,
    )


def _beside(folder: Path, revision: str, document: Document) -> dict[str, str]:
    """Return title, KB and severity from the files of a revision, as far as they are there."""
    found: dict[str, str] = {}
    for place in (folder / "l" / "en" / revision, folder / "l" / revision, folder / "x" / revision):
        if not place.is_file():
            continue
        part = open_document(place, limits=document.limits, error=document.error)
        root: dict[str, str] = {}
        for one in elements(part, ("Title", "KBArticleID"), root=root):
            found[one.tag.rpartition("}")[2]] = (one.text or "").strip()
        if "MsrcSeverity" in root:
            found["MsrcSeverity"] = root["MsrcSeverity"]
    return found


READER = Reader(
    "wsusscn2",
    "offline catalog of Microsoft (wsusscn2.cab), unpacked",
    ("package.xml",),
    sniff,
    read,
    "CVE ids and fixed builds; what applies where (the rules of the inner cabs); non-security updates",
)
