"""Inventories that real hosts printed: rows, rejects and doubts as they were counted and looked through once."""

from __future__ import annotations

import csv
import re

import pytest

from patchrules.inventory import read_inventory
from tests.realworld.inventories import files, line_of, recorded

pytestmark = pytest.mark.shared

RECORDED = recorded()


def test_every_file_that_could_be_an_inventory_is_in_the_table(shared):
    assert set(files(shared / "data")) <= RECORDED.keys()


@pytest.mark.parametrize("name", RECORDED)
def test_recorded(name, shared):
    if not (shared / "data" / name).is_file():
        pytest.skip("this desk has another selection of the shared data")
    assert line_of(shared / "data", name) == RECORDED[name]


def test_counts_are_those_of_the_manifest(shared):
    """MANIFEST.tsv counts stanzas and headers: those are our packages, keys, and what was refused."""
    with (shared / "data/MANIFEST.tsv").open(encoding="utf-8", newline="") as lines:
        counted = {row["path"]: row for row in csv.DictReader(lines, delimiter="\t")}
    compared = 0
    for name, line in RECORDED.items():
        _, form, rows, rejects, doubts = line.split("\t")
        row = counted.get(name)
        if row and row["kind"] in ("deb822", "sqlite") and form in ("dpkg_status", "rpm_database"):
            keys = sum(int(count) for count in re.findall(r"PR2201:(\d+)", doubts))
            # A stanza whose `Package` is empty is none to the manifest, and refused by us.
            assert int(rows) + int(rejects) + keys in (int(row["rows"]), int(row["rows"]) + 1), name
            compared += 1
    assert compared > 10


WANTED = ("debian-11-1.dpkg-query-show", "ubuntu-22-1.dpkg-query-show", "ubuntu-24-1.dpkg-query-show")
OSCONFIG_ARCHES = {"all": "all", "noarch": "all", "amd64": "x86_64", "i386": "x86_32"}
FIELDS = re.compile(r'Name:\s+"(.*)",\n\s+Arch:\s+"(.*)",\n\s+RawArch:.*\n\s+Version:\s+"(.*)",')


@pytest.mark.parametrize("name", [*WANTED, "sles-12-1.rpm-query-all"])
def test_we_read_what_osconfig_reads(name, shared):
    """Their tool renames architectures, keeps keys, and leaves out what is not installed, as we count it."""
    folder = shared / "data/inventory/osconfig"
    wanted = FIELDS.findall((folder / f"{name}.want").read_text(encoding="utf-8"))
    rows = read_inventory(folder / f"{name}.stdout").packages.to_pylist()
    ours = [
        (row["name"], OSCONFIG_ARCHES.get(row["arch"], row["arch"]), row["evr"])
        for row in rows
        if row["status"] in (None, "installed")
    ]
    assert len(ours) > 40
    assert sorted(ours) == sorted(row for row in wanted if row[0] != "gpg-pubkey")


def test_a_database_gives_what_rpm_prints_of_it(shared):
    for name in ("cbl-mariner-2.0", "rpm-tests"):
        path = shared / f"data/rpm/rpmdb/{name}.rpmdb.sqlite"
        printed = read_inventory(f"{path}.rpm-qa.tsv").packages
        columns = ["name", "arch", "evr", "installed_at"]
        ours = read_inventory(path).packages.select(columns).to_pylist()
        assert sorted(map(str, ours)) == sorted(map(str, printed.select(columns).to_pylist()))


DPKG = (
    "dpkg-status",
    "dpkg-query-full.tsv",
    "dpkg-query.csv",
    "dpkg-l.txt",
    "apt-list-installed.txt",
    "dpkg-query-W.txt",
)


def test_one_host_is_the_same_in_every_format(shared):
    read = {name: read_inventory(shared / "data/deb/host" / name, host="h").packages for name in DPKG}
    names = [sorted(zip(table["name"].to_pylist(), table["evr"].to_pylist(), strict=True)) for table in read.values()]
    assert all(one == names[0] for one in names)
    arches = [table["arch"].to_pylist() for name, table in read.items() if name != "dpkg-query-W.txt"]
    assert all(sorted(one) == sorted(arches[0]) for one in arches)


def test_a_debian_host_knows_its_product(shared):
    text = (shared / "data/deb/host/os-release").read_text()
    facts = type("Facts", (), {"host": "h", "os_release": text})
    inventory = read_inventory(shared / "data/deb/host/dpkg-status", host="h", hosts=[facts])
    assert inventory.hosts["product"].to_pylist() == ["Debian12"]
    assert inventory.hosts["arch"].to_pylist() == ["amd64"]


def test_every_systeminfo_names_the_system_and_its_build(shared):
    found = {}
    for path in sorted((shared / "data/windows/wesng-validation").glob("*systeminfo*.txt")):
        (host,) = read_inventory(path).hosts.to_pylist()
        found[path.name] = host
        assert host["family"] == "windows"
        assert re.fullmatch(r"\d+\.\d+\.\d+", host["os_build"])
        assert host["arch"] in ("x64", "x86")
    unknown = {name.partition("_")[0] for name, host in found.items() if host["product"] is None}
    assert unknown <= {"xp", "vista", "srv"}
    assert sum(host["product"] is not None for host in found.values()) >= 20
