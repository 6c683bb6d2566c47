"""What a policy finds out about installed packages: each kind, name and version is asked about once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Sequence

import numpy as np

from patchrules.batch.answers import Answers
from patchrules.batch.approvals import Decisions
from patchrules.batch.keys import Ints

_FIELDS = tuple(one.name for one in dataclasses.fields(Decisions))


class Kinds:
    """The kinds of packages that were met so far, and what is decided on each where the catalog does not know it.

    ``keys`` has what the catalog says of their names, ``approved`` and ``rejected`` whether an entry of these lists
    could mean a name, ``majors`` whether a version was built for the hosts' major release.
    """

    def __init__(self) -> None:
        """Start with none."""
        self.keys, self.approved, self.rejected, self.majors = Answers(), Answers(), Answers(), Answers()
        self._numbers: dict[Hashable, int] = {}
        self._decided = np.zeros((0, len(_FIELDS)), dtype=np.int64)

    def decided(self, kinds: Sequence[Hashable], decide: Callable[[Ints], Decisions]) -> Decisions:
        """Return the decision on the kind of each package; ``decide`` is asked about one package of each new kind.

        Cost: a look-up a package in Python.
        """
        new: dict[Hashable, int] = {}
        for position, kind in enumerate(kinds):
            if kind not in self._numbers:
                new.setdefault(kind, position)
        if new:
            found = decide(np.array(list(new.values()), dtype=np.int64))
            first = len(self._decided)
            rows = np.stack([getattr(found, name) for name in _FIELDS], axis=1)
            # INVARIANT: a kind has its number when its decision is kept, whatever interrupts us.
            self._decided = np.concatenate([self._decided, rows])
            self._numbers.update(zip(new, range(first, first + len(new)), strict=True))
        rows = self._decided[[self._numbers[kind] for kind in kinds]]
        return Decisions(*(np.ascontiguousarray(column) for column in rows.T))
