"""Why a rule or a list does not approve a patch: what was found, and what was wanted."""

from __future__ import annotations

from patchrules.families import Facts
from patchrules.model.baseline import ApprovalRule, Baseline, PatchFilter
from patchrules.model.host import Host
from patchrules.model.patch import Patch
from patchrules.model.verdict import HostReport, Settings
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


def objection(rule: ApprovalRule, patch: Patch, report: HostReport, facts: Facts) -> str | None:
    """Return why ``rule`` does not approve ``patch``, None where it does."""
    baseline, host = report.baseline, report.host
    failing = _failing(baseline.global_filters, patch, host, facts, "the global filters want")
    failing += _failing(filters_of(rule, baseline, facts), patch, host, facts, "rule wants")
    if not passes_gate(patch, facts, enabled=rule.enable_non_security):
        failing.append(f"{_INSECURE[facts.security_gate]}, and the rule has no EnableNonSecurity")
    return "; ".join(failing) or _too_young(rule, patch, facts, report.settings)


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
        failing = _failing(baseline.global_filters, patch, host, facts, "the global filters want")
        return f"{means}, but {'; '.join(failing)}"
    return None


def _failing(filters: tuple[PatchFilter, ...], patch: Patch, host: Host, facts: Facts, wants: str) -> list[str]:
    """Return what each filter that does not hold found and wanted; of a repeated key the last one may decide alone."""
    given = list({one.key: one for one in filters}.values()) if facts.repeated_key == "last" else filters
    return [_clause(one, patch, host, facts, wants) for one in given if not holds(one, patch, host, facts)]


def _clause(one: PatchFilter, patch: Patch, host: Host, facts: Facts, wants: str) -> str:
    """Return what a filter found and what it wanted."""
    if one.key not in facts.filters:
        return f"{one.key} is no filter of this operating system and selects nothing"
    found = value(one.key, patch, host, facts)
    said = "is not stated" if found is None else f"is `{found}`"
    return f"{one.key} {said}, {wants} {' or '.join(one.values)}"


def _too_young(rule: ApprovalRule, patch: Patch, facts: Facts, settings: Settings) -> str | None:
    """Return why the rule's delay or date does not let a patch through yet, None where it does."""
    released_at, _ = released(patch, facts)
    if facts.time_travel and released_at is not None and released_at > settings.as_of:
        return f"released {when(released_at)}, after the as-of instant"
    if old_enough(rule, released_at, facts, settings):
        return None
    if released_at is None:
        return "it has no usable date, and missing dates are held"
    if rule.approve_until is not None:
        return f"released {when(released_at)}, rule wants {rule.approve_until} or before"
    if not rule.approve_after_days:
        return f"released {when(released_at)}, and approved only after that instant"
    return f"waits {counted(rule.approve_after_days, 'day')}, until after {when(released_at + rule.delay)}"
