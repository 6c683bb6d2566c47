"""How fast a fleet is judged: our engine, the floor, and the same query by hand in DuckDB and Polars.

``python -m benchmarks.bench_batch --rows 10M --layout flat`` prints one JSON line for each size and layout. Every
contender has a process of its own. Runs are interleaved, and the order turns from round to round. The first round
is not counted: in it all outputs are compared, and nothing is printed where they differ. Figures are medians. On a
machine that does other things too, read ratios, and ``cpu_seconds`` beside them.

Of ours a line has three figures. All of them open the fleet, judge it and write the run; imports are in none:

    seconds         cold: policies and catalogs are read and compiled too, and nothing is remembered
    row_seconds     policies are compiled, versions have ranks: what the queries by hand are given
    again_seconds   verdicts on the distinct packages are known too

``ratio_to_floor`` is ``row_seconds`` by those of the floor, ``ratio_to_least`` by those of the least that numpy can do
with everything decided (the star layout alone has it), ``ratio_vs_duckdb`` and ``ratio_vs_polars`` are their
seconds by ``row_seconds``, ``rows_per_second`` is of ``row_seconds``; the same with ``cold_`` are of ``seconds``.
``peak_rss_mb`` is the larger one of the processes behind these two.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import given, large_fleet, outputs, universe
from benchmarks.large_fleet import count_of, shape_of
from benchmarks.universe import WORST
from patchrules.cli._memory import ALLOCATORS

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "build" / "bench"
COLD, ROWS, AGAIN, LEAST, FLOOR = "ours", "ours_compiled", "ours_again", "least", "floor"
PEERS = ("with_duckdb", "with_polars")
CONTENDERS = (COLD, ROWS, AGAIN, LEAST, FLOOR, *PEERS)
"""Ours comes first: the floor writes what we decided, and the others are compared with it."""


class Contender:
    """A process that runs when it is told to."""

    def __init__(self, name: str, folder: Path, layout: str) -> None:
        """Start it and wait until it is prepared."""
        self.name = name
        self.output = folder / "output" / layout / name
        self.said: list[dict[str, float]] = []
        command = [sys.executable, "-m", "benchmarks.contender", name, str(folder), layout, str(self.output)]
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            command, cwd=ROOT, env=os.environ | ALLOCATORS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._answer()

    def run(self) -> None:
        """Run once and keep what it says."""
        assert self._process.stdin is not None
        self._process.stdin.write("run\n")
        self._process.stdin.flush()
        self.said.append(self._answer())

    def median(self, what: str) -> float:
        """Return the median over the rounds that count."""
        return statistics.median(said[what] for said in self.said[1:])

    def stop(self) -> None:
        """Let it end."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _answer(self) -> dict[str, float]:
        """Read one line of its output."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            sys.exit(f"{self.name} ended with {self._process.wait()}: what it said stands above")
        return dict(json.loads(line))


def fleet(rows: int, worst: str | None, seed: int, data: Path) -> Path:
    """Return the folder of a fleet, written now unless it is there; the generator's text is part of its name."""
    sources = [Path(str(module.__file__)).read_bytes() for module in (universe, large_fleet, given)]
    digest = hashlib.sha256(b"".join(sources)).hexdigest()[:8]
    folder = data / f"{rows}-{worst or 'usual'}-{seed}-{digest}"
    if not (folder / "given" / "packages.parquet").exists():
        large_fleet.write(folder, shape_of(rows, seed=seed, **WORST.get(worst or "", {})))
        given.write(folder)
    return folder


def racers(layout: str, wanted: Sequence[str] = CONTENDERS) -> list[str]:
    """Return who races over a layout, ours first."""
    return [name for name in CONTENDERS if name in {COLD, *wanted} and (name != LEAST or layout == "star")]


def measured(folder: Path, layout: str, names: Sequence[str], rounds: int) -> dict[str, Any]:
    """Race the contenders over one layout of a fleet."""
    racing: list[Contender] = []
    for name in names:
        racing.append(Contender(name, folder, layout))
        racing[-1].run()
    for one in racing[1:]:
        if one.name != FLOOR and (found := outputs.differences(racing[0].output, one.output)):
            sys.exit("\n".join([f"{one.name} says something else than {racing[0].name}:", *found]))
    for number in range(rounds):
        turn = number % len(racing)
        for one in racing[turn:] + racing[:turn]:
            one.run()
    for one in racing:
        one.stop()
    return _said(folder, layout, {one.name: one for one in racing})


def _said(folder: Path, layout: str, racing: dict[str, Contender]) -> dict[str, Any]:
    """Return the JSON line."""
    shape = json.loads((folder / "shape.json").read_text(encoding="utf-8"))
    found = outputs.rows(racing[COLD].output)
    seconds = {name: one.median("seconds") for name, one in racing.items()}
    said: dict[str, Any] = {
        "rows": shape["rows"],
        **{name: round(seconds[one], 3) for name, one in _FIGURES.items() if one in seconds},
        **_ratios(seconds, ROWS),
        "rows_per_second": round(shape["rows"] / seconds[ROWS]) if ROWS in seconds else None,
        **{f"cold_{name}": ratio for name, ratio in _ratios(seconds, COLD).items()},
        "peak_rss_mb": max(racing[name].said[-1]["peak_rss_mb"] for name in (COLD, ROWS) if name in racing),
        "layout": layout,
        "fleet": folder.name.split("-")[1],
        "hosts": shape["hosts"],
        "distinct_packages": shape["distinct_packages"],
        "non_compliant_rows": found["verdicts"],
        "contenders": {
            name: {
                "seconds": round(seconds[name], 3),
                "cpu_seconds": round(one.median("cpu_seconds"), 3),
                "spread": [round(choose(said["seconds"] for said in one.said[1:]), 3) for choose in (min, max)],
                "peak_rss_mb": one.said[-1]["peak_rss_mb"],
            }
            for name, one in racing.items()
        },
        "knobs": {name: shape[name] for name in universe.Shape.__dataclass_fields__},
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
    }
    return said


_FIGURES = {"seconds": COLD, "row_seconds": ROWS, "again_seconds": AGAIN, "least_seconds": LEAST}


def _ratios(seconds: Mapping[str, float], mine: str) -> dict[str, float]:
    """Return one of our times by the floor's, and that of the others by ours, as far as they raced."""
    if mine not in seconds:
        return {}
    limits = {f"ratio_to_{name}": round(seconds[mine] / seconds[name], 2) for name in (FLOOR, LEAST) if name in seconds}
    peers = {name: f"ratio_vs_{name.removeprefix('with_')}" for name in PEERS if name in seconds}
    return limits | {called: round(seconds[name] / seconds[mine], 2) for name, called in peers.items()}


def arguments(given_texts: Sequence[str] | None = None) -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=count_of, nargs="+", default=[count_of("10M")], help="1M 10M 60M")
    parser.add_argument("--layout", nargs="+", choices=("flat", "star"), default=["flat", "star"])
    parser.add_argument("--worst", choices=WORST, help="a fleet that hurts, in place of the usual one")
    parser.add_argument("--rounds", type=int, default=5, help="counted rounds, after one that is not")
    parser.add_argument("--only", nargs="+", choices=CONTENDERS, default=list(CONTENDERS))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data", type=Path, default=DATA, help="where fleets are written and kept")
    parser.add_argument("--into", type=Path, help="also add the lines to this file")
    parser.add_argument("--quick", action="store_true", help="1M rows, three rounds: does it work at all?")
    given_ones = parser.parse_args(given_texts)
    if given_ones.quick:
        given_ones.rows, given_ones.rounds = [count_of("1M")], 3
    return given_ones


def main() -> None:
    """Measure every size in every layout."""
    wanted = arguments()
    for rows in wanted.rows:
        folder = fleet(rows, wanted.worst, wanted.seed, wanted.data)
        for layout in wanted.layout:
            line = json.dumps(measured(folder, layout, racers(layout, wanted.only), wanted.rounds))
            print(line, flush=True)
            if wanted.into:
                with wanted.into.open("a", encoding="utf-8") as stream:
                    stream.write(line + "\n")


if __name__ == "__main__":
    main()
