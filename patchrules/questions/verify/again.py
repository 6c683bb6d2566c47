"""Judging the hosts of a run once more, each by the baseline that served it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.evaluation.fleet import evaluate_fleet
from patchrules.evaluation.run import Run
from patchrules.families import families
from patchrules.model.baseline import Baseline
from patchrules.model.host import Inventory
from patchrules.model.patch import Catalog
from patchrules.model.previous_run import PreviousRun
from patchrules.model.verdict import Settings


def judged_again(
    run: Run, fleet: Inventory, catalogs: Sequence[Catalog], previous_runs: Mapping[str, PreviousRun]
) -> Run:
    """Return ``run`` with the hosts and verdicts that its settings and baselines give on these inputs.

    Hosts that no baseline served have no verdict: their summaries are taken as they stand. O(baselines) evaluations.
    """
    options: dict[str, Any] = {one.name: getattr(run.settings, one.name) for one in dataclasses.fields(Settings)}
    options["previous_runs"] = previous_runs
    hosts, verdicts = [], []
    left = run.hosts
    for baseline in run.baselines:
        served = _served(run, baseline)
        part = of_hosts(fleet, served)
        if part.hosts.num_rows:
            found = evaluate_fleet(baseline, part, catalogs, rows=run.rows, limits=run.limits, **options)
            hosts.append(found.hosts)
            verdicts.append(found.verdicts)
        left = left.filter(pc.invert(pc.is_in(left["host"], value_set=served)))
    empty = run.verdicts.slice(0, 0)
    return dataclasses.replace(
        run, hosts=pa.concat_tables([*hosts, left]), verdicts=pa.concat_tables([*verdicts, empty])
    )


def of_hosts(fleet: Inventory, names: pa.Array) -> Inventory:
    """Return the part of an inventory that speaks of some hosts."""
    tables = ("hosts", "packages", "rejects")
    parts = {name: getattr(fleet, name) for name in tables}
    kept = {name: table.filter(pc.is_in(table["host"], value_set=names)) for name, table in parts.items()}
    return dataclasses.replace(fleet, **kept)


def _served(run: Run, baseline: Baseline) -> pa.Array:
    """Return the hosts that a baseline served: by name, id and operating system."""
    rows = run.hosts.select(["host", "family", "baseline", "baseline_id"]).to_pylist()
    wanted = (baseline.name, baseline.baseline_id or "")
    names = [
        row["host"]
        for row in rows
        if (row["baseline"], row["baseline_id"] or "") == wanted
        and row["family"]
        and families()[row["family"]].operating_system is baseline.operating_system
    ]
    return pa.array(names, pa.string())
