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
_SOURCES = ("src", "nosrc")
_PACKAGE = ("name", "arch", "version", "release", "epoch")
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


_STATED = pa.struct([(key, pa.string()) for key in _PACKAGE])
_KEPT = 1 << 8


@dataclass(slots=True)
class _Feed:
    """The file while it is read: a list a column for notices and for collections, whose number each package has.

    The attributes of the last packages are as the parser gave them, those of the others are Arrow already.
    """

    notices: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in _NOTICE_COLUMNS})
    owner: list[int] = field(default_factory=list)
    module: list[str | None] = field(default_factory=list)
    repository: list[str | None] = field(default_factory=list)
    collection: list[int] = field(default_factory=list)
    reboot: list[bool] = field(default_factory=list)
    stated: list[dict[str, str]] = field(default_factory=list)
    attributes: list[Any] = field(default_factory=list)
    dates: dict[str, datetime | None] = field(default_factory=dict)


def sniff(document: Document) -> bool:
    """Say whether the root element is ``updates`` or ``update``."""
    return _ROOT.search(document.head) is not None


def read(document: Document, options: ReadOptions) -> Part:
    """Read every notice; raises CatalogError for XML that is not well-formed, is too deep or has a DOCTYPE.

    Cost: 1.7 times that of bare ElementTree; versions and dates once per distinct text.
    """
    rows = PartRows(document, options, "notices", "updateinfo")
    lines = TagLines("package")
    feed = _Feed()
    for update in elements(document, ("update",), lines=lines):
        space = update.tag[: -len("update")]
        packages = len(feed.collection)
        _add_notice(feed, update, space)
        _add_packages(feed, update, space)
        rows.counts["PR3207"] += packages == len(feed.collection)
    _count(feed.notices, rows.counts)
    return rows.part(_table(feed, lines.lines(len(feed.collection)), rows), "rpm")


def _add_notice(feed: _Feed, update: Element, space: str) -> None:
    """Append the attributes of one notice."""
    cves, bugzillas, own = _references(update, space)
    advisory = _text(update.find(f"{space}id")) or next(iter(own), "")
    kind = update.get("type")
    issued_text, updated_text = _date_text(update.find(f"{space}issued")), _date_text(update.find(f"{space}updated"))
    values = (
        advisory,
        None if kind is None else kind.strip().capitalize(),
        _text(update.find(f"{space}severity")),
        _text(update.find(f"{space}title")),
        _read_date(feed, issued_text),
        _read_date(feed, updated_text),
        issued_text,
        updated_text,
        cves,
        bugzillas,
        _yes(update.find(f"{space}reboot_suggested")),
    )
    for column, value in zip(feed.notices.values(), values, strict=True):
        column.append(value)


def _count(notices: dict[str, list[Any]], counts: Counter[str]) -> None:
    """Count what is doubtful about the notices."""
    counts["PR3202"] += notices["severity"].count(None)
    counts["PR3210"] += notices["advisory"].count("")
    counts["PR3211"] += notices["classification"].count(None)
    counts["PR3208"] += len(notices["advisory"]) - len(set(notices["advisory"]))
    for text, date in (("issued_text", "issued"), ("updated_text", "updated")):
        stated = zip(notices[text], notices[date], strict=True)
        counts["PR3205"] += sum(bool(one) and when is None for one, when in stated)
    for issued, updated in zip(notices["issued"], notices["updated"], strict=True):
        if updated is None:
            counts["PR3204"] += issued is None
        elif issued is not None:
            counts["PR3206"] += updated < issued


def _add_packages(feed: _Feed, update: Element, space: str) -> None:
    """Append the packages of one notice."""
    notice = len(feed.notices["advisory"]) - 1
    tag, reboot_tag = f"{space}package", f"{space}reboot_suggested"
    for collection in _collections(update, space):
        packages = collection.findall(tag)
        if not packages:
            continue
        feed.collection += [len(feed.owner)] * len(packages)
        feed.owner.append(notice)
        feed.module.append(_module(collection.find(f"{space}module")))
        feed.repository.append(collection.get("short") or _text(collection.find(f"{space}name")) or None)
        feed.stated += [package.attrib for package in packages]
        # Flags are rare, and asking once for all packages of a collection is cheap.
        flags = any(True for _ in collection.iter(reboot_tag))
        feed.reboot += [_yes(package.find(reboot_tag)) for package in packages] if flags else [False] * len(packages)
    if len(feed.stated) >= _KEPT:
        _keep(feed)


def _keep(feed: _Feed) -> None:
    """Turn the attributes of the last packages into Arrow, which takes them out of the dictionaries itself."""
    feed.attributes.append(pa.array(feed.stated, _STATED))
    feed.stated.clear()


def _table(feed: _Feed, lines: list[int] | None, rows: PartRows) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return one row a (notice, package): notice columns are taken by their number. Cost: Arrow kernels."""
    _keep(feed)
    attributes = pa.concat_arrays(feed.attributes)
    columns = {key: _stated(attributes.field(key)) for key in _PACKAGE}
    collection = pa.array(feed.collection, pa.int64())
    columns["owner"] = pa.array(feed.owner, pa.int64()).take(collection)
    columns["module"] = pa.array(feed.module, pa.string()).take(collection)
    columns["repository"] = pa.array(feed.repository, pa.string()).take(collection)
    columns["reboot"] = pa.array(feed.reboot, pa.bool_())
    columns["line"] = pa.nulls(len(collection), pa.int32()) if lines is None else pa.array(lines, pa.int32())
    stated = _kept(pa.table(columns), rows)
    epochs_lost = _epochs_lost(stated)
    if epochs_lost:
        rows.counts["PR3201"] += stated.num_rows - stated["epoch"].null_count
    notices = table(CATALOG, feed.notices, len(feed.notices["advisory"])).select(_NOTICE_COLUMNS).take(stated["owner"])
    joined = {name: stated[name] for name in ("name", "arch", "module", "repository", "line")}
    joined |= {name: notices[name] for name in _NOTICE_COLUMNS}
    joined["evr"] = _evr(stated, with_epoch=not epochs_lost)
    joined["reboot"] = pc.or_(notices["reboot"], stated["reboot"])
    return table(CATALOG, joined, stated.num_rows)


def _stated(values: Any) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return the values with null for the empty ones."""
    return pc.if_else(pc.equal(values, ""), None, values)


def _kept(stated: Any, rows: PartRows) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return the binary packages; sources are counted, packages without name or version refused."""
    source = pc.is_in(stated["arch"], pa.array(_SOURCES))
    complete = pc.and_(pc.is_valid(stated["name"]), pc.is_valid(stated["version"]))
    rows.counts["PR3209"] += pc.sum(source).as_py() or 0
    for one in stated.filter(pc.invert(pc.or_(source, complete))).to_pylist():
        wanted = "version" if one["name"] else "name"
        text = " ".join(one[key] or "" for key in ("name", "version", "arch"))
        rows.reject(one["line"], "PR3003", f"the package has no {wanted}", text)
    return stated.filter(pc.and_not(complete, source))


def _evr(stated: Any, *, with_epoch: bool) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return ``[epoch:]version[-release]``; an empty epoch is not stated."""
    # A text joined with null is null: then the part before it is all there is.
    evr = pc.coalesce(pc.binary_join_element_wise(stated["version"], stated["release"], "-"), stated["version"])
    return pc.coalesce(pc.binary_join_element_wise(stated["epoch"], evr, ":"), evr) if with_epoch else evr


def _epochs_lost(stated: Any) -> bool:  # noqa: ANN401  pyarrow is Any
    """Say whether a feed of 200 or more names has no epoch but 0 (DECISIONS 30)."""
    epochs = pc.unique(stated["epoch"].drop_null()).to_pylist()
    return not any(epoch.strip("0") for epoch in epochs) and len(pc.unique(stated["name"])) >= _ENOUGH_NAMES


def _collections(update: Element, space: str) -> Iterator[Element]:
    """Yield what may hold packages: each package list, for those without collections, and each collection."""
    for pkglist in update.findall(f"{space}pkglist"):
        yield pkglist
        yield from pkglist.findall(f"{space}collection")


def _references(update: Element, space: str) -> tuple[list[str], list[str], list[str]]:
    """Return CVE ids, Bugzilla ids and the notice's own ids, each once, in order of the file."""
    found: dict[str, dict[str, None]] = {"cve": {}, "bugzilla": {}, "self": {}}
    # `findall` of one plain tag runs in C; a path of two, and `iterfind`, in Python.
    for references in update.findall(f"{space}references"):
        for reference in references.findall(f"{space}reference"):
            ids = found.get((reference.get("type") or "").lower())
            one = (reference.get("id") or "").strip() if ids is not None else ""
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
