"""How AWS's on-node engine 1.80 decides states: its own control flow, one file a package manager (5.4 - 5.7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from patchrules.model.patch import Patch
from patchrules.model.verdict import Verdict
from patchrules.reference.agent import apt, dnf, yum, zypper
from patchrules.reference.agent.common import Question

AGENTS: Mapping[str, Callable[[Question, Sequence[Patch]], Iterator[Verdict]]] = MappingProxyType(
    {"apt": apt.verdicts, "dnf": dnf.verdicts, "yum": yum.verdicts, "zypper": zypper.verdicts},
)
"""The agents by the name that ``Facts.states`` has for them."""

__all__ = ["AGENTS", "Question"]
