"""Whether Packages files are those that their Release file lists: another one, or none, may hide fixes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from patchrules.catalog._archives import archive, remainder
from patchrules.catalog._reader import Part
from patchrules.codes import CODES
from patchrules.errors import CatalogError, Diagnostic, Level, Where

__all__ = ["as_listed", "holes", "refuse_silent"]

_ENDING = re.compile(r"\.[a-z0-9]+$")
_MAIN = "main_"
"""The component that a system has of each of its archives, as apt writes it before an architecture."""

_HINT = "fetch both again: apt-get update, or mirror the archive anew"


def as_listed(part: Part, release: Part) -> Part:
    """Return the part of a Packages file, with a doubt (PR3231) where its Release file lists another size.

    What is smaller than anything listed by its name is cut off, and is refused, as is what has a size that is listed
    and not its SHA256: CatalogError PR3019. The list without compression is compared, where it is listed; else the file
    as it is, for apt may compress it anew. A name that is not listed says nothing. Cost: nothing, for the SHA256 of the
    list is known since it was read.
    """
    name = remainder(part, release)
    stored, whole = _entries(release, name), _entries(release, _ENDING.sub("", name))
    wanted, content = whole or stored, part.content
    if content is None or not wanted or part.source.sha256 in {digest for _, digest in stored}:
        return part
    size = content.unpacked if whole else part.source.bytes
    where, lists = Where(file=part.source.name), f"and `{release.source.name}` lists"
    sums = {digest for listed, digest in wanted if listed == size}
    if "" in sums:
        return part
    if sums:
        found = (whole and content.unpacked_sha256) or part.source.sha256
        if found in sums:
            return part
        message = f"the list of packages is another one: its SHA256 is {found}, {lists} {' or '.join(sorted(sums))}"
        raise CatalogError(message, code="PR3019", where=where, hint=_HINT)
    sizes = sorted({listed for listed, _ in wanted})
    said = f"it has {size:,} bytes, {lists} {' or '.join(f'{one:,}' for one in sizes)}"
    if size < sizes[0]:
        raise CatalogError(f"the list of packages is cut off: {said}", code="PR3019", where=where, hint=_HINT)
    told = Diagnostic("PR3231", Level.WARNING, f"{CODES['PR3231']}: {said}", where, hint=_HINT)
    return replace(part, diagnostics=(*part.diagnostics, told))


def refuse_silent(release: Part) -> None:
    """Raise CatalogError PR3019 for a security archive that lists packages of which nobody has given any.

    Another archive may be one of which a system has the sources alone. Empty lists and the installer's are not missed.
    """
    wanted = _wanted(release)
    if wanted and archive(release.facts, release.source.name).security:
        message = f"a security archive says nothing: none of the {len(wanted)} lists is there that its file names"
        raise CatalogError(message, code="PR3019", where=Where(file=release.source.name), hint=_HINT)


def holes(pairs: Sequence[tuple[Part, Part]]) -> int:
    """Return how many lists security archives have that are not there, while those of others are (2.3): PR3234.

    ``pairs`` are the lists that are there, each with its Release file. Others are archives of the same product: which
    components and architectures a system has, they tell. Another security archive may have the list instead. Raises
    CatalogError PR3019 where it is all of `main`, which every system has of each of its archives.
    """
    there: dict[tuple[str | None, bool], set[str]] = {}
    securing: dict[str, tuple[str | None, Part]] = {}
    for part, release in pairs:
        says = archive(release.facts, release.source.name)
        there.setdefault((says.product, says.security), set()).add(_flat(remainder(part, release)))
        if says.security and says.product:
            securing[release.source.name] = (says.product, release)
    number = 0
    for product, release in securing.values():
        read, elsewhere = (there.get((product, security), set()) for security in (True, False))
        names = {_flat(name): name for name in _wanted(release) if "binary-all" not in name}
        missing = sorted(elsewhere & names.keys() - read) if all("binary-" in name for name in read) else []
        main = [name for name in missing if name.startswith(_MAIN)]
        if main and not any(name.startswith(_MAIN) for name in read):
            lacking = ", ".join(f"`{names[name]}`" for name in main)
            message = f"a security archive is not whole: {lacking} is not there, and is of others of {product}"
            raise CatalogError(message, code="PR3019", where=Where(file=release.source.name), hint=_HINT)
        number += len(missing)
    return number


def _wanted(release: Part) -> list[str]:
    """Return the lists that a Release file names, without the ending of a compression; none that is empty."""
    sizes: dict[str, int] = {}
    for path, (size, _) in release.listed.items():
        name = _ENDING.sub("", path)
        sizes[name] = min(size, sizes.get(name, size))
    return [name for name, size in sizes.items() if size and "debian-installer" not in name]


def _flat(name: str) -> str:
    """Return the name of a list as apt writes it, its folders with underscores and without compression."""
    return _ENDING.sub("", name).replace("/", "_")


def _entries(release: Part, name: str) -> set[tuple[int, str]]:
    """Return size and SHA256 that are listed for a name; for one without folders, those of all files of that name.

    apt writes the folders of a name with underscores.
    """
    alike = {path: path.replace("/", "_") for path in release.listed}
    exact = {release.listed[path] for path, flat in alike.items() if name in (path, flat)}
    return exact or {one for path, one in release.listed.items() if name and path.endswith(f"/{name}")}
