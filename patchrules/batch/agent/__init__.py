"""How AWS's on-node engine 1.80 decides states, over Arrow: batch twin of ``reference.agent``, file by file.

What AWS's code decides of an installed package hangs on its key and version, never on the other packages of the host,
so that here too each distinct package is judged once a policy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Protocol

import pyarrow as pa

from patchrules.batch.agent import apt, dnf, yum
from patchrules.batch.agent.common import Pool, Rows
from patchrules.batch.keys import Bools
from patchrules.batch.package_keys import Key
from patchrules.families import Facts, Family
from patchrules.model.host import Host

__all__ = ["AGENTS", "Agent"]


class Agent(Protocol):
    """What every file of this folder has."""

    LAST: bool

    def patches(self, catalog: pa.Table, host: Host, family: Family, facts: Facts) -> pa.Table:
        """Return the catalog as this package manager's code reads it."""

    def key_of(self, name: str, arch: str | None, host: Host, family: Family) -> Key:
        """Return what a package replaces."""

    def age(self, evr: str, facts: Facts, family: Family) -> tuple[bytes, ...]:
        """Return what says which of several installed versions counts: the highest, then by LAST."""

    def absent(self, pool: Pool) -> Bools:
        """Say which keys a host that lacks them gets NOT_APPLICABLE for."""

    def verdicts(self, pool: Pool) -> Iterator[Rows]:
        """Judge what is installed."""

    def cves(self, pool: Pool, rows: Rows) -> list[list[str]]:
        """Return the CVE ids of what is not there, for each row."""


AGENTS: Mapping[str, Agent] = MappingProxyType({"apt": apt, "dnf": dnf, "yum": yum})
"""The agents by the name that ``Facts.states`` has for them; what is not here runs on the reference (decision 0007)."""
