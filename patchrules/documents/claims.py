"""What documents say about which baseline serves whom, before anything is looked up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from patchrules.errors import BaselineError, Diagnostic, DocumentError, Level, Where
from patchrules.families import families
from patchrules.model.baseline import Baseline
from patchrules.model.names import OperatingSystem

Labelled: TypeAlias = "tuple[str, Baseline]"
"""A baseline and the file it came from, empty when there is none."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A baseline that AWS lists by name and id, without its rules."""

    baseline_id: str
    name: str
    system: OperatingSystem | None


@dataclass(frozen=True, slots=True)
class Registration:
    """A baseline is registered for a patch group, or as a default where ``group`` is None.

    ``named`` is what the document calls the baseline: its id, ARN, name or Terraform address; ``known`` is it where the
    document led to it, ``doubt`` why it leads nowhere. ``system`` is None where the document does not say it.
    ``by_hand``: a person wrote this down, so a name that is not there is a mistake and no gap in what was saved.
    """

    group: str | None
    named: str
    system: OperatingSystem | None
    where: Where
    by_hand: bool = False
    known: Baseline | None = None
    doubt: Diagnostic | None = None


@dataclass(frozen=True, slots=True)
class PolicyClaim:
    """A patch policy: baselines of its own, and the names of baselines of the registry."""

    name: str
    baselines: tuple[Baseline, ...]
    named: tuple[tuple[str, Where], ...]
    hosts: tuple[str, ...]
    tags: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(slots=True)
class Claims:
    """What one or many documents say. ``states``: some document registers, so no default is inferred from silence."""

    baselines: list[Labelled] = field(default_factory=list)
    others: list[Labelled] = field(default_factory=list)
    identities: list[Identity] = field(default_factory=list)
    registrations: list[Registration] = field(default_factory=list)
    policies: list[PolicyClaim] = field(default_factory=list)
    tags: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    faults: list[DocumentError] = field(default_factory=list)
    doubts: list[Diagnostic] = field(default_factory=list)
    states: bool = False

    def add(self, more: Claims) -> None:
        """Take over what another document says."""
        self.baselines += more.baselines
        self.others += more.others
        self.identities += more.identities
        self.registrations += more.registrations
        self.policies += more.policies
        self.tags |= more.tags
        self.faults += more.faults
        self.doubts += more.doubts
        self.states = self.states or more.states

    def fault(self, code: str, message: str, where: Where, hint: str | None = None) -> None:
        """Keep something that stops."""
        self.faults.append(BaselineError(message, code=code, where=where, hint=hint))

    def doubt(self, code: str, message: str, where: Where, hint: str | None = None, *, level: Level) -> Diagnostic:
        """Keep something that does not, and return it."""
        told = Diagnostic(code, level, message, where, hint=hint)
        self.doubts.append(told)
        return told


def text_at(value: Mapping[Any, Any], key: str) -> str:
    """Return the text under ``key``, empty where there is none.

    >>> text_at({"BaselineId": "pb-1"}, "BaselineId")
    'pb-1'
    """
    found = value.get(key)
    return found if isinstance(found, str) else ""


def mappings(value: object) -> Iterator[tuple[int, Mapping[Any, Any]]]:
    """Yield the mappings of a list with their place in it; anything else has none.

    >>> list(mappings([1, {"a": 1}]))
    [(1, {'a': 1})]
    """
    members: Iterable[object] = value if isinstance(value, list | tuple) else ()
    yield from ((index, one) for index, one in enumerate(members) if isinstance(one, Mapping))


def system_named(text: str) -> OperatingSystem | None:
    """Return the operating system by AWS's name or ours, None for none.

    >>> system_named("rhel"), system_named("DEBIAN"), system_named("BEOS")
    (<OperatingSystem.REDHAT_ENTERPRISE_LINUX: 'REDHAT_ENTERPRISE_LINUX'>, <OperatingSystem.DEBIAN: 'DEBIAN'>, None)
    """
    known = {family.operating_system.value: family for family in families().values()}
    found = families().get(text.lower()) or known.get(text.upper())
    return found.operating_system if found else None
