"""Which updates that matter to their policy hosts have installed: the sets that tell such hosts apart."""

from __future__ import annotations

import numpy as np

from patchrules.batch.keys import Bools, Codes, Grown, Ints
from patchrules.batch.packages import PackageNumbers
from patchrules.batch.policy import Policy
from patchrules.batch.rows import Rows
from patchrules.batch.updates import Updates


class Relevant:
    """The policies that judge by updates, by their numbers, and the names that matter to each."""

    def __init__(self, numbers: PackageNumbers) -> None:
        """Start with no policy; ``numbers`` are those that rows are coded with."""
        self.updates: dict[int, Updates] = {}
        self._numbers = numbers
        self._of_name: dict[int, Grown] = {}
        self._texts: dict[tuple[int, bytes], tuple[str, ...]] = {}

    def add(self, number: int, policy: Policy) -> None:
        """Take in a policy that judges by updates."""
        self.updates[number], self._of_name[number] = Updates(policy), Grown(np.bool_)

    def sets(self, rows: Rows, host: Codes, policy: Ints) -> list[tuple[int, int, tuple[str, ...]]]:
        """Return each host of such a policy, the policy, and the sorted names that it has and that matter.

        ``host`` is that of every row, ``policy`` that of every host. Hosts are in order, those without a row too.
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
        return [(one, number, self._named(number, codes)) for one, number, codes in found]

    def _matters(self, number: int) -> Bools:
        """Say of every name so far whether it matters to a policy that something of it is installed."""
        known, texts = self._of_name[number], self._numbers.name_texts()
        known.append([self.updates[number].relevant(name) for name in texts[len(known.values) :]])
        return known.values

    def _named(self, number: int, codes: Ints) -> tuple[str, ...]:
        """Return the sorted names of some sorted codes, each once."""
        key = (number, codes.tobytes())
        if key not in self._texts:
            texts = self._numbers.name_texts()
            self._texts[key] = tuple(sorted({texts[code] for code in codes.tolist()}))
        return self._texts[key]
