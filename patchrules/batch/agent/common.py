"""Batch twin of ``reference.agent.common``: what the package managers of AWS's engine share."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa

from patchrules.batch.approvals import Decisions, decisions, each
from patchrules.batch.keys import Bools, Ints, distinct, lookup, ranks
from patchrules.batch.orders import sort_key
from patchrules.batch.package_keys import runs as runs_on
from patchrules.batch.patterns import NOBODY, names
from patchrules.batch.policy import Policy
from patchrules.batch.render import cves
from patchrules.batch.states import NOTHING, STATES, at, pairs_of
from patchrules.families import Facts, Family
from patchrules.model.names import Operation, RejectedPatchesAction, State
from patchrules.model.verdict import OverridePatch

NOWHERE = -1
"""The rank of the version of "not installed": lower than any."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Some packages beside every record they are judged by; a package is a number.

    ``table`` and ``decisions`` hold the records and ``order`` ranks their versions. Pair ``p`` says that record
    ``record[p]`` speaks of package ``owner[p]``; the pairs of one package stand in the order in which the reference
    meets them. ``here`` ranks what is installed (NOWHERE: nothing is), ``own`` is that as a record of its own.
    """

    policy: Policy
    table: pa.Table
    decisions: Decisions
    order: Ints
    owner: Ints
    record: Ints
    here: Ints
    own: Ints

    @property
    def newer(self) -> Bools:
        """Return which pairs speak of a version above the installed one."""
        newer: Bools = self.order[self.record] > self.here[self.owner]
        return newer

    def only(self, among: Bools) -> Pool:
        """Return the pool with some of its pairs."""
        return dataclasses.replace(self, owner=self.owner[among], record=self.record[among])

    def with_own(self, where: Bools) -> Pool:
        """Return the pool with the installed versions of some packages as the last of their pairs."""
        owner, record = np.flatnonzero(where), self.own[where]
        return dataclasses.replace(
            self, owner=np.concatenate([self.owner, owner]), record=np.concatenate([self.record, record])
        )

    def order_of(self, record: Ints) -> Ints:
        """Return the rank of each version, NOWHERE for no record."""
        return np.where(record == NOTHING, NOWHERE, at(self.order, record))

    def level_of(self, record: Ints) -> Ints:
        """Return the level of the decision on each record, 0 for no record."""
        return np.where(record == NOTHING, 0, at(self.decisions.level, record))

    def true_of(self, flags: Bools, record: Ints) -> Bools:
        """Return the flag of each record, False for no record."""
        known = record != NOTHING
        flagged = np.zeros(len(record), dtype=np.bool_)
        flagged[known] = flags[record[known]]
        return flagged


@dataclass(frozen=True, slots=True)
class Rows:
    """Batch twin of many ``Verdict``: ``owner`` is a package; ``shown``, ``titled`` and ``decided`` are records.

    ``shown`` gives the attributes, ``titled`` the version of the title, ``decided`` the decision (NOTHING: none).
    """

    owner: Ints
    state: Ints
    shown: Ints
    titled: Ints
    decided: Ints
    level: Ints


def pool_of_keys(policy: Policy) -> Pool:
    """Return every key of the catalog as a package that is not installed."""
    rows, keys = policy.catalog.num_rows, len(policy.keys)
    return Pool(
        policy=policy,
        table=policy.catalog,
        decisions=policy.decisions,
        order=order(policy, policy.catalog["evr"]),
        owner=np.repeat(np.arange(keys, dtype=np.int64), np.diff(policy.starts)),
        record=np.arange(rows, dtype=np.int64),
        here=np.full(keys, NOWHERE, dtype=np.int64),
        own=np.full(keys, NOTHING, dtype=np.int64),
    )


def pool_of_packages(policy: Policy, packages: pa.Table) -> Pool:
    """Return installed packages, a table of ``IDENTITY``, beside the catalog rows of their keys.

    Cost: O(packages x versions of their keys) in numpy; a sort key for each distinct version, in Python.
    """
    owner, row = pairs_of(policy, policy.keys.numbers(packages["name"].to_pylist(), packages["arch"].to_pylist()))
    present, record = np.unique(row, return_inverse=True)
    own = as_patches(policy, packages)
    table = pa.concat_tables([policy.catalog.take(pa.array(present)), own])
    ranked = order(policy, table["evr"])
    itself = np.arange(len(present), table.num_rows, dtype=np.int64)
    return Pool(
        policy=policy,
        table=table,
        decisions=joined(policy.decisions, present, decide(policy, own)),
        order=ranked,
        owner=owner,
        record=record.astype(np.int64),
        here=ranked[itself],
        own=itself,
    )


def as_patches(policy: Policy, packages: pa.Table) -> pa.Table:
    """Batch twin of ``reference.installed.as_patch``."""
    rows, known = packages.num_rows, packages.column_names
    columns = [
        packages[field.name].cast(field.type) if field.name in known else pa.nulls(rows, field.type)
        for field in policy.catalog.schema
    ]
    return pa.table(columns, schema=policy.catalog.schema)


def decide(policy: Policy, records: pa.Table) -> Decisions:
    """Return what the baseline says of each record; names reject, ids never do (13)."""
    return decisions(
        policy.baseline,
        records,
        each,
        policy.host,
        family=policy.family,
        facts=policy.facts,
        settings=policy.settings,
    )


def joined(first: Decisions, rows: Ints, second: Decisions) -> Decisions:
    """Return some rows of the first decisions, then all of the second."""
    return Decisions(
        *(np.concatenate([getattr(first, one.name)[rows], getattr(second, one.name)]) for one in fields(Decisions))
    )


def override(policy: Policy) -> tuple[OverridePatch, ...] | None:
    """Return the InstallOverrideList, which only an Install reads (4.8)."""
    return policy.settings.install_override if policy.settings.operation is Operation.INSTALL else None


def blocks(policy: Policy) -> bool:
    """Return whether rejected patches are blocked."""
    return policy.baseline.rejected_patches_action is RejectedPatchesAction.BLOCK


def missing(policy: Policy) -> State:
    """Return what an approved newer version is: after an Install without override list it has failed (5.8)."""
    installs = policy.settings.operation is Operation.INSTALL
    return State.FAILED if installs and override(policy) is None else State.MISSING


def lists(policy: Policy, records: pa.Table) -> Bools:
    """Say which records the override list means: id and, if given, title (4.8)."""
    listed = np.zeros(records.num_rows, dtype=np.bool_)
    for entry in override(policy) or ():
        hit = names([entry.id], records, policy.facts) != NOBODY
        listed |= hit & (entry.title is None or names([entry.title], records, policy.facts) != NOBODY)
    return listed


def order(policy: Policy, evrs: pa.ChunkedArray) -> Ints:
    """Return the rank of every version in the order this agent uses (6)."""
    return order_of(evrs, policy.family, policy.facts)


def order_of(evrs: pa.ChunkedArray, family: Family, facts: Facts) -> Ints:
    """Return the rank of every version in the order these facts name. O(distinct) in Python."""
    codes, known = distinct(evrs)
    return ranks(map(sort_key[facts.order or family.scheme].__getitem__, known))[codes]


def runs(policy: Policy, records: pa.Table) -> Bools:
    """Say which records the hosts could install."""
    return lookup(records["arch"], lambda arch: runs_on(arch, policy.host, policy.family))


def highest(pool: Pool, rank: Ints, among: Bools) -> Ints:
    """Return, for each package, the first record of the highest rank among some of its pairs; NOTHING if there is none.

    ``rank`` is a number of at least 0 for each pair.
    """
    pairs = np.flatnonzero(among)
    owner, rank = pool.owner[pairs], rank[pairs]
    top = np.full(len(pool.here), NOWHERE, dtype=np.int64)
    np.maximum.at(top, owner, rank)
    hits = pairs[rank == top[owner]]
    owners, where = np.unique(pool.owner[hits], return_index=True)
    found = np.full(len(pool.here), NOTHING, dtype=np.int64)
    found[owners] = pool.record[hits[where]]
    return found


def row(
    where: Bools, state: State, shown: Ints, *, titled: Ints | None = None, level: Ints | None = None, decided: Ints
) -> Rows:
    """Return a row for each package ``where`` holds; the other arguments have a position a package."""
    owner = np.flatnonzero(where)
    return Rows(
        owner=owner,
        state=np.full(len(owner), STATES.index(state), dtype=np.int64),
        shown=shown[owner],
        titled=shown[owner] if titled is None else titled[owner],
        decided=decided[owner],
        level=np.zeros(len(owner), dtype=np.int64) if level is None else level[owner],
    )


def cves_of(pool: Pool, rows: Rows, decided: Ints) -> list[list[str]]:
    """Return the CVE ids of the record that decided each row, where it says that something is not there (5.11)."""
    found: list[list[str]] = cves(pool.table, decided, rows.state).to_pylist()
    return found


def in_order(several: Iterable[Rows]) -> Rows:
    """Return all rows, those of one package standing together in the order they were given in."""
    given = list(several)
    whole = {one.name: np.concatenate([getattr(rows, one.name) for rows in given]) for one in fields(Rows)}
    by_owner = np.argsort(whole["owner"], kind="stable")
    return Rows(**{name: values[by_owner] for name, values in whole.items()})
