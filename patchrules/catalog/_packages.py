"""The element ``package`` of rpm repositories: primary.xml is full of it, and old SUSE patches carry it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from xml.etree.ElementTree import Element

from patchrules.catalog._rows import PartRows
from patchrules.sources.dates import instant

__all__ = ["SOURCES", "Package", "package_columns", "package_of"]

SOURCES = frozenset({"src", "nosrc"})
"""Architectures of source packages, which are installed nowhere."""


class Package(NamedTuple):
    """What one element says; ``evr`` is empty where it states no version."""

    name: str
    arch: str | None
    evr: str
    built: str | None


def package_of(element: Element) -> Package:
    """Return name, architecture, version and build time of one element."""
    space = element.tag[: -len("package")]
    name = (element.findtext(f"{space}name") or "").strip()
    arch = (element.findtext(f"{space}arch") or "").strip() or None
    time = element.find(f"{space}time")
    version = element.find(f"{space}version")
    built = None if time is None else time.get("build")
    if version is None:
        return Package(name, arch, "", built)
    epoch, release = version.get("epoch"), version.get("rel")
    evr = version.get("ver", "")
    evr = f"{evr}-{release}" if evr and release else evr
    return Package(name, arch, f"{epoch}:{evr}" if evr and epoch else evr, built)


def package_columns(
    packages: Sequence[Package], lines: Sequence[int] | None, rows: PartRows
) -> tuple[dict[str, list[Any]], int]:
    """Return the columns of the binary packages and their number; sources are counted, incomplete ones refused."""
    kept = []
    for place, package in enumerate(packages):
        if package.arch in SOURCES:
            rows.counts["PR3209"] += 1
        elif package.name and package.evr:
            kept.append(place)
        else:
            line = lines[place] if lines else None
            text = f"{package.name} {package.evr} {package.arch or ''}"
            rows.reject(line, "PR3003", "the package has no name or no version", text)
    found = [packages[place] for place in kept]
    columns: dict[str, list[Any]] = {
        "name": [one.name for one in found],
        "arch": [one.arch for one in found],
        "evr": [one.evr for one in found],
        "built": [instant(one.built) for one in found],
    }
    if lines is not None:
        columns["line"] = [lines[place] for place in kept]
    return columns, len(found)
