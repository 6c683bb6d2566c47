"""A broken budget is told, a kept one is not, and what nobody measured is no success."""

from __future__ import annotations

import doctest
import json
import tomllib
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks import budgets, large_fleet, outputs, universe

LINE = {
    "rows": 10_000_000,
    "layout": "flat",
    "fleet": "usual",
    "ratio_to_floor": 1.5,
    "ratio_vs_duckdb": 3.0,
    "ratio_vs_polars": 5.0,
    "peak_rss_mb": 400.0,
}


def ended(lines, tmp_path):
    path = tmp_path / "lines.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return budgets.main([str(path)])


@pytest.mark.parametrize("module", [budgets, large_fleet, universe])
def test_examples(module):
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ({}, 0, "kept    10,000,000 rows, flat, usual: ratio_vs_duckdb 3.0, wanted at least 0.64, design 2.2"),
        ({"ratio_vs_duckdb": 0.3}, 1, "BROKEN  10,000,000 rows, flat, usual: ratio_vs_duckdb 0.3, wanted at least 0.64, design 2.2"),
        ({"ratio_vs_duckdb": 0.7}, 0, "kept    10,000,000 rows, flat, usual: ratio_vs_duckdb 0.7, wanted at least 0.64, design 2.2"),
        ({"ratio_to_floor": 11}, 1, "BROKEN  10,000,000 rows, flat, usual: ratio_to_floor 11, wanted at most 5.3, design 2.5"),
        ({"peak_rss_mb": 601.0}, 1, "BROKEN  10,000,000 rows, flat, usual: peak_rss_mb 601.0, wanted at most 600, design 700"),
        ({"rows": 1_000_000}, 1, "no line has a budget"),
        ({"fleet": "many_globs"}, 1, "no line has a budget"),
    ],
)  # fmt: skip
def test_budgets(change, code, said, tmp_path, capsys):
    assert ended([LINE | change], tmp_path) == code
    assert said in capsys.readouterr().out.splitlines()


def test_memory_may_not_grow_with_the_fleet(tmp_path, capsys):
    large = LINE | {"rows": 60_000_000, "ratio_vs_polars": 4.0, "peak_rss_mb": 500.0}
    assert ended([LINE, large], tmp_path) == 1
    assert (
        "BROKEN  10,000,000 to 60,000,000 rows, flat: memory growth 1.25, wanted at most 1.2" in capsys.readouterr().out
    )
    assert ended([LINE, large | {"peak_rss_mb": 480.0}], tmp_path) == 0


def test_what_a_row_costs_may_not_grow_with_the_fleet(tmp_path, capsys):
    kept = {"ratio_vs_polars": 4.0, "rows": 60_000_000}
    lines = [LINE | {"rows": 1_000_000, "row_seconds": 0.5}, LINE | {"row_seconds": 1.4}, LINE | kept]
    assert ended([*lines[:2], lines[2] | {"row_seconds": 6.4}], tmp_path) == 0
    assert (
        "kept    1,000,000 to 60,000,000 rows, flat: growth of the time of a row 1.0, wanted at most 1.15"
        in capsys.readouterr().out.splitlines()
    )
    assert ended([*lines[:2], lines[2] | {"row_seconds": 7.4}], tmp_path) == 1
    assert (
        "BROKEN  1,000,000 to 60,000,000 rows, flat: growth of the time of a row 1.2, wanted at most 1.15"
        in capsys.readouterr().out.splitlines()
    )


def test_budgets_name_measures_and_layouts_that_exist():
    said = tomllib.loads(budgets.BUDGETS.read_text("utf-8"))
    for one in said["budget"]:
        assert set(one) - {"layout", "fleet", "rows"} == set(budgets.MEASURES)
        assert one["layout"] in large_fleet.PLACES


VALUES: dict[str, list[Any]] = {"string": ["x", "y"], "int64": [3, 4], "int32": [None, 1], "bool": [False, True], "list<item: string>": [[], ["z"]]}  # fmt: skip


def test_outputs_that_differ_are_told_by_column(tmp_path):
    tables = {
        name: pa.table([pa.array(VALUES.get(str(field.type), [None, None]), field.type) for field in schema], schema)
        for name, schema in outputs.SCHEMAS.items()
    }
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        for name, table in tables.items():
            pq.write_table(table, tmp_path / folder / f"{name}.parquet")
    assert outputs.differences(tmp_path / "one", tmp_path / "two") == []
    turned = {name: table.take([1, 0]) for name, table in tables.items()}
    for name, table in turned.items():
        pq.write_table(table, tmp_path / "two" / f"{name}.parquet")
    assert outputs.differences(tmp_path / "one", tmp_path / "two") == []


@pytest.mark.parametrize("name", outputs.SCHEMAS)
def test_a_difference_in_any_column_is_told(name, tmp_path):
    schema = outputs.SCHEMAS[name]
    table = pa.table([pa.array([VALUES.get(str(field.type), [None])[0]], field.type) for field in schema], schema)
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        for each, columns in outputs.SCHEMAS.items():
            pq.write_table(columns.empty_table() if each != name else table, tmp_path / folder / f"{each}.parquet")
    for place, field in enumerate(schema):
        value = VALUES.get(str(field.type), [None, datetime(2026, 11, 1, tzinfo=UTC)])[1]
        other = table.set_column(place, field, pa.array([value], field.type))
        pq.write_table(other, tmp_path / "two" / f"{name}.parquet")
        (told,) = outputs.differences(tmp_path / "one", tmp_path / "two")
        assert told.startswith(f"{name}.{field.name}: 1 differ, first `")
    pq.write_table(pa.concat_tables([table] * 2), tmp_path / "two" / f"{name}.parquet")
    assert outputs.differences(tmp_path / "one", tmp_path / "two") == [f"{name}: 1 rows and 2"]
