"""What a policy decides on installed packages that its catalog does not know: each kind of them is decided on once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Sequence

import numpy as np

from patchrules.batch.approvals import Decisions
from patchrules.batch.keys import Ints

_FIELDS = tuple(one.name for one in dataclasses.fields(Decisions))


class Kinds:
    """The kinds of packages that were met so far, and the decision on each."""

    def __init__(self) -> None:
        """Start with none."""
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
