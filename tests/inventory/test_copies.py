"""Copies that editors leave beside an inventory are not read, and that is told (SEMANTICS 5.16)."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from patchrules.evaluation.fleet import open_fleet
from patchrules.inventory import read_inventory
from patchrules.model.host import Inventory

NOW = "bash-5.1.8-6.el9.x86_64\n"
OLD = "bash-5.1.8-5.el9.x86_64\n"
COPIES = ["{}~", "{}.bak", "{}.orig", "{}.swp", "#{}#"]


def check(found, copy, host):
    assert found.hosts["host"].to_pylist() == [host]
    assert found.packages["evr"].to_pylist() == ["5.1.8-6.el9"]
    assert [str(copy) in str(one.where) for one in found.diagnostics if one.code == "PR2209"] == [True]


@pytest.mark.parametrize("shape", COPIES)
@pytest.mark.parametrize("source", ["", "*"])
def test_a_copy_in_a_folder_of_hosts_is_no_host(shape, source, tmp_path):
    copy = tmp_path / shape.format("web-1.rpmqa")
    (tmp_path / "web-1.rpmqa").write_text(NOW)
    copy.write_text(OLD)
    check(read_inventory(tmp_path / source, family="rhel"), copy, "web-1")


@pytest.mark.parametrize("shape", COPIES)
@pytest.mark.parametrize("beside", ["hostname", ""])
def test_a_copy_in_the_folder_of_a_host_is_no_list_of_it(shape, beside, tmp_path):
    folder = tmp_path / "web-1"
    folder.mkdir()
    if beside:
        (folder / beside).write_text("web-1\n")
    copy = folder / shape.format("packages.rpmqa")
    (folder / "packages.rpmqa").write_text(NOW)
    copy.write_text(OLD)
    check(read_inventory(tmp_path, family="rhel"), copy, "web-1")


@pytest.mark.parametrize("shape", COPIES)
def test_what_is_a_copy_of_nothing_is_read(shape, tmp_path):
    (tmp_path / shape.format("web-1.rpmqa")).write_text(NOW)
    (tmp_path / "web-2.rpmqa").write_text(NOW)
    assert read_inventory(tmp_path, family="rhel").hosts.num_rows == 2


def test_a_host_that_is_called_old_is_a_host(tmp_path):
    for name in ("web-1", "web-1-old"):
        (tmp_path / name).write_text(NOW)
    assert read_inventory(tmp_path, family="rhel").hosts["host"].to_pylist() == ["web-1", "web-1-old"]


@pytest.mark.parametrize("source", ["", "*"])
def test_a_copy_of_a_table_is_no_part_of_the_fleet(source, tmp_path):
    for name, evr in (("fleet.parquet", "5.1.8-6.el9"), ("fleet.parquet.bak", "5.1.8-5.el9")):
        rows = {"host": ["web-1"], "name": ["bash"], "arch": ["x86_64"], "evr": [evr]}
        pq.write_table(pa.table(rows), tmp_path / name)
    fleet = open_fleet(tmp_path / source, family="rhel")
    assert isinstance(fleet, Inventory), "streamed, all files are parts"
    check(fleet, tmp_path / "fleet.parquet.bak", "web-1")
