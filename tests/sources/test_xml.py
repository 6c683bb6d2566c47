"""XML that streams, and XML that is refused with its place."""

from __future__ import annotations

import gc
import io
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import patchrules.sources.xml as room
from patchrules.errors import CatalogError
from patchrules.sources.files import Limits, open_document
from patchrules.sources.xml import TagLines, elements

BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>\n<x>&b;</x>'

REFUSED = {
    "cut off": (b"<a>\n<b>", "the XML is not well-formed: no element found [PR3901]\n  at f.xml:2:4"),
    "empty": (b"", "the XML is not well-formed: no element found [PR3901]\n  at f.xml:1:1"),
    "crossed": (b"<a>\n <b></a>", "the XML is not well-formed: mismatched tag [PR3901]\n  at f.xml:2:7"),
    "after the root": (b"<a/><b/>", "the XML is not well-formed: junk after document element [PR3901]\n  at f.xml:1:5"),
    "bad byte": (
        b"<a>\xff</a>",
        "the XML is not well-formed: not well-formed (invalid token) [PR3901]\n  at f.xml:1:4",
    ),
    "entity": (b"<a>&nope;</a>", "the XML is not well-formed: undefined entity [PR3901]\n  at f.xml:1:4"),
    "encoding": (
        b'<?xml version="1.0" encoding="nope"?><a/>',
        "the XML is not well-formed: unknown encoding: nope [PR3901]\n  at f.xml",
    ),
    "doctype": (
        b"<?xml version='1.0'?>\n<!DOCTYPE a SYSTEM 'file:///etc/passwd'>\n<a/>",
        "the XML has a DOCTYPE, which may declare entities [PR3902]\n  at f.xml:2\n  hint: remove the DOCTYPE line",
    ),
    "bomb": (
        BOMB,
        "the XML has a DOCTYPE, which may declare entities [PR3902]\n  at f.xml:1\n  hint: remove the DOCTYPE line",
    ),
    "deep": (b"<a>" * 65, "the XML is nested deeper than 64 elements [PR3903]\n  at f.xml"),
}


def nested(inner):
    """Return elements of two names, with a number of their own, around others."""
    texts = st.tuples(st.sampled_from("ab"), st.integers(0, 99))
    return texts.map(lambda said: f"<{said[0]} n='{said[1]}'>{''.join(inner)}</{said[0]}>")


def read(data, tags=("b",), **options):
    return list(elements(open_document(data, name="f.xml", error=CatalogError), tags, **options))


@pytest.mark.parametrize("chunk", [1, 1 << 18])
@pytest.mark.parametrize("case", REFUSED)
def test_refusals(case, chunk, monkeypatch):
    monkeypatch.setattr(room, "_CHUNK", chunk)
    data, message = REFUSED[case]
    with pytest.raises(CatalogError) as caught:
        read(data)
    assert str(caught.value) == message


def test_utf16_hides_no_doctype():
    with pytest.raises(CatalogError, match="PR3902"):
        read('<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a><a/>'.encode("utf-16"))


def test_elements_are_whole_when_yielded_and_forgotten_after():
    document = open_document(b"<a xmlns='urn:x'><b><c>1</c></b><d/><b><c>2</c></b></a>")
    seen = []
    for one in elements(document, ("b",)):
        seen.append(one)
        assert one.tag == "{urn:x}b"
        assert len(one) == 1
    assert [len(one) for one in seen] == [0, 0]


def test_depth_is_the_limit_itself():
    document = open_document(b"<a><b><c/></b></a>", error=CatalogError, limits=Limits(max_depth=3))
    assert len(list(elements(document, ("c",)))) == 1


DEPTHS = {
    "open": b"<a><b><c><d>",
    "closed": b"<a><b><c><d/></c></b></a>",
    "not wanted": b"<a><x/><x><c><d/></c></x><b/></a>",
    "before a wanted one": b"<a><b><x/><x><d/></x></b><b/></a>",
    "beside many": b"<a><b><x><d/></x>" + b"<x/>" * 99 + b"</b><b/></a>",
}


@pytest.mark.parametrize("chunk", [1, 7, 1 << 18])
@pytest.mark.parametrize("case", DEPTHS)
def test_what_is_too_deep_is_refused_wherever_it_stands(case, chunk, monkeypatch):
    monkeypatch.setattr(room, "_CHUNK", chunk)
    document = open_document(DEPTHS[case], error=CatalogError, limits=Limits(max_depth=3))
    with pytest.raises(CatalogError, match="deeper than 3 elements"):
        list(elements(document, ("b",)))


def test_many_parents_beside_one_another_are_not_deep():
    document = open_document(b"<a><b>" + b"<x><y/></x>" * 99 + b"</b></a>", limits=Limits(max_depth=4))
    assert [len(one) for one in elements(document, ("b",))] == [99]


@pytest.mark.parametrize("chunk", [1, 7, 1 << 18])
@given(st.recursive(st.just("<b/>"), lambda inner: st.lists(inner, max_size=3).flatmap(nested), max_leaves=12))
@example("<a><b><b n='1'/></b><b/></a>")
@example("<b n='1'/>")
def test_inner_elements_come_first_and_the_root_last(chunk, data):
    """The order is that of the end tags; what was yielded inside of another is empty by then, as is a root."""
    tree = ET.fromstring(data)  # noqa: S314  made here
    ends = [element for _, element in ET.iterparse(io.BytesIO(data.encode())) if element.tag == "b"]  # noqa: S314
    wanted = [{} if one.tag == tree.tag and one is ends[-1] and len(tree) else one.attrib for one in ends]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "_CHUNK", chunk)
        assert [dict(one.attrib) for one in elements(open_document(data.encode()), ("b",))] == wanted


@pytest.mark.parametrize(("start", "end"), [(b"<a><x>", b"</x></a>"), (b"<b>", b"</b>")])
def test_a_long_document_is_forgotten_while_it_is_read(start, end, monkeypatch):
    monkeypatch.setattr(room, "_CHUNK", 64)
    seen = elements(open_document(start + b"<b><c/></b><d/>" * 500 + end), ("b",))
    alive = [
        sum(isinstance(one, ET.Element) for one in gc.get_objects())
        for number, _ in enumerate(seen)
        if number % 100 == 0
    ]
    assert max(alive) < min(alive) + 50


@pytest.mark.parametrize("chunk", [1, 5, 1 << 18])
@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"<a>\n<b/><b>\n</b>\n<b\n x='1'/></a>", [2, 2, 4]),
        (b"<a>\n<!-- <b/> -->\n<b/></a>", None),
        (b"<a>\n<![CDATA[<b/>]]>\n<b/></a>", None),
        (b"<x:a xmlns:x='urn:x'><x:b/></x:a>", None),
        (b"<a><bb/><b-b/>\r\n<b/></a>", [2]),
        (b"<a/>", []),
    ],
)
def test_lines_are_told_or_not_at_all(data, wanted, chunk, monkeypatch):
    monkeypatch.setattr(room, "_CHUNK", chunk)
    lines = TagLines("b")
    found = read(data, lines=lines)
    assert lines.lines(len(found)) == wanted


@given(st.lists(st.sampled_from(["\n", "<b/>", "<bc/>", "<b\n/>", "text"]), max_size=30), st.integers(1, 40))
def test_lines_are_those_of_the_tags(pieces, chunk):
    data = "<a>" + "".join(pieces) + "</a>"
    lines = TagLines("b")
    for start in range(0, len(data), chunk):
        lines.feed(data[start : start + chunk].encode())
    lines.feed(b"")
    wanted = [1 + data[:at].count("\n") for at in range(len(data)) if data.startswith(("<b/", "<b\n"), at)]
    assert lines.lines(len(wanted)) == wanted


@given(st.binary(max_size=200) | st.text("<>/ab&;!x'\"= \n", max_size=60).map(str.encode))
def test_no_bytes_raise_anything_but_our_error(data):
    try:
        read(data)
    except CatalogError as refusal:
        assert refusal.code[:4] in {"PR39", "PR29"}  # noqa: PT017  either outcome is right
