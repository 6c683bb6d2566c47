"""Many cases: which pass, which do not, and how each that does not differs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from patchrules.policytest.case import Case
from patchrules.policytest.outcome import Outcome, run
from patchrules.policytest.short import because
from patchrules.questions.explain import explain


@dataclass(frozen=True, slots=True)
class Result:
    """The outcomes of some cases, in their order.

    >>> print(Result((Outcome("one", ok=True), Outcome("two", ok=False, differences=("missing is 0, 1 expected",)))))
    2 cases: 1 passed, 1 failed
    """

    outcomes: tuple[Outcome, ...]

    @property
    def passed(self) -> int:
        """Return how many cases pass."""
        return sum(one.ok for one in self.outcomes)

    @property
    def failed(self) -> int:
        """Return how many cases do not."""
        return len(self.outcomes) - self.passed

    @property
    def first(self) -> Outcome | None:
        """Return the first case that does not pass."""
        return next((one for one in self.outcomes if not one.ok), None)

    def __str__(self) -> str:
        """Return the headline."""
        cases = "1 case" if len(self.outcomes) == 1 else f"{len(self.outcomes):,} cases"
        return f"{cases}: {self.passed:,} passed, {self.failed:,} failed"

    def as_dict(self) -> dict[str, Any]:
        """Return the result ready for JSON; a note is there only where there is something to note."""
        return {"passed": self.passed, "failed": self.failed, "cases": [_plain(one) for one in self.outcomes]}


def run_cases(cases: Iterable[Case], *, dialect: str | None = None, engine: str = "reference") -> Result:
    """Run cases; the options are those of :func:`run`.

    >>> from patchrules.policytest import read_cases
    >>> text = b'{"as_of": "2025-03-01T00:00Z", "product": "Debian12", "installed": [], "available": [], "baseline": '
    >>> text += b'{"Name": "all", "OperatingSystem": "DEBIAN"}, "expected": {"summary": {"missing": 0}}}'
    >>> print(run_cases(read_cases(text)))
    1 case: 1 passed, 0 failed
    """
    return Result(tuple(run(case, dialect=dialect, engine=engine) for case in cases))


def explanation(outcome: Outcome) -> str:
    """Return why the package of the first difference stands where it stands, empty where there is none to speak of."""
    report = outcome.judged.report if outcome.judged else None
    if not outcome.about or report is None:
        return ""
    if outcome.case is not None and outcome.case.is_short:
        return because(report)
    return str(explain(report, outcome.about))


def _plain(outcome: Outcome) -> dict[str, Any]:
    """Return one outcome ready for JSON."""
    found: dict[str, Any] = {"case_id": outcome.case_id, "ok": outcome.ok, "differences": list(outcome.differences)}
    return found | ({"note": outcome.note} if outcome.note else {})
