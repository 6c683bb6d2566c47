"""The numbers of packages: equal exactly where name, version and the rest are, however tables are cut and encoded."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from patchrules.batch import packages
from patchrules.batch.packages import PackageNumbers

_ROW = st.tuples(st.sampled_from("abcdefgh"), st.sampled_from(["1", "2", "3", None]), st.sampled_from(["x", None]))
_KINDS = (pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string()), pa.dictionary(pa.int8(), pa.string()))


def table(rows, kind):
    columns = dict(zip(("name", "evr", "arch"), zip(*rows, strict=True), strict=True))
    return pa.table({name: pa.array(values, pa.string()).cast(kind) for name, values in columns.items()})


@given(st.lists(st.tuples(st.lists(_ROW, min_size=1), st.sampled_from(_KINDS)), min_size=1), st.integers(1, 9))
@example([([("a", "1", "x"), ("b", None, "x")], _KINDS[0]), ([("c", "1", "x"), ("a", None, "x")], _KINDS[2])], 8)
def test_packages_have_equal_numbers_where_they_are_equal(tables, few):
    before, packages._FEW = packages._FEW, few
    try:
        numbers, known = PackageNumbers(), dict[object, int]()
        for rows, kind in tables:
            for row, number in zip(rows, numbers.numbers(table(rows, kind)).tolist(), strict=True):
                assert known.setdefault(row, number) == number
    finally:
        packages._FEW = before
    assert sorted(known.values()) == list(range(len(known))) == list(range(len(numbers)))
    told = numbers.table(pa.array(list(known.values())).to_numpy()).select(["name", "evr", "arch"])
    assert [tuple(row.values()) for row in told.to_pylist()] == list(known)


def test_a_dictionary_that_holds_a_text_twice_gives_it_one_number():
    twice = pa.DictionaryArray.from_arrays(pa.array([0, 1, 2]), pa.array(["a", "b", "a"]))
    found = PackageNumbers().numbers(pa.table({"name": twice, "evr": ["1", "1", "1"]}))
    assert found.tolist() == [0, 1, 0]
