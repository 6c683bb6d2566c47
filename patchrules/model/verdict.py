"""What was decided: approvals of patches, verdicts on packages, the report of a host."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from patchrules.errors import Diagnostic
from patchrules.model.baseline import Baseline
from patchrules.model.host import Host
from patchrules.model.names import (
    Approval,
    ComplianceLevel,
    DebDates,
    Dialect,
    MissingDate,
    Operation,
    RebootOption,
    State,
    Status,
    Unknown,
)
from patchrules.model.patch import Patch
from patchrules.model.source import Source


@dataclass(frozen=True, slots=True)
class OverridePatch:
    """One line of an InstallOverrideList: a pattern for the id and, if given, one for the title (SEMANTICS 4.8).

    >>> OverridePatch("bind*.x86_64").title is None
    True
    """

    id: str
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What one evaluation takes for granted; every instant is an aware UTC datetime (SEMANTICS 0.3, DECISIONS 17).

    ``install_override`` is read on Install only; None is "no list", an empty one is a list (4.8).
    ``reboot_option`` says whether an Install may reboot the host (5.9). ``deb_dates`` says whether the days of
    advisories make delays count on deb systems, which AWS does not do.
    """

    as_of: datetime
    dialect: Dialect = Dialect.DOCUMENTED
    operation: Operation = Operation.SCAN
    missing_date: MissingDate = MissingDate.APPROVE
    install_override: tuple[OverridePatch, ...] | None = None
    reboot_option: RebootOption = RebootOption.REBOOT_IF_NEEDED
    deb_dates: DebDates = DebDates.IGNORE


@dataclass(frozen=True, slots=True)
class Decision:
    """What a baseline says of one patch at one instant.

    ``rule`` counts from 1; ``entry`` is the list entry that decided. ``released_at`` is the date used and ``clock`` the
    field it came from. ``since`` is the instant after which the patch is (or will be) approved by a rule's delay; None
    when no waiting decides. ``notes`` are diagnostic codes.
    """

    patch: Patch
    approval: Approval
    level: ComplianceLevel = ComplianceLevel.UNSPECIFIED
    rule: int | None = None
    entry: str | None = None
    released_at: datetime | None = None
    clock: str | None = None
    since: datetime | None = None
    notes: tuple[str, ...] = ()

    @property
    def approves(self) -> bool:
        """Return whether the patch is approved, by rule or by list."""
        return self.approval in (Approval.APPROVED, Approval.EXPLICIT_APPROVED)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where one (host, package) stands, and why.

    ``installed`` and ``target`` are version texts with the epoch that was used in the comparison. ``decision`` is the
    approval that decided; None when nothing was approved and no list was involved. ``reason`` is a stable code.
    ``chain`` names, nearest first, the updates that this one replaces on the host, or what has replaced it.
    ``held`` says that an administrator holds or pins the package, ``installed_at`` when it was installed (an aware UTC
    instant): facts beside the state. ``mends`` are CVE ids that AWS's agents tell in place of those of the decision.
    """

    name: str
    arch: str
    installed: str | None
    target: str | None
    state: State
    level: ComplianceLevel
    status: Status
    classification: str
    severity: str
    title: str
    reason: str
    decision: Decision | None = None
    notes: tuple[str, ...] = ()
    held: bool = False
    chain: tuple[str, ...] = ()
    installed_at: datetime | None = None
    mends: tuple[str, ...] | None = None

    @property
    def id(self) -> str:
        """Return ``name.arch``, AWS's ``Id`` (SEMANTICS 5.11)."""
        return f"{self.name}.{self.arch}" if self.arch else self.name

    @property
    def cves(self) -> tuple[str, ...]:
        """Return the CVE ids of the patch that is not there: of a verdict MISSING or FAILED (SEMANTICS 5.11).

        In the dialect ``agent`` those in ``mends``, where it is given.
        """
        if self.decision is None or self.state not in (State.MISSING, State.FAILED):
            return ()
        return self.decision.patch.cves if self.mends is None else self.mends


@dataclass(frozen=True, slots=True)
class ReportedVerdict:
    """What AWS says of one patch of one host (SEMANTICS 5.11); ``captured_at`` is when, None where it does not say."""

    host: str
    id: str
    state: State
    title: str = ""
    baseline_id: str = ""
    captured_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class HostReport:
    """The verdicts on one host, with what they were made from so that they can be explained.

    ``counts`` has the keys of ``model.columns.COUNTS``; ``not_applicable`` packages are counted, and listed in
    ``verdicts`` too (a writer leaves them out unless asked, DECISIONS 16). ``doubts`` counts rows per diagnostic code.
    ``sources`` are the files of the inventory; ``catalog_sources`` says of how many of ``patches``, in their order,
    which files are the catalog.
    """

    host: Host
    baseline: Baseline
    settings: Settings
    status: Status
    unknown: tuple[Unknown, ...]
    counts: dict[str, int]
    non_compliant_severity: ComplianceLevel | None
    verdicts: tuple[Verdict, ...]
    doubts: dict[str, int] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()
    patches: tuple[Patch, ...] = field(default=(), repr=False)
    sources: tuple[Source, ...] = ()
    catalog_sources: tuple[tuple[int, tuple[Source, ...]], ...] = ()

    def __str__(self) -> str:
        """Return the headline: status and the counts that are not zero."""
        counts = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in self.counts.items() if count)
        why = f" ({', '.join(self.unknown)})" if self.unknown else ""
        return f"{self.host.id}: {self.status}{why} under {self.baseline.name}: {counts or 'nothing to judge'}"
