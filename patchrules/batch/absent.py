"""What hosts that are judged by updates have not: judged once a distinct set of installed ones, build and policy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from patchrules.batch.fresh import Fresh
from patchrules.batch.keys import Bools, Grown, Ints
from patchrules.batch.packages import PackageNumbers
from patchrules.batch.policy import Policy
from patchrules.batch.rows import Rows
from patchrules.batch.tally import MEASURES
from patchrules.batch.updates import Absent, Updates


@dataclass(frozen=True, slots=True)
class AbsentSet:
    """The numbers of the verdicts on what some hosts lack, what they add to the counts, and how many are hidden."""

    verdict: Ints
    counts: Ints
    hidden: int


class Absences:
    """What the policies for such hosts need, by their numbers, and the sets that were met so far."""

    def __init__(self, numbers: PackageNumbers, remember: Callable[[Fresh], tuple[int, Ints]]) -> None:
        """Start with no policy; ``remember`` keeps verdicts and returns the first number and what each counts."""
        self.updates: dict[int, Updates] = {}
        self._numbers, self._remember = numbers, remember
        self._relevant: dict[int, Grown] = {}
        self._told: dict[tuple[int, Absent], tuple[int, Ints]] = {}
        self._sets: dict[tuple[int, str | None, tuple[str, ...]], AbsentSet] = {}
        self._names: dict[tuple[int, bytes], tuple[str, ...]] = {}

    def add(self, number: int, policy: Policy) -> None:
        """Take in a policy where it judges by updates."""
        if policy.facts.states == "updates":
            self.updates[number], self._relevant[number] = Updates(policy), Grown(np.bool_)

    def of_hosts(
        self, rows: Rows, host: Ints, policy: Ints, builds: Sequence[str | None]
    ) -> list[tuple[int, AbsentSet]]:
        """Return what each such host lacks, in order of host.

        Cost: a sort of the rows of such hosts, and Python once a host and once a name of each distinct set.
        """
        wanted = np.isin(policy, list(self.updates))
        if not wanted.any():
            return []
        mine = wanted[host] if rows.installed is None else wanted[host] & rows.installed
        positions = np.flatnonzero(mine)
        owner, names = host[positions], self._numbers.names()[rows.package[positions]]
        matters = np.zeros(len(positions), dtype=np.bool_)
        for number in set(policy[wanted].tolist()):
            under = policy[owner] == number
            matters[under] = self._matters(number)[names[under]]
        owner, names = owner[matters], names[matters]
        order = np.lexsort([names, owner])
        hosts = np.flatnonzero(wanted)
        sets = np.split(names[order], np.searchsorted(owner[order], hosts)[1:])
        found = zip(hosts.tolist(), policy[hosts].tolist(), sets, strict=True)
        return [(one, self._set(number, builds[one], self._texts(number, names))) for one, number, names in found]

    def _matters(self, number: int) -> Bools:
        """Say of every name so far whether it matters to a policy that something of it is installed."""
        known, texts = self._relevant[number], self._numbers.name_texts()
        known.append([self.updates[number].relevant(name) for name in texts[len(known.values) :]])
        return known.values

    def _texts(self, number: int, codes: Ints) -> tuple[str, ...]:
        """Return the sorted names of some sorted codes, each once."""
        key = (number, codes.tobytes())
        if key not in self._names:
            texts = self._numbers.name_texts()
            self._names[key] = tuple(sorted({texts[code] for code in codes.tolist()}))
        return self._names[key]

    def _set(self, number: int, build: str | None, names: tuple[str, ...]) -> AbsentSet:
        """Return the verdicts on what a set of installed updates lacks."""
        key = (number, build, names)
        if key not in self._sets:
            absent, hidden = self.updates[number].absent(names, build)
            self._tell(number, absent)
            told = [self._told[number, one] for one in absent]
            counts = sum((count for _, count in told), np.zeros(MEASURES, dtype=np.int64))
            self._sets[key] = AbsentSet(np.array([verdict for verdict, _ in told], dtype=np.int64), counts, hidden)
        return self._sets[key]

    def _tell(self, number: int, absent: Iterable[Absent]) -> None:
        """Remember verdicts on absent updates that were not met before."""
        new = [one for one in dict.fromkeys(absent) if (number, one) not in self._told]
        if new:
            first, counts = self._remember(self.updates[number].tell(new))
            self._told.update(((number, one), (first + place, counts[place])) for place, one in enumerate(new))
