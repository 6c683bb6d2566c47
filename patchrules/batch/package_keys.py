"""What installed packages and patches replace, by name and architecture, as numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa

from patchrules.batch.keys import Ints, distinct
from patchrules.families import Family
from patchrules.model.host import Host

Key = tuple[str, str]


class PackageKeys:
    """The (name, architecture) pairs that a catalog has, each with a number.

    ``names`` are those of the catalog; ``arches`` are the architectures as they are on hosts, in order.
    """

    def __init__(self, names: Sequence[str], arches: Sequence[str], pairs: Ints) -> None:
        """Take in what the catalog has; a pair is the position of its name times ``len(arches)``, plus its arch's."""
        self._names, self._arches, self._pairs = names, arches, pairs
        self._of_name: dict[str, int] = {}

    def __len__(self) -> int:
        """Return how many pairs there are."""
        return len(self._pairs)

    @property
    def names(self) -> list[str]:
        """The name of each pair, by its number."""
        return [self._names[name] for name in (self._pairs // max(len(self._arches), 1)).tolist()]

    @property
    def arch(self) -> Ints:
        """The position in ``arches`` of each pair's architecture."""
        return self._pairs % max(len(self._arches), 1)

    @property
    def arches(self) -> Sequence[str]:
        """The distinct architectures."""
        return self._arches

    def numbers(self, names: Iterable[str], arches: Iterable[str]) -> Ints:
        """Return the number of each name with each architecture as it is on hosts, -1 for what the catalog has not."""
        return self.numbers_at(self.names_at(names), self.arches_at(arches))

    def names_at(self, names: Iterable[str]) -> Ints:
        """Return the position of each name, -1 for one that the catalog has not. Cost: a look-up a name in Python."""
        if not self._of_name:
            self._of_name = {name: position for position, name in enumerate(self._names)}
        return np.array([self._of_name.get(one, -1) for one in names], dtype=np.int64)

    def arches_at(self, arches: Iterable[str]) -> Ints:
        """Return the position of each architecture, -1 for one that the catalog has not."""
        own = {arch: position for position, arch in enumerate(self._arches)}
        return np.array([own.get(one, -1) for one in arches], dtype=np.int64)

    def numbers_at(self, name: Ints, arch: Ints) -> Ints:
        """Return the number of each name with each architecture, by their positions; -1 for what is not here."""
        pair = name * len(self._arches) + arch
        found = np.searchsorted(self._pairs, pair)
        here = (name >= 0) & (arch >= 0) & (found < len(self))
        here[here] = self._pairs[found[here]] == pair[here]
        return np.where(here, found, -1)


def numbered(catalog: pa.Table, host: Host, family: Family) -> tuple[PackageKeys, Ints]:
    """Return the (name, architecture) pairs that replace one another, and the number of every row's. Cost: one sort."""
    names, texts = distinct(catalog["name"])
    arches, known = distinct(catalog["arch"])
    native = [key_of("", arch, host, family)[1] for arch in known]
    distinct_arches = sorted(set(native), key=lambda one: (one is not None, one or ""))
    position = np.array([distinct_arches.index(one) for one in native], dtype=np.int64)
    pairs, codes = np.unique(names * len(distinct_arches) + position[arches], return_inverse=True)
    return PackageKeys(texts, distinct_arches, pairs), codes.astype(np.int64)


def key_of(name: str, arch: str, host: Host, family: Family) -> Key:
    """Batch twin of ``reference.evaluate.key_of``."""
    if not family.has_arch:
        return name, ""
    if family.independent_is_native and arch == family.independent_arch and host.arch:
        return name, host.arch
    return name, arch


def runs(arch: str, host: Host, family: Family) -> bool:
    """Batch twin of ``reference.evaluate.runs``."""
    return host.arch is None or arch in family.compatible.get(host.arch, (host.arch, family.independent_arch))
