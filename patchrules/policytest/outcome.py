"""What came out of a case, beside what should have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from patchrules.errors import InvariantError, PatchRulesError, UnknownNameError
from patchrules.model.baseline import Baseline
from patchrules.model.names import State
from patchrules.policytest.case import Case
from patchrules.policytest.engines import ENGINES, Judged, apart
from patchrules.policytest.shape import ROW_FIELDS
from patchrules.policytest.short import compared_decision, short_situation
from patchrules.policytest.situation import situation

BOTH = "both"

_FIRST = ("state", "compliance_severity", "id")
"""The fields whose differences are told first."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether a case passes, and every difference if it does not.

    ``note`` says what else is to be known, ``about`` is the id of the package that the first difference is about, and
    ``judged`` is what the engine said; None where the case was refused.
    """

    case_id: str
    ok: bool
    differences: tuple[str, ...] = ()
    note: str = ""
    about: str = ""
    case: Case | None = field(default=None, repr=False, compare=False)
    judged: Judged | None = field(default=None, repr=False, compare=False)


def run(
    case: Case, *, dialect: str | None = None, engine: str = "reference", baseline: Baseline | None = None
) -> Outcome:
    """Judge a case in ``dialect``, or the one the case names, else the documented one.

    ``baseline`` takes the place of the one that the case names.

    ``engine`` is ``reference``, ``batch``, or ``both``: then the reference is compared with the case, and the batch
    engine with the reference. A case that expects an ``error`` (AWS's code raised) passes with a diagnosed error of
    ours, or with a report, which the note names, that is as the rest of the answer says. A short case compares what the
    baseline decides, which is asked of the reference; ``engine`` then judges a host that has an older version of the
    patch.

    >>> from patchrules.policytest import read_cases
    >>> text = b'{"as_of": "2025-03-01T00:00Z", "product": "Debian12", "installed": [], "available": [], "baseline": '
    >>> text += b'{"Name": "all", "OperatingSystem": "DEBIAN"}, "expected": {"summary": {"missing": 1}}}'
    >>> run(next(read_cases(text))).differences
    ('missing is 0, 1 expected',)
    """
    if engine not in (*ENGINES, BOTH):
        raise UnknownNameError("engine", engine, (*ENGINES, BOTH))
    chosen = str(dialect or case.fields.get("dialect") or "documented").lower()
    expects_error = case.expected.get("error") is not None
    try:
        found = short_situation(case, chosen, baseline) if case.is_short else situation(case, chosen, baseline)
        judged = ENGINES["reference" if engine == BOTH else engine](found)
        disagreement = apart(judged, ENGINES["batch"](found)) if engine == BOTH else []
    except PatchRulesError as error:
        if not _is_diagnosed(error):
            raise
        message = _sentence(error)
        return Outcome(
            case.case_id, expects_error, () if expects_error else (f"refused: {message}",), message, case=case
        )
    note = "AWS's code fails here; patchrules gives a report" if expects_error else ""
    if case.is_short:
        wrong = compared_decision(found, case.expected)
    else:
        wrong = min((compared(judged, answer) for answer in case.answers), key=len)
    differences = (*(line for _, line in wrong), *disagreement)
    about = next((package for package, _ in wrong if package), "")
    return Outcome(case.case_id, not differences, differences, note, about, case=case, judged=judged)


def compared(judged: Judged, answer: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return how a result differs from an answer, which may name any subset of fields: package id and sentence."""
    found = judged.rows
    differences: list[tuple[str, str]] = []
    if answer.get("patches") is not None:
        wanted = answer["patches"] if judged.lists_absent else _present(answer["patches"])
        listed = found if any(row.get("state") == State.NOT_APPLICABLE for row in wanted) else _present(found)
        differences += _rows(wanted, listed, exact=True)
    if answer.get("contains") is not None:
        differences += _rows(answer["contains"] if judged.lists_absent else _present(answer["contains"]), found)
    if answer.get("status") is not None and answer["status"] != judged.status:
        differences.append(("", f"status is {judged.status}, {answer['status']} expected"))
    for name, wanted in (answer.get("summary") or {}).items():
        if judged.summary[name] != wanted:
            differences.append(("", f"{name} is {judged.summary[name]}, {wanted} expected"))
    for name, wanted in (answer.get("doubts") or {}).items():
        if judged.doubts.get(name, 0) != wanted:
            differences.append(("", f"{name} is counted {judged.doubts.get(name, 0)} times, {wanted} expected"))
    return differences


def _present(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the rows that are not NOT_APPLICABLE."""
    return [row for row in rows if row.get("state") != State.NOT_APPLICABLE]


def _rows(
    wanted: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]], *, exact: bool = False
) -> list[tuple[str, str]]:
    """Return how the found rows differ from the wanted ones; where the set is exact, no other may be there.

    Equal rows are put aside first; what is left is compared by id, so that a difference names a field.
    """
    left, missing = list(found), []
    for row in wanted:
        match = next((one for one in left if not _fields(row, one)), None)
        if match is None:
            missing.append(row)
        else:
            left.remove(match)
    differences = []
    for row in missing:
        near = next((one for one in left if row.get("id") in (one["id"], None) and _same_name(row, one)), None)
        if near is None:
            differences.append((_id(row), f"{_id(row)} is not in the report: {_text(row)} expected"))
        else:
            left.remove(near)
            differences += [(near["id"], f"{near['id']}: {line}") for line in _fields(row, near)]
    return differences + [(row["id"], f"{row['id']} is not expected: {_text(row)}") for row in left if exact]


def _fields(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """Return how a found row differs in the wanted fields; what is not applicable has no status (DECISIONS 16)."""
    names = sorted((name for name in ROW_FIELDS if name in wanted), key=lambda name: name not in _FIRST)
    if wanted.get("state") == found["state"] == State.NOT_APPLICABLE and "status" in names:
        names.remove("status")
    return [
        f"{name} is {_word(found[name])}, {_word(wanted[name])} expected"
        for name in names
        if (State(wanted[name]) if name == "state" and wanted[name] else wanted[name]) != found[name]
    ]


def _same_name(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Say whether a found row may be the one a case speaks of: it names an id, a name, a title, or nothing of these."""
    if "id" in wanted:
        return bool(wanted["id"] == found["id"])
    named = [name for name in ("name", "title") if name in wanted]
    return any(wanted[name] == found[name] for name in named) or not named


def _id(row: Mapping[str, Any]) -> str:
    """Return what a wanted row is about."""
    return str(row.get("id") or row.get("title") or row.get("name") or "a row")


def _text(row: Mapping[str, Any]) -> str:
    """Return the fields of a row that people look at."""
    names = [name for name in ("state", "compliance_severity", "title", "classification", "severity") if row.get(name)]
    return " ".join(str(row[name]) for name in names) or "a verdict"


def _word(value: object) -> str:
    """Return a value of a field; nothing is said as such."""
    if value in (None, ""):
        return "empty"
    return str(value)


def _is_diagnosed(error: BaseException) -> bool:
    """Say whether an error is about what we were given, not a bug of ours."""
    if isinstance(error, BaseExceptionGroup):
        return all(_is_diagnosed(one) for one in error.exceptions)
    return isinstance(error, PatchRulesError) and not isinstance(error, InvariantError)


def _sentence(error: BaseException) -> str:
    """Return the first line of an error, of the first one where several came together."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return str(error).partition("\n")[0]
