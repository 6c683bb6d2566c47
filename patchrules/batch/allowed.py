"""Whether every package has a version that its host's packaging world can order: asked once a distinct package."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from patchrules.batch.keys import Bools, Grown
from patchrules.batch.packages import PackageNumbers
from patchrules.batch.rows import Rows
from patchrules.versions.refused import refused_versions


class Allowed:
    """Which packages each version order refuses, so far as it was asked. Threads may ask."""

    def __init__(self, numbers: PackageNumbers) -> None:
        """Start with nothing asked."""
        self._numbers = numbers
        self._refused: dict[str, Grown] = {}
        self._lock = threading.Lock()

    def all_of(self, rows: Rows, schemes: Sequence[str]) -> bool:
        """Say whether each row has a version of its host's scheme; ``schemes`` has one a host, empty for none.

        Cost: O(distinct packages) once a scheme; a gather of the rows where some package of the fleet is refused by one
        of the schemes, as those of other packaging worlds are.
        """
        names = sorted(set(schemes))
        with self._lock:
            refused = [self._refused_by(scheme) for scheme in names]
        if not any(one.any() for one in refused):
            return True
        known = min(map(len, refused))
        lines = np.concatenate([one[:known] for one in refused])
        own = np.array([names.index(scheme) for scheme in schemes], dtype=np.int64) * known
        return not lines[np.repeat(own, rows.lengths) + rows.package].any()

    def _refused_by(self, scheme: str) -> Bools:
        """Say of every package so far whether a scheme refuses its version."""
        known = self._refused.setdefault(scheme, Grown(np.bool_))
        start, stop = len(known.values), len(self._numbers)
        if start < stop:
            versions = [evr for _, _, evr, *_ in self._numbers.identities(np.arange(start, stop))]
            refused = refused_versions(versions, scheme) if scheme else {}
            known.append([evr in refused for evr in versions])
        return known.values
