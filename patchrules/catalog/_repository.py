"""The files of an rpm repository: what repomd.xml names, as it states them, and nothing outside the folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from xml.etree.ElementTree import Element

from patchrules.errors import CatalogError
from patchrules.sources.dates import instant
from patchrules.sources.files import Document, Limits, open_document
from patchrules.sources.xml import elements

__all__ = ["Repository", "is_repomd", "read_repository", "repomd_files"]

_WANTED = ("updateinfo", "primary", "patches", "modules")
_REPOMD = "repomd.xml"
_ROWS = ("updateinfo", "primary", "patches")
_CHUNK = 256 << 10


@dataclass(frozen=True, slots=True)
class Repository:
    """The files of a repository that tell of patches, when it was made, and whether its modules are not there."""

    documents: tuple[Document, ...]
    made_at: datetime | None
    lacks_modules: bool


class _Stated(NamedTuple):
    """What repomd.xml states of a file: its name, and size and SHA256 as it is stored and without compression."""

    href: str
    sums: frozenset[str]
    sizes: frozenset[str]


def repomd_files(folder: Path) -> list[Path]:
    """Return every ``repodata/repomd.xml`` in a folder and below, sorted; hidden folders are skipped."""
    found = [path for path in folder.rglob(_REPOMD) if path.is_file()]
    return sorted(path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts))


def is_repomd(path: Path) -> bool:
    """Say whether a file is called as repositories call it."""
    return path.name == _REPOMD and path.is_file()


def read_repository(repomd: Path, limits: Limits) -> Repository:
    """Return update notices, package list, SUSE patches and modules of one repository, those that are there.

    It was made at its revision, where that is a time, else when its newest file was. A file that is not there under the
    name that repomd.xml gives it is looked for by its usual one, and is taken if it is the same. Raises CatalogError
    PR3006 for a name that leaves the repository, for a file that is not there (but modules may be lacking), and for a
    repository without notices, packages and patches; PR3020 for a file of another SHA256 or size than is stated. Files
    may have been unpacked, or compressed anew.
    """
    document = open_document(repomd, limits=limits, error=CatalogError)
    stated: dict[str, _Stated] = {}
    times: list[datetime | None] = []
    revision = None
    for one in elements(document, ("data", "revision")):
        if one.tag.endswith("revision"):
            revision = revision or instant(one.text)
            continue
        times += map(instant, _texts(one, "timestamp"))
        if one.get("type") in _WANTED and (found := _stated(one)).href:
            stated.setdefault(str(one.get("type")), found)
    files = {kind: file for kind in _WANTED if (file := _file(repomd, kind, stated.get(kind), document))}
    if not any(kind in files for kind in _ROWS):
        raise document.fail("PR3006", "the repository has neither update notices nor a package list")
    lacks_modules = "modules" in stated and "modules" not in files
    index = files.pop("patches", None)
    found_all = (*files.values(), *(_patches(repomd, index) if index else ()))
    made = revision or max((time for time in times if time is not None), default=None)
    return Repository(found_all, made, lacks_modules)


def _stated(data: Element) -> _Stated:
    """Return what an element ``data`` states of its file."""
    space = data.tag.removesuffix("data")
    location = data.find(f"{space}location")
    checksums = [one for name in ("checksum", "open-checksum") for one in data.findall(f"{space}{name}")]
    sums = {(one.text or "").strip().lower() for one in checksums if one.get("type", "").lower() == "sha256"}
    sizes = {text.strip() for name in ("size", "open-size") for text in _texts(data, name)}
    return _Stated(
        "" if location is None else location.get("href", ""), frozenset(sums - {""}), frozenset(sizes - {""})
    )


def _texts(data: Element, name: str) -> list[str]:
    """Return the texts of the children of a name."""
    return [one.text or "" for one in data.findall(f"{data.tag.removesuffix('data')}{name}")]


def _patches(repomd: Path, index: Document) -> Iterable[Document]:
    """Yield the files of the patches that an old SUSE repository lists, those that are there."""
    hrefs = [location.get("href", "") for location in elements(index, ("location",))]
    for path in [_inside(_home(repomd), href, index) for href in hrefs]:
        if path.is_file():
            yield open_document(path, limits=index.limits, error=CatalogError)


def _home(repomd: Path) -> Path:
    """Return the folder that the names in repomd.xml start from."""
    return repomd.parent.parent if repomd.parent.name == "repodata" else repomd.parent


def _file(repomd: Path, kind: str, stated: _Stated | None, document: Document) -> Document | None:
    """Return the file of one kind, None when the repository has none, or lacks the modules that it names."""
    if stated is not None:
        named = _inside(_home(repomd), stated.href, document)
        if named.is_file():
            return _as_stated(open_document(named, limits=document.limits, error=CatalogError), stated, document)
    suffix = "yaml" if kind == "modules" else "xml"
    matches = sorted(path for path in repomd.parent.glob(f"*{kind}.{suffix}*") if path.suffix != ".zck")
    usual = [open_document(path, limits=document.limits, error=CatalogError) for path in matches]
    if stated is None:
        return usual[0] if usual else None
    # Where nothing is stated to compare, a file without the ending of a compression is the one that is named.
    alike = [one for one in usual if stated.sums or stated.sizes or Path(one.name).name == Path(stated.href).stem]
    found = next((one for one in alike if not _differs(one, stated)), None)
    if found is None and kind in _ROWS:
        message = f"repomd.xml names `{stated.href}`, which is not there"
        raise document.fail("PR3006", message, hint="mirror it as well")
    return found


def _as_stated(file: Document, stated: _Stated, repomd: Document) -> Document:
    """Return the file, or raise CatalogError PR3020 when it is another one than repomd.xml states."""
    found = _differs(file, stated)
    if found:
        wanted = " or ".join(sorted(stated.sums or stated.sizes))
        message = f"the file is another one: its {found}, and `{repomd.name}` states {wanted}"
        raise file.fail("PR3020", message, hint="mirror the repository again")
    return file


def _differs(file: Document, stated: _Stated) -> str:
    """Return what a file has otherwise than stated, empty where it has it so; the size counts where no SHA256 is.

    Cost: that of the SHA256 of the stored bytes; what is compressed and has another is read once more.
    """
    if not stated.sums and not stated.sizes:
        return ""
    if file.sha256 in stated.sums or (not stated.sums and str(file.size) in stated.sizes):
        return ""
    size, digest = _unpacked(file) if file.compression else (file.size, file.sha256)
    if stated.sums:
        return "" if digest in stated.sums else f"SHA256 is {file.sha256}"
    return "" if str(size) in stated.sizes else f"size is {file.size}"


def _unpacked(file: Document) -> tuple[int, str]:
    """Return size and SHA256 of a file without its compression."""
    digest, size = hashlib.sha256(), 0
    with file.stream() as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return size, digest.hexdigest()


def _inside(home: Path, href: str, document: Document) -> Path:
    """Return the path that ``href`` names, or raise when it lies outside the repository."""
    target = home / href
    try:
        inside = target.resolve().is_relative_to(home.resolve())
    except (OSError, ValueError, RuntimeError):
        inside = False
    if not inside:
        raise document.fail("PR3006", f"`{href}` lies outside the repository")
    return target
