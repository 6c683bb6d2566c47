"""Installed packages judged as AWS documents it, each distinct one once a policy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from patchrules.batch.fresh import Fresh
from patchrules.batch.instants import LONG_AGO
from patchrules.batch.packages import IDENTITY
from patchrules.batch.policy import Policy, arches_of, key_of
from patchrules.batch.render import rendered
from patchrules.batch.states import STATES, Packages, Verdicts, at, installed_verdicts
from patchrules.batch.tally import Known
from patchrules.model.names import NON_COMPLIANT_STATES
from patchrules.versions import SCHEMES


def documented(policy: Policy, identities: Sequence[tuple[Any, ...]]) -> Fresh:
    """Batch twin of ``reference.evaluate.documented``: judge packages as AWS documents it."""
    packages = settled(policy, identities)
    found = installed_verdicts(policy, packages)
    arches = packages.table["arch"].to_pylist()
    return Fresh(
        known=_countable(policy, found),
        rows=np.ones(len(identities), dtype=np.int64),
        rendered=lambda some: rendered(policy, packages.only(some), found.only(some)),
        key=lambda position: key_of(identities[position][1], arches[position], policy.host, policy.family),
        age=lambda position: age(policy, identities[position], arches[position]),
    )


def age(policy: Policy, identity: tuple[Any, ...], arch: str) -> tuple[Any, ...]:
    """Return what says which of several installed versions counts: the highest, else what their texts say."""
    _, _, _, evr, built, *_ = identity
    return SCHEMES[policy.family.scheme].sort_key(evr), evr, arch, built is not None, built or LONG_AGO


def settled(policy: Policy, identities: Sequence[tuple[Any, ...]]) -> Packages:
    """Batch twin of ``reference.evaluate.settled``: packages with an architecture, and where it was assumed."""
    _, names, arches, *others = map(list, zip(*identities, strict=True))
    arches = arches if policy.family.has_arch else [""] * len(names)
    likely = {policy.host.arch, policy.family.independent_arch}
    assumed = np.array([arch is None for arch in arches], dtype=np.bool_)
    unsaid = np.flatnonzero(assumed).tolist()
    known = arches_of(policy.catalog, {names[position] for position in unsaid}) if unsaid else {}
    for position in unsaid:
        found = known.get(names[position], set()) & likely
        arches[position] = next(iter(found)) if len(found) == 1 else policy.host.arch or ""
    types = [pa.string(), pa.string(), pa.string(), pa.timestamp("us", tz="UTC"), pa.string(), pa.string()]
    columns = [pa.array(values, kind) for values, kind in zip([names, arches, *others], types, strict=True)]
    return Packages(pa.table(dict(zip(IDENTITY, columns, strict=True))), assumed)


def _countable(policy: Policy, found: Verdicts) -> Known:
    """Return what counting needs of freshly judged packages."""
    failing_states = [STATES.index(state) for state in NON_COMPLIANT_STATES]
    return Known(
        state=found.state,
        level=found.level,
        notes=found.notes,
        failing=np.isin(found.state, failing_states),
        security=(found.shown >= 0) & at(policy.secure, found.shown),
        absent=(found.key >= 0) & (policy.absent[found.key.clip(0)] if len(policy.absent) else False),
    )
