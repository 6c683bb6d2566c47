"""``patchrules tune``: what each delay of a rule costs and brings."""

from __future__ import annotations

import json

import click

from patchrules.cli._inputs import Inputs, given
from patchrules.cli._options import CATALOG, INVENTORY, ONE_BASELINE, RULES, SCOPE
from patchrules.cli._output import OUTPUT, ROW_FORMAT, emit, emit_rows
from patchrules.cli._progress import stage

_SCHEMA = "patchrules/tune/1"
_COLUMNS = {
    ">Delay": "{delay}",
    ">Missing": "{missing}",
    ">Hosts non-compliant": "{noncompliant}",
    ">Exposure, mean days": "{exposure:.1f}",
    ">worst": "{worst:.1f}",
    ">Updates": "{updates}",
    "Target": "{meets}",
}
_FINDINGS = 1


@click.command()
@ONE_BASELINE
@click.option("--rule", type=int, required=True, metavar="N", help="The rule whose delay is varied; 1 is the first.")
@click.option("--target", type=click.FloatRange(0), metavar="DAYS", help="The mean exposure that is wanted.")
@click.option("--longest", type=click.IntRange(0, 360), default=30, show_default=True, help="The longest delay to try.")
@click.option("--history", type=click.IntRange(1), default=365, show_default=True, help="Days of fixes to look at.")
@given(CATALOG, INVENTORY, SCOPE, RULES)
@ROW_FORMAT
@OUTPUT
def command(
    *,
    inputs: Inputs,
    named: str,
    rule: int,
    target: float | None,
    longest: int,
    history: int,
    output_format: str,
    output: str | None,
) -> None:
    """Say what each delay of a rule does: what is MISSING today, how long fixes wait, how many updates are installed.

    \b
    patchrules tune --baseline prod.json --rule 2 --target 10 --inventory dumps/ \\
      --catalog 'RedhatEnterpriseLinux9*=repo/'

    A longer delay means fewer updates, and a longer exposure; where fixes come faster than the delay, hosts wait for
    the last of them. Exit code 1 when no delay meets --target.
    """
    from patchrules.documents.baseline import load_baseline
    from patchrules.questions.tune import tune

    baseline = load_baseline(named, strict=inputs.strict)
    catalogs, fleet = inputs.catalogs(baseline), inputs.fleet()
    with stage(f"judging {fleet.hosts.num_rows:,} hosts"):
        found = tune(
            baseline, rule, fleet, catalogs, target=target, longest=longest, history=history, **inputs.options()
        )
    rows = [one.as_dict() | {"meets": "meets it" if one.delay in found.meeting else ""} for one in found.effects]
    if output_format == "json":
        told = {"schema": _SCHEMA, "headline": str(found), "fixes": found.fixes, "rows": rows}
        emit(json.dumps(told, indent=2, ensure_ascii=False), output)
    else:
        emit_rows(rows, columns=_COLUMNS, schema=_SCHEMA, form=output_format, output=output, head=str(found))
    if target is not None and not found.meeting:
        raise SystemExit(_FINDINGS)
