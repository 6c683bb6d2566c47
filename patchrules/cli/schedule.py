"""``patchrules schedule``: when an expression runs, and what it says in plain English."""

from __future__ import annotations

import json
import re
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from patchrules.cli._output import OUTPUT, emit, stamp
from patchrules.cli._types import Named
from patchrules.cli._windows import FROM, emit_ics, now_or

if TYPE_CHECKING:
    from patchrules.schedule.expressions import Schedule

_NEVER = 1
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _services() -> list[str]:
    """Return whose grammar there is."""
    from patchrules.schedule.days import Grammar

    return list(Grammar)


@click.command()
@click.argument("expression")
@click.option("--zone", metavar="ZONE", help="IANA zone the expression is read in. Default: UTC.")
@click.option("--offset", type=int, metavar="DAYS", help="ScheduleOffset: 1 to 6 days after each match of a cron.")
@click.option(
    "--service", type=Named("service", _services), default="ssm", show_default=True, help="Grammar: ssm or eventbridge."
)
@FROM
@click.option("--count", type=click.IntRange(1, 10_000), default=10, show_default=True, help="How many runs.")
@click.option("--output-format", type=click.Choice(["table", "json", "ics"]), default="table", show_default=True)
@OUTPUT
def command(
    *,
    expression: str,
    zone: str | None,
    offset: int | None,
    service: str,
    since: datetime | None,
    count: int,
    output_format: str,
    output: str | None,
) -> None:
    """Say what EXPRESSION means, and when it runs next: at(), rate(), cron(), or a name such as patch-tuesday.

    \b
    patchrules schedule 'cron(0 2 ? * TUE#2 *)' --offset 4 --zone Europe/London
    patchrules schedule patch-tuesday --count 3

    A rate counts from --from. Exit code 1 when it never runs again.
    """
    from patchrules.errors import UnknownNameError
    from patchrules.schedule.examples import EXAMPLES
    from patchrules.schedule.expressions import parse
    from patchrules.schedule.windows import Execution
    from patchrules.schedule.zones import LATEST

    named = next((one for one in EXAMPLES if one.name == expression), None)
    if named is None and _NAME.fullmatch(expression):
        raise UnknownNameError("schedule", expression, [one.name for one in EXAMPLES])
    text, days = (named.schedule, named.offset if offset is None else offset) if named else (expression, offset)
    schedule = parse(text, zone=zone, offset=days, service=service)
    now = now_or(since)
    runs = list(islice(schedule.between(now, LATEST), count))
    if output_format == "ics":
        emit_ics((Execution(text, run, run, run) for run in runs), {text: schedule.describe()}, now, output)
    elif output_format == "json":
        found = {"schema": "patchrules/schedule/1", "expression": text, "offset": days, "zone": schedule.zone.key}
        rows = [_row(run, schedule) for run in runs]
        emit(json.dumps(found | {"meaning": schedule.describe(), "runs": rows}, indent=2), output)
    else:
        lines = [f"{_written(text, days)}: {schedule.describe()}", ""]
        lines += ["  {start}  {weekday:<9}  {local}".format(**_row(run, schedule)).rstrip() for run in runs]
        emit("\n".join(lines if runs else [*lines, "  it never runs again"]), output)
    if not runs:
        raise SystemExit(_NEVER)


def _written(text: str, days: int | None) -> str:
    """Return the expression with its offset."""
    return f"{text} + {days} d" if days else text


def _row(run: datetime, schedule: Schedule) -> dict[str, Any]:
    """Return a run in UTC, and on the clocks of its zone where these are others."""
    local = run.astimezone(schedule.zone)
    there = "" if schedule.zone.key == "UTC" else f"{local:%Y-%m-%d %H:%M} {local.tzname()}"
    return {"start": stamp(run), "weekday": _DAYS[local.weekday()], "local": there}
