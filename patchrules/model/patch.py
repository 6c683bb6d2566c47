"""A patch: one fixed package of one advisory; and the catalog of them with its scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from patchrules.errors import Diagnostic
from patchrules.model.brief import Brief
from patchrules.model.names import OperatingSystem
from patchrules.model.source import Source


@dataclass(frozen=True, slots=True, repr=False)
class Patch(Brief):
    """One version of one package that could be installed, as one advisory (or none) describes it.

    On Windows one KB; on SUSE one member of a patch. ``advisory`` is None for a package that no notice names.

    ``issued``, ``updated`` and ``built`` are aware UTC instants as the documented dialect reads them; ``issued_text``
    and ``updated_text`` keep what the file said, for a dialect that reads dates its own way. ``offered`` says that a
    repository (or, without a package list, a notice) makes it available; ``security`` that it comes from a security
    archive (deb); ``trusted`` is False for an archive whose signature is not trusted (deb). ``requires`` names what the
    package needs, as ``name-epoch:version-release.arch``. On Windows ``evr`` is ``0``, for a KB has no version, and
    ``os_build`` tells the releases of one product apart: ``10.0.17763``, or ``10.0.17763.5458`` where the revision that
    holds the fix is known.
    """

    name: str
    arch: str
    evr: str
    advisory: str | None = None
    classification: str | None = None
    severity: str | None = None
    priority: str | None = None
    section: str | None = None
    product: str | None = None
    product_family: str | None = None
    patch_set: str | None = None
    os_build: str | None = None
    title: str | None = None
    issued: datetime | None = None
    updated: datetime | None = None
    built: datetime | None = None
    issued_text: str | None = None
    updated_text: str | None = None
    cves: tuple[str, ...] = ()
    bugzillas: tuple[str, ...] = ()
    supersedes: tuple[str, ...] = ()
    module: str | None = None
    source: str | None = None
    repository: str | None = None
    site: str | None = None
    security: bool = False
    offered: bool = True
    trusted: bool = True
    requires: tuple[str, ...] = ()
    reboot: bool = False
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Which hosts a catalog speaks for; an empty field speaks for all.

    ``products`` are shell globs, compared without case: ``RedhatEnterpriseLinux9*``.
    """

    family: str
    products: tuple[str, ...] = ()
    arch: str | None = None
    repository: str | None = None

    def __str__(self) -> str:
        """Return the scope as people say it.

        >>> print(Scope("debian", ("Debian12*",)))
        debian, products Debian12*
        """
        parts = [self.family]
        parts += [f"products {', '.join(self.products)}"] if self.products else []
        parts += [f"arch {self.arch}"] if self.arch else []
        parts += [f"repository {self.repository}"] if self.repository else []
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Catalog:
    """What could be installed on the hosts in ``scope``.

    ``table`` is a ``pyarrow.Table`` with the columns ``model.columns.CATALOG``. ``as_of`` is the instant the data was
    made (a Release file's Date), that of its newest part, None when the files do not say. ``fixes_as_of`` is that of
    the oldest part that fixes come from (rpm repositories with notices, security archives), None where nothing sets one
    apart; ``undated`` names such parts that do not say, beside others that do. Refused rows are in ``rejects``
    (``model.columns.REJECTS``) and counted, never lost.
    """

    operating_system: OperatingSystem
    scope: Scope
    table: Any
    rejects: Any
    sources: tuple[Source, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    as_of: datetime | None = None
    fixes_as_of: datetime | None = None
    undated: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return scope and size on one line."""
        refused = f", {self.rejects.num_rows:,} rows refused" if self.rejects.num_rows else ""
        return f"catalog of {self.scope}: {self.table.num_rows:,} patches{refused}"
