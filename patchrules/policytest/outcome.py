"""What came out of a case, beside what should have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from patchrules.errors import PatchRulesError
from patchrules.families import facts_of
from patchrules.model.names import State
from patchrules.model.verdict import HostReport, Verdict
from patchrules.policytest.case import Case
from patchrules.policytest.situation import situation
from patchrules.reference.evaluate import evaluate

FIELDS = ("id", "title", "classification", "severity", "state", "compliance_severity", "status")


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether a case passes, and every difference if it does not; ``note`` says what else is to be known."""

    case_id: str
    ok: bool
    differences: tuple[str, ...] = ()
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the outcome ready for JSON."""
        return {"case_id": self.case_id, "ok": self.ok, "differences": list(self.differences), "note": self.note}


def run(case: Case, *, dialect: str | None = None) -> Outcome:
    """Judge a case by the reference engine, in ``dialect`` or the one the case names, else the documented one.

    A case that expects an ``error`` (AWS's code raised) passes with a diagnosed error of ours or with our documented
    choice, which the note names.
    """
    chosen = dialect or case.fields.get("dialect") or "documented"
    expects_error = "error" in case.expected
    try:
        report = judged(case, chosen)
    except (PatchRulesError, ExceptionGroup) as error:
        message = str(error).partition("\n")[0]
        return Outcome(case.case_id, expects_error, () if expects_error else (f"refused: {message}",), message)
    if expects_error:
        return Outcome(case.case_id, ok=True, note="AWS's code fails here; patchrules gives a report")
    differences = min((compared(report, answer) for answer in case.answers), key=len)
    return Outcome(case.case_id, not differences, tuple(differences))


def judged(case: Case, dialect: str) -> HostReport:
    """Return the report on a case."""
    found = situation(case, dialect)
    facts = facts_of(found.family, found.settings.dialect, found.host.product)
    return evaluate(
        found.baseline, found.host, found.patches, family=found.family, facts=facts, settings=found.settings
    )


def compared(report: HostReport, answer: Mapping[str, Any]) -> list[str]:
    """Return how a report differs from an answer, which may name any subset of fields."""
    found = [row_of(verdict) for verdict in report.verdicts]
    differences = []
    if "patches" in answer:
        wanted = answer["patches"]
        listed = found if _lists_absent(wanted) else [row for row in found if row["state"] != State.NOT_APPLICABLE]
        differences += _rows(wanted, listed, exact=True)
    if "contains" in answer:
        differences += _rows(answer["contains"], found, exact=False)
    if "status" in answer and answer["status"] != report.status:
        differences.append(f"status is {report.status}, {answer['status']} expected")
    summary = {**report.counts, "non_compliant_severity": report.non_compliant_severity}
    for name, count in (answer.get("summary") or {}).items():
        if name in summary and summary[name] != count:
            differences.append(f"{name} is {summary[name]}, {count} expected")
    return differences


def row_of(verdict: Verdict) -> dict[str, Any]:
    """Return the fields of a verdict that cases may name."""
    row = {name: getattr(verdict, name) for name in FIELDS if name != "compliance_severity"}
    return {**{name: str(value) for name, value in row.items()}, "compliance_severity": str(verdict.level)}


def _lists_absent(wanted: Sequence[Mapping[str, Any]]) -> bool:
    """Say whether an answer lists NOT_APPLICABLE rows, so that they are compared."""
    return any(row.get("state") == State.NOT_APPLICABLE for row in wanted)


def _rows(wanted: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]], *, exact: bool) -> list[str]:
    """Return the wanted rows that are not found and, where the set is exact, the found ones that are not wanted."""
    left = list(found)
    differences = []
    for row in wanted:
        match = next((one for one in left if _equal(row, one)), None)
        if match is None:
            differences.append(f"expected, not found: {_text(row)}")
        else:
            left.remove(match)
    return differences + [f"found, not expected: {_text(row)}" for row in left if exact]


def _equal(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Say whether a found row has the wanted fields; what is not applicable has no status (DECISIONS 16)."""
    names = [name for name in FIELDS if name in wanted]
    if wanted.get("state") == State.NOT_APPLICABLE and "status" in names:
        names.remove("status")
    return all(wanted[name] == found[name] for name in names)


def _text(row: Mapping[str, Any]) -> str:
    """Return a row on one line."""
    return " ".join(f"{name}={row[name]!r}" for name in FIELDS if name in row)
