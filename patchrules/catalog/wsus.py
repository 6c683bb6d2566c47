"""WSUS: updates of a Windows Server Update Services server, exported as CSV (``Get-WsusUpdate``, ``GetUpdates()``).

``Export-Csv`` writes the type's name where a property is a list; a KB that is lost that way is read from the title. The
commands of ``docs/how-to/collect.md`` join lists with ``;``. A row is one KB of one product.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from patchrules.catalog._csv import header_of, rows_of
from patchrules.catalog._microsoft import kb_ids, product_titled, titled
from patchrules.catalog._reader import Part, Reader, ReadOptions
from patchrules.catalog._rows import PartRows
from patchrules.catalog._updates import Updates
from patchrules.sources.dates import instant
from patchrules.sources.files import Document

_NAMES = {  # what we want: what exports call it
    "title": ("title", "updatetitle"),
    "kb": ("knowledgebasearticles", "kbarticles", "kbarticleids", "kb"),
    "severity": ("msrcseverity", "severity"),
    "classification": ("updateclassificationtitle", "classification", "updateclassification"),
    "product": ("producttitles", "products", "product"),
    "family": ("productfamilytitles", "productfamily"),
    "date": ("creationdate", "releasedate", "arrivaldate"),
    "bulletin": ("securitybulletins", "msrcnumbers"),
    "supersedes": ("updatessupersededbythisupdate", "supersededupdates", "supersedes"),
    "restart": ("restartbehavior", "rebootbehavior"),
}
_NEEDED = ("title", "product", "classification")
_LOST = re.compile(r"(?:System\.|Microsoft\.)[\w.`\[\]+, =]+", re.IGNORECASE)
_KB_IN_TITLE = re.compile(r"[(\[\s]KB([0-9]{5,8})\b", re.IGNORECASE)
_LIST = re.compile(r"[;|\r\n]+")
_DATE = re.compile(
    r"(?P<a>\d{1,2})(?P<by>[./])(?P<b>\d{1,2})[./](?P<year>\d{4})"
    r"(?:,?\s+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?\s*(?P<half>[AaPp])?[Mm]?)?"
)
_NEVER = ("never", "neverreboots")
_MONTHS = 12
_NOON = 12


def sniff(document: Document) -> bool:
    """Say whether the columns name title, products and classification of updates."""
    header = set(header_of(document))
    return all(header.intersection(_NAMES[name]) for name in _NEEDED)


def read(document: Document, options: ReadOptions) -> Part:
    """Read every row; raises CatalogError PR3008 for quotes that never end."""
    rows = PartRows(document, options, "patches", "wsus")
    updates = Updates(rows)
    header = header_of(document)
    wanted = [next((name for name in names if name in header), "") for names in _NAMES.values()]
    found = [(line, dict(zip(_NAMES, values, strict=True))) for line, values in rows_of(document, wanted, rows)]
    day_first = _day_first(fields["date"].strip() for _, fields in found)
    for line, fields in found:
        _add(fields, line, rows, updates, day_first=day_first)
    return updates.part()


def _add(fields: dict[str, str], line: int, rows: PartRows, updates: Updates, *, day_first: bool | None) -> None:
    """Add one row once for each KB and product that it names."""
    title = fields["title"].strip()
    kbs = kb_ids(_unlost(fields["kb"])) or [f"KB{number}" for number in _KB_IN_TITLE.findall(title)]
    rows.counts["PR3220"] += not kbs
    products = list(_listed(fields["product"]))
    if kbs and not products:
        rows.reject(line, "PR3003", "the update has no product", f"{kbs[0]} {title}")
    text = fields["date"].strip()
    issued = instant(_date(text, day_first=day_first))
    rows.counts["PR3205"] += bool(text) and issued is None
    replaced = kb_ids(_unlost(fields["supersedes"]))
    rows.counts["PR3225"] += not replaced and bool(fields["supersedes"].strip())
    for kb in kbs:
        for product in products:
            target = titled(title, product_titled(product), next(_listed(fields["family"]), None))
            update = updates.of(kb, f"{product} {title}", line, target)
            told = {
                "classification": _classification(fields["classification"]),
                "advisory": next(_listed(fields["bulletin"]), None),
            }
            update.add(updates.severity(_unlost(fields["severity"])), issued, text or None, **told)
            update.title = title or None
            update.supersedes.update(dict.fromkeys(replaced))
            update.reboot = update.reboot or fields["restart"].strip().lower() not in ("", *_NEVER)


def _classification(text: str) -> str | None:
    """Return a classification in AWS's spelling: the same words, joined."""
    return "".join(word[:1].upper() + word[1:] for word in text.split()) or None


def _listed(text: str) -> Iterator[str]:
    """Yield the values of a list that was joined, without what PowerShell puts around it."""
    for one in _LIST.split(_unlost(text)):
        value = one.strip().strip("{}").strip()
        if value:
            yield value


def _unlost(text: str) -> str:
    """Return a value, empty where only the type's name was written."""
    return "" if _LOST.fullmatch(text.strip()) else text.strip()


def _day_first(texts: Iterable[str]) -> bool | None:
    """Say whether a file's dates between slashes begin with the day; None where none of them tells, or they disagree.

    >>> _day_first(["12/05/2026", "13/05/2026"]), _day_first(["5/13/2026"]), _day_first(["12/05/2026", "13.05.2026"])
    (True, False, None)
    """
    pairs = [(int(found["a"]), int(found["b"])) for text in texts if (found := _DATE.fullmatch(text)) and "/" in text]
    first, second = (any(pair[place] > _MONTHS for pair in pairs) for place in (0, 1))
    return None if first == second else first


def _date(text: str, *, day_first: bool | None) -> str | None:
    """Return a date as ISO 8601, day first between dots; None where nothing tells what comes first."""
    found = _DATE.fullmatch(text)
    if not found:
        return text or None
    one, two = int(found["a"]), int(found["b"])
    if found["by"] == "." or one > _MONTHS:
        day_first = True
    elif two > _MONTHS or one == two:
        day_first = False
    if day_first is None:
        return None
    month, day = (two, one) if day_first else (one, two)
    hour = int(found["hour"] or 0)
    if found["half"]:
        hour = hour % _NOON + (_NOON if found["half"] in "pP" else 0)
    parts: Sequence[int] = (hour, int(found["minute"] or 0), int(found["second"] or 0))
    return f"{found['year']}-{month:02}-{day:02} " + ":".join(f"{part:02}" for part in parts)


READER = Reader(
    "wsus",
    "updates of a WSUS server",
    (".csv",),
    sniff,
    read,
    "CVE ids and fixed builds; lists that Export-Csv did not join; the zone of dates",
)
