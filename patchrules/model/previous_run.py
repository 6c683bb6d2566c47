"""What a node remembers of its patch runs: the tracking file ``patch-states-configuration.json`` (SEMANTICS 5.10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from patchrules.model.names import State

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TrackedPatch:
    """One patch as the last run reported it; ``installed_at`` is an aware UTC instant.

    >>> TrackedPatch("openssl.x86_64:1:3.0.7-25.el9", State.INSTALLED_PENDING_REBOOT).installed_at is None
    True
    """

    title: str
    state: State
    id: str = ""
    installed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PreviousRun:
    """What earlier runs left behind on a node, and what the run that is judged did to it.

    ``patches`` are as the last run reported them. ``last_no_reboot_install`` is when an Install with NoReboot last ran,
    None for never. ``installed`` are titles that the judged run itself brought, ``exit_code`` is how its package
    manager ended: 194, 195 and 196 ask for a reboot (10.9). Both are empty for a Scan.

    >>> PreviousRun().last_no_reboot_install is None
    True
    """

    patches: tuple[TrackedPatch, ...] = ()
    last_no_reboot_install: datetime | None = None
    installed: tuple[str, ...] = ()
    exit_code: int = 0

    @property
    def pending(self) -> frozenset[str]:
        """Return the titles that waited for a reboot."""
        return frozenset(one.title for one in self.patches if one.state is State.INSTALLED_PENDING_REBOOT)

    def is_credible(self, as_of: datetime) -> bool:
        """Say whether no time lies before 1970 or after ``as_of``; AWS's node throws away a file with one (5.10).

        >>> from datetime import UTC
        >>> PreviousRun(last_no_reboot_install=datetime(2030, 1, 1, tzinfo=UTC)).is_credible(
        ...     datetime(2025, 1, 1, tzinfo=UTC)
        ... )
        False
        """
        instants = [self.last_no_reboot_install, *(one.installed_at for one in self.patches)]
        return all(one is None or _EPOCH <= one <= as_of for one in instants)
