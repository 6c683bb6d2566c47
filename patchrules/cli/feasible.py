"""``patchrules feasible``: whether every patch can be installed by its deadline."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from patchrules.cli._options import predefined
from patchrules.cli._output import OUTPUT, emit, stamp
from patchrules.cli._settings import setting
from patchrules.cli._types import Place
from patchrules.cli._windows import (
    CALENDAR,
    FROM,
    NAME,
    ODD,
    WINDOW,
    Deadlines,
    grouped,
    now_or,
    read_calendars,
    read_windows,
    row_of,
)

if TYPE_CHECKING:
    from patchrules.questions.feasible import Deadline, Feasibility

_FINDINGS = 1


@click.command()
@setting(
    "--baseline",
    "baselines",
    key="policy.baselines",
    type=Place(predefined),
    multiple=True,
    required=True,
    metavar="FILE|AWS-NAME",
    help="Whose delays are asked about.",
)
@WINDOW
@NAME
@CALENDAR
@setting(
    "--hosts",
    key="hosts.path",
    type=Place(),
    multiple=True,
    metavar="FILE",
    help="Facts about hosts: each group with other windows is asked about alone.",
)
@click.option(
    "--sla", type=Deadlines(), required=True, metavar="LEVEL=AGE,...", help="Longest wait: CRITICAL=14d,HIGH=30d."
)
@FROM
@click.option(
    "--days", type=click.IntRange(1, 3650), default=365, show_default=True, help="How long releases may come."
)
@ODD
@click.option("--output-format", type=click.Choice(["table", "json"]), default="table", show_default=True)
@OUTPUT
def command(
    *,
    baselines: tuple[str, ...],
    windows: tuple[str, ...],
    names: tuple[str, ...],
    calendars: tuple[str, ...],
    hosts: tuple[str, ...],
    sla: dict[str, timedelta],
    since: datetime | None,
    days: int,
    strict: bool,
    output_format: str,
    output: str | None,
) -> None:
    """Prove that patches are installed by their deadline, or show the release that misses it and what would fix it.

    \b
    patchrules feasible --baseline prod.json --window windows.yaml --name prod-sunday \\
      --calendar year-end.ics --sla CRITICAL=14d,HIGH=30d

    A patch is in time when a window opens after its delay and before its deadline; that is proved for every instant at
    which it can be released. Windows with the same targets serve the same hosts. Exit code 1 when a deadline is missed.
    """
    from patchrules.documents.baseline import load_baselines
    from patchrules.documents.hosts import load_hosts
    from patchrules.questions.feasible import feasible

    found = read_windows(windows, names, strict=strict)
    policies = [one for path in baselines for one in load_baselines(path, strict=strict)]
    facts = load_hosts(*hosts) if hosts else ()
    options: dict[str, Any] = {"sla": sla, "start": now_or(since), "days": days, "calendars": read_calendars(calendars)}
    answers = [
        (policy.name, called, feasible(policy, group, **options))
        for policy in policies
        for called, group in grouped(found, facts, policy.operating_system)
    ]
    if output_format == "json":
        rows = [_document(*answer) for answer in answers]
        emit(json.dumps({"schema": "patchrules/feasible/1", "answers": rows}, indent=2, ensure_ascii=False), output)
    else:
        emit("\n\n".join(f"`{name}` and {called}\n{answer}" for name, called, answer in answers), output)
    if not all(answer.met for _, _, answer in answers):
        raise SystemExit(_FINDINGS)


def _document(baseline: str, called: str, answer: Feasibility) -> dict[str, Any]:
    """Return an answer as plain values."""
    head = {"baseline": baseline, "windows": called.replace("`", ""), "met": answer.met}
    return head | {"deadlines": [_row(one) for one in answer.deadlines], "unserved": list(answer.unserved)}


def _row(one: Deadline) -> dict[str, Any]:
    """Return the proof of one rule as plain values; lengths are in hours."""
    lengths = {"sla": one.sla, "wait": one.wait, "late_by": one.late_by}
    hours = {f"{name}_hours": None if value is None else value / timedelta(hours=1) for name, value in lengths.items()}
    instants = {"release": one.release, "approved": one.approved, "run": one.run}
    shown = {name: None if value is None else stamp(value) for name, value in instants.items()}
    more = {"skipped": [row_of(run) for run in one.skipped], "fixes": [str(fix) for fix in one.fixes]}
    return {"rule": one.rule, "level": one.level, "met": one.met} | hours | shown | more
