"""AWS's own answers: ``aws ssm describe-available-patches`` and ``describe-effective-patches-for-patch-baseline``.

Windows updates and packages of Linux alike. The products among the answers tell the family; AWS states no dates but the
release date, and for packages no build time. What an answer's status says of a baseline is not read.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from patchrules.catalog._microsoft import kb_id, titled
from patchrules.catalog._reader import Part, Reader, ReadOptions
from patchrules.catalog._rows import PartRows
from patchrules.catalog._updates import Updates
from patchrules.families import family_of_products
from patchrules.model.columns import CATALOG
from patchrules.sources.arrow import table
from patchrules.sources.dates import instant
from patchrules.sources.files import Document
from patchrules.sources.json import Place, json_of

_LIST = re.compile(rb'\s*(?:\[\s*\{|\{(?:\s*"NextToken"\s*:\s*"[^"]*"\s*,)?\s*"(?:Effective)?Patches"\s*:)')
_FIELDS = re.compile(rb'"(?:KbNumber|MsrcSeverity|MsrcNumber|AdvisoryIds|BugzillaIds|CVEIds|ProductFamily)"\s*:')
_LISTS = ("Patches", "EffectivePatches")
_ONE_PRODUCT = "save an answer for each: --filters Key=PRODUCT,Values=Ubuntu22.04"
_ISO_EPOCH = re.compile(r"/Date\((-?[0-9]+)[0-9]{3}\)/")


def sniff(document: Document) -> bool:
    """Say whether the head is a list of patches that has fields of no other answer of AWS."""
    head = document.head.removeprefix(b"\xef\xbb\xbf")
    return _LIST.match(head) is not None and _FIELDS.search(head) is not None


def read(document: Document, options: ReadOptions) -> Part:
    """Read every patch.

    Raises CatalogError PR2907 for broken JSON, which answers with elisions (``...``) are, PR3005 for Windows beside
    Linux, and PR3030 for several products of Debian or Ubuntu.
    """
    rows = PartRows(document, options, "patches", "available_patches")
    updates = Updates(rows)
    packages: list[dict[str, Any]] = []
    products: set[str] = set()
    kinds: set[bool] = set()
    top = json_of(document)
    for place in _patches(top):
        fields = _object(place.value())
        fields = _object(fields.get("Patch", fields))
        is_package = bool(_text(fields, "Name"))
        kinds.add(is_package)
        products.add(_text(fields, "Product"))
        if is_package:
            packages += _package(fields, place.line, rows)
        else:
            _add_update(fields, place.line, rows, updates)
    rows.counts["PR2221"] += not top.is_array and bool(top["NextToken"].value())
    if len(kinds) > 1:
        raise document.fail("PR3005", "the file has updates of Windows and packages of Linux")
    if True not in kinds:
        return updates.part()
    return _packages_part(packages, sorted(filter(None, products)), rows, document, options)


def _packages_part(
    packages: Sequence[Mapping[str, Any]],
    products: Sequence[str],
    rows: PartRows,
    document: Document,
    options: ReadOptions,
) -> Part:
    """Return packages of Linux; raises CatalogError PR3030 for several products that no version tells apart."""
    known = family_of_products(products)
    columns = {name: [one[name] for one in packages] for name in packages[0]} if packages else {}
    rows.counts["PR3202"] += sum(one["severity"] is None for one in packages)
    scheme = known.scheme if known else options.scheme or "rpm"
    if scheme == "dpkg" and packages:
        if len(products) > 1:
            message = f"packages are of {len(products)} products, and nothing tells which is for which"
            raise document.fail("PR3030", f"{message}: {', '.join(products)}", hint=_ONE_PRODUCT)
        columns["priority"] = columns["severity"]
        columns["product"] = [next(iter(products), None)] * len(packages)
    patches = table(CATALOG, columns, len(packages))
    return rows.part(patches, scheme, family=known.name if known else None, products=tuple(products))


def _patches(top: Place) -> Iterator[Place]:
    """Yield the patches of an answer, or of a list that was taken out of it."""
    if top.is_array:
        yield from top.elements()
    for name in _LISTS:
        yield from top[name].elements()


def _add_update(fields: dict[str, Any], line: int, rows: PartRows, updates: Updates) -> None:
    """Add a Windows update."""
    title, product = _text(fields, "Title"), _text(fields, "Product")
    kb = kb_id(_text(fields, "KbNumber"))
    if kb is None:
        rows.counts["PR3220"] += 1
        return
    if not product:
        rows.reject(line, "PR3003", "the patch has no product", f"{kb} {title}")
        return
    target = titled(title, product, _text(fields, "ProductFamily") or None)
    update = updates.of(kb, f"{product} {title}", line, target)
    issued = _date(fields.get("ReleaseDate"))
    told = {"classification": _text(fields, "Classification") or None, "advisory": _text(fields, "MsrcNumber") or None}
    update.add(updates.severity(_text(fields, "MsrcSeverity")), _instant(issued), issued, **told)
    update.title = title or None


def _package(fields: dict[str, Any], line: int, rows: PartRows) -> Iterator[dict[str, Any]]:
    """Yield a package of Linux once for each advisory that names it."""
    name, version, release, epoch = (_text(fields, key) for key in ("Name", "Version", "Release", "Epoch"))
    if not version:
        rows.reject(line, "PR3003", "the patch has no version", name)
        return
    evr = f"{version}-{release}" if release else version
    issued = _date(fields.get("ReleaseDate"))
    rows.counts["PR3204"] += instant(issued) is None
    for advisory in _texts(fields, "AdvisoryIds") or [""]:
        yield {
            "name": name,
            "arch": _text(fields, "Arch") or None,
            "evr": f"{epoch}:{evr}" if epoch else evr,
            "advisory": advisory or None,
            "classification": _text(fields, "Classification") or None,
            "severity": _text(fields, "Severity") or None,
            "title": _text(fields, "Title") or None,
            "issued": instant(issued),
            "issued_text": issued,
            "cves": _texts(fields, "CVEIds"),
            "bugzillas": _texts(fields, "BugzillaIds"),
            "repository": _text(fields, "Repository") or None,
            "line": line,
        }


def _date(value: object) -> str | None:
    """Return a date as text: AWS's tools write seconds with a fraction, ISO 8601, or milliseconds (PowerShell)."""
    if isinstance(value, int | float) and abs(value) < 1e11:  # noqa: PLR2004  seconds, not milliseconds
        return str(int(value))
    if not isinstance(value, str):
        return None
    found = _ISO_EPOCH.fullmatch(value)
    return found[1] if found else value


@functools.lru_cache(maxsize=4096)
def _instant(text: str | None) -> datetime | None:
    """Return the instant of a text: thousands of patches share a release date."""
    return instant(text)


def _object(value: object) -> dict[str, Any]:
    """Return an object, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def _text(fields: dict[str, Any], key: str) -> str:
    """Return a scalar as text, empty for anything else."""
    value = fields.get(key)
    if type(value) is str:
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _texts(fields: dict[str, Any], key: str) -> list[str]:
    """Return a list of texts."""
    value = fields.get(key)
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


READER = Reader(
    "available_patches",
    "patches AWS says are available",
    (".json",),
    sniff,
    read,
    "what an update replaces; build times; for Linux, epochs that AWS leaves out",
)
