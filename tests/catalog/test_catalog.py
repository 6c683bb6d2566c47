"""Many files, one catalog: what is offered, which hosts it speaks for, and what cannot be told."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from patchrules.catalog import read_catalog, read_catalogs
from patchrules.errors import CatalogError, ColumnError, UnknownNameError
from patchrules.model.names import OperatingSystem
from tests.conftest import ROOT

SAMPLES = ROOT / "data/catalogs/samples"
NOTICES, PRIMARY = SAMPLES / "updateinfo.xml", SAMPLES / "primary.xml"
PACKAGES, RELEASE = SAMPLES / "deb_packages.Packages", SAMPLES / "deb_release.InRelease"
REPOMD = """<repomd xmlns="http://linux.duke.edu/metadata/repo"><revision>1706745600</revision>
<data type="primary"><location href="{primary}"/></data>
<data type="updateinfo"><location href="repodata/up.xml"/></data></repomd>"""


def codes(catalog):
    return {one.code: one.count for one in catalog.diagnostics}


def rows(catalog, *columns):
    return [tuple(row.values()) for row in catalog.table.select(list(columns)).to_pylist()]


@pytest.fixture
def repository(tmp_path):
    folder = tmp_path / "baseos/repodata"
    folder.mkdir(parents=True)
    (folder / "repomd.xml").write_text(REPOMD.format(primary="repodata/pri.xml"))
    shutil.copy(NOTICES, folder / "up.xml")
    shutil.copy(PRIMARY, folder / "pri.xml")
    return tmp_path


@pytest.fixture
def mirror(tmp_path):
    """Two suites in a mirror's layout, one of them security."""
    text = RELEASE.read_text()
    for suite, label in (("bookworm", "Debian"), ("bookworm-security", "Debian-Security")):
        home = tmp_path / "debian/dists" / suite
        (home / "main/binary-amd64").mkdir(parents=True)
        said = text.replace("bookworm-security", suite).replace("stable-security", suite.replace("bookworm", "stable"))
        (home / "InRelease").write_text(said.replace("Debian-Security", label))
        shutil.copy(PACKAGES, home / "main/binary-amd64/Packages")
    return tmp_path


def test_a_package_list_says_what_is_offered():
    catalog = read_catalog(NOTICES, PRIMARY, family="rhel")
    built = datetime.fromtimestamp(1705560000, UTC)
    assert rows(catalog, "name", "evr", "advisory", "offered", "built") == [
        ("openssl", "1:3.0.7-25.el9_3", "RHSA-2024:0310", True, built),
        ("openssl-libs", "1:3.0.7-25.el9_3", "RHSA-2024:0310", True, built.replace(second=built.second + 1)),
        ("nodejs", "1:18.19.0-1.module+el9.3.0+20000+aa", "RHBA-2024:0400", False, None),
        ("bash", "0:5.1.8-6.el9_1", None, True, datetime.fromtimestamp(1659990000, UTC)),
    ]
    assert codes(catalog)["PR3213"] == 1
    assert "PR3203" not in codes(catalog)


def test_order_and_repetition_of_sources_do_not_matter():
    one = read_catalog(NOTICES, PRIMARY, family="rhel")
    assert read_catalog([PRIMARY], NOTICES, PRIMARY, family="rhel").table.equals(one.table)


def test_an_epoch_that_disagrees_is_another_version():
    text = PRIMARY.read_text().replace('epoch="1"', 'epoch="2"')
    catalog = read_catalog(NOTICES, text.encode(), family="rhel")
    assert rows(catalog, "name", "offered")[:2] == [("openssl", False), ("openssl-libs", True)]


def test_the_same_version_in_two_lists_is_one_row():
    catalog = read_catalog(PRIMARY.read_bytes(), PRIMARY.read_bytes(), family="rhel")
    assert catalog.table.num_rows == 3
    assert codes(catalog)["PR3218"] == 3


def test_a_repository_is_read_through_its_repomd(repository):
    catalog = read_catalog(repository, family="rhel")
    assert catalog.table.equals(read_catalog(NOTICES, PRIMARY, family="rhel").table)
    assert catalog.as_of == datetime(2024, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize("href", ["../../../etc/passwd", "/etc/passwd", "repodata/../../x", "a\0b"[:1] + "/../../../b"])
def test_a_repomd_names_nothing_outside(repository, href):
    (repository / "baseos/repodata/repomd.xml").write_text(REPOMD.format(primary=href))
    with pytest.raises(CatalogError, match=r"lies outside the repository \[PR3006\]"):
        read_catalog(repository, family="rhel")


def test_a_repository_of_nothing_is_refused(tmp_path):
    (tmp_path / "repomd.xml").write_text("<repomd/>")
    with pytest.raises(CatalogError, match="neither update notices nor a package list"):
        read_catalog(tmp_path, family="rhel")


def test_a_mirror_tells_family_product_suite_and_security(mirror):
    catalog = read_catalog(mirror)
    assert catalog.operating_system is OperatingSystem.DEBIAN
    assert str(catalog.scope) == "debian, products Debian12*"
    assert catalog.as_of == datetime(2024, 2, 3, 20, 15, tzinfo=UTC)
    assert set(rows(catalog, "repository", "security")) == {("stable", False), ("stable-security", True)}
    assert codes(catalog) == {"PR3212": 1}  # one for each of the two files
    assert catalog.rejects["code"].to_pylist() == ["PR3003", "PR3002"] * 2


def test_a_packages_file_alone_finds_its_release(mirror):
    path = mirror / "debian/dists/bookworm-security/main/binary-amd64/Packages"
    assert set(read_catalog(path).table["security"].to_pylist()) == {True}


def test_apt_lists_are_paired_by_name(tmp_path):
    site = "security.debian.org_debian-security_dists_bookworm-security"
    shutil.copy(RELEASE, tmp_path / f"{site}_InRelease")
    shutil.copy(PACKAGES, tmp_path / f"{site}_main_binary-amd64_Packages")
    shutil.copy(PACKAGES, tmp_path / "other.example_dists_x_main_binary-amd64_Packages")
    (tmp_path / "lock").write_text("")
    catalog = read_catalog(tmp_path)
    assert rows(catalog, "site", "security")[0] == (None, False)
    assert rows(catalog, "site", "security")[-1] == ("security.debian.org", True)
    assert codes(catalog) == {"PR3212": 1, "PR3214": 1, "PR3215": 1}
    alone = read_catalog(tmp_path / f"{site}_main_binary-amd64_Packages")
    assert alone.table["site"].to_pylist() == ["security.debian.org"] * 3


def test_bytes_without_names_are_paired_when_there_is_one_release():
    catalog = read_catalog(PACKAGES.read_bytes(), RELEASE.read_bytes())
    assert set(catalog.table["repository"].to_pylist()) == {"stable-security"}


def test_a_table_is_a_catalog():
    found = pa.table({"name": ["a"], "arch": ["noarch"], "version": ["1-1"]})
    catalog = read_catalog(found, family="alma", columns={"evr": "version"})
    assert rows(catalog, "name", "evr", "offered", "security", "reboot") == [("a", "1-1", True, False, False)]
    with pytest.raises(ColumnError, match="the catalog table has no column `evr`"):
        read_catalog(found, family="alma")
    naive = pa.table({"name": ["a"], "arch": ["noarch"], "evr": ["1"], "issued": pa.array([0], pa.timestamp("s"))})
    with pytest.raises(CatalogError, match="wanted `timestamp"):
        read_catalog(naive, family="alma")


def test_a_catalog_reads_its_own_table():
    catalog = read_catalog(NOTICES, PRIMARY, family="rhel")
    assert read_catalog(catalog.table, family="rhel").table.equals(catalog.table)


def test_a_family_is_told_or_asked_for():
    with pytest.raises(CatalogError) as caught:
        read_catalog(NOTICES)
    assert str(caught.value).startswith(
        f"the files do not say for which family they are [PR3004]\n  at {NOTICES}\n  hint: say it with the products, "
        "products=['Debian12*'] or --catalog 'Debian12*=PATH', or with family= or --family, one of alma, "
    )
    assert read_catalog(NOTICES, products=["RedhatEnterpriseLinux9*"]).scope.family == "rhel"
    with pytest.raises(UnknownNameError):
        read_catalog(NOTICES, family="red hat")
    with pytest.raises(UnknownNameError):
        read_catalog(NOTICES, family="rhel", on_bad_row="skip")  # type: ignore[arg-type]


def test_two_families_are_not_one_catalog(mirror):
    release = mirror / "debian/dists/bookworm/InRelease"
    release.write_text(release.read_text().replace("Origin: Debian", "Origin: Ubuntu").replace("bookworm", "jammy"))
    with pytest.raises(CatalogError, match=r"several families: debian, ubuntu \[PR3005\]"):
        read_catalog(mirror)


@pytest.mark.parametrize("sources", [(), (b"",), (b"hello",), ([],), (RELEASE,), ("/none/such",)])
def test_what_is_no_catalog_is_refused(sources):
    with pytest.raises(CatalogError, match=r"\[PR(3001|2901|2905)\]"):
        read_catalog(*sources, family="debian")


def test_specs_of_one_glob_are_one_catalog(mirror):
    specs = [f"RedhatEnterpriseLinux9*={NOTICES}", str(mirror), f"RedhatEnterpriseLinux9*={PRIMARY}"]
    catalogs = read_catalogs(specs)
    assert [str(one.scope) for one in catalogs] == [
        "rhel, products RedhatEnterpriseLinux9*",
        "debian, products Debian12*",
    ]
    assert [one.table.num_rows for one in catalogs] == [4, 6]


def test_archives_of_two_products_are_two_catalogs(mirror):
    release = mirror / "debian/dists/bookworm/InRelease"
    release.write_text(release.read_text().replace("bookworm", "trixie").replace("Version: 12", "Version: 13"))
    catalogs = read_catalogs([str(mirror)])
    assert [one.scope.products for one in catalogs] == [("Debian12*",), ("Debian13*",)] or [
        one.scope.products for one in catalogs
    ] == [("Debian13*",), ("Debian12*",)]
    assert [len(one.sources) for one in catalogs] == [2, 2]
    assert [one.table.num_rows for one in catalogs] == [3, 3]


def test_a_deb_archive_is_not_read_for_an_rpm_family():
    with pytest.raises(CatalogError, match="lists dpkg packages, and rhel has rpm") as raised:
        read_catalog(PACKAGES, family="rhel")
    assert raised.value.code == "PR3010"


def test_a_package_list_without_notices_is_told():
    assert codes(read_catalog(PRIMARY, family="rhel"))["PR3219"] == 1
    assert "PR3219" not in codes(read_catalog(NOTICES, PRIMARY, family="rhel"))


def test_a_repository_without_the_notices_that_it_names_is_refused(repository):
    (repository / "baseos/repodata/up.xml").unlink()
    with pytest.raises(CatalogError, match=r"repomd.xml names `repodata/up.xml`, which is not there"):
        read_catalog(repository, family="rhel")


def test_a_path_may_have_an_equals_sign(tmp_path):
    place = tmp_path / "region=eu.xml"
    shutil.copy(NOTICES, place)
    [catalog] = read_catalogs([str(place)], family="rhel")
    assert catalog.table.num_rows


@pytest.mark.parametrize(
    ("glob", "stated", "family"),
    [
        ("RedhatEnterpriseLinux9*", "windows", "rhel"),
        ("RedhatEnterpriseLinux9*", None, "rhel"),
        ("AmazonLinux2*", "amazon_linux_2023", "amazon_linux_2023"),
        ("AmazonLinux2*", "amazon_linux_2", "amazon_linux_2"),
        ("AmazonLinux2023*", "amazon_linux_2", "amazon_linux_2023"),
        ("*", "rhel", "rhel"),
    ],
)
def test_what_the_hosts_of_a_scope_are_tells_more_than_a_policy_of_others(repository, glob, stated, family):
    """One baseline, of another system, is no reason to take these packages for its own."""
    [catalog] = read_catalogs([f"{glob}={repository / 'baseos'}"], family=stated)
    assert catalog.scope.family == family


def test_a_catalog_is_as_old_as_its_own_files(repository, mirror):
    together = read_catalogs([f"RedhatEnterpriseLinux9*={repository / 'baseos'}", str(mirror / "debian")])
    alone = read_catalogs([str(mirror / "debian")])
    assert [one.as_of for one in together if one.scope.family == "debian"] == [one.as_of for one in alone]


def test_an_empty_file_is_called_empty(tmp_path):
    (tmp_path / "updateinfo.xml").touch()
    with pytest.raises(CatalogError, match=r"`.*updateinfo.xml` is empty"):
        read_catalog(tmp_path / "updateinfo.xml", family="rhel")


def test_what_lies_beside_a_repository_and_cannot_be_opened_is_let_be(repository):
    (repository / "kernel.gz").write_bytes(b"\x1f\x8b cut")
    (repository / "gone.xml").symlink_to(repository / "nowhere.xml")
    assert read_catalog(repository, family="rhel").table.num_rows


def test_loose_notices_beside_a_list_without_packages_are_read(tmp_path):
    shutil.copy(NOTICES, tmp_path / "updateinfo.xml")
    empty = '<metadata xmlns="http://linux.duke.edu/metadata/common" packages="0"></metadata>'
    (tmp_path / "primary.xml").write_text(empty)
    assert read_catalog(tmp_path, family="rhel").table.num_rows
