"""What verbs that judge a whole inventory do: open it, judge it, and say what was refused on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from patchrules.cli._inputs import Inputs, check_peopled, refused
from patchrules.cli._progress import bar

if TYPE_CHECKING:
    from patchrules.evaluation.run import Run


def judged(
    inputs: Inputs, *, rows: str, folder: str | None, since: str | None = None, keep_digests: bool = False
) -> Run:
    """Judge an inventory; with ``folder`` the verdicts of a large one are written there as they come.

    With ``since``, a saved run, only hosts are judged that are other than they were in it, and it is told how many.
    """
    from patchrules.evaluation.fleet import evaluate_fleet
    from patchrules.model.host import Inventory

    policy = inputs.policy()
    catalogs, fleet, options = inputs.catalogs(policy), inputs.opened(), inputs.run_options()
    options |= {"since": since, "keep_digests": keep_digests}
    if isinstance(fleet, Inventory):
        options |= {"previous_runs": inputs.previous_runs(fleet)}
    else:
        options |= {"output": folder}
    with bar("judging the hosts") as progress:
        run = evaluate_fleet(policy, fleet, catalogs, rows=rows, limits=inputs.limits(), progress=progress, **options)
    if since is not None:
        click.echo(f"{since}: the verdicts on {run.carried:,} of {run.hosts.num_rows:,} hosts still hold", err=True)
    if not isinstance(fleet, Inventory):
        refused("inventory", run.rejects)
        check_peopled(run.hosts)
    return run
