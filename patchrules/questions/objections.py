"""Why a rule or a list does not approve a patch: what was found, what was wanted, and which edit would help."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from patchrules.families import Facts
from patchrules.model.baseline import ApprovalRule, Baseline, PatchFilter
from patchrules.model.change import Edit, Verb
from patchrules.model.host import Host
from patchrules.model.patch import Patch
from patchrules.model.verdict import HostReport, Settings
from patchrules.questions.reasons import Why
from patchrules.questions.wording import counted, when
from patchrules.reference.approvals import old_enough, passes_gate, released
from patchrules.reference.filters import filters_of, holds, selects, value
from patchrules.reference.patterns import identifies, names

_INSECURE = {
    "notice": "no notice names it",
    "metadata": "no notice gives it both type and severity",
    "archive": "it comes from no security archive",
    "agent-archive": "it comes from no trusted archive that says security",
}
"""What a patch lacks that a security gate holds back (3.7)."""

_LONGEST_VALUE = 64
"""How long AWS lets a filter value be (1.2)."""


@dataclass(frozen=True, slots=True)
class Objection:
    """One clause that fails; ``edit`` takes the objection away, None where no edit does."""

    code: Why
    text: str
    edit: Edit | None = None


def objection(rule: ApprovalRule, patch: Patch, report: HostReport, facts: Facts) -> str | None:
    """Return why ``rule`` does not approve ``patch``, None where it does; age is told where nothing else fails."""
    found = objections(rule, patch, report, facts)
    unmet = [one.text for one in found if one.code not in _ABOUT_AGE]
    return "; ".join(unmet or [one.text for one in found]) or None


def objections(
    rule: ApprovalRule, patch: Patch, report: HostReport, facts: Facts, number: int | None = None
) -> tuple[Objection, ...]:
    """Return every clause of rule ``number`` that fails: filters, gate and age."""
    baseline, host = report.baseline, report.host
    failing = [
        *_failing(baseline.global_filters, patch, host, facts),
        *_failing(rule.filters, patch, host, facts, rule=number, wants="rule wants"),
        *_implied(rule, baseline, patch, host, facts, number),
    ]
    if not passes_gate(patch, facts, enabled=rule.enable_non_security):
        text = f"{_INSECURE[facts.security_gate]}, and the rule has no EnableNonSecurity"
        failing.append(Objection(Why.NOT_SECURITY, text, Edit(Verb.SET, "EnableNonSecurity", value=True, rule=number)))
    age = _age(rule, patch, facts, report.settings, number)
    return (*failing, *([age] if age else []))


def unheard(baseline: Baseline, patch: Patch, host: Host, facts: Facts) -> str | None:
    """Return why an entry of the approved list that means the patch does not approve it, None where no entry does.

    The list has a security gate of its own (4.6); in some agents it needs the global filters too.
    """
    by_name = names(baseline.approved_patches, patch.name, patch.arch, patch.evr, facts)
    entry = by_name or identifies(baseline.approved_patches, patch, facts.approved_ids)
    if entry is None:
        return None
    means = f"`{entry}` of the approved list means it"
    if not passes_gate(patch, facts, enabled=baseline.approved_patches_enable_non_security):
        return f"{means}, but {_INSECURE[facts.security_gate]}, and the list has no ApprovedPatchesEnableNonSecurity"
    bound = "names" if by_name else "ids"
    if bound in facts.globals_bind and not selects(baseline.global_filters, patch, host, facts):
        failing = _failing(baseline.global_filters, patch, host, facts)
        return f"{means}, but {'; '.join(one.text for one in failing)}"
    return None


def _failing(
    filters: tuple[PatchFilter, ...],
    patch: Patch,
    host: Host,
    facts: Facts,
    *,
    rule: int | None = None,
    wants: str = "the global filters want",
) -> Iterator[Objection]:
    """Yield what each filter that does not hold found and wanted; of a repeated key the last one may decide alone."""
    given = list({one.key: one for one in filters}.values()) if facts.repeated_key == "last" else filters
    code = Why.FILTER if wants == "rule wants" else Why.GLOBAL_FILTER
    for one in given:
        if holds(one, patch, host, facts):
            continue
        drop = Edit(Verb.REMOVE, "PatchFilters", rule=rule, key=one.key)
        if one.key not in facts.filters:
            text = f"{one.key} is no filter of this operating system and selects nothing"
            yield Objection(Why.KEY_UNUSED, text, drop)
            continue
        found = value(one.key, patch, host, facts)
        fits = found is not None and 0 < len(found) <= _LONGEST_VALUE
        edit = Edit(Verb.ADD, "Values", found, rule=rule, key=one.key) if fits else drop
        yield Objection(code, _clause(one, found, wants), edit)


def _implied(
    rule: ApprovalRule, baseline: Baseline, patch: Patch, host: Host, facts: Facts, number: int | None
) -> Iterator[Objection]:
    """Yield what the filters found that a rule implies (1.6): naming the key takes them away."""
    for one in filters_of(rule, baseline, facts)[len(rule.filters) :]:
        if not holds(one, patch, host, facts):
            found = value(one.key, patch, host, facts)
            edit = Edit(Verb.ADD, "PatchFilters", found, rule=number, key=one.key) if found else None
            yield Objection(Why.FILTER, _clause(one, found, "rule wants"), edit)


def _clause(one: PatchFilter, found: str | None, wants: str) -> str:
    """Return what a filter found and what it wanted."""
    said = "is not stated" if found is None else f"is `{found}`"
    return f"{one.key} {said}, {wants} {' or '.join(one.values)}"


def _age(rule: ApprovalRule, patch: Patch, facts: Facts, settings: Settings, number: int | None) -> Objection | None:
    """Return why the rule's delay or date does not let a patch through yet, None where it does."""
    released_at, _ = released(patch, facts)
    if facts.time_travel and released_at is not None and released_at > settings.as_of:
        return Objection(Why.UNRELEASED, f"released {when(released_at)}, after the as-of instant")
    if old_enough(rule, released_at, facts, settings):
        return None
    if released_at is None:
        return Objection(Why.NO_DATE, "it has no usable date, and missing dates are held")
    day = released_at.date()
    until = Edit(Verb.SET, "ApproveUntilDate", day, rule=number)
    if rule.approve_until is not None:
        text = f"released {when(released_at)}, rule wants {rule.approve_until} or before"
        return Objection(Why.TOO_LATE, text, until)
    # The patch has to be older than the delay, not as old (3.5): at the very instant no number of days is short enough.
    age = settings.as_of - released_at
    days = (age - timedelta(microseconds=1)).days
    edit = until if days < 0 else Edit(Verb.SET, "ApproveAfterDays", days, rule=number)
    if not rule.approve_after_days:
        return Objection(Why.TOO_YOUNG, f"released {when(released_at)}, and approved only after that instant", edit)
    text = f"waits {counted(rule.approve_after_days, 'day')}, until after {when(released_at + rule.delay)}"
    return Objection(Why.TOO_YOUNG, text, edit)


_ABOUT_AGE = frozenset({Why.UNRELEASED, Why.TOO_YOUNG, Why.TOO_LATE, Why.NO_DATE})
