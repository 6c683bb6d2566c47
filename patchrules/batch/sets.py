"""Which updates are installed together: hosts that are judged by updates are judged once a distinct set of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from patchrules.batch.keys import Ints, Vocabulary
from patchrules.batch.policy import Policy
from patchrules.batch.updates import Updates


class InstalledSets:
    """What the policies for such hosts need, by their numbers, and the names that were met so far."""

    def __init__(self, policies: Sequence[Policy]) -> None:
        """Prepare those policies."""
        self.updates = {
            number: Updates(policy) for number, policy in enumerate(policies) if policy.facts.states == "updates"
        }
        self._names = Vocabulary()

    def of_hosts(self, names: pa.ChunkedArray, host: Ints, policy: Ints) -> dict[int, tuple[str, ...]]:
        """Return, for each such host of some package rows, the sorted names that its policy knows.

        Cost: a sort of the rows, and Python for each host and each name in it.
        """
        rows = np.flatnonzero(np.isin(policy, list(self.updates)))
        if not len(rows):
            return {}
        codes, host, policy = self._names.encode(names.take(pa.array(rows))), host[rows], policy[rows]
        for number in set(policy.tolist()):
            known = [self.updates[number].relevant(name) for name in self._names.values]
            kept = (policy != number) | np.array(known, dtype=np.bool_)[codes]
            codes = np.where(kept, codes, -1)
        order = np.lexsort([codes, host])
        hosts, starts = np.unique(host[order], return_index=True)
        sets = np.split(codes[order], starts[1:])
        return {one: self._texts(found) for one, found in zip(hosts.tolist(), sets, strict=True)}

    def _texts(self, codes: Ints) -> tuple[str, ...]:
        """Return the names of some sorted codes, each once."""
        return tuple(sorted({self._names.values[code] for code in codes.tolist() if code >= 0}))
