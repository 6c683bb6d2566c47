"""MSRC CSAF: one advisory of Microsoft a file, as its CSAF feed has it (``msrc.microsoft.com/csaf``).

A row is a KB and a product; the severity is the advisory's, the date that of the remedy. The KB is told by the address
of the remedy only, what it replaces is not told at all, the classification is inferred (PR3221).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from patchrules.catalog._msrc import EVERY, Fix, Vulnerability, add
from patchrules.catalog._reader import Part, Reader, ReadOptions
from patchrules.catalog._rows import PartRows
from patchrules.catalog._updates import Updates
from patchrules.sources.dates import instant
from patchrules.sources.files import Document
from patchrules.sources.json import Place, json_of

_CSAF = re.compile(rb'"csaf_version"|"category"\s*:\s*"csaf_')
_MICROSOFT = re.compile(rb"\bmsrc\b|microsoft\.com", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:/help/|/kb/|[?&]q=KB)([0-9]{5,8})\b", re.IGNORECASE)
_VERSION = re.compile(r"\s+<?=?[0-9][\w.]*$")


def sniff(document: Document) -> bool:
    """Say whether it is CSAF, and Microsoft's."""
    return _CSAF.search(document.head) is not None and _MICROSOFT.search(document.head) is not None


def read(document: Document, options: ReadOptions) -> Part:
    """Read every remedy; raises CatalogError PR2907 for broken JSON. Memory is that of the document."""
    rows = PartRows(document, options, "patches", "msrc_csaf")
    updates = Updates(rows)
    top = json_of(document)
    about = _object(top["document"].value())
    tracking = _object(about.get("tracking"))
    severity = _text(_object(about.get("aggregate_severity")).get("text"))
    names = dict(_products(top["product_tree"].value()))
    places = top["vulnerabilities"].elements()
    released, changed = (_text(tracking.get(f"{when}_release_date")) for when in ("initial", "current"))
    add((_vulnerability(place, severity) for place in places), names, released, rows, updates)
    return updates.part(made_at=instant(changed))


def _vulnerability(place: Place, severity: str) -> Vulnerability:
    """Return one vulnerability with the remedies that are KBs or say that they are none."""
    fields, line = _object(place.value()), place.line
    fixes, dates = [], []
    found_remedies = fields.get("remediations")
    for remedy in map(_object, found_remedies if isinstance(found_remedies, list) else ()):
        if remedy.get("category") != "vendor_fix":
            continue
        address = _text(remedy.get("url")) or _text(remedy.get("details"))
        found = _ADDRESS.search(address)
        dates.append(_text(remedy.get("date")))
        fixes.append(
            Fix(
                kb=found[1] if found else "",
                products=tuple(_texts(remedy.get("product_ids"))),
                line=line,
                build=_text(remedy.get("details")).partition(":")[0],
                restart=_text(_object(remedy.get("restart_required")).get("category")),
            )
        )
    return Vulnerability(_text(fields.get("cve")), tuple(filter(None, dates)), {EVERY: severity}, tuple(fixes))


def _products(tree: object) -> Iterator[tuple[str, str]]:
    """Yield id and name of every product, without the version that its name ends with."""
    if isinstance(tree, list):
        for one in tree:
            yield from _products(one)
    elif isinstance(tree, dict):
        if "product_id" in tree:
            yield _text(tree["product_id"]), _VERSION.sub("", _text(tree.get("name")))
        for one in tree.values():
            yield from _products(one)


def _object(value: object) -> dict[str, Any]:
    """Return an object, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def _texts(value: object) -> list[str]:
    """Return the texts of a list."""
    return [_text(one) for one in value] if isinstance(value, list) else []


def _text(value: object) -> str:
    """Return a text, empty for anything else."""
    return value.strip() if isinstance(value, str) else ""


READER = Reader(
    "msrc_csaf",
    "security advisory of Microsoft, CSAF",
    (".json",),
    sniff,
    read,
    "the classification (inferred), what an update replaces; severities by product",
)
