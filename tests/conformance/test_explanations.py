"""Whatever a case says, every verdict on it can be explained, in both dialects."""

from __future__ import annotations

import pytest

from patchrules.model.names import Dialect
from patchrules.policytest import read_cases, run
from patchrules.questions.explain import explain

pytestmark = pytest.mark.shared


@pytest.mark.parametrize("dialect", list(Dialect))
@pytest.mark.parametrize("manager", ["apt", "dnf", "yum", "zypper"])
def test_every_verdict_of_the_designed_cases_is_explained(shared, manager, dialect):
    explained = 0
    for case in read_cases(shared / "conformance" / f"cases_{manager}_hand.jsonl.gz"):
        judged = run(case, dialect=dialect).judged
        for row in judged.rows if judged else ():
            assert judged is not None
            assert judged.report is not None
            assert explain(judged.report, row["id"]).found
            explained += 1
    assert explained > 80
