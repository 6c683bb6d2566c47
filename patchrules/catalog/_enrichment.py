"""What others say of CVEs, to be joined with a catalog: CISA's list of exploited ones (KEV), FIRST's scores (EPSS).

They are no catalogs: they offer nothing. Each keeps the feed's own day, because a score without its day says little.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.catalog._csv import header_of, rows_of
from patchrules.catalog._reader import OnBadRow, ReadOptions
from patchrules.catalog._rows import PartRows
from patchrules.errors import CatalogError, Diagnostic
from patchrules.model.columns import CATALOG
from patchrules.model.patch import Catalog
from patchrules.model.source import Source
from patchrules.sources.arrow import INSTANT, table
from patchrules.sources.dates import instant
from patchrules.sources.files import Document, Input, Limits, open_document
from patchrules.sources.json import json_of

__all__ = ["Enrichment", "enriched", "feed_of", "read_enrichment"]

_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,}")
_KEV_SCHEMA = pa.schema(
    [("cve", pa.string()), ("kev_added", INSTANT), ("kev_due", INSTANT), ("kev_ransomware", pa.bool_())]
)
_EPSS_SCHEMA = pa.schema([("cve", pa.string()), ("epss", pa.float64()), ("epss_percentile", pa.float64())])
_SCORE_DATE = re.compile(rb"^#.*\bscore_date:([^,\r\n]+)", re.MULTILINE)
_Row = tuple[int, str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Enrichment:
    """One feed: ``kind`` is ``kev`` or ``epss``, ``as_of`` the feed's own day, ``table`` has one row a CVE.

    ``table`` of KEV has cve, kev_added, kev_due, kev_ransomware; that of EPSS cve, epss, epss_percentile.
    """

    kind: str
    table: Any
    as_of: datetime | None
    source: Source
    rejects: Any
    diagnostics: tuple[Diagnostic, ...] = ()

    def __str__(self) -> str:
        """Return kind, size and day on one line."""
        day = f" of {self.as_of:%Y-%m-%d}" if self.as_of else ""
        return f"{self.kind}{day}: {self.table.num_rows:,} CVEs"


def read_enrichment(
    source: Input, *, name: str | None = None, on_bad_row: OnBadRow = "collect", limits: Limits | None = None
) -> Enrichment:
    r"""Read KEV (JSON or CSV) or EPSS (CSV, compressed or not, or an answer of its API).

    Raises CatalogError: PR3001 for a file that is neither, PR2907 and PR3008 for one that is broken.

    >>> scores = b"#score_date:2024-02-13T00:00:00+0000\ncve,epss,percentile\nCVE-2024-9000,0.5,0.9\n"
    >>> print(read_enrichment(scores))
    epss of 2024-02-13: 1 CVEs
    """
    options = ReadOptions(on_bad_row=on_bad_row, limits=limits or Limits())
    document = open_document(source, name=name, limits=options.limits, error=CatalogError)
    kind = feed_of(document)
    if kind is None:
        raise document.fail("PR3001", f"`{document.name}` is neither KEV nor EPSS")
    _, read, schema = _FEEDS[kind]
    return _enrichment(kind, read, schema, document, PartRows(document, options, "patches", kind))


def feed_of(document: Document) -> str | None:
    """Return ``kev`` or ``epss`` by the first bytes of a file, None when it is neither."""
    return next((kind for kind, (knows, _, _) in _FEEDS.items() if knows(document)), None)


def enriched(catalog: Catalog, *feeds: Enrichment) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return the catalog's table with what the feeds say of the CVEs of each patch.

    A patch of several CVEs takes the first day it was added, the first day it is due, the highest score; null where no
    feed knows any of them. Cost: Arrow kernels only.
    """
    patches = catalog.table
    cves = patches["cves"].combine_chunks()
    owner, names = pc.list_parent_indices(cves), pc.list_flatten(cves)
    for feed in feeds:
        places = pc.index_in(names, feed.table["cve"].combine_chunks())
        known = pa.table({"owner": owner, "place": places}).filter(pc.is_valid(places))
        wanted = [name for name in feed.table.column_names if name != "cve"]
        told = pa.table({"owner": known["owner"], **{name: feed.table[name].take(known["place"]) for name in wanted}})
        best = told.group_by("owner").aggregate([(name, _TOGETHER[name]) for name in wanted])
        rows = pc.index_in(pa.array(range(patches.num_rows), owner.type), best["owner"].combine_chunks())
        for name in wanted:
            patches = patches.append_column(name, best[f"{name}_{_TOGETHER[name]}"].take(rows))
    return patches


def _enrichment(
    kind: str,
    read: Callable[[Document, PartRows], tuple[Iterator[_Row], datetime | None]],
    schema: Any,  # noqa: ANN401  pyarrow is Any
    document: Document,
    rows: PartRows,
) -> Enrichment:
    """Put a feed together; a CVE that stands twice counts once, the last time."""
    found, as_of = read(document, rows)
    kept: dict[str, tuple[Any, ...]] = {}
    for line, cve, texts in found:
        values = _VALUES[kind](texts)
        if not _CVE.fullmatch(cve):
            rows.reject(line, "PR3003", "the row names no CVE", cve)
        elif values is None:
            rows.reject(line, "PR3003", "the row has no score", f"{cve} {' '.join(texts)}")
        else:
            kept[cve] = (cve, *values)
    columns = list(zip(*kept.values(), strict=True)) or [()] * len(schema)
    data = pa.table(
        [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema=schema
    )
    part = rows.part(table(CATALOG, {}, 0), "rpm")
    doubts = tuple(one for one in part.diagnostics if one.code != "PR3216")
    source = document.source(kind, rows=data.num_rows, rejects=part.rejects.num_rows)
    return Enrichment(kind, data, as_of, source, part.rejects, doubts)


def _is_kev(document: Document) -> bool:
    """Say whether a file is KEV."""
    return b'"catalogVersion"' in document.head or {"cveid", "dateadded", "duedate"} <= set(header_of(document))


def _is_epss(document: Document) -> bool:
    """Say whether a file is EPSS."""
    lines = [line for line in document.head_lines() if not line.startswith("#")]
    return "".join(lines[:1]).startswith("cve,epss") or (
        b'"epss"' in document.head and b'"percentile"' in document.head
    )


def _kev(document: Document, rows: PartRows) -> tuple[Iterator[_Row], datetime | None]:
    """Return the rows of KEV: days added and due, and whether ransomware is known to use it."""
    names = ("cveid", "dateadded", "duedate", "knownransomwarecampaignuse")
    if not document.head.lstrip().startswith(b"{"):
        return ((line, cve, tuple(rest)) for line, (cve, *rest) in rows_of(document, names, rows)), None
    top = json_of(document)
    places = ((place.line, place.value()) for place in top["vulnerabilities"].elements())
    fields = ("cveID", "dateAdded", "dueDate", "knownRansomwareCampaignUse")
    found = ((line, [_text(value, name) for name in fields]) for line, value in places)
    return ((line, cve, tuple(rest)) for line, (cve, *rest) in found), instant(
        _text({"": top["dateReleased"].value()}, "")
    )


def _epss(document: Document, rows: PartRows) -> tuple[Iterator[_Row], datetime | None]:
    """Return the rows of EPSS: score and percentile."""
    if not document.head.lstrip().startswith(b"{"):
        said = _SCORE_DATE.search(document.head)
        found = rows_of(document, ("cve", "epss", "percentile"), rows)
        as_of = instant(said[1].decode("ascii", "replace")) if said else None
        return ((line, cve, tuple(rest)) for line, (cve, *rest) in found), as_of
    places = [(place.line, place.value()) for place in json_of(document)["data"].elements()]
    days = [day for _, value in places if (day := instant(_text(value, "date")))]
    scores = ((line, _text(value, "cve"), (_text(value, "epss"), _text(value, "percentile"))) for line, value in places)
    return scores, max(days, default=None)


def _kev_values(texts: Sequence[str]) -> tuple[Any, ...]:
    """Return days added and due, and ransomware."""
    return instant(texts[0]), instant(texts[1]), texts[2].strip().lower() == "known"


def _epss_values(texts: Sequence[str]) -> tuple[Any, ...] | None:
    """Return score and percentile, None where they are none."""
    try:
        score, percentile = (float(text) for text in texts)
    except ValueError:
        return None
    return (score, percentile) if 0 <= score <= 1 and 0 <= percentile <= 1 else None


def _text(value: object, name: str) -> str:
    """Return a field as text."""
    found = value.get(name) if isinstance(value, dict) else None
    return str(found).strip() if isinstance(found, str | int | float) else ""


_FEEDS = {"kev": (_is_kev, _kev, _KEV_SCHEMA), "epss": (_is_epss, _epss, _EPSS_SCHEMA)}
_VALUES: dict[str, Callable[[Sequence[str]], tuple[Any, ...] | None]] = {"kev": _kev_values, "epss": _epss_values}
_TOGETHER = {"kev_added": "min", "kev_due": "min", "kev_ransomware": "max", "epss": "max", "epss_percentile": "max"}
