"""What a policy decides on installed packages that its catalog does not know: each kind of them is decided on once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Sequence

import numpy as np

from patchrules.batch.approvals import Decisions
from patchrules.batch.keys import Grown, Ints, Vocabulary

_FIELDS = tuple(one.name for one in dataclasses.fields(Decisions))


class Kinds:
    """The kinds of packages that were met so far, and the decision on each."""

    def __init__(self) -> None:
        """Start with none."""
        self._numbers = Vocabulary()
        self._decided = {name: Grown(np.int64) for name in _FIELDS}

    def decided(self, kinds: Sequence[Hashable], decide: Callable[[Ints], Decisions]) -> Decisions:
        """Return the decision on the kind of each package; ``decide`` is asked about one package of each new kind.

        Cost: a look-up a package in Python.
        """
        known = len(self._numbers)
        ids = self._numbers.numbers(kinds)
        numbers, first = np.unique(ids, return_index=True)
        new = first[numbers >= known]
        if len(new):
            found = decide(new)
            for name, column in self._decided.items():
                column.append(getattr(found, name))
        return Decisions(*(column.values[ids] for column in self._decided.values()))
