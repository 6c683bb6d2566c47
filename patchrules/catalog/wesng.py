"""WES-NG definitions: Microsoft's security updates since 2008 as one CSV, alone or in the zip it is published as.

A line is a CVE, a KB and a product; a row here is a KB and a product, with the highest severity and the earliest date.
The feed says no classification: its updates are security updates, inferred and counted (PR3221). Lines of products
without KBs (Azure, Linux, applications that update themselves) are counted and left out (PR3220).
"""

from __future__ import annotations

import re
from datetime import datetime

from patchrules.catalog._csv import header_of, rows_of
from patchrules.catalog._microsoft import kb_id, kb_ids
from patchrules.catalog._reader import Part, Reader, ReadOptions
from patchrules.catalog._rows import PartRows
from patchrules.catalog._updates import Updates
from patchrules.sources.archives import first_member, members
from patchrules.sources.dates import instant
from patchrules.sources.files import Document

_COLUMNS = ("dateposted", "cve", "bulletinkb", "affectedproduct", "severity", "supersedes")
_TABLES = re.compile(r"(?:.*[/_])?(?:CVEs|Custom)_([0-9]{8})\.csv$", re.IGNORECASE)
_NOTHING = frozenset({"", "none", "n/a"})


def sniff(document: Document) -> bool:
    """Say whether the columns are those of the definitions, or the first file of a zip has their name."""
    return _TABLES.match(first_member(document)) is not None or set(_COLUMNS) <= set(header_of(document))


def read(document: Document, options: ReadOptions) -> Part:
    """Read every line; raises CatalogError for a damaged zip or CSV.

    Cost: about 3 us a line; memory is that of the rows, not of the file.
    """
    rows = PartRows(document, options, "patches", "wesng")
    updates = Updates(rows)
    dates: dict[str, datetime | None] = {}
    made = _TABLES.match(document.name)
    if first_member(document):
        with members(document, lambda name: _TABLES.match(name) is not None) as tables:
            for member in tables:
                _read_table(member, rows, updates, dates)
            made = max((found for one in tables if (found := _TABLES.match(one.inner))), key=_day, default=None)
    else:
        _read_table(document, rows, updates, dates)
    newest = max((date for date in dates.values() if date), default=None)
    return updates.part(made_at=instant(_day(made)) if made else newest)


def _read_table(document: Document, rows: PartRows, updates: Updates, dates: dict[str, datetime | None]) -> None:
    """Read one CSV; what lines say again and again is read once."""
    kbs: dict[str, str | None] = {}
    replaces: dict[str, dict[str, None]] = {"": {}}
    no_kb = no_date = 0
    for line, (posted, cve, bulletin, product, severity, replaced) in rows_of(document, _COLUMNS, rows):
        if bulletin not in kbs:
            kbs[bulletin] = kb_id(bulletin)
        kb = kbs[bulletin]
        if kb is None:
            no_kb += 1
            continue
        if not product.strip():
            rows.reject(line, "PR3003", "the row has no product", f"{bulletin} {cve}", file=document.name)
            continue
        if posted not in dates:
            dates[posted] = instant(posted)
        if replaced not in replaces:
            replaces[replaced] = dict.fromkeys(_replaced(replaced, rows))
        date = dates[posted]
        no_date += date is None and posted != ""
        update = updates.of(kb, product, line)
        update.cves[cve] = None
        update.add(updates.severity(severity), date, posted)
        update.supersedes.update(replaces[replaced])
    rows.counts["PR3220"] += no_kb
    rows.counts["PR3205"] += no_date


def _replaced(text: str, rows: PartRows) -> tuple[str, ...]:
    """Return the KBs that an update replaces; other ids are counted, each once."""
    found: list[str] = []
    for one in text.split(";"):
        kbs = kb_ids(one)
        found += kbs
        rows.counts["PR3225"] += not kbs and one.strip().lower() not in _NOTHING
    return tuple(found)


def _day(table: re.Match[str]) -> str:
    """Return the day in a table's name."""
    return table[1]


READER = Reader(
    "wesng",
    "WES-NG definitions of Windows updates",
    ("definitions.zip", ".csv"),
    sniff,
    read,
    "the classification (inferred), bulletins, fixed builds; non-security updates; several days of one update",
)
