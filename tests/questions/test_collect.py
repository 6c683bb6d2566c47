"""The commands that make the files: each script is one a shell takes, and what it writes is read back whole."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest

import patchrules as pr
from patchrules.families import families, family_named
from patchrules.families._collect import COMMANDS, QUERIES
from patchrules.questions.collect import collect, own_form

CHANGES = re.compile(r"\b(install|remove|upgrade|autoremove|erase|rm|mv|Remove-Item|Install-\w+|Set-\w+)\b(?![-/])")


@pytest.mark.parametrize("name", families())
def test_every_family_has_commands_and_queries(name):
    family = family_named(name)
    assert {family.documented.manager} <= COMMANDS.keys() & QUERIES.keys()
    places = {one.file for one in COMMANDS[family.documented.manager]}
    assert {"hostname", "host.csv", None} <= places


@pytest.mark.parametrize("name", [name for name in families() if own_form(family_named(name)) == "shell"])
def test_a_shell_takes_the_script(name):
    script = collect(family_named(name), "shell")
    subprocess.run(["sh", "-n"], input=script, text=True, check=True)
    assert not [line for line in script.splitlines() if not line.startswith("#") and CHANGES.search(line)]


def test_what_debian_prints_is_read_back_whole(tmp_path):
    if not shutil.which("dpkg-query"):
        pytest.skip("needs dpkg-query, which only a deb system has")
    script = collect(family_named("debian"), "shell")
    subprocess.run(["sh"], input=script, text=True, check=True, cwd=tmp_path)
    told = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${Version}\n"], text=True, capture_output=True, check=True
    )
    facts = pr.load_hosts(str(tmp_path / "collected/hosts/*.csv"))
    found = pr.read_inventory(tmp_path / "collected/fleet", hosts=facts)
    (host,) = found.hosts.to_pylist()
    assert host["product"] is not None
    assert host["captured_at"] > host["boot_time"]
    columns = found.packages.to_pylist()
    installed = {f"{row['name']} {row['evr']}" for row in columns}
    assert installed >= set(told.stdout.splitlines()) - {
        line for line in told.stdout.splitlines() if line.endswith(" ")
    }
    for column in ("arch", "status", "priority", "installed_at"):
        assert all(row[column] is not None for row in columns), column
    assert (found.rejects.num_rows, [one.code for one in found.diagnostics if one.level == "warning"]) == (0, [])


def test_the_catalog_of_an_apt_host_is_read(tmp_path):
    if not shutil.which("apt-get"):
        pytest.skip("needs apt, which only a deb system has")
    subprocess.run(["sh"], input=collect(family_named("debian"), "shell"), text=True, check=True, cwd=tmp_path)
    files = {path.name.rpartition("_")[2] for path in (tmp_path / "collected/catalog").iterdir()}
    if "Packages" not in files:
        pytest.skip("apt has fetched no package lists on this machine")
    assert pr.read_catalog(tmp_path / "collected/catalog").table.num_rows > 1000


ROWS = {
    "rpm_packages": {
        "name": "bash",
        "epoch": "0",
        "version": "5.1.8",
        "release": "6.el9",
        "arch": "x86_64",
        "install_time": "1700000000",
    },
    "deb_packages": {
        "name": "bash",
        "version": "5.2-1",
        "arch": "amd64",
        "status": "install ok installed",
        "priority": "required",
        "section": "shells",
    },
    "patches": {"hotfix_id": "KB5030000", "installed_on": "9/12/2023"},
}


@pytest.mark.parametrize(("manager", "table"), [("dnf", "rpm_packages"), ("apt", "deb_packages"), ("wua", "patches")])
def test_the_columns_that_osquery_is_asked_for_are_those_the_reader_knows(manager, table):
    query = QUERIES[manager][table]
    assert [name.strip() for name in query.removeprefix("SELECT ").partition(" FROM")[0].split(",")] == list(
        ROWS[table]
    )
    line = {
        "name": f"pack_patchrules_{table}",
        "hostIdentifier": "web-1",
        "unixTime": 1700000000,
        "action": "snapshot",
        "snapshot": [ROWS[table]],
    }
    found = pr.read_inventory(json.dumps(line).encode() + b"\n")
    assert [(row["host"], row["name"]) for row in found.packages.to_pylist()] == [
        ("web-1", ROWS[table].get("name", "KB5030000"))
    ]


@pytest.mark.parametrize(
    ("family", "listed", "warned"),
    [
        ("debian", "x_dists_bookworm_main_binary-amd64_Packages", True),
        ("debian", "security.debian.org_dists_bookworm-security_main_binary-amd64_Packages", False),
        ("ubuntu", "x_dists_jammy-security_main_binary-amd64_Packages.xz", False),
        ("ubuntu", "x_dists_jammy-security_InRelease", True),
        ("raspbian", "x_dists_bookworm_main_binary-armhf_Packages", False),
    ],
)
def test_a_host_without_the_list_of_a_security_archive_is_warned_of(tmp_path, family, listed, warned):
    (tmp_path / listed).touch()
    [check] = [one.text for one in COMMANDS["apt"] if "warning" in one.text]
    assert check in collect(family_named(family), "shell")
    ran = subprocess.run(["sh", "-euc", check], env={"PATH": "/usr/bin:/bin", "FAMILY": family, "CATALOG": str(tmp_path)}, capture_output=True, text=True, check=True)  # fmt: skip
    assert ran.stderr.startswith("warning: apt has no list of a security archive") == warned
