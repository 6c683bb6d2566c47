"""What one host costs: the library, the command, and what comes before the first verdict.

``python -m benchmarks.bench_host`` prints one JSON line, medians in milliseconds:

    import     the package
    compile    the first host of a product, cold, by the batch engine
    evaluate   the reference engine
    prepared   the batch engine, warm, where ``pr.prepare`` is there
    command    ``patchrules evaluate`` from start to end

The host has 600 packages, the catalog about 7,000 patches.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

import patchrules as pr
from benchmarks import large_fleet
from benchmarks.universe import AS_OF, SYSTEMS, Shape
from patchrules.evaluation.nouns import hosts_of

SHAPE = Shape(hosts=5)


def timed(act: Callable[[], object], rounds: int) -> float:
    """Return the median milliseconds of ``act``."""
    spent = []
    for _ in range(rounds):
        start = time.perf_counter()
        act()
        spent.append((time.perf_counter() - start) * 1000)
    return round(statistics.median(spent), 2)


def run(*command: str) -> None:
    """Run our command; a finding is no failure."""
    done = subprocess.run([sys.executable, *command], stdout=subprocess.DEVNULL, check=False)  # noqa: S603 - our own
    assert done.returncode in (0, 1), command


def measured(folder: Path, rounds: int) -> dict[str, float]:
    """Measure everything on the first host of the fleet."""
    large_fleet.write(folder, SHAPE, ("flat",))
    rows = pq.read_table(folder / "flat")
    rows = rows.filter(pc.equal(rows["host"], large_fleet.host_names(0, 1)[0]))
    pq.write_table(rows, folder / "host.parquet")
    catalog = folder / "catalogs" / f"{SYSTEMS[0].family}.parquet"
    baseline = folder / "baselines" / f"{SYSTEMS[0].family}-00.json"
    patches, policy, inventory = pr.read_catalog(catalog), pr.load_baseline(baseline), pr.open_fleet(rows)
    host = next(hosts_of(inventory))
    flags = ("--baseline", str(baseline), "--inventory", str(folder / "host.parquet"), "--catalog", str(catalog))
    found = {
        "packages": rows.num_rows,
        "patches": patches.table.num_rows,
        "import": timed(lambda: run("-c", "import patchrules"), rounds) - timed(lambda: run("-c", "pass"), rounds),
        "compile": timed(lambda: pr.evaluate_fleet(policy, inventory, patches, as_of=AS_OF), rounds),
        "evaluate": timed(lambda: pr.evaluate(policy, host, patches, as_of=AS_OF), rounds),
        "command": timed(lambda: run("-m", "patchrules", "evaluate", *flags, "--as-of", AS_OF.isoformat()), rounds),
    }
    if hasattr(pr, "prepare"):
        prepared = pr.prepare(policy, patches)
        prepared.evaluate(host, as_of=AS_OF)
        found["prepared"] = timed(lambda: prepared.evaluate(host, as_of=AS_OF), rounds)
    return {name: round(value, 2) for name, value in found.items()}


def main(arguments: Sequence[str]) -> None:
    """Print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--into", type=Path, help="also write the line to this file")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        line = json.dumps(measured(Path(folder), given.rounds))
    print(line)
    if given.into:
        given.into.parent.mkdir(parents=True, exist_ok=True)
        given.into.write_text(line + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
