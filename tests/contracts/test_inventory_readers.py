"""What every inventory format promises, whoever wrote it."""

from __future__ import annotations

import contextlib
import gzip

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from patchrules.codes import CODES
from patchrules.errors import ColumnError, InventoryError
from patchrules.inventory import ReadOptions, read_inventory, readers
from patchrules.sources.files import Limits, open_document
from tests.conftest import ROOT

SAMPLES = sorted(path for path in (ROOT / "data/inventories/samples").glob("*.*") if path.name != "SOURCE.md")
BINARY = {".parquet", ".sqlite"}
TEXTS = [path for path in SAMPLES if path.suffix not in BINARY]
NAMES = sorted(readers())


def reader_of(path):
    return readers()[path.name.partition(".")[0]]


def read_or_refuse(reader, data, **options):
    """Read, and let only what a door may raise pass."""
    try:
        rows = reader.read(open_document(data, name="fuzz"), ReadOptions("h", **options))
    except (InventoryError, ColumnError):
        return
    rows.packages.validate(full=True)
    assert set(rows.rejects["code"].to_pylist()) | {one.code for one in rows.diagnostics} <= set(CODES)


@pytest.mark.parametrize("name", NAMES)
def test_a_format_is_named_by_its_file_and_has_a_sample(name):
    assert readers()[name].name == name
    assert readers()[name].lost
    assert any(reader_of(path).name == name for path in SAMPLES)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_one_format_and_only_one_knows_a_sample(path):
    assert [name for name in NAMES if readers()[name].sniff(open_document(path))] == [reader_of(path).name]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_sample_has_packages_and_they_survive_compression(path):
    host = None if path.suffix == ".parquet" else "h"
    plain = read_inventory(path, host=host)
    packed = read_inventory(gzip.compress(path.read_bytes()), host=host)
    assert plain.packages.num_rows > 0
    assert packed.packages.equals(plain.packages)
    assert plain.sources[0].rows == plain.packages.num_rows
    assert plain.sources[0].rejects == plain.rejects.num_rows


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_line_numbers_point_at_the_row(path):
    raw = path.read_bytes()
    encoding = "utf-16" if raw.startswith(b"\xff\xfe") else "cp850" if ".de." in path.name else "utf-8"
    lines = raw.decode(encoding).split("\n")
    inventory = read_inventory(path)
    for row in inventory.packages.to_pylist():
        assert row["name"] in lines[row["line"] - 1]
    for row in inventory.rejects.to_pylist():
        assert row["text"].split()[0] in lines[row["line"] - 1]
    numbers = inventory.packages["line"].to_pylist()
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_the_first_bad_row_is_raised_when_asked_for(path):
    with pytest.raises(InventoryError, match=r"\[PR200[123]\]"):
        read_inventory(path, on_bad_row="raise")


@pytest.mark.parametrize("name", NAMES)
@given(data=st.binary(max_size=400))
@example(data=b"")
@example(data=b"yum-3.2.22-40.el5\n")
@example(data=b"\xff\xfe\x00\xd8")
@example(data=b'{"name":"\\ud800","version":"1","release":"1","arch":"noarch"}')
@example(data=b'{"name":"a","version":"1","release":"\\ud800","arch":"noarch"}')
@example(data=b'{"host":"h","name":"a","evr":"1","\\ud800":1}')
@example(data=b"[" * 100_000)
@example(data=b'{"a":' * 100_000)
@example(data=b"Package: a\nStatus: install ok installed\nVersion: 1\n 2\n")
def test_no_bytes_raise_anything_but_our_errors(name, data):
    with contextlib.suppress(InventoryError):
        readers()[name].sniff(open_document(data))
    read_or_refuse(readers()[name], data)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
@given(data=st.data())
def test_no_damage_to_a_sample_raises_anything_but_our_errors(path, data):
    sample = path.read_bytes()
    end = data.draw(st.integers(0, len(sample)))
    at = data.draw(st.integers(0, len(sample)))
    damaged = sample[:at] + data.draw(st.binary(max_size=4)) + sample[at + 1 : end]
    read_or_refuse(reader_of(path), damaged, host_stated=True, family="rhel", limits=Limits(max_bytes=1 << 26))


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_a_file_of_no_rows_says_so(path):
    reader = reader_of(path)
    assert [one.code for one in reader.read(open_document(b""), ReadOptions("h")).diagnostics] == ["PR2205"]
