"""``patchrules diff``: what differs between two runs, between a plan's before and after, or between AWS and us."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from patchrules.cli._inputs import Inputs, given
from patchrules.cli._options import CATALOG, INVENTORY, RULES, SCOPE
from patchrules.cli._output import OUTPUT, emit, emit_rows, table
from patchrules.cli._progress import stage
from patchrules.cli._types import Named, Place

if TYPE_CHECKING:
    from patchrules.questions.diff import Diff

_FINDINGS = 1


def _failures() -> list[str]:
    """Return what ``--fail-on`` understands."""
    from patchrules.questions.diff import FAILURES

    return [*FAILURES, "never"]


@click.command()
@click.argument("runs", nargs=-1, type=Place(), metavar="[BEFORE AFTER]")
@click.option("--terraform", type=Place(), metavar="FILE", help="A plan: `terraform show -json`, before against after.")
@click.option(
    "--fail-on",
    type=Named("condition", _failures),
    multiple=True,
    default=("new-noncompliant",),
    show_default=True,
    help="What ends in exit code 1: new-noncompliant, lost-approval, any or never.",
)
@given(CATALOG, INVENTORY, SCOPE, RULES)
@click.option(
    "--output-format", type=click.Choice(["table", "json", "markdown", "csv"]), default="table", show_default=True
)
@OUTPUT
def command(
    *,
    runs: tuple[str, ...],
    inputs: Inputs,
    terraform: str | None,
    fail_on: tuple[str, ...],
    output_format: str,
    output: str | None,
) -> None:
    """Say what differs between two saved runs, per patch, group and host, and what made the difference.

    \b
    patchrules diff before/ after/ --output-format markdown
    patchrules diff --terraform plan.json --inventory dumps/ --catalog 'RedhatEnterpriseLinux9*=repo/'

    Runs are saved by `patchrules evaluate --output-format parquet -o FOLDER`. With --terraform the hosts are judged
    twice: by the baselines of the state before the plan, and by those after it. csv lists every verdict that differs.
    """
    found = _planned(inputs, terraform, runs) if terraform else _saved(inputs, runs)
    for doubt in found.diagnostics:
        click.echo(str(doubt), err=True)
    _show(found, output_format, output)
    if "never" not in fail_on and found.fails(fail_on):
        raise SystemExit(_FINDINGS)


def _saved(inputs: Inputs, runs: tuple[str, ...]) -> Diff:
    """Compare two saved runs."""
    from patchrules.evaluation.saved import load_run
    from patchrules.questions.diff import diff

    if len(runs) != 2:  # noqa: PLR2004  two sides
        raise click.UsageError("two saved runs are compared\n  hint: patchrules diff BEFORE AFTER")
    if inputs.inventory or inputs.catalog:
        raise click.UsageError("saved runs have their own catalogs and inventory: give runs or --terraform")
    before, after = (load_run(folder) for folder in runs)
    with stage("comparing"):
        return diff(before, after)


def _planned(inputs: Inputs, plan: str, runs: tuple[str, ...]) -> Diff:
    """Compare the baselines before a plan with those after it, on the hosts of an inventory."""
    from patchrules.documents.plan import load_plan
    from patchrules.questions.diff import what_if

    if runs:
        raise click.UsageError("a plan is compared with its own state before: give runs or --terraform")
    before, after = load_plan(plan, strict=inputs.strict)
    catalogs, fleet = inputs.catalogs(after), inputs.fleet()
    with stage(f"judging {fleet.hosts.num_rows:,} hosts twice"):
        return what_if(fleet, catalogs, before=before, after=after, limits=inputs.limits(), **inputs.options())


def _show(found: Diff, form: str, output: str | None) -> None:
    """Write what differs."""
    from patchrules.questions import diff_shown as shown

    if form == "json":
        emit(json.dumps(shown.document(found), indent=2, ensure_ascii=False), output)
    elif form == "markdown":
        emit(shown.markdown(found), output)
    elif form == "csv":
        emit_rows(found.verdicts.to_pylist(), columns={}, schema=shown.SCHEMA, form="csv", output=output)
    else:
        lines = [f"before  {found.before}", f"after   {found.after}"]
        head = "\n".join([str(found), *lines, *(str(one) for one in found.differences)])
        parts: list[tuple[list[dict[str, Any]], dict[str, str]]] = [
            (shown.patch_rows(found), shown.PATCHES),
            (shown.group_rows(found), shown.GROUPS),
            (shown.host_rows(found), shown.HOSTS),
        ]
        emit("\n\n".join([head, *(table(rows, columns) for rows, columns in parts if rows)]), output)
