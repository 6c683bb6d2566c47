"""Advisories of deb distributions: the day and the id of the very versions that they name, and nothing else."""

from __future__ import annotations

import bz2
import json

import pytest

from patchrules.catalog import read_catalog
from patchrules.catalog._advisories import Advisory, Fixes
from patchrules.errors import CatalogError

PACKAGES = b"""\
Package: openssl
Version: 3.0.11-1~deb12u2
Architecture: amd64
Size: 1

Package: libssl3
Source: openssl
Version: 3.0.11-1~deb12u2
Architecture: amd64
Size: 1

Package: libc6
Source: glibc (2.36-9)
Version: 2.36-9+b1
Architecture: amd64
Size: 1

Package: openssl
Version: 3.0.11-1~deb12u3
Architecture: amd64
Size: 1

Package: tzdata
Version: 0:2024a-0+deb12u1
Architecture: amd64
Size: 1
"""
RELEASE = b"Origin: Debian\nSuite: stable\nCodename: bookworm\nVersion: 12\nDate: Sat, 09 May 2026 10:38:06 UTC\n"


@pytest.fixture
def samples(data):
    return data / "catalogs/samples"


def shown(catalog):
    rows = catalog.table.to_pylist()
    return [
        (row["name"], row["evr"], row["advisory"], row["issued"] and f"{row['issued']:%F}", row["cves"]) for row in rows
    ]


def test_versions_take_the_advisory_that_named_them(samples):
    catalog = read_catalog(PACKAGES, RELEASE, samples / "debian_advisories.list")
    both = ["CVE-2024-90001", "CVE-2024-90002"]
    assert shown(catalog) == [
        ("openssl", "3.0.11-1~deb12u2", "DSA-9001-1", "2024-02-13", both),
        ("libssl3", "3.0.11-1~deb12u2", "DSA-9001-1", "2024-02-13", both),
        ("libc6", "2.36-9+b1", None, None, None),
        ("openssl", "3.0.11-1~deb12u3", None, None, None),
        ("tzdata", "0:2024a-0+deb12u1", "DLA-9002-1", "2024-02-12", []),
    ]
    assert [source.format for source in catalog.sources] == ["deb_packages", "debian_advisories", "deb_release"]
    assert [source.rows for source in catalog.sources] == [5, 3, 0]
    assert catalog.rejects.num_rows == 2


def test_an_advisory_is_for_its_own_release(samples):
    other = RELEASE.replace(b"bookworm", b"trixie").replace(b"12", b"13")
    assert {row[2] for row in shown(read_catalog(PACKAGES, other, samples / "debian_advisories.list"))} == {None}


def test_a_binary_that_was_built_again_keeps_the_source_it_says():
    rows = read_catalog(PACKAGES, family="debian").table.to_pylist()
    assert [row["source"] for row in rows][2] == "glibc 2.36-9"


def test_the_oval_of_a_distribution_says_the_same(samples):
    catalog = read_catalog(PACKAGES, RELEASE, samples / "deb_oval.xml")
    assert [row[2] for row in shown(catalog)] == ["DSA-9001-1", "DSA-9001-1", None, None, None]


def test_ubuntus_notices_name_binary_packages(samples):
    packages = b"Package: libssl3\nVersion: 3.0.2-0ubuntu1.14\nArchitecture: all\nSize: 1\n"
    release = (
        b"Origin: Ubuntu\nSuite: jammy-security\nCodename: jammy\nVersion: 22.04\nDate: Sat, 09 May 2026 10:38:06 UTC\n"
    )
    catalog = read_catalog(packages, release, samples / "ubuntu_notices.json")
    assert shown(catalog) == [("libssl3", "3.0.2-0ubuntu1.14", "USN-9001-1", "2024-02-13", ["CVE-2024-90001"])]
    assert catalog.table["title"].to_pylist() == ["OpenSSL vulnerabilities, made up for patchrules"]


def test_of_two_advisories_on_one_version_the_first_counts():
    text = "[13 Feb 2024] DSA-2-1 a\n\t{CVE-2024-2000}\n\t[bookworm] - openssl 3.0.11-1~deb12u2\n"
    text += "[12 Feb 2024] DSA-1-1 a\n\t{CVE-2024-1000}\n\t[bookworm] - openssl 3.0.11-1~deb12u2\n"
    first = shown(read_catalog(PACKAGES, RELEASE, text.encode()))[0]
    assert first[2:] == ("DSA-1-1", "2024-02-12", ["CVE-2024-1000", "CVE-2024-2000"])


def test_advisories_alone_are_no_catalog(samples):
    with pytest.raises(CatalogError, match="there is no catalog among the files"):
        read_catalog(samples / "debian_advisories.list")


def test_a_database_of_one_long_line_is_read_as_a_stream():
    notice = {
        "title": "x" * 100_000,
        "timestamp": 1707811200,
        "releases": {"jammy": {"binaries": {"a": {"version": "1"}}}},
    }
    database = {f"{number}-1": notice for number in range(1, 31)}
    packed = bz2.compress(json.dumps(database).encode())
    packages = b"Package: a\nVersion: 1\nArchitecture: all\nSize: 1\n"
    catalog = read_catalog(packages, packed, family="ubuntu")
    assert [(source.format, source.rows) for source in catalog.sources] == [("deb_packages", 1), ("ubuntu_notices", 30)]
    assert shown(catalog)[0][2] == "USN-1-1"


def test_what_has_no_day_comes_after_what_has_one():
    fixes = Fixes()
    fixes.add(None, "a", "0:1", Advisory("DSA-1", None, None))
    assert list(fixes.found) == [(None, "a 1")]


@pytest.mark.shared
def test_the_lists_and_databases_of_2023_are_read(shared):
    deb = shared / "data/deb"
    packages = b"Package: python3-jinja2\nVersion: 2.10-1ubuntu0.18.04.1\nArchitecture: all\nSize: 1\n"
    files = [
        deb / "debian-security-tracker/DSA_list",
        deb / "vuls-data-update/ubuntu__usndb__happy__database-all.json.bz2",
        deb / "vuls-data-update/ubuntu__oval__oci.com.ubuntu.jammy.usn.oval.xml.bz2",
        deb / "vuls-data-update/debian__oval__oval-definitions-bullseye.xml.bz2",
    ]
    catalog = read_catalog(packages, *files, family="ubuntu")
    assert [source.rows for source in catalog.sources] == [1, 6926, 293, 5, 1]
    assert catalog.rejects.num_rows == 0
    assert shown(catalog)[0][2:4] == ("USN-4011-1", "2019-06-06")
