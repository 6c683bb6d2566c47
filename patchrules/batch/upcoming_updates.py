"""Batch twin of ``reference.upcoming`` for hosts that are judged by their updates: each distinct set of them once."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa

from patchrules.batch.approvals import BIT
from patchrules.batch.keys import Bools, Grown, Ints
from patchrules.batch.packages import PackageNumbers
from patchrules.batch.policy import Policy
from patchrules.batch.rows import Rows
from patchrules.batch.states import STATES
from patchrules.batch.upcoming import rows_of, waiting
from patchrules.batch.updates import Updates
from patchrules.model.names import Note, State

_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_MISSING = STATES.index(State.MISSING)

Later = Callable[[datetime], Policy]
"""Compiles a policy for a Scan at another instant."""


class UpdateSets:
    """Counts hosts by policy, build and set of installed updates, for policies under which an update waits."""

    def __init__(self, numbers: PackageNumbers) -> None:
        """Start with no policy; ``numbers`` are those that rows are coded with."""
        self._numbers = numbers
        self._policies: dict[int, tuple[Policy, Later]] = {}
        self._updates: dict[int, Updates] = {}
        self._relevant: dict[int, Grown] = {}
        self._seen: Counter[tuple[int, str | None, bytes]] = Counter()

    def add(self, number: int, policy: Policy, later: Later) -> None:
        """Take in a policy under which an update waits."""
        self._policies[number] = policy, later
        self._updates[number], self._relevant[number] = Updates(policy), Grown(np.bool_)

    def see(self, rows: Rows, policy_of_host: Sequence[int], builds: Sequence[str | None]) -> None:
        """Count some hosts. Cost: Python once a host of such a policy, numpy for its rows."""
        ends = np.cumsum(rows.lengths)
        hosts = [(host, one) for host, one in enumerate(policy_of_host) if one in self._policies]
        codes = self._numbers.names() if hosts else np.zeros(0, dtype=np.int64)
        for host, one in hosts:
            mine = slice(int(ends[host] - rows.lengths[host]), int(ends[host]))
            package = rows.package[mine] if rows.installed is None else rows.package[mine][rows.installed[mine]]
            names = np.unique(codes[package])
            self._seen[one, builds[host], names[self._matters(one)[names]].tobytes()] += 1

    def _matters(self, number: int) -> Bools:
        """Say of every name so far whether it matters to a policy that something of it is installed."""
        known, texts = self._relevant[number], self._numbers.name_texts()
        known.append([self._updates[number].relevant(name) for name in texts[len(known.values) :]])
        return known.values

    def tables(self, until: int) -> Iterator[pa.Table]:
        """Yield ``model.columns.UPCOMING``. Cost: a compiled policy an instant, and each set of updates judged by it."""
        texts = self._numbers.name_texts()
        for number, (policy, later) in self._policies.items():
            sets = [
                ([texts[code] for code in np.frombuffer(names, dtype=np.int64).tolist()], build, hosts)
                for (one, build, names), hosts in self._seen.items()
                if one == number
            ]
            if sets:
                yield from _tables(policy, later, sets, until)


def _tables(
    policy: Policy, later: Later, sets: Sequence[tuple[list[str], str | None, int]], until: int
) -> Iterator[pa.Table]:
    """Yield a table an instant at which something that waits is approved."""
    missing = [_missing(Updates(policy), *one[:2]) for one in sets]
    for since in np.unique(policy.decisions.since[waiting(policy, until)]).tolist():
        updates = Updates(_still_out(policy, later(_EPOCH + timedelta(microseconds=since + 1))))
        hosts: Counter[int] = Counter()
        for known, (names, build, count) in zip(missing, sets, strict=True):
            found = _missing(updates, names, build)
            hosts.update({row: count for name, row in found.items() if name not in known})
            known.update(found)
        row = np.array(sorted(hosts), dtype=np.int64)
        numbers = np.array([hosts[one] for one in row.tolist()], dtype=np.int64)
        level, rule = updates.policy.decisions.level[row], updates.policy.decisions.rule[row]
        targets = policy.catalog["evr"].take(pa.array(row)).to_pylist()
        yield rows_of(updates.policy, row, [""] * len(row), targets, level, rule, numbers)


def _missing(updates: Updates, installed: Sequence[str], build: str | None) -> dict[str, int]:
    """Return the updates that hosts with some installed are MISSING, and the rows that speak for them."""
    rows = [one.row for one in updates.absent(installed, build)[0] if one.state == _MISSING]
    names = updates.policy.catalog["name"].take(pa.array(rows, pa.int64())).to_pylist()
    return dict(zip(names, rows, strict=True))


def _still_out(policy: Policy, then: Policy) -> Policy:
    """Return a later policy in which what was not out at the instant of the run never comes out."""
    bit = BIT[Note.NOT_YET_RELEASED]
    notes: Ints = then.decisions.notes | (policy.decisions.notes & bit)
    return dataclasses.replace(then, decisions=dataclasses.replace(then.decisions, notes=notes))
