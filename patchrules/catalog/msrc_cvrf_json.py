"""MSRC CVRF as JSON: what ``Get-MsrcCvrfDocument | ConvertTo-Json`` and ``api.msrc.microsoft.com/cvrf`` give.

The same as ``msrc_cvrf``. Keys are read without regard to case and underscores, values with or without the object
``{"Value": ...}`` around them, lists with or without the object that names them: tools re-shape the document.
"""

from __future__ import annotations

import functools
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

_TITLE = re.compile(rb'\s*\{\s*"document_?(?:title|type|publisher|tracking)"', re.IGNORECASE)
_SEVERITY = frozenset({"severity", "3"})
_VENDOR_FIX = frozenset({"vendorfix", "2"})
_OF_VULNERABILITY = ("cve", "threats", "remediations", "revisionhistory")
_OF_THREAT = ("type", "productid", "description")
_OF_REMEDY = ("type", "productid", "description", "supercedence", "fixedbuild", "restartrequired")


def sniff(document: Document) -> bool:
    """Say whether the document begins with the title, type, publisher or tracking of a CVRF document."""
    return _TITLE.match(document.head.removeprefix(b"\xef\xbb\xbf")) is not None


def read(document: Document, options: ReadOptions) -> Part:
    """Read every remedy; raises CatalogError PR2907 for broken JSON. Memory is that of the document."""
    rows = PartRows(document, options, "patches", "msrc_cvrf_json")
    updates = Updates(rows)
    names: dict[str, str] = {}
    found: list[Vulnerability] = []
    tracking: dict[str, Any] = {}
    for key, place in json_of(document).members():
        name = _key(key)
        if name == "producttree":
            names = dict(_products(place.value()))
        elif name == "documenttracking":
            tracking = _fields(place.value())
        elif name == "vulnerability":
            found += map(_vulnerability, place.elements() if place.is_array else [place])
    released, changed = (_text(tracking.get(key)) for key in ("initialreleasedate", "currentreleasedate"))
    add(found, names, released, rows, updates)
    return updates.part(made_at=instant(changed))


def _vulnerability(place: Place) -> Vulnerability:
    """Return one vulnerability; its remedies stand at its own line."""
    line = place.line
    cve, threats, remedies, revisions = _values(place.value(), _OF_VULNERABILITY)
    severities: dict[str, str] = {}
    for threat in _list(threats, "threat"):
        kind, products, word = _values(threat, _OF_THREAT)
        if _key(_text(kind)) in _SEVERITY:
            severities.update(dict.fromkeys(_texts(products) or [EVERY], _text(word)))
    fixes = []
    for remedy in _list(remedies, "remediation"):
        kind, products, *said = _values(remedy, _OF_REMEDY)
        if _key(_text(kind)) in _VENDOR_FIX:
            kb, replaces, build, restart = map(_text, said)
            fixes.append(Fix(kb, tuple(_texts(products)), line, replaces, build, restart))
    dates = [_text(*_values(one, ("date",))) for one in _list(revisions, "revision")]
    return Vulnerability(_text(cve), tuple(filter(None, dates)), severities, tuple(fixes))


def _products(tree: object) -> Iterator[tuple[str, str]]:
    """Yield id and name of every product, wherever in the tree it stands."""
    if isinstance(tree, list):
        for one in tree:
            yield from _products(one)
    elif isinstance(tree, dict):
        fields = _fields(tree)
        if "productid" in fields:
            yield _text(fields["productid"]), _text(fields.get("value", fields.get("text")))
        else:
            for one in fields.values():
                yield from _products(one)


@functools.lru_cache(maxsize=1024)
def _key(text: str) -> str:
    """Return a key or word without what tools change in it."""
    return text.replace("_", "").replace(" ", "").lower()


def _fields(value: object) -> dict[str, Any]:
    """Return an object with such keys, an empty one for anything else."""
    return {_key(key): one for key, one in value.items()} if isinstance(value, dict) else {}


def _values(value: object, wanted: tuple[str, ...]) -> list[Any]:
    """Return what an object has under some keys, None for each it does not have, and where it is no object."""
    if not isinstance(value, dict):
        return [None] * len(wanted)
    return list(map(value.get, _spelled(tuple(value), wanted)))


@functools.lru_cache(maxsize=1024)
def _spelled(keys: tuple[str, ...], wanted: tuple[str, ...]) -> tuple[str | None, ...]:
    """Return how an object with such keys spells some: once for all objects of a kind."""
    spelled = {_key(key): key for key in keys}
    return tuple(map(spelled.get, wanted))


def _list(value: object, name: str) -> list[Any]:
    """Return a list, also one that an object holds under a name, or a single object."""
    if isinstance(value, dict):
        inner = _fields(value).get(name, value)
        return inner if isinstance(inner, list) else [inner]
    return value if isinstance(value, list) else []


def _texts(value: object) -> list[str]:
    """Return the texts of a list, or the one text."""
    found = value if isinstance(value, list) else [value]
    return list(filter(None, map(_text, found)))


def _text(value: object) -> str:
    """Return a scalar as text, also one inside ``{"Value": ...}``; empty for anything else."""
    if isinstance(value, dict):
        value = value["Value"] if "Value" in value else _fields(value).get("value")
    if isinstance(value, str):
        return value.strip()
    # Yes and no are numbers to Python, and no texts.
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


READER = Reader(
    "msrc_cvrf_json",
    "security updates of Microsoft, CVRF as JSON",
    (".json",),
    sniff,
    read,
    "the classification (inferred); updates without a security fix",
)
