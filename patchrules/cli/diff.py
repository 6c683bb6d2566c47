"""``patchrules diff``: what differs between two runs, between a plan's before and after, or between AWS and us."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from patchrules.cli._diff_shown import show, show_aws
from patchrules.cli._inputs import Inputs, given
from patchrules.cli._options import AGES, CATALOG, INVENTORY, OPERATION, RULES, SCOPE
from patchrules.cli._output import OUTPUT
from patchrules.cli._progress import stage
from patchrules.cli._types import Place
from patchrules.cli._windows import told

if TYPE_CHECKING:
    from patchrules.questions.against_aws import AgainstAws
    from patchrules.questions.diff import Diff

_FINDINGS = 1
_BOTH = 2


@click.command()
@click.argument("runs", nargs=-1, type=Place(), metavar="[BEFORE AFTER | RUN AWS_FILE]")
@click.option("--terraform", type=Place(), metavar="FILE", help="A plan: `terraform show -json`, before against after.")
@click.option("--agent", type=Place(), metavar="RUN", help="Against AWS: the same hosts judged in the dialect agent.")
@click.option(
    "--fail-on",
    type=click.Choice(["new-noncompliant", "lost-approval", "any", "never"]),
    multiple=True,
    default=("new-noncompliant",),
    show_default=True,
    help="What ends in exit code 1; may be given several times.",
)
@given(CATALOG, INVENTORY, AGES, SCOPE, RULES, (OPERATION,))
@click.option(
    "--output-format", type=click.Choice(["table", "json", "markdown", "csv"]), default="table", show_default=True
)
@OUTPUT
def command(
    *,
    runs: tuple[str, ...],
    inputs: Inputs,
    terraform: str | None,
    agent: str | None,
    fail_on: tuple[str, ...],
    output_format: str,
    output: str | None,
) -> None:
    """Say what differs between two saved runs, per patch, group and host, and what made the difference.

    \b
    patchrules diff before/ after/ --output-format markdown
    patchrules diff --terraform plan.json --inventory dumps/ --catalog 'RedhatEnterpriseLinux9*=repo/'
    patchrules diff run/ list-compliance-items.json --agent run-agent/

    Runs are saved by `patchrules evaluate --output-format parquet -o FOLDER`. With --terraform the hosts are judged
    twice: by the baselines of the state before the plan, and by those after it. csv lists every verdict that differs.
    With a file of AWS's own verdicts, what differs is told with its cause; exit code 1 where one is unexplained.
    """
    if len(runs) == _BOTH and not terraform and Path(runs[1]).is_file():
        aws = _against_aws(inputs, runs[0], runs[1], agent)
        told(aws.diagnostics)
        show_aws(aws, output_format, output)
        fails = ("any" in fail_on and bool(aws.disagreements)) or aws.unexplained > 0
    else:
        found = _planned(inputs, terraform, runs) if terraform else _saved(runs)
        told(found.diagnostics)
        show(found, output_format, output)
        fails = found.fails(fail_on)
    if fails and "never" not in fail_on:
        raise SystemExit(_FINDINGS)


def _against_aws(inputs: Inputs, folder: str, dump: str, agent: str | None) -> AgainstAws:
    """Compare a saved run with what AWS says."""
    from patchrules.documents.aws_compliance import load_compliance
    from patchrules.evaluation.saved import load_run
    from patchrules.questions.against_aws import against_aws

    run, other = load_run(folder), load_run(agent) if agent else None
    only = run.hosts["host"][0].as_py() if run.hosts.num_rows == 1 else None
    reported, doubts = load_compliance(dump, host=inputs.host or only)
    told(doubts)
    return against_aws(run, reported, agent=other)


def _saved(runs: tuple[str, ...]) -> Diff:
    """Compare two saved runs; catalogs and inventory of the project file are not theirs."""
    from patchrules.evaluation.saved import load_run
    from patchrules.questions.diff import diff

    if len(runs) != _BOTH:
        raise click.UsageError("two saved runs are compared\n  hint: patchrules diff BEFORE AFTER")
    with stage("comparing"):
        return diff(*(load_run(folder) for folder in runs))


def _planned(inputs: Inputs, plan: str, runs: tuple[str, ...]) -> Diff:
    """Compare the baselines before a plan with those after it, on the hosts of an inventory."""
    from patchrules.documents.plan import load_plan
    from patchrules.questions.diff import what_if

    if runs:
        raise click.UsageError("a plan is compared with its own state before: give runs or --terraform, not both")
    before, after = load_plan(plan, strict=inputs.strict)
    catalogs, fleet = inputs.catalogs(after), inputs.fleet()
    options = inputs.options() | {"operation": inputs.operation, "limits": inputs.limits()}
    with stage(f"judging {fleet.hosts.num_rows:,} hosts twice"):
        return what_if(fleet, catalogs, before=before, after=after, **options)
