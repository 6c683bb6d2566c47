"""How maintenance windows look: what they say, whom they patch, and what stands out, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from patchrules.cli._output import joined
from patchrules.cli._windows import row_of

if TYPE_CHECKING:
    from patchrules.model.window import Window
    from patchrules.schedule.targets import Coverage
    from patchrules.schedule.windows import Execution

SCHEMA = "patchrules/windows/1"


def meaning(window: Window) -> str:
    """Return the schedule in plain English."""
    from patchrules.schedule.windows import schedule_of

    return schedule_of(window).describe()


def lines(windows: Sequence[Window], whom: Coverage | None) -> Iterator[str]:
    """Yield what stands above the table of executions."""
    for place, window in enumerate(windows):
        yield str(window)
        yield f"  {meaning(window)}"
        if whom is None:
            yield from (f"  task {task}" for together in window.in_order for task in together)
            continue
        yield from (f"  task {step}" for step in whom.services[place].steps)
        served = whom.services[place].hosts
        yield f"  patches {len(served):,}: {joined(served)}" if served else "  patches no host"
    if whom is not None:
        yield from (f"in no window: {joined(whom.unserved)}" for _ in whom.unserved[:1])
        yield from (f"only scanned: {joined(whom.only_scanned)}" for _ in whom.only_scanned[:1])
        yield from map(str, whom.overlaps)


def document(windows: Sequence[Window], runs: Sequence[Execution], whom: Coverage | None) -> dict[str, Any]:
    """Return everything as one JSON object."""
    listed = []
    for place, window in enumerate(windows):
        tasks = [str(task) for together in window.in_order for task in together]
        one = {"window": window.name, "id": window.window_id, "schedule": window.schedule, "meaning": meaning(window)}
        served = {"hosts": list(whom.services[place].hosts)} if whom else {}
        listed.append(one | {"enabled": window.enabled, "tasks": tasks} | served)
    found: dict[str, Any] = {
        "schema": SCHEMA,
        "windows": listed,
        "executions": [row_of(run) for run in runs],
    }
    if whom is not None:
        found |= {"unserved": list(whom.unserved), "only_scanned": list(whom.only_scanned)}
        found["overlaps"] = [
            {"windows": [one.first.window, one.second.window], "hosts": list(one.hosts), "first": row_of(one.first)}
            for one in whom.overlaps
        ]
    return found
