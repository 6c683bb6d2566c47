"""The orders of AWS's on-node engine take any text, and their keys sort as they compare."""

from __future__ import annotations

import itertools

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from patchrules.errors import VersionError
from patchrules.versions import SCHEMES, dpkg

THOROUGH = settings(max_examples=10 * settings().max_examples)
TEXTS = st.text(alphabet="019~^-+._: aZ\nä", max_size=8)
PARTS = st.from_regex(r"\A[019~^+._aZ]{0,3}[01aZ][019~^+._aZ]{0,3}\Z")
RPM_TEXTS = st.builds("{}-{}".format, PARTS, PARTS)

APT_ASCENDING = [
    "~", "-", "", "0- 00-", "0 00 0-0 0:0", "1~~-0 1~~", "1~", "1-", "1 01 1-0 0:1", "1a 1a0", "1+1", "1.0-~", "1.0-", "1.0",
    "1.0-1", "1.0-1.1", "1.0-1_1", "1.0_1", "1.10", "9" * 40, "a", "_", "1:0", "1.0:1", "10:0",
]  # fmt: skip


def sign(one, two):
    return (one > two) - (one < two)


@THOROUGH
@given(TEXTS, TEXTS)
def test_keys_of_apt_sort_as_texts_compare(one, two):
    found = SCHEMES["dpkg-aws"]
    assert sign(found.sort_key(one), found.sort_key(two)) == found.compare(one, two) == -found.compare(two, one)


@THOROUGH
@given(RPM_TEXTS, RPM_TEXTS)
def test_keys_of_dnf_sort_as_texts_compare(one, two):
    found = SCHEMES["rpm-aws"]
    assert sign(found.sort_key(f"7:{one}"), found.sort_key(two)) == found.compare(one, two) == -found.compare(two, one)


def test_every_pair_of_the_ascending_list_of_apt():
    ranked = [(rank, word) for rank, line in enumerate(APT_ASCENDING) for word in line.split(" ")]
    for (rank_one, one), (rank_two, two) in itertools.product(ranked, repeat=2):
        assert SCHEMES["dpkg-aws"].compare(one, two) == sign(rank_one, rank_two), (one, two)


@THOROUGH
@given(TEXTS, TEXTS)
def test_apt_sorts_what_dpkg_takes_as_dpkg_does(one, two):
    assume("-" not in one.partition(":")[0] + two.partition(":")[0])  # dpkg takes `-0:` for 0, apt compares texts
    try:
        wanted = dpkg.compare(one, two)
    except VersionError:
        return
    assert SCHEMES["dpkg-aws"].compare(one.strip(), two.strip()) == wanted
