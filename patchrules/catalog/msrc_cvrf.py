"""MSRC CVRF: Microsoft's security updates of a month as XML (``api.msrc.microsoft.com/cvrf``).

A row is a KB and a product; severity is the highest of the vulnerabilities it fixes, the date the document's, or later
where all its vulnerabilities are. The classification is inferred (PR3221): Microsoft tells it in its catalog only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import count
from xml.etree.ElementTree import Element

from patchrules.catalog._msrc import EVERY, Fix, Vulnerability, add
from patchrules.catalog._reader import Part, Reader, ReadOptions
from patchrules.catalog._rows import PartRows
from patchrules.catalog._updates import Updates
from patchrules.sources.dates import instant
from patchrules.sources.files import Document
from patchrules.sources.xml import TagLines, elements

_ROOT = re.compile(rb"<(?:[\w.-]+:)?cvrfdoc[\s>]")
_TAGS = ("DocumentTracking", "FullProductName", "Vulnerability")


def sniff(document: Document) -> bool:
    """Say whether the root element is ``cvrfdoc``."""
    return _ROOT.search(document.head) is not None


def read(document: Document, options: ReadOptions) -> Part:
    """Read every remedy; raises CatalogError as ``updateinfo.read`` does. Memory is that of the remedies."""
    rows = PartRows(document, options, "patches", "msrc_cvrf")
    updates = Updates(rows)
    lines = TagLines("vuln:Remediation")
    names: dict[str, str] = {}
    found: list[Vulnerability] = []
    released = changed = None
    numbers = count()
    for element in elements(document, _TAGS, lines=lines):
        local = element.tag.rpartition("}")[2]
        if local == "FullProductName":
            names.setdefault(element.get("ProductID", ""), element.text or "")
        elif local == "Vulnerability":
            found.append(_vulnerability(element, numbers))
        else:
            released = _text(element, "InitialReleaseDate")
            changed = _text(element, "CurrentReleaseDate")
    told = lines.lines(next(numbers))
    for fix in (fix for one in found for fix in one.fixes):
        fix.line = None if told is None or fix.line is None else told[fix.line]
    add(found, names, released, rows, updates)
    return updates.part(made_at=instant(changed))


def _vulnerability(element: Element, numbers: Iterator[int]) -> Vulnerability:
    """Return one vulnerability; a fix's line is the number of its element until the lines are known."""
    space = element.tag[: -len("Vulnerability")]
    severities = {}
    for threat in _children(element, f"{space}Threats"):
        if threat.get("Type") == "Severity":
            products = [one.text or "" for one in threat.findall(f"{space}ProductID")] or [EVERY]
            severities.update(dict.fromkeys(products, threat.findtext(f"{space}Description") or ""))
    fixes = []
    for remedy, number in zip(_children(element, f"{space}Remediations"), numbers, strict=False):
        if remedy.get("Type") == "Vendor Fix":
            fixes.append(
                Fix(
                    kb=remedy.findtext(f"{space}Description") or "",
                    products=tuple(one.text or "" for one in remedy.findall(f"{space}ProductID")),
                    line=number,
                    replaces=remedy.findtext(f"{space}Supercedence") or "",
                    build=remedy.findtext(f"{space}FixedBuild") or "",
                    restart=remedy.findtext(f"{space}RestartRequired") or "",
                )
            )
    dates = [
        one.text
        for revision in _children(element, f"{space}RevisionHistory")
        for one in revision
        if one.text and one.tag.endswith("Date")
    ]
    return Vulnerability((element.findtext(f"{space}CVE") or "").strip(), tuple(dates), severities, tuple(fixes))


def _children(element: Element, tag: str) -> Iterable[Element]:
    """Return what stands in a child of an element, nothing when there is no such child."""
    found = element.find(tag)
    return () if found is None else found


def _text(element: Element, name: str) -> str:
    """Return the text of the first element below with a local name, empty when there is none."""
    return next(((one.text or "").strip() for one in element.iter() if one.tag.rpartition("}")[2] == name), "")


READER = Reader(
    "msrc_cvrf",
    "security updates of Microsoft, CVRF as XML",
    (".xml",),
    sniff,
    read,
    "the classification (inferred); updates without a security fix",
)
