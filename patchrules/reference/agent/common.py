"""What the four package managers of AWS's engine share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from patchrules.families import Facts, Family
from patchrules.model.baseline import Baseline
from patchrules.model.host import Host
from patchrules.model.names import ComplianceLevel, Operation, Reason, RejectedPatchesAction, State
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.model.verdict import Decision, OverridePatch, Settings, Verdict
from patchrules.reference.approvals import decision
from patchrules.reference.patterns import forms, matches, names
from patchrules.reference.states import status_of
from patchrules.versions import SCHEMES

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """One host before one baseline: what every step of an agent needs."""

    baseline: Baseline
    host: Host
    family: Family
    facts: Facts
    settings: Settings

    @property
    def override(self) -> tuple[OverridePatch, ...] | None:
        """Return the InstallOverrideList, which only an Install reads (4.8)."""
        return self.settings.install_override if self.settings.operation is Operation.INSTALL else None

    @property
    def blocks(self) -> bool:
        """Return whether rejected patches are blocked."""
        return self.baseline.rejected_patches_action is RejectedPatchesAction.BLOCK

    @property
    def missing(self) -> State:
        """Return what an approved newer version is: after an Install without override list it has failed (5.8)."""
        installs = self.settings.operation is Operation.INSTALL
        return State.FAILED if installs and self.override is None else State.MISSING

    def decide(self, patch: Patch) -> Decision:
        """Return what the baseline says of one patch; names reject, ids never do (13)."""
        return decision(
            self.baseline,
            patch,
            [patch],
            self.host,
            family=self.family,
            facts=self.facts,
            settings=self.settings,
        )

    def rejects(self, package: Package | Patch) -> bool:
        """Say whether the rejected list names this version."""
        entries = self.baseline.rejected_patches
        return names(entries, package.name, package.arch or "", package.evr, self.facts) is not None

    def lists(self, patch: Patch) -> bool:
        """Say whether the override list means this version: id and, if given, title (4.8)."""
        texts = forms(patch.name, patch.arch, patch.evr, self.facts.name_forms)
        return any(
            matches(entry.id, texts) and (entry.title is None or matches(entry.title, texts))
            for entry in self.override or ()
        )

    def order(self, evr: str) -> bytes:
        """Return the sort key of a version in the order this agent uses (6)."""
        return SCHEMES[self.facts.order or self.family.scheme].sort_key(evr)

    def runs(self, arch: str) -> bool:
        """Say whether a package of that architecture could be installed on the host."""
        machine = self.host.arch
        independent = self.family.independent_arch
        return machine is None or arch in self.family.compatible.get(machine, (machine, independent))

    def row(
        self,
        state: State,
        shown: Patch,
        *,
        evr: str | None = None,
        level: ComplianceLevel = ComplianceLevel.UNSPECIFIED,
        decided: Decision | None = None,
        installed: Package | None = None,
        mends: tuple[str, ...] | None = None,
    ) -> Verdict:
        """Return one row of the report: ``shown`` gives the attributes, ``evr`` the version of the title.

        ``mends`` are the CVE ids it tells, those of ``decided`` where there is nothing else to tell (5.11).
        """
        version = shown.evr if evr is None else evr
        severity = getattr(shown, self.facts.severity)
        absent = self.facts.severity_absent if shown.advisory is not None else ""
        return Verdict(
            name=shown.name,
            arch=shown.arch,
            installed=installed.evr if installed else None,
            target=decided.patch.evr if decided else None,
            state=state,
            level=level,
            status=status_of(state),
            classification=shown.classification or "",
            severity=severity or absent,
            title=forms(shown.name, shown.arch, version, (self.facts.title,))[0],
            reason=REASONS[state],
            decision=decided,
            held=installed is not None and installed.held,
            installed_at=installed.installed_at if installed else None,
            mends=mends,
        )


REASONS = {
    State.MISSING: Reason.NEWER_APPROVED,
    State.FAILED: Reason.NEWER_APPROVED,
    State.INSTALLED: Reason.UP_TO_DATE,
    State.INSTALLED_REJECTED: Reason.REJECTED_BLOCKED,
    State.INSTALLED_OTHER: Reason.NOTHING_APPROVED,
    State.NOT_APPLICABLE: Reason.NOT_INSTALLED,
}


def by_key(decisions: Iterable[Decision]) -> dict[Key, list[Decision]]:
    """Return decisions by name and architecture, in their order."""
    found: dict[Key, list[Decision]] = {}
    for one in decisions:
        found.setdefault((one.patch.name, one.patch.arch), []).append(one)
    return found


def cves_of(decisions: Iterable[Decision]) -> tuple[str, ...]:
    """Return the CVE ids that the patches of some decisions mend, each once and sorted."""
    return tuple(sorted({cve for one in decisions for cve in one.patch.cves}))


def top_level(decisions: Sequence[Decision]) -> ComplianceLevel:
    """Return the highest level of some decisions."""
    return max((one.level for one in decisions), key=lambda level: level.rank, default=ComplianceLevel.UNSPECIFIED)
