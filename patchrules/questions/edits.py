"""What was edited in a baseline, in words: by the names its document has, values as they were and as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields

from patchrules.model.baseline import ApprovalRule, Baseline

_RULE = {
    "compliance_level": "ComplianceLevel",
    "approve_after_days": "ApproveAfterDays",
    "approve_until": "ApproveUntilDate",
    "enable_non_security": "EnableNonSecurity",
}
_LISTS = {
    "approved_patches": "ApprovedPatches",
    "rejected_patches": "RejectedPatches",
    "global_filters": "GlobalFilters",
}
_VALUES = {
    "operating_system": "OperatingSystem",
    "approved_patches_level": "ApprovedPatchesComplianceLevel",
    "approved_patches_enable_non_security": "ApprovedPatchesEnableNonSecurity",
    "rejected_patches_action": "RejectedPatchesAction",
    "available_security_updates": "AvailableSecurityUpdatesComplianceStatus",
}
DECIDING = ("rules", "sources", *_LISTS, *_VALUES)
"""The fields of a baseline that decide on verdicts."""

_MOST = 5


def same(one: Baseline, other: Baseline) -> bool:
    """Say whether two baselines decide alike, whatever they are called and wherever they come from."""
    return all(getattr(one, name) == getattr(other, name) for name in DECIDING)


def edits(before: Baseline, after: Baseline) -> Iterator[str]:
    """Yield one line an edit that can change a verdict.

    >>> from patchrules.model.names import OperatingSystem
    >>> prod = Baseline("prod", OperatingSystem.DEBIAN, rules=(ApprovalRule(approve_after_days=7),))
    >>> list(edits(prod, prod.with_rule(1, approve_after_days=3)))
    ['rule 1: ApproveAfterDays 7 → 3']
    """
    for name, title in _VALUES.items():
        yield from _value(title, getattr(before, name), getattr(after, name))
    for name, title in _LISTS.items():
        yield from _list(title, *([str(one) for one in getattr(side, name)] for side in (before, after)))
    if len(before.rules) == len(after.rules):
        for number, pair in enumerate(zip(before.rules, after.rules, strict=True), 1):
            yield from (f"rule {number}: {edit}" for edit in _rule(*pair))
    else:
        lost = [said(rule) for rule in before.rules if rule not in after.rules]
        new = [said(rule) for rule in after.rules if rule not in before.rules]
        yield f"{len(before.rules)} rules → {len(after.rules)}"
        yield from (f"rule taken away: {rule}" for rule in lost)
        yield from (f"rule added: {rule}" for rule in new)
    if before.sources != after.sources:
        yield from _list("Sources", *([source.name for source in side.sources] for side in (before, after)))


def said(rule: ApprovalRule) -> str:
    """Return a rule on one line.

    >>> print(said(ApprovalRule(approve_after_days=7)))
    everything, ApproveAfterDays 7, level UNSPECIFIED
    """
    parts = ["; ".join(map(str, rule.filters)) or "everything"]
    parts += [f"{_RULE[name]} {shown(value)}" for name in _WHEN if (value := getattr(rule, name)) is not None]
    parts += ["EnableNonSecurity"] if rule.enable_non_security else []
    return ", ".join([*parts, f"level {rule.compliance_level}"])


_WHEN = ("approve_after_days", "approve_until")


def shown(value: object) -> str:
    """Return a value as it stands in a document."""
    if value is None:
        return "(none)"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _value(title: str, before: object, after: object) -> Iterator[str]:
    """Yield the edit of one value."""
    if before != after:
        yield f"{title} {shown(before)} → {shown(after)}"


def _list(title: str, before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    """Yield the edit of a list: what came and what went; the same in another order is an edit, too."""
    new, lost = [one for one in after if one not in before], [one for one in before if one not in after]
    parts = [*(f"+ `{one}`" for one in new), *(f"- `{one}`" for one in lost)]
    if len(parts) > _MOST:
        parts = [*parts[:_MOST], f"and {len(parts) - _MOST:,} more"]
    if before != after:
        yield f"{title}: {', '.join(parts) or 'another order'}"


def _rule(before: ApprovalRule, after: ApprovalRule) -> Iterator[str]:
    """Yield the edits of one rule."""
    yield from _list("filters", *([str(one) for one in side.filters] for side in (before, after)))
    for name in (field.name for field in fields(ApprovalRule)):
        if name in _RULE:
            yield from _value(_RULE[name], getattr(before, name), getattr(after, name))
