"""Our packages as JSON lines: a host that the file does not hold whole is not judged, as in CSV (SEMANTICS 5.16)."""

from __future__ import annotations

import json

import pytest

from patchrules.errors import InventoryError
from patchrules.inventory import read_inventory

ROWS = [(host, name) for host in ("web-1", "web-2", "web-3") for name in ("bash", "zlib", "sudo")]


def lines(rows=ROWS):
    return [json.dumps({"host": host, "name": name, "arch": "x86_64", "evr": "0:5-1.el9"}) for host, name in rows]


def read(text):
    return read_inventory(text.encode(), family="rhel")


def judged(found):
    return set(found.packages["host"].to_pylist())


def lost(found):
    return {row["host"]: row["code"] for row in found.rejects.to_pylist() if row["code"] != "PR2001"}


CUT = lines([("web-4", "bash")])[0]
APART = [("web-1", "bash"), ("web-2", "bash"), ("web-1", "zlib")]


@pytest.mark.parametrize("end", range(1, len(CUT), 3))
def test_the_host_of_the_row_that_is_cut_is_unknown(end):
    """Where the cut row does not come to its host, it may be one more of the host before."""
    whose = "web-4" if '"web-4"' in CUT[:end] else "web-3"
    found = read("\n".join([*lines(), CUT[:end]]))
    # A host of the cut row alone has no row of the right shape.
    assert lost(found) == {whose: "PR2115" if whose == "web-4" else "PR2116"}
    assert judged(found) == {"web-1", "web-2", "web-3"} - {whose}
    assert set(found.hosts["host"].to_pylist()) == {"web-1", "web-2", "web-3", whose}


@pytest.mark.parametrize("cut", ['{"na', CUT[:-3]])
def test_where_rows_of_hosts_stand_apart_none_is_whole(cut):
    found = read("\n".join([*lines(APART), cut]))
    assert not judged(found)
    assert lost(found).keys() >= {"web-1", "web-2"}


@pytest.mark.parametrize("ending", ["", "\n"])
def test_a_row_that_ends_is_no_cut(ending):
    found = read("\n".join(lines()) + ending)
    assert len(judged(found)) == 3
    assert not lost(found)
    assert judged(read("\n".join([*lines(), CUT[:-1]]) + "\n")) == {"web-1", "web-2", "web-3"}


def test_the_host_is_found_under_the_name_that_the_caller_gives():
    text = "\n".join([*lines(), CUT[:-3]]).replace('"host"', '"server"')
    found = read_inventory(text.encode(), family="rhel", columns={"host": "server"}, format="packages_jsonl")
    assert lost(found) == {"web-4": "PR2115"}


def test_a_file_most_of_whose_lines_are_no_objects_is_of_nobody():
    found = read("\n".join([*lines(), *["{broken"] * (len(ROWS) + 1), ""]))
    assert not judged(found)
    assert set(lost(found).values()) == {"PR2115"}
    assert "10 of 19 rows are no JSON objects" in str([one.message for one in found.diagnostics])


def test_a_bad_line_is_raised_where_none_is_wanted():
    with pytest.raises(InventoryError, match="the line is not a JSON object"):
        read_inventory("\n".join([*lines(), CUT[:9]]).encode(), family="rhel", on_bad_row="raise")
