"""A document read in Arrow says what its tree says: the same rows, lines, rejects and doubts, or the same error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import patchrules.sources.tag_columns as room
from patchrules.catalog import ReadOptions
from patchrules.catalog._rows import PartRows
from patchrules.catalog.updateinfo import read, sniff
from patchrules.errors import CatalogError
from patchrules.sources.files import Limits, open_document
from tests.conftest import ROOT

SAMPLES = sorted((ROOT / "data/catalogs").rglob("*updateinfo*.xml*"))

TEXTS = ("", "X-1", " x \n", "a &amp; b", "&lt;&#38;lt;&#x3b1;", "it's", "\xa0\xe9\u3000", "2024-01-31", "false", "No")
ODD_TEXTS = ("a > b", 'a ="b" c="d"', "a\r\nb", "\r", "a<!-- <id> -->b", "<![CDATA[<package/>]]>", "<?a b?>", "<c/>d")
KEYS = ("name", "version", "release", "arch", "epoch", "id", "type", "date", "short", "stream", "other")
VALUES = (
    "a",
    "1",
    "",
    "src",
    "cve",
    "SELF",
    "bugzilla",
    " security",
    "2024-02-30",
    "&quot;&amp;amp;",
    "it's",
    "b=c",
    "\xe9",
)
ODD_VALUES = ("a>b", "a\tb", "a\nb", "a\r\nb", "&#10;", "xmlns", "/", " = ", "b=")
TAGS = (
    *("id", "title", "severity", "issued", "updated", "reboot_suggested", "references", "reference", "pkglist"),
    *("collection", "module", "package", "name", "description", "updates", "restart_suggested"),
)
ODD_TAGS = ("update", "x:package", "x:update", "packages", "a_prefix_that_is_long:update", "a_name_that_is_very_long")


def trees(*, odd):
    """Return a strategy for whatever elements in whatever order; odd ones need a parser."""
    forms = [' {}="{}"', '\n  {}="{}"', *[" {}='{}'", ' {} = "{}"'] * odd]
    values = VALUES + VALUES + ODD_VALUES * odd
    ends = ["", " ", "\n", *[' xmlns="u"', ' xmlns:x="u"', ' xmlns:a_prefix_that_is_long="u"'] * odd]
    attribute = st.tuples(st.sampled_from(KEYS), st.sampled_from(forms), st.sampled_from(values))
    attributes = st.lists(attribute, max_size=5, unique_by=lambda one: one[0])

    def around(inner):
        tags = st.sampled_from(TAGS * 3 + ODD_TAGS * odd)
        return st.builds(tree, tags, attributes, st.sampled_from(ends), st.lists(inner, max_size=4))

    return st.recursive(st.sampled_from(TEXTS * 2 + ODD_TEXTS * odd), around, max_leaves=16)


def tree(tag, attributes, end, inside):
    """Return an element."""
    start = tag + "".join(form.format(key, value) for key, form, value in attributes) + end
    return f"<{start}>{''.join(inside)}</{tag}>" if inside else f"<{start}/>"


def joined(*parts, between=""):
    """Return a strategy for texts made of one of each part; a text is a part that may be missing."""
    drawn = [st.sampled_from(["", part]) if isinstance(part, str) else part for part in parts]
    return st.tuples(*drawn).map(between.join)


def several(text):
    """Return a strategy for a few in a row."""
    return st.lists(text, max_size=4).map("\n".join)


def element(tag, inside=None, start=""):
    """Return a strategy for an element with a text, or with what is given."""
    return (st.sampled_from(TEXTS) if inside is None else inside).map(lambda text: f"<{tag}{start}>{text}</{tag}>")


def stated(key):
    """Return a strategy for an attribute, or none."""
    return st.just("") | st.sampled_from(VALUES).map(lambda value: f' {key}="{value}"')


ENDS = st.sampled_from(["/>", " />", "><filename>f</filename>\n</package>", "><reboot_suggested/></package>"])
PACKAGES = several(joined(st.just("<package"), *map(stated, KEYS[:5]), ENDS))
REFERENCES = several(joined(st.just('<reference href="h?a=b"'), stated("id"), stated("type"), st.just("/>")))
COLLECTIONS = several(
    joined(
        st.just("<collection"),
        joined(stated("short"), st.just(">\n"), element("name"), '<module name="n" stream="1"/>', PACKAGES),
        st.just("</collection>"),
    )
)
USUAL = joined(
    st.just("<update"),
    joined(stated("from"), stated("type"), st.just(">\n")),
    joined(element("id"), element("title"), "<severity />", element("severity"), "<pushcount>1</pushcount>"),
    joined("<issued date='2024-01-01'/>".replace("'", '"'), element("issued"), between="\n"),
    joined("<updated date='2023-01-01'/>".replace("'", '"'), element("updated", start=' date=""'), between="\n"),
    joined(element("references", REFERENCES), "<references/>", "<description>a > b</description>", between="\n"),
    joined(element("pkglist", COLLECTIONS), element("pkglist", PACKAGES), element("reboot_suggested")),
    st.just("</update>"),
)
PROLOGS = (
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    "",
    '<?xml version="1.0"?>',
    "\ufeff",
    "<!-- c -->",
    "\n",
    "<!DOCTYPE u>",
)
ROOTS = (
    "<updates>",
    '<updates xmlns="u">',
    "<updates\n a='b'>",
    '<updates xmlns:x="u" xmlns:a_prefix_that_is_long="v">',
)


@st.composite
def documents(draw):
    """Return notices among whatever else, whole or cut off."""
    odd = draw(st.booleans())
    whatever = trees(odd=odd)
    notices = st.lists(whatever, max_size=5).map(lambda inside: f"<update>{''.join(inside)}</update>")
    inside = "\n".join(draw(st.lists(USUAL | notices | (whatever if odd else notices), max_size=4)))
    prolog, root = (draw(st.sampled_from(one if odd else one[:2])) for one in (PROLOGS, ROOTS))
    text = f"{prolog}{root}{inside}</updates>"
    if not odd:
        return text
    return text[: draw(st.just(len(text)) | st.integers(0, len(text)))]


PACKAGE = '<package name="{}" version="1"/>\n'
NOTICE = f"<update>{{}}<pkglist>{PACKAGE.format('a') * 2}</pkglist></update>"
ODD = {
    "a text behind an empty element": NOTICE.format("<severity/>Low"),
    "a comment": NOTICE.format("<id>a<!-- </update> -->b</id>"),
    "CDATA": NOTICE.format("<id><![CDATA[<update>]]></id>"),
    "an instruction": NOTICE.format("<id>a<?b c?></id>"),
    "a prefix": NOTICE.format(f'<x xmlns:p="u"><p:update>{NOTICE[8:]}</x>'.replace("</update>", "</p:update>")),
    "a long prefix": NOTICE.format(
        f'<x xmlns:{"p" * 30}="u"><{"p" * 30}:update>{NOTICE[8:-9]}</{"p" * 30}:update></x>'
    ),
    "a row in a row": NOTICE.format(NOTICE),
    "a row below": f"<x>{NOTICE}</x>",
    "the root's name, empty": NOTICE.format("") + NOTICE.format("<updates/>"),
    "a namespace of a text": NOTICE.format('<id xmlns="v">a</id>'),
    "a namespace of an attribute": NOTICE.format("").replace("<pkglist>", '<pkglist xmlns="v">'),
    "a namespace of a row": NOTICE.format("<id>a</id>").replace("<update>", '<update xmlns="v">'),
    "line ends": NOTICE.format("<title>a\r\nb\rc</title>"),
    "quotes in texts": NOTICE.format("").replace("/>", ">say &quot;</package>").replace("&quot;", '"\n', 1),
    "an end in a text": NOTICE.format("").replace("/>\n", ">\n</package>", 1).replace("/>\n", '>say ">\n</package>'),
    "many shapes": "".join(NOTICE.format("").replace("/>", f' x{one}=""/>') for one in range(40)),
    "far too many shapes": "".join(NOTICE.format("").replace("/>", f' x{one}=""/>') for one in range(70)),
}


def told(data, **limits):
    """Return all that a reader tells of a document; rows without an architecture too, which are refused later."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PartRows, "_without", lambda _, patches, *_why: patches)
        try:
            part = read(open_document(data, name="u.xml", error=CatalogError, limits=Limits(**limits)), ReadOptions())
        except CatalogError as refusal:
            return str(refusal)
    return part.table.to_pylist(), part.rejects.to_pylist(), part.diagnostics, part.source


def not_plain(*_arguments):
    """Stand for the way in Arrow where there is none."""
    raise room._NotPlainError


def by_tree(data, **limits):
    """Return what the tree says."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "_plain_tags", not_plain)
        return told(data, **limits)


@pytest.mark.parametrize("stretch", [50, 1 << 20])
@given(documents(), st.sampled_from([64, 64, 4]))
def test_both_ways_say_the_same(stretch, text, depth):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "_STRETCH", stretch)
        assert told(text.encode(), max_depth=depth) == by_tree(text.encode(), max_depth=depth)


@pytest.mark.parametrize("stretch", [50, 1 << 20])
@pytest.mark.parametrize("case", ODD)
def test_what_is_odd_says_the_same(case, stretch, monkeypatch):
    monkeypatch.setattr(room, "_STRETCH", stretch)
    data = f"<updates>{NOTICE}\n{ODD[case]}</updates>".replace("{}", "").encode()
    assert told(data)[0]
    assert told(data) == by_tree(data)


def test_another_encoding_is_not_taken_for_utf_8():
    notice = NOTICE.format("<title>\xe9</title>")
    data = f'<?xml version="1.0" encoding="iso-8859-1"?><updates>{notice}</updates>'.encode()
    assert [row["title"] for row in told(data)[0]] == ["\xc3\xa9"] * 2


def test_a_row_without_an_end_in_sight_is_left_to_the_tree(monkeypatch):
    monkeypatch.setattr(room, "_STRETCH", 8)
    monkeypatch.setattr(room, "_LONGEST", 64)
    data = f"<updates>{NOTICE.format(' ' * 100)}</updates>".encode()
    assert told(data) == by_tree(data)


@pytest.mark.parametrize("stretch", [50, 1 << 20])
@given(st.lists(USUAL, max_size=6).map("\n".join))
def test_usual_documents_need_no_tree(stretch, text):
    data = f'<?xml version="1.0"?>\n<updates xmlns="u">\n{text}\n</updates>\n'.encode()
    wanted = by_tree(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room, "_STRETCH", stretch)
        patch.setattr(room, "tags_of_tree", None)
        assert told(data) == wanted


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.parent.name)
def test_our_samples_need_no_tree(path, monkeypatch):
    wanted = by_tree(path.read_bytes())
    monkeypatch.setattr(room, "tags_of_tree", None)
    assert told(path.read_bytes()) == wanted


@pytest.mark.shared
def test_every_updateinfo_of_the_shared_data_says_the_same_both_ways(shared):
    seen = 0
    for path in sorted((shared / "data").rglob("*updateinfo*")):
        if path.is_file() and sniff(open_document(path, error=CatalogError)):
            assert told(path.read_bytes()) == by_tree(path.read_bytes()), path
            seen += 1
    assert seen > 15


@pytest.mark.shared
def test_a_long_document_of_a_vendor_needs_no_tree(shared, monkeypatch):
    monkeypatch.setattr(room, "tags_of_tree", None)
    rows = told((shared / "data/rpm/updateinfo/centos5-6-7-cefs-2016.updateinfo.xml").read_bytes())[0]
    assert (len(rows), rows[-1]["line"] is None) == (6613, False)
