"""Catalogs as vendors publish them: rows, rejects and doubts, recorded once and checked against MANIFEST.tsv."""

from __future__ import annotations

import csv
import re

import pyarrow.compute as pc
import pytest

from patchrules.catalog import read_catalog
from patchrules.errors import CatalogError
from tests.realworld.catalogs import files, line_of, recorded

pytestmark = pytest.mark.shared

RECORDED = recorded()

LISTED = {"PR3203", "PR3219"}
SUSE = "rpm/libzypp/data__11.0-update__"
LIST, DATA = "rpm/vuln-list-update/", "rpm/vuls-data-update/"
FEEDS = {  # file: rows, doubts
    "rpm/updateinfo/centos5-6-7-cefs-2016.updateinfo.xml": (6613, {"PR3201": 6613, "PR3209": 815}),
    f"{SUSE}updateinfo.xml.gz": (2287, {"PR3202": 164, "PR3208": 32}),
    f"{SUSE}primary.xml.gz": (2266, {"PR3209": 164}),
    "rpm/libzypp/data__OBS_zypp_svn-11.1__primary.xml.gz": (30, {"PR3209": 12}),
    "rpm/libzypp/data__obs_virtualbox_11_1__primary.xml.gz": (68, {"PR3209": 10}),
    "rpm/libzypp/repo__yum__data__10.2-updates-subset__primary.xml.gz": (19, {"PR3209": 3}),
    f"{LIST}amazon__updateinfo_2_items.xml.gz": (22, {}),
    f"{LIST}amazon__updateinfo_AL2022.xml.gz": (32, {}),
    f"{LIST}rocky__happy__updateinfo.xml": (7, {"PR3206": 3}),
    f"{DATA}amazon__updateinfo_2022.xml.gz": (2, {}),
    f"{DATA}amazon__updateinfo_2023.xml.gz": (61, {}),
    f"{DATA}amazon__updateinfo_2_kernel-5.15.xml.gz": (31, {}),
    f"{DATA}amazon__updateinfo_invalid_gzip.xml.gz": (1, {}),  # plain XML called .gz: told by its first bytes
    f"{DATA}bottlerocket__happy__updateinfo.xml.gz": (2, {}),
}
REFUSED = {
    f"{LIST}bottlerocket__updateinfo_invalid.xml.gz": "PR3001",
    f"{LIST}rocky__updateinfo_invalid__updateinfo.xml.gz": "PR3901",
    f"{DATA}amazon__updateinfo_invalid_xml.xml.gz": "PR3001",
}
BOOKWORM = {
    "debian_dists_bookworm_main": (63440, False),
    "debian-security_dists_bookworm-security_main": (3016, True),
    "debian_dists_bookworm-updates_main": (38, False),
}


def codes(catalog):
    return {one.code: one.count for one in catalog.diagnostics if one.code not in LISTED}


@pytest.fixture(scope="module")
def manifest(shared):
    with (shared / "data/MANIFEST.tsv").open(encoding="utf-8", newline="") as lines:
        return {row["path"]: row for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)}


@pytest.mark.parametrize("name", FEEDS)
def test_a_feed_gives_every_package(name, shared, manifest):
    rows, doubts = FEEDS[name]
    catalog = read_catalog(shared / "data" / name, family="centos")
    assert (catalog.table.num_rows, catalog.rejects.num_rows, codes(catalog)) == (rows, 0, doubts)
    stated = re.search(r"(\d+) pkgs", manifest[name]["notes"])
    if stated:
        assert rows + doubts.get("PR3209", 0) == int(stated[1])
    assert catalog.table["line"].null_count == 0


@pytest.mark.parametrize("name", REFUSED)
def test_a_broken_feed_is_refused(name, shared):
    with pytest.raises(CatalogError) as caught:
        read_catalog(shared / "data" / name, family="rhel")
    assert caught.value.code == REFUSED[name]


def test_every_date_of_every_vendor_is_read(shared):
    for name in FEEDS:
        table = read_catalog(shared / "data" / name, family="centos").table
        for kind in ("issued", "updated"):
            assert table[kind].null_count == table[f"{kind}_text"].null_count, name


def test_suse_versions_are_offered_though_their_notices_state_no_epoch(shared):
    files = [shared / "data" / f"{SUSE}{kind}.xml.gz" for kind in ("updateinfo", "primary")]
    catalog = read_catalog(*files, family="suse")
    assert catalog.table.num_rows == 2287
    assert set(catalog.table["offered"].to_pylist()) == {True}
    assert catalog.table["built"].null_count == 0


def test_the_three_archives_of_bookworm_are_one_catalog(shared, manifest):
    folder = shared / "data/deb/debian-bookworm"
    catalog = read_catalog(folder)
    assert (str(catalog.scope), str(catalog.as_of)) == ("debian, products Debian12*", "2026-11-22 02:09:05+00:00")
    assert (catalog.table.num_rows, catalog.rejects.num_rows, codes(catalog)) == (66494, 0, {})
    read = {source.name.rpartition("/")[2]: source.rows for source in catalog.sources if source.rows}
    for name, (rows, _) in BOOKWORM.items():
        file = f"{name}_binary-amd64_Packages.xz"
        assert read[file] == rows == int(manifest[f"deb/debian-bookworm/{file}"]["rows"])
    by_suite = {tuple(one.values()) for one in catalog.table.select(["repository", "security"]).to_pylist()}
    assert by_suite == {("oldstable", False), ("oldstable-security", True), ("oldstable-updates", False)}


def test_focal_finds_each_component_its_suite(shared):
    catalog = read_catalog(shared / "data/deb/ubuntu-focal-armhf")
    assert str(catalog.scope) == "ubuntu, products Ubuntu20.04*"
    assert (catalog.table.num_rows, catalog.rejects.num_rows, codes(catalog)) == (912, 0, {"PR3215": 7})
    suites = catalog.table.group_by(["repository", "security"]).aggregate([("name", "count")]).to_pylist()
    found = {(one["repository"], one["security"]): one["name_count"] for one in suites}
    assert found == {("focal-security", True): 878, ("focal", False): 34}


def test_an_old_suse_repository_is_followed_to_its_patches(shared, tmp_path):
    prefix = "repo__yum__data__10.2-updates-subset__"
    (tmp_path / "repodata").mkdir()
    for path in (shared / "data/rpm/libzypp").glob(f"{prefix}*"):
        (tmp_path / "repodata" / path.name.removeprefix(prefix)).write_bytes(path.read_bytes())
    catalog = read_catalog(tmp_path, family="suse")
    named = catalog.table.filter(pc.is_valid(catalog.table["advisory"]))
    assert (catalog.table.num_rows, named.num_rows, len(catalog.sources)) == (19, 19, 7)
    assert set(named["offered"].to_pylist()) == {True}
    assert set(named["classification"].to_pylist()) == {"Security", "Recommended"}


@pytest.mark.parametrize("name", RECORDED)
def test_a_file_is_read_or_refused_as_recorded(name, shared):
    if not (shared / "data" / name).is_file():
        pytest.skip("this desk has another selection of the shared data")
    assert line_of(shared / "data", name) == RECORDED[name]


def test_a_file_that_nobody_recorded_is_read_or_refused_all_the_same(shared):
    unknown = [name for name in files(shared / "data") if name not in RECORDED]
    for name in unknown:
        assert line_of(shared / "data", name).startswith(f"{name}\t")


def test_counts_are_those_of_the_manifest(shared, manifest):
    """MANIFEST.tsv counts stanzas, and elements with those of sources: what we read, refused and left out."""
    compared = 0
    for name, line in RECORDED.items():
        _, form, rows, rejects, doubts = line.split("\t")
        row = manifest.get(name)
        sources = sum(int(count) for count in re.findall(r"PR3209:(\d+)", doubts))
        if row and form in ("deb_packages", "primary") and row["kind"] in ("deb822", "primary"):
            assert int(rows) + int(rejects) + sources == int(row["rows"]), name
            compared += 1
        stated = re.search(r"(\d+) pkgs", row["notes"]) if row and form == "updateinfo" else None
        if stated:
            assert int(rows) + int(rejects) + sources == int(stated[1]), name
            compared += 1
    assert compared > 20


def test_repomd_named_itself_is_followed(shared, tmp_path):
    name = "rpm/libzypp/repo__yum__data__10.2-updates-subset__primary.xml.gz"
    (tmp_path / "primary.xml.gz").write_bytes((shared / "data" / name).read_bytes())
    (tmp_path / "repomd.xml").write_text(
        '<repomd><data type="primary"><location href="primary.xml.gz"/></data></repomd>'
    )
    assert read_catalog(tmp_path / "repomd.xml", family="suse").table.num_rows == 19
