"""The shape of a catalog format: how to tell it, how to read it, and what reading one file gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from patchrules.errors import Diagnostic
from patchrules.model.patch import Scope
from patchrules.model.source import Source
from patchrules.sources.files import Document, Limits

OnBadRow = Literal["collect", "raise"]
Role = Literal["notices", "packages", "archive", "release", "modules", "advisories", "patches"]

ROWLESS = frozenset({"release", "modules", "advisories"})
"""Roles of parts that only say something of others."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the caller knows before a file is read.

    ``scheme`` is the version order of the ``family``, None when no family is known yet; formats of one packaging world
    use their own. ``columns`` renames columns of tables, ours to theirs: ``{"advisory": "ErratumId"}``.
    """

    scheme: str | None = None
    on_bad_row: OnBadRow = "collect"
    columns: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    family: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What one file gives; several parts make a catalog.

    ``table`` has the columns ``model.columns.CATALOG``, ``rejects`` those of REJECTS. ``role`` says how it joins the
    others: ``notices`` name packages, ``packages`` is a repository's package list (the two are joined), an ``archive``
    looks for its ``release`` (whose ``facts`` are the Release file's fields), ``modules`` say by ``facts`` to which
    module a package belongs, ``advisories`` by ``fixes`` when a version of a package was released, ``patches`` are
    complete. ``family`` and
    ``products`` are told by formats that know only one system; ``made_at`` is when the file was made, where it says so.
    ``repomd`` is the repomd.xml that names the file, None for a file that none does.
    ``content`` is the document of an archive's list, ``listed`` are size and sha256 of the files that a Release file
    names, by their paths; the sha256 is empty where it names other sums only.
    ``scheme`` is the version order its rows were checked by. A compiled catalog has the ``scope`` it was built for,
    the ``sources`` it was built from, and with ``fixes_at`` and ``undated`` what ``Catalog`` calls ``fixes_as_of`` and
    ``undated``.
    """

    role: Role
    source: Source
    table: Any
    rejects: Any
    diagnostics: tuple[Diagnostic, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    family: str | None = None
    products: tuple[str, ...] = ()
    made_at: datetime | None = None
    scheme: str | None = None
    scope: Scope | None = None
    sources: tuple[Source, ...] = ()
    fixes: Any = None
    content: Document | None = None
    listed: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    repomd: str | None = None
    fixes_at: datetime | None = None
    undated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reader:
    """One catalog format.

    ``suffixes`` are the usual ends of its file names, for messages only; ``sniff`` looks at the head of a document and
    never raises; ``read`` raises CatalogError or ColumnError only; ``lost`` says what the format does not tell.
    """

    name: str
    label: str
    suffixes: tuple[str, ...]
    sniff: Callable[[Document], bool]
    read: Callable[[Document, ReadOptions], Part]
    lost: str = ""
