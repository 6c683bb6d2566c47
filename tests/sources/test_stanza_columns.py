"""Columns of stanzas say what the stanzas say, whichever way a block is read."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import patchrules.sources.deb822 as room
import patchrules.sources.stanza_columns as columns_room
from patchrules.errors import InventoryError
from patchrules.sources.deb822 import stanzas
from patchrules.sources.files import open_document
from patchrules.sources.stanza_columns import stanza_columns

FIELDS = ("Package", "Version", "A")
LINES = (
    *("Package: bash", "Package:", "Package:dash", "package: zsh", "PACKAGE: ksh", "Package : no", "Packages: no"),
    *("Version: 1.0 ", "Version:\t2\xa0", "Version: \x1c3\u3000", "A: x:y", "Arch: no", "Priority: no", "Av: no"),
    *(
        "# A: no",
        " folded",
        "\tfolded",
        " A: no",
        " ",
        "\t ",
        "",
        "",
        "",
        "stray",
        "A",
        "\r",
        "\ufffd",
        "-----BEGIN PGP",
    ),
    *("-----BEGIN PGP SIGNED MESSAGE-----", "-----BEGIN PGP SIGNATURE-----", "- A: dashed"),
)
PLAIN = b"\n\nPackage: bash\nVersion: 5.2\nTag: a,\n b\n\n\nPriority: no\n\nA: 1\n\nVersion: 1\nA:"


def both(data):
    """Return what the columns and the stanzas say, as lists of line and fields, or as the error of both."""
    document = open_document(data)
    return said(lambda: rows(stanza_columns(document, FIELDS))), said(lambda: list(stanzas(document, FIELDS)))


def rows(table):
    found = table.to_pylist()
    return [(row.pop("line"), {name: value for name, value in row.items() if value is not None}) for row in found]


def said(read):
    try:
        return read()
    except InventoryError as problem:
        return str(problem)


@pytest.mark.parametrize("chunk", [1, 7, 1 << 20])
@given(st.lists(st.sampled_from(LINES), max_size=16).map("\n".join))
@example("Package: a\nPackage: b")
@example("Version: 1\nVersion: 2\n\nA: 1\n\npackage: b\nPACKAGE: c")
@example("# A: no\nA: 1")
@example("Package: a\n folded")
@example("A: 1\nstray\n\t \nVersion: 2\n\nA: 3")
@example("\n\nA: 1\n\n\nstray\n\nA: 2\n\nVersion: 3\nVersion:4")
def test_columns_say_what_the_stanzas_say(chunk, text):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "_CHUNK", chunk)
        told, wanted = both(text.encode())
    assert told == wanted


def test_bytes_that_are_not_utf_8_are_replaced():
    told, wanted = both(b"Package: \xff\n\nPackage: bash\nVersion: 1\n")
    assert told == wanted == [(1, {"Package": "\ufffd"}), (3, {"Package": "bash", "Version": "1"})]


def test_a_plain_block_is_not_read_stanza_by_stanza(monkeypatch):
    wanted = list(stanzas(open_document(PLAIN), FIELDS))
    monkeypatch.setattr(columns_room, "stanzas_of_block", None)
    table = stanza_columns(open_document(PLAIN), FIELDS)
    assert wanted == [(3, {"Package": "bash", "Version": "5.2"}), (11, {"A": "1"}), (13, {"Version": "1", "A": ""})]
    assert table.to_pylist() == [{"line": line, **dict.fromkeys(FIELDS)} | found for line, found in wanted]


def test_no_bytes_are_no_rows():
    assert stanza_columns(open_document(b""), FIELDS).num_rows == 0
