"""Batch twin of ``reference.upcoming``: what waiting alone makes MISSING, each distinct package once a policy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from patchrules.batch.approvals import APPROVALS, LEFT_OUT, approved_since, passes_gate
from patchrules.batch.epochs import Compared, compared, written
from patchrules.batch.filters import filters_of, selects
from patchrules.batch.instants import microseconds
from patchrules.batch.keys import Bools, Ints, distinct, fold
from patchrules.batch.policy import Policy
from patchrules.batch.render import LEVELS, classifications, epoch_at, instants
from patchrules.batch.states import Packages, key_numbers, pairs_of
from patchrules.model.names import Approval

_PENDING = APPROVALS.index(Approval.PENDING_APPROVAL)


@dataclass(frozen=True, slots=True)
class Upcoming:
    """What some packages come to miss: one position a package and catalog row, in order of package and instant.

    ``owner`` is the position of the package, ``row`` that of the version in the policy's catalog and ``epoch`` its
    epoch as it was compared; ``level`` and ``rule`` are of the rule that approves it first.
    """

    owner: Ints
    row: Ints
    epoch: Ints
    level: Ints
    rule: Ints
    compared: Compared


def waiting(policy: Policy, until: int) -> Bools:
    """Say which patches are out and offered, and approved by a rule's delay before ``until``. O(catalog) in numpy."""
    found = policy.decisions
    ahead = (found.since >= microseconds(policy.settings.as_of)) & (found.since < until)
    return ahead & (found.approval == _PENDING) & policy.offered & (found.notes & LEFT_OUT == 0)


def names_waiting(policy: Policy, until: int) -> list[str]:
    """Return the packages that such patches are of."""
    names: list[str] = policy.catalog["name"].filter(pa.array(waiting(policy, until))).unique().to_pylist()
    return names


def upcoming(policy: Policy, packages: Packages, until: int) -> Upcoming:
    """Batch twin of ``reference.upcoming.upcoming``. O(packages x versions of their names) in numpy."""
    found, count = policy.decisions, packages.table.num_rows
    owner, row = pairs_of(policy, key_numbers(policy, packages))
    exists = found.notes[row] & LEFT_OUT == 0
    owner, row = owner[exists], row[exists]
    present, index = np.unique(row, return_inverse=True)
    codes, texts = distinct(policy.catalog["evr"].take(pa.array(present)))
    versions = compared(policy.family, packages.table["evr"].to_pylist(), texts, owner, codes[index])
    top = versions.installed.copy()
    approved = found.approves[row] & policy.offered[row]
    np.maximum.at(top, owner[approved], versions.pairs[approved])
    pair = np.flatnonzero(waiting(policy, until)[row] & (versions.pairs > top[owner]))
    rows, place = np.unique(row[pair], return_inverse=True)
    level, rule = (one[place] for one in first_rules(policy, rows))
    pair, level, rule = (one[_in_turn(policy, versions, owner, row, pair, level)] for one in (pair, level, rule))
    return Upcoming(owner[pair], row[pair], versions.pair_epoch[pair], level, rule, versions)


def _in_turn(policy: Policy, versions: Compared, owner: Ints, row: Ints, pair: Ints, level: Ints) -> Ints:
    """Return which pairs are the target of their package when they are approved, in order of package and instant.

    A pair is outdone by a version as high that is approved before it, or at the same instant and reported first.
    """
    if not len(pair):
        return pair
    version = np.unique(versions.pairs[pair], return_inverse=True)[1]
    since, rank = policy.decisions.since[row[pair]], policy.precedence[row[pair]]
    order = np.lexsort([rank, -level, -version, since, owner[pair]])
    height = (owner[pair] * (int(version.max()) + 1) + version)[order]
    highest = np.maximum.accumulate(height)
    # INVARIANT: the heights of a package lie above those of all packages before it.
    return order[np.diff(highest, prepend=-1) > 0]


def first_rules(policy: Policy, rows: Ints) -> tuple[Ints, Ints]:
    """Return the level and the number of the rule that approves each of some rows first: the highest, of equals."""
    catalog, host, facts = policy.catalog.take(pa.array(rows)), policy.host, policy.facts
    level, number = np.full(len(rows), -1, dtype=np.int64), np.zeros(len(rows), dtype=np.int64)
    baseline, decided = policy.baseline, policy.decisions
    for one, rule in enumerate(baseline.rules, 1):
        ends = approved_since(rule, decided.released_at[rows], facts)
        first = (ends == decided.since[rows]) & (rule.compliance_level.rank > level)
        if first.any():
            first &= selects(filters_of(rule, baseline, facts), catalog, host, facts)
            first &= passes_gate(catalog, facts, enabled=rule.enable_non_security)
            level[first], number[first] = rule.compliance_level.rank, one
    return level, number


def told(policy: Policy, packages: Packages, found: Upcoming, hosts: Ints) -> pa.Table:
    """Return ``model.columns.UPCOMING``; ``hosts`` is how many have each package. O(distinct patches) in Python."""
    arches, known = distinct(packages.table["arch"])
    of_pair = [found.row, found.epoch + 1, arches[found.owner]]
    ids, first = fold(of_pair)
    row = found.row[first]
    rows = policy.catalog.take(pa.array(row))
    of_package = [known[arch] for arch in arches[found.owner[first]].tolist()]
    targets = rows["evr"].to_pylist()
    if policy.family.scheme == "rpm":
        epochs = [epoch_at(found.compared, code) for code in found.epoch[first].tolist()]
        targets = [written(evr, epoch) for evr, epoch in zip(targets, epochs, strict=True)]
    number = np.bincount(ids, weights=hosts[found.owner], minlength=len(first)).astype(np.int64)
    return rows_of(policy, row, of_package, targets, found.level[first], found.rule[first], number)


def rows_of(
    policy: Policy, row: Ints, arches: list[str], targets: list[str], level: Ints, rule: Ints, hosts: Ints
) -> pa.Table:
    """Return ``model.columns.UPCOMING`` of some rows of a policy's catalog."""
    catalog, count = policy.catalog.take(pa.array(row)), len(row)
    names = catalog["name"].to_pylist()
    return pa.table(
        {
            "since": instants(policy.decisions.since[row]),
            "baseline": pa.array([policy.baseline.name] * count, pa.string()),
            "baseline_id": pa.array([policy.baseline.baseline_id or None] * count, pa.string()),
            "rule": pa.array(rule, pa.int32()),
            "family": pa.array([policy.family.name] * count, pa.string()),
            "id": pa.array([f"{name}.{arch}" if arch else name for name, arch in zip(names, arches, strict=True)], pa.string()),
            "name": pa.array(names, pa.string()),
            "target": pa.array(targets, pa.string()),
            "advisory": catalog["advisory"],
            "classification": pa.array(classifications(policy, row), pa.string()),
            "severity": pa.array([text or "" for text in catalog[policy.facts.severity].to_pylist()], pa.string()),
            "compliance_severity": pa.array([LEVELS[one] for one in level.tolist()], pa.string()),
            "hosts": pa.array(hosts, pa.int64()),
        }
    )
