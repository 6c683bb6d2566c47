"""Batch twin of ``reference.upcoming``: what waiting alone makes MISSING, each distinct package once a policy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from patchrules.batch.approvals import APPROVALS, BIT, approved_since, selected_by
from patchrules.batch.epochs import Compared, compared
from patchrules.batch.filters import selects
from patchrules.batch.instants import NEVER, microseconds
from patchrules.batch.keys import Bools, Ints, distinct, fold, spans
from patchrules.batch.patterns import NOBODY
from patchrules.batch.policy import Policy
from patchrules.batch.render import LEVELS, classifications, instants, taken, with_epochs
from patchrules.batch.states import Packages, key_numbers, pairs_of
from patchrules.model.names import Approval, Note

_PENDING = APPROVALS.index(Approval.PENDING_APPROVAL)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What each patch of a policy's catalog waits for: the first instant at which it is approved (NEVER: it is not).

    ``level`` and ``rule`` are those that it then has, or has now; no rule is 0, as where the approved list decides.
    """

    instant: Ints
    level: Ints
    rule: Ints


@dataclass(frozen=True, slots=True)
class Upcoming:
    """What some packages come to miss: one position a package and instant, in order of the packages.

    ``owner`` is the position of the package, ``row`` that of the version in the policy's catalog and ``epoch`` its
    epoch as it was compared.
    """

    owner: Ints
    row: Ints
    epoch: Ints
    compared: Compared


_NO = np.zeros(0, dtype=np.int64)
_NOTHING = Upcoming(_NO, _NO, _NO, Compared(_NO, _NO, _NO, _NO, (), _NO.astype(np.bool_)))


def waiting(policy: Policy, until: int) -> Waiting:
    """Say what waits and is approved up to ``until``. O(catalog) in numpy, O(what waits) for each rule."""
    found, now = policy.decisions, microseconds(policy.settings.as_of)
    pending = (found.approval == _PENDING) & policy.offered & (found.notes & BIT[Note.OTHER_MAJOR] == 0)
    listed = found.entry != NOBODY
    first = np.where(listed, found.released_at, found.since)
    rows = np.flatnonzero(pending & (first >= now) & (first <= until))
    instant, level, rule = _first(policy, rows, listed[rows])
    some = np.flatnonzero((instant != NEVER) & (instant <= until))
    by_rule = found.approval == APPROVALS.index(Approval.APPROVED)
    whole = Waiting(np.full(len(pending), NEVER), found.level.copy(), np.where(by_rule, found.rule, 0))
    for column, values in ((whole.instant, instant), (whole.level, level), (whole.rule, rule)):
        column[rows[some]] = values[some]
    return whole


def _first(policy: Policy, rows: Ints, listed: Bools) -> tuple[Ints, Ints, Ints]:
    """Return when some rows are approved first, at which level, and by which rule: the highest, of equals the first.

    A delay lets through what is older than it, a date and a list what is out (3.4, 3.5).
    """
    catalog, host, facts = _texts_of(policy.catalog).take(pa.array(rows)), policy.host, policy.facts
    baseline, released_at = policy.baseline, policy.decisions.released_at[rows]
    instant = np.where(listed, released_at, NEVER)
    level, number = np.where(listed, baseline.approved_patches_level.rank, -1), np.zeros(len(rows), dtype=np.int64)
    highest = np.full(len(rows), -1, dtype=np.int64)
    for one, rule in enumerate(baseline.rules if len(rows) else (), 1):
        ends = approved_since(rule, released_at, facts)
        ends = np.where(ends == NEVER, NEVER, ends + (rule.approve_until is None))
        hit = (ends != NEVER) & ((instant == NEVER) | (ends <= instant))
        if hit.any():
            hit &= selects(baseline.global_filters, catalog, host, facts)
            hit &= selected_by(rule, baseline, catalog, host, facts)
        sooner = hit & ((instant == NEVER) | (ends < instant))
        level[sooner], highest[sooner], instant[sooner] = -1, -1, ends[sooner]
        higher = hit & (rule.compliance_level.rank > highest)
        highest[higher], number[higher] = rule.compliance_level.rank, one
        level = np.maximum(level, highest)
    return instant, level, np.where(listed, 0, number)


def _texts_of(catalog: pa.Table) -> pa.Table:
    """Return a catalog without its lists, which no rule reads and which cost most to copy."""
    return catalog.select([field.name for field in catalog.schema if not pa.types.is_nested(field.type)])


def names_waiting(policy: Policy, waits: Waiting) -> list[str]:
    """Return the packages that patches wait for."""
    names: list[str] = policy.catalog["name"].filter(pa.array(waits.instant != NEVER)).unique().to_pylist()
    return names


def upcoming(policy: Policy, packages: Packages, waits: Waiting) -> Upcoming:
    """Batch twin of ``reference.upcoming.upcoming``: each package a moment before an approval, and at it.

    O(packages x approvals and versions of their names) in numpy.
    """
    owner, row = pairs_of(policy, key_numbers(policy, packages))
    package, moment = _moments(owner, waits.instant[row])
    if not len(package):
        return _NOTHING
    start = np.searchsorted(owner, package, side="left")
    at, place = spans(start, np.searchsorted(owner, package, side="right") - start)
    row = row[place]
    there = exists(policy, row, moment[at])
    at, row = at[there], row[there]
    versions = compared(policy.family, policy.versions, packages.evrs.only(package), at, row)
    approved = policy.decisions.approves[row] | ((waits.instant[row] != NEVER) & (waits.instant[row] <= moment[at]))
    approved &= policy.offered[row]
    top = versions.installed.copy()
    np.maximum.at(top, at[approved], versions.pairs[approved])
    missing, lacked = top[1::2] > versions.installed[1::2], top[::2] > versions.installed[::2]
    turns = np.zeros(len(top), dtype=np.bool_)
    turns[1::2] = missing & (~lacked | (top[1::2] > top[::2]))
    pair = np.flatnonzero(approved & turns[at] & (versions.pairs == top[at]))
    pair = pair[np.lexsort([policy.precedence[row[pair]], -waits.level[row[pair]], at[pair]])]
    pair = pair[np.diff(at[pair], prepend=-1) > 0]
    return Upcoming(package[at[pair]], row[pair], versions.pair_epoch[pair], versions)


def _moments(owner: Ints, instant: Ints) -> tuple[Ints, Ints]:
    """Return two moments a package and approval: even positions lie just before it, odd ones at it."""
    approvals = np.flatnonzero(instant != NEVER)
    owner, instant = owner[approvals], instant[approvals]
    first = fold([owner, np.unique(instant, return_inverse=True)[1]])[1]
    package, moment = np.repeat(owner[first], 2), np.repeat(instant[first], 2)
    moment[::2] -= 1
    return package, moment


def exists(policy: Policy, row: Ints, moment: Ints) -> Bools:
    """Say which rows are there for the policy's hosts at some moments: what is not out yet comes out meanwhile."""
    notes = policy.decisions.notes[row]
    out = (notes & BIT[Note.NOT_YET_RELEASED] == 0) | (policy.decisions.released_at[row] <= moment)
    found: Bools = out & (notes & BIT[Note.OTHER_MAJOR] == 0)
    return found


def told(policy: Policy, packages: Packages, waits: Waiting, found: Upcoming, hosts: Ints) -> pa.Table:
    """Return ``model.columns.UPCOMING``; ``hosts`` is how many have each package. O(distinct patches) in Python."""
    arches, known = distinct(packages.table["arch"])
    ids, first = fold([found.row, found.epoch + 1, arches[found.owner]])
    row = found.row[first]
    targets = policy.catalog["evr"].take(pa.array(row))
    if policy.family.scheme == "rpm":
        targets = with_epochs(targets, found.compared.epochs, found.epoch[first])
    number = np.bincount(ids, weights=hosts[found.owner], minlength=len(first)).astype(np.int64)
    of_package = [known[arch] for arch in arches[found.owner[first]].tolist()]
    return rows_of(policy, row, (of_package, targets.to_pylist()), (waits.level[row], waits.rule[row]), number)


def rows_of(
    policy: Policy, row: Ints, texts: tuple[list[str], list[str]], graded: tuple[Ints, Ints], hosts: Ints
) -> pa.Table:
    """Return ``model.columns.UPCOMING`` of rows of a policy's catalog, with architectures and targets as they read.

    ``graded`` are levels and rules.
    """
    catalog, found, count = policy.catalog, policy.decisions, len(row)
    name, advisory, severity = (taken(catalog[one], row) for one in ("name", "advisory", policy.facts.severity))
    names, (arches, targets), (level, rule) = name.to_pylist(), texts, graded
    ids = [f"{name}.{arch}" if arch else name for name, arch in zip(names, arches, strict=True)]
    return pa.table(
        {
            "since": instants(np.where(found.since[row] == NEVER, found.released_at[row], found.since[row])),
            "baseline": pa.array([policy.baseline.name] * count, pa.string()),
            "baseline_id": pa.array([policy.baseline.baseline_id or None] * count, pa.string()),
            "rule": pa.array(rule, pa.int32(), mask=rule == 0),
            "family": pa.array([policy.family.name] * count, pa.string()),
            "id": pa.array(ids, pa.string()),
            "name": name,
            "target": pa.array(targets, pa.string()),
            "advisory": advisory,
            "classification": classifications(policy, row),
            "severity": pa.array([text or "" for text in severity.to_pylist()], pa.string()),
            "compliance_severity": pa.array([LEVELS[one] for one in level.tolist()], pa.string()),
            "hosts": pa.array(hosts, pa.int64()),
        }
    )
