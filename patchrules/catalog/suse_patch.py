"""patch-*.xml: one patch of an old SUSE repository (before updateinfo), with the packages it brings.

Newer SUSE repositories have update notices (``updateinfo``). A patch states no severity; its category is the
classification, its timestamp the date.
"""

from __future__ import annotations

import re

from patchrules.catalog._packages import Package, package_columns, package_of
from patchrules.catalog._reader import Part, Reader, ReadOptions
from patchrules.catalog._rows import PartRows
from patchrules.model.columns import CATALOG
from patchrules.sources.arrow import table
from patchrules.sources.dates import instant
from patchrules.sources.files import Document
from patchrules.sources.xml import TagLines, elements

_ROOT = re.compile(rb"<(?:[\w.-]+:)?patch[\s>]")
_NAMESPACE = re.compile(rb"novell\.com/package/metadata/suse/patch[\"']")
_CVE = re.compile(r"\bCVE-[0-9]{4}-[0-9]{4,}\b")
_TEXTS = ("category", "summary", "description")


def sniff(document: Document) -> bool:
    """Say whether the root element is ``patch`` of SUSE's namespace."""
    return _ROOT.search(document.head) is not None and _NAMESPACE.search(document.head) is not None


def read(document: Document, options: ReadOptions) -> Part:
    """Read the packages of the patch; raises CatalogError as ``updateinfo.read`` does."""
    rows = PartRows(document, options, "notices", "suse_patch")
    lines = TagLines("package")
    patch: dict[str, str] = {}
    texts: dict[str, list[str]] = {tag: [] for tag in _TEXTS}
    packages: list[Package] = []
    for element in elements(document, ("package", *_TEXTS), lines=lines, root=patch):
        local = element.tag.rpartition("}")[2]
        if local == "package":
            packages.append(package_of(element))
        else:
            texts[local].append((element.text or "").strip())
    timestamp = patch.get("timestamp")
    notice = {
        "advisory": patch.get("patchid") or "",
        "classification": "".join(texts["category"][:1]).capitalize() or None,
        "title": "".join(texts["summary"][:1]) or None,
        "issued": instant(timestamp),
        "issued_text": timestamp,
        "cves": sorted(set(_CVE.findall(" ".join(texts["description"])))),
    }
    rows.counts["PR3202"] += 1
    rows.counts["PR3204"] += notice["issued"] is None
    rows.counts["PR3207"] += not packages
    rows.counts["PR3210"] += not notice["advisory"]
    columns, number = package_columns(packages, lines.lines(len(packages)), rows)
    return rows.part(table(CATALOG, columns | {key: [value] * number for key, value in notice.items()}, number), "rpm")


READER = Reader("suse_patch", "patch of an old SUSE repository", ("patch-*.xml",), sniff, read, "severity")
