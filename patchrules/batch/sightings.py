"""How many hosts of each policy have the packages that a patch waits for: portions of a fleet, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from patchrules.batch.documented import OF_AGE, age, settled
from patchrules.batch.keys import Bools, Grown, Ints, Vocabulary, counted, fold, ranks
from patchrules.batch.package_keys import key_of
from patchrules.batch.packages import PackageNumbers
from patchrules.batch.policy import Policy
from patchrules.batch.rows import Rows
from patchrules.batch.states import Packages
from patchrules.batch.upcoming import Waiting, names_waiting

_APART = 1 << 16
"""How many counts are kept before they are added up, or as many as there are distinct ones if these are more."""


class Sightings:
    """Counts hosts by policy and installed package; of several versions of one package the newest counts."""

    def __init__(self, numbers: PackageNumbers) -> None:
        """Start with no policy; ``numbers`` are those that rows are coded with."""
        self._policies: dict[int, tuple[Policy, Waiting]] = {}
        self._numbers = numbers
        self._wanted: set[str] = set()
        self._of_name, self._of_package = Grown(np.bool_), Grown(np.bool_)
        self._seen: list[tuple[Ints, Ints, Ints]] = []
        self._apart, self._most = 0, _APART

    def add(self, number: int, policy: Policy, waits: Waiting) -> None:
        """Take in a policy under which patches wait."""
        self._policies[number], names = (policy, waits), names_waiting(policy, waits)
        if not self._wanted.issuperset(names):
            self._wanted.update(names)
            self._of_name, self._of_package = Grown(np.bool_), Grown(np.bool_)

    def see(self, rows: Rows, policy_of_host: Sequence[int]) -> None:
        """Count some hosts. Cost: one gather of a byte a row; all else is of rows whose package is waited for."""
        if not self._policies:
            return
        positions = np.flatnonzero(self._flags().take(rows.package))
        if rows.installed is not None:
            positions = positions[rows.installed[positions]]
        of_host = np.array(policy_of_host, dtype=np.int64)
        many = np.diff(np.searchsorted(positions, np.cumsum(rows.lengths)), prepend=0)
        kept = np.repeat(np.isin(of_host, list(self._policies)), many)
        host, policy = np.repeat(np.arange(len(many)), many), np.repeat(of_host, many)
        package = rows.package.take(positions).astype(np.int64)
        if len(rows.repeated):
            again = np.zeros(len(rows.package), dtype=np.bool_)
            again[rows.repeated] = True
            some = np.flatnonzero(again[positions] & kept)
            kept[some] = self._is_newest(host[some], policy[some], package[some])
        self._count(policy[kept], package[kept])

    def _count(self, policy: Ints, package: Ints) -> None:
        """Keep how often each policy and package occur together.

        Cost: no sort, but one of the rows where they are fewer than policies x packages waited for.
        """
        flags = self._of_package.values
        known, place = np.flatnonzero(flags), np.cumsum(flags) - 1
        if (int(policy.max(initial=-1)) + 1) * len(known) > len(policy):
            ids, first = fold([policy, package])
            self._keep(policy[first], package[first], counted(ids, len(first)))
        elif len(policy):
            often = np.bincount(policy * len(known) + place.take(package))
            some = np.flatnonzero(often)
            self._keep(some // len(known), known[some % len(known)], often[some])

    def _keep(self, policy: Ints, package: Ints, hosts: Ints) -> None:
        """Keep counts, and add them up before they are many: memory is that of distinct policies and packages."""
        self._seen.append((policy, package, hosts))
        self._apart += len(policy)
        if self._apart > self._most:
            self._seen = [self._together()]
            self._apart, self._most = 0, max(_APART, len(self._seen[0][0]))

    def _together(self) -> tuple[Ints, Ints, Ints]:
        """Return each policy and package once, with the sum of its hosts."""
        policy, package, hosts = (np.concatenate(column) for column in zip(*self._seen, strict=True))
        ids, first = fold([policy, package])
        number = np.bincount(ids, weights=hosts, minlength=len(first)).astype(np.int64)
        return policy[first], package[first], number

    def counted(self) -> Iterator[tuple[Policy, Waiting, Packages, Ints]]:
        """Yield each policy with the packages that were seen under it, and how many of its hosts have each."""
        if not self._seen:
            return
        policy, package, number = self._together()
        for one in np.unique(policy).tolist():
            mine = policy == one
            known, waits = self._policies[one]
            yield known, waits, settled(known, self._numbers, package[mine]), number[mine]

    def _flags(self) -> Bools:
        """Say of every package so far whether a patch waits for it."""
        codes, names = self._numbers.codes(), self._of_name
        texts = self._numbers.name_texts()
        names.append([text in self._wanted for text in texts[len(names.values) :]])
        self._of_package.append(names.values[codes[len(self._of_package.values) :, 0]])
        return self._of_package.values

    def _is_newest(self, host: Ints, policy: Ints, package: Ints) -> Bools:
        """Say which rows no other of their host, name and architecture outdoes (DECISIONS 14).

        O(distinct packages of them) in Python.
        """
        newest = np.zeros(len(host), dtype=np.bool_)
        if len(host):
            pair, first = fold([policy, package])
            key, old = self._keys_and_ages(policy[first], package[first])
            of_host = fold([host, key[pair]])[0]
            order = np.lexsort([old[pair], of_host])
            newest[order] = np.append(np.diff(of_host[order]) > 0, True)
        return newest

    def _keys_and_ages(self, policy: Ints, package: Ints) -> tuple[Ints, Ints]:
        """Return a number for what each package replaces under its policy, and the rank of its age."""
        keys, ages = Vocabulary(), []
        numbers = np.zeros(len(policy), dtype=np.int64)
        for one in np.unique(policy).tolist():
            mine, known = np.flatnonzero(policy == one), self._policies[one][0]
            packages = settled(known, self._numbers, package[mine]).table
            columns = (packages[column].to_pylist() for column in ("name", *OF_AGE))
            for place, name, *said in zip(mine.tolist(), *columns, strict=True):
                numbers[place] = keys.number(key_of(name, said[0], known.host, known.family))
                ages.append((place, age(known, *said)))
        old = np.zeros(len(policy), dtype=np.int64)
        old[[place for place, _ in ages]] = ranks(one for _, one in ages)
        return numbers, old
