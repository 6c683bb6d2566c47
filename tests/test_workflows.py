"""The GitHub Actions files of our pages: shown as they are, and their commands run in a repository such as they expect."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/how-to/diff-on-a-pull-request.md"
WORKFLOW = PAGE.with_suffix(".yml")


def steps():
    """Return the commands of the workflow by name, without the one that installs."""
    [job] = yaml.safe_load(WORKFLOW.read_text())["jobs"].values()
    return {one["name"]: one["run"] for one in job["steps"] if one.get("name", "Install") != "Install"}


@pytest.fixture
def job(tmp_path):
    """Lay out both checkouts, and a `gh` that writes down what it is given; return what runs a step."""
    for side in ("before", "after"):
        (tmp_path / side).mkdir()
        shutil.copytree(ROOT / "data/inventories/fleet", tmp_path / side / "fleet")
        shutil.copy(ROOT / "data/inventories/hosts.yaml", tmp_path / side / "hosts.yaml")
        shutil.copytree(ROOT / "data/catalogs", tmp_path / side / "catalogs")
        shutil.copytree(ROOT / "data/baselines/demo", tmp_path / side / "baselines")
    tools = tmp_path / "bin"
    tools.mkdir()
    # The runner's clock is not ours: the catalogs of the samples are of November 2026.
    (tools / "date").write_text("#!/bin/sh\necho 2026-11-01T00:00:00Z\n")
    (tools / "gh").write_text('#!/bin/sh\nprintf "%s\\n" "$@" > asked.txt\n')
    (tools / "patchrules").write_text(f'#!/bin/sh\nexec {sys.executable} -m patchrules "$@"\n')
    for tool in tools.iterdir():
        tool.chmod(0o755)
    environment = os.environ | {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    environment |= {"NUMBER": "7", "GITHUB_REPOSITORY": "me/fleet", "NO_COLOR": "1"}

    def run(script):
        return subprocess.run(
            ["bash", "-e", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    return tmp_path, run


def test_the_page_shows_the_file():
    assert f"```yaml\n{WORKFLOW.read_text()}```" in PAGE.read_text()


def test_the_commands_of_the_workflow_work(job):
    folder, run = job
    path = folder / "after/baselines/prod-rhel9.json"
    path.write_text(path.read_text().replace('"ApproveAfterDays": 7', '"ApproveAfterDays": 2'))
    done = {name: run(script) for name, script in steps().items()}
    assert [one.returncode for one in done.values()] == [0, 0, 0, 1], [one.stderr for one in done.values()]
    comment = (folder / "comment.md").read_text()
    assert comment.startswith("### Patch compliance: MISSING +6 on 3 hosts · 1 host turns NON\\_COMPLIANT")
    assert "- baseline: `prod-rhel9`, rule 2: ApproveAfterDays 7 → 2" in comment
    asked = (folder / "asked.txt").read_text().splitlines()
    assert asked[:3] == ["pr", "comment", "7"]
    assert asked[-1] == "comment.md"


def test_a_pull_request_that_changes_nothing_passes(job):
    _, run = job
    done = [run(script) for script in steps().values()]
    assert [one.returncode for one in done] == [0, 0, 0, 0]
    assert done[-1].stdout.startswith("nothing differs\n")
