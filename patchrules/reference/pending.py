"""Which installed patches wait for a reboot (SEMANTICS 5.9, 5.10, DECISIONS 26)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from patchrules.model.names import Operation, RebootOption
from patchrules.model.previous_run import PreviousRun

ASKS_FOR_REBOOT = frozenset({194, 195, 196})
"""Exit codes by which AWS's package managers ask for a reboot (10.9)."""


def agent_pending(
    installed: Collection[str],
    previous: PreviousRun,
    *,
    boot_time: datetime | None,
    operation: Operation,
    reboot_option: RebootOption,
) -> frozenset[str]:
    """Return the titles that AWS's node reports as waiting, of those that are installed (5.9).

    What this run brought waits; so does what waited before and is still there, unless the node booted at or after the
    last Install with NoReboot. Nothing waits where no such Install is remembered and this is none, and where a run with
    RebootIfNeeded reboots.

    >>> from datetime import UTC
    >>> noon = datetime(2024, 1, 31, 12, tzinfo=UTC)
    >>> given = PreviousRun(last_no_reboot_install=noon, installed=("bash.x86_64:0:5.2-1",))
    >>> options = {"boot_time": noon, "operation": Operation.INSTALL, "reboot_option": RebootOption.NO_REBOOT}
    >>> sorted(agent_pending(["bash.x86_64:0:5.2-1", "sed.x86_64:0:4-1"], given, **options))
    ['bash.x86_64:0:5.2-1']
    """
    stays_up = operation is Operation.INSTALL and reboot_option is RebootOption.NO_REBOOT
    reboots = reboot_option is RebootOption.REBOOT_IF_NEEDED
    since = previous.last_no_reboot_install
    if since is None and not stays_up:
        return frozenset()
    if reboots and previous.exit_code in ASKS_FOR_REBOOT:
        return frozenset()
    if reboots and operation is Operation.INSTALL and previous.pending:
        return frozenset()
    waiting = set(previous.installed)
    if since is not None and boot_time is not None and boot_time < since:
        waiting |= previous.pending
    return frozenset(waiting.intersection(installed))


def no_reboot_install(
    previous: PreviousRun, *, as_of: datetime, operation: Operation, reboot_option: RebootOption
) -> datetime | None:
    """Return what the node remembers afterwards as its last Install with NoReboot."""
    stays_up = operation is Operation.INSTALL and reboot_option is RebootOption.NO_REBOOT
    return as_of if stays_up else previous.last_no_reboot_install
