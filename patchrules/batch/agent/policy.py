"""One baseline compiled for the hosts of one profile as AWS's engine reads it, and packages judged by it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from patchrules.batch.agent import AGENTS
from patchrules.batch.agent.common import Pool, Rows, in_order, pool_of_keys, pool_of_packages
from patchrules.batch.agent.render import rendered
from patchrules.batch.approvals import decisions, each
from patchrules.batch.fresh import Fresh
from patchrules.batch.keys import Bools, Ints, lookup
from patchrules.batch.offer import Offer, by_key
from patchrules.batch.policy import Policy
from patchrules.batch.states import FAILS
from patchrules.batch.tally import Known
from patchrules.families import Facts, Family
from patchrules.model.baseline import Baseline
from patchrules.model.host import Host
from patchrules.model.names import SECURITY_CLASSIFICATIONS
from patchrules.model.verdict import Settings

_TEXT, _INSTANT = pa.string(), pa.timestamp("us", tz="UTC")


def offer(catalog: pa.Table, host: Host, *, family: Family, facts: Facts) -> Offer:
    """Put a catalog in order for hosts like ``host``: what ``batch.offer.offer`` is to the documented dialect.

    Rows are not merged: of several on one version the first of the catalog speaks. Cost: as there.
    """
    rows = AGENTS[facts.states].patches(catalog, host, family, facts)
    agree = np.zeros(rows.num_rows, dtype=np.bool_)
    return by_key(rows, agree, host, family=family, facts=facts, offered=_offered, precede=_as_they_come)


def _offered(catalog: pa.Table) -> Bools:
    """Return which patches can be installed."""
    return lookup(catalog["offered"], bool)


def _as_they_come(catalog: pa.Table) -> Ints:
    """Return the precedence of patches: the first of the catalog speaks."""
    return np.arange(catalog.num_rows, dtype=np.int64)


def compiled(baseline: Baseline, offer: Offer, settings: Settings) -> Policy:
    """Compile ``baseline`` for the hosts that ``offer`` is for: what ``batch.policy.compiled`` is there."""
    found = decisions(
        baseline, offer.catalog, each, offer.host, family=offer.family, facts=offer.facts, settings=settings
    )
    absent = np.zeros(len(offer.keys), dtype=np.bool_)
    policy = Policy.of(offer, baseline=baseline, settings=settings, decisions=found, absent=absent)
    return dataclasses.replace(policy, absent=AGENTS[offer.facts.states].absent(pool_of_keys(policy)))


def judged(policy: Policy, identities: Sequence[tuple[Any, ...]]) -> Fresh:
    """Judge packages as AWS's engine does; an identity is a policy's number, then ``batch.packages.IDENTITY``."""
    agent = AGENTS[policy.facts.states]
    _, names, arches, evrs, *others = map(list, zip(*identities, strict=True))
    keys = [agent.key_of(name, arch, policy.host, policy.family) for name, arch in zip(names, arches, strict=True)]
    columns = {"name": [name for name, _ in keys], "arch": [arch for _, arch in keys], "evr": evrs}
    columns |= dict(zip(("built", "priority", "section"), others, strict=True))
    types = {"built": _INSTANT}
    packages = pa.table({name: pa.array(values, types.get(name, _TEXT)) for name, values in columns.items()})
    pool = pool_of_packages(policy, packages)
    rows = in_order(agent.verdicts(pool))
    table = rendered(pool, rows, agent.cves(pool, rows))
    return Fresh(
        known=countable(pool, rows, table, keys),
        rows=np.bincount(rows.owner, minlength=len(identities)).astype(np.int64),
        rendered=lambda some: table.take(pa.array(some)),
        key=keys.__getitem__,
        age=lambda position: agent.age(evrs[position], policy.facts, policy.family),
        last=agent.LAST,
    )


def countable(pool: Pool, rows: Rows, table: pa.Table, keys: Sequence[tuple[str, str]]) -> Known:
    """Return what counting needs; the first verdict on a package says that its key is not absent."""
    policy = pool.policy
    key = policy.keys.numbers(*zip(*keys, strict=True))
    present = key >= 0
    present[present] = policy.absent[key[present]]
    return Known(
        state=rows.state,
        level=rows.level,
        notes=np.zeros(len(rows.owner), dtype=np.int64),
        failing=FAILS[rows.state],
        security=lookup(table["classification"], lambda text: text.lower() in SECURITY_CLASSIFICATIONS),
        absent=present[rows.owner] & (np.diff(rows.owner, prepend=-1) > 0),
    )
