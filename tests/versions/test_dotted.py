from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.version import Version

from patchrules.errors import VersionError
from patchrules.versions.dotted import compare, sort_key, split

THOROUGH = settings(max_examples=20 * settings().max_examples)

ASCENDING = [
    "0 0.0", "0.1", "6.1.7601", "9", "9.3 9.03 9.3.0", "9.10", "10 10.0 v10", "10.0.17763.1", "10.0.19045.999",
    "10.0.19045.3324", "10.0.20348.1", "11.7.10", "13.6.1.dev1", "13.6.1a1.dev2", "13.6.1a1", "13.6.1b2", "13.6.1rc1",
    "13.6.1 13.6.1.0", "13.6.1+abc", "13.6.1+abc.1", "13.6.1+1", "13.6.1+1.abc", "13.6.1+1.1", "13.6.1+10",
    "13.6.1.post1.dev3", "13.6.1.post1", "13.6.2", "2023.3", "18446744073709551616", "1!0",
]  # fmt: skip

REFUSED = {
    "": "`` is not a dotted version: it is not numbers joined by dots [PR5001]",
    "1..0": "`1..0` is not a dotted version: it is not numbers joined by dots [PR5001]",
    "1:1.0": "`1:1.0` is not a dotted version: it is not numbers joined by dots [PR5001]",
    "10.0 (WinBuild)": "`10.0 (WinBuild)` is not a dotted version: it is not numbers joined by dots [PR5001]",
    "1.0\n2": "`1.0\\n2` is not a dotted version: it is not numbers joined by dots [PR5001]",
    "1.٣x": "`1.٣x` is not a dotted version: it is not numbers joined by dots [PR5001]",
}


def sign(one, two):
    return (one > two) - (one < two)


def test_every_pair_of_the_ascending_list():
    ranked = [(rank, word) for rank, line in enumerate(ASCENDING) for word in line.split()]
    for (rank_one, one), (rank_two, two) in itertools.product(ranked, repeat=2):
        assert compare(one, two) == sign(rank_one, rank_two), (one, two)
        assert sign(sort_key(one), sort_key(two)) == sign(rank_one, rank_two), (one, two)


def test_split_is_the_version_of_packaging():
    assert split("10.0.19045.3324") == Version("10.0.19045.3324")


@pytest.mark.parametrize(("text", "message"), REFUSED.items())
def test_what_is_refused_and_how(text, message):
    for read in (split, sort_key, lambda text: compare(text, "1"), lambda text: compare("1", text)):
        with pytest.raises(VersionError) as refused:
            read(text)
        assert str(refused.value) == message


def test_a_number_that_python_will_not_read_is_refused():
    with pytest.raises(VersionError, match="is not numbers joined by dots"):
        split("1." + "9" * 5000)


NUMBERS = st.sampled_from(["0", "1", "00", "01", "9", "10", "255", "3324", "19045", str(2**64)])
TAILS = st.sampled_from([*["", "", "", "a1", "b0", "rc1", "rc01", ".post0", ".post1", ".dev0", ".dev1", "a1.post1"]])
LOCALS = st.sampled_from(["", "", "", "+a", "+ab", "+a.1", "+1", "+01", "+1.a", "+10", "+a.b", "+1a"])
VERSIONS = st.builds(
    lambda epoch, numbers, tail, dev, local: epoch + ".".join(numbers) + tail + dev + local,
    st.sampled_from(["", "", "", "0!", "1!"]),
    st.lists(NUMBERS, min_size=1, max_size=5),
    TAILS.filter(lambda tail: "dev" not in tail),
    st.sampled_from(["", "", ".dev0", ".dev1"]),
    LOCALS,
)


@THOROUGH
@given(VERSIONS, VERSIONS)
def test_keys_sort_as_versions_compare(one, two):
    assert sign(sort_key(one), sort_key(two)) == compare(one, two) == -compare(two, one)


@THOROUGH
@given(st.lists(NUMBERS, min_size=1, max_size=3), st.data())
def test_keys_of_the_same_numbers_sort_as_versions_compare(numbers, data):
    one, two = (".".join(numbers) + data.draw(TAILS) + data.draw(LOCALS) for _ in range(2))
    assert sign(sort_key(one), sort_key(two)) == compare(one, two)


@given(st.text(max_size=10))
def test_any_text_is_a_version_or_refused_with_our_error(text):
    try:
        key = sort_key(text)
    except VersionError:
        return
    assert key == sort_key(str(split(text)))
