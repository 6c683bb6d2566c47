"""One host, one baseline, one instant: every verdict, and what they add up to (SEMANTICS 5)."""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from patchrules.families import Facts, Family
from patchrules.model.baseline import Baseline
from patchrules.model.columns import COUNTS
from patchrules.model.host import Host
from patchrules.model.names import (
    BOOT_UNKNOWN,
    CONTRADICTED,
    HALF_INSTALLED,
    NOT_CREDIBLE,
    SECURITY_CLASSIFICATIONS,
    ComplianceLevel,
    Note,
    State,
    Status,
    Unknown,
)
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.model.verdict import Decision, HostReport, Settings, Verdict
from patchrules.reference.agent import AGENTS, Question
from patchrules.reference.approvals import decision, is_enabled
from patchrules.reference.installed import Key, as_patch, contradicted, key_of, newest, runs, settled
from patchrules.reference.merging import merged
from patchrules.reference.pending import cannot_tell, waiting, waits, with_agent_pending
from patchrules.reference.states import absent_verdict, installed_verdict, order
from patchrules.reference.updates import updates


def evaluate(
    baseline: Baseline,
    host: Host,
    patches: Sequence[Patch],
    *,
    family: Family,
    facts: Facts,
    settings: Settings,
    unknown: tuple[Unknown, ...] = (),
) -> HostReport:
    """Judge every package of ``host`` against ``patches``, the catalog rows in the host's scope.

    ``unknown`` says why the host cannot be judged; the verdicts are given all the same (DECISIONS 31). Rows whose dpkg
    status is not ``installed`` are counted, not judged (DECISIONS 20).
    """
    counted = [package for package in host.packages if package.status in (None, "installed")]
    one = dataclasses.replace(host, packages=tuple(counted))
    if facts.states in ("documented", "updates"):
        verdicts, doubts = documented(baseline, one, patches, family=family, facts=facts, settings=settings)
    else:
        question = Question(baseline, one, family, facts, settings)
        verdicts = with_agent_pending(AGENTS[facts.states](question, patches), host, facts, settings)
        doubts = Counter()
    doubts[HALF_INSTALLED] = len(host.packages) - len(counted)
    doubts[CONTRADICTED] = contradicted(counted, host, family)
    doubts[NOT_CREDIBLE] = int(host.previous_run is not None and not host.previous_run.is_credible(settings.as_of))
    return report(baseline, host, verdicts, facts=facts, settings=settings, unknown=unknown, doubts=doubts)


def documented(
    baseline: Baseline, host: Host, patches: Sequence[Patch], *, family: Family, facts: Facts, settings: Settings
) -> tuple[list[Verdict], Counter[str]]:
    """Judge a host as AWS documents it, and count doubts about the host (5.3, 5.9)."""
    decisions = decide(baseline, patches, host, family=family, facts=facts, settings=settings)
    installed = newest([settled(package, decisions, host, family) for package in host.packages], host, family)
    judge = updates if facts.states == "updates" else packages
    judged, doubts = judge(baseline, host, decisions, installed, family=family, facts=facts, settings=settings)
    verdicts = []
    for verdict, package in judged:
        if package is None:
            verdicts.append(verdict)
            continue
        doubts[BOOT_UNKNOWN] += cannot_tell(verdict, package, host, facts, settings)
        verdicts.append(waiting(verdict) if waits(verdict, package, host, facts, settings) else verdict)
    return verdicts, doubts


def packages(
    baseline: Baseline,
    host: Host,
    decisions: Mapping[Key, Sequence[Decision]],
    installed: Mapping[Key, Package],
    *,
    family: Family,
    facts: Facts,
    settings: Settings,
) -> tuple[list[tuple[Verdict, Package | None]], Counter[str]]:
    """Judge every name and architecture, installed or not (5.3)."""
    judged: list[tuple[Verdict, Package | None]] = []
    for key, package in installed.items():
        itself = as_patch(package)
        own = decision(baseline, itself, [itself], host, family=family, facts=facts, settings=settings)
        found = installed_verdict(
            package, own, decisions.get(key, []), baseline=baseline, family=family, facts=facts, settings=settings
        )
        judged.append((found, package))
    for key, rows in decisions.items():
        if key not in installed and runs(key[1], host, family):
            absent = absent_verdict(rows, family=family, facts=facts)
            judged += [(absent, None)] if absent else []
    return judged, Counter()


def decide(
    baseline: Baseline,
    patches: Iterable[Patch],
    host: Host,
    *,
    family: Family,
    facts: Facts,
    settings: Settings,
) -> dict[Key, list[Decision]]:
    """Return the decisions on every patch, by what they would replace."""
    enabled = [patch for patch in patches if is_enabled(patch, host, facts)]
    known = [(as_offered(patch, facts), disagree) for patch, disagree in merged(enabled, facts.identity)]
    versions: dict[object, list[Patch]] = defaultdict(list)
    for patch, _ in known:
        versions[patch.name, patch.arch, order(family, patch.evr)].append(patch)
    decisions: dict[Key, list[Decision]] = defaultdict(list)
    for patch, disagree in known:
        version = versions[patch.name, patch.arch, order(family, patch.evr)]
        found = decision(baseline, patch, version, host, family=family, facts=facts, settings=settings)
        if disagree:
            found = dataclasses.replace(found, notes=(*found.notes, Note.ROWS_DISAGREE))
        decisions[key_of(patch.name, patch.arch, host, family)].append(found)
    return dict(decisions)


def as_offered(patch: Patch, facts: Facts) -> Patch:
    """Return the patch as repositories offer it: some kinds count only where they are installed (2.6)."""
    never = (patch.classification or "").lower() in facts.never_offered
    return dataclasses.replace(patch, offered=False) if never else patch


def report(
    baseline: Baseline,
    host: Host,
    verdicts: Iterable[Verdict],
    *,
    facts: Facts,
    settings: Settings,
    unknown: tuple[Unknown, ...],
    doubts: Counter[str],
) -> HostReport:
    """Add the verdicts up (5.12, 5.13, 5.16); ``doubts`` are those about the host."""
    ordered = sorted(verdicts, key=lambda verdict: (verdict.name, verdict.arch))
    failing = [verdict for verdict in ordered if verdict.status is Status.NON_COMPLIANT]
    counts = dict.fromkeys(COUNTS, 0) | Counter(verdict.state.lower() for verdict in ordered)
    for verdict in failing:
        critical = verdict.level is ComplianceLevel.CRITICAL
        security = verdict.classification.lower() in SECURITY_CLASSIFICATIONS
        counts["critical_non_compliant"] += critical
        counts["security_non_compliant"] += security
        counts["other_non_compliant"] += not critical and not security
    doubts += Counter(
        str(note) for verdict in ordered if verdict.state is not State.NOT_APPLICABLE for note in verdict.notes
    )
    graded = [v for v in failing if facts.waiting != "tracking" or v.state is not State.INSTALLED_PENDING_REBOOT]
    worst = max([ComplianceLevel.INFORMATIONAL, *(v.level for v in graded)], key=lambda level: level.rank)
    status = Status.NON_COMPLIANT if failing else Status.COMPLIANT
    return HostReport(
        host=host,
        baseline=baseline,
        settings=settings,
        status=Status.UNKNOWN if unknown else status,
        unknown=unknown,
        counts=counts,
        non_compliant_severity=worst if graded else None,
        verdicts=tuple(ordered),
        doubts=dict(sorted(doubts.items())),
    )
