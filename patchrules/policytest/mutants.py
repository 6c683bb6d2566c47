"""Mistakes a person could make in a baseline: each one a baseline that is nearly the same."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from patchrules.families import facts_of, family_of
from patchrules.model.baseline import ApprovalRule, Baseline, PatchFilter
from patchrules.model.bounds import DAYS, PATCH
from patchrules.model.names import ComplianceLevel, Dialect, RejectedPatchesAction


@dataclass(frozen=True, slots=True)
class Mutant:
    """One mistake in words, and the baseline that has it."""

    mistake: str
    baseline: Baseline


def mutants_of(baseline: Baseline) -> Iterator[Mutant]:
    """Yield the mistakes, in the order of the document.

    A delay or date that is a day off, a value, filter, rule or list entry that is gone, a wildcard, another level, a
    switch or an action that is flipped.

    >>> from patchrules.documents.baseline import load_baseline
    >>> prod = load_baseline(b"{Name: prod, OperatingSystem: UBUNTU, RejectedPatches: [vim]}")
    >>> [mutant.mistake for mutant in mutants_of(prod)]
    ['rejected `vim` is gone', 'rejected `vim` is `vim*`', 'rejected patches action is BLOCK']
    """
    for mistake, filters in _filters(baseline.global_filters):
        yield Mutant(f"global filters: {mistake}", dataclasses.replace(baseline, global_filters=filters))
    for number, rule in enumerate(baseline.rules, 1):
        rest = baseline.rules[: number - 1] + baseline.rules[number:]
        yield Mutant(f"rule {number} is gone", dataclasses.replace(baseline, rules=rest))
        for mistake, changed in _rules(rule, baseline):
            rules = (*baseline.rules[: number - 1], changed, *baseline.rules[number:])
            yield Mutant(f"rule {number}: {mistake}", dataclasses.replace(baseline, rules=rules))
    yield from _lists(baseline)


def _rules(rule: ApprovalRule, baseline: Baseline) -> Iterator[tuple[str, ApprovalRule]]:
    """Yield the mistakes in one rule."""
    facts = facts_of(family_of(baseline.operating_system), Dialect.DOCUMENTED, None)
    if facts.clocks and rule.approve_until is not None:
        for by in (1, -1) if date.min < rule.approve_until < date.max else ():
            day = rule.approve_until + timedelta(days=by)
            yield f"approved until {day}, not {rule.approve_until}", rule.changed(approve_until=day)
    elif facts.clocks:
        days = rule.approve_after_days or 0
        for other in (days + 1, days - 1):
            if other in DAYS:
                yield f"waits {other} days, not {days}", rule.changed(approve_after_days=other)
    for mistake, filters in _filters(rule.filters):
        yield mistake, dataclasses.replace(rule, filters=filters)
    level = _another(rule.compliance_level)
    yield f"level is {level}, not {rule.compliance_level}", dataclasses.replace(rule, compliance_level=level)
    if facts.security_gate != "none":
        flipped = not rule.enable_non_security
        yield f"EnableNonSecurity is {str(flipped).lower()}", dataclasses.replace(rule, enable_non_security=flipped)


def _filters(filters: tuple[PatchFilter, ...]) -> Iterator[tuple[str, tuple[PatchFilter, ...]]]:
    """Yield the mistakes in a filter group: a value less, or a wildcard in place of a filter."""
    for index, one in enumerate(filters):
        if "*" in one.values:
            continue
        before, after = filters[:index], filters[index + 1 :]
        texts = tuple(dict.fromkeys(one.values))
        for text in texts if len(texts) > 1 else ():
            fewer = dataclasses.replace(one, values=tuple(value for value in texts if value != text))
            yield f"{one.key} without `{text}`", (*before, fewer, *after)
        yield f"{one.key} is anything", (*before, dataclasses.replace(one, values=("*",)), *after)


def _lists(baseline: Baseline) -> Iterator[Mutant]:
    """Yield the mistakes in both lists, and in what they do."""
    facts = family_of(baseline.operating_system).documented
    for field, word in (("approved_patches", "approved"), ("rejected_patches", "rejected")):
        entries: tuple[str, ...] = getattr(baseline, field)
        for index, entry in enumerate(entries):
            before, after = entries[:index], entries[index + 1 :]
            fewer: dict[str, Any] = {field: before + after}
            yield Mutant(f"{word} `{entry}` is gone", dataclasses.replace(baseline, **fewer))
            if facts.wildcards and not entry.endswith("*") and len(entry) < PATCH.most:
                wider: dict[str, Any] = {field: (*before, f"{entry}*", *after)}
                yield Mutant(f"{word} `{entry}` is `{entry}*`", dataclasses.replace(baseline, **wider))
    if baseline.approved_patches:
        level = _another(baseline.approved_patches_level)
        changed = dataclasses.replace(baseline, approved_patches_level=level)
        yield Mutant(f"level of approved patches is {level}, not {baseline.approved_patches_level}", changed)
    if baseline.approved_patches and facts.security_gate != "none":
        flipped = not baseline.approved_patches_enable_non_security
        changed = dataclasses.replace(baseline, approved_patches_enable_non_security=flipped)
        yield Mutant(f"ApprovedPatchesEnableNonSecurity is {str(flipped).lower()}", changed)
    if baseline.rejected_patches:
        other = next(one for one in RejectedPatchesAction if one is not baseline.rejected_patches_action)
        changed = dataclasses.replace(baseline, rejected_patches_action=other)
        yield Mutant(f"rejected patches action is {other}", changed)


def _another(level: ComplianceLevel) -> ComplianceLevel:
    """Return the level beside: one lower, and for the lowest one higher."""
    levels = list(ComplianceLevel)
    return levels[level.rank - 1] if level.rank else levels[1]
