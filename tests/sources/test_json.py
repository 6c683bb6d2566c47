"""JSON read in place: the same values as the standard library, each with its line, and no bytes but our errors."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from patchrules.errors import CatalogError
from patchrules.sources.files import open_document
from patchrules.sources.json import json_of, streamed

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


def top(data):
    return json_of(open_document(data, name="a.json", error=CatalogError))


def rebuilt(place):
    """The value put together from its places, which is what reading it at once gives."""
    if place.is_object:
        return {key: rebuilt(one) for key, one in place.members()}
    return [rebuilt(one) for one in place.elements()] if place.is_array else place.value()


@given(VALUES, st.sampled_from([None, 0, 2]))
def test_the_places_of_a_document_hold_what_the_document_holds(value, indent):
    assert rebuilt(top(json.dumps(value, indent=indent).encode())) == value


@given(st.text(alphabet='{}[]",:\n\\ab1 ', max_size=40))
@example('{"a":1,}')
@example("[1 2]")
@example('{"a" 1}')
@example("[" * 100_000)
@example("9" * 5000)
def test_no_text_raises_anything_but_our_error(text):
    with contextlib.suppress(CatalogError):
        place = top(text.encode())
        if place.value() is not None:
            rebuilt(place)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the JSON cannot be read: it ends too early"),
        ('{\n "a": [1,\n  2', "the JSON cannot be read: it ends too early"),
        ('{\n "a": [1,]}', "the JSON cannot be read: `']}'` does not belong there"),
    ],
)
def test_broken_json_is_said_with_its_place(text, message):
    with pytest.raises(CatalogError) as caught:
        rebuilt(top(text.encode()))
    assert caught.value.message == message


def test_lines_are_those_of_the_file():
    place = top(b'\n{"a": 1,\r\n "b": [\n\n {"c": 2},\n {"d": 3}]}')
    assert [one.line for one in place["b"].elements()] == [5, 6]
    assert not place["nothing"]
    assert place["nothing"]["below"].value() is None


def test_half_a_character_is_replaced_wherever_it_stands():
    text = b'{"a": ["\\ud800x", {"\\udfff": 1}], "b": "\\ud83d\\ude00"}'
    assert top(text).value() == {"a": ["?x", {"?": 1}], "b": "\U0001f600"}
    assert [value for _, _, value in streamed(open_document(text))] == [["?x", {"?": 1}], "\U0001f600"]


@given(VALUES.filter(lambda value: isinstance(value, dict)), st.sampled_from([None, 0, 2]))
def test_an_object_is_streamed_as_it_is_read_at_once(value, indent):
    text = json.dumps(value, indent=indent).encode()
    assert {key: one for key, _, one in streamed(open_document(text))} == value


def test_a_member_is_told_with_its_line_and_damage_with_the_line_before_it():
    document = open_document(b'{"a": [1,\n2],\n\n"b": 3,\n"c" 4}', name="a.json", error=CatalogError)
    found = streamed(document)
    assert [next(found)[:2], next(found)[:2]] == [("a", 1), ("b", 4)]
    with pytest.raises(CatalogError, match=r"a\.json:5"):
        next(found)


def test_values_longer_than_a_piece_are_put_together():
    text = json.dumps({"a": "x" * 700_000, "b": ["y" * 300_000] * 3, "c": 12345678901234567890}).encode()
    assert {key: value for key, _, value in streamed(open_document(text))} == json.loads(text)
