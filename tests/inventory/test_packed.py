"""A packed fleet is opened by its own path; among other files, or file by file, it is refused by name."""

from __future__ import annotations

import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import patchrules as pr
from patchrules.errors import InventoryError

PACKAGES = {"host": ["web-1", "web-2"], "name": ["bash"] * 2, "arch": ["x86_64"] * 2, "evr": ["0:5.1.8-6.el9"] * 2}


@pytest.fixture
def folder(tmp_path):
    """Return a folder with a packed fleet and a list of one more host."""
    pr.pack_fleet(pa.table(PACKAGES), tmp_path / "fleet", family="rhel", product="RedhatEnterpriseLinux9.3")
    (tmp_path / "db-1.rpmqa").write_text("bash-5.1.8-6.el9.x86_64\n")
    return tmp_path


def in_a_folder(folder):
    (folder / "fleet/installed").mkdir()
    (folder / "fleet/installed.parquet").rename(folder / "fleet/installed/0.parquet")
    return [folder / "fleet/installed/0.parquet"]


def tables_only(folder):
    """Leave what others write who know nothing of fleet.json."""
    (folder / "db-1.rpmqa").unlink()
    (folder / "fleet/fleet.json").unlink()
    return folder


@pytest.mark.parametrize("read", [pr.open_fleet, pr.read_inventory])
@pytest.mark.parametrize(
    "given",
    [
        lambda folder: folder,
        lambda folder: str(folder / "*"),
        lambda folder: str(folder / "**"),
        lambda folder: str(folder / "fleet/*.parquet"),
        lambda folder: [folder / "fleet", folder / "db-1.rpmqa"],
        lambda folder: [folder / "db-1.rpmqa", folder / "fleet/packages.parquet"],
        lambda folder: folder / "fleet/installed.parquet",
        in_a_folder,
        tables_only,
    ],
)
def test_a_packed_fleet_is_no_file_among_others(folder, read, given):
    with pytest.raises(InventoryError) as raised:
        read(given(folder))
    path = folder / "fleet"
    assert str(raised.value) == (
        f"`{path}` is a packed fleet, whose files are no inventories by themselves [PR2124]\n"
        f"  hint: give the folder alone, by its own path: --inventory {path} or pr.open_fleet('{path}')"
    )


def test_a_packed_fleet_is_opened_by_its_own_path(folder):
    assert pr.open_fleet(folder / "fleet").hosts["host"].to_pylist() == ["web-1", "web-2"]
    with pytest.raises(InventoryError, match="PR2124"):
        pr.read_inventory(folder / "fleet")


def test_the_names_of_its_files_alone_make_no_packed_fleet(tmp_path):
    pq.write_table(pa.table(PACKAGES), tmp_path / "packages.parquet")
    for read in (pr.open_fleet, pr.read_inventory):
        assert read(tmp_path, family="rhel").hosts["host"].to_pylist() == ["web-1", "web-2"]
    shutil.copy(tmp_path / "packages.parquet", tmp_path / "installed.parquet")
    with pytest.raises(InventoryError, match="PR2102"):
        pr.read_inventory(tmp_path, family="rhel")
