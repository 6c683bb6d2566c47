"""Blanks around a host's id are no part of it, and hosts that may be one are told (SEMANTICS 5.e)."""

from __future__ import annotations

import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import patchrules as pr
from patchrules.documents.hosts import load_hosts
from patchrules.inventory import read_inventory

IDS = ["h", "h ", "\th", "k"]
ROWS = {
    "host": IDS,
    "name": ["bash", "tar", "zlib1g", "bash"],
    "arch": ["amd64"] * 4,
    "evr": ["1-1"] * 4,
    "family": ["debian"] * 4,
    "product": ["Debian12"] * 4,
    "host_arch": ["amd64"] * 4,
}


def text_of(mark):
    return io.BytesIO("".join(mark.join(one) + "\n" for one in [ROWS, *zip(*ROWS.values(), strict=True)]).encode())


def parquet(folder, *slices, **options):
    for number, (start, length) in enumerate(slices):
        pq.write_table(pa.table(ROWS).slice(start, length), folder / f"{number}.parquet", **options)
    return folder


DOORS = {
    "csv": lambda _: text_of(","),
    "semicolons": lambda _: text_of(";"),
    "jsonl": lambda _: io.BytesIO("".join(json.dumps(one) + "\n" for one in pa.table(ROWS).to_pylist()).encode()),
    "table": lambda _: pa.table(ROWS),
    "dictionary": lambda _: pa.table(ROWS | {"host": pa.array(IDS).dictionary_encode()}),
    "parquet": lambda folder: parquet(folder, (0, 4)),
    "files": lambda folder: parquet(folder, (0, 1), (1, 1), (2, 2)),
    "files without bounds": lambda folder: parquet(folder, (0, 1), (1, 3), write_statistics=False),
    "row groups": lambda folder: parquet(folder, (0, 4), row_group_size=1),
}


def judged(fleet):
    return pr.evaluate_fleet(pr.Registry(()), fleet, [], as_of="2026-11-01T00:00Z")


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("door", DOORS)
def test_blanks_around_a_hosts_id_are_no_part_of_it(door, packed, tmp_path):
    (tmp_path / "rows").mkdir()
    source = DOORS[door](tmp_path / "rows")
    fleet = pr.pack_fleet(source, tmp_path / "star") if packed else pr.open_fleet(source)
    if packed or not door.startswith("files"):  # several files that share hosts are never read as one inventory
        found = sorted((row["host"], row["name"]) for row in fleet.packages.to_pylist())
        assert found == [("h", "bash"), ("h", "tar"), ("h", "zlib1g"), ("k", "bash")]
    run = judged(fleet)
    assert run.hosts["host"].to_pylist() == ["h", "k"]
    assert not run.rejects.num_rows


def test_other_doors_strip_the_id_too():
    osquery = {"name": "deb_packages", "action": "snapshot", "unixTime": 1}
    row = {"name": "bash", "version": "1-1", "arch": "amd64", "status": "install ok installed"}
    log = json.dumps(osquery | {"hostIdentifier": "h ", "snapshot": [row]}).encode()
    ssm = json.dumps({"resourceId": " h", "Name": "bash", "Version": "1-1", "PackageId": "bash_1.deb"}).encode()
    fact = [{"name": "bash", "version": "1-1", "arch": "amd64", "source": "apt"}]
    ansible = json.dumps({" h": {"ansible_facts": {"packages": {"bash": fact}}}}).encode()
    for content, name in ((log, "osquery_results"), (ssm, "ssm_inventory"), (ansible, "ansible_facts")):
        assert read_inventory(content, format=name).hosts["host"].to_pylist() == ["h"], name
    assert [one.host for one in load_hosts(b'host,family\n"h ",debian\n')] == ["h"]
    assert [one.host for one in load_hosts(b'hosts: {"h ": {family: debian}}')] == ["h"]


def fleet_of(*hosts):
    row = {"name": "bash", "arch": "amd64", "evr": "1-1", "family": "debian", "product": "Debian12"}
    return pa.Table.from_pylist([{"host": host, "host_arch": "amd64"} | row for host in hosts])


@pytest.mark.parametrize(
    ("hosts", "said", "count"),
    [
        (["web-1", "web-2"], None, 0),
        (["10", "10.0.0.1", "10.0.0.2"], None, 0),
        (["db.a.example", "db.b.example"], None, 0),
        (["web-2", "WEB-2"], "`WEB-2` = `web-2`", 1),
        (["WEB-2", "web-2.corp.example.com", "x"], "`WEB-2` = `web-2.corp.example.com`", 1),
        ([*"abcdABCD"], "`A` = `a`, `B` = `b`, `C` = `c` and 1 more", 4),
    ],
)
@pytest.mark.parametrize("way", ["flat", "memory", "packed"])
def test_hosts_that_may_be_one_are_told_once_a_run(hosts, said, count, way, tmp_path):
    rows = fleet_of(*hosts)
    fleet = {
        "flat": lambda: pr.open_fleet(rows),
        "memory": lambda: read_inventory(rows),
        "packed": lambda: pr.pack_fleet(rows, tmp_path / "star"),
    }[way]()
    run = judged(fleet)
    told = [one for one in run.diagnostics if one.code == "PR2234"]
    assert [(one.message, one.count) for one in told] == (
        [(f"hosts may be the same under several ids: {said}", count)] if said else []
    )
    assert run.hosts.num_rows == len(hosts)
