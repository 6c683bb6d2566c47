"""Hosts whose rows cannot be of one system: batch twin of ``reference.installed.contradicted``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from patchrules.batch.keys import Codes, Ints, Vocabulary, counted, fold
from patchrules.batch.packages import PackageNumbers
from patchrules.batch.policy import Policy
from patchrules.batch.rows import Rows


def contradicted(rows: Rows, host: Codes, policy: Ints, policies: Sequence[Policy], numbers: PackageNumbers) -> Ints:
    """Return of how many packages each host has several versions, though its package manager keeps one (5.1).

    ``host`` is the position of each row's host, ``policy`` each host's number, -1 for none. Cost: O(rows whose name is
    repeated on their host), Python per distinct package of these.
    """
    alone = np.array([*(one.family.keeps_one for one in policies), False])
    some = rows.repeated[alone[policy[host[rows.repeated]]]]
    if rows.installed is not None:
        some = some[rows.installed[some]]
    if not len(some):
        return np.zeros(len(policy), dtype=np.int64)
    name, arch, evr = _parts(rows, host, policy, policies, numbers, some)
    key, first = fold([host[some], name, arch])
    _, version = fold([key, evr])
    several = first[counted(key[version], len(first)) > 1]
    return counted(host[some[several]], len(policy))


def _parts(
    rows: Rows, host: Codes, policy: Ints, policies: Sequence[Policy], numbers: PackageNumbers, some: Ints
) -> tuple[Ints, Ints, Ints]:
    """Return codes for name, architecture and version of some rows; what runs everywhere, or may, is native."""
    packages, place = np.unique(rows.package[some].astype(np.int64), return_inverse=True)
    arches = Vocabulary()
    stated = np.array([arches.number(arch) for _, arch, *_ in numbers.identities(packages)], dtype=np.int64)
    native = np.array([arches.number(one.host.arch) for one in policies], dtype=np.int64)
    everywhere = np.array([arches.number(one.family.independent_arch) for one in policies], dtype=np.int64)
    name, evr, _ = numbers.codes()[packages].T
    own, mine = stated[place], policy[host[some]]
    unsaid = (own == arches.number(None)) | (own == everywhere[mine])
    return name[place], np.where(unsaid, native[mine], own), evr[place]
