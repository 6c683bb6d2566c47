"""An architecture that no system of the host's family has is not stated (SEMANTICS 5.b, 5.e, 5.16)."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import patchrules as pr
from patchrules.errors import InventoryError
from patchrules.inventory import read_inventory
from tests.conftest import ROOT

AS_OF = "2026-11-01T00:00Z"
PRODUCT = "RedhatEnterpriseLinux9.3"
BASELINE = b"""{"Name": "all", "OperatingSystem": "REDHAT_ENTERPRISE_LINUX", "ApprovalRules": {"PatchRules": [{
    "PatchFilterGroup": {"PatchFilters": [{"Key": "PRODUCT", "Values": ["*"]}]},
    "ApproveAfterDays": 0, "EnableNonSecurity": true}]}}"""
CASES = [
    # of the package, of the host; what is read of both, and the status
    ("x86_64", "x86_64", "x86_64", "x86_64", "NON_COMPLIANT"),
    ("amd64", None, None, None, "UNKNOWN"),
    ("X86_64", "X86_64", None, None, "UNKNOWN"),
    ("x64", "x64", None, None, "UNKNOWN"),
    ("amd64", "x86_64", None, "x86_64", "NON_COMPLIANT"),
    ("x86_64", "amd64", "x86_64", "x86_64", "NON_COMPLIANT"),
]
CASE = pytest.mark.parametrize(("package", "machine", "read", "own", "status"), CASES)


@pytest.fixture(scope="module")
def catalog():
    return pr.read_catalog(ROOT / "data/catalogs/samples/updateinfo.xml", family="rhel")


def packages(package, machine):
    row = {"host": "web-1", "name": "openssl", "arch": package, "evr": "1:1.0-1.el9", "family": "rhel"}
    rows = pa.Table.from_pylist([row | {"product": PRODUCT, "host_arch": machine}])
    text = pa.array([machine], pa.string())
    return rows.set_column(rows.column_names.index("host_arch"), "host_arch", text)


def as_csv(rows):
    row = {name: value or "" for name, value in rows.to_pylist()[0].items()}
    return f"{','.join(row)}\n{','.join(row.values())}\n".encode()


@CASE
def test_one_host_counts_it_as_not_stated(catalog, package, machine, read, own, status):
    openssl = {"name": "openssl", "arch": package, "evr": "1:1.0-1.el9"}
    host = pr.host("web-1", product=PRODUCT, arch=machine, packages=[openssl])
    assert (host.packages[0].arch, host.arch) == (read, own)
    report = pr.evaluate(pr.load_baseline(BASELINE), host, catalog, as_of=AS_OF)
    assert report.status == status
    assert [str(one) for one in report.unknown] == (["NO_ARCHITECTURE"] if status == "UNKNOWN" else [])


@CASE
@pytest.mark.parametrize("way", ["table", "parquet", "csv", "packed"])
def test_a_fleet_counts_it_as_not_stated(catalog, package, machine, read, own, status, way, tmp_path):
    rows, path = packages(package, machine), tmp_path / "rows.parquet"
    pq.write_table(rows, path)
    fleet = {
        "table": lambda: pr.open_fleet(rows),
        "parquet": lambda: pr.open_fleet(path),
        "csv": lambda: pr.open_fleet(io.BytesIO(as_csv(rows))),
        "packed": lambda: pr.pack_fleet(rows, tmp_path / "star"),
    }[way]()
    run = pr.evaluate_fleet(pr.load_baseline(BASELINE), fleet, catalog, as_of=AS_OF)
    (host,) = run.summary().to_pylist()
    assert (host["arch"], host["status"]) == (own, status)
    assert (read, own) == (fleet.packages["arch"][0].as_py(), fleet.hosts["arch"][0].as_py())
    assert any(one.code == "PR2231" for one in run.diagnostics) == ((read, own) != (package, machine))


def test_each_packaging_world_has_its_own():
    rows = [
        {"host": "a", "name": "bash", "arch": "x86_64", "evr": "5-1", "family": "rhel"},
        {"host": "a", "name": "zlib", "arch": "amd64", "evr": "5-1", "family": "rhel"},
        {"host": "b", "name": "bash", "arch": "x86_64", "evr": "5-1", "family": "debian"},
        {"host": "b", "name": "dpkg", "arch": "amd64", "evr": "5-1", "family": "debian"},
        {"host": "c", "name": "dpkg", "arch": "x86_64", "evr": "5-1", "family": "debian"},
        {"host": "d", "name": "bash", "arch": "whatever", "evr": "5-1", "family": None},
        {"host": "e", "name": "KB5034441", "arch": "x64", "evr": "0", "family": "windows"},
    ]
    found = read_inventory(pa.Table.from_pylist(rows))
    assert found.packages["arch"].to_pylist() == ["x86_64", None, None, "amd64", None, "whatever", "x64"]
    assert found.hosts["arch"].to_pylist() == ["x86_64", "amd64", None, "whatever", "x64"]
    assert [(one.code, one.count) for one in found.diagnostics if one.code == "PR2231"] == [("PR2231", 3)]


def test_lists_go_through_the_same_door():
    text = b'{"name":"bash","version":"5","release":"6","arch":"amd64"}\n' * 2
    found = read_inventory(text, family="rhel", arch="amd64")
    assert (found.packages["arch"].null_count, found.hosts["arch"].to_pylist()) == (2, [None])


@pytest.mark.parametrize(("package", "machine"), [("amd64", "x86_64"), ("x86_64", "amd64")])
def test_a_star_of_others_that_says_so_is_refused(catalog, tmp_path, package, machine):
    hosts = {"host": ["a"], "family": ["rhel"], "product": [PRODUCT], "arch": [machine]}
    tables = {"hosts": hosts, "packages": {"name": ["a", "b"], "arch": [package, None], "evr": ["1-1", "1-1"]}}
    tables["installed"] = {
        name: pa.array(values, pa.int32()) for name, values in (("host", [0, 0]), ("package", [0, 1]))
    }
    for name, one in tables.items():
        pq.write_table(pa.table(one), tmp_path / f"{name}.parquet")
    with pytest.raises(
        InventoryError, match="has a package whose name, version or architecture is none of its host's"
    ) as no:
        pr.evaluate_fleet(pr.load_baseline(BASELINE), pr.open_fleet(tmp_path), catalog, as_of=AS_OF)
    assert no.value.code == "PR2112"


WINDOWS = "WindowsServer2019"
OF_WINDOWS = [
    ("x64", "x64"),
    ("AMD64", "x64"),
    ("X64", "x64"),
    ("64-bit", "x64"),
    ("x86_64", "x64"),
    ("X86_64", "x64"),
    ("32-bit", "x86"),
    ("ARM64", "arm64"),
    ("Itanium", "ia64"),
    ("sparc", None),
]


@pytest.mark.parametrize("way", ["facts", "table", "packed"])
@pytest.mark.parametrize(("said", "read"), OF_WINDOWS)
def test_windows_has_one_word_for_each_architecture(said, read, way, tmp_path):
    row = {"name": "KB5034441", "arch": "", "evr": "0"}
    if way == "facts":
        found = pr.host("w", product=WINDOWS, arch=said, packages=[row]).arch
    else:
        stated = {"host": "w", "family": "windows", "product": WINDOWS, "host_arch": said}
        rows = pa.Table.from_pylist([row | stated])
        fleet = pr.pack_fleet(rows, tmp_path / "star") if way == "packed" else read_inventory(rows)
        found = fleet.hosts["arch"][0].as_py()
        assert any(one.code == "PR2231" for one in fleet.diagnostics) == (read is None)
    assert found == read


@pytest.mark.parametrize(("said", "read"), OF_WINDOWS)
def test_updates_for_a_windows_host_are_found_however_its_architecture_is_spelled(said, read):
    catalog = pr.read_catalog(ROOT / "data/catalogs/samples/wesng.csv")
    baseline = pr.load_baseline(
        b'{"Name": "all", "OperatingSystem": "WINDOWS", "ApprovalRules": {"PatchRules": [{'
        b'"PatchFilterGroup": {"PatchFilters": []}, "ApproveAfterDays": 0}]}}'
    )
    host = pr.host("w", product=WINDOWS, arch=said, packages=[{"name": "KB4000000", "evr": "0"}])
    missing = {one.name for one in pr.evaluate(baseline, host, catalog, as_of=AS_OF).verdicts if one.state == "MISSING"}
    assert bool(missing) == (read in ("x64", None))
