"""Changes of a baseline as data: what one question found would help, another can try out."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from patchrules.errors import BaselineError
from patchrules.model.baseline import Baseline, PatchFilter


class Verb(StrEnum):
    """What an edit does with a field."""

    SET = "set"
    ADD = "add"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit of one field, which has AWS's name.

    ``rule`` counts from 1; without it the field is the baseline's own, and filters are its GlobalFilters. ``key`` is
    the key of the filter whose ``Values`` change, or of the filter that ``PatchFilters`` gains or loses.

    >>> print(Edit(Verb.SET, "ApproveAfterDays", 3, rule=2))
    in rule 2, set ApproveAfterDays to 3
    >>> print(Edit(Verb.ADD, "Values", "Moderate", rule=1, key="SEVERITY"))
    in rule 1, add `Moderate` to SEVERITY
    """

    verb: Verb
    field: str
    value: str | int | date | None = None
    rule: int | None = None
    key: str | None = None

    def apply(self, baseline: Baseline) -> Baseline:
        """Return ``baseline`` with the edit made; raises IndexError where it has no such rule."""
        return _DONE[self.field](self, baseline)

    def __str__(self) -> str:
        """Return the edit as one tells it to a person."""
        place = f"in rule {self.rule}, " if self.rule else ""
        if self.field == "Values":
            return f"{place or 'in the global filters, '}{self.verb} `{self.value}` to {self.key}"
        if self.field == "PatchFilters":
            what = f"the filter {self.key}" if self.verb is Verb.REMOVE else f"the filter {self.key} in {self.value}"
            return f"{place or 'in the global filters, '}{self.verb} {what}"
        if self.verb is Verb.SET:
            return f"{place}set {self.field} to {str(self.value).lower()}"
        return f"{place}{self.verb} `{self.value}` {'to' if self.verb is Verb.ADD else 'from'} {self.field}"


@dataclass(frozen=True, slots=True)
class Change:
    """Edits that belong together.

    >>> from patchrules.model.baseline import ApprovalRule
    >>> from patchrules.model.names import OperatingSystem
    >>> prod = Baseline("prod", OperatingSystem.DEBIAN, rules=(ApprovalRule(approve_after_days=7),))
    >>> change = Change((Edit(Verb.SET, "EnableNonSecurity", True, rule=1), Edit(Verb.ADD, "ApprovedPatches", "bash")))
    >>> changed = change.apply(prod)
    >>> changed.rules[0].enable_non_security, changed.approved_patches
    (True, ('bash',))
    >>> print(change)
    in rule 1, set EnableNonSecurity to true; add `bash` to ApprovedPatches
    """

    edits: tuple[Edit, ...]

    def apply(self, baseline: Baseline) -> Baseline:
        """Return ``baseline`` with every edit made; it is no document's any more, so it has no sha256."""
        for edit in self.edits:
            baseline = edit.apply(baseline)
        return dataclasses.replace(baseline, sha256="")

    def fits(self, baseline: Baseline) -> bool:
        """Say whether AWS has room for every edit: a list of 50 patches takes no other one."""
        try:
            self.apply(baseline)
        except BaselineError:
            return False
        return True

    def __str__(self) -> str:
        """Return the edits, one after the other."""
        return "; ".join(str(edit) for edit in self.edits)


def _rule_field(edit: Edit, baseline: Baseline) -> Baseline:
    """Set a field of a rule; of the two dates of a rule one is given at a time (SEMANTICS 1.3)."""
    if edit.field == "EnableNonSecurity":
        return baseline.with_rule(edit.rule or 0, enable_non_security=edit.value)
    if edit.field == "ApproveAfterDays":
        return baseline.with_rule(edit.rule or 0, approve_after_days=edit.value, approve_until=None)
    return baseline.with_rule(edit.rule or 0, approve_after_days=None, approve_until=edit.value)


def _filters(edit: Edit, baseline: Baseline) -> Baseline:
    """Change filters of a rule or the global ones."""
    held = baseline.rules[edit.rule - 1].filters if edit.rule else baseline.global_filters
    added = PatchFilter.as_written(edit.key or "", (str(edit.value),))
    if edit.field == "Values":
        found = tuple(
            dataclasses.replace(f, values=(*f.values, str(edit.value))) if f.key == edit.key else f for f in held
        )
    elif edit.verb is Verb.REMOVE:
        found = tuple(f for f in held if f.key != edit.key)
    else:
        found = (*held, added)
    if edit.rule:
        return baseline.with_rule(edit.rule, filters=found)
    return dataclasses.replace(baseline, global_filters=found)


def _list(edit: Edit, baseline: Baseline) -> Baseline:
    """Add to or take from one of the two lists."""
    is_approved = edit.field == "ApprovedPatches"
    held = baseline.approved_patches if is_approved else baseline.rejected_patches
    found = (*held, str(edit.value)) if edit.verb is Verb.ADD else tuple(one for one in held if one != edit.value)
    if is_approved:
        return dataclasses.replace(baseline, approved_patches=found)
    return dataclasses.replace(baseline, rejected_patches=found)


def _gate_of_list(edit: Edit, baseline: Baseline) -> Baseline:
    """Say whether the approved list approves what is not security, too."""
    return dataclasses.replace(baseline, approved_patches_enable_non_security=bool(edit.value))


_DONE: dict[str, Callable[[Edit, Baseline], Baseline]] = {
    "ApproveAfterDays": _rule_field,
    "ApproveUntilDate": _rule_field,
    "EnableNonSecurity": _rule_field,
    "Values": _filters,
    "PatchFilters": _filters,
    "ApprovedPatches": _list,
    "RejectedPatches": _list,
    "ApprovedPatchesEnableNonSecurity": _gate_of_list,
}
