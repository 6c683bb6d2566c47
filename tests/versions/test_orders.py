"""Every pair of words in `data/versions/*_order.txt` is a fact, and so is every triple of hard neighbours."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from patchrules.versions import SCHEMES

DATA = Path(__file__).resolve().parents[2] / "data" / "versions"
ORDERS = [path.name.removesuffix("_order.txt") for path in sorted(DATA.glob("*_order.txt"))]


def ranked(scheme):
    lines = (DATA / f"{scheme}_order.txt").read_text(encoding="utf-8").splitlines()
    return [(rank, word) for rank, line in enumerate(lines) for word in line.split(" ")]


def test_the_lists_are_those_of_the_schemes():
    assert ORDERS == ["dpkg", "rpm"]
    assert all(len(ranked(scheme)) > 80 and all(word for _, word in ranked(scheme)) for scheme in ORDERS)


@pytest.mark.parametrize("scheme", ORDERS)
def test_every_pair_compares_as_listed(scheme):
    compare = SCHEMES[scheme].compare
    wrong = [
        (one, two, got)
        for (rank_one, one), (rank_two, two) in itertools.product(ranked(scheme), repeat=2)
        if (got := compare(one, two)) != (rank_one > rank_two) - (rank_one < rank_two)
    ]
    assert wrong == []


@pytest.mark.parametrize("scheme", ORDERS)
def test_every_pair_of_keys_sorts_as_listed(scheme):
    keys = [(rank, word, SCHEMES[scheme].sort_key(word)) for rank, word in ranked(scheme)]
    wrong = [
        (one, two)
        for (rank_one, one, key_one), (rank_two, two, key_two) in itertools.combinations(keys, 2)
        if (key_one < key_two, key_one == key_two) != (rank_one < rank_two, rank_one == rank_two)
    ]
    assert wrong == []


def test_a_scheme_is_known_by_its_name():
    assert {name: scheme.name for name, scheme in SCHEMES.items()} == {
        "rpm": "rpm",
        "rpm-aws": "rpm-aws",
        "dpkg": "dpkg",
        "dpkg-aws": "dpkg-aws",
        "dotted": "dotted",
    }
