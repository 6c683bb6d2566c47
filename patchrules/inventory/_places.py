"""Which files speak of which host: files one by one, or folders that hold a host's files side by side."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from patchrules.errors import InventoryError
from patchrules.inventory._contradicting import backups
from patchrules.inventory._packed import refuse_packed
from patchrules.sources.files import Document, Input, Limits, expand, open_document
from patchrules.sources.remote import located

_T = TypeVar("_T")
_FACTS = ("os-release", "hostname")
_STATUS_FOLDER = "status.d"  # where images without dpkg keep a file a package
_LONGEST_FACT = 1 << 16
_LONGEST_HOSTNAME = 253


@dataclass(frozen=True, slots=True)
class Place:
    """The files of one host: its inventory files, and the text of ``os-release`` where it lies beside them.

    ``aside`` are copies of them, which are not read.
    """

    host: str
    documents: tuple[Document, ...]
    os_release: str | None = None
    stated: bool = False
    aside: tuple[Document, ...] = ()


def places(source: Input | Sequence[Input], *, host: str | None, limits: Limits) -> list[Place]:
    """Return the hosts that ``source`` speaks of, in order of path.

    A folder that holds ``os-release`` or ``hostname``, or a folder below the given one with a single file, is one host,
    called by its hostname, else by the folder; so is dpkg's ``status.d``, called by the folder its ``var`` is in. Any
    other file is a host called by the file. ``host`` puts all files under one id.

    Raises InventoryError (PR29xx), and PR2124 for files of a packed fleet.
    """
    found: list[Place] = []
    for one in source if isinstance(source, list | tuple) else (source,):
        folder = _seen(functools.partial(located, one), os.fspath(one)) if isinstance(one, str | os.PathLike) else None
        if folder is not None and _seen(folder.is_dir, os.fspath(folder)):
            found += _folder_places(folder, limits)
        else:
            files = expand(one)
            refuse_packed(files)
            found += _singles([open_document(single, name=_name(single), limits=limits) for single in files])
    if not found:
        raise InventoryError("there is nothing to read: the list of inputs is empty", code="PR2905")
    if host is None:
        return found
    every = [document for place in found for document in place.documents]
    copies = backups(every)
    documents = tuple(document for document in every if document not in copies)
    os_release = next((place.os_release for place in found if place.os_release), None)
    aside = (*(document for place in found for document in place.aside), *copies)
    return [Place(host, documents, os_release, stated=True, aside=aside)]


def _folder_places(folder: Path, limits: Limits) -> list[Place]:
    """Return the hosts of a folder and what lies under it."""
    by_folder: dict[Path, list[Path]] = {}
    files_below = expand(folder)
    refuse_packed(files_below)
    for path in files_below:
        if isinstance(path, Path):
            by_folder.setdefault(path.parent, []).append(path)
    found = []
    for parent, paths in by_folder.items():
        facts = {path.name: path for path in paths if path.name in _FACTS}
        files = [path for path in paths if path.name not in _FACTS]
        opened = [open_document(path, limits=limits) for path in files]
        aside = tuple(backups(opened))
        documents = tuple(document for document in opened if document not in aside)
        if parent.name == _STATUS_FOLDER and not facts:
            found.append(Place(_root_name(parent), documents, aside=aside))
        elif facts or (parent != folder and len(documents) == 1):
            texts = {name: _text(path, limits) for name, path in facts.items()}
            hostname = texts.get("hostname", "").strip()
            name = hostname if hostname and hostname.isprintable() and len(hostname) <= _LONGEST_HOSTNAME else ""
            found.append(Place(name or parent.resolve().name, documents, texts.get("os-release"), aside=aside))
        else:
            found += _singles(opened)
    return found


def _root_name(folder: Path) -> str:
    """Return the name of the folder whose ``var/lib/dpkg/status.d`` a folder is, else its own parent's."""
    above = list(folder.resolve().parents)
    inside = [parent.name for parent in above[:3]] == ["dpkg", "lib", "var"]
    return (above[3] if inside else above[0]).name or folder.name


def _singles(documents: Sequence[Document]) -> list[Place]:
    """Return the hosts of files that stand for themselves; copies of one are no host."""
    copies = backups(documents)
    found = [Place(document.stem, (document,)) for document in documents if document not in copies]
    return [replace(found[0], aside=tuple(copies)), *found[1:]] if copies else found


def _text(path: Path, limits: Limits) -> str:
    """Return a small text beside an inventory."""
    document = open_document(path, limits=replace(limits, max_bytes=_LONGEST_FACT))
    return "\n".join(line for _, line in document.lines())


def _name(source: object) -> str | None:
    """Return the name of a path as it was given."""
    return os.fspath(source) if isinstance(source, Path) else None


def _seen(ask: Callable[[], _T], name: str) -> _T:
    """Ask the disk about a path; a text that can be no path is not a folder."""
    try:
        return ask()
    except (OSError, ValueError) as problem:
        raise InventoryError(f"cannot read `{name}`: {str(problem).lower()}", code="PR2901") from problem
