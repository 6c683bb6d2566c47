"""Inventories that real hosts printed: rows, rejects and doubts as they were counted and looked through once."""

from __future__ import annotations

import pytest

from patchrules.inventory import read_inventory

pytestmark = pytest.mark.shared

RPMS = "rpm/insights-core/installed_rpms"
# file: rows, rejects, {code: count}. PR2206 (no product) is left out: no file of these states one.
RECORDED = {
    f"{RPMS}.ERROR_DB.txt": (1, 1, {}),
    f"{RPMS}.ORACLEASM_RPMS.txt": (4, 0, {}),
    f"{RPMS}.RPMS_DOCTEST_EXAMPLE.txt": (11, 0, {"PR2204": 11}),
    f"{RPMS}.RPMS_JSON.txt": (14, 0, {"PR2204": 14}),
    f"{RPMS}.RPMS_JSON_W_WARNING.txt": (14, 3, {"PR2204": 14}),
    f"{RPMS}.RPMS_MULTIPLE.txt": (2, 0, {}),
    f"{RPMS}.RPMS_MULTIPLE_KERNEL.txt": (4, 0, {}),
    f"{RPMS}.RPMS_PACKAGE.txt": (6, 0, {}),
    f"{RPMS}.RPMS_PACKAGE_WITH_GARBAGE.txt": (5, 1, {}),
    f"{RPMS}.RPMS_PACKAGE_WITH_UNICODE.txt": (6, 0, {}),
    "rpm/rpmdb/cbl-mariner-2.0.rpmdb.sqlite.rpm-qa.tsv": (129, 0, {}),
    "rpm/rpmdb/rpm-tests.rpmdb.sqlite.rpm-qa.tsv": (2, 0, {"PR2201": 1}),
    "inventory/osconfig/sles-12-1.rpm-query-all.stdout": (43, 0, {"PR2201": 1}),
    "inventory/osconfig/debian.dpkg-status": (2, 0, {}),
    "deb/host/dpkg-status": (757, 0, {}),
    "deb/ubuntu-focal-armhf/status": (221, 0, {}),
    "deb/claircore/postgresql.status": (3, 0, {}),
}


def test_every_file_of_installed_rpms_is_in_the_table(shared):
    found = {path.relative_to(shared / "data").as_posix() for path in (shared / "data").glob(f"{RPMS}.*")}
    assert found == {name for name in RECORDED if name.startswith(RPMS)}


@pytest.mark.parametrize("name", RECORDED)
def test_recorded(name, shared):
    inventory = read_inventory(shared / "data" / name)
    doubts = {one.code: one.count for one in inventory.diagnostics if one.code != "PR2206"}
    assert (inventory.packages.num_rows, inventory.rejects.num_rows, doubts) == RECORDED[name]


def test_a_debian_host_knows_its_product(shared):
    text = (shared / "data/deb/host/os-release").read_text()
    facts = type("Facts", (), {"host": "h", "os_release": text})
    inventory = read_inventory(shared / "data/deb/host/dpkg-status", host="h", hosts=[facts])
    assert inventory.hosts["product"].to_pylist() == ["Debian12"]
    assert inventory.hosts["arch"].to_pylist() == ["amd64"]


# What other commands print is not taken for a list of installed packages.
OTHERS = [
    "rpm/insights-core/yum_list_available.WRAPPED_LINE.txt",
    "rpm/insights-core/yumlog.OKAY2.txt",
    "rpm/insights-core/package_provides.PACKAGE_COMMAND.txt",
    "inventory/osconfig/rhel-7-1.yum-check-update.stdout",
    "inventory/osconfig/sles-15-1.zypper-list-updates.stdout",
    "deb/host/dpkg-l.txt",
    "deb/ubuntu-focal-armhf/dists_focal-security_main_binary-armhf_Packages",
]


@pytest.mark.parametrize("name", OTHERS)
def test_other_outputs_are_not_recognised(name, shared):
    with pytest.raises(ValueError, match=r"\[PR2101\]"):
        read_inventory(shared / "data" / name)
