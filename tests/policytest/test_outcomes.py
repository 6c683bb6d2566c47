"""A case passes when every field it names is as it says, and says how it differs when one is not."""

from __future__ import annotations

import json

import pytest

from patchrules.errors import InvariantError, UnknownNameError
from patchrules.policytest import outcome, read_cases, run, run_cases
from patchrules.policytest.engines import ENGINES, Judged

OPENSSL = {"id": "openssl.x86_64", "state": "MISSING", "compliance_severity": "HIGH"}
VIM = {"id": "vim.x86_64", "state": "NOT_APPLICABLE", "status": "COMPLIANT"}

ANSWERS = [
    ({"patches": [OPENSSL]}, ()),
    ({"patches": [VIM, OPENSSL]}, ()),
    ({"patches": [{"title": "openssl.x86_64:1:3.0.7-25.el9"}]}, ()),
    ({"patches": [{"name": "openssl", "advisory": "RHSA-2025:1", "clock": "issued", "rule": 1, "notes": []}]}, ()),
    ({"patches": []}, ("openssl.x86_64 is not expected: MISSING HIGH openssl.x86_64:1:3.0.7-25.el9 Security Important",)),
    ({"contains": [VIM]}, ()),
    ({"contains": [{"id": "bash.x86_64", "state": "MISSING"}]}, ("bash.x86_64 is not in the report: MISSING expected",)),
    ({"patches": [{**OPENSSL, "state": "INSTALLED"}]}, ("openssl.x86_64: state is MISSING, INSTALLED expected",)),
    ({"patches": [OPENSSL, OPENSSL]}, ("openssl.x86_64 is not in the report: MISSING HIGH expected",)),
    ({"contains": [{"name": "openssl", "severity": ""}]}, ("openssl.x86_64: severity is Important, empty expected",)),
    ({"status": "COMPLIANT"}, ("status is NON_COMPLIANT, COMPLIANT expected",)),
    ({"summary": {"non_compliant_severity": None}}, ("non_compliant_severity is HIGH, None expected",)),
    ({"doubts": {"PR7001": 0, "PR7003": 1}}, ("PR7003 is counted 0 times, 1 expected",)),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "differences"), ANSWERS)
@pytest.mark.parametrize("engine", ["reference", "batch", "both"])
def test_an_answer_may_name_any_subset(case, answer, differences, engine):
    found = run(case(**answer), engine=engine)
    assert (found.differences, found.ok) == (differences, not differences)


def test_one_of_the_alternatives_is_enough(document):
    made = document("/expected_alternatives", [{"status": "UNKNOWN"}, {"status": "NON_COMPLIANT"}])
    made["expected"] = {"status": "COMPLIANT"}
    assert run(next(read_cases(json.dumps(made).encode()))).ok


def test_alternatives_that_are_null_are_none(document):
    assert run(next(read_cases(json.dumps(document() | {"expected_alternatives": None}).encode()))).ok


def test_an_error_is_met_by_a_diagnosed_error_or_by_our_choice(document):
    made = document("/expected", {"error": {"type": "KeyError"}})
    ours = run(next(read_cases(json.dumps(made).encode())))
    assert (ours.ok, ours.note) == (True, "AWS's code fails here; patchrules gives a report")
    made["baseline"]["ApprovalRules"]["PatchRules"][0]["ApproveAfterDays"] = 400
    refused = run(next(read_cases(json.dumps(made).encode())))
    assert (refused.ok, refused.note) == (
        True,
        "`ApproveAfterDays` is `400`, wanted a whole number from 0 to 360 [PR1012]",
    )


def test_what_stands_beside_an_error_is_compared(document):
    made = document("/expected", {"error": {"type": "KeyError"}, "status": "COMPLIANT"})
    found = run(next(read_cases(json.dumps(made).encode())))
    assert found.differences == ("status is NON_COMPLIANT, COMPLIANT expected",)


def test_a_refused_case_does_not_pass(document):
    made = document("/baseline/OperatingSystem", "DEBIAN")
    found = run(next(read_cases(json.dumps(made).encode())))
    assert found.differences == ("refused: `prod` is for DEBIAN, the host is REDHAT_ENTERPRISE_LINUX [PR1801]",)


def test_a_bug_of_ours_is_not_a_diagnosed_error(document, monkeypatch):
    def broken(*_):
        raise InvariantError("we promised otherwise")

    monkeypatch.setattr(outcome, "situation", broken)
    with pytest.raises(InvariantError):
        run(next(read_cases(json.dumps(document("/expected", {"error": {"type": "KeyError"}})).encode())))


def test_an_engine_that_disagrees_fails_the_case(case, monkeypatch):
    def lazy(found):
        return Judged([], dict.fromkeys(ENGINES["reference"](found).summary, 0), "COMPLIANT", {})

    monkeypatch.setattr(outcome, "ENGINES", {**ENGINES, "batch": lazy})
    found = run(case(status="NON_COMPLIANT"), engine="both")
    assert not found.ok
    assert (
        "openssl.x86_64: only the reference engine says MISSING HIGH openssl.x86_64:1:3.0.7-25.el9" in found.differences
    )
    assert "status is NON_COMPLIANT by the reference engine, COMPLIANT by the batch engine" in found.differences


def test_an_engine_that_is_none_is_refused(case):
    with pytest.raises(UnknownNameError, match="known are reference, batch, both"):
        run(case(status="COMPLIANT"), engine="fast")


def test_a_host_of_which_nothing_is_known_is_unknown(document):
    made = document("/expected", {"status": "UNKNOWN"})
    del made["product"], made["available"], made["advisories"]
    assert run_cases(read_cases(json.dumps(made).encode()), engine="both").failed == 0


def test_the_dialect_asked_for_wins_over_that_of_the_case(document):
    made = document("/dialect", "documented")
    made["baseline"]["ApprovalRules"]["PatchRules"][0]["ApproveUntilDate"] = "2025-01-17"
    found = next(read_cases(json.dumps(made).encode()))
    assert run(found).differences[0].startswith("refused: ")
    assert run(found, dialect="agent").differences == ("missing is 0, 1 expected", "not_applicable is 0, 1 expected")


def test_a_baseline_may_be_a_file_beside_the_case_or_a_name_of_aws(document, tmp_path):
    (tmp_path / "prod.json").write_text(json.dumps(document()["baseline"]), "utf-8")
    names = {
        "prod.json": True,
        "AWS-RedHatDefaultPatchBaseline": False,
        "AWS-NoBaseline": False,
        "not-there.json": False,
    }
    for name, passes in names.items():
        made = document("/expected", {"contains": [{"id": "openssl.x86_64", "compliance_severity": "HIGH"}]})
        (tmp_path / "cases.json").write_text(json.dumps(made | {"baseline": name}), "utf-8")
        found = run_cases(read_cases(tmp_path / "cases.json"))
        assert (found.failed == 0) is passes, name
    assert "there is no such file" in found.outcomes[0].differences[0]
