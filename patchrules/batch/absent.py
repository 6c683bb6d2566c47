"""What hosts that are judged by updates have not: judged once a distinct set of installed ones, build and policy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from patchrules.batch.fresh import Fresh
from patchrules.batch.keys import Codes, Ints
from patchrules.batch.packages import PackageNumbers
from patchrules.batch.policy import Policy
from patchrules.batch.relevant import Relevant
from patchrules.batch.rows import Rows
from patchrules.batch.tally import MEASURES
from patchrules.batch.updates import Absent

Remember = Callable[[Fresh], tuple[int, Ints]]
"""Keeps verdicts under the next numbers; returns the first one, and what each adds to the counts of a host."""


@dataclass(frozen=True, slots=True)
class AbsentSet:
    """The numbers of the verdicts on what some hosts lack, what they add to the counts, and their doubts by code."""

    verdict: Ints
    counts: Ints
    doubts: Mapping[str, int]


class Absences:
    """What the policies for such hosts need, by their numbers, and the sets that were met so far."""

    def __init__(self, numbers: PackageNumbers) -> None:
        """Start with no policy."""
        self._relevant = Relevant(numbers)
        self.updates = self._relevant.updates
        self._told: dict[tuple[int, Absent], tuple[int, Ints]] = {}
        self._sets: dict[tuple[int, str | None, tuple[str, ...]], AbsentSet] = {}

    def add(self, number: int, policy: Policy) -> None:
        """Take in a policy where it judges by updates."""
        if policy.facts.states == "updates":
            self._relevant.add(number, policy)

    def of_hosts(
        self, rows: Rows, host: Codes, policy: Ints, builds: Sequence[str | None], remember: Remember
    ) -> list[tuple[int, AbsentSet]]:
        """Return what each such host lacks, in order of host; ``remember`` keeps verdicts on what is new.

        Cost: that of ``Relevant.sets``, and of judging each distinct set once.
        """
        found = self._relevant.sets(rows, host, policy)
        return [(one, self._set(number, builds[one], names, remember)) for one, number, names in found]

    def _set(self, number: int, build: str | None, names: tuple[str, ...], remember: Remember) -> AbsentSet:
        """Return the verdicts on what a set of installed updates lacks."""
        key = (number, build, names)
        if key not in self._sets:
            absent, doubts = self.updates[number].absent(names, build)
            self._tell(number, absent, remember)
            told = [self._told[number, one] for one in absent]
            counts = sum((count for _, count in told), np.zeros(MEASURES, dtype=np.int64))
            self._sets[key] = AbsentSet(np.array([verdict for verdict, _ in told], dtype=np.int64), counts, doubts)
        return self._sets[key]

    def _tell(self, number: int, absent: Iterable[Absent], remember: Remember) -> None:
        """Remember verdicts on absent updates that were not met before."""
        new = [one for one in dict.fromkeys(absent) if (number, one) not in self._told]
        if new:
            first, counts = remember(self.updates[number].tell(new))
            self._told.update(((number, one), (first + place, counts[place])) for place, one in enumerate(new))
