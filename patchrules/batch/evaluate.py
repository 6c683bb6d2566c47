"""Batch twin of ``reference.evaluate``: rows of whole hosts in, counts per host and one verdict number per row out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from patchrules.batch import policy as policies
from patchrules.batch.agent import policy as agent
from patchrules.batch.fresh import Fresh
from patchrules.batch.instants import LONG_AGO, NEVER, instants_of
from patchrules.batch.keys import Bools, Ints, Vocabulary, counted, distinct, fold, lookup, ranks, spans
from patchrules.batch.pending import Judgeable, Memory, waits
from patchrules.batch.policy import Policy, key_of
from patchrules.batch.render import instants, rendered, title
from patchrules.batch.sets import InstalledSets
from patchrules.batch.states import STATES, Packages, Verdicts, installed_verdicts
from patchrules.batch.summaries import Judged, Known, Summary, fields, summed, together
from patchrules.batch.updates import Absent
from patchrules.families import Facts, Family
from patchrules.model.baseline import Baseline
from patchrules.model.columns import VERDICTS
from patchrules.model.host import Host
from patchrules.model.names import (
    BOOT_UNKNOWN,
    HALF_INSTALLED,
    HIDDEN,
    NON_COMPLIANT_STATES,
    NOT_CREDIBLE,
    SECURITY_CLASSIFICATIONS,
    Reason,
    State,
    Status,
)
from patchrules.model.verdict import Settings
from patchrules.sources import arrow
from patchrules.versions import SCHEMES

IDENTITY = ("name", "arch", "evr", "built", "priority", "section")
"""What the verdict on an installed package depends on, beside its policy."""

WAITING = {
    "state": State.INSTALLED_PENDING_REBOOT,
    "status": Status.NON_COMPLIANT,
    "reason": Reason.AWAITS_REBOOT,
}
"""What a verdict says where the package waits for a reboot; batch twin of ``reference.pending.waiting``."""


class Evaluation:
    """Judges one chunk of package rows after the other; what was decided once is looked up ever after.

    INVARIANT: a chunk holds every row of its hosts, so that the newest of several versions is found inside it.
    """

    def __init__(self, policies: Sequence[Policy], memory: Memory) -> None:
        """Start with nothing decided; ``memory`` is what the hosts remember, by their numbers."""
        self.policies = policies
        self.memory = memory
        self.sets = InstalledSets(policies)
        self._numbers: dict[tuple[object, ...], int] = {}
        self._keys = Vocabulary()
        self._key: list[int] = []
        self._age: list[tuple[object, ...]] = []
        self._last: list[bool] = []
        self._rows: list[int] = []
        self._known = [Known(*(np.zeros(0, kind) for kind in (int, int, int, bool, bool, bool)))]
        self._tables: list[Any] = []
        self._sets: dict[tuple[int, str | None, tuple[str, ...]], tuple[Ints, int]] = {}
        self._absences: dict[tuple[int, Absent], int] = {}
        self._seen: set[int] = set()

    def judge(self, packages: pa.Table, hosts: pa.ChunkedArray, policy_of_host: Sequence[int]) -> Judged:
        """Judge a table of ``model.columns.PACKAGES`` rows; hosts without a policy (-1) are passed over.

        Cost: O(rows) in Arrow and numpy with one sort; O(distinct packages not seen before) in Python.
        """
        numbers = pc.index_in(packages["host"], value_set=hosts.combine_chunks()).to_numpy().astype(np.int64)
        policy = np.array(policy_of_host, dtype=np.int64)[numbers]
        installed = ~lookup(packages["status"], lambda word: word != "installed")
        half = counted(numbers[~installed & (policy >= 0)], len(hosts))
        judged = installed & (policy >= 0)
        if not judged.all():
            packages, numbers, policy = packages.filter(pa.array(judged)), numbers[judged], policy[judged]
        package = self._packages(packages, policy)
        newest = self._newest(numbers, package, tie=self._tie(packages, policy))
        row, verdict = self._verdicts(package[newest])
        place = newest[row]
        waiting, untold = waits(self._judgeable(packages, numbers, policy, place, verdict), self.memory)
        judged_rows = Judged(
            host=numbers[place],
            verdict=verdict,
            waiting=waiting,
            held=lookup(packages["held"], bool)[place],
            installed_at=instants_of(packages["installed_at"])[place],
            doubts={HALF_INSTALLED: half, BOOT_UNKNOWN: counted(numbers[place][untold], len(hosts))},
        )
        sets = self.sets.of_hosts(packages["name"], numbers, policy)
        return together([judged_rows, self._absent(sets, policy_of_host)], len(hosts))

    def _judge_set(self, number: int, build: str | None, names: Sequence[str]) -> tuple[Ints, int]:
        """Return the numbers of the verdicts on what a set of installed updates lacks, and how many are hidden."""
        updates = self.sets.updates[number]
        absent, hidden = updates.absent(names, build)
        new = [one for one in dict.fromkeys(absent) if (number, one) not in self._absences]
        if new:
            first = len(self._key)
            self._remember(updates.tell(new), len(new))
            self._absences.update(((number, one), first + place) for place, one in enumerate(new))
        return np.array([self._absences[number, one] for one in absent], dtype=np.int64), hidden

    def rest(self, policy_of_host: Sequence[int]) -> Judged:
        """Judge the hosts that no chunk had a row of, where what is not installed is judged too."""
        left = [host for host, number in enumerate(policy_of_host) if number in self.sets.updates]
        return self._absent({host: () for host in left if host not in self._seen}, policy_of_host)

    def _absent(self, sets: Mapping[int, Sequence[str]], policy_of_host: Sequence[int]) -> Judged:
        """Judge the updates that hosts with some sets of installed ones do not have."""
        packages, owner, lost = [], [], np.zeros(len(policy_of_host), dtype=np.int64)
        self._seen.update(sets)
        for host, names in sets.items():
            key = (policy_of_host[host], self.memory.builds[host], tuple(names))
            if key not in self._sets:
                self._sets[key] = self._judge_set(*key)
            numbers, lost[host] = self._sets[key]
            packages.append(numbers)
            owner.append(np.full(len(numbers), host, dtype=np.int64))
        none = np.zeros(0, dtype=np.int64)
        row, verdict = self._verdicts(np.concatenate([none, *packages]))
        no = np.zeros(len(row), dtype=np.bool_)
        hosts = np.concatenate([none, *owner])[row]
        never = np.full(len(row), NEVER, dtype=np.int64)
        return Judged(host=hosts, verdict=verdict, waiting=no, held=no, installed_at=never, doubts={HIDDEN: lost})

    def summary(self, judged: Sequence[Judged], policy_of_host: Sequence[int]) -> Summary:
        """Return what the verdicts of every host add up to."""
        absent = np.array([int(policy.absent.sum()) for policy in self.policies] + [0], dtype=np.int64)
        ungraded = np.append(~self._by_history(), np.False_)
        whole, of_host = together(judged, len(policy_of_host)), list(policy_of_host)
        whole.doubts[NOT_CREDIBLE] = self.memory.not_credible
        return summed(whole, self._all_known(), absent[of_host], ungraded[of_host])

    def rows(self, judged: Sequence[Judged], hosts: pa.ChunkedArray, *, failing_only: bool) -> pa.Table:
        """Return ``model.columns.VERDICTS`` of the judged rows: gathers from the distinct verdicts."""
        schema = arrow.schema(VERDICTS)
        if not self._tables:
            return schema.empty_table()
        whole, distinct_verdicts = together(judged, len(hosts)), pa.concat_tables(self._tables)
        listed = self._all_known().failing[whole.verdict] | whole.waiting if failing_only else slice(None)
        verdict, host = pa.array(whole.verdict[listed]), pa.array(whole.host[listed])
        columns = {name: distinct_verdicts[name].take(verdict) for name in distinct_verdicts.column_names}
        waiting = pa.array(whole.waiting[listed])
        for name, value in WAITING.items():
            columns[name] = pc.if_else(waiting, str(value), columns[name])
        columns |= {"host": hosts.take(host), "held": pa.array(whole.held[listed])}
        columns["installed_at"] = instants(whole.installed_at[listed])
        return pa.table([columns[field.name].cast(field.type) for field in schema], schema=schema)

    def _judgeable(self, packages: pa.Table, numbers: Ints, policy: Ints, place: Ints, verdict: Ints) -> Judgeable:
        """Return what decides which of the judged rows wait for a reboot."""
        by_history = self._by_history()

        def titles(positions: Ints) -> list[str]:
            if not len(positions):
                return []
            columns = ("name", "arch", "installed")
            rows = pa.concat_tables(self._tables).select(columns).take(pa.array(verdict[positions]))
            found = zip(*(rows[name].to_pylist() for name in columns), strict=True)
            policies = [self.policies[number] for number in policy[place[positions]].tolist()]
            return [title(one, *parts) for one, parts in zip(policies, found, strict=True)]

        state, instants = self._all_known().state[verdict], instants_of(packages["installed_at"])
        return Judgeable(numbers[place], state, instants[place], by_history[policy[place]], titles)

    def _by_history(self) -> Bools:
        """Say of each policy whether the boot time decides what waits."""
        return np.array([one.facts.waiting == "history" for one in self.policies], dtype=np.bool_)

    def _all_known(self) -> Known:
        """Return what counting needs, one position per distinct verdict."""
        if len(self._known) > 1:
            self._known = [Known(*map(np.concatenate, zip(*map(fields, self._known), strict=True)))]
        return self._known[0]

    def _verdicts(self, package: Ints) -> tuple[Ints, Ints]:
        """Return the number of every verdict on some packages, and the position of the package it is on."""
        rows = np.array(self._rows, dtype=np.int64)
        if (rows == 1).all():
            return np.arange(len(package), dtype=np.int64), package
        return spans((np.cumsum(rows) - rows)[package], rows[package])

    def _packages(self, packages: pa.Table, policy: Ints) -> Ints:
        """Return the number of the distinct package of every row, judging what is new."""
        if not packages.num_rows:
            return np.zeros(0, dtype=np.int64)
        columns = [distinct(packages[name]) for name in IDENTITY]
        ids, first = fold([policy, *(codes for codes, _ in columns)])
        chosen = [policy[first].tolist()] + [[values[code] for code in codes[first]] for codes, values in columns]
        identities = list(zip(*chosen, strict=True))
        fresh: dict[int, list[tuple[Any, ...]]] = {}
        for identity in identities:
            if identity not in self._numbers:
                fresh.setdefault(identity[0], []).append(identity)
        for number, new in fresh.items():
            self._judge_new(number, new)
        return np.array([self._numbers[identity] for identity in identities], dtype=np.int64)[ids]

    def _judge_new(self, number: int, identities: Sequence[tuple[Any, ...]]) -> None:
        """Judge packages that this policy has not met, and remember the verdicts."""
        policy = self.policies[number]
        if number in self.sets.updates:
            found = self.sets.updates[number].installed(identities)
        else:
            found = (documented if policy.facts.states == "documented" else agent.judged)(policy, identities)
        self._remember(found, len(identities))
        for position, identity in enumerate(identities, len(self._key) - len(identities)):
            self._numbers[identity] = position

    def _remember(self, found: Fresh, packages: int) -> None:
        """Keep the verdicts on some packages under the next numbers."""
        if "chain" not in found.table.column_names:
            none = pa.array([[]] * found.table.num_rows, pa.list_(pa.string()))
            found = replace(found, table=found.table.append_column("chain", none))
        if self._tables:
            found = replace(found, table=found.table.select(self._tables[0].column_names))
        self._known.append(found.known)
        self._tables.append(found.table)
        self._rows += found.rows.tolist()
        self._key += [self._keys.number(key) for key in found.keys]
        self._age += found.ages
        self._last += [found.last] * packages

    def _tie(self, packages: pa.Table, policy: Ints) -> Ints:
        """Return what says which of several rows on one version counts: the last to be installed, then the held."""
        held = lookup(packages["held"], bool).astype(np.int64)
        tie = np.maximum(instants_of(packages["installed_at"]), NEVER // 4) * 2 + held
        return np.where(self._by_history()[policy], tie, 0)

    def _newest(self, host: Ints, package: Ints, tie: Ints) -> Ints:
        """Return the positions of the rows that count of their host, name and architecture (DECISIONS 14)."""
        key = np.array(self._key, dtype=np.int64)[package]
        ids, first = fold([host, key])
        if len(first) == len(host):
            return np.arange(len(host), dtype=np.int64)
        place = np.arange(len(host), dtype=np.int64)
        place = np.where(np.array(self._last, dtype=np.bool_)[package], place, len(host) - 1 - place)
        several = np.flatnonzero(np.bincount(ids)[ids] > 1)
        age = np.zeros(len(host), dtype=np.int64)
        by_age = np.lexsort([place[several], tie[several], ranks(self._age)[package[several]]])
        age[several[by_age]] = np.arange(len(several))
        newest = np.zeros(len(first), dtype=np.int64)
        np.maximum.at(newest, ids, age)
        return np.flatnonzero(age == newest[ids])


def compiled(
    baseline: Baseline, catalog: pa.Table, host: Host, *, family: Family, facts: Facts, settings: Settings
) -> Policy:
    """Compile ``baseline`` for hosts like ``host`` in the dialect of ``facts``: what :class:`Evaluation` judges by."""
    documents = facts.states in ("documented", "updates")
    compile_policy = policies.compiled if documents else agent.compiled
    return compile_policy(baseline, catalog, host, family=family, facts=facts, settings=settings)


def documented(policy: Policy, identities: Sequence[tuple[Any, ...]]) -> Fresh:
    """Batch twin of ``reference.evaluate.documented``: judge packages as AWS documents it."""
    packages = settled(policy, identities)
    found = installed_verdicts(policy, packages)
    table = rendered(policy, packages, found)
    arches, sort_key = packages.table["arch"].to_pylist(), SCHEMES[policy.family.scheme].sort_key
    return Fresh(
        table=table,
        known=_countable(policy, found, table),
        rows=np.ones(len(identities), dtype=np.int64),
        keys=[key_of(one[1], arch, policy.host, policy.family) for one, arch in zip(identities, arches, strict=True)],
        ages=[
            (sort_key(evr), evr, arch, built is not None, built or LONG_AGO)
            for (_, _, _, evr, built, *_), arch in zip(identities, arches, strict=True)
        ],
    )


def settled(policy: Policy, identities: Sequence[tuple[Any, ...]]) -> Packages:
    """Batch twin of ``reference.evaluate.settled``: packages with an architecture, and where it was assumed."""
    _, names, arches, *others = map(list, zip(*identities, strict=True))
    arches = arches if policy.family.has_arch else [""] * len(names)
    likely = {policy.host.arch, policy.family.independent_arch}
    assumed = np.array([arch is None for arch in arches], dtype=np.bool_)
    for position in np.flatnonzero(assumed).tolist():
        found = policy.arches.get(names[position], set()) & likely
        arches[position] = next(iter(found)) if len(found) == 1 else policy.host.arch or ""
    types = [pa.string(), pa.string(), pa.string(), pa.timestamp("us", tz="UTC"), pa.string(), pa.string()]
    columns = [pa.array(values, kind) for values, kind in zip([names, arches, *others], types, strict=True)]
    return Packages(pa.table(dict(zip(IDENTITY, columns, strict=True))), assumed)


def _countable(policy: Policy, found: Verdicts, table: pa.Table) -> Known:
    """Return what counting needs of freshly judged packages."""
    failing_states = [STATES.index(state) for state in NON_COMPLIANT_STATES]
    return Known(
        state=found.state,
        level=found.level,
        notes=found.notes,
        failing=np.isin(found.state, failing_states),
        security=lookup(table["classification"], lambda text: text.lower() in SECURITY_CLASSIFICATIONS),
        absent=(found.key >= 0) & (policy.absent[found.key.clip(0)] if len(policy.absent) else False),
    )
