"""Lists of one host that cannot be of one day, in files of their own or in one: nobody says which of them is of now."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from patchrules.errors import DocumentError, InventoryError, Where
from patchrules.families import families
from patchrules.inventory._reader import Reader, Rows
from patchrules.sources.files import Document

_HINT = "keep the list of the day that is asked about, or give each day, or host, a folder of its own"
_KERNELS = 10
"""Packages of which rpm may have several versions: a kernel's own, and modules that were built for it."""

_BACKUP, _NOW = "status-old", "status"
"""What dpkg calls the copy that it makes of its status before it writes it anew, and the status itself."""

_SUFFIXES = ("~", ".bak", ".orig", ".swp")
"""What editors and patch append to the name of a copy."""


def backups(documents: Iterable[Document]) -> list[Document]:
    """Return the copies among files of what lies beside them: those of editors, and dpkg's own of its status."""
    by_path = {document.name: document for document in documents}
    return [document for name, document in by_path.items() if not by_path.keys().isdisjoint(_copied(name))]


def _copied(path: str) -> set[str]:
    """Return the names that a file may be a copy of.

    >>> sorted(_copied("fleet/web-1.rpmqa~")), sorted(_copied("fleet/#web-1.rpmqa#")), _copied("fleet/web-1.rpmqa")
    (['fleet/web-1.rpmqa'], ['fleet/web-1.rpmqa'], set())
    """
    folder, name = os.path.split(path)
    found = {name.removesuffix(suffix) for suffix in _SUFFIXES if name.endswith(suffix)}
    if name.startswith("#") and name.endswith("#"):
        found.add(name[1:-1])
    if name == _BACKUP:
        found.add(_NOW)
    return {os.path.join(folder, one) for one in found if one}  # noqa: PTH118  names, not paths: they may be of S3


def contradiction(read: Iterable[tuple[Document, Rows]]) -> InventoryError | None:
    """Return why the lists of a host cannot all be true (PR2118), None where nothing speaks against them.

    Two lists contradict each other about a package that both have, in no version that both have; of kernels both have
    some. Epochs are left out: a list may not state them. Cost: Python once a package.
    """
    seen: dict[tuple[str, str], tuple[Document, set[str]]] = {}
    for document, rows in read:
        for key, versions in _versions(rows).items():
            before, known = seen.setdefault(key, (document, versions))
            if known.isdisjoint(versions):
                host, name = key
                message = (
                    f"`{before.name}` has {name} {min(known)}, and `{document.name}` {min(versions)}: "
                    f"only one of them can be what host `{host}` has"
                )
                return InventoryError(message, code="PR2118", where=Where(file=document.name), hint=_HINT)
            known |= versions
    return None


def joined(document: Document, reader: Reader, rows: Rows) -> DocumentError | None:
    """Return why a file of one host is no list of one day (PR2118), None where nothing speaks against it.

    Where the package manager keeps one version of a package, two are of two days, or hosts. Elsewhere, most rows stand
    more than once, and some do not; or of more packages than there are kernels several versions are installed. Files
    that speak of hosts by name are left alone. Cost: Python once a package.
    """
    if rows.facts is not None or rows.hosts is not None or reader.scheme is None:
        return None
    often = Counter(_installed(rows.packages))
    versions: dict[tuple[str, str | None], list[str]] = {}
    for _, name, arch, evr in often:
        versions.setdefault((name, arch), []).append(evr)
    several = {key: evrs for key, evrs in versions.items() if len(evrs) > 1}
    again = Counter(often.values())
    is_joined = 2 * again[1] < len(often) and len(again) > 1
    if _keeps_one(reader.scheme) or is_joined or len(several) > max(_KERNELS, len(versions) // 10):
        (name, _), evrs = next(iter(several.items()), (("", ""), []))
        if evrs:
            message = f"{len(several):,} packages stand there in several versions, {name} in {' and '.join(evrs[:2])}"
            return document.fail("PR2118", f"the file holds several lists: {message}", hint=_HINT)
    return None


def _keeps_one(scheme: str) -> bool:
    """Say whether the package managers of a version order keep one version of a package."""
    return all(family.keeps_one for family in families().values() if family.scheme == scheme)


def _versions(rows: Rows) -> dict[tuple[str, str], set[str]]:
    """Return by host and name the versions of what is installed, without epochs; Windows is installed in its build."""
    found: dict[tuple[str, str], set[str]] = {}
    for host, name, _, evr in _installed(rows.packages):
        found.setdefault((host, name), set()).add(evr.rpartition(":")[2])
    for host, facts in (rows.facts or {}).items():
        build = facts.get("os_build")
        if build:
            # The last number counts updates; only some tools tell it.
            found[host, "build"] = {".".join(build.split(".")[:3])}
    return found


def _installed(packages: Any) -> Iterator[tuple[str, str, str | None, str]]:  # noqa: ANN401  pyarrow.Table
    """Yield host, name, architecture and version of each row that counts as installed."""
    columns = (packages[name].to_pylist() for name in ("host", "name", "arch", "evr", "status"))
    for host, name, arch, evr, status in zip(*columns, strict=True):
        if status in (None, "installed"):
            yield host, name, arch, evr
