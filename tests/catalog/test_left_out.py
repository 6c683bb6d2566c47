"""Lists that were cut off and files that are not read are told."""

from __future__ import annotations

import shutil

import pytest

from patchrules.catalog import read_catalog


def codes(*sources, **options):
    return {one.code for one in read_catalog(*sources, **options).diagnostics}


@pytest.mark.parametrize("name", ["wesng.csv", "wsus.csv", "softwareupdate.txt"])
def test_a_list_that_ends_in_a_line_may_be_cut_off(name, data):
    whole = (data / "catalogs/samples" / name).read_bytes()
    assert whole.endswith(b"\n")
    assert "PR2232" not in codes(whole)
    assert "PR2232" in codes(whole[:-1])


OF_OTHERS = [
    ("modules.yaml", "updateinfo.xml", "rhel"),
    ("debian_advisories.list", "deb_packages.Packages", "debian"),
]


@pytest.mark.parametrize(("name", "other", "family"), OF_OTHERS)
def test_so_may_be_one_that_says_something_of_others(name, other, family, data):
    samples = data / "catalogs/samples"
    whole = (samples / name).read_bytes()
    assert "PR2232" not in codes(samples / other, whole, family=family)
    assert "PR2232" in codes(samples / other, whole.rstrip(b"\n"), family=family)


def test_a_catalog_beside_a_repository_is_told(data, tmp_path):
    shutil.copytree(data / "catalogs/rhel9", tmp_path / "rhel9")
    assert "PR3240" not in codes(tmp_path, family="rhel")
    (tmp_path / "README.txt").write_text("a mirror")
    assert "PR3240" not in codes(tmp_path, family="rhel")
    shutil.copy(data / "catalogs/samples/updateinfo.xml", tmp_path / "epel-updateinfo.xml")
    assert "PR3240" in codes(tmp_path, family="rhel")
