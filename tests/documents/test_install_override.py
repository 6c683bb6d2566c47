"""The door for an InstallOverrideList."""

from __future__ import annotations

import pytest

import patchrules as pr
from patchrules.documents.text import MAX_BYTES
from patchrules.errors import BaselineError
from patchrules.model.verdict import OverridePatch

WRONG = [
    ("- bash", ":1:1 at /", "an install override list is a list of 1, wanted a mapping with `patches` [PR1501]"),
    ("patches: bash", ":1:10 at /patches", "`patches` is `bash`, wanted a list of patches [PR1501]"),
    ("Patches: []", ":1:1 at /patches", "`patches` is null, wanted a list of patches [PR1501]"),
    ("patches:\n- bash", ":2:3 at /patches/0", "the patch is `bash`, wanted a mapping with `id` [PR1502]"),
    ("patches:\n- title: x", ":2:3 at /patches/0/id", "`id` is null, wanted the name of a patch [PR1503]"),
    ("patches: [{id: a}, {id: ''}]", ":1:25 at /patches/1/id", "`id` is empty, wanted the name of a patch [PR1503]"),
    ("patches: [{id: [a]}]", ":1:16 at /patches/0/id", "`id` is a list of 1, wanted the name of a patch [PR1503]"),
]


@pytest.mark.parametrize(("text", "place", "message"), WRONG)
def test_what_is_wrong_is_told_with_its_place_and_what_was_found(tmp_path, text, place, message):
    path = tmp_path / "list.yaml"
    path.write_text(text)
    with pytest.raises(BaselineError) as refused:
        pr.load_install_override(path)
    lines = str(refused.value).splitlines()
    assert lines[:2] == [message, f"  at {path}{place}"]
    assert lines[-1].startswith("  hint: write `")


def test_ids_are_text_and_titles_may_be_missing():
    found = pr.load_install_override(b"patches: [{id: 4012212}, {id: bash, title: '*'}]")
    assert found == (OverridePatch("4012212", None), OverridePatch("bash", "*"))


def test_it_is_no_larger_than_other_documents():
    with pytest.raises(BaselineError, match="PR2903"):
        pr.load_install_override(b"patches: []" + b" " * MAX_BYTES)


TWICE = [
    (b"patches:\n- id: bash\npatches:\n- id: zsh\n", "patches", "/patches"),
    (b'{"patches": [{"id": "bash"}], "patches": [{"id": "zsh"}]}', "patches", "/patches"),
    (b"patches:\n- id: bash\n  id: zsh\n", "id", "/patches/0/id"),
]


@pytest.mark.parametrize(("text", "key", "pointer"), TWICE)
def test_a_key_that_is_given_twice_is_refused(text, key, pointer):
    with pytest.raises(BaselineError, match=f"`{key}` is given 2 times, and nobody can say which is meant") as no:
        pr.load_install_override(text)
    assert no.value.code == "PR1501"
    assert str(no.value.where).endswith(f" at {pointer}")
