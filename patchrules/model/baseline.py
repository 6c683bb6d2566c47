"""A patch baseline: what AWS calls a set of approval rules and lists for one operating system (SEMANTICS 1)."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

from patchrules.errors import BaselineError, Diagnostic
from patchrules.model.bounds import (
    CONFIGURATION,
    DAYS,
    FILTERS,
    PATCH,
    PATCHES,
    PRODUCT,
    PRODUCTS,
    RULES,
    SOURCE_LETTERS,
    SOURCE_NAME,
    SOURCES,
    TAGS,
    VALUE,
    VALUES,
)
from patchrules.model.brief import Brief
from patchrules.model.made import pairs, several, sized, texts, typed, unknown, word, written
from patchrules.model.names import (
    ComplianceLevel,
    FilterKey,
    OperatingSystem,
    RejectedPatchesAction,
    Status,
    StrangeKey,
)
from patchrules.model.proof import proof_of

_KEYS = frozenset(FilterKey)


@dataclass(frozen=True, slots=True)
class PatchFilter:
    """One key and the values that satisfy it; ``*`` alone satisfies everything (SEMANTICS 1.2, 3.2).

    A document may have a key that is no :class:`~patchrules.model.names.FilterKey`: such a filter matches nothing, and
    is made by :meth:`as_written`. Raises BaselineError PR1051 for such a key, PR1050 for values that are no texts, and
    PR1013 and PR1014 for what AWS has no room for (``model/bounds.py``).
    """

    key: str
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        """Check what the filter is made of."""
        typed("key", self.key, str, "a filter key", "one of AWS's, e.g. SEVERITY")
        if self.key not in _KEYS and not isinstance(self.key, StrangeKey):
            raise unknown("key", self.key, FilterKey)
        written("`key`", self.key, VALUE)
        object.__setattr__(self, "values", texts("values", self.values))
        sized("values", self.values, VALUES, VALUE)

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


_WAITS = ("approve_after_days", "approve_until")
"""What a rule waits for; it has one of them."""


@dataclass(frozen=True, slots=True, repr=False)
class ApprovalRule(Brief):
    """Filters that must all hold, and when a patch they select is approved (SEMANTICS 1.3).

    Exactly one of ``approve_after_days`` (24-hour days since release) and ``approve_until`` (a UTC date, that whole day
    included) decides; neither means a delay of 0. Raises BaselineError PR1050 for values of other types, PR1051 for a
    level that AWS does not have, PR1012 for a delay out of its range, PR1014 for too many filters, and PR1017 for both.
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
            if self.approve_after_days not in DAYS:
                message = f"`approve_after_days` is {self.approve_after_days}, wanted {DAYS.wanted}"
                raise BaselineError(message, code="PR1012")
        if self.approve_until is not None:
            typed("approve_until", self.approve_until, date, "a date", "datetime.date.fromisoformat(...) reads one")
        if self.approve_after_days is not None and self.approve_until is not None:
            message = "the rule has both `approve_after_days` and `approve_until`, wanted one of them"
            raise BaselineError(message, code="PR1017", hint="give None for the other")
        typed("enable_non_security", self.enable_non_security, bool, "True or False")
        sized("filters", self.filters, FILTERS)

    def changed(self, **changes: Any) -> ApprovalRule:  # noqa: ANN401 - the fields of a rule
        """Return this rule with some fields changed: a delay takes the place of a date, and a date that of a delay.

        >>> ApprovalRule(approve_until=date(2026, 1, 31)).changed(approve_after_days=7).approve_until is None
        True
        """
        if any(changes.get(one) is not None for one in _WAITS):
            changes = dict.fromkeys(_WAITS) | changes
        return dataclasses.replace(self, **changes)

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
        """Check what it is made of; raises BaselineError PR1050, PR1013 and PR1014."""
        object.__setattr__(self, "products", texts("products", self.products))
        for field in ("name", "configuration"):
            typed(field, getattr(self, field), str, "a text")
        written("`name`", self.name, SOURCE_NAME, SOURCE_LETTERS)
        # A message never shows it: AWS marks it as sensitive.
        if len(self.configuration) not in CONFIGURATION:
            found = f"text of {len(self.configuration):,} characters"
            raise BaselineError(f"`configuration` is {found}, wanted {CONFIGURATION.wanted}", code="PR1013")
        sized("products", self.products, PRODUCTS, PRODUCT)


@dataclass(frozen=True, slots=True, repr=False)
class Baseline(Brief):
    """One baseline document, checked and in our words.

    ``available_security_updates`` is None when the document does not say (Windows only). ``diagnostics`` holds what is
    odd in the document; ``sha256`` is of the bytes it came from, empty when it was made in code, and of a copy that is
    other than the document says.

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

        Raises BaselineError PR1050 for values of other types, PR1051 for a word that AWS does not have, PR1013 and
        PR1014 for what AWS has no room for.
        """
        for field in ("name", "description", "baseline_id", "sha256"):
            typed(field, getattr(self, field), str, "a text")
        for field, kind in _WORDS.items():
            object.__setattr__(self, field, word(field, getattr(self, field), kind))
        for field in ("approved_patches", "rejected_patches", "patch_groups"):
            object.__setattr__(self, field, texts(field, getattr(self, field)))
        for field, noun, wanted in _NOUNS:
            object.__setattr__(self, field, several(field, getattr(self, field), noun, wanted))
        if self.available_security_updates is not None:
            stated = word("available_security_updates", self.available_security_updates, Status)
            object.__setattr__(self, "available_security_updates", stated)
        for field in ("approved_patches_enable_non_security", "is_default"):
            typed(field, getattr(self, field), bool, "True or False")
        for field in ("created", "modified"):
            if getattr(self, field) is not None:
                typed(field, getattr(self, field), datetime, "an instant")
        object.__setattr__(self, "tags", pairs("tags", self.tags))
        for field, bounds, each in _SIZES:
            sized(field, getattr(self, field), bounds, each)
        content = tuple(getattr(self, field) for field in _CONTENT)
        object.__setattr__(self, "sha256", proof_of(self.sha256, content))

    def __str__(self) -> str:
        """Return name, operating system and size on one line."""
        rules = "1 rule" if len(self.rules) == 1 else f"{len(self.rules)} rules"
        lists = f"{len(self.approved_patches)} approved, {len(self.rejected_patches)} rejected"
        return f"{self.name} ({self.operating_system}): {rules}, {lists}"

    def with_rule(self, number: int, **changes: Any) -> Baseline:  # noqa: ANN401 - the fields of a rule
        """Return this baseline with rule ``number`` (1 is the first) changed; raises IndexError where there is none.

        The rule is changed as :meth:`ApprovalRule.changed` does.
        """
        if not 1 <= number <= len(self.rules):
            message = f"`{self.name}` has {len(self.rules)} rules, there is no rule {number}"
            raise IndexError(message)
        rules = list(self.rules)
        rules[number - 1] = rules[number - 1].changed(**changes)
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
    ("diagnostics", Diagnostic, "several diagnostics"),
)
_SIZES = (
    ("rules", RULES, None),
    ("global_filters", FILTERS, None),
    ("approved_patches", PATCHES, PATCH),
    ("rejected_patches", PATCHES, PATCH),
    ("sources", SOURCES, None),
    ("tags", TAGS, None),
)
_CONTENT = tuple(
    field.name for field in dataclasses.fields(Baseline) if field.name not in {"sha256", "diagnostics", "tags"}
)
"""What a document says of a baseline. Tags may be told elsewhere: AWS keeps them beside it."""


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
