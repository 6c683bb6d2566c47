"""Where one package stands on one host (SEMANTICS 5.3, DECISIONS 10 - 14, 30)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from patchrules.families import Facts, Family
from patchrules.model.baseline import Baseline
from patchrules.model.names import (
    NON_COMPLIANT_STATES,
    SEVERITY_RANK,
    Approval,
    ComplianceLevel,
    Note,
    Reason,
    RejectedPatchesAction,
    State,
    Status,
)
from patchrules.model.package import Package
from patchrules.model.verdict import Decision, Settings, Verdict
from patchrules.reference.epochs import stated_epochs
from patchrules.reference.overrides import lists, override_of, unmet
from patchrules.reference.patterns import forms
from patchrules.versions import SCHEMES

LEFT_OUT = frozenset({Note.NOT_YET_RELEASED, Note.OTHER_MAJOR})
"""Patches with these notes do not exist for this host at this instant (DECISIONS 22, 29)."""

ABOUT_THE_NAME = LEFT_OUT | {Note.ROWS_DISAGREE}
"""Notes that a verdict carries whichever patch decided."""


def installed_verdict(
    package: Package,
    own: Decision,
    decisions: Sequence[Decision],
    *,
    baseline: Baseline,
    family: Family,
    facts: Facts,
    settings: Settings,
) -> Verdict:
    """Judge an installed package against the decisions on the versions of its name and architecture.

    ``own`` is the decision on the installed version as a patch that no notice names; it counts where the catalog does
    not know that version, so that what is installed is always a candidate itself.
    """
    present = existing(decisions)
    installed, known, notes = compared(package.evr, present, family)
    lines = override_of(settings) or ()
    listed = [d for raw, d in zip(present, known, strict=True) if any(lists(line, raw.patch, facts) for line in lines)]
    here = order(family, installed)
    same = [d for d in known if order(family, d.patch.evr) == here]
    mine = same or [dataclasses.replace(own, patch=dataclasses.replace(own.patch, evr=installed))]
    candidates = [d for d in known if d.patch.offered or d in same] + ([] if same else mine)
    approved = [d for d in candidates if d.approves]
    target = best(approved, family) if approved else None
    rejected = next((d for d in [own, *mine] if d.approval is Approval.EXPLICIT_REJECTED), None)
    wanted = [d for d in listed if d.patch.offered and here < order(family, d.patch.evr)]
    if wanted:
        target = best(wanted, family)
        found = verdict(State.FAILED, Reason.LISTED_NEWER, target, target, facts)
    elif target and here < order(family, target.patch.evr):
        found = verdict(unmet(settings), Reason.NEWER_APPROVED, target, target, facts)
    elif rejected and baseline.rejected_patches_action is RejectedPatchesAction.BLOCK:
        found = verdict(State.INSTALLED_REJECTED, Reason.REJECTED_BLOCKED, rejected, best(mine, family), facts)
    elif rejected:
        found = verdict(State.INSTALLED_OTHER, Reason.REJECTED_ALLOWED, rejected, best(mine, family), facts)
    elif target:
        found = verdict(State.INSTALLED, Reason.UP_TO_DATE, target, target, facts)
    else:
        itself = best(mine, family)
        found = verdict(State.INSTALLED_OTHER, Reason.NOTHING_APPROVED, itself, itself, facts)
    unsure = () if package.arch_stated else (Note.ARCH_UNKNOWN,)
    about = (note for d in decisions for note in d.notes if note in ABOUT_THE_NAME)
    evr = found.target if found.state in (State.MISSING, State.FAILED) and found.target else installed
    return dataclasses.replace(
        found,
        name=package.name,
        arch=package.arch or "",
        installed=installed,
        target=target.patch.evr if target else None,
        title=title(package.name, package.arch or "", evr, facts),
        notes=tuple(sorted({*notes, *unsure, *found.notes, *about})),
        held=package.held,
        installed_at=package.installed_at,
    )


def absent_verdict(decisions: Sequence[Decision], *, family: Family, facts: Facts) -> Verdict | None:
    """Judge a name and architecture that is not installed: NOT_APPLICABLE where a version is approved, else nothing."""
    offered = [d for d in existing(decisions) if d.approves and d.patch.offered]
    if not offered:
        return None
    target = best(offered, family)
    found = verdict(State.NOT_APPLICABLE, Reason.NOT_INSTALLED, target, target, facts)
    return found if family.has_arch else dataclasses.replace(found, arch="")


def verdict(state: State, reason: Reason, deciding: Decision, shown: Decision, facts: Facts) -> Verdict:
    """Return the verdict of ``deciding``, described by ``shown``; only an approval gives a compliance level (5.11)."""
    approved = reason in (Reason.NEWER_APPROVED, Reason.LISTED_NEWER, Reason.UP_TO_DATE, Reason.NOT_INSTALLED)
    patch = shown.patch
    return Verdict(
        name=patch.name,
        arch=patch.arch,
        installed=None,
        target=patch.evr,
        state=state,
        level=deciding.level if approved else ComplianceLevel.UNSPECIFIED,
        status=status_of(state),
        classification=patch.classification or ("Security" if patch.security else ""),
        severity=getattr(patch, facts.severity) or "",
        title=title(patch.name, patch.arch, patch.evr, facts),
        reason=reason,
        decision=deciding,
        notes=deciding.notes,
    )


def existing(decisions: Iterable[Decision]) -> list[Decision]:
    """Return the decisions on patches that exist for this host at this instant."""
    return [d for d in decisions if not LEFT_OUT.intersection(d.notes)]


def compared(evr: str, decisions: Sequence[Decision], family: Family) -> tuple[str, list[Decision], tuple[Note, ...]]:
    """Return the installed version and the decisions with the epochs they are to be compared with (DECISIONS 30)."""
    if family.scheme != "rpm":
        return evr, list(decisions), ()
    installed, versions, unknown = stated_epochs(evr, [d.patch.evr for d in decisions])
    known = [
        dataclasses.replace(d, patch=dataclasses.replace(d.patch, evr=text))
        for d, text in zip(decisions, versions, strict=True)
    ]
    return installed, known, (Note.EPOCH_UNKNOWN,) if unknown else ()


def best(decisions: Sequence[Decision], family: Family) -> Decision:
    """Return, of one decision or more, that on the highest version; of several on it the highest level's (3.9)."""
    newest = max(order(family, d.patch.evr) for d in decisions)
    return min((d for d in decisions if order(family, d.patch.evr) == newest), key=precedence)


def precedence(decision: Decision) -> tuple[int, bool, int, str, str]:
    """Sort decisions on one version: highest level, security archive, most severe, advisory and repository by name."""
    patch = decision.patch
    severity = SEVERITY_RANK.get((patch.severity or "").lower(), 0)
    return (-decision.level.rank, not patch.security, -severity, patch.advisory or "", patch.repository or "")


def order(family: Family, evr: str) -> bytes:
    """Return the sort key of a version in the family's order (DECISIONS 11)."""
    return SCHEMES[family.scheme].sort_key(evr)


def title(name: str, arch: str, evr: str, facts: Facts) -> str:
    """Return the ``Title`` AWS gives a package version: one of its name forms (4.1, 5.11)."""
    return forms(name, arch, evr, [facts.title])[0]


def status_of(state: State) -> Status:
    """Return whether a state complies (5.2); NOT_APPLICABLE is neither (DECISIONS 16)."""
    if state is State.NOT_APPLICABLE:
        return Status.NONE
    return Status.NON_COMPLIANT if state in NON_COMPLIANT_STATES else Status.COMPLIANT
