"""Security advisories of deb distributions: which version of which package they fixed, and when.

They are a source of ids and dates for the packages of an archive (issue C): evidence, unless ``deb_dates="advisory"``
makes delays count. A fix is told by source package (Debian) or binary package (Ubuntu); it is for one release.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.catalog._reader import Part
from patchrules.catalog._rows import PartRows
from patchrules.families import Family, families
from patchrules.model.columns import CATALOG
from patchrules.sources.arrow import replaced, table
from patchrules.sources.dates import EPOCH, instant

__all__ = ["Advisory", "Fixes", "product_of_codename", "product_of_platform", "with_advisories"]

_SCHEME = "dpkg"
_ZERO = re.compile(r"^0+:")
_COLUMNS = ("advisory", "issued", "issued_text", "title", "cves")


@dataclass(frozen=True, slots=True)
class Advisory:
    """One advisory: its id, its day as read and as written, what it says in a line, its CVE ids."""

    id: str
    issued: datetime | None
    issued_text: str | None
    title: str | None = None
    cves: tuple[str, ...] = ()


@dataclass(slots=True)
class Fixes:
    """The advisories of a file by product and package version: ``Debian12``, and ``openssl 3.0.11-1``."""

    found: dict[tuple[str | None, str], list[Advisory]] = field(default_factory=dict)
    rows: int = 0

    def add(self, product: str | None, name: str, version: str, advisory: Advisory) -> None:
        """Note that a version of a package has what an advisory brought."""
        self.rows += 1
        self.found.setdefault((product, _package(name, version)), []).append(advisory)

    def part(self, rows: PartRows, made_at: datetime | None = None) -> Part:
        """Return the part: no patches, but these fixes."""
        rows.counts["PR3204"] += len({one.id for many in self.found.values() for one in many if one.issued is None})
        rows.counts["PR3216"] += not self.rows
        return rows.part(table(CATALOG, {}, 0), _SCHEME, made_at=made_at, fixes=self)


@functools.lru_cache(maxsize=256)
def product_of_codename(codename: str) -> str | None:
    """Return AWS's product of a release of a deb distribution, None when it is none we know.

    >>> product_of_codename("bookworm"), product_of_codename("jammy"), product_of_codename("potato")
    ('Debian12', 'Ubuntu22.04', None)
    """
    for family in _deb_families():
        version = family.codenames.get(codename.lower())
        if version:
            return family.product_format.format(version=version)
    return None


@functools.lru_cache(maxsize=256)
def product_of_platform(name: str) -> str | None:
    """Return AWS's product of a platform as OVAL names it.

    >>> product_of_platform("Ubuntu 22.04 LTS"), product_of_platform("Debian GNU/Linux 11")
    ('Ubuntu22.04', 'Debian11')
    """
    for family in _deb_families():
        for platform in family.platform_names:
            found = re.match(rf"{re.escape(platform)}\s+([0-9]+(?:\.[0-9]+)?)", name, re.IGNORECASE)
            if found:
                return family.product_format.format(version=found[1])
    return None


@functools.lru_cache(maxsize=4096)
def when(text: str | None) -> tuple[datetime | None, str | None]:
    """Return a day as read and as written: ``29 Mar 2023`` is one, too."""
    if not text:
        return None, None
    return instant(text) or instant(f"{text} 00:00"), text


def with_advisories(patches: Any, product: str | None, fixes: Iterable[Fixes]) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return the packages of an archive with the advisory that brought each version, where one did.

    Only the very version that an advisory names takes its date: later ones were released at a time nobody says. Of
    several advisories the first counts, with the CVE ids of all. Cost: Arrow joins, Python once an advisory.
    """
    known: dict[str, list[Advisory]] = {}
    for one in fixes:
        for (of, package), advisories in one.found.items():
            if product is None or of in (None, product):
                known.setdefault(package, []).extend(advisories)
    if not known or not patches.num_rows:
        return patches
    rows = [_together(advisories) for advisories in known.values()]
    told = table(CATALOG, {name: [row[name] for row in rows] for name in _COLUMNS}, len(rows))
    keys = pa.array(known.keys(), pa.string())
    version = pc.replace_substring_regex(patches["evr"], _ZERO.pattern, "")
    binary = pc.index_in(pc.binary_join_element_wise(patches["name"], version, " "), keys)
    source = pc.index_in(pc.replace_substring_regex(patches["source"], r" 0+:", " "), keys)
    places = pc.coalesce(binary, source)
    for name in _COLUMNS:
        column = pc.coalesce(told[name].take(places), patches[name]) if name != "cves" else told[name].take(places)
        patches = replaced(patches, name, column)
    return patches


def _together(advisories: list[Advisory]) -> Mapping[str, Any]:
    """Return the columns of the first of several advisories on one version."""
    dated = sorted(advisories, key=lambda one: (one.issued is None, one.issued or EPOCH, one.id))
    first = dated[0]
    return {
        "advisory": first.id,
        "issued": first.issued,
        "issued_text": first.issued_text,
        "title": first.title,
        "cves": sorted({cve for one in advisories for cve in one.cves}),
    }


def _package(name: str, version: str) -> str:
    """Return the text of a package version: an epoch of 0 is none."""
    return f"{name} {_ZERO.sub('', version)}"


def _deb_families() -> list[Family]:
    """Return the families whose packages are dpkg's."""
    return [family for family in families().values() if family.scheme == _SCHEME]
