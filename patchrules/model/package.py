"""An installed package: one row of an inventory."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from patchrules.model.brief import Brief


@dataclass(frozen=True, slots=True, repr=False)
class Package(Brief):
    """One installed package of one host.

    ``evr`` is the whole version text of the family's scheme: rpm ``[epoch:]version-release``, dpkg ``[epoch:]upstream
    [-revision]``. In rpm an absent epoch means *not stated* (DECISIONS 30): doors write ``0:`` where a file says so.
    ``arch`` is None when the file does not state it;
    ``arch_stated`` is False once an evaluation has filled it in. ``status`` is dpkg's third status word, else None.
    ``installed_at`` and ``built`` are aware UTC instants.

    >>> Package("openssl", "x86_64", "1:3.0.7-24.el9").id
    'openssl.x86_64'
    """

    name: str
    arch: str | None
    evr: str
    installed_at: datetime | None = None
    built: datetime | None = None
    status: str | None = None
    held: bool = False
    priority: str | None = None
    section: str | None = None
    line: int | None = None
    arch_stated: bool = True

    @property
    def id(self) -> str:
        """Return the ``Id`` AWS gives the package (SEMANTICS 5.11)."""
        return f"{self.name}.{self.arch}" if self.arch else self.name
