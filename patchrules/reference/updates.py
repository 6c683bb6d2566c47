"""Hosts that are judged by their updates, not by versions of packages: Windows (SEMANTICS 2.5, 5.18, DECISIONS 24, 25).

An update is a KB; it is installed or not. What a host can have depends on its product, release and applications, and
what it is offered on which updates replace which.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from patchrules.families import Facts, Family
from patchrules.model.baseline import Baseline
from patchrules.model.host import Host
from patchrules.model.names import (
    HIDDEN,
    Approval,
    ComplianceLevel,
    Note,
    Reason,
    RejectedPatchesAction,
    State,
    Status,
)
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.model.verdict import Decision, Settings, Verdict
from patchrules.reference.approvals import decision
from patchrules.reference.builds import BuildFit, fit
from patchrules.reference.installed import Key, as_patch, runs
from patchrules.reference.overrides import lists, override_of, unmet
from patchrules.reference.states import existing, precedence, status_of
from patchrules.reference.supersedence import Supersedence

APPLICATION = "application"
"""The patch set, in lower case, of updates that are not the operating system's."""


@dataclass(frozen=True, slots=True)
class Update:
    """One KB on one host: the decisions on its rows that are for this host."""

    decisions: tuple[Decision, ...]
    fits: frozenset[BuildFit]

    @property
    def spoken(self) -> Decision:
        """Return the decision that speaks for the update: an approving one if there is any (3.6, 3.9)."""
        return min([d for d in self.decisions if d.approves] or self.decisions, key=precedence)

    @property
    def rejected(self) -> Decision | None:
        """Return the decision that rejects it, None where nothing does."""
        return next((d for d in self.decisions if d.approval is Approval.EXPLICIT_REJECTED), None)

    @property
    def approved(self) -> bool:
        """Return whether it is approved; what is rejected never is."""
        return self.spoken.approves and self.rejected is None


def updates(
    baseline: Baseline,
    host: Host,
    decisions: Mapping[Key, Sequence[Decision]],
    packages: Mapping[Key, Package],
    *,
    family: Family,
    facts: Facts,
    settings: Settings,
) -> tuple[list[tuple[Verdict, Package | None]], Counter[str]]:
    """Judge every installed update and every one that the host could have; doubts are about the host."""
    installed = {name: package for (name, _), package in packages.items()}
    mine = [d for found in decisions.values() for d in found if for_machine(d.patch, host, family)]
    rows = existing(mine)
    names = {d.patch.name for d in rows}
    products = {d.patch.product.lower() for d in rows if is_application(d.patch) and d.patch.product}
    present = {name for name in installed if name.lower() not in products}
    known: dict[str, list[Decision]] = {}
    lacking: dict[str, list[Decision]] = {}
    for d in rows:
        here = d.patch.name in present
        if here or fit(d.patch.os_build, host.os_build) is not BuildFit.OTHER_RELEASE:
            lacks = not here and is_application(d.patch) and not has_product(d.patch, installed)
            (lacking if lacks else known).setdefault(d.patch.name, []).append(d)
    of_host = {name: update_of(found, host) for name, found in known.items()}
    judged: list[tuple[Verdict, Package | None]] = []
    for name in sorted(present):
        package = installed[name]
        itself = as_patch(package)
        own = decision(baseline, itself, [itself], host, family=family, facts=facts, settings=settings)
        about = {note for d in decisions.get((name, ""), ()) for note in d.notes if note in _ABOUT}
        found = of_installed(package, own, of_host.get(name), baseline, facts)
        judged.append((dataclasses.replace(found, notes=tuple(sorted({*found.notes, *about}))), package))
    replaced = {
        name: frozenset(kb for d in rows if d.patch.name == name for kb in d.patch.supersedes) for name in names
    }
    could_have = {name: update for name, update in of_host.items() if name not in present}
    absent, hidden = of_absent(
        could_have, present, host, baseline, Supersedence(replaced), facts=facts, settings=settings
    )
    judged += [(one, None) for one in absent]
    for name in sorted(lacking.keys() - known.keys()):
        update = update_of(lacking[name], host)
        if update.approved:
            judged.append((verdict(State.NOT_APPLICABLE, Reason.NOT_INSTALLED, update.spoken, facts), None))
    coming = {
        d.patch.name
        for d in mine
        if Note.NOT_YET_RELEASED in d.notes
        and fit(d.patch.os_build, host.os_build) is not BuildFit.OTHER_RELEASE
        and (not is_application(d.patch) or has_product(d.patch, installed))
    }
    return judged, Counter({HIDDEN: hidden, str(Note.NOT_YET_RELEASED): len(coming - present)})


_ABOUT = frozenset({Note.NOT_YET_RELEASED, Note.ROWS_DISAGREE})


def for_machine(patch: Patch, host: Host, family: Family) -> bool:
    """Say whether an update is for such machines: their architecture and, if it is the system's, their product.

    A host whose product is not known has the updates that state none (DECISIONS 21).
    """
    if patch.arch and not runs(patch.arch, host, family):
        return False
    if is_application(patch) or patch.product is None:
        return True
    return host.product is not None and patch.product.lower() == host.product.lower()


def has_product(patch: Patch, installed: Iterable[str]) -> bool:
    """Say whether the application is there: its name stands among what is installed."""
    return patch.product is None or patch.product.lower() in {name.lower() for name in installed}


def is_application(patch: Patch) -> bool:
    """Say whether an update is an application's; without a patch set it is the system's (1.6)."""
    return (patch.patch_set or "").lower() == APPLICATION


def update_of(decisions: Sequence[Decision], host: Host) -> Update:
    """Return the update that some rows describe."""
    return Update(tuple(decisions), frozenset(fit(d.patch.os_build, host.os_build) for d in decisions))


def of_installed(package: Package, own: Decision, update: Update | None, baseline: Baseline, facts: Facts) -> Verdict:
    """Judge an installed update; one that the catalog does not know has neither title nor attributes (DECISIONS 25)."""
    rejecting = own if own.approval is Approval.EXPLICIT_REJECTED else update and update.rejected
    spoken = update.spoken if update else Decision(own.patch, Approval.NOT_SELECTED)
    if rejecting and baseline.rejected_patches_action is RejectedPatchesAction.BLOCK:
        found = verdict(State.INSTALLED_REJECTED, Reason.REJECTED_BLOCKED, spoken, facts, decided=rejecting)
    elif rejecting:
        found = verdict(State.INSTALLED_OTHER, Reason.REJECTED_ALLOWED, spoken, facts, decided=rejecting)
    elif update and update.approved:
        found = verdict(State.INSTALLED, Reason.UP_TO_DATE, spoken, facts)
    else:
        found = verdict(State.INSTALLED_OTHER, Reason.NOTHING_APPROVED, spoken, facts)
    if update is None:
        found = dataclasses.replace(found, title="", decision=rejecting or None)
    target = spoken.patch.evr if found.state is State.INSTALLED else None
    return dataclasses.replace(
        found, installed=package.evr, target=target, held=package.held, installed_at=package.installed_at
    )


def of_absent(
    known: Mapping[str, Update],
    present: set[str],
    host: Host,
    baseline: Baseline,
    graph: Supersedence,
    *,
    facts: Facts,
    settings: Settings,
) -> tuple[list[Verdict], int]:
    """Judge what the host could have and has not, and count approved updates that later ones hide.

    An update that an installed one replaces, or that the host's build proves, is not applicable. Of the others only the
    newest are offered, whatever is approved: MISSING if approved, else an available security update (DECISIONS 24, 25).
    """
    proven = {name for name, update in known.items() if BuildFit.PROVEN in update.fits}
    covers = {name: sorted(graph.above(name) & (present | proven)) for name in known}
    free = {name for name in known if not covers[name] and name not in proven}
    newest = {name for name in known if not graph.newer(name) & known.keys()}
    lines = override_of(settings) or ()
    found, hidden = [], 0
    for name in sorted(known):
        update = known[name]
        listed = [d for d in update.decisions if any(lists(line, d.patch, facts) for line in lines)]
        if name not in free:
            if update.approved:
                by = () if name in proven else (covers[name][0],)
                proof = () if by and by[0] in present else (host.os_build or "",)
                one = verdict(State.NOT_APPLICABLE, Reason.SUPERSEDED, update.spoken, facts)
                found.append(dataclasses.replace(one, chain=(*by, *proof)))
        elif name not in newest:
            hidden += update.approved and not any(known[one].approved for one in graph.newer(name) & newest)
        elif listed or (update.rejected is None and (update.approved or is_security(update))):
            chain = tuple(one for one in graph.below(name) if one in free)
            found.append(dataclasses.replace(of_offered(update, listed, baseline, facts, settings), chain=chain))
    return found, hidden


def of_offered(
    update: Update, listed: Sequence[Decision], baseline: Baseline, facts: Facts, settings: Settings
) -> Verdict:
    """Judge an update that the host is offered."""
    if listed:
        found = verdict(State.FAILED, Reason.LISTED_NEWER, min(listed, key=precedence), facts)
    elif update.approved:
        found = verdict(unmet(settings), Reason.NEWER_APPROVED, update.spoken, facts)
    else:
        found = verdict(State.AVAILABLE_SECURITY_UPDATE, Reason.NOT_APPROVED, update.spoken, facts)
        unstated = () if baseline.available_security_updates else (Note.AVAILABLE_UNSTATED,)
        status = baseline.available_security_updates or Status.NON_COMPLIANT
        found = dataclasses.replace(found, status=status, target=None, notes=(*found.notes, *unstated))
    release_unknown = (Note.BUILD_UNKNOWN,) if BuildFit.CANNOT_TELL in update.fits else ()
    return dataclasses.replace(found, notes=tuple(sorted({*found.notes, *release_unknown})))


def is_security(update: Update) -> bool:
    """Say whether an update is classified as a security update."""
    return (update.spoken.patch.classification or "").lower() == "securityupdates"


def verdict(
    state: State, reason: Reason, spoken: Decision, facts: Facts, *, decided: Decision | None = None
) -> Verdict:
    """Return the verdict that ``spoken`` describes; only an approval gives a level (5.11)."""
    patch, approved = spoken.patch, spoken.approves and decided is None
    return Verdict(
        name=patch.name,
        arch="",
        installed=None,
        target=patch.evr if approved or state is State.FAILED else None,
        state=state,
        level=spoken.level if approved else ComplianceLevel.UNSPECIFIED,
        status=status_of(state),
        classification=patch.classification or "",
        severity=getattr(patch, facts.severity) or "",
        title=patch.title or patch.name,
        reason=reason,
        decision=decided or spoken,
        notes=(decided or spoken).notes,
    )
