"""Plant one-line bugs into a copy of the package and see whether the equivalence test finds each (STYLE, habit 4).

A script, not a test: ``python tests/equivalence/mutants.py [NAME...]`` prints a table and exits 1 when a mutant
survives. Nothing is shrunk, so a mutant costs at most one run of the test.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEST = Path(__file__).with_name("test_whole_evaluations.py")

RUN = """
import importlib.util, sys
from hypothesis import Phase, settings
settings.register_profile("mutants", max_examples=50, deadline=None, derandomize=True, database=None,
                          phases=[Phase.generate], report_multiple_bugs=False, suppress_health_check=list(
                          __import__("hypothesis").HealthCheck))
settings.load_profile("mutants")
spec = importlib.util.spec_from_file_location("whole", sys.argv[1])
whole = importlib.util.module_from_spec(spec)
spec.loader.exec_module(whole)
seen, by_batch = [], whole.by_batch
def counted(*given, **options):
    seen.append(1)
    return by_batch(*given, **options)
whole.by_batch = counted
try:
    whole.test_batch_equals_reference()
except BaseException as fault:
    print("killed", len(seen), type(fault).__name__)
else:
    print("survived", len(seen), "")
"""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One planted bug: the text ``old`` of a file, which stands there once, becomes ``new``."""

    name: str
    file: str
    old: str
    new: str


MUTANTS = (
    Mutant("nothing changed", "batch/states.py", "OWN = -1\n", "OWN = -1\n"),
    Mutant(
        "delay: < becomes <=",
        "batch/approvals.py",
        "old = released_at < _microseconds(settings.as_of - rule.delay)",
        "old = released_at <= _microseconds(settings.as_of - rule.delay)",
    ),
    Mutant(
        "until: < becomes <=",
        "batch/approvals.py",
        "old = released_at < _microseconds(day_after(rule.approve_until))",
        "old = released_at <= _microseconds(day_after(rule.approve_until))",
    ),
    Mutant(
        "reference, until: < becomes <=",
        "reference/approvals.py",
        "return released_at < day_after(rule.approve_until)",
        "return released_at <= day_after(rule.approve_until)",
    ),
    Mutant("missing: > becomes >=", "batch/states.py", "(top > versions.installed)", "(top >= versions.installed)"),
    Mutant(
        "reference, missing: < becomes <=",
        "reference/states.py",
        "if target and here < order(",
        "if target and here <= order(",
    ),
    Mutant(
        "precedence: security and severity swapped",
        "batch/policy.py",
        "[*texts, -severity, -security, -found.level]",
        "[*texts, -security, -severity, -found.level]",
    ),
    Mutant(
        "precedence: level and security swapped",
        "batch/policy.py",
        "[*texts, -severity, -security, -found.level]",
        "[*texts, -severity, -found.level, -security]",
    ),
    Mutant(
        "precedence: repository before advisory",
        "batch/policy.py",
        '[text_ranks(catalog["repository"]), text_ranks(catalog["advisory"])]',
        '[text_ranks(catalog["advisory"]), text_ranks(catalog["repository"])]',
    ),
    Mutant("epochs: several stated are kept", "batch/epochs.py", "    pairs[several[owner]] = UNKNOWN\n", ""),
    Mutant("release: > becomes >=", "batch/approvals.py", "(released_at > as_of)", "(released_at >= as_of)"),
    Mutant("level: > becomes >=", "batch/approvals.py", "(rank > level)", "(rank >= level)"),
    Mutant("clock: the last usable wins", "batch/approvals.py", "(clock == -1) & (column", "(column"),
    Mutant("candidates: offered not asked", "batch/states.py", "(policy.offered[row] | same)", "(known[owner] | True)"),
    Mutant(
        "newest: oldest counts", "batch/evaluate.py", "ranks(self._age)[verdict]", "-ranks(self._age)[verdict] + 99"
    ),
    Mutant("merging: latest date", "batch/merging.py", "patch[clock] = min(", "patch[clock] = max("),
    Mutant(
        "rejection: of the row, not of the version",
        "batch/approvals.py",
        "return of_version[versions]",
        "return entry",
    ),
    Mutant(
        "gate: the approved list's is always open",
        "batch/approvals.py",
        "enabled=baseline.approved_patches_enable_non_security",
        "enabled=True",
    ),
    Mutant("blocked: always", "batch/states.py", "refused = State.INSTALLED_REJECTED if blocks else", "refused ="),
)


def planted(mutant: Mutant, folder: Path) -> None:
    """Plant the bug into the copy of the package in ``folder``."""
    shutil.copytree(ROOT / "patchrules", folder / "patchrules", ignore=shutil.ignore_patterns("__pycache__"))
    file = folder / "patchrules" / mutant.file
    text = file.read_text(encoding="utf-8")
    if text.count(mutant.old) != 1:
        message = f"{mutant.name}: {mutant.file} has {text.count(mutant.old)} times: {mutant.old}"
        raise SystemExit(message)
    file.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")


def outcomes(names: list[str]) -> Iterator[tuple[Mutant, str, int, str]]:
    """Run the test on every mutant, or on those named: outcome, examples it took, and what was raised."""
    for mutant in MUTANTS:
        if names and mutant.name not in names:
            continue
        with tempfile.TemporaryDirectory() as folder:
            planted(mutant, Path(folder))
            ran = subprocess.run(
                [sys.executable, "-c", RUN, str(TEST)],
                env={**os.environ, "PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"},
                cwd=folder,
                capture_output=True,
                text=True,
                check=True,
            )
        yield mutant, *_parts(ran)


def _parts(ran: subprocess.CompletedProcess[str]) -> tuple[str, int, str]:
    """Read the last line that a run printed."""
    outcome, examples, *fault = ran.stdout.splitlines()[-1].split()
    return outcome, int(examples), "".join(fault)


def main(names: list[str]) -> int:
    """Print the table; return 1 when the test passes a bug or fails on none."""
    wrong = 0
    print(f"{'mutant':45} {'outcome':9} examples")  # noqa: T201 - a script prints
    for mutant, outcome, examples, fault in outcomes(names):
        expected = "survived" if mutant.old == mutant.new else "killed"
        wrong += outcome != expected
        note = "" if fault in ("", "AssertionError") else f"  {fault}"
        mark = "" if outcome == expected else "  <-- WRONG"
        print(f"{mutant.name:45} {outcome:9} {examples:8}{note}{mark}", flush=True)  # noqa: T201 - a script prints
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
