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
