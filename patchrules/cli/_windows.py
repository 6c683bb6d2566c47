"""What verbs that speak of maintenance windows are given: windows, calendars, an instant; and how executions look."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from patchrules.cli._output import joined, opened, stamp
from patchrules.cli._settings import setting
from patchrules.cli._types import Age, Instant, Place

if TYPE_CHECKING:
    from patchrules.documents.hosts import HostFacts
    from patchrules.errors import Diagnostic
    from patchrules.model.names import OperatingSystem
    from patchrules.model.window import Calendar, Window
    from patchrules.schedule.targets import Node
    from patchrules.schedule.windows import Execution

_KINDS = ("freeze", "allow")

WINDOW = click.option(
    "--window",
    "windows",
    type=Place(),
    multiple=True,
    required=True,
    metavar="FILE|FOLDER",
    help="Maintenance windows.",
)
NAME = click.option("--name", "names", multiple=True, metavar="NAME", help="Take only these windows of the files.")
CALENDAR = click.option(
    "--calendar",
    "calendars",
    type=Place(),
    multiple=True,
    metavar="[freeze=|allow=]FILE",
    help="No run inside a freeze, none outside an allow calendar: .ics or YAML ranges.",
)
FROM = click.option("--from", "since", type=Instant(), help="The instant to ask from: 2026-11-24T00:00Z. Default: now.")
ODD = setting("--strict", key="evaluate.strict", is_flag=True, help="Fail on what is odd in a file.")


class Deadlines(click.ParamType[dict[str, timedelta]]):
    """Compliance levels and the longest wait: ``CRITICAL=14d,HIGH=30d``."""

    name = "deadlines"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, timedelta]:  # noqa: ANN401
        """Return the wait by level."""
        from patchrules.errors import UnknownNameError
        from patchrules.model.names import ComplianceLevel

        if isinstance(value, dict):
            return value
        found = {}
        for one in str(value).split(","):
            level, equals, age = (part.strip() for part in one.partition("="))
            if not equals:
                self.fail(f"`{one}` is not a deadline, wanted e.g. CRITICAL=14d", param, ctx)
            if level.upper() not in list(ComplianceLevel):
                self.fail(str(UnknownNameError("compliance level", level, ComplianceLevel)), param, ctx)
            found[level.upper()] = Age().convert(age, param, ctx)
        return found


def read_windows(paths: Iterable[str], names: Sequence[str] = (), *, strict: bool = False) -> list[Window]:
    """Read the windows of files and folders, those of some names where they are given; say on stderr what is odd."""
    from patchrules.documents.windows import load_windows
    from patchrules.errors import UnknownNameError

    found = load_windows(list(paths), strict=strict)
    told([one for window in found for one in window.diagnostics])
    known = [window.name for window in found]
    for name in names:
        if name not in known:
            raise UnknownNameError("maintenance window", name, known)
    return [window for window in found if not names or window.name in names]


def read_calendars(specs: Iterable[str]) -> list[Calendar]:
    """Read the calendars; ``allow=`` or ``freeze=`` before a file wins over what the file says."""
    from patchrules.documents.calendars import load_calendar

    found = []
    for spec in specs:
        kind, equals, path = spec.partition("=")
        told_kind = equals and kind in _KINDS
        found.append(load_calendar(path if told_kind else spec, kind=kind if told_kind else None))
    return found


def nodes_of_facts(hosts: Iterable[HostFacts]) -> list[Node]:
    """Return what windows ask of hosts."""
    from patchrules.schedule.targets import Node

    return [Node(one.host, one.tags, one.patch_group, one.resource_groups) for one in hosts]


def grouped(
    windows: Sequence[Window], hosts: Sequence[HostFacts], system: OperatingSystem
) -> Iterator[tuple[str, list[Window]]]:
    """Yield the windows that serve the same hosts, with what they are called; hosts of another system are left out."""
    from patchrules.schedule.targets import service

    groups: dict[object, list[Window]] = {}
    if not hosts:
        for window in windows:
            groups.setdefault(frozenset(target.selectors for target in window.targets), []).append(window)
        yield from ((_named(group), group) for group in groups.values())
        return
    others = _of_other_systems(hosts, system)
    nodes = [node for node in nodes_of_facts(hosts) if node.host not in others]
    of_host: dict[str, list[Window]] = {node.host: [] for node in nodes}
    for window in windows:
        for host in service(window, nodes).hosts if window.enabled and window.installs else ():
            of_host[host].append(window)
    names: dict[str, list[str]] = {}
    for host, group in of_host.items():
        key = _named(group)
        groups[key] = group
        names.setdefault(key, []).append(host)
    yield from ((f"{key}, for {joined(names[key])}", groups[key]) for key in names)


def _of_other_systems(hosts: Sequence[HostFacts], system: OperatingSystem) -> set[str]:
    """Return the hosts whose family is known, and is not that of the system."""
    from patchrules.families import family_of
    from patchrules.inventory import read_inventory
    from patchrules.model.columns import PACKAGES
    from patchrules.sources import arrow

    known = read_inventory(arrow.table(PACKAGES, {}, 0), hosts=hosts).hosts
    return {
        row["host"]
        for row in known.select(["host", "family"]).to_pylist()
        if row["family"] and row["family"] != family_of(system).name
    }


def _named(windows: Iterable[Window]) -> str:
    """Return the names of windows."""
    return joined(f"`{window.name}`" for window in windows) or "no window"


def now_or(since: datetime | None) -> datetime:
    """Return the instant asked about, or now."""
    return since or datetime.now(UTC)


def told(doubts: Iterable[Diagnostic]) -> None:
    """Say on stderr what is odd, each thing once."""
    for doubt in dict.fromkeys(doubts):
        click.echo(str(doubt), err=True)


def row_of(execution: Execution) -> dict[str, Any]:
    """Return an execution as a row."""
    return {
        "window": execution.window,
        "start": stamp(execution.start),
        "last_task_start": stamp(execution.last_task_start),
        "end": stamp(execution.end),
        "skipped": ", ".join(map(str, execution.skipped)),
    }


def emit_ics(executions: Iterable[Execution], about: dict[str, str], now: datetime, output: str | None) -> None:
    """Write executions for people's calendars, byte for byte: the format wants its own line ends."""
    from patchrules.schedule.agenda import ics_text

    with opened(output) as stream:
        stream.write(ics_text(executions, stamp=now, about=about))
