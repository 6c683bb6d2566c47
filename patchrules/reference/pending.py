"""Which installed patches wait for a reboot (SEMANTICS 5.9, 5.10, DECISIONS 26)."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable
from datetime import datetime

from patchrules.families import Facts
from patchrules.model.host import Host
from patchrules.model.names import MAY_WAIT, Operation, Reason, RebootOption, State
from patchrules.model.package import Package
from patchrules.model.previous_run import PreviousRun, TrackedPatch
from patchrules.model.verdict import Settings, Verdict
from patchrules.reference.states import status_of, title

ASKS_FOR_REBOOT = frozenset({194, 195, 196})
"""Exit codes by which AWS's package managers ask for a reboot (10.9)."""


def leaves_waiting(settings: Settings) -> bool:
    """Say whether the run leaves anything waiting: an Install that may reboot does so if anything waits (5.9)."""
    return not (settings.operation is Operation.INSTALL and settings.reboot_option is RebootOption.REBOOT_IF_NEEDED)


def remembered(host: Host, settings: Settings) -> PreviousRun:
    """Return what the tracking file says, nothing where a time of it is negative or not yet past (5.10)."""
    found = host.previous_run or PreviousRun()
    return found if found.is_credible(settings.as_of) else PreviousRun()


def installed_at(verdict: Verdict, package: Package, previous: PreviousRun, facts: Facts) -> datetime | None:
    """Return when a package was installed: as the inventory says, else the tracking file of that very version."""
    return package.installed_at or tracked(verdict, previous, facts).installed_at


def tracked(verdict: Verdict, previous: PreviousRun, facts: Facts) -> TrackedPatch:
    """Return what the tracking file says of what is installed now; it knows versions by their titles."""
    now = title(verdict.name, verdict.arch, verdict.installed or "", facts)
    return next((one for one in previous.patches if one.title == now), TrackedPatch(now, State.INSTALLED))


def waits(verdict: Verdict, package: Package, host: Host, facts: Facts, settings: Settings) -> bool:
    """Say whether a package was installed, by anyone, after the last boot (DECISIONS 26).

    Where nobody says when, a version that waited already before the last Install with NoReboot still does, if the host
    has not booted since. A host whose boot time is not known has nothing that waits.
    """
    if host.boot_time is None or not leaves_waiting(settings):
        return False
    previous = remembered(host, settings)
    instant, since = installed_at(verdict, package, previous, facts), previous.last_no_reboot_install
    if instant is not None:
        return instant > host.boot_time
    waited = tracked(verdict, previous, facts).state is State.INSTALLED_PENDING_REBOOT
    return waited and since is not None and host.boot_time < since


def cannot_tell(verdict: Verdict, package: Package, host: Host, facts: Facts, settings: Settings) -> bool:
    """Say whether only the boot time is missing to tell whether a package waits."""
    if host.boot_time is not None or not leaves_waiting(settings) or verdict.state not in MAY_WAIT:
        return False
    return installed_at(verdict, package, remembered(host, settings), facts) is not None


def waiting(verdict: Verdict) -> Verdict:
    """Return the verdict on a package that waits, which takes the place of three states and of no other (5.9)."""
    if verdict.state not in MAY_WAIT:
        return verdict
    state = State.INSTALLED_PENDING_REBOOT
    return dataclasses.replace(verdict, state=state, status=status_of(state), reason=Reason.AWAITS_REBOOT)


def with_agent_pending(verdicts: Iterable[Verdict], host: Host, facts: Facts, settings: Settings) -> list[Verdict]:
    """Return the verdicts with those that AWS's node reports as waiting."""
    found = list(verdicts)
    titles = [title(one.name, one.arch, one.installed, facts) if one.installed else "" for one in found]
    pending = agent_pending(
        titles,
        remembered(host, settings),
        boot_time=host.boot_time,
        operation=settings.operation,
        reboot_option=settings.reboot_option,
    )
    return [waiting(one) if now in pending else one for one, now in zip(found, titles, strict=True)]


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
