"""Every door and lint find the same documents in a folder."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

import patchrules as pr
from patchrules.cli import main

READ = ["A.YAML", "a.json", "a.template", "a.yaml", "a.yml", "below/deeper/a.yml"]
PASSED_OVER = [".a.yaml", ".git/a.yaml", "a.txt", "yaml", "folder.yaml/README"]


def baseline(name):
    return {"Name": name, "OperatingSystem": "DEBIAN", "ApprovedPatches": ["*"], "PatchGroups": [name]}


def window(name):
    return {"Name": name, "Schedule": "cron(0 2 ? * SUN *)", "Duration": 4, "Cutoff": 1}


def by_lint(folder):
    """Return the files of which something is found: to approve `*` is odd."""
    found = CliRunner().invoke(main, ["lint", str(folder), "--output-format", "json"]).stdout
    return {one["where"]["file"].removeprefix(f"{folder}/") for one in json.loads(found)["findings"]}


DOORS = {
    "registry": (baseline, lambda folder: {one.description for one in pr.load_registry(folder).baselines}),
    "windows": (window, lambda folder: {one.description for one in pr.load_windows(folder)}),
    "lint": (baseline, by_lint),
}


@pytest.mark.parametrize("door", DOORS)
def test_of_a_folder_the_same_files_are_read(tmp_path, door):
    named, read = DOORS[door]
    for number, name in enumerate([*READ, *PASSED_OVER]):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(json.dumps(named(f"prod-{number}") | {"Description": name}))
    assert sorted(read(tmp_path)) == READ
