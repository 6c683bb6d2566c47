"""``patchrules windows``: when maintenance windows open, and whom they patch."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

import click

from patchrules.cli._output import OUTPUT, emit, emit_rows
from patchrules.cli._settings import setting
from patchrules.cli._types import Place
from patchrules.cli._windows import (
    CALENDAR,
    FROM,
    NAME,
    ODD,
    emit_ics,
    nodes_of_facts,
    now_or,
    read_calendars,
    read_windows,
    row_of,
    told,
)
from patchrules.cli._windows_shown import SCHEMA, document, lines, meaning

if TYPE_CHECKING:
    from patchrules.model.window import Window
    from patchrules.schedule.calendars import OpenCalendar
    from patchrules.schedule.targets import Coverage
    from patchrules.schedule.windows import Execution

_COLUMNS = {"Window": "{window}", "Starts": "{start}", "Last task": "{last_task_start}", "Ends": "{end}"}
_FINDINGS = 1


@click.command()
@click.argument("files", nargs=-1, required=True, type=Place(), metavar="FILE...")
@NAME
@CALENDAR
@setting(
    "--hosts",
    key="hosts.path",
    type=Place(),
    multiple=True,
    metavar="FILE",
    help="Facts about hosts: tags, patch group, resource groups (YAML, CSV).",
)
@FROM
@click.option("--count", type=click.IntRange(1, 10_000), default=5, show_default=True, help="Executions a window.")
@ODD
@click.option(
    "--output-format", type=click.Choice(["table", "json", "jsonl", "csv", "ics"]), default="table", show_default=True
)
@OUTPUT
def command(
    *,
    files: tuple[str, ...],
    names: tuple[str, ...],
    calendars: tuple[str, ...],
    hosts: tuple[str, ...],
    since: datetime | None,
    count: int,
    strict: bool,
    output_format: str,
    output: str | None,
) -> None:
    """Say when maintenance windows open next, which runs a calendar skips, and with --hosts whom they patch.

    \b
    patchrules windows windows.yaml --calendar year-end.ics --hosts hosts.yaml
    patchrules windows template.yaml --output-format ics -o windows.ics

    FILE is an answer of `aws ssm`, a CloudFormation template, `terraform show -json`, or a list `windows:`; what is
    registered with a window may be in another FILE. Exit code 1 when a host is in no window, or in two that overlap.
    """
    from patchrules.schedule.calendars import opened

    found = read_windows(files, names, strict=strict)
    layers, now = opened(read_calendars(calendars)), now_or(since)
    runs = list(_runs(found, now, count, layers))
    whom = _whom(found, hosts, now, layers)
    if output_format == "ics":
        emit_ics(runs, {window.name: meaning(window) for window in found}, now, output)
    elif output_format == "json":
        emit(json.dumps(document(found, runs, whom), indent=2, ensure_ascii=False), output)
    else:
        columns = _COLUMNS | ({"Skipped by": "{skipped}"} if layers else {})
        head = "\n".join(lines(found, whom))
        rows = [row_of(run) for run in runs]
        emit_rows(rows, columns=columns, schema=SCHEMA, form=output_format, output=output, head=head)
    if whom and (whom.unserved or whom.overlaps):
        raise SystemExit(_FINDINGS)


def _runs(windows: Sequence[Window], now: datetime, count: int, layers: Sequence[OpenCalendar]) -> Iterator[Execution]:
    """Yield the next executions of each window, in one line."""
    from patchrules.schedule.windows import next_executions

    lines = [islice(next_executions(window, now, calendars=layers), count) for window in windows]
    return heapq.merge(*lines, key=lambda run: run.start)


def _whom(
    windows: Sequence[Window], hosts: Sequence[str], now: datetime, layers: Sequence[OpenCalendar]
) -> Coverage | None:
    """Return who is patched by which window, and say on stderr what could not be told."""
    from patchrules.documents.hosts import load_hosts
    from patchrules.schedule.targets import coverage

    if not hosts:
        return None
    found = coverage(windows, nodes_of_facts(load_hosts(*hosts)), start=now, calendars=layers)
    told(found.diagnostics)
    return found
