"""What is said of a file before anything is judged by it."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import patchrules as pr
from patchrules.catalog import build_catalog
from patchrules.catalog import readers as catalog_readers
from patchrules.inventory import readers as inventory_readers


def notice(number, *, severity="Important", issued="2026-01-02", updated="", version="1", epoch="0"):
    dates = f'<issued date="{issued}"/>' * bool(issued) + f'<updated date="{updated}"/>' * bool(updated)
    package = f'<package name="bash" version="{version}" release="1.el9" arch="x86_64"' + f' epoch="{epoch}"' * bool(
        epoch
    )
    said = f"<severity>{severity}</severity>" * bool(severity)
    return f'<update type="security"><id>RHSA-{number}</id>{dates}{said}<pkglist><collection>{package}/></collection></pkglist></update>'


def feed(*notices):
    return f"<updates>{''.join(notices)}</updates>".encode()


FAULTS = [
    (notice(2, severity=""), "advisories without a severity"),
    (notice(2, issued=""), "advisories without a date"),
    (notice(2, updated="2025-12-31"), "advisories updated before they were issued"),
    (notice(2, severity="Grave"), "advisories with a severity that is not known"),
    (notice(1, version="2"), "advisories whose id was given before"),
    (notice(2, epoch=""), "versions without an epoch"),
]


@pytest.mark.parametrize(("faulty", "name"), FAULTS, ids=[name for _, name in FAULTS])
def test_each_fault_of_a_catalog_is_counted_alone(faulty, name):
    (found,) = pr.inspect(feed(notice(1), faulty), family="rhel")
    assert [(one.name, one.count, one.of) for one in found.measures if one.count] == [(name, 1, 2)]
    (good,) = pr.inspect(feed(notice(1), notice(3)), family="rhel")
    assert [one.name for one in good.measures if one.count] == []
    assert good.clean


def test_refused_rows_are_told_by_reason_with_the_first_line():
    bad = notice(2, version="1 0").replace("><", ">\n<")
    (found,) = pr.inspect(feed(notice(1), bad, notice(3, version="")), family="rhel")
    assert not found.clean
    assert (found.rows, found.rejects) == (1, 2)
    assert {(one.code, one.count) for one in found.refusals} == {("PR3002", 1), ("PR3003", 1)}


def test_the_report_of_one_file_is_a_paragraph(tmp_path):
    path = tmp_path / "updateinfo.xml.gz"
    path.write_bytes(gzip.compress(feed(notice(1, severity="Grave"))))
    (found,) = pr.inspect(path, family="rhel")
    assert str(found).replace(f"{tmp_path}/", "") == (
        "updateinfo.xml.gz: update notices of an rpm repository\n"
        "  1 advisories, 1 patches; not known as a severity: Grave\n"
        "  1 rows read, 0 refused\n"
        "  1 of 1 advisories with a severity that is not known (100.0 %)"
    )
    assert (found.compression, found.bytes, len(found.sha256 or "")) == ("gzip", path.stat().st_size, 64)


def test_a_table_is_told_by_its_columns():
    catalog, hosts = io.BytesIO(), io.BytesIO()
    build_catalog(catalog, feed(notice(1)), family="rhel")
    pq.write_table(pa.table({"host": ["a"], "name": ["bash"], "evr": ["5.1-1"], "family": ["rhel"]}), hosts)
    kinds = [(one.kind, one.format) for one in pr.inspect(catalog.getvalue(), hosts.getvalue())]
    assert kinds == [("catalog", "arrow_table"), ("inventory", "arrow_table")]


def test_what_is_named_and_unknown_is_a_fault_and_what_lies_beside_the_list_of_a_host_is_not(tmp_path):
    """A host's folder has something that says so; else a file is a host of its own, and refused when it is judged."""
    (tmp_path / "notes.txt").write_text("nothing to see\n")
    (tmp_path / "web-1.rpmqa").write_text("bash-5.1.8-6.el9.x86_64\n")
    (alone,) = pr.inspect(tmp_path / "notes.txt")
    assert str(alone.fault).startswith("the file is no inventory and no catalog that we know [PR3001]")
    notes, host = pr.inspect(tmp_path)
    assert (notes.kind, str(notes.fault), notes.clean, host.format) == (None, str(alone.fault), False, "rpm_qa")
    (tmp_path / "hostname").write_text("web-1\n")
    _, notes, host = pr.inspect(tmp_path)
    assert (notes.kind, notes.fault, notes.clean, host.format) == (None, None, True, "rpm_qa")


@pytest.mark.parametrize(
    ("name", "content", "code"), [("list.txt", b"bash\t??\nzsh\t??\n", "PR2108"), ("packages.tsv", b"", "PR3001")]
)
def test_a_list_in_a_folder_that_no_format_knows_is_a_fault(name, content, code, tmp_path):
    (tmp_path / "os-release").write_text("ID=rhel\n")
    (tmp_path / "web-1.rpmqa").write_text("bash-5.1.8-6.el9.x86_64\n")
    (tmp_path / name).write_bytes(content)
    faults = {Path(one.file).name: getattr(one.fault, "code", None) for one in pr.inspect(tmp_path)}
    assert faults == {"os-release": None, "web-1.rpmqa": None, name: code}


def test_a_folder_of_which_nothing_is_known_says_why(tmp_path):
    (tmp_path / "notes.txt").write_text("nothing to see\n")
    (tmp_path / "web-1.rpmqa").write_text("")
    (tmp_path / "web-2.rpmqa.gz").write_bytes(gzip.compress(b""))
    notes, empty, packed = pr.inspect(tmp_path)
    assert str(notes.fault).startswith("the file is no inventory and no catalog that we know [PR3001]")
    assert str(empty.fault) == f"the file is empty [PR3001]\n  at {tmp_path / 'web-1.rpmqa'}"
    assert str(packed.fault).startswith("the file is empty [PR3001]")


PACKAGES = {"host": ["a", "a"], "name": ["bash", "zsh"], "arch": ["x86_64"] * 2, "evr": ["0:5.1-1", "x y"]}


def test_a_packed_fleet_is_one_answer(tmp_path):
    pr.pack_fleet(pa.table(PACKAGES), tmp_path / "fleet", family="rhel", product="RedhatEnterpriseLinux9.3")
    (found,) = pr.inspect(tmp_path / "fleet")
    assert str(found).replace(f"{tmp_path}/", "").splitlines()[:3] == [
        "fleet: packed fleet",
        "  1 host, 1 package",
        "  1 rows read, 1 refused",
    ]
    assert (found.kind, found.format, found.refusals[0].code, found.clean) == (
        "inventory",
        "packed_fleet",
        "PR2002",
        False,
    )
    (tmp_path / "fleet" / "fleet.json").write_text("{")
    (damaged,) = pr.inspect(str(tmp_path / "fleet"))
    assert getattr(damaged.fault, "code", "") == "PR2112"


def test_a_saved_run_is_one_answer(tmp_path):
    policy, fleet = pr.predefined("AWS-RedHatDefaultPatchBaseline"), pr.open_fleet(pa.table(PACKAGES), family="rhel")
    run = pr.evaluate_fleet(policy, fleet, [], as_of="2026-01-01T00:00Z", output=tmp_path / "run")
    (found,) = pr.inspect(tmp_path / "run")
    assert str(found) == f"{tmp_path / 'run'}: saved run\n  {run}"
    assert (found.kind, found.clean) == ("run", True)


def test_a_damaged_file_is_a_finding_and_an_absent_one_an_error(tmp_path):
    path = tmp_path / "cut.xml.gz"
    path.write_bytes(gzip.compress(feed(notice(1)) * 50)[:-20])
    (found,) = pr.inspect(path)
    assert getattr(found.fault, "code", "") == "PR2902"
    with pytest.raises(pr.PatchRulesError, match="there is no such file"):
        pr.inspect(tmp_path / "absent.xml")


def test_a_file_that_is_cut_off_is_told_by_how_it_begins(tmp_path):
    path = tmp_path / "updateinfo.xml"
    path.write_bytes(feed(notice(1)).replace(b"<pkglist>", b"\n<pkglist>")[:-20])
    (found,) = pr.inspect(path)
    assert (found.kind, found.format, found.rows, found.clean) == ("catalog", "updateinfo", 0, False)
    assert str(found).splitlines() == [
        f"{path}: update notices of an rpm repository",
        "  the XML is not well-formed: unclosed token [PR3901]",
        f"    at {path}:2:109",
    ]
    path.write_bytes(b"bash-5.1.8-6.el9.x86_64\n<broken")
    (found,) = pr.inspect(path)
    assert (found.kind, found.format, getattr(found.fault, "code", "")) == ("inventory", "rpm_qa", "PR2116")


def test_of_a_file_whose_bytes_cannot_be_read_nobody_says_that_it_is_no_inventory(tmp_path):
    path = tmp_path / "cut.xml.gz"
    path.write_bytes(gzip.compress(feed(notice(1)))[:40])
    (found,) = pr.inspect(path)
    assert (found.kind, str(found).splitlines()[0]) == (None, f"{path}: cannot be read")


@pytest.mark.parametrize("shelf", ["inventories", "catalogs"])
def test_every_sample_is_known_by_its_own_format(shelf, data):
    known = {"inventories": inventory_readers, "catalogs": catalog_readers}[shelf]()
    for path in sorted((data / shelf / "samples").glob("*.*")):
        name = path.name.partition(".")[0]
        if name in known:
            (found,) = pr.inspect(path)
            assert (found.format, found.kind) == (name, {"inventories": "inventory", "catalogs": "catalog"}[shelf])


def test_kev_and_epss_are_enrichment():
    scores = b"#score_date:2024-02-13T00:00:00+0000\ncve,epss,percentile\nCVE-2024-9000,0.5,0.9\n"
    (found,) = pr.inspect(scores)
    assert (found.kind, found.format, found.about, found.rows) == (
        "enrichment",
        "epss",
        "epss of 2024-02-13: 1 CVEs",
        1,
    )
