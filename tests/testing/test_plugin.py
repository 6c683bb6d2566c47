"""The pytest plugin: what it collects, what a failure says, xdist, coverage, and what its import costs."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.conftest import ROOT

BASELINE = """{
  "Name": "prod",
  "OperatingSystem": "REDHAT_ENTERPRISE_LINUX",
  "ApprovalRules": {"PatchRules": [{
    "PatchFilterGroup": {"PatchFilters": [
      {"Key": "SEVERITY", "Values": ["Critical", "Important"]}
    ]},
    "ApproveAfterDays": 7
  }]},
  "RejectedPatches": ["telnet*"]
}
"""
CASES = """
- case_id: critical waits a week
  baseline: prod.json
  patch: {severity: Critical, released: 2026-11-01}
  as_of: 2026-11-08T00:00Z
  expect: {approval: PENDING_APPROVAL}
- case_id: low is nobody's
  baseline: prod.json
  patch: {severity: Low, released: 2026-11-01}
  as_of: 2026-11-08T00:00Z
  expect: {approval: APPROVED}
- baseline: prod.json
  patch: {severity: Critical, released: 2026-10-01}
  as_of: 2026-11-08T00:00Z
  expect: {rule: 1}
"""
MISSED = [
    "prod.json: 4 of 6, 67 %",
    "  line 6     rule 1, SEVERITY `Important`: no patch has it",
    "  line 10    rejected `telnet[*]`: no patch that it means",
    "policy coverage: 67 %",
]


@pytest.fixture
def folder(pytester):
    """A folder with a baseline and three cases, one of which fails."""
    (pytester.path / "prod.json").write_text(BASELINE, "utf-8")
    (pytester.path / "prod.policytest.yaml").write_text(CASES, "utf-8")
    return pytester.path


def test_each_case_is_a_test_and_a_failure_says_expected_found_and_why(folder, run):
    result = run("-v")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(
        [
            "prod.policytest.yaml::critical waits a week PASSED*",
            "prod.policytest.yaml::low is nobody's FAILED*",
            "prod.policytest.yaml::case 3 PASSED*",
            "*_ policy test: low is nobody's _*",
            "approval is NOT_SELECTED, APPROVED expected",
            "",
            "under `prod`, as of 2026-11-08 00:00Z",
            "rule 1  SEVERITY is `Low`, rule wants Critical or Important",
            "FAILED prod.policytest.yaml::low is nobody's - approval is NOT_SELECTED, APPROVED *",
        ]
    )
    assert "Traceback" not in result.stdout.str()


@pytest.mark.parametrize("engine", ["reference", "batch", "both"])
def test_a_case_is_chosen_by_its_name_and_judged_by_any_engine(folder, run, engine):
    run("--policy-engine", engine, "-k", "critical").assert_outcomes(passed=1, deselected=2)


def test_json_lines_are_collected_and_other_files_are_left_alone(folder, run):
    (folder / "prod.policytest.yaml").unlink()
    one = {"baseline": "prod.json", "patch": {}, "as_of": "2026-11-08T00:00Z", "expect": {"rule": None}}
    (folder / "a.policytest.jsonl").write_text(f"{json.dumps(one)}\n{json.dumps(one | {'case_id': 'x'})}\n", "utf-8")
    (folder / "b.policytest.json").write_text(json.dumps([one | {"case_id": "x"}] * 2), "utf-8")
    (folder / "other.yaml").write_text("no: case", "utf-8")
    result = run("-v")
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(["a*::case 1 *", "a*::x *", "b*::x PASSED*", "b*::x (2) PASSED*"])


def test_a_file_that_is_wrong_is_told_in_our_words(folder, run):
    (folder / "prod.policytest.yaml").write_text(CASES.replace("expect:", "expekt:"), "utf-8")
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["there is no field `expekt`: did you mean `expect`? [[]PR6004[]]"])
    assert "Traceback" not in result.stdout.str()


@pytest.mark.parametrize("processes", ["0", "2"])
def test_coverage_names_what_no_case_exercises_with_its_line(folder, run, in_a_process, processes):
    result = (run if processes == "0" else in_a_process)("-n", processes, "--policy-coverage", "--policy-coverage-report", "json:cov.json",
                 "--policy-coverage-report", "html:cov.html")  # fmt: skip
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(MISSED, consecutive=True)
    found = json.loads((folder / "cov.json").read_text("utf-8"))
    assert (found["percent"], found["baselines"][0]["covered"], found["baselines"][0]["total"]) == (66.67, 4, 6)
    page = (folder / "cov.html").read_text("utf-8")
    assert page.count('class="missed"') == 2
    assert page.count('class="hit"') == 1
    assert "<script" not in page


@pytest.mark.parametrize(("percent", "code"), [("50", 0), ("51", 1)])
def test_too_little_coverage_fails(folder, run, percent, code):
    result = run("--policy-coverage-fail-under", percent, "-k", "critical or case")
    assert result.ret == code
    assert ("less than the 51 % that are wanted" in result.stdout.str()) is bool(code)


def test_a_baseline_without_a_case_counts_when_it_is_named(folder, run):
    (folder / "more").mkdir()
    (folder / "more" / "dev.json").write_text(BASELINE, "utf-8")
    result = run("--policy-coverage-of", "more", "-k", "critical")
    result.stdout.fnmatch_lines(["more/dev.json: 0 of 6, 0 %", "prod.json: * of 6, * %"])


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (("--policy-coverage-report", "pdf:x"), "`pdf:x` is no report of policy coverage, wanted json:FILE or html:FILE"),
        (("--policy-coverage-of", "nowhere"), "there is no baseline at *nowhere`"),
    ],
)  # fmt: skip
def test_an_option_that_is_wrong_is_told(folder, run, option, message):
    result = run(*option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {message}"])


COST = """
import pytest, sys, time
start = time.process_time()
import patchrules.testing.plugin
print(time.process_time() - start, *sys.modules)
"""


def test_importing_the_plugin_costs_less_than_20_ms_and_nothing_heavy():
    """In processor time: the clock on the wall measures who else uses the machine."""
    seconds, loaded = [], set()
    for _ in range(5):
        done = subprocess.run([sys.executable, "-c", COST], cwd=ROOT, capture_output=True, text=True, check=True)
        first, *names = done.stdout.split()
        seconds.append(float(first))
        loaded = {name.partition(".")[0] for name in names}
    assert min(seconds) < 0.020
    assert loaded & {"pyarrow", "numpy", "pydantic", "hypothesis", "yaml", "click"} == set()
