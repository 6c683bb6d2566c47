"""The door for AWS's own verdicts: every shape says the same, and what is none is refused with its line."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchrules.documents.aws_compliance import load_compliance
from patchrules.errors import DocumentError
from patchrules.model.names import State

ITEM = {"ComplianceType": "Patch", "ResourceId": "web-1", "Id": "bash.x86_64", "Title": "bash.x86_64:0:5-1"}
API = {**ITEM, "Details": {"PatchState": "InstalledOther"}, "ExecutionSummary": {}}
SYNC = {"ComplianceType": "Patch", "resourceId": "web-1", "Id": "bash.x86_64", "Title": "bash.x86_64:0:5-1"}
SYNC |= {"PatchState": "InstalledOther"}
INSTANCE = {"KBId": "bash.x86_64", "Title": "bash.x86_64:0:5-1", "State": "INSTALLED_OTHER"}
SHAPES = {
    "list-compliance-items": json.dumps({"ComplianceItems": [API, {**API, "ComplianceType": "Association"}]}),
    "describe-instance-patches": json.dumps({"Patches": [INSTANCE]}),
    "resource data sync": f"{json.dumps(SYNC)}\n",
    "answers in a list": json.dumps([{"ComplianceItems": [API]}, {"ComplianceItems": []}]),
    "answers one after another": json.dumps({"ComplianceItems": [API]}) + "\n" + json.dumps({"Patches": []}),
    "with a byte order mark": "\ufeff" + json.dumps({"Patches": [INSTANCE]}),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_says_the_same(shape):
    [one], doubts = load_compliance(SHAPES[shape].encode(), host="web-1")
    assert (one.host, one.id, one.state, one.title, doubts) == (
        "web-1",
        "bash.x86_64",
        State.INSTALLED_OTHER,
        "bash.x86_64:0:5-1",
        [],
    )


@pytest.mark.parametrize("state", State)
def test_both_spellings_of_a_state(state):
    camel = "".join(part.title() for part in state.split("_"))
    for text in (state, camel):
        [one], _ = load_compliance(json.dumps({"Patches": [{"KBId": "KB1", "State": text}]}).encode(), host="w")
        assert one.state is state


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty [PR7821]\n  at <bytes>"),
        ("[1]", "this is no answer of AWS about compliance [PR7821]\n  at <bytes>:1"),
        ('\n{"a": 1}', "this is neither an answer nor an item of AWS about compliance [PR7821]\n  at <bytes>:2"),
        ('{"Patches": [1]}', "`Patches` is no list of objects [PR7821]\n  at <bytes>:1"),
        ('{"Patches": [{"State": "Missing", "KBId": "KB1"}]}', "a patch has no host [PR7822]\n  at <bytes>:1"),
        ('{"ComplianceItems": [{"ResourceId": "w"}]}', "a patch has no id [PR7822]\n  at <bytes>:1"),
        (
            '{"ComplianceItems": [{"ResourceId": "w", "Id": "a", "Details": {"PatchState": "Odd"}}]}',
            "a patch has no known state: `Odd` [PR7822]\n  at <bytes>:1",
        ),
        ('{"Patches": [...]}', "the JSON cannot be read: "),
    ],
)
def test_what_is_no_answer_is_refused(text, said):
    with pytest.raises(DocumentError) as caught:
        load_compliance(text.encode())
    assert str(caught.value).startswith(said)


def test_a_page_of_an_answer_is_told():
    _, doubts = load_compliance(b'{"Patches": [], "NextToken": "x"}')
    assert [str(one) for one in doubts] == [
        "warning PR7823: only one page of an answer was saved: patches of the other pages are not compared\n  at <bytes>:1"
    ]


values = st.recursive(
    st.just("AWS:ComplianceItem") | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                [
                    "ComplianceItems",
                    "Patches",
                    "Items",
                    "requests",
                    "TypeName",
                    "Content",
                    "Id",
                    "KBId",
                    "Details",
                    "PatchState",
                    "State",
                ]
            ),
            inner,
        )
    ),
    max_leaves=8,
)


@given(values)
def test_any_json_is_read_or_refused(value):
    code = None
    try:
        load_compliance(json.dumps(value).encode(), host="w")
    except DocumentError as error:
        code = error.code
    assert code in (None, "PR7821", "PR7822")
