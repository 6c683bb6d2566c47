"""Tables of other people: texts as Arrow keeps them anywhere, blanks around them, and types that are none of ours."""

from __future__ import annotations

import io
import json
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import patchrules as pr
from patchrules.batch.packages import PackageNumbers
from patchrules.errors import InventoryError
from patchrules.evaluation import streaming
from patchrules.evaluation.opened import Fleet
from patchrules.inventory import read_inventory
from patchrules.inventory._star import star_of

ROW = {
    "host": "web-1",
    "name": "openssl",
    "arch": "x86_64",
    "evr": "1:3.0.7-24.el9",
    "family": "rhel",
    "product": "RedhatEnterpriseLinux9.3",
    "host_arch": "x86_64",
}
TEXTS = ("host", "name", "arch", "evr")


def table(*changes):
    return pa.Table.from_pylist([ROW | change for change in changes])


def as_parquet(rows):
    written = io.BytesIO()
    pq.write_table(rows, written)
    return written.getvalue()


def as_jsonl(rows):
    return "".join(json.dumps(row) + "\n" for row in rows.to_pylist()).encode()


def streamed(source):
    """Return the packages and the codes of what an opened fleet says while it is judged, a part at a time."""
    fleet = pr.open_fleet(source)
    assert isinstance(fleet, Fleet)
    stream = streaming.Stream(PackageNumbers(), fleet.parts, {}, frozenset())
    packages = [portion.packages.select(TEXTS).cast(SCHEMA) for portion, _ in stream.portions()]
    return pa.concat_tables(packages).to_pylist(), stream.diagnostics


SCHEMA = pa.schema([(name, pa.string()) for name in TEXTS])


def everywhere(rows, tmp_path):
    """Yield packages and diagnostics of every way into the house."""
    (tmp_path / "fleet.parquet").write_bytes(as_parquet(rows))
    for source in (rows, as_parquet(rows), as_jsonl(rows)):
        found = read_inventory(source)
        yield found.packages.select(TEXTS).to_pylist(), found.diagnostics
    yield streamed(rows)
    yield streamed(tmp_path / "fleet.parquet")


@pytest.mark.parametrize(
    ("column", "text", "read"),
    [
        *(("arch", text, None) for text in ("", " ", "(none)", "(none) ")),
        ("arch", "x86_64 ", "x86_64"),
        ("name", "openssl\t", "openssl"),
        ("name", " openssl ", "openssl"),
        ("evr", " 1:3.0.7-24.el9", "1:3.0.7-24.el9"),
        ("evr", "1:3.0.7-24.el9\r\n", "1:3.0.7-24.el9"),
    ],
)
def test_blanks_around_a_text_are_no_part_of_it(column, text, read, tmp_path):
    rows = table({}, {column: text, "host": "web-2"})
    for packages, _ in everywhere(rows, tmp_path):
        assert [row[column] for row in packages] == [ROW[column], read]


def test_a_star_of_others_is_read_as_any_table(tmp_path):
    """Packages stand there once each, and may be those of sixty million rows."""
    hosts = pa.table({"host": pa.array([7]), "family": FORMS["string_view"](["rhel"])})
    packages = {
        "name": ["openssl ", "bash"],
        "arch": ["(none)", "x86_64"],
        "evr": FORMS["dictionary"](["1-1 ", "2-1"]),
    }
    rows = pa.table({"host": pa.array([0, 0]), "package": pa.array([0, 1])})
    for name, one in {"hosts": hosts, "packages": pa.table(packages), "installed": rows}.items():
        pq.write_table(one, tmp_path / f"{name}.parquet")
    star = star_of(tmp_path)
    assert star is not None
    assert star.hosts["host"].to_pylist() == ["7"]
    assert star.packages.to_pylist() == [
        {"name": "openssl", "arch": None, "evr": "1-1"},
        {"name": "bash", "arch": "x86_64", "evr": "2-1"},
    ]


@given(st.lists(st.text(" \ta", max_size=3), max_size=5), st.integers(0, 5), st.booleans())
@example(["a ", "a"], 1, False)  # what is behind a slice is not its own
def test_the_search_of_bytes_finds_what_each_text_has(names, start, shared):
    values = pa.chunked_array([pa.array(names, pa.string())]).slice(start)
    values = values.dictionary_encode() if shared else values
    hosts = pa.array(map(str, range(len(values))), pa.string())  # one whose rows are mostly refused has none
    rows = pa.table({"name": values, "host": hosts, "evr": pa.repeat("1-1", len(values))})
    assert read_inventory(rows).packages["name"].to_pylist() == [one.strip() for one in names[start:] if one.strip()]


def test_blanks_around_version_and_release_are_no_part_of_them():
    rows = pa.table({"host": ["a"], "name": ["bash"], "epoch": [0], "version": ["5.1 "], "release": [" 6.el9"]})
    assert read_inventory(rows).packages["evr"].to_pylist() == ["0:5.1-6.el9"]


@pytest.mark.parametrize("change", [{"arch": "X86_64"}, {"arch": "amd64"}, {"host_arch": "AMD64"}])
def test_an_architecture_that_no_system_of_the_family_has_is_told(change, tmp_path):
    rows = table({}, {"host": "web-2"} | change)
    for _, diagnostics in everywhere(rows, tmp_path):
        found = [one for one in diagnostics if one.code == "PR2231"]
        assert [one.count for one in found] == [1]
        assert found[0].message == (
            f"no system of its family has the architecture `{next(iter(change.values()))}` (rhel): it counts as not stated"
        )
        assert found[0].hint


@pytest.mark.parametrize("change", [{}, {"arch": "amd64"}, {"host_arch": "amd64"}])
def test_hosts_of_another_packaging_world_do_not_hide_an_architecture(change, tmp_path):
    other = {"host": "db-1", "arch": "amd64", "host_arch": "amd64", "evr": "5.2-1", "family": "debian"}
    rows = table(other | {"product": "Debian12"}, change, other | {"product": "Debian12", "name": "bash"})
    for _, diagnostics in everywhere(rows, tmp_path):
        found = [one.message for one in diagnostics if one.code == "PR2231"]
        said = "no system of its family has the architecture `amd64` (rhel): it counts as not stated"
        assert found == ([said] if change else [])


def test_architectures_of_other_hosts_in_a_shared_dictionary_are_no_doubt():
    rows = pa.table({name: pa.array([value]) for name, value in ROW.items()})
    shared = pa.DictionaryArray.from_arrays(pa.array([0], pa.int32()), pa.array(["x86_64", "amd64"]))
    rows = rows.set_column(rows.column_names.index("arch"), "arch", shared)
    assert streamed(rows)[1] == []


def categorical(texts, codes):
    """Return texts as polars hands out its Categorical and Enum: a dictionary of views."""
    shared = pa.array(texts).dictionary_encode()
    return pa.DictionaryArray.from_arrays(shared.indices.cast(codes), shared.dictionary.cast(pa.string_view()))


FORMS = {
    "string_view": lambda texts: pa.array(texts, pa.string_view()),
    "large_string": lambda texts: pa.array(texts, pa.large_string()),
    "binary_view": lambda texts: pa.array([text.encode() for text in texts], pa.binary_view()),
    "large_binary": lambda texts: pa.array([text.encode() for text in texts], pa.large_binary()),
    "dictionary": lambda texts: pa.array(texts).dictionary_encode().cast(pa.dictionary(pa.int8(), pa.string())),
    "categorical": lambda texts: categorical(texts, pa.uint32()),
    "enum": lambda texts: categorical(texts, pa.uint8()),
}


class Stream:
    """An object that hands out Arrow and is no table of pyarrow's."""

    def __init__(self, rows):
        self._rows = rows

    def __arrow_c_stream__(self, requested_schema=None):
        return self._rows.__arrow_c_stream__(requested_schema)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("column", [*TEXTS, "family", "product", "host_arch"])
def test_texts_are_read_however_arrow_keeps_them(column, form):
    rows = table({}, {"host": "web-2", "name": "bash"})
    place = rows.column_names.index(column)
    other = rows.set_column(place, column, FORMS[form](rows[column].to_pylist()))
    plain = read_inventory(rows)
    for source in (other, Stream(other)):
        found = read_inventory(source)
        assert found.packages.equals(plain.packages)
        assert found.hosts.equals(plain.hosts)
    assert streamed(other) == streamed(rows)


@pytest.mark.parametrize(("column", "number"), [("host", 7), ("evr", 20260101), ("name", 7)])
def test_whole_numbers_are_texts(column, number, tmp_path):
    for packages, _ in everywhere(table({column: number}), tmp_path):
        assert [row[column] for row in packages] == [str(number)]


def test_a_damaged_table_says_what_to_do(tmp_path):
    path = tmp_path / "fleet.parquet"
    path.write_bytes(as_parquet(table({}))[:-300])
    for read in (read_inventory, pr.open_fleet):
        with pytest.raises(InventoryError, match=r"\[PR2103\](?s:.)*hint: write or copy the file again"):
            read(path)


def test_a_time_without_a_zone_says_what_to_do():
    rows = table({"built": datetime(2026, 1, 1)})  # noqa: DTZ001
    with pytest.raises(InventoryError, match="hint: cast it to a timestamp with a zone where the table is made"):
        read_inventory(rows)


@pytest.mark.parametrize("column", TEXTS)
@pytest.mark.parametrize(("value", "kind"), [(1.5, "double"), (True, "bool"), (["a"], "list<"), ({"a": 1}, "struct<")])
def test_a_column_of_texts_that_holds_none_is_refused(column, value, kind, tmp_path):
    rows = table({column: value})
    path = tmp_path / "fleet.parquet"
    path.write_bytes(as_parquet(rows))
    for read in (
        lambda: read_inventory(rows),
        lambda: read_inventory(path),
        lambda: streamed(rows),
        lambda: streamed(path),
    ):
        with pytest.raises(InventoryError) as raised:
            read()
        assert raised.value.code == "PR2103"
        assert f"column `{column}` is `{kind}" in raised.value.message
        assert "wanted `string`" in raised.value.message
        assert raised.value.hint
