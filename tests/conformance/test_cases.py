"""Every case gives the answer of AWS's engine in the dialect `agent`, by both of our engines."""

from __future__ import annotations

import pytest

from patchrules.policytest import read_cases, run

pytestmark = pytest.mark.shared

FILES = [f"{manager}_{kind}" for manager in ("apt", "dnf", "yum", "zypper") for kind in ("hand", "random")]


def outcomes(shared, file, dialect):
    cases = read_cases(shared / "conformance" / f"cases_{file}.jsonl.gz")
    found = [run(case, dialect=dialect, engine="both") for case in cases]
    assert len(found) >= 100
    return found


@pytest.mark.parametrize("file", FILES)
def test_every_case_gives_the_answer_of_aws_by_both_engines(shared, file):
    assert [outcome for outcome in outcomes(shared, file, "agent") if not outcome.ok] == []


@pytest.mark.parametrize("file", FILES)
def test_the_engines_agree_on_every_case_in_the_documented_dialect(shared, file):
    apart = [
        line for one in outcomes(shared, file, "documented") for line in one.differences if "the batch engine" in line
    ]
    assert apart == []


def test_no_file_of_cases_is_left_out(shared):
    found = {path.name for path in (shared / "conformance").glob("cases_*.jsonl.gz")}
    assert found == {f"cases_{file}.jsonl.gz" for file in FILES}
