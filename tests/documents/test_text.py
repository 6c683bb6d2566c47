"""Bytes that are no document, and the traps of YAML and JSON."""

from __future__ import annotations

import gzip

import pytest

from patchrules.documents.text import HOSTS, MAX_BYTES, parse, read
from patchrules.errors import BaselineError, InventoryError

BOMB = b"a: &a [x,x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%s]\n" % (c, c, b",".join([b"*%c" % (c - 1)] * 10)) for c in range(ord("b"), ord("j"))
)

VALUES = [
    (b'{"os_version": 9.10, "n": 7, "big": 123456789012345678901234567890}', ["9.10", 7, "1234567890" * 3]),
    (b"os_version: 9.10\nn: 7\nno: no\n", ["9.10", 7, "no"]),
    (b"a: 2021-01-06\nb: 012345678901\nc: 12:30:45\n", ["2021-01-06", "012345678901", "12:30:45"]),
    (b"a: ~\nb: true\nc: 'true'\nd:\n", [None, True, "true", None]),
    (b"a: !Ref x\nb: !GetAtt a.b\nc: !Sub '${x}'\n", [{"Ref": "x"}, {"Fn::GetAtt": ["a", "b"]}, {"Fn::Sub": "${x}"}]),
    (b"a: &a {x: 1}\nb:\n  <<: *a\n  y: 2\n", [{"x": 1}, {"x": 1, "y": 2}]),
    (b'{"a": 1, # a comment makes it YAML\n}', [1]),
    (b"---\na: 1\n---\n---\na: 2\n", [{"a": 1}, {"a": 2}]),
    ('{"a": "Größe\\ud83d\\ude00"}'.encode(), ["Größe\U0001f600"]),
]

REFUSED = [
    (b"", "the document is empty [PR1004]"),
    (b" \n", "the document is empty [PR1004]"),
    (b"Name: caf\xe9", "the document is not UTF-8 text [PR1003]\n  at 1\n  hint: save it as UTF-8"),
    (
        "{}".encode("utf-16"),
        (
            "the document is not UTF-8 text [PR1003]\n  at 1\n"
            "  hint: this looks like UTF-16, as PowerShell writes it: save it as UTF-8"
        ),
    ),
    (
        b'{"Name": "prod"\n "x": 1}',
        "the document is not JSON: expecting ',' delimiter [PR1004]\n  at 2:2\n     \"x\": 1}\n     ^",
    ),
    (
        b"a: [1\nb: 2",
        "the document is neither JSON nor YAML: did not find expected ',' or ']' [PR1004]\n  at 2:2",
    ),
    (
        rb'{"a": "\ud83d"}',
        "the document spells half a character, `\\ud800` to `\\udfff` without its other half [PR1004]",
    ),
    (b"a: *x", "the document is neither JSON nor YAML: found undefined alias [PR1004]\n  at 1:4"),
    (b"a: &a [*a]", "alias `*a` stands inside what it names [PR1006]\n  at 1:8"),
    (BOMB, "aliases make more than 1,000,000 values of this document [PR1006]\n  at 6:29"),
    (b'{"a":' * 65 + b"1" + b"}" * 65, "nested deeper than 64 levels [PR1005]"),
    (b"[" * 100_000, "nested deeper than 64 levels [PR1005]"),
    (b"- " * 65 + b"x", "nested deeper than 64 levels [PR1005]\n  at 1:129"),
    (b"? [a]\n: b", "a key is a list or a mapping, wanted text [PR1004]\n  at 1:3"),
    (
        b"a: !!python/object/apply:os.system [x]",
        (
            "the tag `!!python/object/apply:os.system` is not data [PR1007]\n  at 1:4\n"
            "  hint: take the tag away; CloudFormation's own, `!Ref` and `!Sub`, are read"
        ),
    ),
]


@pytest.mark.parametrize(("content", "expected"), VALUES)
def test_values_mean_what_people_wrote(content, expected):
    value = parse(content).value
    assert (list(value.values()) if isinstance(value, dict) else value) == expected


@pytest.mark.parametrize(("content", "message"), REFUSED)
def test_what_is_not_read_says_why(content, message):
    with pytest.raises(BaselineError) as caught:
        parse(content)
    assert str(caught.value) == message


def test_the_other_door_has_its_own_error_and_codes():
    with pytest.raises(InventoryError) as caught:
        parse(b"", door=HOSTS)
    assert caught.value.code == "PR2504"


@pytest.mark.parametrize(
    ("content", "message"),
    [(b'{"a":1,}', r"not JSON: .*\n  at prod.json:1:8"), (b'{"a": NaN}', "not JSON: `NaN` is not a JSON number")],
)
def test_a_json_file_with_a_fault_is_not_taken_for_yaml(content, message):
    with pytest.raises(BaselineError, match=message):
        parse(content, name="prod.json")


def test_the_limit_holds_after_decompression():
    with pytest.raises(BaselineError, match="PR2903"):
        read(gzip.compress(b" " * (MAX_BYTES + 1)))


@pytest.mark.parametrize(
    ("content", "repeated"),
    [
        (b'{"a": {"b": 1, "b": 2, "b": 3}, "c": [{"d": 1, "d": 2}]}', (("/a", "b", 3), ("/c/0", "d", 2))),
        (b"a/b:\n  c: 1\n  c: 2\n", (("/a~1b", "c", 2),)),
        (b'{"a": {"x": 1, "x": 2}, "a": 1}', (("", "a", 2),)),
    ],
)
def test_repeated_keys_are_found_where_they_stand(content, repeated):
    assert parse(content).repeated == repeated


@pytest.mark.parametrize(
    ("content", "pointer", "line", "column"),
    [
        (b'{\n  "a": [1,\n    2]}', "/a/1", 3, 5),
        (b"a:\n  - x\n  - y: 1\n", "/a/1/y", 3, 8),
        (b"a: 1\n---\nb: 1\n", "/1/b", 3, 4),
        (b"a~b: {c/d: 1}", "/a~0b/c~1d", 1, 12),
        (b"a: 1", "/a/b/c", 1, 4),
        (b'{"a":\t1}', "/a", 1, 7),
    ],
)
def test_a_pointer_has_a_line(content, pointer, line, column):
    where = parse(content).where(pointer)
    assert (where.line, where.column) == (line, column)
