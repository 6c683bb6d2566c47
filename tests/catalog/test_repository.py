"""A repository is what its repomd.xml names: notices, packages, modules, and the patches of old SUSE repositories."""

from __future__ import annotations

import shutil

import pytest

from patchrules.catalog import ReadOptions, read_catalog, readers
from patchrules.errors import CatalogError
from patchrules.sources.files import open_document

REPOMD = '<repomd xmlns="http://linux.duke.edu/metadata/repo"><revision>1707811200</revision>{}</repomd>'
PATCHES = '<patches xmlns="http://novell.com/package/metadata/suse/patches"><patch id="a"><location href="{}"/></patch></patches>'


def repository(folder, samples, **files):
    """A repository that names samples by kind."""
    repodata = folder / "repodata"
    repodata.mkdir()
    named = []
    for kind, sample in files.items():
        shutil.copy(samples / sample, repodata / f"0123-{sample}")
        named.append(f'<data type="{kind}"><location href="repodata/0123-{sample}"/></data>')
    (repodata / "repomd.xml").write_text(REPOMD.format("".join(named)))
    return folder


@pytest.fixture
def samples(data):
    return data / "catalogs/samples"


def test_modules_are_told_where_notices_and_packages_state_none(tmp_path, samples):
    text = (samples / "updateinfo.xml").read_text()
    plain = text.replace("<module ", "<!-- ").replace(
        'arch="x86_64"/>\n        <package name="nodejs" ', 'arch="x86_64"-->\n        <package name="nodejs" '
    )
    repository(tmp_path, samples, updateinfo="updateinfo.xml", modules="modules.yaml")
    (tmp_path / "repodata/0123-updateinfo.xml").write_text(plain)
    modules = {row["name"]: row["module"] for row in read_catalog(tmp_path, family="rhel").table.to_pylist()}
    assert modules == {"openssl": None, "openssl-libs": None, "nodejs": "nodejs:18"}


def test_what_a_notice_says_of_its_module_wins(tmp_path, samples):
    repository(tmp_path, samples, updateinfo="updateinfo.xml", modules="modules.yaml")
    listed = tmp_path / "repodata/0123-modules.yaml"
    listed.write_text(listed.read_text().replace('stream: "18"', 'stream: "20"'))
    modules = {row["name"]: row["module"] for row in read_catalog(tmp_path, family="rhel").table.to_pylist()}
    assert modules["nodejs"] == "nodejs:18"


def test_only_the_artifacts_of_modules_count(samples):
    part = readers()["modules"].read(open_document(samples / "modules.yaml"), ReadOptions())
    assert {key.split("\n")[0]: module for key, module in part.facts.items()} == {
        "nodejs": "nodejs:18", "npm": "nodejs:18", "perl": "perl:5.32",
    }  # fmt: skip
    assert [(row["line"], row["text"]) for row in part.rejects.to_pylist()] == [(30, "broken")]


def test_modules_alone_are_no_catalog(samples):
    with pytest.raises(CatalogError, match="there is no catalog among the files"):
        read_catalog(samples / "modules.yaml", family="rhel")


def test_a_module_list_that_is_not_there_is_done_without(tmp_path, samples):
    repository(tmp_path, samples, updateinfo="updateinfo.xml", modules="modules.yaml")
    (tmp_path / "repodata/0123-modules.yaml").unlink()
    assert read_catalog(tmp_path, family="rhel").table.num_rows == 3


@pytest.mark.parametrize(("href", "rows"), [("repodata/p.xml", 1), ("repodata/none.xml", 0)])
def test_the_patches_of_an_old_suse_repository_are_followed(href, rows, tmp_path, samples):
    repository(tmp_path, samples, primary="primary.xml", patches="primary.xml")
    (tmp_path / "repodata/0123-primary.xml").write_text(PATCHES.format(href))
    shutil.copy(samples / "primary.xml", tmp_path / "repodata/primary.xml")
    (tmp_path / "repodata/repomd.xml").write_text(
        REPOMD.format(
            '<data type="patches"><location href="repodata/0123-primary.xml"/></data>'
            '<data type="primary"><location href="repodata/primary.xml"/></data>'
        )
    )
    shutil.copy(samples / "suse_patch.xml", tmp_path / "repodata/p.xml")
    catalog = read_catalog(tmp_path, family="suse")
    assert catalog.table["advisory"].to_pylist().count("openssl-9001") == rows
    assert str(catalog.as_of) == "2024-02-13 08:00:00+00:00"


def test_a_patch_of_an_old_suse_repository_may_not_lie_outside(tmp_path, samples):
    repository(tmp_path, samples, patches="primary.xml")
    (tmp_path / "repodata/0123-primary.xml").write_text(PATCHES.format("../../etc/passwd"))
    with pytest.raises(CatalogError, match=r"lies outside the repository \[PR3006\]"):
        read_catalog(tmp_path, family="suse")


def test_a_suse_patch_row_by_row(samples):
    catalog = read_catalog(samples / "suse_patch.xml", family="suse")
    row = catalog.table.to_pylist()[0]
    assert {name: row[name] for name in ("name", "evr", "advisory", "classification", "title", "cves", "line")} == {
        "name": "openssl", "evr": "0:1.1.1l-150.1", "advisory": "openssl-9001", "classification": "Security",
        "title": "openssl: made up for patchrules", "cves": ["CVE-2024-90001", "CVE-2024-90002"], "line": 16,
    }  # fmt: skip
    assert {one.code: one.count for one in catalog.diagnostics} == {"PR3202": 1, "PR3203": 1, "PR3209": 1}
