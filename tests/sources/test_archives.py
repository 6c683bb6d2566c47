"""Zip files that mean harm are refused before anything of them is read."""

from __future__ import annotations

import io
import zipfile

import pytest

from patchrules.errors import CatalogError
from patchrules.sources.archives import first_member, members
from patchrules.sources.files import Limits, open_document


def zipped(*files, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return buffer.getvalue()


def read(data, **limits):
    document = open_document(data, name="a.zip", limits=Limits(**limits), error=CatalogError)
    with members(document, lambda _: True) as found:
        return {one.inner: one.read() for one in found}


def test_members_are_documents_of_their_own():
    data = zipped(("CVEs_1.csv", "a,b\n1,2\n"), ("folder/x.txt", "x"))
    document = open_document(data, name="a.zip")
    assert first_member(document) == "CVEs_1.csv"
    with members(document, lambda name: name.endswith(".csv")) as found:
        assert [(one.name, list(one.lines())) for one in found] == [("a.zip/CVEs_1.csv", [(1, "a,b"), (2, "1,2")])]


@pytest.mark.parametrize("name", ["../a.csv", "a/../../b.csv", "/etc/passwd", "C:\\x.csv", "..\\x", "a/.."])
def test_a_path_that_leaves_the_archive_is_refused(name):
    with pytest.raises(CatalogError, match=r"names a file outside.*\[PR2906\]"):
        read(zipped(("ok.csv", "1"), (name, "2")))


def test_a_zip_of_too_many_members_is_refused():
    with pytest.raises(CatalogError, match=r"the archive has 11 members, the limit is 10 \[PR2903\]"):
        read(zipped(*((f"{number}.csv", "1") for number in range(11))), max_members=10)


def test_a_zip_that_says_it_holds_too_much_is_refused():
    with pytest.raises(CatalogError, match=r"the archive holds more than the limit.*\[PR2903\]"):
        read(zipped(("a.csv", b"0" * 5000), ("b.csv", b"0" * 5000)), max_bytes=9000)


def test_a_zip_that_lies_about_its_size_is_not_unpacked_beyond_it():
    honest = zipped(("a.csv", b"0" * 100_000))
    lying = honest.replace((100_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != honest
    with pytest.raises(CatalogError, match=r"\[PR290[23]\]"):
        read(lying, max_bytes=50_000)


def test_a_bomb_is_refused_by_its_ratio():
    bomb = zipped(("a.csv", b"\0" * (80 << 20)))
    with pytest.raises(CatalogError, match=r"stored bytes grow by more than 500 times \[PR2903\]"):
        read(bomb, max_ratio=500)


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.9, 0.99])
def test_a_zip_that_is_cut_off_is_refused(cut):
    data = zipped(("a.csv", bytes(range(256)) * 100))
    with pytest.raises(CatalogError, match=r"\[PR2902\]"):
        read(data[: int(len(data) * cut)])


def test_damage_inside_a_member_is_told():
    data = bytearray(zipped(("a.csv", b"0123456789" * 50), method=zipfile.ZIP_STORED))
    data[60] ^= 1
    with pytest.raises(CatalogError, match=r"the zip data is cut off or damaged.*\[PR2902\]"):
        read(bytes(data))


def test_an_encrypted_member_is_refused():
    data = bytearray(zipped(("a.csv", b"secret")))
    for signature, flag in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + flag] |= 1
    with pytest.raises(CatalogError, match=r"the zip archive cannot be read:.*encrypted.*\[PR2902\]"):
        read(bytes(data))
