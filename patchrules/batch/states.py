"""Batch twin of ``reference.states``: where each distinct installed package stands under one policy."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from patchrules.batch.answers import Answers, Texts
from patchrules.batch.approvals import BIT, LEFT_OUT, Decisions, decisions, each, same_major, tells_majors
from patchrules.batch.epochs import Compared, compared
from patchrules.batch.keys import Bools, Ints, distinct, fold, spans
from patchrules.batch.overrides import listed, override_of, unmet
from patchrules.batch.package_keys import key_of
from patchrules.batch.patterns import could_mean, names
from patchrules.batch.policy import Policy
from patchrules.model.names import NON_COMPLIANT_STATES, Note, Reason, RejectedPatchesAction, State

STATES = tuple(State)
REASONS = tuple(Reason)

FAILS = np.array([state in NON_COMPLIANT_STATES for state in STATES])
"""Which states do not comply, by their positions in STATES."""

OWN = -1
"""The catalog row of "the installed version itself, which the catalog does not know"."""

NOTHING = -2
"""The catalog row of "no version"."""

_Kind = TypeVar("_Kind", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Packages:
    """Distinct installed packages: a table of columns ``name arch evr built priority section``, and some as codes.

    ``arch`` is settled; ``assumed`` says where it was not stated.
    """

    table: pa.Table
    names: Texts
    evrs: Texts
    assumed: Bools

    def only(self, some: Ints) -> Packages:
        """Return the packages at some positions."""
        return Packages(
            self.table.take(pa.array(some)), self.names.only(some), self.evrs.only(some), self.assumed[some]
        )


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Batch twin of many ``Verdict``: one position per distinct installed package.

    ``state`` and ``reason`` index STATES and REASONS; ``deciding``, ``shown`` and ``target`` are rows of the policy's
    catalog, OWN or NOTHING; ``notes`` holds bits; ``key`` is the policy's key number (-1: not in the catalog). The
    epochs that were compared are positions in ``epochs``, that of a target only where it is a row of the catalog.
    """

    state: Ints
    reason: Ints
    level: Ints
    deciding: Ints
    shown: Ints
    target: Ints
    installed_epoch: Ints
    target_epoch: Ints
    notes: Ints
    key: Ints
    own: Decisions
    epochs: Sequence[int]

    def only(self, some: Ints) -> Verdicts:
        """Return the verdicts at some positions."""
        parts = {one.name: getattr(self, one.name) for one in dataclasses.fields(self)}
        arrays = {name: values[some] for name, values in parts.items() if name not in ("own", "epochs")}
        return Verdicts(**arrays, own=self.own.only(some), epochs=self.epochs)


def installed_verdicts(policy: Policy, packages: Packages) -> Verdicts:
    """Judge every package against the versions the catalog has for it. O(packages x versions of their names)."""
    count, found = packages.table.num_rows, policy.decisions
    own = own_decisions(policy, packages)
    key = key_numbers(policy, packages)
    owner, row = pairs_of(policy, key)
    about = np.zeros(count, dtype=np.int64)
    np.bitwise_or.at(about, owner, found.notes[row] & (LEFT_OUT | BIT[Note.ROWS_DISAGREE]))
    exists = found.notes[row] & LEFT_OUT == 0
    owner, row = owner[exists], row[exists]
    versions = compared(policy.family, policy.versions, packages.evrs, owner, row)
    same = versions.pairs == versions.installed[owner]
    known = np.bincount(owner[same], minlength=count) > 0
    target, target_pair, newer = targets(policy, own, versions, owner, row, same, known)
    wanted, wanted_pair = wanted_by_list(policy, versions, owner, row, count)
    listed = wanted >= 0
    target, target_pair = np.where(listed, wanted, target), np.where(listed, wanted_pair, target_pair)
    itself = first(owner[same], policy.precedence[row[same]], row[same], count)
    rejecting = same & found.rejected[row]
    rejected_row = np.where(own.rejected, OWN, first(owner[rejecting], row[rejecting], row[rejecting], count))
    rejected = own.rejected | (np.bincount(owner[rejecting], minlength=count) > 0)
    state, reason = states_of(policy, newer, listed, rejected, target != NOTHING)
    approved = listed | newer | ((target != NOTHING) & ~rejected)
    deciding = np.where(approved, target, np.where(rejected, rejected_row, itself))
    notes = np.bitwise_or(np.where(deciding >= 0, at(found.notes, deciding), own.notes), about)
    notes |= np.where(versions.doubtful, BIT[Note.EPOCH_UNKNOWN], 0)
    notes |= np.where(packages.assumed, BIT[Note.ARCH_UNKNOWN], 0)
    level = np.where(deciding >= 0, at(found.level, deciding), own.level)
    return Verdicts(
        state=state,
        reason=reason,
        level=np.where(approved, level, 0),
        deciding=deciding,
        shown=np.where(approved, target, itself),
        target=target,
        installed_epoch=versions.installed_epoch,
        target_epoch=at(versions.pair_epoch, target_pair),
        notes=notes,
        key=key,
        own=own,
        epochs=versions.epochs,
    )


def own_decisions(policy: Policy, packages: Packages) -> Decisions:
    """Decide on what is installed as patches that no notice names and no repository offers.

    Cost: that of naming their kinds; a kind is decided on when it is first met.
    """
    ids, one_of, kinds = kinds_of(policy, packages)
    found = policy.kinds.decided(kinds, lambda new: _decided(policy, packages.table.take(pa.array(one_of[new]))))
    return found.only(ids)


def kinds_of(policy: Policy, packages: Packages) -> tuple[Ints, Ints, list[tuple[Any, ...]]]:
    """Return the number of each package's kind, a package of each kind, and what a decision reads of it.

    INVARIANT: name, architecture and version are read only by list entries and for the release they were built for.
    """
    baseline, kinds, table = policy.baseline, policy.kinds, packages.table
    read = [
        _entries(baseline.approved_patches, policy, packages, kinds.approved),
        _entries(baseline.rejected_patches, policy, packages, kinds.rejected),
        _majors(policy, packages),
    ]
    others = [table[name] for name in table.column_names if name not in ("name", "arch", "evr")]
    # A column that says nothing tells no kinds apart; those of rpm say nothing.
    said = [distinct(column) for column in others if column.null_count < len(column)]
    ids, one_of = fold([*read, *(codes for codes, _ in said)])
    columns = [column[one_of].tolist() for column in read]
    columns += [column.take(pa.array(one_of)).to_pylist() for column in others]
    return ids, one_of, list(zip(*columns, strict=True))


def _entries(entries: Sequence[str], policy: Policy, packages: Packages, known: Answers) -> Ints:
    """Return the first entry of a list that names each package, the number after the last one where none does.

    Cost: what :func:`names` costs of the packages whose name an entry could mean.
    """
    found = np.full(len(packages.assumed), len(entries), dtype=np.int64)
    if entries:
        rows = np.flatnonzero(known.of(packages.names, could_mean(entries, policy.facts)))
        if len(rows):
            named = names(entries, packages.table.take(pa.array(rows)), policy.facts)
            # "No entry" is a small number, too: columns of small numbers are folded with one sort.
            found[rows] = named.clip(max=len(entries))
    return found


def _majors(policy: Policy, packages: Packages) -> Ints:
    """Say of each package whether it was built for the hosts' major release, 1, or for another, 0."""
    host, family, facts = policy.host, policy.family, policy.facts
    if not tells_majors(host, family, facts):
        return np.ones(len(packages.assumed), dtype=np.int64)
    return policy.kinds.majors.of(
        packages.evrs, lambda new: same_major(pa.table({"evr": pa.array(new, pa.string())}), host, family, facts)
    )


def _decided(policy: Policy, packages: pa.Table) -> Decisions:
    """Decide on packages as rows of a catalog that says nothing else of them."""
    count = packages.num_rows
    columns = [
        packages[field.name].cast(field.type) if field.name in packages.column_names else pa.nulls(count, field.type)
        for field in policy.catalog.schema
    ]
    return decisions(
        policy.baseline,
        pa.table(columns, schema=policy.catalog.schema),
        each,
        policy.host,
        family=policy.family,
        facts=policy.facts,
        settings=policy.settings,
    )


def key_numbers(policy: Policy, packages: Packages) -> Ints:
    """Return the policy's key number of every package, -1 where the catalog does not have its name and architecture."""
    arches, known = distinct(packages.table["arch"])
    native = [key_of("", arch, policy.host, policy.family)[1] for arch in known]
    name = policy.kinds.keys.of(packages.names, policy.keys.names_at)
    return policy.keys.numbers_at(name, policy.keys.arches_at(native)[arches])


def pairs_of(policy: Policy, key: Ints) -> tuple[Ints, Ints]:
    """Return every (package, catalog row of its key) as two columns of positions, in catalog order."""
    start, stop = policy.starts[key.clip(0)], policy.starts[np.where(key < 0, 0, key + 1)]
    return spans(start, np.where(key < 0, 0, stop - start))


def targets(
    policy: Policy,
    own: Decisions,
    versions: Compared,
    owner: Ints,
    row: Ints,
    same: Bools,
    known: Bools,
) -> tuple[Ints, Ints, Bools]:
    """Return the catalog row of each package's target, the pair it came from, and whether it is newer (5.3, 3.9).

    Candidates are the approved versions that are offered or installed (DECISIONS 12); an installed version that the
    catalog does not know is its own.
    """
    count = len(known)
    candidate = policy.decisions.approves[row] & (policy.offered[row] | same)
    top = np.full(count, -1, dtype=np.int64)
    np.maximum.at(top, owner[candidate], versions.pairs[candidate])
    highest = np.flatnonzero(candidate & (versions.pairs == top[owner]))
    pair = first(owner[highest], policy.precedence[row[highest]], highest, count)
    target = np.where(pair >= 0, at(row, pair), NOTHING)
    itself = ~known & own.approves & (versions.installed > top)
    target[itself], pair[itself] = OWN, -1
    return target, pair, (target >= 0) & (top > versions.installed)


def wanted_by_list(policy: Policy, versions: Compared, owner: Ints, row: Ints, count: int) -> tuple[Ints, Ints]:
    """Return the catalog row that an InstallOverrideList wants for each package, and the pair it came from (4.8)."""
    nothing = np.full(count, NOTHING, dtype=np.int64)
    if not override_of(policy.settings):
        return nothing, nothing
    meant = listed(policy.settings, policy.catalog, policy.facts) & policy.offered
    candidate = meant[row] & (versions.pairs > versions.installed[owner])
    top = np.full(count, -1, dtype=np.int64)
    np.maximum.at(top, owner[candidate], versions.pairs[candidate])
    highest = np.flatnonzero(candidate & (versions.pairs == top[owner]))
    pair = first(owner[highest], policy.precedence[row[highest]], highest, count)
    return np.where(pair >= 0, at(row, pair), NOTHING), pair


def first(owner: Ints, rank: Ints, value: Ints, count: int) -> Ints:
    """Return, for each owner, the value with the lowest rank; OWN for owners without any."""
    lowest = np.full(count, np.iinfo(np.int64).max, dtype=np.int64)
    np.minimum.at(lowest, owner, rank)
    found = np.full(count, OWN, dtype=np.int64)
    hit = rank == lowest[owner]
    found[owner[hit]] = value[hit]
    return found


def at(values: npt.NDArray[_Kind], positions: Ints) -> npt.NDArray[_Kind]:
    """Return the values at some positions; anything where the position is negative, for the caller to mask."""
    return values[positions.clip(0)] if len(values) else np.zeros(len(positions), dtype=values.dtype)


def states_of(policy: Policy, newer: Bools, listed: Bools, rejected: Bools, approved: Bools) -> tuple[Ints, Ints]:
    """Decide states and reasons, in the order of SEMANTICS 5.3: the last assignment wins."""
    missing = unmet(policy.settings)
    blocks = policy.baseline.rejected_patches_action is RejectedPatchesAction.BLOCK
    refused = State.INSTALLED_REJECTED if blocks else State.INSTALLED_OTHER
    why = Reason.REJECTED_BLOCKED if blocks else Reason.REJECTED_ALLOWED
    state = np.full(len(newer), STATES.index(State.INSTALLED_OTHER), dtype=np.int64)
    reason = np.full(len(newer), REASONS.index(Reason.NOTHING_APPROVED), dtype=np.int64)
    state[approved], reason[approved] = STATES.index(State.INSTALLED), REASONS.index(Reason.UP_TO_DATE)
    state[rejected], reason[rejected] = STATES.index(refused), REASONS.index(why)
    state[newer], reason[newer] = STATES.index(missing), REASONS.index(Reason.NEWER_APPROVED)
    state[listed], reason[listed] = STATES.index(State.FAILED), REASONS.index(Reason.LISTED_NEWER)
    return state, reason
