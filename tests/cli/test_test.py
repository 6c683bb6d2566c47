"""``patchrules test``: what it prints and how it ends."""

from __future__ import annotations

import json

import pytest

CASES = """
- case_id: bash is behind
  as_of: 2025-03-01T00:00Z
  product: Debian12
  arch: amd64
  baseline: {Name: all, OperatingSystem: DEBIAN, ApprovedPatches: [bash], ApprovedPatchesEnableNonSecurity: true}
  archives: {main: {archive: bookworm, trusted: true}}
  installed: [{name: bash, arch: amd64, version: 5.2-1}]
  available: [{name: bash, arch: amd64, version: 5.2-2, archive: main}]
  expected: {contains: [{id: bash.amd64, state: MISSING}]}
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "cases.yaml"
    path.write_text(CASES, "utf-8")
    return path


@pytest.mark.parametrize("engine", ["reference", "batch", "both"])
@pytest.mark.parametrize("dialect", ["documented", "agent"])
def test_passing_cases_end_in_0(patchrules, file, engine, dialect):
    result = patchrules("test", "--engine", engine, "--dialect", dialect, file)
    assert (result.exit_code, result.stdout) == (0, "1 case: 1 passed, 0 failed\n")


def test_a_failing_case_ends_in_1_and_is_explained(patchrules, file):
    file.write_text(CASES.replace("state: MISSING", "state: INSTALLED"), "utf-8")
    result = patchrules("test", file)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0].startswith("FAILED bash is behind  ")
    assert lines[1] == "  bash.amd64: state is MISSING, INSTALLED expected"
    assert any("installed revision 1 sorts before 2" in line for line in lines)
    found = json.loads(patchrules("test", "--output-format", "json", file).stdout)
    assert found == {
        "passed": 0,
        "failed": 1,
        "cases": [
            {
                "case_id": "bash is behind",
                "ok": False,
                "differences": ["bash.amd64: state is MISSING, INSTALLED expected"],
            }
        ],
    }


def test_a_result_goes_to_a_file(patchrules, file, tmp_path):
    result = patchrules("test", "--output-format", "junit", "-o", tmp_path / "results.xml", tmp_path)
    assert (result.exit_code, result.stdout) == (0, "")
    assert '<testsuites tests="1" failures="0">' in (tmp_path / "results.xml").read_text("utf-8")
    assert file.exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("baseline: {}\nas_of: today\nexpected: {status: X}", "`today` is no instant with a zone: `as_of` [PR6003]"),
        ("[]", "holds no policy test [PR6006]"),
        ("a: 1", "this is no policy test: a mapping with `baseline` is wanted [PR6002]"),
        ("{", "[PR6001]"),
    ],
)
def test_a_file_that_is_wrong_ends_in_2(patchrules, file, text, message):
    file.write_text(text, "utf-8")
    result = patchrules("test", file)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "cases.yaml" in result.stderr


def test_a_path_that_is_not_there_ends_in_2(patchrules):
    result = patchrules("test", "no/such.json")
    assert (result.exit_code, "there is no such file" in result.stderr) == (2, True)
