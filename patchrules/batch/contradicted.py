"""Hosts whose rows cannot be of one system: batch twin of ``reference.installed.contradicted``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from patchrules.batch.keys import Bools, Codes, Ints, Vocabulary, counted, fold
from patchrules.batch.packages import PackageNumbers
from patchrules.batch.policy import Policy
from patchrules.batch.rows import Rows
from patchrules.families import keeps_one


def contradicted(rows: Rows, host: Codes, policy: Ints, policies: Sequence[Policy], numbers: PackageNumbers) -> Ints:
    """Return of how many packages each host has several versions, though its package manager keeps one (5.1).

    ``host`` is the position of each row's host, ``policy`` each host's number, -1 for none. Cost: O(rows whose name is
    repeated on their host), Python per distinct name and package of these.
    """
    some = rows.repeated[policy[host[rows.repeated]] >= 0]
    if rows.installed is not None:
        some = some[rows.installed[some]]
    if len(some):
        some = some[_alone(policy[host[some]], policies, numbers, rows.package[some])]
    if not len(some):
        return np.zeros(len(policy), dtype=np.int64)
    name, arch, evr = _parts(rows, host, policy, policies, numbers, some)
    key, first = fold([host[some], name, arch])
    _, version = fold([key, evr])
    several = first[counted(key[version], len(first)) > 1]
    return counted(host[some[several]], len(policy))


def _alone(policy: Ints, policies: Sequence[Policy], numbers: PackageNumbers, package: Codes) -> Bools:
    """Say of some rows whether the package manager keeps one version of what is named."""
    families = {one.family.name: one.family for one in policies}
    place = {name: number for number, name in enumerate(families)}
    of_policy = np.array([place[one.family.name] for one in policies], dtype=np.int64)
    texts, name = numbers.name_texts(), numbers.names()[package]
    answers = np.zeros((len(families), int(name.max()) + 1), dtype=np.bool_)
    for code in np.unique(name).tolist():
        answers[:, code] = [keeps_one(family, texts[code]) for family in families.values()]
    found: Bools = answers[of_policy[policy], name]
    return found


def _parts(
    rows: Rows, host: Codes, policy: Ints, policies: Sequence[Policy], numbers: PackageNumbers, some: Ints
) -> tuple[Ints, Ints, Ints]:
    """Return codes for name, architecture and version of some rows; what may be, or replaces, the native is native."""
    packages, place = np.unique(rows.package[some].astype(np.int64), return_inverse=True)
    arches = Vocabulary()
    stated = np.array([arches.number(arch) for _, arch, *_ in numbers.identities(packages)], dtype=np.int64)
    native = np.array([arches.number(one.host.arch or one.family.independent_arch) for one in policies], dtype=np.int64)
    unsaid = arches.number(None)
    replaces = [one.family.independent_arch if one.family.independent_is_native else None for one in policies]
    replacing = np.array([arches.number(arch) for arch in replaces], dtype=np.int64)
    name, evr, _ = numbers.codes()[packages].T
    own, mine = stated[place], policy[host[some]]
    return name[place], np.where((own == unsaid) | (own == replacing[mine]), native[mine], own), evr[place]
