"""Whether the JSON lines of ``bench_batch`` keep ``budgets.toml``: ``python -m benchmarks.budgets LINES``.

Prints one line a figure and ends with 1 when a budget is broken.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.large_fleet import count_of

BUDGETS = Path(__file__).with_suffix(".toml")
MEASURES = ("ratio_to_floor", "ratio_vs_duckdb", "ratio_vs_polars", "peak_rss_mb")


def budget_of(line: Mapping[str, Any], budgets: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the budget of a line; None where nobody has set one.

    >>> budgets = [{"layout": "flat", "fleet": "usual", "rows": rows} for rows in ("8M", "50M")]
    >>> line = {"layout": "flat", "fleet": "usual", "rows": 60_000_000}
    >>> budget_of(line, budgets)["rows"], budget_of({**line, "rows": 1_000_000}, budgets)
    ('50M', None)
    """
    fitting = [
        one
        for one in budgets
        if one["layout"] == line["layout"] and one["fleet"] == line["fleet"] and count_of(one["rows"]) <= line["rows"]
    ]
    return max(fitting, key=lambda one: count_of(one["rows"]), default=None)


def broken(figure: float, limit: Mapping[str, float]) -> bool:
    """Say whether a figure lies outside its limit.

    >>> broken(2.1, {"at_least": 2.2}), broken(1.7, {"at_most": 1.75})
    (True, False)
    """
    return figure < limit.get("at_least", figure) or figure > limit.get("at_most", figure)


def verdicts(lines: Sequence[Mapping[str, Any]], said: Mapping[str, Any]) -> Iterator[tuple[bool, str]]:
    """Yield every figure that has a limit: whether it breaks it, and the sentence."""
    for line in lines:
        budget = budget_of(line, said["budget"])
        for measure in MEASURES:
            if budget is not None and measure in budget and line.get(measure) is not None:
                place = f"{line['rows']:,} rows, {line['layout']}, {line['fleet']}"
                yield broken(line[measure], budget[measure]), _sentence(place, measure, line[measure], budget[measure])
    for layout in sorted({line["layout"] for line in lines}):
        usual = [line for line in lines if line["layout"] == layout and line["fleet"] == "usual"]
        yield from _growth(layout, sorted(usual, key=lambda line: line["rows"]), said["growth"])


def _growth(layout: str, lines: Sequence[Mapping[str, Any]], growth: Mapping[str, Any]) -> Iterator[tuple[bool, str]]:
    """Yield whether memory and the time of a row grow with the fleet; ``lines`` are of one layout, by their rows."""
    large = [line for line in lines if line["rows"] >= count_of(growth["rows"])]
    if len({line["rows"] for line in large}) > 1:
        figure, limit = round(large[-1]["peak_rss_mb"] / large[0]["peak_rss_mb"], 2), growth["peak_rss_mb"]
        place = f"{large[0]['rows']:,} to {large[-1]['rows']:,} rows, {layout}"
        yield broken(figure, limit), _sentence(place, "memory growth", figure, limit)
    timed = {line["rows"]: line["row_seconds"] for line in lines if line.get("row_seconds")}
    if len(timed) > 2:
        first, middle, last = min(timed), sorted(timed)[-2], max(timed)
        early, late = ((timed[b] - timed[a]) / (b - a) for a, b in ((first, middle), (middle, last)))
        figure, limit = round(late / early, 2), growth["seconds_a_row"]
        place = f"{first:,} to {last:,} rows, {layout}"
        yield broken(figure, limit), _sentence(place, "growth of the time of a row", figure, limit)


def _sentence(place: str, measure: str, figure: float, limit: Mapping[str, float]) -> str:
    """Return one line for people."""
    wanted = ", ".join(f"{word.replace('_', ' ')} {value}" for word, value in limit.items())
    return f"{place}: {measure} {figure}, wanted {wanted}"


def main(arguments: Sequence[str]) -> int:
    """Check a file of JSON lines."""
    lines = [json.loads(line) for line in Path(arguments[0]).read_text(encoding="utf-8").splitlines()]
    said = tomllib.loads(BUDGETS.read_text(encoding="utf-8"))
    found = list(verdicts(lines, said))
    for fails, sentence in found:
        print(f"{'BROKEN' if fails else 'kept  '}  {sentence}")
    if not found:
        print("no line has a budget")
    return 1 if any(fails for fails, _ in found) or not found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
