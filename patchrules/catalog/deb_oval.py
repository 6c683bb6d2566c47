"""OVAL of Debian and Ubuntu: definitions of class ``patch``, each an advisory with its day and its fixed versions.

A definition refers to tests, a test to an object (the package) and a state (the version). Ubuntu's container flavour
names packages by regular expressions over a manifest; both are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from patchrules.catalog._advisories import Advisory, Fixes, product_of_platform, when
from patchrules.catalog._reader import Part, Reader, ReadOptions
from patchrules.catalog._rows import PartRows
from patchrules.sources.dates import instant
from patchrules.sources.files import Document
from patchrules.sources.xml import TagLines, elements

_ROOT = re.compile(rb"<(?:[\w.-]+:)?oval_definitions[\s>]")
_OURS = re.compile(rb"\b(?:debian|ubuntu)\b", re.IGNORECASE)
_TAGS = (
    "timestamp",
    "definition",
    "dpkginfo_test",
    "dpkginfo_object",
    "dpkginfo_state",
    "textfilecontent54_test",
    "textfilecontent54_object",
    "textfilecontent54_state",
    "constant_variable",
)
_TEXTS = frozenset({"title", "platform", "date"})
_ADVISORY = re.compile(r"\b(?:USN|LSN|DSA|DLA)-[0-9]+(?:-[0-9]+)?\b")
_PATTERN = re.compile(r"\^?([a-z0-9][a-z0-9.+-]*)(?:\(\?|$)")


@dataclass(slots=True)
class _Oval:
    """The tables of an OVAL file by id."""

    definitions: list[tuple[Advisory, str | None, list[str], int]] = field(default_factory=list)
    tests: dict[str, tuple[str, str]] = field(default_factory=dict)
    objects: dict[str, tuple[str, str]] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)
    made: str | None = None


def sniff(document: Document) -> bool:
    """Say whether the root element is ``oval_definitions``, and the generator Debian's or Ubuntu's."""
    return _ROOT.search(document.head) is not None and _OURS.search(document.head) is not None


def read(document: Document, options: ReadOptions) -> Part:
    """Read every definition; raises CatalogError as ``updateinfo.read`` does. Memory is that of names and versions."""
    rows = PartRows(document, options, "advisories", "deb_oval")
    lines = TagLines("definition")
    oval = _Oval()
    number = 0
    for element in elements(document, _TAGS, lines=lines):
        local = element.tag.rpartition("}")[2]
        if local == "definition":
            _add_definition(element, number, oval)
            number += 1
        else:
            _add_part(local, element, oval)
    told = lines.lines(number)
    fixes = Fixes()
    for advisory, product, tests, place in oval.definitions:
        found = {pair for test in tests for pair in _fixed(oval, test)}
        if not advisory.id:
            text = advisory.title or ""
            rows.reject(told[place] if told else None, "PR3003", "the definition names no advisory", text)
            continue
        rows.counts["PR3230"] += not found
        for name, version in found:
            fixes.add(product, name, version, advisory)
    return fixes.part(rows, instant(oval.made))


def _add_definition(element: Element, number: int, oval: _Oval) -> None:
    """Add one definition, if it is of an advisory."""
    if element.get("class") != "patch":
        return
    texts: dict[str, str] = {}
    ids, tests, days = [], [], []
    for one in element.iter():
        local = one.tag.rpartition("}")[2]
        if local in _TEXTS:
            texts.setdefault(local, (one.text or "").strip())
        elif local == "reference":
            ids.append(one.get("ref_id", ""))
        elif local == "criterion":
            tests.append(one.get("test_ref", ""))
        elif local == "issued":
            days.append(one.get("date"))
    title = texts.get("title", "")
    named = _ADVISORY.search(" ".join([*ids, title]))
    issued = next(iter(days), None) or texts.get("date")
    advisory = Advisory(
        named[0] if named else "",
        *when(issued),
        title or None,
        tuple(one for one in ids if one.startswith("CVE-")),
    )
    oval.definitions.append((advisory, product_of_platform(texts.get("platform", "")), tests, number))


def _add_part(local: str, element: Element, oval: _Oval) -> None:
    """Add a test, an object, a state or a variable."""
    own = element.get("id", "")
    if local == "timestamp":
        oval.made = oval.made or element.text
    elif local.endswith("_test"):
        refs = [next((one.get(f"{kind}_ref", "") for one in _all(element, kind)), "") for kind in ("object", "state")]
        oval.tests[own] = (refs[0], refs[1])
    elif local.endswith("_object"):
        names = [(one.text or "").strip() for one in _all(element, "name")]
        variables = [one.get("var_ref", "") for one in element.iter() if one.get("var_ref")]
        oval.objects[own] = (names[0] if names else "", variables[0] if variables else "")
    elif local.endswith("_state"):
        version = next((one for one in (*_all(element, "evr"), *_all(element, "subexpression"))), None)
        if version is not None and version.get("operation") == "less than":
            oval.versions[own] = (version.text or "").strip()
    else:
        oval.names[own] = [(one.text or "").strip() for one in _all(element, "value")]


def _fixed(oval: _Oval, test: str) -> Iterator[tuple[str, str]]:
    """Yield package and version of a test."""
    thing, state = oval.tests.get(test, ("", ""))
    name, variable = oval.objects.get(thing, ("", ""))
    version = oval.versions.get(state, "")
    if not version or version in ("0", "0:0"):
        return
    for text in [name] if name else oval.names.get(variable, []):
        found = _PATTERN.match(text.replace("\\", ""))
        if found:
            yield found[1], version


def _all(element: Element, tag: str) -> Iterator[Element]:
    """Yield every element below with a local name."""
    return (one for one in element.iter() if one.tag.rpartition("}")[2] == tag)


READER = Reader(
    "deb_oval",
    "OVAL of Debian and Ubuntu",
    (".oval.xml", ".xml.bz2"),
    sniff,
    read,
    "everything but ids and days: it offers no package",
)
