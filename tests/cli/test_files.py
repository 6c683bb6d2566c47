"""The verbs about files: inspect, catalog and collect."""

from __future__ import annotations

import json

import patchrules as pr


def test_catalog_build_shows_what_the_file_is_made_of(patchrules, data, tmp_path):
    target = tmp_path / "rhel9.parquet"
    options = ["--product", "RedhatEnterpriseLinux9*", "-o", target]
    shown = patchrules("catalog", "build", data / "catalogs/rhel9", *options, "--output-format", "json")
    assert shown.exit_code == 0
    found, built = json.loads(shown.stdout), pr.read_catalog(target)
    assert found["scope"] == {
        "family": "rhel",
        "arch": None,
        "repository": None,
        "products": ["RedhatEnterpriseLinux9*"],
    }
    assert (found["patches"], found["rejects"]) == (built.table.num_rows, 0)
    told = [(one["format"], one["rows"], one["sha256"]) for one in found["sources"]]
    assert told == [(one.format, one.rows, one.sha256) for one in built.sources[1:]]
    table = patchrules("catalog", "build", data / "catalogs/rhel9", *options).stdout
    assert table.startswith(
        f"{target}: catalog of rhel, products RedhatEnterpriseLinux9*: {built.table.num_rows} patches\n"
    )


def test_a_catalog_that_cannot_be_built_leaves_nothing(patchrules, tmp_path):
    (tmp_path / "notes.txt").write_text("nothing")
    result = patchrules("catalog", "build", tmp_path / "notes.txt", "-o", tmp_path / "out.parquet")
    assert (result.exit_code, [path.name for path in tmp_path.iterdir()]) == (2, ["notes.txt"])


def test_inspect_ends_with_1_where_something_is_refused(patchrules, data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    samples = data / "catalogs/samples"
    found = json.loads(patchrules("inspect", samples / "updateinfo.xml", "--output-format", "json").stdout)
    assert [(one["format"], one["rows"], one["rejects"]) for one in found["files"]] == [("updateinfo", 3, 2)]
    assert patchrules("inspect", samples / "updateinfo.xml").exit_code == 1
    (tmp_path / "web-1.rpmqa").write_text("bash-0:5.1.8-6.el9.x86_64\n")
    assert patchrules("inspect", tmp_path / "web-1.rpmqa").exit_code == 0
    (tmp_path / "wesng.csv").write_bytes((samples / "wesng.csv").read_bytes())
    several = patchrules("inspect", "web-1.rpmqa", "wesng.csv")
    assert [line.split()[1] for line in several.stdout.splitlines()[-2:]] == ["rpm_qa", "wesng"]
    for name, code in (("os-release", 0), ("packages.tsv", 1)):
        (tmp_path / "folder").mkdir(exist_ok=True)
        (tmp_path / "folder" / "web-1.rpmqa").write_text("bash-0:5.1.8-6.el9.x86_64\n")
        (tmp_path / "folder" / name).write_text("ID=rhel\n")
        assert patchrules("inspect", "folder").exit_code == code


def test_the_command_prints_the_script_of_the_system(patchrules):
    assert patchrules("collect", "--family", "debian").stdout.startswith("#!/bin/sh\n# Debian:")
    assert patchrules("collect", "--family", "windows").stdout.startswith("# Windows:")
    assert set(json.loads(patchrules("collect", "--family", "rhel", "--as", "osquery").stdout)["queries"]) == {
        "rpm_packages",
        "os_version",
        "uptime",
    }
    refused = patchrules("collect", "--family", "windows", "--as", "shell")
    assert (refused.exit_code, "the commands of Windows are for powershell, not for shell" in refused.stderr) == (
        2,
        True,
    )
