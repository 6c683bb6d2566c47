"""Parts of an inventory speak of their hosts alone."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pytest

import patchrules as pr
from patchrules.errors import Diagnostic, Level, UnknownNameError
from patchrules.evaluation.nouns import of_hosts, only

ROWS = {"host": ["a", "a", "b", "c"], "name": ["x"] * 4, "arch": ["amd64"] * 4, "evr": ["1", "bad version", "1", "_ _"]}
ODD = (Diagnostic("PR2207", Level.WARNING, "of one of them"),)
WHOLE = replace(pr.read_inventory(pa.table(ROWS), product="Debian12"), diagnostics=ODD)


def spoken_of(inventory):
    return [
        sorted(set(table["host"].to_pylist())) for table in (inventory.hosts, inventory.packages, inventory.rejects)
    ]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a", "b"], [["a", "b"], ["a", "b"], ["a"]]),
        (["b"], [["b"], ["b"], []]),
        ([], [[], [], []]),
        (["a", "b", "c"], spoken_of(WHOLE)),
    ],
)
def test_a_part_has_the_rows_and_the_refused_rows_of_its_hosts(names, expected):
    part = of_hosts(WHOLE, names)
    assert spoken_of(part) == expected
    assert (part.sources, part.diagnostics) == (WHOLE.sources, WHOLE.diagnostics)


def test_of_one_host_nothing_is_said_that_may_be_about_others():
    assert only(WHOLE, "b").diagnostics == ()
    alone = only(WHOLE, "b")
    assert only(alone, "b") is alone
    with pytest.raises(UnknownNameError, match="there is no host `d`"):
        only(WHOLE, "d")
