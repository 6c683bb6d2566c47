"""Asking the reference engine again: every rule about every patch of a package that a report judged."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from patchrules.codes import CODES
from patchrules.evaluation.rows import verdict_row
from patchrules.families import Facts, Family, facts_of, family_named
from patchrules.model.baseline import Baseline
from patchrules.model.names import Approval, ComplianceLevel, Note, Reason, State
from patchrules.model.patch import Patch
from patchrules.model.verdict import Decision, HostReport, Verdict
from patchrules.questions.objections import objection, unheard
from patchrules.questions.reasons import Why
from patchrules.questions.sentences import (
    Line,
    Row,
    approval_line,
    doubt_lines,
    level_line,
    patch_line,
    said,
    state_line,
)
from patchrules.questions.turns import Turn, turn_of
from patchrules.questions.wording import when
from patchrules.reference.approvals import decision as decided
from patchrules.reference.evaluate import decide
from patchrules.reference.states import LEFT_OUT
from patchrules.reference.states import verdict as verdict_of
from patchrules.versions import SCHEMES

_MOST_NEWER = 3


@dataclass(frozen=True, slots=True)
class Asking:
    """A report, and what every question about it needs; ``named`` has its patches by name."""

    report: HostReport
    family: Family
    facts: Facts
    named: Mapping[str, Sequence[Patch]]

    @classmethod
    def of(cls, report: HostReport) -> Asking:
        """Return what the report was made with."""
        family = family_named(report.host.family or "")
        given = report.settings
        named: dict[str, list[Patch]] = {}
        for patch in report.patches:
            named.setdefault(patch.name, []).append(patch)
        facts = facts_of(family, given.dialect, report.host.product, deb_dates=given.deb_dates)
        return cls(report, family, facts, named)

    def lines(self, verdict: Verdict) -> Iterator[Line]:
        """Yield the sentences on one verdict."""
        row = verdict_row(verdict)
        if verdict.decision is not None:
            yield from self.decided(verdict.decision, row)
        yield state_line(row, self.family, self.facts)
        yield from self.newer(verdict)
        yield from doubt_lines(verdict.notes)

    def decided(self, decision: Decision, row: Row) -> Iterator[Line]:
        """Yield the sentences on the decision that a row tells."""
        yield patch_line(row, self.facts, self.family)
        yield approval_line(row, self.report.baseline, self.facts)
        yield from level_line(row, self.report.baseline)
        yield from self.listed(decision)
        yield from self.other_rules(decision)

    def unjudged(self, decision: Decision) -> Verdict:
        """Return what stands in the place of a verdict on a package that is not installed and not approved."""
        return dataclasses.replace(
            verdict_of(State.NOT_APPLICABLE, Reason.NOT_INSTALLED, decision, decision, self.facts),
            target=None,
            level=ComplianceLevel.UNSPECIFIED,
        )

    def turn(self, verdict: Verdict) -> Turn | None:
        """Return what would turn the answer on the highest version that is not approved, None where all are.

        Versions above what is wanted come first, then the patch that decided.
        """
        own = verdict.decision
        above = [one for one in self.above(verdict) if one.patch.offered and Note.OTHER_MAJOR not in one.notes]
        if above:
            return turn_of(self, above[0])
        return None if own is None or own.approves else turn_of(self, own)

    def again(self, decision: Decision, *, baseline: Baseline | None = None, as_of: datetime | None = None) -> Decision:
        """Return the decision on the same patch under another baseline or at another instant."""
        report = self.report
        settings = dataclasses.replace(report.settings, as_of=as_of or report.settings.as_of)
        other = dataclasses.replace(report, baseline=baseline or report.baseline, settings=settings)
        asking, patch = dataclasses.replace(self, report=other), decision.patch
        same = [one for one in asking.decisions(patch.name) if one.patch == patch]
        return same[0] if same else asking.on(patch)

    def on(self, patch: Patch) -> Decision:
        """Return what the baseline says of a patch that the catalog may not have."""
        report = self.report
        version = self.same_version(patch)
        return decided(
            report.baseline,
            patch,
            version,
            report.host,
            family=self.family,
            facts=self.facts,
            settings=report.settings,
        )

    def same_version(self, patch: Patch) -> list[Patch]:
        """Return every patch that is the same version: an id rejects all of it (DECISIONS 8)."""
        same = [
            one
            for one in self.named.get(patch.name, ())
            if one.arch == patch.arch and self.order(one.evr) == self.order(patch.evr)
        ]
        return same if patch in same else [patch, *same]

    def listed(self, decision: Decision) -> Iterator[Line]:
        """Yield why the approved list means the patch and does not approve it."""
        why = unheard(self.report.baseline, decision.patch, self.report.host, self.facts)
        if why and decision.approval is not Approval.EXPLICIT_REJECTED:
            yield Line("not by", why, ("3.7", "4.6"), Why.LIST_UNHEARD)

    def other_rules(self, decision: Decision) -> Iterator[Line]:
        """Yield what each rule says that was not named yet."""
        named = decision.rule if decision.approval in (Approval.APPROVED, Approval.PENDING_APPROVAL) else None
        for number, rule in enumerate(self.report.baseline.rules, 1):
            if number == named and not decision.entry:
                continue
            why = objection(rule, decision.patch, self.report, self.facts)
            if why is not None:
                yield Line("not by", f"rule {number}: {why}", ("3.2", "3.4"), Why.RULE_OBJECTS)
            elif decision.approval is Approval.EXPLICIT_REJECTED:
                text = f"would be approved by rule {number}, were it not rejected: {said(rule, self.facts)}"
                yield Line("else", text, ("4.6",), Why.UNLESS_REJECTED)
            else:
                text = f"rule {number}, level {rule.compliance_level}: {said(rule, self.facts)}"
                yield Line("also by", text, ("3.6",), Why.ALSO_APPROVED)

    def decisions(self, name: str, arch: str | None = None) -> list[Decision]:
        """Return what the baseline says of the patches of that name."""
        report = self.report
        patches = [one for one in self.named.get(name, ()) if arch in (None, one.arch)]
        decided = decide(
            report.baseline, patches, report.host, family=self.family, facts=self.facts, settings=report.settings
        )
        return [decision for rows in decided.values() for decision in rows]

    def above(self, verdict: Verdict) -> list[Decision]:
        """Return the decisions on versions above the wanted one that are not approved, the highest first."""
        here = verdict.target or verdict.installed or ""
        arch = verdict.arch if self.family.has_arch else None
        found = [
            one
            for one in self.decisions(verdict.name, arch)
            if not one.approves and (not here or self.order(one.patch.evr) > self.order(here))
        ]
        return sorted(found, key=lambda one: self.order(one.patch.evr), reverse=True)

    def asked_for(self, verdict: Verdict, asked: str) -> Iterator[Line]:
        """Yield why the versions above the wanted one that carry the id ``asked`` are not wanted."""
        yield from (self.not_so(one) for one in self.above(verdict) if carries(one.patch, asked))

    def newer(self, verdict: Verdict) -> Iterator[Line]:
        """Yield why versions above the wanted one are not wanted."""
        above = self.above(verdict)
        yield from (self.not_so(one) for one in above[:_MOST_NEWER])
        if len(above) > _MOST_NEWER:
            text = f"{len(above) - _MOST_NEWER:,} more versions above it are not approved"
            yield Line("not", text, (), Why.MORE_ABOVE)

    def order(self, evr: str) -> bytes:
        """Return what sorts a version as the engine of this dialect does."""
        return SCHEMES[self.facts.order or self.family.scheme].sort_key(evr)

    def not_so(self, decision: Decision) -> Line:
        """Return the sentence on a version that is not approved, or not yet."""
        label, code = ("not yet", Why.NOT_YET) if decision.since else ("not", Why.NOT_WANTED)
        return Line(label, self.not_wanted(decision), ("3.9", "5.3"), code)

    def not_wanted(self, decision: Decision) -> str:
        """Return why a version is not approved."""
        patch, baseline = decision.patch, self.report.baseline
        head = f"{patch.evr} of {patch.advisory}" if patch.advisory else patch.evr
        if decision.approval is Approval.EXPLICIT_REJECTED:
            return f"{head}: `{decision.entry}` of the rejected list means it"
        if set(decision.notes) & LEFT_OUT:
            return f"{head}: {', '.join(CODES[note] for note in decision.notes)}"
        if decision.approval is Approval.PENDING_APPROVAL and decision.since:
            return f"{head}: rule {decision.rule} approves it after {when(decision.since)}"
        return f"{head}: {'; '.join(self.objections(patch)) or f'`{baseline.name}` has no rule'}"

    def objections(self, patch: Patch) -> list[str]:
        """Return why neither the approved list nor any rule approves a patch."""
        baseline = self.report.baseline
        listed = unheard(baseline, patch, self.report.host, self.facts)
        rules = [
            f"rule {number}: {objection(rule, patch, self.report, self.facts)}"
            for number, rule in enumerate(baseline.rules, 1)
        ]
        return [*([listed] if listed else []), *rules]


def carries(patch: Patch, asked: str) -> bool:
    """Say whether an advisory or CVE id, in small letters, is the patch's."""
    return asked in {one.lower() for one in (patch.advisory or "", *patch.cves)}
