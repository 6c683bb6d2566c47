"""Batch twin of ``reference.evaluate``: rows of whole hosts in, counts per host and the verdicts to list out.

The way of a row: its package has a number, package and policy look up one more number in a table, and that number says
which row of counts it adds to its host. Everything else is done once for a distinct package and policy.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from patchrules.batch.absent import Absences, AbsentSet
from patchrules.batch.agent import policy as agent
from patchrules.batch.contradicted import contradicted
from patchrules.batch.documented import documented
from patchrules.batch.fresh import Fresh
from patchrules.batch.instants import NEVER
from patchrules.batch.keys import Bools, Codes, Grown, Ints, Vocabulary, counted, fold, ranks, spans
from patchrules.batch.listing import Listed, Listing
from patchrules.batch.packages import Numbers, PackageNumbers
from patchrules.batch.pending import Judgeable, Memory, waits
from patchrules.batch.policy import Policy
from patchrules.batch.render import title
from patchrules.batch.rows import Rows, blocks
from patchrules.batch.tally import FAILING, MEASURES, Known, Summary, measured, measured_waiting, summed
from patchrules.model.names import BOOT_UNKNOWN, CONTRADICTED, HALF_INSTALLED, HIDDEN, NOT_CREDIBLE, Note

_UNKNOWN, _WANTED = -1, -2
_LIKELY, _FEW = 500, 10_000
"""Packages that are judged before a host has them, beside few that must be: a wrong guess costs no more than a call."""

NOT_JUDGED = 0
"""What the table says of rows that count for nothing: hosts without a policy, packages that are not installed."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What the rows of some hosts were found to be: each host's policy, and what each row adds to the counts.

    ``unmet`` are blocks of hosts, and of their rows, of which some are yet to be judged.
    """

    policy: Ints
    kinds: Codes
    unmet: Sequence[tuple[slice, slice]]


@dataclass(frozen=True, slots=True)
class Judged:
    """What the verdicts on some hosts add up to, one position a host, and the verdicts to list in order of host."""

    summary: Summary
    listed: Listed


class Evaluation:
    """Judges the rows of some hosts after those of others; what was decided once is looked up ever after.

    INVARIANT: all rows of a host are judged together, so that the newest of several versions is found among them.
    """

    def __init__(self, numbers: PackageNumbers, *, failing_only: bool = False) -> None:
        """Start with nothing decided; ``numbers`` are those that rows are coded with."""
        self.numbers = numbers
        self.policies: list[Policy] = []
        self.listing = Listing()
        self._failing_only = failing_only
        self._absences = Absences(numbers)
        # A package that was judged under a policy has a number, and one for what it adds to the counts of its host,
        # which every row looks up: it is narrow. Number 0 is NOT_JUDGED in both.
        self._table, self._kinds = np.zeros((1, 0), dtype=np.int32), np.zeros((1, 0), dtype=np.int16)
        self._met: dict[str, Bools] = {}
        self._start, self._count = Grown(np.int64), Grown(np.int64)
        self._owner: list[tuple[int, Any]] = []
        self._verdicts = 0
        self._known = [Known(*(np.zeros(0, kind) for kind in (int, int, int, bool, bool, bool)))]
        self._classes = Vocabulary()
        self._start.append([0])
        self._count.append([0])
        self._classes.number(np.zeros(MEASURES, dtype=np.int64).tobytes())

    def add(self, policy: Policy) -> int:
        """Take in a policy and return its number."""
        self.policies.append(policy)
        self._absences.add(len(self.policies) - 1, policy)
        return len(self.policies) - 1

    def look(self, rows: Rows, policy_of_host: Sequence[int]) -> Looked:
        """Look up the rows of some hosts; ``policy_of_host`` has the number of each one's policy, -1 for none.

        What is new is marked, and judged with the first rows that are judged next: of several looks at once, together.
        Cost: O(rows) in numpy, a gather; a fleet's rows are looked at in blocks that stay in a core's cache.
        """
        self._make_room()
        policy = np.array(policy_of_host, dtype=np.int64)
        kinds, unmet = np.empty(len(rows.package), dtype=self._kinds.dtype), []
        for hosts, some in blocks(rows.lengths):
            place = self._places(rows, policy, hosts, some)
            found = self._kinds.ravel().take(place)
            if found.min(initial=0) < 0:
                self._table.ravel()[place[found < 0]] = _WANTED
                unmet.append((hosts, some))
            kinds[some] = found
        return Looked(policy, kinds, unmet)

    def judge(self, rows: Rows, looked: Looked, memory: Memory) -> Judged:
        """Judge the rows of some hosts, which were looked up.

        Cost: O(rows) in numpy, a count; O(packages that a policy has not met) in Python.
        """
        policy = looked.policy
        host = np.repeat(np.arange(len(policy), dtype=np.int32), rows.lengths)
        kinds = self._met_now(rows, looked)
        kinds[self._older(rows, host, policy)] = NOT_JUDGED
        listable = self._listable(rows, memory)
        counts, positions = self._counted(rows, kinds, listable)
        doubts = self._doubts(rows, host, policy, memory)
        judged = self._judged(rows, host, policy, positions)
        owner, verdict = spans(self._start.values[judged], self._count.values[judged])
        row = positions[owner]
        waiting = np.zeros(len(row), dtype=np.bool_)
        if may_wait(rows, memory):
            waiting, untold = waits(self._judgeable(rows, host, policy, row, verdict), memory)
            counts += self._waiting(host[row[waiting]], verdict[waiting], policy)
            doubts[BOOT_UNKNOWN] = counted(host[row[untold]], len(policy))
        held = np.zeros(len(row), dtype=np.bool_) if rows.held is None else rows.held[row]
        listed = self._kept(Listed(host[row], verdict, waiting, held, installed_at(rows, row)))
        absent = self._absences.of_hosts(rows, host, policy, memory.builds, self._remember)
        listed = self._with_absent(listed, counts, doubts, absent)
        lacking = np.array([int(one.absent.sum()) for one in self.policies] + [0], dtype=np.int64)
        return Judged(summed(counts, lacking[policy], doubts), listed)

    def _met_now(self, rows: Rows, looked: Looked) -> Codes:
        """Return what every row's package adds to the counts under its host's policy, judging what is new."""
        kinds = looked.kinds.astype(self._kinds.dtype, copy=False)
        for hosts, some in looked.unmet:
            place = self._places(rows, looked.policy, hosts, some)
            # INVARIANT: what was marked when it was looked up is marked still, or was judged with other rows.
            if self._kinds.ravel().take(place).min(initial=0) < 0:
                self._judge_wanted()
                kinds = kinds.astype(self._kinds.dtype, copy=False)
            kinds[some] = self._kinds.ravel().take(place)
        return kinds

    def _places(self, rows: Rows, policy: Ints, hosts: slice, some: slice) -> Ints:
        """Return where in the table the packages of some rows are, under the policies of their hosts."""
        place = np.repeat((policy[hosts] + 1) * self._table.shape[1], rows.lengths[hosts])
        if rows.installed is not None:
            place[~rows.installed[some]] = 0
        place += rows.package[some]
        return place

    def _judge_wanted(self) -> None:
        """Judge what is marked in the table. Cost: a pass over the table, which is less than a sort of rows."""
        # INVARIANT: every mark is gone when what it marks was judged.
        wanted, width = np.flatnonzero(self._table == _WANTED), self._table.shape[1]
        for number in np.unique(wanted // width).tolist():
            mine = wanted[wanted // width == number] % width
            likely = self._likely(number - 1) if len(mine) < _FEW else mine[:0]
            self._judge_new(number - 1, np.concatenate([mine, likely]))

    def _judged(self, rows: Rows, host: Codes, policy: Ints, positions: Ints) -> Numbers:
        """Return the numbers of what was judged of some rows, NOT_JUDGED for what is not installed."""
        found: Numbers = self._table[policy[host[positions]] + 1, rows.package[positions]]
        return found if rows.installed is None else np.where(rows.installed[positions], found, np.int32(NOT_JUDGED))

    def _likely(self, number: int) -> Ints:
        """Return some packages that this policy is likely to meet, because others of its family have met them.

        Judging them beside those that must be judged costs little; judging them later costs a call each time. Cost: a
        pass over the packages so far.
        """
        met = self._met_by(self.policies[number].family.name)
        return np.flatnonzero(met & (self._table[number + 1] == _UNKNOWN))[:_LIKELY]

    def _met_by(self, family: str) -> Bools:
        """Say of every package whether a policy of a family has met it."""
        known = self._met.get(family, np.zeros(0, dtype=np.bool_))
        if len(known) < self._table.shape[1]:
            known = np.append(known, np.zeros(self._table.shape[1] - len(known), dtype=np.bool_))
            self._met[family] = known
        return known

    def _make_room(self) -> None:
        """Make the table large enough for every package and policy; it doubles, so that this is rare."""
        lines, width = self._table.shape
        wanted = (len(self.policies) + 1, len(self.numbers))
        if lines < wanted[0] or width < wanted[1]:
            larger = np.full((max(lines, wanted[0]), max(width, 2 * wanted[1])), _UNKNOWN, dtype=np.int32)
            larger[:lines, :width] = self._table
            larger[0] = NOT_JUDGED
            self._table = larger
            kinds = np.full(larger.shape, _UNKNOWN, dtype=self._kinds.dtype)
            kinds[:lines, :width] = self._kinds
            kinds[0] = NOT_JUDGED
            self._kinds = kinds

    def _judge_new(self, number: int, packages: Ints) -> None:
        """Judge packages that this policy has not met, and remember the verdicts."""
        policy = self.policies[number]
        fresh = self._fresh(number, policy, packages)
        place = len(self._start.values)
        first, rows = self._remember(fresh)
        self._start.append(first + np.cumsum(fresh.rows) - fresh.rows)
        self._count.append(fresh.rows)
        kinds = self._classes_of(rows, np.repeat(np.arange(len(packages)), fresh.rows), len(packages))
        if len(self._classes) > np.iinfo(self._kinds.dtype).max:
            self._kinds = self._kinds.astype(np.int32)
        self._kinds[number + 1, packages] = kinds
        self._owner.append((place, fresh))
        self._table[number + 1, packages] = np.arange(place, place + len(packages))
        self._met_by(policy.family.name)[packages] = True

    def _fresh(self, number: int, policy: Policy, packages: Ints) -> Fresh:
        """Return the verdicts of a policy on some packages."""
        if policy.facts.states == "documented":
            return documented(policy, self.numbers, packages)
        identities = [(number, *identity) for identity in self.numbers.identities(packages)]
        if number in self._absences.updates:
            return self._absences.updates[number].installed(identities)
        return agent.judged(policy, identities)

    def _classes_of(self, rows: Ints, owner: Ints, packages: int) -> Ints:
        """Return a number for the sum of the rows of counts of each package; few distinct ones exist."""
        if np.array_equal(owner, np.arange(packages)):
            # One verdict a package: numbers are drawn from the verdicts' own few kinds.
            kinds, first = fold(list(rows.T))
            return self._classes.numbers(row.tobytes() for row in rows[first])[kinds]
        added = np.zeros((packages, MEASURES), dtype=np.int64)
        np.add.at(added, owner, rows)
        return self._classes.numbers(row.tobytes() for row in added)

    def _remember(self, fresh: Fresh) -> tuple[int, Ints]:
        """Keep verdicts under the next numbers; return the first one, and what each adds to the counts of a host."""
        first = self._verdicts
        self._known.append(fresh.known)
        self.listing.add(fresh)
        self._verdicts += len(fresh.known.state)
        return first, measured(fresh.known)

    def _older(self, rows: Rows, host: Codes, policy: Ints) -> Ints:
        """Return the positions of the rows that another of their host, name and architecture outdoes (DECISIONS 14).

        Cost: O(rows whose name is repeated on their host).
        """
        judged = self._judged(rows, host, policy, rows.repeated)
        some: Ints = rows.repeated[judged != NOT_JUDGED]
        if not len(some):
            return some
        packages, place = np.unique(judged[judged != NOT_JUDGED], return_inverse=True)
        keys, ages, last = self._keys_and_ages(packages)
        ids, first = fold([host[some], keys[place]])
        if len(first) == len(some):
            return some[:0]
        position = np.where(last[place], some, -some)
        tie = self._tie(rows, some, policy[host[some]])
        order = np.lexsort([position, tie, ages[place]])
        rank = np.empty(len(some), dtype=np.int64)
        rank[order] = np.arange(len(some))
        newest = np.zeros(len(first), dtype=np.int64)
        np.maximum.at(newest, ids, rank)
        older: Ints = some[rank != newest[ids]]
        return older

    def _keys_and_ages(self, packages: Numbers) -> tuple[Ints, Ints, Bools]:
        """Return, of some judged packages, numbers for their keys, ranks of their ages, and whether the last counts."""
        keys, ages, last = Vocabulary(), [], []
        numbers = []
        owner = np.searchsorted([start for start, _ in self._owner], packages, side="right") - 1
        for one, number in zip(owner.tolist(), packages.tolist(), strict=True):
            start, fresh = self._owner[one]
            numbers.append(keys.number(fresh.key(number - start)))
            ages.append(fresh.age(number - start))
            last.append(fresh.last)
        return np.array(numbers, dtype=np.int64), ranks(ages), np.array(last, dtype=np.bool_)

    def _tie(self, rows: Rows, some: Ints, policy: Ints) -> Ints:
        """Return what says which of several rows on one version counts: the last to be installed, then the held."""
        held = np.zeros(len(some), dtype=np.int64) if rows.held is None else rows.held[some].astype(np.int64)
        instants = installed_at(rows, some)
        return np.where(self._by_history()[policy], np.maximum(instants, NEVER // 4) * 2 + held, 0)

    def _counted(self, rows: Rows, kinds: Codes, listable: Bools) -> tuple[Ints, Ints]:
        """Return the added up rows of counts of every host, and the positions of rows whose class is ``listable``.

        Few distinct rows of counts exist, so it is counted how often each occurs on each host: O(rows) for one gather
        and one count, then a product of small matrices.
        """
        classes = len(self._classes)
        often = np.empty((len(rows.lengths), classes), dtype=np.int64)
        found = [np.zeros(0, dtype=np.int64)]
        for hosts, some in blocks(rows.lengths):
            own, kind = rows.lengths[hosts], kinds[some].astype(np.intp)
            cell = np.repeat(np.arange(len(own)) * classes, own)
            cell += kind
            often[hosts] = counted(cell, len(own) * classes).reshape(len(own), classes)
            found.append(np.flatnonzero(listable[kind]) + some.start)
        added: Ints = often @ np.array(list(map(_row, self._classes.values)))
        return added, np.concatenate(found)

    def _doubts(self, rows: Rows, host: Codes, policy: Ints, memory: Memory) -> dict[str, Ints]:
        """Return the counts of what is doubtful about each host rather than about a verdict."""
        none = np.zeros(len(policy), dtype=np.int64)
        half = none if rows.installed is None else counted(host[~rows.installed], len(policy))
        return {
            HALF_INSTALLED: np.where(policy >= 0, half, 0),
            BOOT_UNKNOWN: none,
            CONTRADICTED: contradicted(rows, host, policy, self.policies, self.numbers),
            HIDDEN: none.copy(),
            str(Note.NOT_YET_RELEASED): none.copy(),
            NOT_CREDIBLE: memory.not_credible,
        }

    def _listable(self, rows: Rows, memory: Memory) -> Bools:
        """Say of which classes verdicts may be listed: of all but NOT_JUDGED's, or of those that fail."""
        if self._failing_only and not may_wait(rows, memory):
            return np.array([measure[FAILING].any() for measure in map(_row, self._classes.values)], dtype=np.bool_)
        return np.arange(len(self._classes)) > 0

    def _judgeable(self, rows: Rows, host: Codes, policy: Ints, row: Ints, verdict: Ints) -> Judgeable:
        """Return what decides which of the verdicts wait for a reboot."""

        def titles(positions: Ints) -> list[str]:
            texts = self.listing.texts(verdict[positions], ("name", "arch", "installed")) if len(positions) else []
            owners = policy[host[row[positions]]].tolist()
            return [title(self.policies[one], *parts) for one, parts in zip(owners, texts, strict=True)]

        by_history = self._by_history()[policy[host[row]]]
        return Judgeable(host[row], self._all_known().state[verdict], installed_at(rows, row), by_history, titles)

    def _waiting(self, host: Codes, verdict: Ints, policy: Ints) -> Ints:
        """Return what changes in the counts of hosts because some verdicts wait for a reboot."""
        found = Known(*(column[verdict] for column in fields(self._all_known())))
        changed = np.zeros((len(policy), MEASURES), dtype=np.int64)
        np.add.at(changed, host, measured_waiting(found, ~self._by_history()[policy[host]]) - measured(found))
        return changed

    def _kept(self, listed: Listed) -> Listed:
        """Return the verdicts that are listed: those that fail, or all."""
        if not self._failing_only:
            return listed
        kept = self._all_known().failing[listed.verdict] | listed.waiting
        if kept.all():
            return listed
        return Listed(*(column[kept] for column in fields(listed)))

    def _with_absent(
        self, listed: Listed, counts: Ints, doubts: dict[str, Ints], absent: Sequence[tuple[int, AbsentSet]]
    ) -> Listed:
        """Add the verdicts on what hosts have not: to the counts and doubts in place, to the list in order of host."""
        if not absent:
            return listed
        for host, found in absent:
            counts[host] += found.counts
            for code, count in found.doubts.items():
                doubts[code][host] += count
        numbers = [found.verdict for _, found in absent]
        hosts = np.repeat([host for host, _ in absent], [len(one) for one in numbers]).astype(np.int64)
        no = np.zeros(len(hosts), dtype=np.bool_)
        more = self._kept(Listed(hosts, np.concatenate(numbers), no, no, np.full(len(hosts), NEVER)))
        every = [np.concatenate(pair) for pair in zip(fields(listed), fields(more), strict=True)]
        order = np.argsort(every[0], kind="stable")
        return Listed(*(column[order] for column in every))

    def _by_history(self) -> Bools:
        """Say of each policy whether the boot time decides what waits; the last is that of no policy."""
        return np.array([*(one.facts.waiting == "history" for one in self.policies), False], dtype=np.bool_)

    def _all_known(self) -> Known:
        """Return what counting needs, one position per distinct verdict."""
        if len(self._known) > 1:
            self._known = [Known(*map(np.concatenate, zip(*map(fields, self._known), strict=True)))]
        return self._known[0]


def installed_at(rows: Rows, positions: Ints) -> Ints:
    """Return when what some rows speak of was installed, NEVER where they do not say."""
    return np.full(len(positions), NEVER) if rows.installed_at is None else rows.installed_at[positions]


def may_wait(rows: Rows, memory: Memory) -> bool:
    """Say whether anything here can wait for a reboot: somebody says when it was installed, or remembers it."""
    return rows.installed_at is not None or bool(memory.previous)


def fields(noun: Known | Listed) -> list[Any]:
    """Return the fields of a noun in order, to put several together."""
    return [getattr(noun, one.name) for one in dataclasses.fields(noun)]


def _row(measure: bytes) -> Ints:
    """Return a row of counts that was kept as bytes."""
    return np.frombuffer(measure, dtype=np.int64)
