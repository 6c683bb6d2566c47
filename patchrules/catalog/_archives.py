"""Which Release file speaks for which Packages file, and what it says of them.

Two ways of naming are known: apt's lists (``<site>_<path>_dists_<suite>_<component>_binary-<arch>_Packages`` beside
``<site>_<path>_dists_<suite>_InRelease``) and a mirror (``dists/<suite>/<component>/binary-<arch>/Packages`` under
``dists/<suite>/InRelease``). Both come to the same: the Release file's name without its last word begins the other's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from patchrules.catalog._reader import Part
from patchrules.families import families
from patchrules.sources.arrow import replaced
from patchrules.sources.dates import instant

__all__ = ["Archive", "archive", "beside", "release_of", "remainder", "stem", "with_release"]

_RELEASE = re.compile(r"(?P<stem>.*[_/]|^)(?:In)?Release$", re.DOTALL)
_NAMES = ("InRelease", "Release")
_MIRROR_DEPTH = 4
_SECURITY_SITE = "security.debian.org"
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)*")


@dataclass(frozen=True, slots=True)
class Archive:
    """What a Release file says: the family and product it serves, if it tells, its suite, its date."""

    family: str | None
    product: str | None
    suite: str | None
    site: str | None
    security: bool
    date: datetime | None


def archive(facts: Mapping[str, str], name: str) -> Archive:
    """Return what the fields of the Release file called ``name`` mean (DECISIONS 6).

    >>> facts = {"Origin": "Debian", "Label": "Debian-Security", "Codename": "bookworm-security", "Version": "12"}
    >>> found = archive(facts, "security.debian.org_debian-security_dists_bookworm-security_InRelease")
    >>> found.product, found.suite, found.site, found.security
    ('Debian12', 'bookworm-security', 'security.debian.org', True)
    """
    suite, codename = facts.get("Suite"), facts.get("Codename")
    origin = facts.get("Origin", "").lower()
    family = next((one for one in ("debian", "ubuntu", "raspbian") if origin == one), None)
    family = "raspbian" if origin == "raspberry pi foundation" else family
    host = Path(name).name.partition("_")[0] if "_" in Path(name).name else ""
    site = host if "." in host else None
    security = (
        any((one or "").lower().endswith("-security") for one in (suite, codename))
        or facts.get("Label", "").lower() == "debian-security"
        or site == _SECURITY_SITE
    )
    return Archive(family, _product(family, facts), suite or codename, site, security, instant(facts.get("Date")))


def release_of(part: Part, releases: Sequence[Part]) -> Part | None:
    """Return the Release part whose name begins the Packages part's name; the longest such name wins.

    A single Release whose name tells nothing (it was given as bytes) speaks for every Packages file.
    """
    best: tuple[int, Part] | None = None
    for release in releases:
        begins = stem(release)
        if begins and part.source.name.startswith(begins) and (best is None or len(begins) > best[0]):
            best = (len(begins), release)
    if best is not None:
        return best[1]
    alone = len(releases) == 1 and not stem(releases[0])
    return releases[0] if alone else None


def remainder(part: Part, release: Part) -> str:
    """Return what of a Packages part's name its Release file's does not begin; empty where that name tells nothing."""
    begins = _RELEASE.match(release.source.name)
    known = begins is not None and part.source.name.startswith(begins["stem"])
    return part.source.name.removeprefix(begins["stem"]) if begins and known else ""


def beside(path: Path) -> Path | None:
    """Return the Release file on disk that speaks for a Packages file given alone."""
    words = path.name.split("_")
    for count in range(len(words) - 1, 0, -1):
        for name in _NAMES:
            candidate = path.with_name("_".join([*words[:count], name]))
            if candidate.is_file():
                return candidate
    for folder in path.parents[1:_MIRROR_DEPTH]:
        for name in _NAMES:
            if (folder / name).is_file() and folder.parent.name == "dists":
                return folder / name
    return None


def with_release(part: Part, found: Archive) -> Part:
    """Return the part with product, suite, site and security on every row."""
    patches, number = part.table, part.table.num_rows
    values: dict[str, Any] = {
        "product": found.product,
        "repository": found.suite,
        "site": found.site,
        "security": found.security,
    }
    for name, value in values.items():
        kind = patches.schema.field(name).type
        patches = replaced(patches, name, pa.repeat(pa.scalar(value, kind), number))
    return replace(part, table=patches)


def stem(release: Part) -> str:
    """Return how the names of the lists begin that a Release file speaks for; empty where its name tells nothing."""
    found = _RELEASE.match(release.source.name)
    return found["stem"] if found else ""


def _product(family: str | None, facts: Mapping[str, str]) -> str | None:
    """Return AWS's product string: by codename, else by the Version field."""
    if family is None:
        return None
    one = families()[family]
    codename = re.split(r"[-/]", facts.get("Codename", "").lower())[0]
    number = _NUMBER.match(facts.get("Version", ""))
    version = one.codenames.get(codename)
    if version is None and number:
        version = ".".join(number[0].split(".")[: one.product_parts])
    return one.product_format.format(version=version) if version else None
