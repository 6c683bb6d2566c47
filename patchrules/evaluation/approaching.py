"""The hosts of a fleet as they pass, by the batch engine: what of ``evaluation.upcoming`` they come to miss."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from patchrules.batch.instants import NEVER, microseconds
from patchrules.batch.portions import Portion
from patchrules.batch.rows import Rows
from patchrules.batch.sightings import Sightings
from patchrules.batch.upcoming import told, upcoming, waiting
from patchrules.batch.upcoming_updates import UpdateSets
from patchrules.evaluation.judging import Judging
from patchrules.evaluation.upcoming import horizon, summed
from patchrules.model.names import Dialect, Operation


class Approaching:
    """Sees the portions of a fleet pass and tells what their hosts come to miss, in the ``documented`` dialect."""

    def __init__(self, judging: Judging) -> None:
        """Start with no host seen."""
        self._judging, self._given = judging, judging.question.settings
        self._until = microseconds(horizon(self._given))
        self._packages, self._updates = Sightings(judging.numbers), UpdateSets(judging.numbers)
        self._met = 0

    def see(self, portion: Portion, rows: Rows) -> None:
        """Take in the hosts of a portion, judged or carried over. Cost: that of ``Sightings.see``."""
        if self._given.dialect is not Dialect.DOCUMENTED:
            return
        profiles = self._judging.assigner.of(portion.hosts)
        for number in range(self._met, len(self._judging.assigner.profiles)):
            self._meet(number)
        self._met = len(self._judging.assigner.profiles)
        self._packages.see(rows, profiles)
        self._updates.see(rows, profiles, portion.hosts["os_build"].to_pylist())

    def _meet(self, number: int) -> None:
        """Take in the policy of a profile, where a patch waits under it."""
        policy = self._judging.policy(number)
        waits = None if policy is None else waiting(policy, self._until)
        if policy is None or waits is None or not (waits.instant != NEVER).any():
            return
        if policy.facts.states == "updates":
            self._updates.add(number, policy, waits, lambda instant: self._at(number, instant))
        else:
            self._packages.add(number, policy, waits)

    def _at(self, number: int, instant: datetime) -> Any:  # noqa: ANN401 - a policy of the batch engine
        """Compile the policy of a profile for a Scan at another instant."""
        scan = replace(self._given, as_of=instant, operation=Operation.SCAN, install_override=None)
        return self._judging.policies.compiled(self._judging.assigner.profiles[number], scan)

    def table(self) -> Any:  # noqa: ANN401 - pyarrow.Table
        """Return ``model.columns.UPCOMING`` of the hosts so far, None in another dialect.

        Cost: O(distinct packages that a patch waits for) a policy.
        """
        if self._given.dialect is not Dialect.DOCUMENTED:
            return None
        found = [
            told(policy, packages, waits, upcoming(policy, packages, waits), hosts)
            for policy, waits, packages, hosts in self._packages.counted()
        ]
        return summed([*found, *self._updates.tables()])
