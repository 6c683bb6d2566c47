"""A name with its architecture behind it is read without; one that no package can have is refused (SEMANTICS 5.e)."""

from __future__ import annotations

import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import patchrules as pr
from patchrules.errors import InventoryError
from patchrules.inventory import read_inventory

DEB, RPM = ("debian", "Debian12", "amd64", "3.0.17-1"), ("rhel", "RedhatEnterpriseLinux9.3", "x86_64", "1:3.0.7-2.el9")
BARE = [
    # of the world, written name, stated architecture; read name and architecture
    (DEB, "openssl:amd64", "amd64", "openssl", "amd64"),
    (DEB, "openssl:amd64", None, "openssl", "amd64"),
    (DEB, "openssl:all", "all", "openssl", "all"),
    (DEB, "openssl:amd64", "x86_64", "openssl", "amd64"),
    (DEB, "openssl.amd64", "amd64", "openssl.amd64", "amd64"),
    (DEB, "r", "amd64", "r", "amd64"),
    (DEB, "libstdc++6", "amd64", "libstdc++6", "amd64"),
    (RPM, "openssl.x86_64", "x86_64", "openssl", "x86_64"),
    (RPM, "openssl.noarch", None, "openssl", "noarch"),
    (RPM, "SuSEfirewall2_x", "noarch", "SuSEfirewall2_x", "noarch"),
    (RPM, "java-1.8.0-openjdk", "x86_64", "java-1.8.0-openjdk", "x86_64"),
    (RPM, "kernel-3.0.7-1.el9", "x86_64", "kernel-3.0.7-1.el9", "x86_64"),
]
UNSEEN = ["openssl\u00a0", "open\u200bssl", "openssl\x00", "\x1b[1mopenssl\x1b[0m"]
REFUSED = [
    *[(DEB, name) for name in ("openssl/stable", "openssl=3.0.17", "OpenSSL", "openssl:i386", "+x", *UNSEEN)],
    *[(RPM, name) for name in ("openssl/stable", "openssl=3.0.17", "openssl.i686", "-x", "openssl(x86-64)", *UNSEEN)],
    (RPM, "openssl-3.0.7-2.el9"),
    (RPM, "openssl-3.0.7-2.el9.x86_64"),
    (RPM, "openssl-1:3.0.7-2.el9.x86_64"),
]
GOOD = ("bash", "zlib1g", "tar")


def rows(world, name, arch):
    family, product, machine, evr = world
    host = {"host": "web-1", "family": family, "product": product, "host_arch": machine}
    return pa.Table.from_pylist(
        [{"name": one, "arch": machine, "evr": evr, **host} for one in GOOD]
        + [{"name": name, "arch": arch, "evr": evr, **host}]
    )


def as_csv(found):
    lines = [found.column_names, *([value or "" for value in row.values()] for row in found.to_pylist())]
    return io.BytesIO("".join(",".join(line) + "\n" for line in lines).encode())


def as_jsonl(found):
    return io.BytesIO("".join(json.dumps(row) + "\n" for row in found.to_pylist()).encode())


WAYS = ["table", "parquet", "dictionary", "csv", "jsonl", "packed"]


def opened(way, found, folder):
    path = folder / "rows.parquet"
    if way == "dictionary":
        found = found.set_column(0, "name", found["name"].dictionary_encode())
    pq.write_table(found, path)
    return {
        "table": lambda: pr.open_fleet(found),
        "parquet": lambda: pr.open_fleet(path),
        "dictionary": lambda: pr.open_fleet(path),
        "csv": lambda: pr.open_fleet(as_csv(found)),
        "jsonl": lambda: pr.open_fleet(as_jsonl(found)),
        "packed": lambda: pr.pack_fleet(path, folder / "star"),
    }[way]()


def judged(fleet):
    return pr.evaluate_fleet(pr.Registry(()), fleet, [], as_of="2026-11-01T00:00Z")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("world", "written", "stated", "name", "arch"), BARE)
def test_an_architecture_behind_a_name_is_none_of_it(world, written, stated, name, arch, way, tmp_path):
    fleet = opened(way, rows(world, written, stated), tmp_path)
    read = {row["name"]: row["arch"] for row in fleet.packages.to_pylist()}
    assert (set(read), read[name]) == ({*GOOD, name}, arch)
    run = judged(fleet)
    told = [one.count for one in run.diagnostics if one.code == "PR2233"]
    assert told == [1] * (written != name)
    assert run.rejects.num_rows == 0


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("world", "name"), REFUSED)
def test_a_name_that_no_package_can_have_is_refused(world, name, way, tmp_path):
    fleet = opened(way, rows(world, name, world[2]), tmp_path)
    assert sorted(fleet.packages["name"].to_pylist()) == sorted(GOOD)
    run = judged(fleet)
    (row,) = run.rejects.to_pylist()
    assert (row["code"], row["host"]) == ("PR2004", "web-1")
    assert "is no" in row["message"]
    assert row["message"].isprintable()
    assert ("PR2004", 1) in run.hosts["doubts"].to_pylist()[0]


def test_a_refused_name_says_what_a_name_is():
    found = read_inventory(rows(DEB, "OpenSSL", "amd64")).rejects.to_pylist()
    assert [row["message"] for row in found] == ["`OpenSSL` is no dpkg name: wanted small letters, digits and `+.-`"]
    with pytest.raises(InventoryError, match="host `web-1`, package `OpenSSL`: `OpenSSL` is no dpkg name") as no:
        read_inventory(rows(DEB, "OpenSSL", "amd64"), on_bad_row="raise")
    assert no.value.code == "PR2004"


def test_a_host_most_of_whose_names_are_none_is_not_judged_by_the_others():
    table = rows(DEB, "OpenSSL", "amd64").slice(2)
    found = read_inventory(pa.concat_tables([table, rows(DEB, "A/B", "amd64").slice(3)]))
    assert found.packages.num_rows == 0
    assert [row["code"] for row in found.rejects.to_pylist()] == ["PR2004", "PR2004", "PR2131"]


def test_names_of_windows_and_macos_are_anything():
    for family in ("windows", "macos"):
        row = {"host": "web-1", "name": "Office 16 (x64)/en.x86_64", "arch": "x86_64", "evr": "16.0", "family": family}
        found = read_inventory(pa.Table.from_pylist([row]))
        assert found.packages["name"].to_pylist() == ["Office 16 (x64)/en.x86_64"]
        assert not found.rejects.num_rows


def test_hosts_of_several_worlds_have_names_of_their_own():
    names = {"a": (DEB, "openssl.amd64"), "b": (RPM, "openssl.x86_64"), "c": (DEB, "openssl:amd64")}
    found = [rows(world, name, world[2]).slice(3) for world, name in names.values()]
    hosts = [
        one.set_column(one.column_names.index("host"), "host", [[host]]) for host, one in zip(names, found, strict=True)
    ]
    read = read_inventory(pa.concat_tables(hosts)).packages.to_pylist()
    assert [(row["host"], row["name"]) for row in read] == [("a", "openssl.amd64"), ("b", "openssl"), ("c", "openssl")]


@pytest.mark.parametrize("name", ["openssl:amd64", "OpenSSL"])
def test_a_packed_fleet_that_has_such_a_name_is_refused(name, tmp_path):
    """Whoever wrote it: that of an older version has names as they were written."""
    pr.pack_fleet(rows(DEB, "openssl", "amd64"), tmp_path / "star")
    path = tmp_path / "star" / "packages.parquet"
    packages = pq.read_table(path)
    names = [name if one == "openssl" else one for one in packages["name"].to_pylist()]
    fresh = packages.set_column(packages.column_names.index("name"), "name", [names])
    pq.write_table(fresh.replace_schema_metadata(pq.read_metadata(path).metadata), path)
    with pytest.raises(InventoryError, match="whose name, version or architecture is none") as no:
        judged(pr.open_fleet(tmp_path / "star"))
    assert no.value.code == "PR2112"


def test_packages_are_identified_by_names_with_architectures():
    names = {"dpkg:amd64": "1.21.22", "base-files:amd64": "12.4+deb12u5"}
    row = {"host": "web-1", "name": list(names), "evr": list(names.values())}
    hosts = read_inventory(pa.table(row | {"host": ["web-1"] * 2}), family="debian").hosts.to_pylist()
    assert [(one["product"], one["arch"]) for one in hosts] == [("Debian12", "amd64")]
