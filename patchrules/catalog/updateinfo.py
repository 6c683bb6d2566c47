"""updateinfo.xml: the notices of an rpm repository (yum, dnf, zypper).

A row is a package of a notice. Notice attributes follow SEMANTICS 2.1 and 2.2: ``type`` becomes the classification in
AWS's spelling, an absent severity is null and an empty one is the empty text, dates are read by ``sources.dates`` and
kept as text too, because the two dialects read them differently (DECISIONS 3).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.catalog._reader import Part, Reader, ReadOptions
from patchrules.catalog._rows import PartRows
from patchrules.model.columns import CATALOG
from patchrules.sources.arrow import table
from patchrules.sources.dates import instant
from patchrules.sources.files import Document
from patchrules.sources.xml import TagLines, elements

_ROOT = re.compile(rb"<(?:[\w.-]+:)?(?:updates|update)[\s>/]")
_SOURCES = frozenset({"src", "nosrc"})
_ENOUGH_NAMES = 200
_NO = frozenset({"false", "0", "no"})
_NOTICE_COLUMNS = (
    "advisory",
    "classification",
    "severity",
    "title",
    "issued",
    "updated",
    "issued_text",
    "updated_text",
    "cves",
    "bugzillas",
    "reboot",
)


@dataclass(slots=True)
class _Feed:
    """The file while it is read: a list a column, notices and packages apart; ``owner`` joins them."""

    notices: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in _NOTICE_COLUMNS})
    owner: list[int] = field(default_factory=list)
    stated: list[dict[str, str]] = field(default_factory=list)
    module: list[str | None] = field(default_factory=list)
    repository: list[str | None] = field(default_factory=list)
    reboot: list[bool] = field(default_factory=list)
    dates: dict[str, datetime | None] = field(default_factory=dict)


def sniff(document: Document) -> bool:
    """Say whether the root element is ``updates`` or ``update``."""
    return _ROOT.search(document.head) is not None


def read(document: Document, options: ReadOptions) -> Part:
    """Read every notice; raises CatalogError for XML that is not well-formed, is too deep or has a DOCTYPE.

    Cost: that of ElementTree plus about 1 us a package; versions and dates once per distinct text.
    """
    rows = PartRows(document, options, "notices", "updateinfo")
    lines = TagLines("package")
    feed = _Feed()
    for update in elements(document, ("update",), lines=lines):
        space = update.tag[: -len("update")]
        packages = len(feed.owner)
        _add_notice(feed, update, space, rows.counts)
        _add_packages(feed, update, space)
        rows.counts["PR3207"] += packages == len(feed.owner)
    ids = Counter(feed.notices["advisory"])
    rows.counts["PR3208"] += sum(count - 1 for count in ids.values())
    return rows.part(_table(feed, lines.lines(len(feed.owner)), rows), "rpm")


def _add_notice(feed: _Feed, update: Element, space: str, counts: Counter[str]) -> None:
    """Append the attributes of one notice."""
    child = {one.tag[len(space) :]: one for one in reversed(update)}
    cves, bugzillas, own = _references(update, space)
    advisory = _text(child.get("id")) or next(iter(own), "")
    kind, severity = update.get("type"), _text(child.get("severity"))
    issued_text, updated_text = _date_text(child.get("issued")), _date_text(child.get("updated"))
    issued, updated = _read_date(feed, issued_text), _read_date(feed, updated_text)
    counts["PR3202"] += severity is None
    counts["PR3204"] += issued is None and updated is None
    counts["PR3205"] += (bool(issued_text) and issued is None) + (bool(updated_text) and updated is None)
    counts["PR3206"] += issued is not None and updated is not None and updated < issued
    counts["PR3210"] += not advisory
    counts["PR3211"] += kind is None
    values = (
        advisory,
        None if kind is None else kind.strip().capitalize(),
        severity,
        _text(child.get("title")),
        issued,
        updated,
        issued_text,
        updated_text,
        cves,
        bugzillas,
        _yes(child.get("reboot_suggested")),
    )
    for column, value in zip(feed.notices.values(), values, strict=True):
        column.append(value)


def _add_packages(feed: _Feed, update: Element, space: str) -> None:
    """Append the packages of one notice."""
    notice = len(feed.notices["advisory"]) - 1
    tag, reboot_tag = f"{space}package", f"{space}reboot_suggested"
    for collection in _collections(update, space):
        packages = collection.findall(tag)
        count = len(packages)
        repository = collection.get("short") or _text(collection.find(f"{space}name")) or None
        feed.stated += [package.attrib for package in packages]
        feed.owner += [notice] * count
        feed.module += [_module(collection.find(f"{space}module"))] * count
        feed.repository += [repository] * count
        # Flags are rare, and asking once for all packages of a collection is cheap.
        flags = any(True for _ in collection.iter(reboot_tag))
        feed.reboot += [_yes(package.find(reboot_tag)) for package in packages] if flags else [False] * count


def _table(feed: _Feed, lines: list[int] | None, rows: PartRows) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return one row a (notice, package): notice columns are taken by their number."""
    keep = _kept(feed.stated, lines, rows)
    stated = [feed.stated[place] for place in keep]
    epochs_lost = _epochs_lost(stated)
    if epochs_lost:
        rows.counts["PR3201"] += sum(bool(one.get("epoch")) for one in stated)
    packages: dict[str, list[Any]] = {
        "name": [one["name"] for one in stated],
        "arch": [one.get("arch") or None for one in stated],
        "evr": [_evr(one, with_epoch=not epochs_lost) for one in stated],
        "module": [feed.module[place] for place in keep],
        "repository": [feed.repository[place] for place in keep],
    }
    if lines is not None:
        packages["line"] = [lines[place] for place in keep]
    joined = table(CATALOG, packages, len(keep))
    notices = table(CATALOG, feed.notices, len(feed.notices["advisory"]))
    notices = notices.select(_NOTICE_COLUMNS).take(pa.array([feed.owner[place] for place in keep], pa.int64()))
    for name in _NOTICE_COLUMNS:
        joined = joined.set_column(joined.schema.get_field_index(name), name, notices[name])
    own = pa.array([feed.reboot[place] for place in keep], pa.bool_())
    reboot = pc.or_(notices["reboot"], own)
    return joined.set_column(joined.schema.get_field_index("reboot"), "reboot", reboot)


def _kept(stated: list[dict[str, str]], lines: list[int] | None, rows: PartRows) -> list[int]:
    """Return the places of the binary packages; sources are counted, packages without name or version refused."""
    keep = []
    for place, one in enumerate(stated):
        if one.get("arch") in _SOURCES:
            rows.counts["PR3209"] += 1
        elif one.get("name") and one.get("version"):
            keep.append(place)
        else:
            line = None if lines is None else lines[place]
            wanted = "version" if one.get("name") else "name"
            text = " ".join(one.get(key, "") for key in ("name", "version", "arch"))
            rows.reject(line, "PR3003", f"the package has no {wanted}", text)
    return keep


def _evr(stated: dict[str, str], *, with_epoch: bool) -> str:
    """Return ``[epoch:]version[-release]``; an empty epoch is not stated."""
    version, release, epoch = stated["version"], stated.get("release"), stated.get("epoch")
    if release:
        version = f"{version}-{release}"
    return f"{epoch}:{version}" if epoch and with_epoch else version


def _epochs_lost(stated: list[dict[str, str]]) -> bool:
    """Say whether a feed of 200 or more names has no epoch but 0 (DECISIONS 30)."""
    epochs = {one.get("epoch", "") for one in stated}
    return not any(epoch.strip("0") for epoch in epochs) and len({one["name"] for one in stated}) >= _ENOUGH_NAMES


def _collections(update: Element, space: str) -> Iterator[Element]:
    """Yield what may hold packages: each package list, for those without collections, and each collection."""
    for pkglist in update.iterfind(f"{space}pkglist"):
        yield pkglist
        yield from pkglist.iterfind(f"{space}collection")


def _references(update: Element, space: str) -> tuple[list[str], list[str], list[str]]:
    """Return CVE ids, Bugzilla ids and the notice's own ids, each once, in order of the file."""
    found: dict[str, dict[str, None]] = {"cve": {}, "bugzilla": {}, "self": {}}
    for reference in update.iterfind(f"{space}references/{space}reference"):
        ids = found.get((reference.get("type") or "").lower())
        one = (reference.get("id") or "").strip()
        if ids is not None and one:
            ids[one] = None
    return list(found["cve"]), list(found["bugzilla"]), list(found["self"])


def _module(element: Element | None) -> str | None:
    """Return ``name:stream`` of a modular collection."""
    return None if element is None else f"{element.get('name', '')}:{element.get('stream', '')}"


def _text(element: Element | None) -> str | None:
    """Return the text of an element, empty when it holds none; None when there is no such element."""
    return None if element is None else (element.text or "").strip()


def _date_text(element: Element | None) -> str | None:
    """Return ``date`` of an element, as the file has it."""
    return None if element is None else element.get("date", (element.text or "").strip() or None)


def _read_date(feed: _Feed, text: str | None) -> datetime | None:
    """Return the instant of a text; each distinct text is read once."""
    if text is None:
        return None
    if text not in feed.dates:
        feed.dates[text] = instant(text)
    return feed.dates[text]


def _yes(element: Element | None) -> bool:
    """Say whether a flag is there and does not say no; an empty element means yes."""
    return element is not None and (element.text or "").strip().lower() not in _NO


READER = Reader(
    "updateinfo",
    "update notices of an rpm repository",
    ("updateinfo.xml", "updateinfo.xml.gz"),
    sniff,
    read,
    "without the package list, what else is offered; whatever the vendor leaves out (severity, dates, epochs)",
)
