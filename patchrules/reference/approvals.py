"""What a baseline says of a patch (SEMANTICS 3.4 - 3.8, 4.6, DECISIONS 1 - 9, 29)."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime

from patchrules.families import Facts, Family, built_for, major_of
from patchrules.model.baseline import ApprovalRule, Baseline
from patchrules.model.host import Host
from patchrules.model.module import streams
from patchrules.model.names import Approval, ComplianceLevel, MissingDate, Note
from patchrules.model.patch import Patch
from patchrules.model.verdict import Decision, Settings
from patchrules.reference.dates import READINGS
from patchrules.reference.filters import filters_of, selects
from patchrules.reference.patterns import identifies, names

LAST = datetime.max.replace(tzinfo=UTC)
"""The last instant of the calendar."""


def decision(
    baseline: Baseline,
    patch: Patch,
    version: Sequence[Patch],
    host: Host,
    *,
    family: Family,
    facts: Facts,
    settings: Settings,
) -> Decision:
    """Say what ``baseline`` decides about ``patch`` on ``host``: rejected wins, else :func:`approval` (DECISIONS 9).

    ``version`` holds every patch that is the same version: an id rejects all of it.
    """
    found = approval(baseline, patch, host, facts, settings)
    entry = rejection(baseline, version, facts)
    if entry is not None:
        found = Decision(
            patch,
            Approval.EXPLICIT_REJECTED,
            entry=entry,
            released_at=found.released_at,
            clock=found.clock,
            notes=tuple(n for n in found.notes if n is Note.NOT_YET_RELEASED),
        )
    if not same_major(patch, host, family, facts):
        found = dataclasses.replace(found, notes=(*found.notes, Note.OTHER_MAJOR))
    if facts.modules and patch.module is not None and host.enabled_modules is None:
        found = dataclasses.replace(found, notes=(*found.notes, Note.MODULE_UNKNOWN))
    return found


def approval(baseline: Baseline, patch: Patch, host: Host, facts: Facts, settings: Settings) -> Decision:
    """Say whether ``baseline`` approves ``patch``, apart from its rejected list (see :func:`rejection`).

    An entry of the approved list decides before every rule and date, and still needs its own security gate (DECISIONS
    9). Rules need the global filters. Any approving rule approves; the highest level of all that approve holds (3.6).
    """
    released_at, clock = released(patch, facts)
    entry = listed(baseline, patch, host, facts)
    selecting = [
        number for number, rule in enumerate(baseline.rules, 1) if selected(baseline, rule, patch, host, facts)
    ]
    unreleased = facts.time_travel and released_at is not None and released_at > settings.as_of
    approving = [
        number
        for number in selecting
        if not unreleased and old_enough(baseline.rules[number - 1], released_at, facts, settings)
    ]
    rank = {number: baseline.rules[number - 1].compliance_level.rank for number in approving}
    deciding = max(approving, key=lambda number: rank[number], default=None)
    levels = [baseline.rules[deciding - 1].compliance_level] if deciding else []
    if entry and not unreleased:
        levels.append(baseline.approved_patches_level)
        verdict = Approval.EXPLICIT_APPROVED
    elif approving:
        verdict = Approval.APPROVED
    elif selecting or entry:
        verdict = Approval.PENDING_APPROVAL
    else:
        verdict = Approval.NOT_SELECTED
    notes = [Note.NOT_YET_RELEASED] if unreleased else []
    if facts.clocks and released_at is None and selecting and not entry:
        notes.append(Note.NO_DATE)
    return Decision(
        patch=patch,
        approval=verdict,
        level=max(levels, key=lambda level: level.rank, default=ComplianceLevel.UNSPECIFIED),
        rule=deciding or next(iter(selecting), None),
        entry=entry,
        released_at=released_at,
        clock=clock,
        since=None if entry else since([baseline.rules[number - 1] for number in selecting], released_at, facts),
        notes=tuple(notes),
    )


def listed(baseline: Baseline, patch: Patch, host: Host, facts: Facts) -> str | None:
    """Return the entry of the approved list that means a patch which passes the list's own gate, or None (4.6)."""
    if not passes_gate(patch, facts, enabled=baseline.approved_patches_enable_non_security):
        return None
    in_scope = selects(baseline.global_filters, patch, host, facts)
    entry = None
    if in_scope or "names" not in facts.globals_bind:
        entry = names(baseline.approved_patches, patch.name, patch.arch, patch.evr, facts)
    if in_scope or "ids" not in facts.globals_bind:
        entry = entry or identifies(baseline.approved_patches, patch, facts.approved_ids)
    return entry


def rejection(baseline: Baseline, version: Sequence[Patch], facts: Facts) -> str | None:
    """Return the entry of the rejected list that means this version, or None.

    A name rejects the versions it names, an id exactly the versions of the notices that carry it (DECISIONS 8).
    """
    for entry in baseline.rejected_patches:
        for patch in version:
            if names([entry], patch.name, patch.arch, patch.evr, facts) is not None:
                return entry
            if identifies([entry], patch, facts.rejected_ids) is not None:
                return entry
    return None


def same_major(patch: Patch, host: Host, family: Family, facts: Facts) -> bool:
    """Say whether a package was built for the host's major release, as far as both are known (DECISIONS 22)."""
    if family.dist_tag is None or not facts.majors:
        return True
    built, major = built_for(family.dist_tag, patch.evr), major_of(family, host.product)
    return built is None or major is None or built == major


def is_enabled(patch: Patch, host: Host, facts: Facts) -> bool:
    """Say whether the host takes packages of the patch's module stream, as far as that is known (2.2.7)."""
    if not facts.modules or host.enabled_modules is None or patch.module is None:
        return True
    return not streams(patch.module).isdisjoint(host.enabled_modules)


def selected(baseline: Baseline, rule: ApprovalRule, patch: Patch, host: Host, facts: Facts) -> bool:
    """Say whether the global filters, the rule's filters and its security gate let the patch through (3.4, 3.8)."""
    return (
        selects(baseline.global_filters, patch, host, facts)
        and selects(filters_of(rule, baseline, facts), patch, host, facts)
        and passes_gate(patch, facts, enabled=rule.enable_non_security)
    )


def passes_gate(patch: Patch, facts: Facts, *, enabled: bool) -> bool:
    """Say whether a patch is security enough, or EnableNonSecurity is on (3.7, DECISIONS 6)."""
    gates = {
        "notice": patch.advisory is not None,
        "metadata": bool(patch.classification) and patch.severity is not None,
        "archive": patch.security,
        "agent-archive": patch.trusted and from_security_archive(patch),
        "none": True,
    }
    return enabled or gates[facts.security_gate]


def from_security_archive(patch: Patch) -> bool:
    """Say whether archive or site say ``security`` the way AWS's apt code looks for it (2.3.2)."""
    return "security" in (patch.repository or "").lower() or "security.debian.org" in (patch.site or "")


def released(patch: Patch, facts: Facts) -> tuple[datetime | None, str | None]:
    """Return the release date and the field it came from; (None, None) when there is no usable date (DECISIONS 3)."""
    if facts.dates != "documented":
        return READINGS[facts.dates](patch)
    for clock in facts.clocks:
        instant: datetime | None = getattr(patch, clock)
        if instant is not None:
            return instant, clock
    return None, None


def old_enough(rule: ApprovalRule, released_at: datetime | None, facts: Facts, settings: Settings) -> bool:
    """Say whether the rule's delay or date lets a patch of that age through (3.5, DECISIONS 1, 2, 4, 5, 19)."""
    if not facts.clocks:
        return True
    if released_at is None:
        return settings.missing_date is MissingDate.APPROVE
    if rule.approve_until is not None:
        return released_at.date() <= rule.approve_until
    return settings.as_of - released_at > rule.delay


def since(selecting: Sequence[ApprovalRule], released_at: datetime | None, facts: Facts) -> datetime | None:
    """Return the instant after which one of the rules approves; None when waiting decides nothing.

    A wait that ends after the last instant of the calendar ends at none.
    """
    if not facts.clocks or released_at is None:
        return None
    waits = [rule.delay for rule in selecting if rule.approve_until is None]
    instants = [released_at + wait for wait in waits if released_at <= LAST - wait]
    instants += [released_at for rule in selecting if rule.approve_until and released_at.date() <= rule.approve_until]
    return min(instants, default=None)
