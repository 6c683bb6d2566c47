"""``patchrules forecast``: what becomes approved when, and what the next run of a maintenance window would install."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from patchrules.cli._inputs import Inputs, given
from patchrules.cli._options import AGES, CATALOG, INVENTORY, POLICY, RULES, SCOPE
from patchrules.cli._output import OUTPUT, ROW_FORMAT, emit, emit_rows, stamp
from patchrules.cli._progress import stage
from patchrules.cli._types import Place
from patchrules.cli._windows import CALENDAR, NAME, read_calendars, read_windows, told

if TYPE_CHECKING:
    from patchrules.questions.forecast import Forecast

_COLUMNS = {
    "Day (UTC)": "{day}",
    "Patch": "{id}",
    "Version": "{target}",
    "Advisory": "{advisory}",
    "Level": "{level}",
    ">Hosts": "{hosts}",
    "Reboot": "{reboot}",
}
_SCHEMA = "patchrules/calendar/1"
_DAYS = 30


@click.command()
@click.option("--days", type=click.IntRange(1, 400), help=f"How far to look. Default without --window: {_DAYS}.")
@click.option("--window", "windows", type=Place(), multiple=True, metavar="FILE|FOLDER", help="Maintenance windows.")
@NAME
@CALENDAR
@given(POLICY, CATALOG, INVENTORY, AGES, SCOPE, RULES)
@ROW_FORMAT
@OUTPUT
def command(
    *,
    inputs: Inputs,
    days: int | None,
    windows: tuple[str, ...],
    names: tuple[str, ...],
    calendars: tuple[str, ...],
    output_format: str,
    output: str | None,
) -> None:
    """Say what becomes approved when, or what the next execution of a window would install.

    \b
    patchrules forecast --days 30 --registry baselines/ --inventory dumps/ --catalog 'RedhatEnterpriseLinux9*=repo/'
    patchrules forecast --window windows.yaml --registry baselines/ --inventory dumps/ --hosts hosts.yaml \\
      --catalog 'RedhatEnterpriseLinux9*=repo/'

    Both are from what the catalogs know today. The days begin at --as-of. With --window, hosts are judged at the
    instant the next execution starts; windows that name targets serve the hosts with these tags, ids and groups; exit
    code 1 when one has no execution within two years.
    """
    if windows and days:
        raise click.UsageError("a calendar of days or the next run of a window: give --days or --window")
    if windows:
        from patchrules.cli._next_run import show

        found, layers = read_windows(windows, names, strict=inputs.strict), read_calendars(calendars)
        show(inputs, found, layers, output_format, output)
    else:
        _calendar(inputs, days or _DAYS, output_format, output)


def _calendar(inputs: Inputs, days: int, form: str, output: str | None) -> None:
    """Write what becomes approved when."""
    from patchrules.questions.forecast import forecast

    policy = inputs.policy()
    catalogs, fleet = inputs.catalogs(policy), inputs.fleet()
    with stage(f"judging {fleet.hosts.num_rows:,} hosts"):
        found = forecast(policy, fleet, catalogs, days=days, limits=inputs.limits(), **inputs.options())
    told(one for one in found.diagnostics if one.code in ("PR3802", "PR7020"))
    if form == "json":
        emit(json.dumps({"schema": _SCHEMA, **found.as_dict()}, indent=2, ensure_ascii=False), output)
        return
    emit_rows(list(_rows(found)), columns=_COLUMNS, schema=_SCHEMA, form=form, output=output, head=str(found))


def _rows(found: Forecast) -> Iterator[dict[str, Any]]:
    """Yield a row a patch that becomes approved."""
    for day in found.days:
        for one in day.patches:
            yield {
                "day": str(day.day),
                **{name: getattr(one, name) for name in ("id", "target", "advisory", "level")},
                "hosts": len(one.hosts),
                "reboot": "yes" if one.reboot else "",
                "since": stamp(one.since) if one.since else None,
            }
