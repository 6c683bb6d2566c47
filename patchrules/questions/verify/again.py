"""Judging the hosts of a run once more, each by the baseline that served it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.evaluation.fleet import evaluate_fleet
from patchrules.evaluation.nouns import of_hosts
from patchrules.evaluation.run import Run, baseline_of
from patchrules.model.baseline import Baseline
from patchrules.model.host import Inventory
from patchrules.model.patch import Catalog
from patchrules.model.previous_run import PreviousRun
from patchrules.model.verdict import Settings


def judged_again(
    run: Run, fleet: Inventory, catalogs: Sequence[Catalog], previous_runs: Mapping[str, PreviousRun]
) -> Run:
    """Return ``run`` with the hosts and verdicts that its settings and baselines give on these inputs.

    Hosts that no baseline served have no verdict: their summaries are taken as they stand. Those of which nothing tells
    what baseline it was are left out. O(baselines) evaluations.
    """
    options: dict[str, Any] = {one.name: getattr(run.settings, one.name) for one in dataclasses.fields(Settings)}
    options["previous_runs"] = previous_runs
    hosts, verdicts = [run.hosts.filter(pc.is_null(run.hosts["baseline"]))], [run.verdicts.slice(0, 0)]
    for baseline, names in _served(run).items():
        part = of_hosts(fleet, names)
        if part.hosts.num_rows:
            found = evaluate_fleet(baseline, part, catalogs, rows=run.rows, limits=run.limits, **options)
            hosts.append(found.hosts)
            verdicts.append(found.verdicts)
    return dataclasses.replace(run, hosts=pa.concat_tables(hosts), verdicts=pa.concat_tables(verdicts))


def _served(run: Run) -> dict[Baseline, list[str]]:
    """Return the hosts that each baseline served."""
    keys = ["family", "baseline", "baseline_id"]
    served: dict[Baseline, list[str]] = {}
    for row in (
        run.hosts.select(["host", *keys]).group_by(keys, use_threads=False).aggregate([("host", "list")]).to_pylist()
    ):
        baseline = baseline_of(run.baselines, row)
        if baseline is not None:
            served.setdefault(baseline, []).extend(row["host_list"])
    return served
