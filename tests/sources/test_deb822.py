"""Stanzas, however a file folds, ends or signs them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import patchrules.sources.deb822 as room
from patchrules.errors import CatalogError
from patchrules.sources.deb822 import STRAY, stanzas
from patchrules.sources.files import open_document

SIGNED = (
    b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nOrigin: Debian\nSuite: stable\n- - dashed\n"
    b"-----BEGIN PGP SIGNATURE-----\n\nOrigin: not this\n-----END PGP SIGNATURE-----\n"
)
CASES = {
    "two stanzas": (b"A: 1\nB: 2\n\nA: 3\n", [(1, {"A": "1", "B": "2"}), (4, {"A": "3"})]),
    "no final newline": (b"A: 1\n\nA: 2", [(1, {"A": "1"}), (3, {"A": "2"})]),
    "many empty lines": (b"\n\n\nA: 1\n\n\n\n\nA: 2\n\n\n", [(4, {"A": "1"}), (9, {"A": "2"})]),
    "lines of blanks": (b"A: 1\n \t\nA: 2\n", [(1, {"A": "1"}), (3, {"A": "2"})]),
    "lines of blanks first": (b" \nA: 1\n\n\t\nA: 2\n", [(2, {"A": "1"}), (5, {"A": "2"})]),
    "folded": (b"A: 1\n two\n .\n\tthree\nB: 2\n", [(1, {"A": "1\ntwo\n.\nthree", "B": "2"})]),
    "empty first line": (b"A:\n x\n y\n", [(1, {"A": "\nx\ny"})]),
    "crlf": (b"A: 1\r\n x\r\n\r\nA: 2\r\n", [(1, {"A": "1\nx"}), (4, {"A": "2"})]),
    "cr": (b"A: 1\r x\r\rA: 2\r", [(1, {"A": "1\nx"}), (4, {"A": "2"})]),
    "both line ends": (b"A: 1\r\n\r\nB: 1\n\nA: 3\n", [(1, {"A": "1"}), (3, {"B": "1"}), (5, {"A": "3"})]),
    "comments": (b"# one\nA: 1\n# two\nB: 2\n\n#three\n\nA: 3\n", [(2, {"A": "1", "B": "2"}), (8, {"A": "3"})]),
    "last one counts": (b"A: 1\nA: 2\n", [(1, {"A": "2"})]),
    "colons": (b"A:1:2\nB : 3\n", [(1, {"A": "1:2", STRAY: "B : 3"})]),
    "stray": (b"junk\nA: 1\nmore junk\n", [(1, {STRAY: "junk\nmore junk", "A": "1"})]),
    "signed": (SIGNED, [(4, {"Origin": "Debian", "Suite": "stable", STRAY: "- dashed"})]),
    "bom": (b"\xef\xbb\xbfA: 1\n", [(1, {"A": "1"})]),
    "utf-16 le": (b"\xff\xfe" + "A: \u00e9\n\nA: 2".encode("utf-16-le"), [(1, {"A": "\u00e9"}), (3, {"A": "2"})]),
    "utf-16 be": (b"\xfe\xff" + "A: \u00e9\n\nA: 2".encode("utf-16-be"), [(1, {"A": "\u00e9"}), (3, {"A": "2"})]),
    "not utf-8": (b"A: \xff\n", [(1, {"A": "\ufffd"})]),
    "empty": (b"", []),
}


@pytest.mark.parametrize("chunk", [1, 7, 1 << 20])
@pytest.mark.parametrize("case", CASES)
def test_stanzas(case, chunk, monkeypatch):
    monkeypatch.setattr(room, "_CHUNK", chunk)
    data, wanted = CASES[case]
    assert list(stanzas(open_document(data))) == wanted


@pytest.mark.parametrize("chunk", [1, 7, 1 << 20])
@pytest.mark.parametrize("case", CASES)
def test_the_wanted_fields_are_the_same_fields(case, chunk, monkeypatch):
    monkeypatch.setattr(room, "_CHUNK", chunk)
    data, wanted = CASES[case]
    some = [(line, {name: value for name, value in fields.items() if name == "A"}) for line, fields in wanted]
    assert list(stanzas(open_document(data), ("A",))) == [(line, fields) for line, fields in some if fields]


@pytest.mark.parametrize(
    "text",
    [
        b"Package: a\nPackage: b\n",
        b"package: a\nA: 1\nPACKAGE: b\n",
        b"Package: a\npackage: b\n",
        b"package: a\nA: 1\nPackage: b\n",
    ],
)
@pytest.mark.parametrize("chunk", [1, 1 << 20])
def test_two_packages_without_an_empty_line_between_are_none(text, chunk, monkeypatch):
    monkeypatch.setattr(room, "_CHUNK", chunk)
    with pytest.raises(CatalogError) as caught:
        list(stanzas(open_document(b"Package: x\n\n" + text, name="Packages", error=CatalogError), ("A", "Package")))
    said = "a stanza has the field `Package` twice: the empty line between two packages is missing [PR2001]"
    hint = "copy the file again as it is, with its empty lines"
    assert str(caught.value) == f"{said}\n  at Packages:3\n  hint: {hint}"


def test_field_names_are_compared_without_case():
    assert list(stanzas(open_document(b"PACKAGE: a\nversion: 1\n"), ("Package", "Version"))) == [
        (1, {"Package": "a", "Version": "1"})
    ]
    twice = b"Package: a\nVersion: 1\nversion: 2\n"
    assert list(stanzas(open_document(twice), ("Package", "Version"))) == [(1, {"Package": "a", "Version": "2"})]


def test_a_letter_that_is_like_one_in_another_case_is_another_letter():
    text = "Package: a\n b\n\u017fection: c\nPac\u212aage: d\n".encode()
    assert list(stanzas(open_document(text), ("Package", "Section"))) == [(1, {"Package": "a\nb"})]


def test_an_endless_stanza_is_refused(monkeypatch):
    monkeypatch.setattr(room, "_LARGEST", 100)
    monkeypatch.setattr(room, "_CHUNK", 50)
    with pytest.raises(CatalogError) as caught:
        list(stanzas(open_document(b"A: 1\n" * 100, name="Packages", error=CatalogError)))
    assert str(caught.value) == "a stanza is longer than 100 bytes [PR3911]\n  at Packages"


def test_stanzas_between_lines_of_blanks_are_not_one_long_stanza(monkeypatch):
    monkeypatch.setattr(room, "_LARGEST", 100)
    monkeypatch.setattr(room, "_CHUNK", 50)
    assert len(list(stanzas(open_document(b"A: 1\n \n" * 100, error=CatalogError)))) == 100


_NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,8}", fullmatch=True)
_VALUES = st.lists(st.from_regex(r"[a-z0-9.:+~-]{1,8}", fullmatch=True), min_size=1, max_size=3)
_STANZAS = st.lists(st.dictionaries(_NAMES, _VALUES, min_size=1, max_size=4), max_size=5)


@given(_STANZAS)
def test_what_is_written_is_read_back(written):
    text = "\n".join(
        "".join(f"{name}: {chr(10).join(lines)}\n".replace("\n", "\n ").rstrip(" ") for name, lines in one.items())
        for one in written
    )
    read = [fields for _, fields in stanzas(open_document(text.encode()))]
    assert read == [{name: "\n".join(lines) for name, lines in one.items()} for one in written]


@given(st.binary(max_size=200))
def test_no_bytes_raise(data):
    list(stanzas(open_document(data, name="x", error=CatalogError)) if data[:2] not in _MAGIC else ())


_MAGIC = (b"\x1f\x8b", b"BZ", b"\xfd7", b"\x28\xb5")
