"""Lists of one host that cannot be of one day, in files of their own or in one: nobody says which of them is of now."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.errors import DocumentError, InventoryError, Where
from patchrules.families import families, keeps_one
from patchrules.inventory._reader import Reader, Rows
from patchrules.sources.files import Document

_HINT = "keep the list of the day that is asked about, or give each day, or host, a folder of its own"

_Versions: TypeAlias = "dict[str | None, set[str]]"
"""Versions of a package by architecture, None where it is not stated."""

_BACKUP, _NOW = "status-old", "status"
"""What dpkg calls the copy that it makes of its status before it writes it anew, and the status itself."""

_SUFFIXES = ("~", ".bak", ".orig", ".swp")
"""What editors and patch append to the name of a copy."""


def backups(documents: Iterable[Document]) -> list[Document]:
    """Return the copies among files of what lies beside them: those of editors, and dpkg's own of its status."""
    by_path = {document.name: document for document in documents}
    return [by_path[name] for name in copies(by_path.keys())]


def copies(names: Collection[str]) -> list[str]:
    """Return the names among some that are those of copies of others.

    >>> copies(["fleet/a.parquet", "fleet/a.parquet.bak", "fleet/b.parquet.bak"])
    ['fleet/a.parquet.bak']
    """
    every = frozenset(names)
    return [name for name in names if not every.isdisjoint(_copied(name))]


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


def contradiction(read: Sequence[tuple[Document, Rows]]) -> InventoryError | None:
    """Return why the lists of a host cannot all be true (PR2118), None where nothing speaks against them.

    Two lists contradict each other about a package that both have, of one architecture, in no version that both have;
    of kernels both have some. What a list does not state is not compared: epochs, releases, architectures. So do two
    that are of different builds of Windows. Cost: Python once a package.
    """
    builds: dict[str, tuple[Document, str]] = {}
    seen: dict[tuple[str, str], tuple[Document, _Versions]] = {}
    for document, rows in read:
        for host, facts in (rows.facts or {}).items():
            # The last number counts updates; only some tools tell it.
            build = ".".join((facts.get("os_build") or "").split(".")[:3])
            before, known = builds.setdefault(host, (document, build)) if build else (document, build)
            if known != build:
                return _contradict(host, "build", (before, known), (document, build))
        for (host, name), versions in _by_name(rows.packages).items():
            first, had = seen.setdefault((host, name), (document, versions))
            if _differ(had, versions):
                one, other = (min(map(min, found.values())) for found in (had, versions))
                return _contradict(host, name, (first, one), (document, other))
    return None


def _contradict(host: str, name: str, one: tuple[Document, str], other: tuple[Document, str]) -> InventoryError:
    """Return the error about two lists that say different things of one package."""
    message = (
        f"`{one[0].name}` has {name} {one[1]}, and `{other[0].name}` {other[1]}: "
        f"only one of them can be what host `{host}` has"
    )
    return InventoryError(message, code="PR2118", where=Where(file=other[0].name), hint=_HINT)


def _differ(one: _Versions, other: _Versions) -> bool:
    """Say whether two lists have a package of one architecture in no version that both have.

    >>> _differ({"amd64": {"5.1-2"}}, {"amd64": {"5.1-3"}}), _differ({"amd64": {"5.1-2"}}, {"i386": {"5.1-3"}})
    (True, False)
    >>> _differ({"amd64": {"5.1-2"}}, {None: {"5.1"}})
    False
    """
    if None in one or None in other:
        return not _agree(set().union(*one.values()), set().union(*other.values()))
    return any(not _agree(one[arch], other[arch]) for arch in one.keys() & other.keys())


def _agree(some: set[str], others: set[str]) -> bool:
    """Say whether two sets of versions have one in common; a version without release is that of any."""
    stems, other_stems = ({one.rpartition("-")[0] for one in versions} for versions in (some, others))
    return not (some.isdisjoint(others) and stems.isdisjoint(others) and some.isdisjoint(other_stems))


def joined(document: Document, reader: Reader, rows: Rows) -> DocumentError | None:
    """Return why a file of one host is no list of one day (PR2118): a package stands there in two versions.

    Packages that are installed beside their other versions, kernels above all, may; so may others where the package
    manager is not known. Files that speak of hosts by name are left alone. Cost: a grouping in Arrow; Python for
    packages that stand there more than once.
    """
    if rows.facts is not None or rows.hosts is not None or reader.scheme is None:
        return None
    packages = _counted(rows.packages).group_by(["name", "arch"], use_threads=False).aggregate([("evr", "list")])
    again = packages.filter(pc.greater(pc.list_value_length(packages["evr_list"]), 1)).to_pylist()
    versions = [(one["name"], sorted(set(map(_without_epoch, one["evr_list"])))) for one in again]
    found = [(name, evrs) for name, evrs in versions if len(evrs) > 1 and not _is_beside(name, reader.scheme)]
    if not found:
        return None
    name, evrs = found[0]
    message = f"{len(found):,} packages stand there in several versions, {name} in {' and '.join(evrs[:2])}"
    hint = "give each list a file of its own; where one system has both versions, mend it (dnf check, dpkg --audit)"
    return document.fail("PR2118", f"the file holds several lists: {message}", hint=hint)


def _is_beside(name: str, scheme: str) -> bool:
    """Say whether a package may be installed beside its other versions, as far as families tell."""
    return not all(keeps_one(family, name) for family in families().values() if family.scheme == scheme)


def _by_name(packages: Any) -> dict[tuple[str, str], _Versions]:  # noqa: ANN401  pyarrow.Table
    """Return by host and name the versions of what is installed, without epochs, by architecture."""
    found: dict[tuple[str, str], _Versions] = {}
    columns = (_counted(packages)[name].to_pylist() for name in ("host", "name", "arch", "evr"))
    for host, name, arch, evr in zip(*columns, strict=True):
        found.setdefault((host, name), {}).setdefault(arch, set()).add(_without_epoch(evr))
    return found


def _without_epoch(evr: str) -> str:
    """Return a version without its epoch."""
    return evr.rpartition(":")[2]


def _counted(packages: Any) -> Any:  # noqa: ANN401  pyarrow.Table
    """Return the rows that count as installed."""
    return packages.filter(pc.is_in(packages["status"], pa.array([None, "installed"], pa.string())))
