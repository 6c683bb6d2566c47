"""A packed fleet is opened by its own path; among other files, or file by file, it is refused by name."""

from __future__ import annotations

import json
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


def test_a_packed_fleet_whose_folder_of_rows_is_empty_is_refused(folder):
    """Others write a folder of rows; an interrupted copy leaves it empty."""
    in_a_folder(folder)[0].unlink()
    with pytest.raises(InventoryError) as raised:
        pr.open_fleet(folder / "fleet")
    said = f"`{folder}/fleet/installed`: the table cannot be read: the folder has no Parquet file [PR2103]"
    assert str(raised.value).splitlines()[0] == said


def test_the_names_of_its_files_alone_make_no_packed_fleet(tmp_path):
    pq.write_table(pa.table(PACKAGES), tmp_path / "packages.parquet")
    for read in (pr.open_fleet, pr.read_inventory):
        assert read(tmp_path, family="rhel").hosts["host"].to_pylist() == ["web-1", "web-2"]
    shutil.copy(tmp_path / "packages.parquet", tmp_path / "installed.parquet")
    with pytest.raises(InventoryError, match="PR2102"):
        pr.read_inventory(tmp_path, family="rhel")


PARTS = ["hosts.parquet", "packages.parquet", "installed.parquet", "rejects.parquet", "fleet.json"]


@pytest.fixture
def two(tmp_path):
    """Return two packed fleets with the same hosts, the same packages and nothing refused: their rows differ."""
    for name, second in (("one", "zsh"), ("two", "bash")):
        rows = {
            "host": ["a", "b", "b"],
            "name": ["bash", second, "zsh"],
            "arch": ["x86_64"] * 3,
            "evr": ["0:5.1-1"] * 3,
        }
        pr.pack_fleet(pa.table(rows), tmp_path / name, family="rhel", product="RedhatEnterpriseLinux9.3")
    return tmp_path


def ids(folder):
    """Return the ids in the files of a packed fleet."""
    told = [pq.read_metadata(folder / name).metadata[b"patchrules.fleet"].decode() for name in PARTS[:-1]]
    return [*told, json.loads((folder / "fleet.json").read_bytes())["id"]]


def without_ids(folder):
    """Write a packed fleet as it was written before its files had ids."""
    for name in PARTS[:-1]:
        rows = pq.read_table(folder / name)
        pq.write_table(rows.replace_schema_metadata(None), folder / name)
    said = json.loads((folder / "fleet.json").read_bytes())
    del said["id"]
    (folder / "fleet.json").write_text(json.dumps(said))


def refused(folder):
    """Return what is said of a packed fleet that is refused."""
    with pytest.raises(InventoryError) as raised:
        pr.open_fleet(folder)
    message, hint = str(raised.value).splitlines()
    assert hint == "  hint: pack the fleet again: pr.pack_fleet(...) or patchrules fleet pack"
    return message.replace(f"{folder}/", "")


def test_every_file_has_the_id_of_its_fleet(two):
    (one,), (other,) = set(ids(two / "one")), set(ids(two / "two"))
    assert one != other


@pytest.mark.parametrize("part", PARTS)
def test_a_file_of_another_packed_fleet_is_refused(two, part):
    (mine, *_), (theirs, *_) = ids(two / "one"), ids(two / "two")
    shutil.copy(two / "two" / part, two / "one" / part)
    named, found, wanted = ("hosts.parquet", mine, theirs) if part == "fleet.json" else (part, theirs, mine)
    assert refused(two / "one") == (
        f"`{named}` is of another packed fleet than `fleet.json`: its id is `{found}`, wanted `{wanted}` [PR2112]"
    )


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("older", ["one", "two"])
def test_a_file_that_was_packed_with_an_id_is_refused_among_files_without_one(two, part, older):
    without_ids(two / older)
    shutil.copy(two / "two" / part, two / "one" / part)
    assert "is of another packed fleet than `fleet.json`" in refused(two / "one")


@pytest.mark.parametrize("part", ["rejects.parquet", "fleet.json"])
def test_a_packed_fleet_without_one_of_its_files_is_refused(two, part):
    (two / "one" / part).unlink()
    assert refused(two / "one") == f"`{part}` is not there, which was packed with the others [PR2112]"


@pytest.mark.parametrize("part", PARTS[:3])
def test_a_packed_fleet_without_its_tables_is_no_inventory(two, part):
    (two / "one" / part).unlink()
    with pytest.raises(InventoryError, match="PR2101"):
        pr.open_fleet(two / "one")


def test_rows_of_another_fleet_among_its_own_are_refused(two):
    (two / "one/installed").mkdir()
    shutil.move(two / "one/installed.parquet", two / "one/installed/0.parquet")
    assert pr.open_fleet(two / "one").packages.num_rows == 3
    shutil.copy(two / "two/installed.parquet", two / "one/installed/1.parquet")
    assert "`installed/1.parquet` is of another packed fleet" in refused(two / "one")


@pytest.mark.parametrize("left", [PARTS, PARTS[:4], PARTS[:3]])
def test_a_star_without_ids_is_opened(two, left):
    """Others write none, and neither did we once; they have no ``fleet.json``, either."""
    before = pr.open_fleet(two / "one").packages
    without_ids(two / "one")
    for name in {*PARTS} - {*left}:
        (two / "one" / name).unlink()
    found = pr.open_fleet(two / "one")
    assert found.packages.equals(before)
    assert not found.hosts.schema.metadata


def test_the_id_stays_in_the_files_of_a_packed_fleet(two):
    found = pr.open_fleet(two / "one")
    assert not any(one.schema.metadata for one in (found.hosts, found.packages, found.rejects))


def test_an_id_of_fleet_json_alone_is_refused(two):
    without_ids(two / "one")
    shutil.copy(two / "two/fleet.json", two / "one/fleet.json")
    assert "`hosts.parquet` is of another packed fleet than `fleet.json`: its id is `None`" in refused(two / "one")


def test_which_files_were_read_is_part_of_the_id(two):
    """The same tables, from other files: which were read is told in ``fleet.json``."""
    for name in ("a", "b"):
        pq.write_table(pa.table(PACKAGES), two / f"{name}.parquet")
        pr.pack_fleet(two / f"{name}.parquet", two / name, family="rhel", product="RedhatEnterpriseLinux9.3")
    assert ids(two / "a") != ids(two / "b")


def test_a_fleet_packed_again_is_the_same_to_its_bytes(folder):
    before = {path.name: path.read_bytes() for path in (folder / "fleet").iterdir()}
    pr.pack_fleet(pa.table(PACKAGES), folder / "fleet", family="rhel", product="RedhatEnterpriseLinux9.3")
    assert {path.name: path.read_bytes() for path in (folder / "fleet").iterdir()} == before
