"""How the next run of a window looks: execution, hosts, and what would be installed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from patchrules.cli._windows import read_nodes, row_of, stamp

if TYPE_CHECKING:
    from patchrules.model.host import Inventory
    from patchrules.questions.next_run import NextRun
    from patchrules.schedule.targets import Node

COLUMNS = {
    "Host": "{host}",
    "Package": "{id}",
    "Installed → approved": "{installed} → {target}",
    "Advisory": "{advisory}",
    "Level": "{level}",
    "Approved": "{when}",
}


def nodes(fleet: Inventory, hosts: tuple[str, ...]) -> list[Node]:
    """Return what windows ask of the hosts of the inventory; their resource groups stand in the hosts file."""
    import dataclasses

    from patchrules.questions.next_run import nodes_of

    groups = {node.host: node.groups for node in read_nodes(hosts)} if hosts else {}
    return [dataclasses.replace(node, groups=groups.get(node.host)) for node in nodes_of(fleet)]


def head(run: NextRun) -> Iterator[str]:
    """Yield the execution, what is skipped before it, and its hosts."""
    yield str(run.execution) if run.execution else f"{run.window.name}: no execution within two years"
    yield from (f"  before it: {one}" for one in run.skipped)
    yield from (f"  {plan}" for plan in run.hosts)
    if run.execution and not run.hosts:
        yield "  for no host of the inventory"


def document(run: NextRun) -> dict[str, Any]:
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


def rows(run: NextRun) -> Iterator[dict[str, Any]]:
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
