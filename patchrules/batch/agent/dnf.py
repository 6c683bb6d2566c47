"""Batch twin of ``reference.agent.dnf``: the states of dnf hosts, as AWS's engine decides them (SEMANTICS 5.5)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from patchrules.batch.agent.common import Pool, Rows, blocks, highest, lists, missing, row
from patchrules.batch.agent.common import runs as runs_of
from patchrules.batch.keys import Bools, Ints, lookup
from patchrules.batch.package_keys import runs
from patchrules.batch.patterns import matches
from patchrules.batch.states import NOTHING
from patchrules.families import Facts, Family
from patchrules.model.host import Host
from patchrules.model.module import streams
from patchrules.model.names import State

LAST = True
"""Of several installed versions of one package the last one counts."""


def patches(catalog: pa.Table, host: Host, family: Family, facts: Facts) -> pa.Table:  # noqa: ARG001 - as every agent
    """Return what is offered, can run and, where a notice names it, has its module enabled (2.2.7)."""
    can_run = lookup(catalog["arch"], lambda arch: runs(arch, host, family))
    unnamed = np.asarray(pc.is_null(catalog["advisory"]).to_numpy())
    keep = lookup(catalog["offered"], bool) & can_run & (unnamed | enabled(catalog, host))
    return catalog.filter(pa.array(keep))


def key_of(name: str, arch: str | None, host: Host, family: Family) -> tuple[str, str]:  # noqa: ARG001 - as every agent
    """Return the name and architecture of a package."""
    return name, arch or ""


def age(evr: str, facts: Facts, family: Family) -> tuple[bytes, ...]:  # noqa: ARG001 - as every agent
    """Return nothing: the version does not say which of several counts."""
    return ()


def absent(pool: Pool) -> Bools:
    """Say which keys a host that lacks them gets NOT_APPLICABLE for."""
    listed: Bools = top(pool, pool.decisions.approves[pool.record])[0] != NOTHING
    return listed


def verdicts(pool: Pool) -> Iterator[Rows]:
    """Batch twin of ``reference.agent.dnf.verdicts``, for what is installed."""
    known = with_installed(candidates(pool))
    target = top(known, known.decisions.approves[known.record] & ~blocked(known))
    return of_installed(known, target, top(known, lists(known.policy, known.table)[known.record]))


def candidates(pool: Pool) -> Pool:
    """Batch twin of ``reference.agent.dnf.candidates``: not older than what is installed, if a notice names it."""
    named = np.asarray(pc.is_valid(pool.table["advisory"]).to_numpy())[pool.record]
    return pool.only(~(named & (pool.order[pool.record] < pool.here[pool.owner])))


def with_installed(pool: Pool) -> Pool:
    """Batch twin of ``reference.agent.dnf.with_installed``."""
    as_new = pool.decisions.approves[pool.record] & (pool.order[pool.record] >= pool.here[pool.owner])
    return pool.with_own(np.bincount(pool.owner[as_new], minlength=len(pool.here)) == 0)


def of_installed(pool: Pool, target: tuple[Ints, Ints], override: tuple[Ints, Ints]) -> Iterator[Rows]:
    """Batch twin of ``reference.agent.dnf.of_installed``; a target or override is a record and its level."""
    (goal, level), (listed, listed_level) = target, override
    judged = runs_of(pool.policy, pool.table)[pool.own]
    failed = pool.order_of(listed) > pool.here
    yield row(judged & failed, State.FAILED, listed, level=listed_level, decided=listed)
    shown, undecided = np.where(listed == NOTHING, pool.own, listed), np.full_like(goal, NOTHING)
    newer = pool.order_of(goal) > pool.here
    yield row(judged & newer, missing(pool.policy), goal, level=level, decided=goal)
    rest = judged & ~newer
    rejected = pool.decisions.rejected[pool.own]
    yield row(rest & rejected, State.INSTALLED_REJECTED, shown, decided=undecided)
    rest &= ~rejected
    refused = pool.true_of(~pool.decisions.approves, listed)
    other = (goal == NOTHING) | refused
    yield row(rest & other, State.INSTALLED_OTHER, shown, decided=undecided)
    yield row(rest & ~other, State.INSTALLED, goal, titled=pool.own, level=level, decided=goal)


def cves(pool: Pool, rows: Rows) -> list[list[str]]:
    """Batch twin of ``reference.agent.dnf.mends``, for each row; only what is the target's version tells them (28).

    Cost: O(pairs) in numpy; the ids of the pairs between what is installed and the target, in Python.
    """
    steps = pool.decisions.approves[pool.record] & pool.newer & ~blocked(pool)
    goal = pool.order_of(highest(pool, pool.order[pool.record], steps))
    found: dict[int, set[str]] = {}
    ids = pool.table["cves"].take(pa.array(pool.record[steps])).to_pylist()
    for owner, mended in zip(pool.owner[steps].tolist(), ids, strict=True):
        found.setdefault(owner, set()).update(mended or ())
    told = pool.order_of(rows.decided) == goal[rows.owner]
    return [
        sorted(found.get(owner, ())) if tells else [] for owner, tells in zip(rows.owner.tolist(), told, strict=True)
    ]


def top(pool: Pool, among: Bools) -> tuple[Ints, Ints]:
    """Batch twin of ``reference.agent.dnf.top``: the record of each package, and the level."""
    order = pool.order[pool.record]
    found = highest(pool, order, among)
    same = among & (order == pool.order_of(found)[pool.owner])
    level = np.zeros(len(pool.here), dtype=np.int64)
    np.maximum.at(level, pool.owner[same], pool.decisions.level[pool.record[same]])
    return found, level


def blocked(pool: Pool) -> Bools:
    """Batch twin of ``reference.agent.dnf.blocked``, a flag for each pair."""
    entries = pool.policy.baseline.rejected_patches
    if not entries or not blocks(pool.policy):
        return np.zeros(len(pool.record), dtype=np.bool_)
    needs = pool.table["requires"].combine_chunks()
    meant = lookup(needs.flatten(), matches(entries))
    owners = needs.value_parent_indices().to_numpy()[meant]
    refused = np.bincount(owners, minlength=pool.table.num_rows) > 0
    return refused[pool.record] & pool.newer


def enabled(catalog: pa.Table, host: Host) -> Bools:
    """Batch twin of ``reference.agent.dnf.enabled``."""
    return ~lookup(catalog["module"], lambda module: streams(module).isdisjoint(host.enabled_modules or ()))
