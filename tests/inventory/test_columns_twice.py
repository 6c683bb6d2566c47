"""A table that has a column more than once is refused: nobody can say which is meant (SEMANTICS 5.e)."""

from __future__ import annotations

import pickle

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import patchrules as pr
from patchrules.errors import ColumnError, InventoryError
from patchrules.inventory import read_inventory

ROW = {"host": "h", "name": "bash", "arch": "amd64", "evr": "1-1", "status": "installed", "tag": "x"}
TEXT = (
    "the packages table has the column `{0}` more than once; found: host, name, arch, evr, status, tag, {0} [PR2005]{1}\n"
    "  hint: keep one of them, or rename the others: nobody can say which is meant"
)


def table(twice):
    return pa.table([[one] for one in (*ROW.values(), "2-1")], names=[*ROW, twice])


@pytest.mark.parametrize("twice", ["host", "name", "arch", "evr", "status"])
@pytest.mark.parametrize("way", ["table", "opened table", "parquet", "opened parquet"])
def test_a_column_that_is_there_twice_is_refused(twice, way, tmp_path):
    path = tmp_path / "rows.parquet"
    pq.write_table(table(twice), path)
    source = path if way.endswith("parquet") else table(twice)
    with pytest.raises(ColumnError) as no:
        (pr.open_fleet if way.startswith("opened") else read_inventory)(source)
    where = {"parquet": f"\n  at {path}", "opened parquet": f"\n  at {path}", "table": "\n  at <table>"}.get(way, "")
    assert str(no.value) == TEXT.format(twice, where)
    again = pickle.loads(pickle.dumps(no.value))  # noqa: S301  what was just made
    assert (no.value.code, again.code, str(again)) == ("PR2005", "PR2005", str(no.value))


def test_a_column_that_nobody_reads_may_be_there_twice(tmp_path):
    pq.write_table(table("tag"), tmp_path / "rows.parquet")
    for source in (table("tag"), tmp_path / "rows.parquet"):
        assert read_inventory(source).packages.num_rows == 1
        run = pr.evaluate_fleet(pr.Registry(()), pr.open_fleet(source), [], as_of="2026-11-01T00:00Z")
        assert run.hosts.num_rows == 1


def test_it_is_the_column_that_the_caller_means():
    twice = table("tag").rename_columns(["host", "name", "arch", "evr", "status", "version", "version"])
    with pytest.raises(ColumnError, match="has the column `version` more than once"):
        pr.open_fleet(twice, columns={"evr": "version"})


@pytest.mark.parametrize("second", ["evr", "EVR", "Evr"])
def test_a_header_of_csv_that_has_it_in_any_case_is_refused(second):
    with pytest.raises(InventoryError, match="the header names the column `evr` more than once") as no:
        read_inventory(f"host,name,arch,evr,{second}\nh,bash,amd64,1-1,2-1\n".encode(), format="packages_csv")
    assert no.value.code == "PR2103"


def test_a_caller_may_say_which_column_of_csv_is_meant():
    text = b"host,name,arch,evr,EVR\nh,bash,amd64,1-1,2-1\n"
    found = read_inventory(text, format="packages_csv", columns={"evr": "EVR"})
    assert found.packages["evr"].to_pylist() == ["2-1"]
