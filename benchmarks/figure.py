"""Draws ``docs/explanation/performance.svg`` and the table beside it from the JSON lines of ``bench_batch``.

``python -m benchmarks.figure`` reads ``benchmarks/results/batch.jsonl``. The largest usual fleet is drawn, a group of
bars a layout; the table of the page has every line. Plain SVG, no library, readable on light and dark ground. As long
as nobody has measured, the page has neither.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LINES = ROOT / "benchmarks" / "results" / "batch.jsonl"
PAGE = ROOT / "docs" / "explanation" / "performance.md"
NAMES = {
    "floor": ("read and write only", "#9aa0a6"),
    "ours_compiled": ("patchrules", "#1a73e8"),
    "ours": ("with compiling", "#8ab4f8"),
    "with_duckdb": ("DuckDB by hand", "#e8a33d"),
    "with_polars": ("Polars by hand", "#c0504d"),
}
WIDTH, BAR, GAP, LEFT = 720, 20, 8, 170


def svg(lines: Sequence[Mapping[str, Any]]) -> str:
    """Return the figure: rows a second of every contender, by layout."""
    usual = [line for line in lines if line["fleet"] == "usual"]
    largest = max(line["rows"] for line in usual)
    drawn = [line for line in usual if line["rows"] == largest]
    speeds = [line["rows"] / one["seconds"] / 1e6 for line in drawn for one in line["contenders"].values()]
    top = 58
    body: list[str] = []
    for line in drawn:
        body.append(_text(10, top, f"{line['layout']} layout", weight="bold"))
        top += 12
        for name, (label, colour) in NAMES.items():
            if name in line["contenders"]:
                speed = line["rows"] / line["contenders"][name]["seconds"] / 1e6
                body += _bar(top, label, colour, speed, speed / max(speeds))
                top += BAR + GAP
        top += 26
    title = f"{largest / 1e6:.0f} million installed packages, {drawn[0]['hosts']:,} hosts: million rows a second"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" role="img" aria-label="{escape(title)}">'
        "<style>text{font:13px system-ui,sans-serif;fill:#3c4043}"
        "@media(prefers-color-scheme:dark){text{fill:#e8eaed}}</style>"
    )
    return "\n".join([head, _text(10, 24, title, weight="bold"), *body, "</svg>", ""])


def _text(left: float, top: float, text: str, weight: str = "normal") -> str:
    """Return a line of text."""
    return f'<text x="{left:.0f}" y="{top:.0f}" font-weight="{weight}">{escape(text)}</text>'


def _bar(top: int, label: str, colour: str, speed: float, share: float) -> Iterator[str]:
    """Yield one bar with its name and its figure."""
    width = max(1.0, share * (WIDTH - LEFT - 70))
    yield _text(10, top + 15, label)
    yield f'<rect x="{LEFT}" y="{top}" width="{width:.1f}" height="{BAR}" rx="2" fill="{colour}"/>'
    yield _text(LEFT + width + 8, top + 15, f"{speed:.1f}")


def table(lines: Sequence[Mapping[str, Any]]) -> str:
    """Return the figures as a Markdown table."""
    columns = "rows | distinct | seconds | cold | again | M rows/s | floor | least | DuckDB | Polars | peak MB"
    rows = [f"| fleet | layout | {columns} |", f"| --- | --- |{' ---: |' * (columns.count('|') + 1)}"]
    for line in lines:
        floor, least, duckdb, polars = (f"{line[name]:.2f} x" if line.get(name) else "" for name in _RATIOS)
        name = line["fleet"].replace("_", " ")
        rows.append(
            f"| {name} | {line['layout']} | {line['rows']:,} | {line['distinct_packages']:,} "
            f"| {line['row_seconds']:.2f} | {line['seconds']:.2f} | {line['again_seconds']:.2f} "
            f"| {line['rows_per_second'] / 1e6:.1f} | {floor} | {least} | {duckdb} | {polars} "
            f"| {line['peak_rss_mb']:.0f} |"
        )
    return "\n".join(rows)


_RATIOS = ("ratio_to_floor", "ratio_to_least", "ratio_vs_duckdb", "ratio_vs_polars")
_BLOCK = re.compile(r"(<!-- figures: .*? -->\n)(?:.*\n)*?(<!-- end of figures -->\n)")
_IMAGE = "![Million rows a second, by layout: reading and writing only, patchrules, DuckDB and Polars by hand]"


def written(page: str, lines: Sequence[Mapping[str, Any]]) -> str:
    """Return a page with figure and table between its marks."""
    body = f"{_IMAGE}({PAGE.stem}.svg)\n\n{table(lines)}\n"
    return _BLOCK.sub(lambda found: f"{found[1]}{body}{found[2]}", page)


def main(arguments: Sequence[str]) -> int:
    """Write the figure and the table; with ``--check`` say whether they are fresh."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lines", type=Path, nargs="?", default=LINES)
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 when the figure is stale")
    given = parser.parse_args(arguments)
    if not given.lines.exists():
        print(f"nothing is drawn: `{given.lines}` is written by make bench-whole")
        return 0
    lines = [json.loads(line) for line in given.lines.read_text(encoding="utf-8").splitlines()]
    wanted = {PAGE.with_suffix(".svg"): svg(lines), PAGE: written(PAGE.read_text(encoding="utf-8"), lines)}
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        if given.check:
            print(f"{path.relative_to(ROOT)} is stale")
        else:
            path.write_text(wanted[path], encoding="utf-8")
    return 1 if given.check and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
