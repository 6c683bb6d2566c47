"""``patchrules mutate`` and ``patchrules init``: what they print and how they end."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def repository(patchrules, tmp_path):
    """Return the folder of a new policy repository."""
    result = patchrules("init", tmp_path / "policy", "--family", "UBUNTU", "--ci", "gitlab")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.count(" written\n") == 5
    return tmp_path / "policy"


def test_a_new_repository_passes(patchrules, repository):
    names = {path.relative_to(repository).as_posix() for path in repository.rglob("*") if path.is_file()}
    assert names == {
        ".gitlab-ci.yml",
        "README.md",
        "baselines/prod-ubuntu.json",
        "policytest.schema.json",
        "tests/prod-ubuntu.policytest.yaml",
    }
    assert "    - patchrules lint baselines/\n" in (repository / ".gitlab-ci.yml").read_text("utf-8")
    assert patchrules("lint", repository / "baselines").exit_code == 0
    result = patchrules("test", repository / "tests")
    assert (result.exit_code, result.stdout) == (0, "7 cases: 7 passed, 0 failed\n")
    result = patchrules("mutate", repository / "baselines" / "prod-ubuntu.json", repository / "tests")
    assert result.exit_code == 0
    assert result.stdout == "# 9 mistakes in `prod-ubuntu`, 7 cases: 9 noticed, 0 not noticed\n"


def test_a_baseline_comes_from_standard_input(patchrules, repository, piped):
    piped((repository / "baselines" / "prod-ubuntu.json").read_text("utf-8"))
    result = patchrules("mutate", "-", repository / "tests")
    assert result.stdout == "# 9 mistakes in `prod-ubuntu`, 7 cases: 9 noticed, 0 not noticed\n", result.stderr


def test_nothing_is_overwritten(patchrules, repository):
    (repository / "README.md").unlink()
    result = patchrules("init", repository, "--family", "ubuntu", "--ci", "none")
    assert result.exit_code == 2
    assert "prod-ubuntu.json` is there already\n  hint: name another folder, or move it away" in result.stderr
    assert not (repository / "README.md").exists()


def test_a_mistake_that_no_test_notices_ends_in_1(patchrules, repository):
    tests = repository / "tests" / "prod-ubuntu.policytest.yaml"
    first = tests.read_text("utf-8").split("\n- case_id")[:2]
    tests.write_text("\n- case_id".join(first) + "\n", "utf-8")
    baseline = repository / "baselines" / "prod-ubuntu.json"
    result = patchrules("mutate", baseline, tests)
    assert result.exit_code == 1
    assert "- case_id: " in result.stdout
    found = json.loads(patchrules("mutate", "--output-format", "json", baseline, tests).stdout)
    assert found["schema"] == "patchrules/mutation/1"
    assert (len(found["killed"]) + len(found["survivors"]), found["cases"]) == (9, 1)


def test_tests_of_another_baseline_end_in_2(patchrules, repository):
    result = patchrules("mutate", "AWS-DebianDefaultPatchBaseline", repository / "tests")
    assert result.exit_code == 2
    assert "no case tests `AWS-DebianDefaultPatchBaseline` [PR6007]" in result.stderr
