"""The sample policy repository: its tests hold and notice every mistake, and it runs where a user installs it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from click.testing import CliRunner

from patchrules.cli import main
from patchrules.documents.text import parse
from patchrules.policytest import read_folder, run_cases
from patchrules.policytest.mutation import mutate
from tests.conftest import ROOT

SAMPLE = ROOT / "tests" / "samples" / "policy-repo"


def test_its_tests_hold_in_both_engines_and_notice_every_mistake():
    cases = list(read_folder([str(SAMPLE / "**" / "*.policytest.yaml")]))
    assert run_cases(cases, engine="both").failed == 0
    found = mutate(SAMPLE / "baselines" / "prod-rhel9.json", cases)
    assert (len(found.killed), found.survivors) == (19, ())


def test_the_hook_runs_every_test_of_a_repository(monkeypatch):
    hooks = {one["id"]: one for one in parse((ROOT / ".pre-commit-hooks.yaml").read_bytes()).value}
    assert sorted(hooks) == ["patchrules-lint", "patchrules-test"]
    hook = hooks["patchrules-test"]
    program, *verb = hook["entry"].split()
    monkeypatch.chdir(SAMPLE)
    result = CliRunner().invoke(main, [*verb, *hook["args"]])
    assert (program, result.output) == ("patchrules", "12 cases: 12 passed, 0 failed\n")


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """A fresh environment with a wheel of this tree; its dependencies are those of ours, which are not downloaded again.

    A plain path in a ``.pth`` file lends packages and no ``.pth`` files, so that an editable install of ours is not seen.
    """
    folder = tmp_path_factory.mktemp("user")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    build = ["wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
    quiet = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTEST_ADDOPTS")}
    subprocess.run([*pip, *build], check=True, env=quiet)
    venv.create(folder / "env", with_pip=False)
    [wheel] = folder.glob("*.whl")
    python = folder / "env" / "bin" / "python"
    subprocess.run(
        [*pip, "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel], check=True, env=quiet
    )
    [site] = (folder / "env" / "lib").glob("python*/site-packages")
    (site / "lent.pth").write_text(f"{Path(pytest.__file__).parents[1]}\n", "utf-8")
    shutil.copytree(SAMPLE, folder / "policy-repo")
    return folder


@pytest.fixture
def user(environment):
    """Return ``user(*arguments)``: a command in the repository, as its user would run it."""
    clean = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
    clean["PATH"] = f"{environment / 'env' / 'bin'}{os.pathsep}{os.environ['PATH']}"

    def run(*arguments):
        return subprocess.run(
            [environment / "env" / "bin" / "python", "-m", *arguments],
            cwd=environment / "policy-repo", env=clean, capture_output=True, text=True, check=False,
        )  # fmt: skip

    return run


@pytest.mark.services
def test_it_is_installed_and_run_as_a_user_would(user):
    """The plugin comes by its entry point alone, on several processes, and covers the whole baseline."""
    done = user("pytest", "-n", "2", "--policy-coverage-of", "baselines", "--policy-coverage-fail-under", "100")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "17 passed" in done.stdout
    assert "baselines/prod-rhel9.json: 16 of 16, 100 %" in done.stdout
    where = user("pytest", "--version", "--version")
    assert "patchrules" in where.stdout + where.stderr
    assert str(ROOT / "patchrules") not in where.stdout + where.stderr


@pytest.mark.services
def test_its_baseline_is_mutated_where_it_is_installed(user):
    done = user("patchrules", "mutate", "baselines/prod-rhel9.json", "tests/*.policytest.yaml")
    assert (done.returncode, done.stdout) == (0, "# 19 mistakes in `prod-rhel9`, 12 cases: 19 noticed, 0 not noticed\n")
    assert user("patchrules", "test", "**/*.policytest.*").stdout == "12 cases: 12 passed, 0 failed\n"


@pytest.mark.services
def test_a_failing_test_is_seen_and_the_schema_is_shipped(user, environment):
    [schema] = environment.rglob("patchrules/_data/policytest.schema.json")
    assert schema.read_text("utf-8") == (ROOT / "docs/reference/policytest.schema.json").read_text("utf-8")
    tests = environment / "policy-repo" / "tests" / "broken.policytest.yaml"
    tests.write_text(
        (SAMPLE / "tests/hosts.policytest.yaml").read_text("utf-8").replace("INSTALLED_REJECTED", "MISSING")
    )
    done = user("pytest", "-q", "tests/broken.policytest.yaml")
    tests.unlink()
    assert done.returncode == 1
    assert "telnet-server.x86_64: state is INSTALLED_REJECTED, MISSING expected" in done.stdout
