"""``patchrules forecast``: what the next run of a maintenance window would find approved and install."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from patchrules.cli._inputs import Inputs, given
from patchrules.cli._options import CATALOG, INVENTORY, POLICY, RULES, SCOPE
from patchrules.cli._output import OUTPUT, ROW_FORMAT, emit, emit_rows
from patchrules.cli._progress import stage
from patchrules.cli._windows import (
    CALENDAR,
    NAME,
    WINDOW,
    read_calendars,
    read_nodes,
    read_windows,
    row_of,
    stamp,
    told,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from patchrules.model.host import Inventory
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
_NO_RUN = 1
_SCHEMA = "patchrules/forecast/1"


@click.command()
@WINDOW
@NAME
@CALENDAR
@given(POLICY, CATALOG, INVENTORY, SCOPE, RULES)
@ROW_FORMAT
@OUTPUT
def command(
    *,
    inputs: Inputs,
    windows: tuple[str, ...],
    names: tuple[str, ...],
    calendars: tuple[str, ...],
    output_format: str,
    output: str | None,
) -> None:
    """Say what the next execution of a window would install on each host, from what the catalogs know today.

    \b
    patchrules forecast --window windows.yaml --registry baselines/ --inventory dumps/ --hosts hosts.yaml \\
      --catalog 'RedhatEnterpriseLinux9*=repo/'

    Hosts are judged at the instant the execution starts; the next one is after --as-of. Windows that name targets serve
    the hosts with these tags, ids and groups. Exit code 1 when a window has no execution within two years.
    """
    from patchrules.questions.next_run import next_run

    found, layers = read_windows(windows, names, strict=inputs.strict), read_calendars(calendars)
    policy = inputs.policy()
    catalogs, fleet = inputs.catalogs(policy), inputs.fleet()
    nodes = _nodes(fleet, inputs.hosts)
    options = {name: value for name, value in inputs.options().items() if name not in ("as_of", "operation")}
    with stage(f"judging {fleet.hosts.num_rows:,} hosts"):
        runs = [
            next_run(
                one,
                policy,
                fleet,
                catalogs,
                now=inputs.as_of,
                calendars=layers,
                nodes=nodes,
                limits=inputs.limits(),
                **options,
            )
            for one in found
        ]
    told(doubt for run in runs for doubt in run.diagnostics if doubt.code.startswith("PR4"))
    rows = [row for run in runs for row in _rows(run)]
    if output_format == "json":
        documents = [_document(run) for run in runs]
        emit(json.dumps({"schema": _SCHEMA, "runs": documents, "rows": rows}, indent=2, ensure_ascii=False), output)
        raise SystemExit(0 if all(run.execution for run in runs) else _NO_RUN)
    head = "\n".join(line for run in runs for line in _head(run))
    emit_rows(rows, columns=_COLUMNS, schema=_SCHEMA, form=output_format, output=output, head=head)
    if not all(run.execution for run in runs):
        raise SystemExit(_NO_RUN)


def _nodes(fleet: Inventory, hosts: tuple[str, ...]) -> list[Node]:
    """Return what windows ask of the hosts of the inventory; their resource groups stand in the hosts file."""
    import dataclasses

    from patchrules.questions.next_run import nodes_of

    groups = {node.host: node.groups for node in read_nodes(hosts)} if hosts else {}
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
