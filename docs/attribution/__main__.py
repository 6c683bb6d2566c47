"""Runs the cases of ../shared/conformance in both dialects and says where, how often and why they differ.

``python docs/attribution`` writes ``docs/explanation/aws-differences.md`` and the marked table of README.md; with
``--check`` nothing is written. The exit code is 1 when a page is stale, a difference is unexplained, or a case fails in
the agent dialect. It takes a minute.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from pages import BEGIN, END, Tally, conformance, page
from search import differences, refusal

from patchrules.model.names import Dialect
from patchrules.policytest import Case, read_cases, run

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT.parent / "shared" / "conformance"
README = ROOT / "README.md"
PAGE = ROOT / "docs" / "explanation" / "aws-differences.md"
MANAGERS = ("yum", "dnf", "apt", "zypper")


def tallied(manager: str, cases: Sequence[Case]) -> Tally:
    """Return what the cases of a package manager give."""
    tally = Tally(manager)
    for case in cases:
        fails = "error" in case.expected
        agent, documented = (
            run(case, dialect=dialect, engine="both") for dialect in (Dialect.AGENT, Dialect.DOCUMENTED)
        )
        tally.cases += 1
        tally.errors += fails
        tally.dependent += bool(case.fields.get("order_dependent"))
        tally.agent += agent.ok
        tally.documented += documented.ok
        tally.apart += any("the batch engine" in line for one in (agent, documented) for line in one.differences)
        if not fails:
            tally.differences += differences(case)
            why = refusal(case)
            tally.refused += [(case.case_id, why)] if why else []
    return tally


def main(arguments: Sequence[str]) -> int:
    """Write the page and the table; say what is unexplained."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    options = parser.parse_args(arguments)
    tallies = []
    for manager in MANAGERS:
        files = sorted(CASES.glob(f"cases_{manager}_*.jsonl.gz"))
        tally = tallied(manager, [case for file in files for case in read_cases(file)])
        tallies.append(tally)
        found = len(tally.differences)
        sys.stdout.write(
            f"{manager}: {tally.agent:,} of {tally.cases:,} in agent, {tally.documented:,} in documented; "
            f"{found:,} packages differ, {len(tally.unexplained):,} unexplained\n"
        )
        for one in tally.unexplained:
            sys.stdout.write(f"  {one.case_id} {one.package}: {one.documented} -> {one.agent}\n")
    stale = False
    for path, text in ((PAGE, page(tallies)), (README, marked(README, conformance(tallies)))):
        old = path.read_text(encoding="utf-8") if path.is_file() else ""
        if old != text and options.check:
            sys.stdout.write(f"{path.relative_to(ROOT)} is stale\n")
            stale = True
        elif old != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return int(stale or any(tally.unexplained or tally.apart or tally.agent < tally.cases for tally in tallies))


def marked(path: Path, table: str) -> str:
    """Return a page with the table between its marks; as it is where it has none."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    return before + table + after if begin and end else text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
