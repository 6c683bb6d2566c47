from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import os
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchrules.errors import CatalogError, InventoryError
from patchrules.sources.files import Document, Limits, expand, open_document

PLAIN = b"one\ntwo \xff\r\nthree" * 100
PACKED = {
    "gzip": gzip.compress(PLAIN),
    "bzip2": bz2.compress(PLAIN),
    "xz": lzma.compress(PLAIN),
    "zstd": pa.compress(PLAIN, codec="zstd", asbytes=True),
}


@pytest.mark.parametrize("kind", PACKED)
def test_compression_is_told_by_its_bytes_and_read_as_often_as_wanted(kind, tmp_path):
    path = tmp_path / "misleading.txt"
    path.write_bytes(PACKED[kind])
    document = open_document(path)
    assert document.compression == kind
    assert document.read() == document.read() == PLAIN
    assert document.head == PLAIN[: 8 << 10]
    assert document.source("text").bytes == len(PACKED[kind])


@pytest.mark.parametrize("kind", PACKED)
def test_a_cut_is_never_silent(kind):
    packed = PACKED[kind]
    for cut in (len(packed) // 2, len(packed) - 1):
        with pytest.raises(CatalogError) as caught:
            open_document(packed[:cut], name="feed", error=CatalogError).read()
        assert caught.value.code == "PR2902"
        assert f"the {kind} data is cut off or damaged" in caught.value.message
        assert caught.value.where is not None
        assert caught.value.where.file == "feed"


def test_opening_reads_nothing_and_what_has_vanished_is_told_when_it_is_read(tmp_path, monkeypatch):
    opened, raw = [], Document._raw

    def counted(self):
        opened.append(self.name)
        return raw(self)

    monkeypatch.setattr(Document, "_raw", counted)
    path = tmp_path / "web-1.rpmqa"
    path.write_bytes(PLAIN)
    documents = [open_document(path, error=CatalogError) for _ in range(5)]
    assert (documents[0].stem, opened) == ("web-1", [])
    path.unlink()
    asked = [lambda one: one.size, lambda one: one.compression, lambda one: one.head, Document.stream, Document.read]
    for ask, document in zip(asked, documents, strict=True):
        with pytest.raises(CatalogError, match=r"there is no such file \[PR2901\]"):
            ask(document)


def test_a_file_that_fails_at_its_first_bytes_leaves_nothing_open(tmp_path, monkeypatch):
    class Torn(io.BytesIO):
        def read(self, *_):
            raise OSError(5, "Input/output error")

    handles = []

    def torn(self):
        handles.append(Torn(PLAIN))
        return handles[-1]

    monkeypatch.setattr(Document, "_raw", torn)
    with pytest.raises(InventoryError, match=r"\[PR2901\]"):
        open_document(PLAIN).stream()
    assert [one.closed for one in handles] == [True]


def test_a_cut_of_which_nothing_comes_says_so():
    with pytest.raises(CatalogError) as caught:
        open_document(PACKED["gzip"][:20], error=CatalogError).read()
    assert caught.value.message == "the gzip data is cut off or damaged: nothing came out of 20 bytes stored"


@given(st.sampled_from(sorted(PACKED)), st.integers(0, 200), st.binary(min_size=1, max_size=3))
def test_damage_raises_our_error_or_nothing(kind, at, noise):
    packed = PACKED[kind]
    with contextlib.suppress(InventoryError):
        list(open_document(packed[:at] + noise + packed[at + len(noise) :]).lines())


LINES = {
    "lf": (b"a\nb\n", ["a", "b"]),
    "crlf": (b"a\r\nb\r\n", ["a", "b"]),
    "cr": (b"a\r\rb\rc\r", ["a", "", "b", "c"]),
    "cr without an end": (b"a\rb", ["a", "b"]),
    "no end": (b"a\nb", ["a", "b"]),
    "empty lines": (b"\n\nb\n", ["", "", "b"]),
    "utf-8 bom": (b"\xef\xbb\xbfa\n", ["a"]),
    "utf-16 le": ("a\nü\n".encode("utf-16"), ["a", "ü"]),
    "utf-16 be": (b"\xfe\xff" + "a\nü".encode("utf-16-be"), ["a", "ü"]),
    "line separators of Unicode": ("a\u2028b\x85c\n".encode(), ["a\u2028b\x85c"]),
    "nothing": (b"", []),
}


@pytest.mark.parametrize("case", LINES)
def test_lines(case):
    data, lines = LINES[case]
    assert list(open_document(data).lines()) == list(enumerate(lines, 1))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_of_many_blocks_are_whole_and_numbered(end):
    lines = [f"line {number} " + "x" * (number % 97) for number in range(20_000)]
    assert list(open_document(end.join(lines).encode()).lines()) == list(enumerate(lines, 1))
    assert open_document(end.join(lines).encode()).head_lines()[:50] == lines[:50]


def test_undecodable_bytes_are_replaced_and_counted():
    document = open_document(b"a\xff\n\xfe")
    assert list(document.lines()) == [(1, "a\ufffd"), (2, "\ufffd")]
    assert document.undecodable == 2


LIMITS = {
    "PR2903": (gzip.compress(b"a\n" * 600), Limits(max_bytes=1000)),
    "PR2904": (b"a" * 600, Limits(max_line=500)),
}


@pytest.mark.parametrize("code", LIMITS)
def test_limits(code):
    data, limits = LIMITS[code]
    with pytest.raises(InventoryError) as caught:
        list(open_document(data, limits=limits).lines())
    assert caught.value.code == code


def test_a_bomb_is_refused_by_its_ratio():
    bomb = bz2.compress(bytes(80 << 20))
    with pytest.raises(InventoryError, match="grow by more than 2,000 times"):
        open_document(bomb).read()


REFUSED = {
    "no/such.file": "cannot read `no/such.file`: there is no such file [PR2901]",
    "https://host/key": "cannot read `https://host/key`: only local paths and s3:// are read: copy it here first [PR2901]",
    "s3:///key": "cannot read `s3:///key`: the address names no bucket [PR2901]",
    5: "cannot read a `int`: give a path, bytes or a binary file [PR2901]",
    os.sep: "cannot read `/`: it is a folder, not a file [PR2901]",
}


@pytest.mark.parametrize("source", REFUSED, ids=str)
def test_what_cannot_be_opened_is_said_in_full(source):
    with pytest.raises(InventoryError) as caught:
        open_document(source)
    assert str(caught.value) == REFUSED[source]


def test_a_text_stream_is_refused():
    text: Any = io.StringIO("a")
    with pytest.raises(InventoryError, match="it was opened as text"):
        open_document(text)


def test_pipes_are_read_once_and_kept():
    read, write = os.pipe()
    os.write(write, b"a\nb\n")
    os.close(write)
    document = open_document(f"/dev/fd/{read}")
    os.close(read)
    assert document.read() == document.read() == b"a\nb\n"


def test_expand_walks_folders_and_globs_in_order(tmp_path):
    for name in ("b/2.txt", "a/1.txt", "a/.hidden", ".git/x", "c.log"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    names = ["a/1.txt", "b/2.txt", "c.log"]
    assert list(expand(tmp_path)) == [tmp_path / name for name in names]
    assert list(expand(f"{tmp_path}/**/*.txt")) == [tmp_path / name for name in names[:2]]
    assert expand([tmp_path / "c.log", b"x"]) == (tmp_path / "c.log", b"x")


@pytest.mark.parametrize("source", [[], "{}/*.none", "{}"], ids=["list", "glob", "folder"])
def test_expand_of_nothing_is_an_error(source, tmp_path):
    with pytest.raises(InventoryError) as caught:
        expand(source.format(tmp_path) if isinstance(source, str) else source)
    assert caught.value.code == "PR2905"
