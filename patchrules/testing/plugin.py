"""The pytest plugin: ``*.policytest.yaml``, ``.json`` and ``.jsonl`` are collected, one test a case.

Every pytest start imports this file, so that it imports nothing of patchrules before there is a case to read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from patchrules.policytest import Case, Outcome

PLUGIN = "patchrules-policy-coverage"
_NAME = re.compile(r".*\.policytest\.(?:json|jsonl|yaml|yml)(?:\.gz)?")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of policy tests."""
    group = parser.getgroup("patchrules", "policy tests of patchrules")
    group.addoption(
        "--policy-engine",
        choices=("reference", "batch", "both"),
        default="reference",
        help="the engine that judges policy tests; both: they must agree, too (default: reference)",
    )
    group.addoption(
        "--policy-coverage",
        action="store_true",
        help="say which rules, values and list entries no policy test exercises",
    )
    group.addoption(
        "--policy-coverage-of",
        action="append",
        default=[],
        metavar="PATH",
        help="count this baseline, or those of this folder, even if no policy test names it",
    )
    group.addoption(
        "--policy-coverage-report",
        action="append",
        default=[],
        metavar="FORMAT:FILE",
        help="also write the coverage: json:coverage.json, html:coverage.html",
    )
    group.addoption(
        "--policy-coverage-fail-under",
        type=float,
        metavar="PERCENT",
        help="fail where less of the baselines is covered",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Gather coverage where it is asked for."""
    wanted = ("policy_coverage", "policy_coverage_of", "policy_coverage_report", "policy_coverage_fail_under")
    if any(config.getoption(name) for name in wanted):
        from patchrules.testing.coverage_plugin import PolicyCoverage

        config.pluginmanager.register(PolicyCoverage(config), PLUGIN)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> PolicyFile | None:
    """Take files of policy tests."""
    if not _NAME.fullmatch(file_path.name):
        return None
    found: PolicyFile = PolicyFile.from_parent(parent, path=file_path)
    return found


class PolicyFile(pytest.File):
    """A file of policy tests."""

    def collect(self) -> Iterator[PolicyTest]:
        """Return a test a case; a name that is there already gets a number."""
        from patchrules.errors import PatchRulesError
        from patchrules.policytest import read_cases

        try:
            cases = list(read_cases(self.path))
        except PatchRulesError as error:
            raise self.CollectError(str(error)) from None
        seen: dict[str, int] = {}
        for number, case in enumerate(cases, 1):
            name = case.case_id if case.fields.get("case_id") else f"case {number}"
            seen[name] = seen.get(name, 0) + 1
            unique = name if seen[name] == 1 else f"{name} ({seen[name]})"
            yield PolicyTest.from_parent(self, name=unique, case=case)


class PolicyTest(pytest.Item):
    """One case."""

    def __init__(self, *, case: Case, **given: object) -> None:
        """Keep the case; the rest is pytest's."""
        super().__init__(**given)  # type: ignore[arg-type]
        self.case = case

    def runtest(self) -> None:
        """Judge the case."""
        from patchrules.policytest import run

        outcome = run(self.case, engine=self.config.getoption("policy_engine"))
        coverage = self.config.pluginmanager.get_plugin(PLUGIN)
        if coverage is not None:
            coverage.add(outcome)
        if not outcome.ok:
            raise PolicyTestFailedError(outcome)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        """Return expected, found and the explanation."""
        if isinstance(excinfo.value, PolicyTestFailedError):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo, style))  # type: ignore[arg-type]

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return the file and what the test is called."""
        return self.path, None, f"policy test: {self.name}"


class PolicyTestFailedError(AssertionError):
    """A case whose answer is another one; its text is what people read."""

    def __init__(self, outcome: Outcome) -> None:
        """Say how it differs and why."""
        from patchrules.policytest import explanation

        why = explanation(outcome)
        parts = ["\n".join(outcome.differences), *([why] if why else [])]
        super().__init__("\n\n".join(parts))
