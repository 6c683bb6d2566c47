"""What tables say of hosts is the same however their texts are kept, and in whatever order the rows stand."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from patchrules.errors import InventoryError
from patchrules.inventory import ReadOptions, readers
from patchrules.inventory.arrow_table import read_stream
from patchrules.sources.files import open_document

TEXT = pa.string()
CODES = pa.dictionary(pa.int8(), TEXT)
GROUPS = st.sampled_from([None, "", "one", "two"])
ROWS = st.lists(st.tuples(st.sampled_from([None, "a", "b", "c"]), GROUPS, GROUPS), max_size=12)


def columns(rows):
    """Return the columns of packages, and what they say of their hosts."""
    hosts, groups, products = zip(*rows, strict=True) if rows else ((), (), ())
    return {"host": hosts, "patch_group": groups, "product": products, "name": ["bash"] * len(rows)}


def plain(rows, kind=TEXT):
    kinds = {"host": kind, "patch_group": kind, "product": kind, "name": TEXT}
    found = {name: pa.array(values, kinds[name]) for name, values in columns(rows).items()}
    return pa.table(found | {"evr": pa.array(["1-1"] * len(rows), TEXT)})


def chunked(rows):
    """Return dictionaries that differ from chunk to chunk."""
    return pa.concat_tables([plain(rows[:3], CODES), plain(rows[3:], CODES)])


def parquet(rows):
    written = io.BytesIO()
    pq.write_table(plain(rows), written, row_group_size=3)
    document = open_document(written.getvalue(), name="<table>")
    return readers()["arrow_table"].read(document, ReadOptions("host"))


def stated(rows):
    """Return what the first row of each host says, and how many hosts have rows that disagree, a column at a time."""
    first: dict[str, list[str | None]] = {}
    told: dict[tuple[str, int], set[str | None]] = {}
    for host, *said in rows:
        if host is not None:
            first.setdefault(host, said)
            for place, value in enumerate(said):
                told.setdefault((host, place), set()).update({value} - {None})
    hosts = [{"host": host, "patch_group": group, "product": product} for host, (group, product) in first.items()]
    return hosts, sum(len(values) > 1 for values in told.values())


@given(ROWS)
@example([("a", "one", "one")] * 3 + [("b", "two", "two")])
@example([("a", "one", None), ("a", None, None), ("a", "two", None)])
@example([("a", None, None), ("a", "", None), ("a", "one", "")])
@example([(None, "one", None), ("a", "one", None), ("b", "one", None), ("a", "one", "two")])
def test_hosts_are_those_of_their_first_rows(rows):
    hosts, disagreeing = stated(rows)
    tables = [read_stream(form, "<table>", ReadOptions("host")) for form in (plain(rows), chunked(rows))]
    for found in [*tables, parquet(rows)]:
        assert found.hosts.select(["host", "patch_group", "product"]).to_pylist() == hosts
        assert sum(one.count for one in found.diagnostics if one.code == "PR2208") == disagreeing
        assert found.packages["host"].type == TEXT
        assert found.packages["host"].to_pylist() == [host for host, *_ in rows if host]


@pytest.mark.parametrize("column", ["host", "name", "evr", "arch"])
def test_texts_of_a_file_are_proved(column):
    """Parquet has no other proof that a text is UTF-8, and dictionaries need it as well."""
    values = {name: pa.array(["good", "good"]) for name in ("host", "name", "evr", "arch")}
    bad = pa.array([b"good", b"b\xffd"], pa.binary())
    values[column] = pa.Array.from_buffers(TEXT, 2, bad.buffers())
    written = io.BytesIO()
    pq.write_table(pa.table(values), written)
    with pytest.raises(InventoryError) as caught:
        readers()["arrow_table"].read(open_document(written.getvalue()), ReadOptions("host"))
    assert caught.value.code == "PR2103"
