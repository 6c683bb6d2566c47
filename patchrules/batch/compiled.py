"""Baselines and catalogs made ready for :class:`~patchrules.batch.evaluate.Evaluation`, in either dialect."""

from __future__ import annotations

import pyarrow as pa

from patchrules.batch import offer as documented
from patchrules.batch import policy
from patchrules.batch.agent import policy as agent
from patchrules.batch.offer import Offer
from patchrules.batch.policy import Policy
from patchrules.families import Facts, Family
from patchrules.model.baseline import Baseline
from patchrules.model.host import Host
from patchrules.model.verdict import Settings


def offer(catalog: pa.Table, host: Host, *, family: Family, facts: Facts) -> Offer:
    """Put a catalog in order for hosts like ``host``, in the dialect of ``facts``."""
    put = documented.offer if _documents(facts) else agent.offer
    return put(catalog, host, family=family, facts=facts)


def compiled(baseline: Baseline, offered: Offer, settings: Settings) -> Policy:
    """Compile ``baseline`` for the hosts that an offer is for."""
    return (policy.compiled if _documents(offered.facts) else agent.compiled)(baseline, offered, settings)


def _documents(facts: Facts) -> bool:
    """Say whether hosts are judged as AWS documents it."""
    return facts.states in ("documented", "updates")
