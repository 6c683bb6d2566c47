"""A patch baseline: what AWS calls a set of approval rules and lists for one operating system (SEMANTICS 1)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

from patchrules.errors import Diagnostic
from patchrules.model.brief import Brief
from patchrules.model.made import several, texts, typed, unknown, word, wrong
from patchrules.model.names import (
    ComplianceLevel,
    FilterKey,
    OperatingSystem,
    RejectedPatchesAction,
    Status,
    StrangeKey,
)

_KEYS = frozenset(FilterKey)
_LONGEST = 1_000_000
"""Days that a rule may wait: more cannot be counted from every date. AWS takes 360, which documents are held to."""


@dataclass(frozen=True, slots=True)
class PatchFilter:
    """One key and the values that satisfy it; ``*`` alone satisfies everything (SEMANTICS 1.2, 3.2).

    A document may have a key that is no :class:`~patchrules.model.names.FilterKey`: such a filter matches nothing, and
    is made by :meth:`as_written`. Raises BaselineError PR1051 for such a key, and PR1050 for values that are no texts.
    """

    key: str
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        """Check what the filter is made of."""
        typed("key", self.key, str, "a filter key", "one of AWS's, e.g. SEVERITY")
        if self.key not in _KEYS and not isinstance(self.key, StrangeKey):
            raise unknown("key", self.key, FilterKey)
        object.__setattr__(self, "values", texts("values", self.values))

    @classmethod
    def as_written(cls, key: str, values: tuple[str, ...]) -> PatchFilter:
        """Return the filter that a document has, whatever its key is.

        >>> print(PatchFilter.as_written("SEVERTY", ("Critical",)))
        SEVERTY in Critical
        """
        return cls(key if key in _KEYS else StrangeKey(key), values)

    def __str__(self) -> str:
        """Return the filter as people say it.

        >>> print(PatchFilter("SEVERITY", ("Critical", "Important")))
        SEVERITY in Critical, Important
        """
        return f"{self.key} in {', '.join(self.values)}"


@dataclass(frozen=True, slots=True, repr=False)
class ApprovalRule(Brief):
    """Filters that must all hold, and when a patch they select is approved (SEMANTICS 1.3).

    Exactly one of ``approve_after_days`` (24-hour days since release) and ``approve_until`` (a UTC date, that whole day
    included) decides; neither means a delay of 0; where both are given, the dialect decides. Raises BaselineError
    PR1050 for values of other types, PR1051 for a level that AWS does not have.
    """

    filters: tuple[PatchFilter, ...] = ()
    compliance_level: ComplianceLevel = ComplianceLevel.UNSPECIFIED
    approve_after_days: int | None = None
    approve_until: date | None = None
    enable_non_security: bool = False

    def __post_init__(self) -> None:
        """Check what the rule is made of; a plain string may stand for the level."""
        object.__setattr__(self, "filters", several("filters", self.filters, PatchFilter, "several filters"))
        object.__setattr__(self, "compliance_level", word("compliance_level", self.compliance_level, ComplianceLevel))
        if self.approve_after_days is not None:
            typed("approve_after_days", self.approve_after_days, int, "a whole number of days")
            if not 0 <= self.approve_after_days <= _LONGEST:
                raise wrong("approve_after_days", self.approve_after_days, f"0 to {_LONGEST:,} days")
        if self.approve_until is not None:
            typed("approve_until", self.approve_until, date, "a date", "datetime.date.fromisoformat(...) reads one")
        typed("enable_non_security", self.enable_non_security, bool, "True or False")

    @property
    def delay(self) -> timedelta:
        """Return the wait after release; absent is no wait."""
        return timedelta(days=self.approve_after_days or 0)


@dataclass(frozen=True, slots=True)
class PatchSource:
    """A repository that replaces the configured ones for the products it names (SEMANTICS 1.7)."""

    name: str
    products: tuple[str, ...]
    configuration: str

    def __post_init__(self) -> None:
        """Check what names hosts; raises BaselineError PR1050."""
        object.__setattr__(self, "products", texts("products", self.products))


@dataclass(frozen=True, slots=True, repr=False)
class Baseline(Brief):
    """One baseline document, checked and in our words.

    ``available_security_updates`` is None when the document does not say (Windows only). ``diagnostics`` holds what is
    odd in the document; ``sha256`` is of the bytes it came from, empty when it was made in code.

    >>> prod = Baseline("prod", OperatingSystem.DEBIAN, rules=(ApprovalRule(approve_after_days=7),))
    >>> prod.with_rule(1, approve_after_days=3).rules[0].approve_after_days
    3
    """

    name: str
    operating_system: OperatingSystem = OperatingSystem.WINDOWS
    global_filters: tuple[PatchFilter, ...] = ()
    rules: tuple[ApprovalRule, ...] = ()
    approved_patches: tuple[str, ...] = ()
    approved_patches_level: ComplianceLevel = ComplianceLevel.UNSPECIFIED
    approved_patches_enable_non_security: bool = False
    rejected_patches: tuple[str, ...] = ()
    rejected_patches_action: RejectedPatchesAction = RejectedPatchesAction.ALLOW_AS_DEPENDENCY
    sources: tuple[PatchSource, ...] = ()
    available_security_updates: Status | None = None
    description: str = ""
    baseline_id: str = ""
    patch_groups: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    created: datetime | None = None
    modified: datetime | None = None
    is_default: bool = False
    sha256: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()

    def __post_init__(self) -> None:
        """Take plain strings for enums, and check what the baseline is made of.

        Raises BaselineError PR1050 for values of other types, PR1051 for a word that AWS does not have.
        """
        typed("name", self.name, str, "a text")
        for field, kind in _WORDS.items():
            object.__setattr__(self, field, word(field, getattr(self, field), kind))
        for field in ("approved_patches", "rejected_patches", "patch_groups"):
            object.__setattr__(self, field, texts(field, getattr(self, field)))
        for field, noun, wanted in _NOUNS:
            object.__setattr__(self, field, several(field, getattr(self, field), noun, wanted))
        if self.available_security_updates is not None:
            stated = word("available_security_updates", self.available_security_updates, Status)
            object.__setattr__(self, "available_security_updates", stated)
        enabled = self.approved_patches_enable_non_security
        typed("approved_patches_enable_non_security", enabled, bool, "True or False")

    def __str__(self) -> str:
        """Return name, operating system and size on one line."""
        rules = "1 rule" if len(self.rules) == 1 else f"{len(self.rules)} rules"
        lists = f"{len(self.approved_patches)} approved, {len(self.rejected_patches)} rejected"
        return f"{self.name} ({self.operating_system}): {rules}, {lists}"

    def with_rule(self, number: int, **changes: Any) -> Baseline:  # noqa: ANN401 - the fields of a rule
        """Return this baseline with rule ``number`` (1 is the first) changed; raises IndexError where there is none."""
        if not 1 <= number <= len(self.rules):
            message = f"`{self.name}` has {len(self.rules)} rules, there is no rule {number}"
            raise IndexError(message)
        rules = list(self.rules)
        rules[number - 1] = dataclasses.replace(rules[number - 1], **changes)
        return dataclasses.replace(self, rules=tuple(rules), sha256="")


_WORDS = {
    "operating_system": OperatingSystem,
    "approved_patches_level": ComplianceLevel,
    "rejected_patches_action": RejectedPatchesAction,
}
_NOUNS = (
    ("global_filters", PatchFilter, "several filters"),
    ("rules", ApprovalRule, "several rules"),
    ("sources", PatchSource, "several sources"),
)


@dataclass(frozen=True, slots=True)
class PatchPolicy:
    """A Quick Setup patch policy: baselines of its own, which replace groups and defaults (SEMANTICS 7.6).

    It covers the hosts that ``hosts`` (shell globs of host ids) or ``tags`` (key and the values that count; no values:
    any) name; with neither it covers every host. ``missing`` says which baselines it names that do not exist.

    >>> PatchPolicy("all").covers("web-1", {})
    True
    >>> PatchPolicy("prod", tags=(("Env", ("prod",)),)).covers("web-1", {"Env": "dev"})
    False
    """

    name: str
    baselines: tuple[Baseline, ...] = ()
    hosts: tuple[str, ...] = ()
    tags: tuple[tuple[str, tuple[str, ...]], ...] = ()
    missing: tuple[str, ...] = ()

    def covers(self, host: str | None, tags: Mapping[str, str]) -> bool:
        """Say whether the policy is in force on a host."""
        if not self.hosts and not self.tags:
            return True
        if host is not None and any(fnmatchcase(host, glob) for glob in self.hosts):
            return True
        return any(key in tags and (not values or tags[key] in values) for key, values in self.tags)


@dataclass(frozen=True, slots=True)
class Registry:
    """Which baselines exist, which group each serves, and the default of each operating system (SEMANTICS 7).

    ``groups`` maps (patch group, operating system) to a baseline, ``defaults`` an operating system to one.
    ``unsettled`` says why a registration cannot be followed, by (patch group, operating system): its baseline is named,
    and not known. The group is None for a default, the operating system is None where it is not known either.
    """

    baselines: tuple[Baseline, ...]
    groups: dict[tuple[str, OperatingSystem], Baseline] = dataclasses.field(default_factory=dict)
    defaults: dict[OperatingSystem, Baseline] = dataclasses.field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()
    policies: tuple[PatchPolicy, ...] = ()
    unsettled: dict[tuple[str | None, OperatingSystem | None], Diagnostic] = dataclasses.field(default_factory=dict)
