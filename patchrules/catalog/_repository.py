"""The files of an rpm repository: what repomd.xml names, and nothing outside the folder."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from patchrules.errors import CatalogError
from patchrules.sources.dates import instant
from patchrules.sources.files import Document, Limits, open_document
from patchrules.sources.xml import elements

__all__ = ["is_repomd", "made_at", "metadata_files", "repomd_files"]

_WANTED = ("updateinfo", "primary", "patches", "modules")
_REPOMD = "repomd.xml"
_ROWS = ("updateinfo", "primary", "patches")


def repomd_files(folder: Path) -> list[Path]:
    """Return every ``repodata/repomd.xml`` in a folder and below, sorted; hidden folders are skipped."""
    found = [path for path in folder.rglob(_REPOMD) if path.is_file()]
    return sorted(path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts))


def is_repomd(path: Path) -> bool:
    """Say whether a file is called as repositories call it."""
    return path.name == _REPOMD and path.is_file()


def metadata_files(repomd: Path, limits: Limits) -> list[Path]:
    """Return update notices, package list, SUSE patches and modules of one repository, those that are there.

    Names come from repomd.xml; a file it names that is not on disk is looked for by its usual name. Raises CatalogError
    PR3006 for a name that leaves the repository, and for a repository without notices, packages and patches.
    """
    document = open_document(repomd, limits=limits, error=CatalogError)
    named: dict[str, str] = {}
    for data in elements(document, ("data",)):
        location = data.find(f"{data.tag[: -len('data')]}location")
        if location is not None and data.get("type") in _WANTED:
            named.setdefault(str(data.get("type")), location.get("href", ""))
    found = {kind: path for kind in _WANTED if (path := _file(repomd, kind, named.get(kind), document))}
    if not any(kind in found for kind in _ROWS):
        raise document.fail("PR3006", "the repository has neither update notices nor a package list")
    index = found.pop("patches", None)
    return [*found.values(), *(_patches(repomd, index, limits) if index else ())]


def made_at(repomd: Path, limits: Limits) -> datetime | None:
    """Return when the repository was made: its revision, where that is a time."""
    document = open_document(repomd, limits=limits, error=CatalogError)
    return next((instant(one.text) for one in elements(document, ("revision",))), None)


def _patches(repomd: Path, index: Path, limits: Limits) -> list[Path]:
    """Return the files of the patches that an old SUSE repository lists, those that are there."""
    document = open_document(index, limits=limits, error=CatalogError)
    hrefs = [location.get("href", "") for location in elements(document, ("location",))]
    named = [_inside(_home(repomd), href, document) for href in hrefs]
    return [path for path in named if path.is_file()]


def _home(repomd: Path) -> Path:
    """Return the folder that the names in repomd.xml start from."""
    return repomd.parent.parent if repomd.parent.name == "repodata" else repomd.parent


def _file(repomd: Path, kind: str, href: str | None, document: Document) -> Path | None:
    """Return the file of one kind, None when the repository has none."""
    if href:
        named = _inside(_home(repomd), href, document)
        if named.is_file():
            return named
    suffix = "yaml" if kind == "modules" else "xml"
    matches = sorted(path for path in repomd.parent.glob(f"*{kind}.{suffix}*") if path.suffix != ".zck")
    if href and not matches and kind in _ROWS:
        raise document.fail("PR3006", f"repomd.xml names `{href}`, which is not there", hint="mirror it as well")
    return matches[0] if matches else None


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
