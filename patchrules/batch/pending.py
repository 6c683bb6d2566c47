"""Batch twin of ``reference.pending``: which judged rows wait for a reboot (SEMANTICS 5.9, 5.10, DECISIONS 26)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa

from patchrules.batch.instants import NEVER, instants_of, microseconds
from patchrules.batch.keys import Bools, Codes, Ints, counted
from patchrules.model.names import MAY_WAIT, Operation, RebootOption, State
from patchrules.model.previous_run import PreviousRun
from patchrules.model.verdict import Settings

STATES = tuple(State)
_MAY_WAIT = np.array([state in MAY_WAIT for state in STATES], dtype=np.bool_)
_ASKS_FOR_REBOOT = frozenset({194, 195, 196})


@dataclass(frozen=True, slots=True)
class Memory:
    """What hosts remember: boot times in microseconds since 1970 (NEVER: not known), tracking files by host number.

    ``not_credible`` counts the tracking file of a host that was left out; ``builds`` are the hosts' own.
    """

    settings: Settings
    boot: Ints
    previous: Mapping[int, PreviousRun]
    not_credible: Ints
    builds: Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Judgeable:
    """Rows that could wait: their host, state (an index of STATES), and when they were installed.

    ``by_history`` says where the boot time decides (DECISIONS 26), not the tracking file alone; ``titles`` gives the
    titles of what is installed at some positions.
    """

    host: Codes
    state: Ints
    installed_at: Ints
    by_history: Bools
    titles: Callable[[Ints], list[str]]


def memory_of(hosts: pa.Table, previous_runs: Mapping[str, PreviousRun], settings: Settings) -> Memory:
    """Return what the hosts remember; batch twin of ``reference.pending.remembered``."""
    names = hosts["host"].to_pylist() if previous_runs else []
    given = {number: previous_runs[name] for number, name in enumerate(names) if name in previous_runs}
    previous = {number: found for number, found in given.items() if found.is_credible(settings.as_of)}
    left_out = np.array(sorted(given.keys() - previous.keys()), dtype=np.int64)
    boot, builds = instants_of(hosts["boot_time"]), hosts["os_build"].to_pylist()
    return Memory(settings, boot, previous, counted(left_out, hosts.num_rows), builds)


def leaves_waiting(settings: Settings) -> bool:
    """Batch twin of ``reference.pending.leaves_waiting``."""
    return not (settings.operation is Operation.INSTALL and settings.reboot_option is RebootOption.REBOOT_IF_NEEDED)


def waits(rows: Judgeable, memory: Memory) -> tuple[Bools, Bools]:
    """Say which rows wait, and of which only the boot time is missing to tell.

    Batch twin of ``waits`` and ``cannot_tell``. Cost: O(rows) in numpy, and Python for the rows of hosts with a
    tracking file.
    """
    boot, instant = memory.boot[rows.host], rows.installed_at.copy()
    waiting = np.zeros(len(instant), dtype=np.bool_)
    remembered = np.isin(rows.host, list(memory.previous))
    unknown = np.flatnonzero(remembered & rows.by_history & (instant == NEVER))
    tracked = {(number, one.title): one for number, found in memory.previous.items() for one in reversed(found.patches)}
    for position, title in zip(unknown.tolist(), rows.titles(unknown), strict=True):
        one, previous = tracked.get((rows.host[position], title)), memory.previous[int(rows.host[position])]
        if one is None:
            continue
        if one.installed_at is not None:
            instant[position] = microseconds(one.installed_at)
        elif one.state is State.INSTALLED_PENDING_REBOOT and previous.last_no_reboot_install is not None:
            waiting[position] = boot[position] < microseconds(previous.last_no_reboot_install)
    known, asked = instant != NEVER, rows.by_history & _MAY_WAIT[rows.state] & leaves_waiting(memory.settings)
    waiting |= known & (instant > boot)
    by_tool = _of_tool(rows, memory, np.flatnonzero(remembered & ~rows.by_history))
    return (waiting & asked & (boot != NEVER)) | by_tool, known & asked & (boot == NEVER)


def _of_tool(rows: Judgeable, memory: Memory, positions: Ints) -> Bools:
    """Batch twin of ``reference.pending.with_agent_pending`` for the rows at some positions."""
    titles: dict[int, dict[int, str]] = {}
    for position, title in zip(positions.tolist(), rows.titles(positions), strict=True):
        titles.setdefault(int(rows.host[position]), {})[position] = title
    waiting = np.zeros(len(rows.host), dtype=np.bool_)
    for number, found in titles.items():
        pending = agent_pending(found.values(), memory.previous[number], int(memory.boot[number]), memory.settings)
        waiting[[position for position, title in found.items() if title in pending]] = True
    return waiting & _MAY_WAIT[rows.state]


def agent_pending(installed: Collection[str], previous: PreviousRun, boot: int, settings: Settings) -> frozenset[str]:
    """Batch twin of ``reference.pending.agent_pending``."""
    installs = settings.operation is Operation.INSTALL
    reboots = settings.reboot_option is RebootOption.REBOOT_IF_NEEDED
    since: datetime | None = previous.last_no_reboot_install
    if since is None and (reboots or not installs):
        return frozenset()
    if reboots and (previous.exit_code in _ASKS_FOR_REBOOT or (installs and previous.pending)):
        return frozenset()
    waiting = set(previous.installed)
    if since is not None and NEVER < boot < microseconds(since):
        waiting |= previous.pending
    return frozenset(waiting.intersection(installed))
