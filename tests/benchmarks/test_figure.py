"""The figure of the docs says what the JSON lines say."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

from benchmarks import figure

SVG = "{http://www.w3.org/2000/svg}"
LINE = {
    "rows": 60_000_000, "seconds": 4.0, "row_seconds": 3.0, "again_seconds": 2.5, "ratio_to_floor": 1.5, "ratio_vs_duckdb": 3.0, "ratio_vs_polars": 4.0,
    "rows_per_second": 20_000_000, "peak_rss_mb": 401.6, "layout": "flat", "fleet": "usual", "hosts": 100_000,
    "distinct_packages": 40_000,
    "contenders": {"floor": {"seconds": 2.0}, "ours_compiled": {"seconds": 3.0}, "ours": {"seconds": 4.0}, "with_duckdb": {"seconds": 9.0}, "with_polars": {"seconds": 12.0}},
}  # fmt: skip


def test_bars_are_as_long_as_speeds_of_the_largest_usual_fleet():
    small, worst = LINE | {"rows": 1_000_000}, LINE | {"fleet": "own_images"}
    drawn = ET.fromstring(figure.svg([small, LINE, worst]))  # noqa: S314  we drew it
    widths = [float(bar.attrib["width"]) for bar in drawn.iter(f"{SVG}rect")]
    assert [round(width / widths[0], 2) for width in widths] == [1.0, 0.67, 0.5, 0.22, 0.17]
    texts = [text.text for text in drawn.iter(f"{SVG}text")]
    assert texts[0] == "60 million installed packages, 100,000 hosts: million rows a second"
    assert texts[2:4] == ["read and write only", "30.0"]


def test_the_table_has_every_line():
    star = LINE | {"layout": "star", "ratio_to_least": 1.25, "ratio_vs_polars": None}
    _, _, flat, other = figure.table([LINE, star]).splitlines()
    assert (
        flat == "| usual | flat | 60,000,000 | 40,000 | 3.00 | 4.00 | 2.50 | 20.0 | 1.50 x |  | 3.00 x | 4.00 x | 402 |"
    )
    assert other.endswith("| 20.0 | 1.50 x | 1.25 x | 3.00 x |  | 402 |")


def test_a_page_keeps_everything_but_what_stands_between_its_marks():
    page = "before\n<!-- figures: made -->\n| old |\n\n| old |\n<!-- end of figures -->\n\nafter\n"
    written = figure.written(page, [LINE])
    before, _, rest = written.partition("<!-- figures: made -->\n")
    between, _, after = rest.partition("<!-- end of figures -->\n")
    assert (before, after) == ("before\n", "\nafter\n")
    assert between.endswith(f"(performance.svg)\n\n{figure.table([LINE])}\n")
    assert figure.written(written, [LINE]) == written


def test_figure_and_table_of_the_docs_are_fresh():
    assert figure.main(["--check"]) == 0, "run python -m benchmarks.figure"


def test_where_nobody_has_measured_nothing_is_drawn(tmp_path, capsys):
    assert figure.main([str(tmp_path / "batch.jsonl")]) == 0
    assert "written by make bench-whole" in capsys.readouterr().out


def test_a_stale_figure_is_told(tmp_path, monkeypatch, capsys):
    page, lines = tmp_path / "performance.md", tmp_path / "batch.jsonl"
    page.write_text("<!-- figures: made -->\n<!-- end of figures -->\n", "utf-8")
    lines.write_text(json.dumps(LINE) + "\n", "utf-8")
    monkeypatch.setattr(figure, "PAGE", page)
    monkeypatch.setattr(figure, "ROOT", tmp_path)
    assert figure.main([str(lines), "--check"]) == 1
    assert capsys.readouterr().out == "performance.svg is stale\nperformance.md is stale\n"
    assert figure.main([str(lines)]) == 0
    assert figure.main([str(lines), "--check"]) == 0
