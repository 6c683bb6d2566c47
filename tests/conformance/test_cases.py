"""Every case gives the answer of AWS's engine in the dialect `agent`."""

from __future__ import annotations

import pytest

from patchrules.policytest import read_cases, run

pytestmark = pytest.mark.shared

FILES = [f"{manager}_{kind}" for manager in ("apt", "dnf", "yum", "zypper") for kind in ("hand", "random")]


@pytest.mark.parametrize("file", FILES)
def test_every_case_gives_the_answer_of_aws(shared, file):
    outcomes = [run(case, dialect="agent") for case in read_cases(shared / "conformance" / f"cases_{file}.jsonl.gz")]
    assert len(outcomes) >= 100
    assert [outcome for outcome in outcomes if not outcome.ok] == []


def test_no_file_of_cases_is_left_out(shared):
    found = {path.name for path in (shared / "conformance").glob("cases_*.jsonl.gz")}
    assert found == {f"cases_{file}.jsonl.gz" for file in FILES}
