"""Batch twin of ``reference.agent.apt``: the states of apt hosts, as AWS's engine decides them (SEMANTICS 5.7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from patchrules.batch.agent.common import Pool, Rows, blocks, cves_of, highest, lists, missing, order_of, row
from patchrules.batch.approvals import passes_gate
from patchrules.batch.keys import Bools, Ints, distinct, fold
from patchrules.batch.offer import text_ranks
from patchrules.batch.package_keys import Key
from patchrules.batch.states import NOTHING
from patchrules.families import Facts, Family
from patchrules.model.host import Host
from patchrules.model.names import State

LAST = True
"""Of several installed versions of one package the last one counts."""


def patches(catalog: pa.Table, host: Host, family: Family, facts: Facts) -> pa.Table:
    """Return one row a version, under the name and architecture that apt knows it by."""
    return versions(keyed(catalog, host, family), family, facts)


def age(evr: str, facts: Facts, family: Family) -> tuple[bytes, ...]:  # noqa: ARG001 - as every agent
    """Return nothing: the version does not say which of several counts."""
    return ()


def absent(pool: Pool) -> Bools:
    """Say which keys a host that lacks them gets NOT_APPLICABLE for."""
    listed: Bools = first(pool, pool.decisions.approves[pool.record]) != NOTHING
    return listed


def verdicts(pool: Pool) -> Iterator[Rows]:
    """Batch twin of ``reference.agent.apt.verdicts``, for what is installed."""
    known = pool.only(pool.order[pool.record] >= pool.here[pool.owner])
    same = known.order[known.record] == known.here[known.owner]
    return of_installed(known.with_own(np.bincount(known.owner[same], minlength=len(known.here)) == 0))


def of_installed(pool: Pool) -> Iterator[Rows]:
    """Batch twin of ``reference.agent.apt.of_installed``."""
    approves = pool.decisions.approves[pool.record]
    target = first(pool, approves & pool.newer)
    override = first(pool, lists(pool.policy, pool.table)[pool.record] & pool.newer)
    undecided = np.full_like(target, NOTHING)
    yield row(override != NOTHING, State.FAILED, override, decided=override)
    beyond = pool.order_of(override) < pool.order_of(target)
    yield row(beyond, missing(pool.policy), target, level=pool.level_of(target), decided=target)
    best = first(pool, approves)
    settled = (target == NOTHING) & (best != NOTHING)
    yield row(settled, State.INSTALLED, best, level=pool.level_of(best), decided=best)
    current = first(pool, pool.order[pool.record] == pool.here[pool.owner])
    rejected = pool.decisions.rejected[current] & blocks(pool.policy)
    nothing = (target == NOTHING) & (best == NOTHING)
    yield row(nothing & rejected, State.INSTALLED_REJECTED, current, decided=undecided)
    yield row(nothing & ~rejected, State.INSTALLED_OTHER, current, decided=undecided)


def cves(pool: Pool, rows: Rows) -> list[list[str]]:
    """Return the CVE ids of what is not there, for each row: those of the version that decided."""
    return cves_of(pool, rows, rows.decided)


def first(pool: Pool, among: Bools) -> Ints:
    """Return the record of each package whose version text is the highest: candidates are ranked by text (Q11)."""
    return highest(pool, text_ranks(pool.table["evr"])[pool.record], among)


def versions(catalog: pa.Table, family: Family, facts: Facts) -> pa.Table:
    """Batch twin of ``reference.agent.apt.versions``: the versions of each package, in catalog order."""
    ids, at = fold(
        [distinct(catalog["name"])[0], distinct(catalog["arch"])[0], order_of(catalog["evr"], family, facts)]
    )
    secure = np.bincount(ids[passes_gate(catalog, facts, enabled=False)], minlength=len(at)) > 0
    place = np.argsort(at)
    found, secure = catalog.take(pa.array(at[place])), secure[place]
    columns: dict[str, Any] = {
        "classification": pa.array(np.where(secure, "Security", ""), pa.string()),
        "repository": pa.array(np.where(secure, "security", ""), pa.string()),
        "security": pa.array(secure),
        "site": pa.nulls(len(at), pa.string()),
        "trusted": pa.nulls(len(at), pa.bool_()),
    }
    for name, column in columns.items():
        found = found.set_column(found.schema.get_field_index(name), name, column)
    return found


def keyed(catalog: pa.Table, host: Host, family: Family) -> pa.Table:
    """Return the catalog with the names and architectures of :func:`key_of`. O(distinct of both) in Python."""
    ids, at = fold([distinct(catalog["name"])[0], distinct(catalog["arch"])[0]])
    pairs = catalog.select(["name", "arch"]).take(pa.array(at)).to_pylist()
    known = [key_of(pair["name"], pair["arch"], host, family) for pair in pairs]
    for position, name in enumerate(("name", "arch")):
        texts = pa.array([key[position] for key in known], pa.string()).take(pa.array(ids))
        catalog = catalog.set_column(catalog.schema.get_field_index(name), name, texts)
    return catalog


def key_of(name: str, arch: str | None, host: Host, family: Family) -> Key:
    """Batch twin of ``reference.agent.apt.key_of``."""
    native = host.arch or ""
    own = native if arch in (None, family.independent_arch) else arch
    return (name if own == native else f"{name}:{own}"), own or ""
