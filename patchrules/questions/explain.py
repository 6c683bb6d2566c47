"""Why a package stands where it stands on a host: the verdict in words, with the rules it follows from.

Numbers in brackets are paragraphs of ``docs/semantics.md``. A report of the reference engine is explained in full:
every rule is asked again about the patch. A run keeps verdicts only and gives the shorter form.
"""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from patchrules.codes import CODES
from patchrules.errors import UnknownNameError
from patchrules.evaluation.plain import plain, stamp
from patchrules.evaluation.rows import host_names, host_row, rows_of, verdict_row
from patchrules.evaluation.run import Run
from patchrules.families import Facts, Family, facts_of, families, family_named
from patchrules.model.baseline import ApprovalRule, Baseline, PatchFilter
from patchrules.model.host import Host
from patchrules.model.names import Approval
from patchrules.model.patch import Patch
from patchrules.model.verdict import Decision, HostReport, Settings, Verdict
from patchrules.questions.standing import standing
from patchrules.questions.wording import shown, when
from patchrules.reference.approvals import old_enough, passes_gate, released
from patchrules.reference.evaluate import decide
from patchrules.reference.filters import filters_of, holds, value
from patchrules.reference.states import order

SCHEMA = "patchrules/explanation/1"
_WIDTH = 100
_MOST_NEWER = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of an explanation: what it is about, what it says, and the paragraphs it follows from."""

    label: str
    text: str
    rules: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the sentence, folded, with its paragraphs at the end."""
        numbers = f"  [{' '.join(self.rules)}]" if self.rules else ""
        return textwrap.fill(
            f"{self.text}{numbers}",
            _WIDTH,
            initial_indent=f"  {self.label:<9} ",
            subsequent_indent=" " * 12,
            break_long_words=False,
            break_on_hyphens=False,
        )


@dataclass(frozen=True, slots=True)
class Explained:
    """One package of the explanation; ``verdict`` has the names of ``model.columns.VERDICTS`` without ``host``."""

    verdict: dict[str, Any]
    lines: tuple[Line, ...]

    def __str__(self) -> str:
        """Return the headline and the sentences."""
        row = self.verdict
        newer = f" → {row['target']}" if row["target"] and row["target"] != row["installed"] else ""
        level = "" if row["compliance_severity"] == "UNSPECIFIED" else row["compliance_severity"]
        words = "   ".join(word for word in (row["state"], level, row["status"]) if word)
        head = f"{row['id']} {row['installed'] or 'not installed'}{newer}"
        return "\n".join([shown(f"{head:<60}  {words}"), *(shown(str(line)) for line in self.lines)])


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was found about ``asked`` on a host; ``nearest`` are close names where nothing was.

    ``found`` has one part a package: a name may be installed in several architectures, an advisory fixes several names.
    """

    asked: str
    host: str
    baseline: str | None
    as_of: datetime
    found: tuple[Explained, ...] = ()
    message: str = ""
    nearest: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the explanation as people read it in a terminal."""
        head = f"{self.host} under `{self.baseline}`, as of {when(self.as_of)}"
        parts = [str(one) for one in self.found]
        if self.message:
            near = f"\n  hint: did you mean {', '.join(f'`{name}`' for name in self.nearest)}?" if self.nearest else ""
            parts.append(shown(f"{self.message}{near}"))
        return "\n\n".join([shown(head), *parts])

    def as_dict(self) -> dict[str, Any]:
        """Return the explanation ready for JSON."""
        about = {"asked": self.asked, "host": self.host, "baseline": self.baseline, "as_of": stamp(self.as_of)}
        rest = {"found": plain(self.found), "message": self.message, "nearest": list(self.nearest)}
        return {"schema": SCHEMA, **about, **rest}


def explain(found: HostReport | Run, package: str, *, host: str | None = None) -> Explanation:
    """Say why ``package`` has the verdict it has.

    ``package`` is a name, ``name.arch``, or the id of an advisory (and, for a report, a CVE id). A run of several hosts
    needs ``host``; without it the first host that lists the package is taken. What is not there is said, with the
    closest names. Raises UnknownNameError for a host that is not in the report or run.

    >>> import patchrules as pr
    >>> web = pr.Host("web-1", "debian", "Debian12", packages=(pr.Package("bash", "amd64", "5.2"),))
    >>> report = pr.evaluate(pr.predefined("AWS-DebianDefaultPatchBaseline"), web, [], as_of="2025-03-01T00:00Z")
    >>> print(explain(report, "bsh"))
    web-1 under `AWS-DebianDefaultPatchBaseline`, as of 2025-03-01 00:00Z
    <BLANKLINE>
    `bsh` is not installed on web-1, and no catalog in its scope has it
      hint: did you mean `bash`?
    """
    if isinstance(found, Run):
        return _of_run(found, package, host)
    if host is not None and host != found.host.id:
        raise UnknownNameError("host", host, [found.host.id])
    return _of_report(found, package)


def _of_report(report: HostReport, asked: str) -> Explanation:
    """Explain from a report: the reference engine is asked again about the one package."""
    text = asked.lower()
    names = {
        patch.name for patch in report.patches if text in {one.lower() for one in (patch.advisory or "", *patch.cves)}
    }
    wanted = [one for one in report.verdicts if text in (one.name.lower(), one.id.lower()) or one.name in names]
    about = Explanation(asked, report.host.id, report.baseline.name, report.settings.as_of)
    if wanted:
        asking = _Asking.of(report)
        return _with(about, found=tuple(asking.explained(one) for one in wanted))
    offered = names | {patch.name for patch in report.patches if patch.name.lower() == text}
    if offered:
        listed = ", ".join(f"`{name}`" for name in sorted(offered))
        return _with(about, message=f"{listed} is not installed on {report.host.id}, and no version of it is approved")
    known = {one.name for one in report.verdicts} | {patch.name for patch in report.patches}
    message = f"`{asked}` is not installed on {report.host.id}, and no catalog in its scope has it"
    return _with(about, message=message, nearest=_nearest(asked, known))


@dataclass(frozen=True, slots=True)
class _Asking:
    """What every question to the reference engine needs."""

    report: HostReport
    family: Family
    facts: Facts

    @classmethod
    def of(cls, report: HostReport) -> _Asking:
        """Return what the report was made with."""
        family = family_named(report.host.family or "")
        return cls(report, family, facts_of(family, report.settings.dialect, report.host.product))

    def explained(self, verdict: Verdict) -> Explained:
        """Explain one verdict."""
        return Explained(plain(verdict_row(verdict)), tuple(self.lines(verdict)))

    def lines(self, verdict: Verdict) -> Iterator[Line]:
        """Yield the sentences on one verdict."""
        decision, report = verdict.decision, self.report
        if decision is not None:
            yield _patch_line(verdict_row(verdict), self.facts, self.family)
            yield _approval_line(verdict_row(verdict), report.baseline, self.facts, self.family)
            deciding = decision.rule if decision.approval is Approval.APPROVED else None
            yield from self.other_rules(decision.patch, deciding)
        yield _state_line(verdict_row(verdict), self.family)
        yield from self.newer(verdict)
        yield from _doubt_lines(verdict.notes)

    def other_rules(self, patch: Patch, deciding: int | None) -> Iterator[Line]:
        """Yield why each rule that did not decide did not."""
        for number, rule in enumerate(self.report.baseline.rules, 1):
            if number != deciding:
                why = objection(rule, patch, self.report, self.facts)
                if why is None:
                    yield Line(
                        "also by", f"rule {number}, level {rule.compliance_level}: {_said(rule, self.facts)}", ("3.6",)
                    )
                else:
                    yield Line("not by", f"rule {number}: {why}", ("3.2", "3.4"))

    def newer(self, verdict: Verdict) -> Iterator[Line]:
        """Yield why versions above the wanted one are not wanted."""
        patches = [patch for patch in self.report.patches if (patch.name, patch.arch) == (verdict.name, verdict.arch)]
        report, here = self.report, verdict.target or verdict.installed or ""
        decided = decide(
            report.baseline, patches, report.host, family=self.family, facts=self.facts, settings=report.settings
        )
        above = [d for rows in decided.values() for d in rows if self.is_above(d.patch.evr, here) and not d.approves]
        above.sort(key=lambda d: order(self.family, d.patch.evr), reverse=True)
        for decision in above[:_MOST_NEWER]:
            yield Line("not yet" if decision.since else "not", self.not_wanted(decision), ("3.9", "5.3"))
        if len(above) > _MOST_NEWER:
            yield Line("not", f"{len(above) - _MOST_NEWER:,} more versions above it are not approved")

    def is_above(self, evr: str, other: str) -> bool:
        """Say whether a version sorts after another, each with the epoch it states."""
        return not other or order(self.family, evr) > order(self.family, other)

    def not_wanted(self, decision: Decision) -> str:
        """Return why a version is not approved."""
        patch, baseline = decision.patch, self.report.baseline
        head = f"{patch.evr} of {patch.advisory}" if patch.advisory else patch.evr
        if decision.approval is Approval.EXPLICIT_REJECTED:
            return f"{head}: `{decision.entry}` of the rejected list means it"
        if set(decision.notes) & {"PR7002", "PR7005"}:
            return f"{head}: {', '.join(CODES[note] for note in decision.notes)}"
        if decision.approval is Approval.PENDING_APPROVAL and decision.since:
            return f"{head}: rule {decision.rule} approves it after {when(decision.since)}"
        reasons = [
            f"rule {number}: {objection(rule, patch, self.report, self.facts)}"
            for number, rule in enumerate(baseline.rules, 1)
        ]
        return f"{head}: {'; '.join(reasons) or f'`{baseline.name}` has no rule'}"


def objection(rule: ApprovalRule, patch: Patch, report: HostReport, facts: Facts) -> str | None:
    """Return why ``rule`` does not approve ``patch``, None where it does: what was found and what was wanted."""
    settings, host = report.settings, report.host
    failing = [
        _clause(one, patch, host, facts, "the global filters want")
        for one in report.baseline.global_filters
        if not holds(one, patch, host, facts)
    ]
    wanted = filters_of(rule, report.baseline, facts)
    failing += [_clause(one, patch, host, facts, "rule wants") for one in wanted if not holds(one, patch, host, facts)]
    if not passes_gate(patch, facts, enabled=rule.enable_non_security):
        failing.append(f"{_INSECURE[facts.security_gate]}, and the rule has no EnableNonSecurity")
    return "; ".join(failing) or _too_young(rule, patch, facts, settings)


_INSECURE = {
    "notice": "no notice names it",
    "metadata": "no notice gives it both type and severity",
    "archive": "it comes from no security archive",
    "agent-archive": "it comes from no trusted archive that says security",
}
"""What a patch lacks that a security gate holds back (3.7)."""


def _too_young(rule: ApprovalRule, patch: Patch, facts: Facts, settings: Settings) -> str | None:
    """Return why the rule's delay or date does not let a patch through yet, None where it does."""
    released_at, _ = released(patch, facts)
    if released_at is not None and released_at > settings.as_of:
        return f"released {when(released_at)}, after the as-of instant"
    if old_enough(rule, released_at, facts, settings):
        return None
    if released_at is None:
        return "it has no usable date, and missing dates are held"
    if rule.approve_until is not None:
        return f"released {when(released_at)}, rule wants {rule.approve_until} or before"
    return f"waits {rule.approve_after_days} days, until after {when(released_at + rule.delay)}"


def _clause(one: PatchFilter, patch: Patch, host: Host, facts: Facts, wants: str) -> str:
    """Return what a filter found and what it wanted."""
    if one.key not in facts.filters:
        return f"{one.key} is no filter of this operating system and selects nothing"
    found = value(one.key, patch, host, facts)
    said = "is not stated" if found is None else f"is `{found}`"
    return f"{one.key} {said}, {wants} {' or '.join(one.values)}"


def _of_run(run: Run, asked: str, host: str | None) -> Explanation:
    """Explain from a run: what its verdicts keep."""
    names = host_names(run)
    if host is not None and host not in names:
        raise UnknownNameError("host", host, names[:20])
    text = asked.lower()
    rows = {name: rows_of(run, name) for name in ([host] if host else names[:1000])}
    wanted = {name: [row for row in found if _means(row, text)] for name, found in rows.items()}
    name = host or next((name for name, found in wanted.items() if found), names[0] if names else "no host")
    about = host_row(run, name) or {}
    explanation = Explanation(asked, name, about.get("baseline"), run.settings.as_of)
    found = wanted.get(name) or []
    if found:
        family = families()[about["family"]]
        baseline = next((one for one in run.baselines if one.name == about["baseline"]), None)
        parts = tuple(_explained_row(row, baseline, family, run) for row in found)
        return _with(explanation, found=parts)
    kept = "" if run.rows == "all" else ": it lists only what does not comply"
    message = f"the run lists no verdict on `{asked}` on {name}{kept}"
    known = {row["name"] for found in rows.values() for row in found}
    return _with(explanation, message=message, nearest=_nearest(asked, known))


def _explained_row(row: dict[str, Any], baseline: Baseline | None, family: Family, run: Run) -> Explained:
    """Explain a row of verdicts."""
    facts = facts_of(family, run.settings.dialect, None) if not family.agent else family.documented
    lines = [_patch_line(row, facts, family)]
    lines += [_approval_line(row, baseline, facts, family)] if baseline else []
    lines += [_state_line(row, family), *_doubt_lines(row["notes"] or ())]
    return Explained(plain({name: found for name, found in row.items() if name != "host"}), tuple(lines))


def _patch_line(row: dict[str, Any], facts: Facts, family: Family) -> Line:
    """Say which patch decided, and its date."""
    kind = " / ".join(text for text in (row["classification"], row["severity"]) if text)
    head = "  ".join(text for text in (row["advisory"] or "no notice names it", kind) if text)
    if not facts.clocks:
        return Line("patch", f"{head}; dates decide nothing on {family.label}", ("2.3",))
    if row["released_at"] is None:
        return Line("patch", f"{head}, no usable date")
    return Line("patch", f"{head}, released {when(row['released_at'])} (its `{row['clock']}` date)")


def _approval_line(row: dict[str, Any], baseline: Baseline, facts: Facts, family: Family) -> Line:  # noqa: ARG001
    """Say what approved or rejected the patch that decided, or that nothing did."""
    approval, number = row["approval"], row["rule"]
    if approval == Approval.EXPLICIT_REJECTED:
        action = baseline.rejected_patches_action
        return Line(
            "rejected", f"by `{row['list_entry']}` of the rejected list of `{baseline.name}`, action {action}", ("4.7",)
        )
    if approval == Approval.EXPLICIT_APPROVED:
        return Line("approved", f"by `{row['list_entry']}` of the approved list of `{baseline.name}`", ("4.2", "4.6"))
    if not number or number > len(baseline.rules):
        rules = "no rule" if not baseline.rules else f"none of the {len(baseline.rules)} rules"
        rules = "the one rule does not select" if len(baseline.rules) == 1 else f"{rules} selects"
        return Line("no rule", f"{rules} it in `{baseline.name}`", ("3.4",))
    rule = f"rule {number} of `{baseline.name}`: {_said(baseline.rules[number - 1], facts)}"
    instant = row["since"]
    if approval == Approval.PENDING_APPROVAL:
        after = f"; approved after {when(instant)}" if instant else ""
        return Line("waiting", f"for {rule}{after}", ("3.4", "3.5"))
    since = f", since {when(instant)}" if instant else ""
    return Line("approved", f"by {rule}{since}", ("3.4", "3.5") if facts.clocks else ("3.4",))


def _said(rule: ApprovalRule, facts: Facts) -> str:
    """Return a rule in words."""
    parts = [str(one) for one in rule.filters] or ["every patch"]
    if rule.enable_non_security:
        parts.append("non-security too")
    if rule.approve_until is not None:
        parts.append(f"released {rule.approve_until} or before")
    elif facts.clocks:
        days = rule.approve_after_days or 0
        parts.append(f"{days} day{'' if days == 1 else 's'} after release" if days else "at release")
    return "; ".join(parts)


def _state_line(row: dict[str, Any], family: Family) -> Line:
    """Say why the package has its state."""
    return Line(*standing(row, family))


def _doubt_lines(notes: Sequence[str]) -> Iterator[Line]:
    """Yield what each doubt means."""
    for note in notes:
        yield Line("doubt", f"{note}: {CODES[str(note)]}")


def _means(row: dict[str, Any], text: str) -> bool:
    """Say whether a row is what was asked for."""
    return text in (row["name"].lower(), row["id"].lower(), (row["advisory"] or "").lower())


def _nearest(asked: str, known: set[str]) -> tuple[str, ...]:
    """Return the closest names."""
    return tuple(difflib.get_close_matches(asked, sorted(known), n=3))


def _with(explanation: Explanation, **changes: Any) -> Explanation:  # noqa: ANN401  fields of the explanation
    """Return the explanation with what was found."""
    import dataclasses

    return dataclasses.replace(explanation, **changes)
