"""updateinfo.xml: the notices of an rpm repository (yum, dnf, zypper).

A row is a package of a notice. Notice attributes follow SEMANTICS 2.1 and 2.2: ``type`` becomes the classification in
AWS's spelling, an absent severity is null and an empty one is the empty text, dates are read by ``sources.dates`` and
kept as text too, because the two dialects read them differently (DECISIONS 3).
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.catalog._reader import Part, Reader, ReadOptions
from patchrules.catalog._rows import PartRows
from patchrules.model.columns import CATALOG
from patchrules.sources.arrow import INSTANT, counting, stripped, table
from patchrules.sources.dates import instant
from patchrules.sources.files import Document
from patchrules.sources.tag_columns import tag_columns
from patchrules.sources.tags import Tags, Wanted

_ROOT = re.compile(rb"<(?:[\w.-]+:)?(?:updates|update)[\s>/]")
_SOURCES = ("src", "nosrc")
_PACKAGE = ("name", "arch", "version", "release", "epoch")
_TEXTS = ("id", "title", "severity", "issued", "updated", "reboot_suggested", "name")
_ATTRIBUTES = {
    "update": ("type",),
    "issued": ("date",),
    "updated": ("date",),
    "references": (),
    "reference": ("type", "id"),
    "pkglist": ("short",),
    "collection": ("short",),
    "module": ("name", "stream"),
    "package": _PACKAGE,
}
_WANTED = Wanted("update", _TEXTS, _ATTRIBUTES, counted="package")
_ENOUGH_NAMES = 200
_NO = ("false", "0", "no")


def sniff(document: Document) -> bool:
    """Say whether the root element is ``updates`` or ``update``."""
    return _ROOT.search(document.head) is not None


def read(document: Document, options: ReadOptions) -> Part:
    """Read every notice; raises CatalogError for XML that is not well-formed, is too deep or has a DOCTYPE.

    Cost: 1.2 times that of bare ElementTree, in Arrow, and 2.8 times for a document that ``sources.tag_columns`` leaves
    to the tree; versions and dates once per distinct text.
    """
    rows = PartRows(document, options, "notices", "updateinfo")
    found, counted = tag_columns(document, _WANTED, lambda tags: (_notices(tags), _packages(tags)))
    notices = _dated(pa.concat_tables([one for one, _ in found]))
    packages = _packages_of_all([one.num_rows for one, _ in found], [several for _, several in found])
    _count(notices, rows.counts)
    rows.counts["PR3207"] += notices.num_rows - len(pc.unique(packages["notice"]))
    lines = counted.lines(packages.num_rows)
    line = pa.nulls(packages.num_rows, pa.int32()) if lines is None else pa.array(lines, pa.int32())
    return rows.part(_table(notices, packages.append_column("line", line), rows), "rpm")


def _notices(tags: Tags) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return one row a notice."""
    updates = tags.named("update")
    number = counting(len(updates))
    ids = _ids(tags, updates)
    owners, own = ids["self"]
    kinds = tags.attribute("update", "type", updates).dictionary_encode()
    spelled = pa.array([kind.strip().capitalize() for kind in kinds.dictionary.to_pylist()], pa.string())
    named = _stated(tags.text("id", tags.first("id", updates)))
    columns = {
        "advisory": pc.coalesce(named, own.take(pc.index_in(number, owners)), ""),
        "classification": spelled.take(kinds.indices),
        "severity": tags.text("severity", tags.first("severity", updates)),
        "title": tags.text("title", tags.first("title", updates)),
        "cves": _lists(*ids["cve"], number),
        "bugzillas": _lists(*ids["bugzilla"], number),
        "reboot": _yes(tags.text("reboot_suggested", tags.first("reboot_suggested", updates))),
    }
    for name in ("issued", "updated"):
        dates = tags.first(name, updates)
        columns[f"{name}_text"] = pc.coalesce(tags.attribute(name, "date", dates), _stated(tags.text(name, dates)))
    return pa.table(columns)


def _ids(tags: Tags, updates: Any) -> dict[str, tuple[Any, Any]]:  # noqa: ANN401  pyarrow is Any
    """Return CVE ids, Bugzilla ids and the notices' own ids, each once a notice, beside the notice's number."""
    lists, notices = tags.children("references", updates)
    references, places = tags.children("reference", lists)
    kinds = pc.utf8_lower(tags.attribute("reference", "type", references))
    ids = _stated(stripped(tags.attribute("reference", "id", references)))
    owners = notices.take(places)
    found = {}
    for kind in ("cve", "bugzilla", "self"):
        of_kind = pc.and_(pc.equal(kinds, kind), pc.is_valid(ids))
        found[kind] = _once(owners.filter(of_kind), ids.filter(of_kind))
    return found


def _once(owners: Any, ids: Any) -> tuple[Any, Any]:  # noqa: ANN401  pyarrow is Any
    """Return the ids without those that a notice gave before."""
    keys = pc.binary_join_element_wise(owners.cast(pa.string()), ids, " ")
    distinct = pc.unique(keys)
    if len(distinct) == len(keys):
        return owners, ids
    first = pc.index_in(distinct, keys)
    return owners.take(first), ids.take(first)


def _lists(owners: Any, ids: Any, notices: Any) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return the ids of each notice as a list; ``owners`` is in order."""
    some, sizes = pc.value_counts(owners).flatten()
    sizes = pc.fill_null(sizes.take(pc.index_in(notices, some)), 0)
    ends = pc.cumulative_sum(sizes).cast(pa.int32())
    return pa.ListArray.from_arrays(pa.concat_arrays([pa.array([0], pa.int32()), ends]), ids)


def _packages(tags: Tags) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return one row a package, those of a package list itself and those of its collections."""
    lists, notices = tags.children("pkglist", tags.named("update"))
    inner, places = tags.children("collection", lists)
    collections = pa.concat_arrays([lists, inner])
    packages, around = tags.children("package", collections)
    module = tags.first("module", collections)
    stream = [pc.fill_null(tags.attribute("module", name, module), "") for name in ("name", "stream")]
    modules = pc.if_else(pc.is_valid(module), pc.binary_join_element_wise(*stream, ":"), None)
    title = _stated(tags.text("name", tags.first("name", collections)))
    short = [_stated(tags.attribute(name, "short", collections)) for name in ("collection", "pkglist")]
    columns = {name: _stated(tags.attribute("package", name, packages)) for name in _PACKAGE}
    columns["arch"] = _stated(stripped(columns["arch"]))
    columns["notice"] = pa.concat_arrays([notices, notices.take(places)]).take(around).cast(pa.int64())
    columns["module"] = modules.take(around)
    columns["repository"] = pc.coalesce(*short, title).take(around)
    columns["reboot"] = _yes(tags.text("reboot_suggested", tags.first("reboot_suggested", packages)))
    return pa.table(columns)


def _packages_of_all(notices: list[int], packages: list[Any]) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return the packages of all stretches, with the number of their notice among those of all."""
    before, tables = 0, []
    for number, one in zip(notices, packages, strict=True):
        place = one.column_names.index("notice")
        tables.append(one.set_column(place, "notice", pc.add(one["notice"], before)))
        before += number
    return pa.concat_tables(tables)


def _dated(notices: Any) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return the notices with the instants that the texts of their dates state."""
    for name in ("issued", "updated"):
        texts = notices[f"{name}_text"].combine_chunks().dictionary_encode()
        instants = pa.array(map(instant, texts.dictionary.to_pylist()), INSTANT)
        notices = notices.append_column(name, instants.take(texts.indices))
    return notices


def _count(notices: Any, counts: Counter[str]) -> None:  # noqa: ANN401  pyarrow is Any
    """Count what is doubtful about the notices."""
    issued, updated = notices["issued"], notices["updated"]
    counts["PR3202"] += notices["severity"].null_count
    counts["PR3204"] += _number(pc.and_(pc.is_null(issued), pc.is_null(updated)))
    for name in ("issued", "updated"):
        text = notices[f"{name}_text"]
        counts["PR3205"] += _number(pc.and_(pc.not_equal(text, ""), pc.is_null(notices[name])))
    counts["PR3206"] += _number(pc.less(updated, issued))
    counts["PR3208"] += notices.num_rows - len(pc.unique(notices["advisory"]))
    counts["PR3210"] += _number(pc.equal(notices["advisory"], ""))
    counts["PR3211"] += notices["classification"].null_count


def _number(mask: Any) -> int:  # noqa: ANN401  pyarrow is Any
    """Return how many rows a mask has."""
    return pc.sum(mask).as_py() or 0


def _table(notices: Any, packages: Any, rows: PartRows) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return one row a (notice, package): notice columns are taken by their number. Cost: Arrow kernels."""
    stated = _kept(packages, rows)
    epochs_lost = _epochs_lost(stated)
    if epochs_lost:
        rows.counts["PR3201"] += stated.num_rows - stated["epoch"].null_count
    joined = {name: stated[name] for name in ("name", "arch", "module", "repository", "line")}
    of_notices = notices.combine_chunks().take(stated["notice"])
    joined |= {name: of_notices[name] for name in notices.column_names}
    joined["evr"] = _evr(stated, with_epoch=not epochs_lost)
    joined["reboot"] = pc.or_(of_notices["reboot"], stated["reboot"])
    return table(CATALOG, joined, stated.num_rows)


def _stated(values: Any) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return the values with null for the empty ones."""
    is_empty = pc.equal(values, "")
    return pc.if_else(is_empty, None, values) if pc.any(is_empty).as_py() else values


def _yes(said: Any) -> Any:  # noqa: ANN401  pyarrow is Any
    """Say whether flags are there and do not say no; an empty one means yes."""
    return pc.and_(pc.is_valid(said), pc.invert(pc.is_in(pc.utf8_lower(said), pa.array(_NO))))


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


READER = Reader(
    "updateinfo",
    "update notices of an rpm repository",
    ("updateinfo.xml", "updateinfo.xml.gz"),
    sniff,
    read,
    "without the package list, what else is offered; whatever the vendor leaves out (severity, dates, epochs)",
)
