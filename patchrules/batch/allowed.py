"""Whether every package has a name, version and architecture of its host's packaging world: asked once a package."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from patchrules.batch.keys import Ints
from patchrules.batch.packages import PackageNumbers
from patchrules.batch.rows import Rows, blocks
from patchrules.versions.refused import refused_versions

_ALLOWED, _UNASKED, _REFUSED = range(3)


class Allowed:
    """Which packages each version order refuses, so far as it was asked. Threads may ask.

    ``arches`` are the architectures of a scheme, where those are asked for too; ``refused_names`` says of
    each package of a table why its name is none in a scheme, null where it is one.
    """

    def __init__(
        self,
        numbers: PackageNumbers,
        arches: Mapping[str, AbstractSet[str | None]] = MappingProxyType({}),
        refused_names: Callable[[pa.Table, str], pa.Array] | None = None,
    ) -> None:
        """Start with nothing asked."""
        self._numbers, self._arches, self._refused_names = numbers, arches, refused_names
        self._answers: dict[str, npt.NDArray[np.int8]] = {}
        self._lock = threading.Lock()

    def all_of(self, rows: Rows, schemes: Sequence[str]) -> bool:
        """Say whether each row has what its host's scheme takes; ``schemes`` has one a host, empty for none.

        Cost: a gather of the rows; a package is looked at once for each scheme whose hosts have it.
        """
        names = sorted(set(schemes))
        own = np.array([names.index(scheme) for scheme in schemes], dtype=np.int64)
        with self._lock:
            size = len(self._numbers)
            answers = np.concatenate([self._answered(scheme, size) for scheme in names] or [np.zeros(0, np.int8)])
            wanted, refused = np.zeros(len(answers), dtype=np.bool_), False
            for hosts, some in blocks(rows.lengths):
                place = np.repeat(own[hosts] * size, rows.lengths[hosts])
                place += rows.package[some]
                found = answers.take(place)
                if found.any():
                    refused = refused or bool((found == _REFUSED).any())
                    wanted[place[found == _UNASKED]] = True
            if not wanted.any():
                return not refused
            new = [self._ask(scheme, np.flatnonzero(wanted[at * size :][:size])) for at, scheme in enumerate(names)]
        return not any(new) and not refused

    def _answered(self, scheme: str, size: int) -> npt.NDArray[np.int8]:
        """Return the answers for a scheme, with room for every package."""
        known = self._answers.get(scheme, np.zeros(0, dtype=np.int8))
        if len(known) < size:
            known = np.concatenate([known, np.full(size - len(known), _UNASKED, dtype=np.int8)])
            self._answers[scheme] = known
        return known[:size]

    def _ask(self, scheme: str, packages: Ints) -> bool:
        """Look at the names, versions and architectures of some packages, and say whether one is refused."""
        table = self._numbers.table(packages)
        arches, versions = table["arch"].to_pylist(), table["evr"].to_pylist()
        refused, known = refused_versions(versions, scheme) if scheme else {}, self._arches.get(scheme)
        fails = [
            evr in refused or (known is not None and arch not in known)
            for arch, evr in zip(arches, versions, strict=True)
        ]
        bad = np.array(fails, dtype=np.bool_)
        if self._refused_names and scheme:
            bad |= np.asarray(self._refused_names(table, scheme).is_valid())
        self._answers[scheme][packages] = np.where(bad, _REFUSED, _ALLOWED)
        return bool(bad.any())
