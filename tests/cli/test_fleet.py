"""``patchrules fleet pack``, and ``evaluate`` on what it wrote."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

ROWS = {
    "host": ["a", "b", "a"],
    "name": ["bash", "bash", "zsh"],
    "arch": ["x86_64"] * 3,
    "evr": ["0:1-1", "0:1-1", "x y"],
}
WHOM = ("--family", "rhel", "--product", "RedhatEnterpriseLinux9.3")


@pytest.fixture
def inventory(tmp_path):
    pq.write_table(pa.table(ROWS), tmp_path / "fleet.parquet")
    return tmp_path / "fleet.parquet"


def test_pack_and_evaluate_give_what_the_file_gives(inventory, tmp_path, patchrules):
    packed = patchrules("fleet", "pack", "--inventory", str(inventory), *WHOM, "-o", str(tmp_path / "star"))
    assert packed.exit_code == 0
    assert "fleet of 2 hosts and 2 rows in 1 file" in packed.output
    assert "1 row of the inventory was refused" in packed.output
    policy = ("--baseline", "AWS-RedHatDefaultPatchBaseline", "--as-of", "2026-01-01T00:00Z", "--output-format", "json")
    found = [
        patchrules("evaluate", "--inventory", str(place), *policy, *WHOM) for place in (inventory, tmp_path / "star")
    ]
    assert [one.exit_code for one in found] == [1, 1]
    hosts = [json.loads(one.stdout)["hosts"] for one in found]
    assert hosts[0] == hosts[1]


def test_a_packed_fleet_in_a_given_folder_is_refused_by_its_path(inventory, tmp_path, patchrules):
    patchrules("fleet", "pack", "--inventory", str(inventory), *WHOM, "-o", str(tmp_path / "star"))
    result = patchrules("evaluate", "--inventory", str(tmp_path), *WHOM)
    assert result.exit_code == 2
    assert f"`{tmp_path / 'star'}` is a packed fleet, whose files are no inventories by themselves" in result.stderr


def test_one_host_of_a_packed_fleet_is_judged(inventory, tmp_path, patchrules):
    assert patchrules("fleet", "pack", "--inventory", inventory, *WHOM, "-o", tmp_path / "star").exit_code == 0
    policy = ("--baseline", "AWS-RedHatDefaultPatchBaseline", "--as-of", "2026-01-01T00:00Z", "--output-format", "json")
    found = [
        patchrules("evaluate", "--inventory", one, "--host", "b", *policy, *WHOM)
        for one in (inventory, tmp_path / "star")
    ]
    assert [one.exit_code for one in found] == [1, 1]
    told = [json.loads(one.stdout) for one in found]
    assert told[0]["patches"] == told[1]["patches"]
    assert told[1]["host"] == "b"


def test_a_fleet_does_not_go_to_standard_output(inventory, patchrules):
    result = patchrules("fleet", "pack", "--inventory", inventory, *WHOM, "-o", "-")
    assert (result.exit_code, "a fleet is a folder, which standard output is not" in result.stderr) == (2, True)


def test_one_host_is_packed_where_one_is_named(inventory, tmp_path, patchrules):
    given = ("--inventory", inventory, *WHOM, "--host", "a", "-o", tmp_path / "star")
    packed = patchrules("fleet", "pack", *given)
    assert (packed.exit_code, packed.stdout) == (0, f"{tmp_path / 'star'}: fleet of 1 hosts and 1 rows in 1 file\n")
    assert packed.stderr.count("1 row of the inventory was refused") == 1
    nobody = patchrules("fleet", "pack", "--inventory", inventory, *WHOM, "--host", "web-9", "-o", tmp_path / "other")
    assert (nobody.exit_code, "there is no host `web-9`" in nobody.stderr) == (2, True)


@pytest.mark.parametrize("more", ["", "  inventory: dumps/a.rpmqa\n"])
def test_a_packed_fleet_takes_no_facts(inventory, tmp_path, patchrules, more):
    assert patchrules("fleet", "pack", "--inventory", inventory, *WHOM, "-o", tmp_path / "star").exit_code == 0
    (tmp_path / "hosts.yaml").write_text("- host: a\n  product: RedhatEnterpriseLinux9.3\n" + more)
    (tmp_path / "dumps").mkdir()
    (tmp_path / "dumps/a.rpmqa").write_text("bash-5.1.8-6.el9.x86_64\n")
    asked = ("--hosts", tmp_path / "hosts.yaml", "--as-of", "2026-01-01T00:00Z")
    refused = patchrules("evaluate", "--inventory", tmp_path / "star", *asked)
    assert (refused.exit_code, refused.stderr.splitlines()) == (
        2,
        [
            f"error: `{tmp_path / 'star'}` is a packed fleet, which has the facts of its hosts already [PR2122]",
            "  hint: leave out --hosts (hosts=...), or pack the fleet again with other facts",
        ],
    )
