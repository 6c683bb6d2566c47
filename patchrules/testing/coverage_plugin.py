"""``--policy-coverage``: gathers in every process what cases exercise, and reports it once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from patchrules.policytest import Outcome
from patchrules.sources.placed import placed
from patchrules.testing.coverage import Collector, Coverage

_KEY = "patchrules_policy_coverage"
_SUFFIXES = (".json", ".yaml", ".yml")


class PolicyCoverage:
    """The plugin of one process: a worker of xdist sends what it gathered, the others report."""

    def __init__(self, config: pytest.Config) -> None:
        """Start with the baselines that are to be counted anyway."""
        self.config = config
        self.gathered = Collector()
        self.coverage: Coverage | None = None
        self.reports = [_report(text) for text in config.getoption("policy_coverage_report")]
        for text in config.getoption("policy_coverage_of"):
            self.gathered.name(_baselines(config.invocation_params.dir / text))

    def add(self, outcome: Outcome) -> None:
        """Take a judged case."""
        self.gathered.add(outcome)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take what a worker gathered."""
        self.gathered.merge(getattr(node, "workeroutput", {}).get(_KEY, {}))

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Send what was gathered, or write the reports and fail where too little is covered."""
        output = getattr(self.config, "workeroutput", None)
        if output is not None:
            output[_KEY] = self.gathered.plain()
            return
        self.coverage = self.gathered.coverage()
        written = {"json": self.coverage.as_json, "html": self.coverage.as_html}
        for form, path in self.reports:
            with placed(path) as stream:
                stream.write(f"{written[form]()}\n".encode())
        if self.falls_short and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print what no case exercises."""
        if self.coverage is None:
            return
        terminalreporter.section("policy coverage")
        terminalreporter.write_line(str(self.coverage))
        if self.falls_short:
            wanted = self.config.getoption("policy_coverage_fail_under")
            terminalreporter.write_line(f"less than the {wanted:g} % that are wanted", red=True)

    @property
    def falls_short(self) -> bool:
        """Say whether less is covered than is wanted."""
        wanted = self.config.getoption("policy_coverage_fail_under")
        return wanted is not None and self.coverage is not None and self.coverage.percent < wanted


def _report(text: str) -> tuple[str, str]:
    """Return format and path of a report that is asked for; raises pytest.UsageError."""
    form, _, path = text.partition(":")
    if form not in ("json", "html") or not path:
        raise pytest.UsageError(f"`{text}` is no report of policy coverage, wanted json:FILE or html:FILE")
    return form, path


def _baselines(path: Path) -> Iterator[Path]:
    """Return a baseline, or those of a folder; raises pytest.UsageError where there is none."""
    found = [path] if path.is_file() else sorted(one for one in path.rglob("*") if one.suffix in _SUFFIXES)
    if not found:
        raise pytest.UsageError(f"there is no baseline at `{path}`")
    yield from found
