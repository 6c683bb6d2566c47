"""Notices as AWS names their parts, and what a feed leaves out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from patchrules.catalog import read_catalog
from tests.conftest import ROOT

SAMPLE = ROOT / "data/catalogs/samples/updateinfo.xml"


def package(name="a", version="1", release="1", arch="x86_64", epoch=None, inner=""):
    stated = "" if epoch is None else f' epoch="{epoch}"'
    return f'<package name="{name}" version="{version}" release="{release}" arch="{arch}"{stated}>{inner}</package>'


def notice(inner="", packages=None, **attributes):
    said = "".join(f' {key}="{value}"' for key, value in ({"type": "security"} | attributes).items())
    body = package() if packages is None else packages
    return f"<update{said}><id>X-1</id>{inner}<pkglist><collection>{body}</collection></pkglist></update>"


def read(*notices, **options):
    return read_catalog(f"<updates>{''.join(notices)}</updates>".encode(), family="rhel", **options)


def codes(catalog):
    return {one.code: one.count for one in catalog.diagnostics}


def test_the_sample_row_by_row():
    catalog = read_catalog(SAMPLE, family="rhel")
    first, second, third = catalog.table.to_pylist()
    assert first == {
        "name": "openssl",
        "arch": "x86_64",
        "evr": "1:3.0.7-25.el9_3",
        "advisory": "RHSA-2024:0310",
        "classification": "Security",
        "severity": "Important",
        "priority": None,
        "section": None,
        "product": None,
        "product_family": None,
        "patch_set": None,
        "os_build": None,
        "source": None,
        "title": "Important: openssl security update",
        "issued": datetime(2024, 1, 18, 9, 12, tzinfo=UTC),
        "updated": datetime(2024, 1, 20, 8, 0, tzinfo=UTC),
        "built": None,
        "issued_text": "2024-01-18 09:12:00",
        "updated_text": "2024-01-20T10:00:00+02:00",
        "cves": ["CVE-2023-5363"],
        "bugzillas": ["2243839"],
        "supersedes": None,
        "requires": None,
        "module": None,
        "repository": "rhel-9-baseos",
        "site": None,
        "security": False,
        "trusted": True,
        "offered": True,
        "reboot": True,
        "line": 17,
    }
    assert (second["evr"], second["reboot"], second["line"]) == ("3.0.7-25.el9_3", False, 24)
    assert (third["severity"], third["module"], third["reboot"]) == ("", "nodejs:18", True)
    assert [(row["line"], row["code"], row["text"]) for row in catalog.rejects.to_pylist()] == [
        (43, "PR3002", "nodejs-broken 0:18 19-1.el9 x86_64"),
        (44, "PR3003", "nodejs-unversioned  noarch"),
    ]
    assert codes(catalog) == {
        "PR3202": 1,
        "PR3203": 3,
        "PR3204": 1,
        "PR3205": 1,
        "PR3206": 1,
        "PR3207": 1,
        "PR3209": 1,
    }


@pytest.mark.parametrize(
    ("stated", "classification"),
    [("security", "Security"), ("BUGFIX", "Bugfix"), ("newPackage", "Newpackage"), ("recommended", "Recommended")],
)
def test_classification_is_spelled_as_aws_spells_it(stated, classification):
    assert read(notice(type=stated)).table["classification"].to_pylist() == [classification]


def test_what_is_absent_is_null_and_what_is_empty_is_empty():
    absent = read("<update><id>X</id><pkglist>" + package() + "</pkglist></update>")
    assert absent.table.select(["classification", "severity", "issued_text"]).to_pylist() == [
        {"classification": None, "severity": None, "issued_text": None}
    ]
    assert read(notice("<severity/>")).table["severity"].to_pylist() == [""]
    assert codes(absent).keys() >= {"PR3202", "PR3204", "PR3211"}


def test_a_notice_without_id_takes_its_own_reference_or_stays_a_notice():
    own = '<references><reference type="self" id="ALAS-1"/></references>'
    body = f"<pkglist>{package()}</pkglist></update>"
    catalog = read(f"<update>{own}{body}", f"<update>{body}")
    assert catalog.table["advisory"].to_pylist() == ["ALAS-1", ""]
    assert codes(catalog)["PR3210"] == 1


@pytest.mark.parametrize(("epoch", "evr"), [(None, "1-1"), ("", "1-1"), ("0", "0:1-1"), ("2", "2:1-1")])
def test_an_epoch_is_written_when_it_is_stated(epoch, evr):
    assert read(notice(packages=package(epoch=epoch))).table["evr"].to_pylist() == [evr]


@pytest.mark.parametrize(("names", "last", "lost"), [(200, "0", True), (199, "0", False), (200, "1", False)])
def test_a_large_feed_without_any_epoch_lost_them(names, last, lost):
    rows = [package(f"p{number}", epoch="0") for number in range(names - 1)] + [package("last", epoch=last)]
    catalog = read(notice(packages="".join(rows)))
    assert catalog.table["evr"].to_pylist()[0] == ("1-1" if lost else "0:1-1")
    assert codes(catalog).get("PR3201") == (names if lost else None)


def test_source_packages_do_not_speak_for_the_epochs():
    rows = [package(f"p{number}", epoch="0") for number in range(200)] + [package("s", arch="src", epoch="3")]
    assert codes(read(notice(packages="".join(rows)))).keys() >= {"PR3201", "PR3209"}


def test_repeated_ids_are_kept_and_counted():
    catalog = read(notice(), notice(), notice())
    assert catalog.table.num_rows == 3
    assert codes(catalog)["PR3208"] == 2


@pytest.mark.parametrize(("said", "reboot"), [("", True), ("True", True), ("1", True), ("false", False), ("0", False)])
def test_a_reboot_may_be_suggested_by_notice_or_package(said, reboot):
    flag = f"<reboot_suggested>{said}</reboot_suggested>"
    inner = f"<filename>f</filename>{flag}"
    assert read(notice(flag)).table["reboot"].to_pylist() == [reboot]
    rows = package(inner=inner) + package("b")
    assert read(notice(packages=rows)).table["reboot"].to_pylist() == [reboot, False]


def test_a_flag_alone_in_a_package_counts():
    assert read(notice(packages=package(inner="<reboot_suggested/>"))).table["reboot"].to_pylist() == [True]


def test_a_default_namespace_changes_nothing():
    bare = f"<updates>{notice('<severity>Low</severity>')}</updates>"
    spaced = bare.replace("<updates>", '<updates xmlns="http://novell.com/package/metadata/suse/updateinfo">')
    tables = [read_catalog(text.encode(), family="suse").table for text in (bare, spaced)]
    assert tables[0].equals(tables[1])


def test_cve_ids_are_not_looked_for_in_texts():
    assert read(notice("<description>CVE-2024-1</description>")).table["cves"].to_pylist() == [[]]


def test_packages_of_many_notices_keep_their_order_and_their_notice():
    """Attributes become Arrow some hundreds at a time."""
    notices = [notice(f"<title>{one}</title>", package(f"p{one}", version=str(one)) * 2) for one in range(700)]
    found = read(*notices).table.select(["name", "evr", "title"]).to_pylist()
    assert found == [{"name": f"p{one}", "evr": f"{one}-1", "title": f"{one}"} for one in range(700) for _ in range(2)]


def test_a_stanza_without_an_architecture_is_refused():
    found = read_catalog(
        b"Package: a\nVersion: 1\nFilename: a\n\nPackage: b\nVersion: 1\nArchitecture: all\n", family="debian"
    )
    assert (found.table["name"].to_pylist(), found.rejects["message"].to_pylist()) == (
        ["b"],
        ["the stanza has no Architecture"],
    )


def test_a_package_without_an_architecture_is_refused():
    """The batch engine could not order it among the others."""
    given = b"""<updates><update type="security"><id>A</id><pkglist><collection>
        <package name="bash" version="5.2" release="1.el9" epoch="0" arch="x86_64"/>
        <package name="zsh" version="5.2" release="1.el9" epoch="0"/>
        </collection></pkglist></update></updates>"""
    found = read_catalog(given, family="rhel")
    assert found.table["name"].to_pylist() == ["bash"]
    assert found.rejects.select(["line", "code", "message", "text"]).to_pylist() == [
        {"line": 3, "code": "PR3003", "message": "the package has no architecture", "text": "zsh 0:5.2-1.el9"}
    ]
