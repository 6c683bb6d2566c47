"""A host: what AWS calls a managed node, with what is installed on it; and an inventory of hosts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from patchrules.errors import Diagnostic
from patchrules.model.brief import Brief
from patchrules.model.package import Package
from patchrules.model.previous_run import PreviousRun
from patchrules.model.source import Source


@dataclass(frozen=True, slots=True, repr=False)
class Host(Brief):
    """One host and its packages.

    ``family`` is a name of the ``families`` shelf (``rhel``); ``product`` is AWS's product string
    (``RedhatEnterpriseLinux9.3``), None when it cannot be told (DECISIONS 21, 31). ``arch`` is the machine's own
    architecture in the family's spelling. ``boot_time`` and ``captured_at`` are aware UTC instants.
    ``os_build`` is the build of Windows with its revision (``10.0.17763.5458``).
    ``identified_by`` is where the product was read (``os-release: rhel 9.3``), ``stated`` where the caller said it.
    ``enabled_modules`` holds ``name:stream``, None when nobody knows. ``previous_run`` is what the node's tracking file
    remembers (SEMANTICS 5.10).

    >>> web = Host("web-1", "rhel", packages=(Package("openssl", "x86_64", "1:3.0.7-24.el9"),))
    >>> print(web)
    web-1 (rhel, product not known): 1 package
    """

    id: str
    family: str | None = None
    product: str | None = None
    arch: str | None = None
    patch_group: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    boot_time: datetime | None = None
    captured_at: datetime | None = None
    os_build: str | None = None
    enabled_modules: frozenset[str] | None = None
    packages: tuple[Package, ...] = ()
    previous_run: PreviousRun | None = None
    identified_by: str | None = None

    def __str__(self) -> str:
        """Return the host on one line."""
        count = "1 package" if len(self.packages) == 1 else f"{len(self.packages):,} packages"
        return f"{self.id} ({self.family or 'family not known'}, {self.product or 'product not known'}): {count}"


@dataclass(frozen=True, slots=True)
class Inventory:
    """Hosts and what is installed on them, as Arrow.

    ``hosts`` has the columns ``model.columns.HOSTS`` (one row a host, also for hosts without packages), ``packages``
    those of ``model.columns.PACKAGES``, sorted by host; ``rejects`` those of ``model.columns.REJECTS``.
    """

    hosts: Any
    packages: Any
    rejects: Any
    sources: tuple[Source, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    def __str__(self) -> str:
        """Return the size on one line."""
        refused = f", {self.rejects.num_rows:,} rows refused" if self.rejects.num_rows else ""
        return f"inventory of {self.hosts.num_rows:,} hosts: {self.packages.num_rows:,} packages{refused}"
