"""A repository is what its repomd.xml names: notices, packages, modules, and the patches of old SUSE repositories."""

from __future__ import annotations

import gzip
import hashlib
import lzma
import shutil

import pytest

from patchrules.catalog import ReadOptions, read_catalog, readers
from patchrules.errors import CatalogError, Level
from patchrules.sources.files import open_document

REPOMD = '<repomd xmlns="http://linux.duke.edu/metadata/repo"><revision>1707811200</revision>{}</repomd>'
PATCHES = '<patches xmlns="http://novell.com/package/metadata/suse/patches"><patch id="a"><location href="{}"/></patch></patches>'


def sha256(content):
    return hashlib.sha256(content).hexdigest()


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


STREAM = "---\ndocument: modulemd\ndata:\n  name: perl\n  stream: {}\n  artifacts:\n    rpms:\n    - bash-0:5-1.x86_64\n...\n"


@pytest.mark.parametrize("streams", [("5.26", "5.30"), ("5.30", "5.26"), ("5.26", "5.30", "5.26")])
@pytest.mark.parametrize("apart", [False, True])
def test_a_package_may_be_of_several_streams_in_whatever_order(streams, apart):
    modules = [STREAM.format(one).encode() for one in streams]
    catalog = read_catalog(LIST, *(modules if apart else [b"".join(modules)]), family="rhel")
    assert catalog.table["module"].to_pylist() == ["perl:5.26 perl:5.30"]


def test_modules_alone_are_no_catalog(samples):
    with pytest.raises(CatalogError, match="there is no catalog among the files"):
        read_catalog(samples / "modules.yaml", family="rhel")


def test_a_module_list_that_is_not_there_is_done_without_and_told(tmp_path, samples):
    repository(tmp_path, samples, updateinfo="updateinfo.xml", modules="modules.yaml")
    assert "PR3232" not in {one.code for one in read_catalog(tmp_path, family="rhel").diagnostics}
    (tmp_path / "repodata/0123-modules.yaml").unlink()
    catalog = read_catalog(tmp_path, family="rhel")
    assert catalog.table.num_rows == 3
    [told] = [one for one in catalog.diagnostics if one.code == "PR3232"]
    assert (told.level, told.count) == (Level.WARNING, 1)


LIST = b'<metadata xmlns="http://linux.duke.edu/metadata/common">%s</metadata>' % (
    b'<package type="rpm"><name>bash</name><arch>x86_64</arch><version epoch="0" ver="5" rel="1"/></package>'
)
OTHER = LIST.replace(b"bash", b"dash")
PACKED = gzip.compress(LIST, mtime=0)


def states(stored, unpacked=None, kind="sha256"):
    """What repomd.xml states of a file."""
    found = ""
    for content, prefix in ((stored, ""), (unpacked, "open-")):
        digest = hashlib.new("sha1" if kind == "sha" else kind, content or b"").hexdigest()
        found += f'<{prefix}checksum type="{kind}">{digest}</{prefix}checksum>' if content else ""
        found += f"<{prefix}size>{len(content)}</{prefix}size>" if content else ""
    return found


@pytest.fixture
def primary(tmp_path):
    """Write a repository whose repomd.xml states something of its package list; return its folder."""

    def written(content, stated, name="0-primary.xml"):
        folder = tmp_path / "repodata"
        folder.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
        named = f'<data type="primary">{stated}<location href="repodata/0-primary.xml"/></data>'
        (folder / "repomd.xml").write_text(REPOMD.format(named))
        return tmp_path

    return written


STATED = [
    # case, what the file holds, what is stated of it, what it is called
    ("it is", LIST, states(LIST), "0-primary.xml"),
    ("compressed", PACKED, states(PACKED, LIST), "0-primary.xml"),
    ("it was unpacked", LIST, states(PACKED, LIST), "0-primary.xml"),
    ("it was compressed anew", lzma.compress(LIST), states(PACKED, LIST), "0-primary.xml"),
    ("another name", LIST, states(LIST), "primary.xml"),
    ("another name, unpacked", LIST, states(PACKED, LIST), "primary.xml"),
    ("by size", LIST, states(LIST, kind="sha"), "0-primary.xml"),
    ("by the size without compression", lzma.compress(LIST), states(PACKED, LIST, kind="sha"), "0-primary.xml"),
    ("nothing is stated", LIST, "", "0-primary.xml"),
]


@pytest.mark.parametrize(("case", "content", "stated", "name"), STATED, ids=[row[0] for row in STATED])
def test_a_file_is_taken_that_is_as_repomd_states_it(primary, case, content, stated, name):
    assert read_catalog(primary(content, stated, name), family="rhel").table["name"].to_pylist() == ["bash"]


DIFFERENT = [
    # case, what the file holds, what is stated of it
    ("another content", OTHER, states(LIST), f"SHA256 is {sha256(OTHER)}, and `{{}}` states {sha256(LIST)}"),
    ("cut off", LIST[:-30], states(LIST), f"SHA256 is {sha256(LIST[:-30])}, and `{{}}` states {sha256(LIST)}"),
    ("of two sizes", LIST + b" ", states(LIST, kind="sha"), f"size is {len(LIST) + 1}, and `{{}}` states {len(LIST)}"),
    (
        "compressed", gzip.compress(OTHER, mtime=0), states(PACKED, LIST),
        f"SHA256 is {sha256(gzip.compress(OTHER, mtime=0))}, and `{{}}` states {' or '.join(sorted(map(sha256, (LIST, PACKED))))}",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("case", "content", "stated", "said"), DIFFERENT, ids=[row[0] for row in DIFFERENT])
def test_a_file_that_is_another_one_than_repomd_states_is_refused(primary, case, content, stated, said):
    folder = primary(content, stated)
    with pytest.raises(CatalogError) as raised:
        read_catalog(folder, family="rhel")
    assert str(raised.value) == (
        f"the file is another one: its {said.format(folder / 'repodata/repomd.xml')} [PR3020]\n"
        f"  at {folder / 'repodata/0-primary.xml'}\n  hint: mirror the repository again"
    )


@pytest.mark.parametrize("stated", [states(LIST), states(LIST, kind="sha") + "<size>1</size>", ""])
def test_no_other_file_stands_in_for_one_that_is_not_there(primary, stated):
    folder = primary(OTHER + b"\n", stated, "1-primary.xml")
    with pytest.raises(CatalogError, match=r"names `repodata/0-primary.xml`, which is not there \[PR3006\]"):
        read_catalog(folder, family="rhel")


@pytest.mark.parametrize(
    ("revision", "times", "made"),
    [
        ("1707811200", (1600000000,), "2024-02-13 08:00:00+00:00"),
        ("8.10", (1600000000, 1707811200, ""), "2024-02-13 08:00:00+00:00"),
        ("", (), "None"),
    ],
)
def test_a_repository_was_made_at_its_revision_or_with_its_newest_file(primary, revision, times, made):
    folder = primary(LIST, "".join(f"<timestamp>{time}</timestamp>" for time in times))
    repomd = folder / "repodata/repomd.xml"
    repomd.write_text(repomd.read_text().replace("1707811200</revision>", f"{revision}</revision>"))
    assert str(read_catalog(folder, family="rhel").as_of) == made


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


def test_an_unpacked_file_of_which_nothing_is_stated_is_the_one_that_is_named(primary):
    folder = primary(LIST, "", "primary.xml")
    repomd = folder / "repodata/repomd.xml"
    repomd.write_text(repomd.read_text().replace("0-primary.xml", "primary.xml.gz"))
    assert read_catalog(folder, family="rhel").table.num_rows
