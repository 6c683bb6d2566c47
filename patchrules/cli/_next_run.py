"""How the next run of a window looks: execution, hosts, and what would be installed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from patchrules.cli._inputs import Inputs
from patchrules.cli._output import emit, emit_rows, stamp
from patchrules.cli._progress import stage
from patchrules.cli._windows import nodes_of_facts, row_of, told

if TYPE_CHECKING:
    from patchrules.model.host import Inventory
    from patchrules.model.window import Calendar, Window
    from patchrules.questions.next_run import NextRun
    from patchrules.schedule.targets import Node

_COLUMNS = {
    "Host": "{host}",
    "Package": "{id}",
    "Installed → approved": "{installed} → {target}",
    "Advisory": "{advisory}",
    "Level": "{level}",
    "Approved": "{when}",
}
_SCHEMA = "patchrules/forecast/1"
_NO_RUN = 1


def show(inputs: Inputs, windows: Sequence[Window], layers: Sequence[Calendar], form: str, output: str | None) -> None:
    """Write what the next execution of each window would install; exits with 1 where one has none."""
    from patchrules.questions.next_run import next_run

    policy = inputs.policy()
    catalogs, fleet = inputs.catalogs(policy), inputs.fleet()
    nodes = _nodes(fleet, inputs.hosts)
    options = inputs.options()
    options |= {"now": options.pop("as_of"), "calendars": layers, "nodes": nodes, "limits": inputs.limits()}
    with stage(f"judging {fleet.hosts.num_rows:,} hosts"):
        runs = [next_run(one, policy, fleet, catalogs, **options) for one in windows]
    told(doubt for run in runs for doubt in run.diagnostics if doubt.code.startswith("PR4"))
    rows = [row for run in runs for row in _rows(run)]
    if form == "json":
        documents = [_document(run) for run in runs]
        emit(json.dumps({"schema": _SCHEMA, "runs": documents, "rows": rows}, indent=2, ensure_ascii=False), output)
    else:
        head = "\n".join(line for run in runs for line in _head(run))
        emit_rows(rows, columns=_COLUMNS, schema=_SCHEMA, form=form, output=output, head=head)
    if not all(run.execution for run in runs):
        raise SystemExit(_NO_RUN)


def _nodes(fleet: Inventory, hosts: tuple[str, ...]) -> list[Node]:
    """Return what windows ask of the hosts of the inventory; their resource groups stand in the hosts file."""
    import dataclasses

    from patchrules.documents.hosts import load_hosts
    from patchrules.questions.next_run import nodes_of

    groups = {node.host: node.groups for node in nodes_of_facts(load_hosts(*hosts))} if hosts else {}
    return [dataclasses.replace(node, groups=groups.get(node.host)) for node in nodes_of(fleet)]


def _head(run: NextRun) -> Iterator[str]:
    """Yield the execution, what is skipped before it, and its hosts."""
    yield str(run.execution) if run.execution else f"{run.window.name}: no execution within two years"
    yield from (f"  before it: {one}" for one in run.skipped)
    yield from (f"  {plan}" for plan in run.hosts)
    if run.execution and not run.hosts:
        yield "  for no host of the inventory"


def _document(run: NextRun) -> dict[str, Any]:
    """Return the execution, what is skipped before it, and its hosts: also those without a row."""
    return {
        "window": run.window.name,
        "execution": row_of(run.execution) if run.execution else None,
        "skipped": [row_of(one) for one in run.skipped],
        "hosts": [
            {
                "host": plan.host,
                "operation": str(plan.operation),
                "status": str(plan.status),
                "unknown": list(plan.unknown),
                "patches": len(plan.patches),
            }
            for plan in run.hosts
        ],
    }


def _rows(run: NextRun) -> Iterator[dict[str, Any]]:
    """Yield a row a patch."""
    start = stamp(run.execution.start) if run.execution else None
    for plan in run.hosts:
        for patch in plan.patches:
            yield {
                "window": run.window.name,
                "start": start,
                "host": plan.host,
                "operation": str(plan.operation),
                "id": patch.id,
                "installed": patch.installed,
                "target": patch.target,
                "advisory": patch.advisory,
                "level": patch.level,
                "since": stamp(patch.since) if patch.since else None,
                "when": "by then" if patch.is_new else "already",
            }
