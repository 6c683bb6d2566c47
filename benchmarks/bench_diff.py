"""How long it takes to compare two runs, against judging the fleet once.

``python benchmarks/bench_diff.py --hosts 100000`` prints JSON: processor seconds (best of ``--repeat``, interleaved),
the ratio of ``diff`` to one evaluation (the budget is 1.5), and how many verdicts and hosts differ. The runs differ in
the delay of one rule.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from fleet import AS_OF, PRODUCT, make_fleet

import patchrules as pr

BUDGET = 1.5


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hosts", type=int, default=100_000)
    parser.add_argument("--packages", type=int, default=100)
    parser.add_argument("--rows", choices=["noncompliant", "all"], default="noncompliant")
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    made = make_fleet(hosts=given.hosts, packages=given.packages)
    fleet = pr.open_fleet(made.packages, family="rhel", product=PRODUCT, arch="x86_64")
    catalog = pr.read_catalog(made.catalog, family="rhel")
    prod = pr.load_baseline(made.baseline)
    edited = prod.with_rule(1, approve_after_days=1)
    after = pr.evaluate_fleet(edited, fleet, catalog, as_of=AS_OF, rows=given.rows)
    evaluations, comparisons = [], []
    for _ in range(given.repeat):
        taken, before = _timed(lambda: pr.evaluate_fleet(prod, fleet, catalog, as_of=AS_OF, rows=given.rows))
        evaluations.append(taken)
        taken, found = _timed(lambda: pr.diff(before, after))  # noqa: B023  called at once
        comparisons.append(taken)
    evaluation, comparing = min(evaluations), min(comparisons)
    newly = sum(one == "NEWLY_APPROVED" for one in found.verdicts["approval_change"].to_pylist())
    waiting = sum(name.startswith(("waiting", "behind_and_waiting")) for name in made.packages["name"].to_pylist())
    assert newly == waiting if given.rows == "all" else newly <= waiting
    ratio = comparing / evaluation
    told = {
        "hosts": given.hosts,
        "packages": made.packages.num_rows,
        "rows": given.rows,
        "verdicts": before.verdicts.num_rows,
        "evaluation_s": round(evaluation, 3),
        "diff_s": round(comparing, 3),
        "ratio": round(ratio, 2),
        "budget": BUDGET,
        "verdicts_that_differ": found.verdicts.num_rows,
        "hosts_that_differ": found.hosts.num_rows,
        "headline": str(found),
    }
    print(json.dumps(told, ensure_ascii=False))
    sys.exit(ratio > BUDGET)


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the processor time that a call takes, of all threads, and what it returns."""
    start = time.process_time()
    found = work()
    return time.process_time() - start, found


if __name__ == "__main__":
    main()
