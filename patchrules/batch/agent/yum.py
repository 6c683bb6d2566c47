"""Batch twin of ``reference.agent.yum``: the states of yum hosts, as AWS's engine decides them (SEMANTICS 5.4)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from patchrules.batch.agent.common import Pool, Rows, blocks, cves_of, highest, lists, missing, override, row, runs
from patchrules.batch.keys import Bools, Ints, distinct, fold, lookup
from patchrules.batch.states import NOTHING, STATES
from patchrules.families import Facts, Family
from patchrules.model.host import Host
from patchrules.model.names import ComplianceLevel, State
from patchrules.versions import SCHEMES

LAST = False
"""Of equal installed versions of one package the first counts."""


def patches(catalog: pa.Table, host: Host, family: Family, facts: Facts) -> pa.Table:  # noqa: ARG001 - as every agent
    """Return the catalog as yum's code reads it."""
    return titled(first_notices(catalog))


def key_of(name: str, arch: str | None, host: Host, family: Family) -> tuple[str, str]:  # noqa: ARG001 - as every agent
    """Return the name and architecture of a package."""
    return name, arch or ""


def age(evr: str, facts: Facts, family: Family) -> tuple[bytes, ...]:
    """Batch twin of ``reference.agent.yum.newest``: of several installed versions the newest counts (Q18)."""
    return (SCHEMES[facts.order or family.scheme].sort_key(evr),)


def absent(pool: Pool) -> Bools:
    """Say which keys a host that lacks them gets NOT_APPLICABLE for."""
    listed: Bools = targets(pool) != NOTHING
    return listed


def verdicts(pool: Pool) -> Iterator[Rows]:
    """Batch twin of ``reference.agent.yum.verdicts``, for what is installed."""
    return of_installed(pool, targets(pool), listed(pool))


def targets(pool: Pool) -> Ints:
    """Return the best approved version of each package where it is offered: no older one is tried instead (Q17)."""
    can_run = runs(pool.policy, pool.table)[pool.record]
    found = best(pool, pool.decisions.approves[pool.record] & can_run)
    return np.where(pool.true_of(lookup(pool.table["offered"], bool), found), found, NOTHING)


def of_installed(pool: Pool, target: Ints, override: Ints) -> Iterator[Rows]:
    """Batch twin of ``reference.agent.yum.of_installed``."""
    wanted, order = pool.order_of(target), pool.order_of(override)
    newer, failed = wanted > pool.here, order > pool.here
    yield row(failed, State.FAILED, override, decided=override)
    rest = ~(failed & newer & (wanted <= order))
    nothing = rest & (target == NOTHING)
    rejected = pool.decisions.rejected[pool.own] & blocks(pool.policy)
    undecided = np.full_like(target, NOTHING)
    yield row(nothing & rejected, State.INSTALLED_REJECTED, pool.own, decided=undecided)
    yield row(nothing & ~rejected, State.INSTALLED_OTHER, pool.own, decided=undecided)
    level = pool.level_of(target)
    yield row(rest & newer, missing(pool.policy), target, level=level, decided=target)
    yield row(rest & ~nothing & ~newer, State.INSTALLED, target, titled=pool.own, level=level, decided=target)


def cves(pool: Pool, rows: Rows) -> list[list[str]]:
    """Return the CVE ids of what is not there, for each row; what an override list wanted tells none (28)."""
    listed = (rows.state == STATES.index(State.FAILED)) & (override(pool.policy) is not None)
    return cves_of(pool, rows, np.where(listed, NOTHING, rows.decided))


def titled(catalog: pa.Table) -> pa.Table:
    """Batch twin of ``reference.agent.yum.titled``. O(distinct texts) in Python."""
    for name in ("classification", "severity"):
        codes, texts = distinct(catalog[name])
        cased = pa.array([text and text.title() for text in texts], pa.string())
        position = catalog.schema.get_field_index(name)
        catalog = catalog.set_column(position, name, cased.take(pa.array(codes)))
    return catalog


def first_notices(catalog: pa.Table) -> pa.Table:
    """Batch twin of ``reference.agent.yum.first_notices``."""
    if not catalog.num_rows:
        return catalog
    ids, first = fold([distinct(catalog["advisory"])[0]])
    keep = np.ones(catalog.num_rows, dtype=np.bool_)
    for name in ("classification", "severity", "issued_text", "updated_text"):
        codes = distinct(catalog[name])[0]
        keep &= codes == codes[first[ids]]
    return catalog.filter(pc.or_(pc.is_null(catalog["advisory"]), pa.array(keep)))


def best(pool: Pool, among: Bools) -> Ints:
    """Batch twin of ``reference.agent.yum.best``."""
    level = pool.decisions.level[pool.record]
    return highest(pool, pool.order[pool.record] * len(ComplianceLevel) + level, among)


def listed(pool: Pool) -> Ints:
    """Batch twin of ``reference.agent.yum.listed``."""
    known = lookup(pool.table["offered"], bool) & ~pool.decisions.rejected & lists(pool.policy, pool.table)
    return highest(pool, pool.order[pool.record], known[pool.record])
