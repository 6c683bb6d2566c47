"""What AWS's engine says of every candidate before it picks a state: approved or not, at which level, rejected or not."""

from __future__ import annotations

from collections import defaultdict

import pytest

from patchrules.families import facts_of
from patchrules.model.names import Approval
from patchrules.policytest import read_cases
from patchrules.policytest.situation import situation
from patchrules.reference.agent.common import Question
from patchrules.reference.agent.yum import first_notices, titled
from patchrules.reference.states import title

MANAGERS = ("apt", "dnf", "yum", "zypper")


def decisions(case):
    """Our decisions on every patch of a case, by title and advisory; yum's code reads notices its own way first."""
    found = situation(case, "agent")
    facts = facts_of(found.family, found.settings.dialect, found.host.product)
    question = Question(found.baseline, found.host, found.family, facts, found.settings)
    patches = [titled(one) for one in first_notices(found.patches)] if facts.states == "yum" else found.patches
    known = defaultdict(list)
    for patch in patches:
        name = title(patch.name, patch.arch, patch.evr, facts)
        for advisory in (patch.advisory, ...):
            known[name, advisory].append(question.decide(patch))
    return known


def answers(case):
    """Pairs of what AWS says of a candidate and what we say of the same title, of the same advisory where it says one."""
    known = decisions(case)
    for candidate in case.expected.get("candidates", ()):
        ours = known.get((candidate["title"], candidate.get("advisory", ...)))
        if ours:  # else it is what is installed, which no row of the case offers
            yield candidate, ours


def levels(candidate):
    """The highest level is what counts; apt tells it of what is installed only (24)."""
    return {candidate.get("compliance"), *candidate.get("compliances", ())} - {None}


@pytest.mark.parametrize("manager", MANAGERS)
def test_every_candidate_is_decided_as_aws_decides(shared, manager):
    compared = 0
    for file in sorted((shared / "conformance").glob(f"cases_{manager}_*.jsonl.gz")):
        for case in read_cases(file):
            if "error" in case.expected:
                continue
            for candidate, ours in answers(case):
                compared += 1
                told = (case.case_id, candidate, ours)
                assert candidate["matched"] in {one.approves for one in ours}, told
                if candidate["matched"] and manager != "apt":
                    assert levels(candidate) & {str(one.level) for one in ours if one.approves}, told
                assert candidate["rejected"] in {one.approval is Approval.EXPLICIT_REJECTED for one in ours}, told
    assert compared > 1500
