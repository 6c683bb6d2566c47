"""Enabled modules are read as name and stream, in whatever way they are written (SEMANTICS 2.2.7, 5.e)."""

from __future__ import annotations

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import patchrules as pr
from patchrules.errors import InventoryError

AS_OF = "2026-11-01T00:00Z"
NOTICE = b"""<updates><update type="security"><id>RHSA-1</id><issued date="2026-01-01"/><pkglist><collection>
    <module name="perl" stream="5.26"/>
    <package name="perl" epoch="4" version="5.26.3" release="3.module_el8" arch="x86_64"/>
    </collection></pkglist></update></updates>"""
BASELINE = b"""{"Name": "all", "OperatingSystem": "REDHAT_ENTERPRISE_LINUX", "ApprovalRules": {"PatchRules": [{
    "PatchFilterGroup": {"PatchFilters": [{"Key": "PRODUCT", "Values": ["*"]}]}, "ApproveAfterDays": 0}]}}"""
HOST = {"family": "rhel", "product": "RedhatEnterpriseLinux8.9", "host_arch": "x86_64"}
PERL = {"host": "h", "name": "perl", "arch": "x86_64", "evr": "4:5.26.3-2.module_el8"}
CASES = [
    # as written, as read, status
    (["perl:5.26"], ["perl:5.26"], "NON_COMPLIANT"),
    ([" perl:5.26 ", "nodejs:18"], ["perl:5.26", "nodejs:18"], "NON_COMPLIANT"),
    (["perl:5.26:8030020:ab12:x86_64"], ["perl:5.26"], "NON_COMPLIANT"),
    (["perl:5.26/common"], ["perl:5.26"], "NON_COMPLIANT"),
    (["perl"], None, "NON_COMPLIANT"),
    (["nodejs:18", "perl:"], None, "NON_COMPLIANT"),
    (["perl:5.30"], ["perl:5.30"], "COMPLIANT"),
    ([], [], "COMPLIANT"),
    (None, None, "NON_COMPLIANT"),
]


def table(modules):
    rows = pa.Table.from_pylist([PERL | HOST])
    return rows.append_column("enabled_modules", pa.array([modules], pa.list_(pa.string())))


def csv(modules):
    row = PERL | HOST | {"enabled_modules": ";".join(modules or ())}
    return f"{','.join(row)}\n{','.join(row.values())}\n".encode()


def json_lines(modules):
    return json.dumps(PERL | HOST | {"enabled_modules": modules}).encode()


@pytest.mark.parametrize("way", [table, csv, json_lines])
@pytest.mark.parametrize(("written", "read", "status"), CASES)
def test_a_stream_is_known_however_it_is_written(way, written, read, status, tmp_path):
    if way is csv and written == []:
        return  # an empty cell states nothing
    inventory = pr.read_inventory(way(written))
    assert inventory.hosts["enabled_modules"].to_pylist() == [read]
    assert any(one.code == "PR2240" for one in inventory.diagnostics) == (bool(written) and read is None)
    catalog = pr.read_catalog(NOTICE, products=["RedhatEnterpriseLinux8*"])
    assert pr.evaluate(pr.load_baseline(BASELINE), inventory, catalog, as_of=AS_OF).status == status
    for fleet in (pr.open_fleet(table(written)), pr.pack_fleet(table(written), tmp_path / "star")):
        run = pr.evaluate_fleet(pr.load_baseline(BASELINE), fleet, catalog, as_of=AS_OF)
        assert [row["status"] for row in run.summary().to_pylist()] == [status]


def test_a_star_of_others_that_says_no_stream_is_refused(tmp_path):
    hosts = {"host": ["h"], "family": ["rhel"], "product": [HOST["product"]], "arch": ["x86_64"]}
    tables = {
        "hosts": hosts | {"enabled_modules": pa.array([["perl"]], pa.list_(pa.string()))},
        "packages": {name: [PERL[name]] for name in ("name", "arch", "evr")},
        "installed": {name: pa.array([0], pa.int32()) for name in ("host", "package")},
    }
    for name, one in tables.items():
        pq.write_table(pa.table(one), tmp_path / f"{name}.parquet")
    catalog = pr.read_catalog(NOTICE, products=["RedhatEnterpriseLinux8*"])
    with pytest.raises(InventoryError, match="has enabled modules that are no name:stream"):
        pr.evaluate_fleet(pr.load_baseline(BASELINE), pr.open_fleet(tmp_path), catalog, as_of=AS_OF)
