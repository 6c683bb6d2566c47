"""What it takes to judge a fleet since an earlier run, against judging it whole, when 1 % of its hosts changed.

``python -m benchmarks.bench_since --rows 1M`` prints a JSON line for each layout and choice of verdicts: processor
seconds of all threads (medians of ``--rounds``, interleaved) for judging the whole fleet, for judging it and keeping
digests, and for judging it since the earlier run; the ratio of the last to the first; and how many hosts were carried.
The hosts that changed lost their first package.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import patchrules as pr
from benchmarks.large_fleet import count_of, shape_of, write
from benchmarks.universe import AS_OF, SYSTEMS


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=count_of, default=count_of("1M"))
    parser.add_argument("--every", type=int, default=100, help="one of so many hosts changed")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, shape_of(given.rows), layouts=("flat",))
        hosts = changed(folder / "flat", folder / "later", given.every)
        for layout in ("flat", "later"):
            pr.pack_fleet(folder / layout, folder / f"{layout}-star")
        for layout in ("", "-star"):
            for rows in ("noncompliant", "all"):
                said = {"rows": given.rows, "layout": "star" if layout else "flat", "verdicts": rows, "changed": hosts}
                print(json.dumps(said | measured(folder, layout, rows, given.rounds)), flush=True)


def changed(source: Path, target: Path, every: int) -> int:
    """Write the files of a fleet again, without the first package of one of ``every`` hosts; return how many those are.

    Rows of a host stand together, and a host that lies in two files is taken for two.
    """
    target.mkdir()
    hosts = 0
    for file in sorted(source.glob("*.parquet")):
        table = pq.read_table(file)
        column = table["host"].combine_chunks()
        codes = column.dictionary_encode().indices.to_numpy()
        first = np.flatnonzero(np.append(True, codes[1:] != codes[:-1]))[::every]
        kept = np.ones(table.num_rows, dtype=np.bool_)
        kept[first] = False
        pq.write_table(table.filter(pa.array(kept)), target / file.name, row_group_size=1_000_000)
        hosts += len(first)
    return hosts


def measured(folder: Path, layout: str, rows: str, rounds: int) -> dict[str, Any]:
    """Judge the fleet in each way, by turns, and return what that took; the runs have to be one."""
    catalogs = [pr.read_catalog(folder / "catalogs" / f"{system.family}.parquet") for system in SYSTEMS]
    policy = pr.load_registry(folder / "baselines")

    def judge(which: str, **options: Any) -> pr.Run:  # noqa: ANN401 - those of evaluate_fleet
        fleet = pr.open_fleet(folder / f"{which}{layout}")
        return pr.evaluate_fleet(policy, fleet, catalogs, as_of=AS_OF, rows=rows, output=folder / "run", **options)

    pr.evaluate_fleet(
        policy,
        pr.open_fleet(folder / f"flat{layout}"),
        catalogs,
        as_of=AS_OF,
        rows=rows,
        output=folder / "before",
        keep_digests=True,
    )
    ways: dict[str, Callable[[], pr.Run]] = {
        "whole": lambda: judge("later"),
        "keeping": lambda: judge("later", keep_digests=True),
        "since": lambda: judge("later", since=folder / "before"),
    }
    took: dict[str, list[float]] = {name: [] for name in ways}
    ids, carried = set(), 0
    for _ in range(rounds):
        for name, way in ways.items():
            start = time.process_time()
            run = way()
            took[name].append(time.process_time() - start)
            ids.add(run.id)
            carried = max(carried, run.carried)
    assert len(ids) == 1
    seconds = {f"{name}_s": round(statistics.median(times), 3) for name, times in took.items()}
    ratio = statistics.median(took["since"]) / statistics.median(took["whole"])
    return {"hosts": run.hosts.num_rows, "carried": carried, **seconds, "ratio": round(ratio, 2)}


if __name__ == "__main__":
    sys.exit(main())
