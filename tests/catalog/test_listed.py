"""A Packages file beside a Release file that lists it: a cut or changed one is refused, a longer one is told of."""

from __future__ import annotations

import gzip
import hashlib
import lzma
from unittest.mock import Mock

import pytest

from patchrules.catalog import read_catalog
from patchrules.errors import CatalogError, Level
from patchrules.sources import deb822
from patchrules.sources.files import Document

STANZA = "Package: {0}\nVersion: 1-1\nArchitecture: amd64\nFilename: pool/{0}.deb\nSize: 1\n\n"
WHOLE = "".join(STANZA.format(name) for name in ("bash", "curl", "dash")).encode()
PADDED = WHOLE.replace(STANZA.format("curl").encode(), b"\n" * len(STANZA.format("curl")))
SUMS = {len(one): hashlib.sha256(one).hexdigest() for one in (WHOLE, lzma.compress(WHOLE))}
SHAPES = {
    "mirror": ("dists/bookworm/InRelease", "dists/bookworm/main/binary-amd64/Packages"),
    "apt": ("x_dists_bookworm_InRelease", "x_dists_bookworm_main_binary-amd64_Packages"),
    "flat": ("main/Release", "main/Packages"),
}


@pytest.fixture
def archive(tmp_path):
    """Write a Release file that lists files, and a Packages file; return the folder."""

    def written(content, listed=None, shape="mirror", ending="", sums="SHA256"):
        release, packages = (tmp_path / name for name in SHAPES[shape])
        listed = {"main/binary-amd64/Packages": len(WHOLE)} if listed is None else listed
        digests = SUMS if sums == "SHA256" else {}
        rows = [f" {digests.get(size, '0' * 64)} {size:8} {path}" for path, size in listed.items()]
        packages.parent.mkdir(parents=True, exist_ok=True)
        said = "Origin: Debian\nSuite: stable\nCodename: bookworm\nDate: Sat, 03 Feb 2024 20:15:00 UTC"
        release.write_text("\n".join([said, f"{sums}:", *rows, ""]))
        packages.with_name(packages.name + ending).write_bytes(content)
        return tmp_path

    return written


def doubts(catalog):
    return [one.code for one in catalog.diagnostics]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_cut_list_is_refused_however_it_is_named(archive, shape):
    folder = archive(WHOLE[: WHOLE.rindex(b"Package:")], shape=shape)
    with pytest.raises(CatalogError) as raised:
        read_catalog(folder)
    release, packages = (folder / name for name in SHAPES[shape])
    assert str(raised.value) == (
        f"the list of packages is cut off: it has {len(WHOLE) * 2 // 3} bytes, and `{release}` lists {len(WHOLE)} "
        f"[PR3019]\n  at {packages}\n  hint: fetch both again: apt-get update, or mirror the archive anew"
    )


def test_a_cut_list_that_is_given_alone_is_refused(archive):
    with pytest.raises(CatalogError, match="PR3019"):
        read_catalog(archive(WHOLE[:150]) / SHAPES["mirror"][1])


def test_a_list_inside_of_compression_that_is_whole_may_be_cut_too(archive):
    with pytest.raises(CatalogError, match="PR3019"):
        read_catalog(archive(gzip.compress(WHOLE[:150]), ending=".gz"))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_list_that_was_changed_to_its_size_is_refused_however_it_is_named(archive, shape):
    folder = archive(PADDED, shape=shape)
    with pytest.raises(CatalogError) as raised:
        read_catalog(folder)
    release, packages = (folder / name for name in SHAPES[shape])
    assert str(raised.value) == (
        f"the list of packages is another one: its SHA256 is {hashlib.sha256(PADDED).hexdigest()}, and `{release}` "
        f"lists {SUMS[len(WHOLE)]} [PR3019]\n  at {packages}\n"
        "  hint: fetch both again: apt-get update, or mirror the archive anew"
    )


def test_a_changed_list_inside_of_compression_is_refused(archive):
    with pytest.raises(CatalogError, match=hashlib.sha256(PADDED).hexdigest()):
        read_catalog(archive(lzma.compress(PADDED), ending=".xz"))


def test_a_changed_list_of_which_only_the_compressed_form_is_listed_is_refused(archive):
    stored = gzip.compress(PADDED, compresslevel=0)
    with pytest.raises(CatalogError, match=hashlib.sha256(stored).hexdigest()):
        read_catalog(archive(stored, {"main/binary-amd64/Packages.gz": len(stored)}, ending=".gz"))


def test_where_release_has_no_sha256_the_size_is_all_that_tells(archive):
    assert doubts(read_catalog(archive(PADDED, sums="MD5Sum"))) == []


def test_of_several_lists_of_one_size_a_flat_folder_may_hold_either(archive):
    several = {"main/binary-amd64/Packages": len(WHOLE), "contrib/binary-amd64/Packages": len(WHOLE)}
    assert doubts(read_catalog(archive(WHOLE, several, "flat"))) == []
    with pytest.raises(CatalogError, match="PR3019"):
        read_catalog(archive(PADDED, several, "flat"))


@pytest.mark.parametrize("listed", [SUMS, {len(WHOLE): SUMS[len(WHOLE)]}])
def test_stored_bytes_are_hashed_once_and_unpacked_once(archive, monkeypatch, listed):
    """Once a file, Packages and Release; a list that was compressed anew is hashed while it is read."""
    digest, opened = Mock(side_effect=hashlib.file_digest), []
    monkeypatch.setattr(hashlib, "file_digest", digest)
    stream = Document.stream

    def noted(document):
        opened.append(document.stem)
        return stream(document)

    monkeypatch.setattr(Document, "stream", noted)
    monkeypatch.setattr(deb822, "_CHUNK", 7)
    paths = ("main/binary-amd64/Packages", "main/binary-amd64/Packages.xz")
    assert (
        doubts(read_catalog(archive(lzma.compress(WHOLE), dict(zip(paths, listed, strict=False)), ending=".xz"))) == []
    )
    assert digest.call_count == 2
    assert opened.count("Packages") == 2, "the head, and the list"


def test_a_mark_at_the_beginning_is_of_the_list(archive, monkeypatch):
    marked = b"\xef\xbb\xbf" + WHOLE
    monkeypatch.setitem(SUMS, len(marked), hashlib.sha256(marked).hexdigest())
    assert (
        doubts(read_catalog(archive(gzip.compress(marked), {"main/binary-amd64/Packages": len(marked)}, ending=".gz")))
        == []
    )


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("sums", ["SHA256", "MD5Sum"])
def test_the_list_that_is_meant_is_no_doubt(archive, shape, sums):
    assert doubts(read_catalog(archive(WHOLE, shape=shape, sums=sums))) == []


@pytest.mark.parametrize(
    "listed",
    [
        {"main/binary-amd64/Packages": len(WHOLE), "main/binary-amd64/Packages.xz": 7},
        {"main/binary-amd64/Packages.xz": len(lzma.compress(WHOLE))},
        {"main/binary-arm64/Packages": 9999},
        {},
    ],
)
def test_what_is_compressed_anew_or_not_listed_is_no_doubt(archive, listed):
    assert doubts(read_catalog(archive(lzma.compress(WHOLE), listed, ending=".xz"))) == []


def test_a_larger_list_is_told(archive):
    found = read_catalog(archive(WHOLE, {"main/binary-amd64/Packages": 7}))
    [told] = found.diagnostics
    assert (told.code, told.level) == ("PR3231", Level.WARNING)
    assert told.message.endswith(f"it has {len(WHOLE)} bytes, and `{found.sources[-1].name}` lists 7")


def test_a_flat_folder_may_hold_any_of_several_lists(archive):
    several = {"main/binary-amd64/Packages": len(WHOLE), "contrib/binary-amd64/Packages": 9999}
    assert doubts(read_catalog(archive(WHOLE, several, "flat"))) == []


def test_a_last_stanza_that_nothing_ends_is_told():
    """Without a Release file it is all that shows."""
    found = read_catalog(WHOLE.rstrip()[:-3], family="debian")
    assert doubts(found) == ["PR2232", "PR3214"]
    assert found.diagnostics[0].level == Level.WARNING
    assert doubts(read_catalog(WHOLE.rstrip() + b"\n", family="debian")) == ["PR3214"]
