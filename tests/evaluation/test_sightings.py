"""Which packages were seen under which policy: counted over many portions and many policies in little memory."""

from __future__ import annotations

import tracemalloc
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest

from patchrules.batch import sightings
from patchrules.batch.compiled import compiled, offer
from patchrules.batch.instants import microseconds
from patchrules.batch.packages import PackageNumbers
from patchrules.batch.rows import coded
from patchrules.batch.upcoming import waiting
from patchrules.evaluation.nouns import catalog_table
from patchrules.families import facts_of, family_named
from patchrules.model.baseline import ApprovalRule, Baseline
from patchrules.model.host import Host
from patchrules.model.names import OperatingSystem
from patchrules.model.patch import Patch
from patchrules.model.verdict import Settings
from patchrules.testing.strategies import T0

PROD = Baseline("prod", OperatingSystem.CENTOS, rules=(ApprovalRule(approve_after_days=7, enable_non_security=True),))
PATCHES = [Patch(name, "x86_64", "0:2-1", issued=T0 - timedelta(days=1)) for name in ("bash", "sudo")]
ROW = {"arch": "x86_64", "evr": "0:1-1"}


def policy_and_waits():
    """Return a policy under which patches of bash and sudo wait."""
    given = Settings(as_of=T0)
    family = family_named("centos")
    facts = facts_of(family, given.dialect, "CentOS8")
    host = Host("", "centos", "CentOS8", "x86_64")
    policy = compiled(PROD, offer(catalog_table(PATCHES), host, family=family, facts=facts), given)
    return policy, waiting(policy, microseconds(T0 + timedelta(days=30)))


def seen_by(policies, portions):
    """See portions, each as names of one package a host and the numbers of their policies."""
    numbers = PackageNumbers()
    seen = sightings.Sightings(numbers)
    for number in policies:
        seen.add(number, *policy_and_waits())
    for names, policy_of_host in portions:
        table = pa.table({"name": names, **{name: [text] * len(names) for name, text in ROW.items()}})
        seen.see(coded(table, np.ones(len(names), dtype=np.int64), numbers), policy_of_host)
    return seen


def told(seen):
    """Return how many hosts of each policy have each package, policies in order."""
    return [
        dict(zip(packages.table["name"].to_pylist(), hosts.tolist(), strict=True))
        for _, _, packages, hosts in seen.counted()
    ]


PORTIONS = [
    (["bash", "sudo", "bash", "kernel"], [0, 1, 1, 0]),
    (["sudo", "bash", "bash", "bash", "bash", "bash"], [1, 0, 1, 1, 0, 2]),
    ([], []),
    (["kernel"], [1]),
]


@pytest.mark.parametrize("apart", [1, 3, sightings._APART])
def test_portions_are_added_up_whenever_they_are_many(apart, monkeypatch):
    monkeypatch.setattr(sightings, "_APART", apart)
    assert told(seen_by([0, 1], PORTIONS)) == [{"bash": 3}, {"bash": 3, "sudo": 2}]


def test_what_is_kept_does_not_grow_with_the_portions(monkeypatch):
    monkeypatch.setattr(sightings, "_APART", 4)
    seen = seen_by([0, 1], PORTIONS * 50)
    assert told(seen) == [{"bash": 150}, {"bash": 150, "sudo": 100}]
    assert sum(len(policy) for policy, _, _ in seen._seen) < 10


def test_policies_of_any_number_are_counted_in_the_memory_of_their_hosts():
    last = 50_000_000
    tracemalloc.start()
    try:
        seen = seen_by([0, last], [(["bash", "sudo", "bash"], [0, last, last])])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert told(seen) == [{"bash": 1}, {"bash": 1, "sudo": 1}]
    assert peak < 50_000_000
