"""Batch twin of ``reference.approvals``: what a baseline says of every row of a catalog."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from patchrules.batch.dates import READINGS
from patchrules.batch.filters import filters_of, selects
from patchrules.batch.instants import LAST, NEVER, instants_of, microseconds
from patchrules.batch.keys import Bools, Ints, lookup
from patchrules.batch.patterns import NOBODY, identifies, names
from patchrules.families import Facts, Family, built_for, major_of
from patchrules.model.baseline import ApprovalRule, Baseline
from patchrules.model.host import Host
from patchrules.model.module import streams
from patchrules.model.names import Approval, MissingDate, Note
from patchrules.model.verdict import Settings

APPROVALS = tuple(Approval)
NOTES = tuple(Note)
BIT = {note: 1 << position for position, note in enumerate(NOTES)}
"""A note as one bit, so that the notes of several rows unite by ``|``."""

_DAY = timedelta(days=1) // timedelta(microseconds=1)

Alike = Callable[[Ints], tuple[Ints, Ints]]
"""Returns all rows that could be of the version of some rows, and a number for the version of each."""

LEFT_OUT = BIT[Note.NOT_YET_RELEASED] | BIT[Note.OTHER_MAJOR]


@dataclass(frozen=True, slots=True)
class Decisions:
    """Batch twin of many ``Decision``: one position per catalog row.

    ``approval`` indexes APPROVALS, ``level`` is a compliance level's rank, ``rule`` counts from 1 (0: none), ``entry``
    is the position in the approved (where rejected: rejected) list (NOBODY: none), ``released_at`` and ``since`` are
    microseconds since 1970 (NEVER: none), ``clock`` is a position in ``facts.clocks`` (-1: none), ``notes`` holds bits.
    """

    approval: Ints
    level: Ints
    rule: Ints
    entry: Ints
    released_at: Ints
    clock: Ints
    since: Ints
    notes: Ints

    def only(self, some: Ints) -> Decisions:
        """Return the decisions at some positions."""
        return Decisions(*(getattr(self, one.name)[some] for one in dataclasses.fields(self)))

    @property
    def approves(self) -> Bools:
        """Return which rows are approved, by rule or by list."""
        by_rule: Bools = self.approval == APPROVALS.index(Approval.APPROVED)
        by_list: Bools = self.approval == APPROVALS.index(Approval.EXPLICIT_APPROVED)
        return np.logical_or(by_rule, by_list)

    @property
    def rejected(self) -> Bools:
        """Return which rows the rejected list means."""
        rejected: Bools = self.approval == APPROVALS.index(Approval.EXPLICIT_REJECTED)
        return rejected


def decisions(
    baseline: Baseline,
    catalog: pa.Table,
    alike: Alike,
    host: Host,
    *,
    family: Family,
    facts: Facts,
    settings: Settings,
) -> Decisions:
    """Batch twin of ``reference.approvals.decision``; ``alike`` says which rows are of one version."""
    found = approvals(baseline, catalog, host, facts, settings)
    entry = rejections(baseline, catalog, alike, facts)
    rejected = entry != NOBODY
    other_major = np.where(same_major(catalog, host, family, facts), 0, BIT[Note.OTHER_MAJOR])
    unreleased = found.notes & BIT[Note.NOT_YET_RELEASED]
    about = np.where(module_unknown(catalog, host, facts), other_major | BIT[Note.MODULE_UNKNOWN], other_major)
    return Decisions(
        approval=np.where(rejected, APPROVALS.index(Approval.EXPLICIT_REJECTED), found.approval),
        level=np.where(rejected, 0, found.level),
        rule=np.where(rejected, 0, found.rule),
        entry=np.where(rejected, entry, found.entry),
        released_at=found.released_at,
        clock=found.clock,
        since=np.where(rejected, NEVER, found.since),
        notes=np.bitwise_or(np.where(rejected, unreleased, found.notes), about),
    )


def approvals(baseline: Baseline, catalog: pa.Table, host: Host, facts: Facts, settings: Settings) -> Decisions:
    """Batch twin of ``reference.approvals.approval``. Cost: a few passes over the catalog per rule; no host is read."""
    rows = catalog.num_rows
    released_at, clock = released(catalog, facts)
    as_of = microseconds(settings.as_of)
    lets_through = selects(baseline.global_filters, catalog, host, facts)
    entry = listed(baseline, catalog, lets_through, facts)
    is_listed = entry != NOBODY
    unreleased = (released_at != NEVER) & (released_at > as_of) & facts.time_travel
    level, rule = np.full(rows, -1, dtype=np.int64), np.zeros(rows, dtype=np.int64)
    selecting, since = np.zeros(rows, dtype=np.int64), np.full(rows, NEVER, dtype=np.int64)
    for number, approval_rule in enumerate(baseline.rules, 1):
        selected = lets_through & selected_by(approval_rule, baseline, catalog, host, facts)
        approved = selected & ~unreleased & old_enough(approval_rule, released_at, facts, settings)
        rank = approval_rule.compliance_level.rank
        higher = approved & (rank > level)
        level[higher], rule[higher] = rank, number
        selecting[selected & (selecting == 0)] = number
        flips_at = approved_since(approval_rule, released_at, facts)
        sooner = selected & (flips_at != NEVER) & ((since == NEVER) | (flips_at < since))
        since[sooner] = flips_at[sooner]
    level = np.maximum(level, 0)
    level = np.where(is_listed & ~unreleased, np.maximum(level, baseline.approved_patches_level.rank), level)
    status = np.full(rows, APPROVALS.index(Approval.NOT_SELECTED), dtype=np.int64)
    status[(selecting > 0) | is_listed] = APPROVALS.index(Approval.PENDING_APPROVAL)
    status[rule > 0] = APPROVALS.index(Approval.APPROVED)
    status[is_listed & ~unreleased] = APPROVALS.index(Approval.EXPLICIT_APPROVED)
    notes = np.where(unreleased, BIT[Note.NOT_YET_RELEASED], 0)
    if facts.clocks:
        notes |= np.where((released_at == NEVER) & (selecting > 0) & ~is_listed, BIT[Note.NO_DATE], 0)
    return Decisions(
        approval=status,
        level=level,
        rule=np.where(rule > 0, rule, selecting),
        entry=entry,
        released_at=released_at,
        clock=clock,
        since=np.where(is_listed, NEVER, since),
        notes=notes,
    )


def listed(baseline: Baseline, catalog: pa.Table, lets_through: Bools, facts: Facts) -> Ints:
    """Batch twin of ``reference.approvals.listed``: the position of the entry for each row, else NOBODY.

    ``lets_through`` says which rows pass the global filters.
    """
    if not baseline.approved_patches:
        return np.full(catalog.num_rows, NOBODY, dtype=np.int64)
    entry = names(baseline.approved_patches, catalog, facts)
    entry = np.where(lets_through | ("names" not in facts.globals_bind), entry, NOBODY)
    by_id = identifies(baseline.approved_patches, catalog, facts.approved_ids)
    by_id = np.where(lets_through | ("ids" not in facts.globals_bind), by_id, NOBODY)
    entry = np.where(entry == NOBODY, by_id, entry)
    entry[~passes_gate(catalog, facts, enabled=baseline.approved_patches_enable_non_security)] = NOBODY
    return entry


def selected_by(rule: ApprovalRule, baseline: Baseline, catalog: pa.Table, host: Host, facts: Facts) -> Bools:
    """Batch twin of ``reference.approvals.selects``: say which rows pass the filters of one rule, and its gate."""
    selected = selects(filters_of(rule, baseline, facts), catalog, host, facts)
    return selected & passes_gate(catalog, facts, enabled=rule.enable_non_security)


def rejections(baseline: Baseline, catalog: pa.Table, alike: Alike, facts: Facts) -> Ints:
    """Batch twin of ``reference.approvals.rejection``: the first rejected entry that means each row's version."""
    entry = names(baseline.rejected_patches, catalog, facts)
    entry = np.minimum(entry, identifies(baseline.rejected_patches, catalog, facts.rejected_ids))
    rows, versions = alike(np.flatnonzero(entry != NOBODY))
    of_version = np.full(len(rows), NOBODY, dtype=np.int64)
    np.minimum.at(of_version, versions, entry[rows])
    entry[rows] = of_version[versions]
    return entry


def each(rows: Ints) -> tuple[Ints, Ints]:
    """Say that every row is of a version of its own.

    >>> [found.tolist() for found in each(np.array([4, 7]))]
    [[4, 7], [0, 1]]
    """
    return rows, np.arange(len(rows), dtype=np.int64)


def same_major(catalog: pa.Table, host: Host, family: Family, facts: Facts) -> Bools:
    """Batch twin of ``reference.approvals.same_major``."""
    tag, major = family.dist_tag, major_of(family, host.product)
    if tag is None or not tells_majors(host, family, facts):
        return np.ones(catalog.num_rows, dtype=np.bool_)
    return ~lookup(catalog["evr"], lambda evr: built_for(tag, evr) not in (None, major))


def tells_majors(host: Host, family: Family, facts: Facts) -> bool:
    """Say whether versions tell which major release they were built for, and hosts which one they are."""
    return facts.majors and family.dist_tag is not None and major_of(family, host.product) is not None


def module_unknown(catalog: pa.Table, host: Host, facts: Facts) -> Bools:
    """Say of which rows nobody knows whether the host has enabled their module stream."""
    if not facts.modules or host.enabled_modules is not None:
        return np.zeros(catalog.num_rows, dtype=np.bool_)
    return lookup(catalog["module"], lambda _: True)


def is_enabled(catalog: pa.Table, host: Host, facts: Facts) -> Bools:
    """Batch twin of ``reference.approvals.is_enabled``."""
    if not facts.modules or host.enabled_modules is None:
        return np.ones(catalog.num_rows, dtype=np.bool_)
    enabled = host.enabled_modules
    return ~lookup(catalog["module"], lambda module: streams(module).isdisjoint(enabled))


def passes_gate(catalog: pa.Table, facts: Facts, *, enabled: bool) -> Bools:
    """Batch twin of ``reference.approvals.passes_gate``."""
    if enabled or facts.security_gate == "none":
        return np.ones(catalog.num_rows, dtype=np.bool_)
    if facts.security_gate == "notice":
        return lookup(catalog["advisory"], lambda _: True)
    if facts.security_gate == "metadata":
        return lookup(catalog["classification"], bool) & lookup(catalog["severity"], lambda _: True)
    if facts.security_gate == "agent-archive":
        trusted = ~lookup(catalog["trusted"], lambda flag: not flag)
        archive = lookup(catalog["repository"], lambda text: "security" in text.lower())
        return trusted & (archive | lookup(catalog["site"], lambda text: "security.debian.org" in text))
    return lookup(catalog["security"], bool)


def released(catalog: pa.Table, facts: Facts) -> tuple[Ints, Ints]:
    """Batch twin of ``reference.approvals.released``: microseconds since 1970 and the position of the clock."""
    if facts.dates != "documented":
        return READINGS[facts.dates](catalog)
    instants = np.full(catalog.num_rows, NEVER, dtype=np.int64)
    clock = np.full(catalog.num_rows, -1, dtype=np.int64)
    for position, name in enumerate(facts.clocks):
        column = instants_of(catalog[name])
        usable = (clock == -1) & (column != NEVER)
        instants[usable], clock[usable] = column[usable], position
    return instants, clock


def old_enough(rule: ApprovalRule, released_at: Ints, facts: Facts, settings: Settings) -> Bools:
    """Batch twin of ``reference.approvals.old_enough``."""
    if not facts.clocks:
        return np.ones(len(released_at), dtype=np.bool_)
    if rule.approve_until is not None:
        old = released_at // _DAY <= days_since_1970(rule.approve_until)
    else:
        old = released_at < microseconds(settings.as_of) - rule.delay // timedelta(microseconds=1)
    return np.where(released_at == NEVER, settings.missing_date is MissingDate.APPROVE, old)


def days_since_1970(day: date) -> int:
    """Return the number of a day, as ``released_at // _DAY`` counts them.

    >>> days_since_1970(date(1970, 1, 2))
    1
    """
    return (day - date(1970, 1, 1)).days


def approved_since(rule: ApprovalRule, released_at: Ints, facts: Facts) -> Ints:
    """Batch twin of ``reference.approvals.since`` for one rule: NEVER where waiting decides nothing."""
    if not facts.clocks:
        return np.full(len(released_at), NEVER, dtype=np.int64)
    if rule.approve_until is None:
        ends = released_at + rule.delay // timedelta(microseconds=1)
        return np.where((released_at == NEVER) | (ends > microseconds(LAST)), NEVER, ends)
    return np.where(released_at // _DAY <= days_since_1970(rule.approve_until), released_at, NEVER)
