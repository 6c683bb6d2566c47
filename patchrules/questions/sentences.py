"""The sentences of an explanation: one a step of the decision, with the paragraphs of ``docs/semantics.md``."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from patchrules.codes import CODES
from patchrules.families import Facts, Family
from patchrules.model.baseline import ApprovalRule, Baseline
from patchrules.model.names import Approval, ComplianceLevel
from patchrules.questions.reasons import Why
from patchrules.questions.standing import standing
from patchrules.questions.wording import change, counted, when

Row = Mapping[str, Any]
"""A verdict by the names of ``model.columns.VERDICTS``."""

_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of an explanation: what it is about, what it says, and the paragraphs it follows from.

    ``code`` is stable: one of ``questions.reasons.REASONS``.
    """

    label: str
    text: str
    rules: tuple[str, ...] = ()
    code: str = ""

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


def headline(row: Row, family: Family) -> str:
    """Return the package, where it stands, and what that means: the first line of an explanation.

    >>> from patchrules.families import family_named
    >>> row = {"id": "KB1", "installed": None, "target": "0", "state": "MISSING", "status": "NON_COMPLIANT"}
    >>> headline({**row, "compliance_severity": "HIGH"}, family_named("windows")).split("  ")[0]
    'KB1 not installed'
    """
    level = "" if row["compliance_severity"] == "UNSPECIFIED" else row["compliance_severity"]
    words = "   ".join(word for word in (row["state"], level, row["status"]) if word)
    head = f"{row['id']} {change(row, family)}"
    return f"{head:<60}  {words}".rstrip()


def patch_line(row: Row, facts: Facts, family: Family) -> Line:
    """Say which patch decided, and its date."""
    kind = " / ".join(text for text in (row["classification"], row["severity"]) if text)
    nameless = "no notice names what is installed" if row["installed"] and not row["target"] else "no notice names it"
    head = "  ".join(text for text in (row["advisory"] or nameless, kind) if text)
    if not facts.clocks:
        return Line("patch", f"{head}; dates decide nothing on {family.label}", ("2.3",), Why.PATCH)
    if row["released_at"] is None:
        return Line("patch", f"{head}, no usable date", (), Why.PATCH)
    return Line("patch", f"{head}, released {when(row['released_at'])} (its `{row['clock']}` date)", (), Why.PATCH)


def approval_line(row: Row, baseline: Baseline, facts: Facts) -> Line:
    """Say what approved or rejected the patch that decided, or that nothing did."""
    approval, number, entry = row["approval"], row["rule"], row["list_entry"]
    approved = f"`{entry}` of the approved list of `{baseline.name}`"
    if approval == Approval.EXPLICIT_REJECTED:
        text = f"by `{entry}` of the rejected list of `{baseline.name}`, action {baseline.rejected_patches_action}"
        return Line("rejected", text, ("4.7",), Why.REJECTED)
    if approval == Approval.EXPLICIT_APPROVED:
        return Line("approved", f"by {approved}", ("4.2", "4.6"), Why.APPROVED_BY_LIST)
    if approval == Approval.PENDING_APPROVAL and entry:
        return Line("waiting", f"for its release: {approved}", ("4.6", "4.b"), Why.WAITS_FOR_RELEASE)
    if not number or number > len(baseline.rules):
        return Line("no rule", f"{_unselected(baseline)} it in `{baseline.name}`", ("3.4",), Why.NO_RULE)
    rule = f"rule {number} of `{baseline.name}`: {said(baseline.rules[number - 1], facts)}"
    instant = row["since"]
    if approval == Approval.PENDING_APPROVAL:
        after = f"; approved after {when(instant)}" if instant else ""
        return Line("waiting", f"for {rule}{after}", ("3.4", "3.5"), Why.WAITS_FOR_RULE)
    since = f", since {when(instant)}" if instant else ""
    rules = ("3.4", "3.5") if facts.clocks else ("3.4",)
    return Line("approved", f"by {rule}{since}", rules, Why.APPROVED_BY_RULE)


def level_line(row: Row, baseline: Baseline) -> Iterator[Line]:
    """Yield which level a failing package has and what set it, where that is more than the headline says."""
    level, number = row["compliance_severity"], row["rule"]
    if level == ComplianceLevel.UNSPECIFIED:
        return
    by_list = row["approval"] == Approval.EXPLICIT_APPROVED and baseline.approved_patches_level == level
    if by_list:
        setter = "the approved list"
    elif number and number <= len(baseline.rules) and baseline.rules[number - 1].compliance_level == level:
        setter = f"rule {number}"
    else:
        return
    yield Line("level", f"{level}, which {setter} sets", ("3.6",), Why.LEVEL)


def state_line(row: Row, family: Family, facts: Facts) -> Line:
    """Say why the package has its state."""
    return Line(*standing(row, family, facts), code=row["reason"])


def doubt_lines(notes: Sequence[str]) -> Iterator[Line]:
    """Yield what each doubt means."""
    for note in notes:
        yield Line("doubt", f"{note}: {CODES[str(note)]}", (), Why.DOUBT)


def said(rule: ApprovalRule, facts: Facts) -> str:
    """Return a rule in words.

    >>> from patchrules.families import family_named
    >>> said(ApprovalRule(approve_after_days=1), family_named("rhel").documented)
    'every patch; 1 day after release'
    """
    parts = [str(one) for one in rule.filters] or ["every patch"]
    if rule.enable_non_security:
        parts.append("non-security too")
    if not facts.clocks:
        return "; ".join(parts)
    if rule.approve_until is not None:
        parts.append(f"released {rule.approve_until} or before")
    else:
        days = rule.approve_after_days
        parts.append(f"{counted(days, 'day')} after release" if days else "at release")
    return "; ".join(parts)


def _unselected(baseline: Baseline) -> str:
    """Return that no rule selects, as it is said of that many rules."""
    if not baseline.rules:
        return "no rule selects"
    return (
        "the one rule does not select"
        if len(baseline.rules) == 1
        else f"none of the {len(baseline.rules)} rules selects"
    )
