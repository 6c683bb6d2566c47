"""Batch twin of ``reference.upcoming`` for hosts that are judged by their updates: each distinct set of them once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa

from patchrules.batch.approvals import APPROVALS
from patchrules.batch.instants import NEVER
from patchrules.batch.keys import Bools, Grown
from patchrules.batch.packages import PackageNumbers
from patchrules.batch.policy import Policy
from patchrules.batch.rows import Rows
from patchrules.batch.states import STATES
from patchrules.batch.upcoming import Waiting, rows_of
from patchrules.batch.updates import Updates
from patchrules.model.names import Approval, State

_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_APPROVED = APPROVALS.index(Approval.APPROVED)
_MISSING = STATES.index(State.MISSING)

Later = Callable[[datetime], Policy]
"""Compiles a policy for a Scan at another instant."""


class UpdateSets:
    """Counts hosts by policy, build and set of installed updates, for policies under which an update waits."""

    def __init__(self, numbers: PackageNumbers) -> None:
        """Start with no policy; ``numbers`` are those that rows are coded with."""
        self._numbers = numbers
        self._policies: dict[int, tuple[Waiting, Later]] = {}
        self._updates: dict[int, Updates] = {}
        self._relevant: dict[int, Grown] = {}
        self._seen: Counter[tuple[int, str | None, bytes]] = Counter()

    def add(self, number: int, policy: Policy, waits: Waiting, later: Later) -> None:
        """Take in a policy under which an update waits."""
        self._policies[number] = waits, later
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

    def tables(self) -> Iterator[pa.Table]:
        """Yield ``model.columns.UPCOMING``. Cost: two policies an approval, which judge each set of updates."""
        texts = self._numbers.name_texts()
        for number, (waits, later) in self._policies.items():
            sets = [
                ([texts[code] for code in np.frombuffer(names, dtype=np.int64).tolist()], build, hosts)
                for (one, build, names), hosts in self._seen.items()
                if one == number
            ]
            if sets:
                yield from _tables(later, waits, sets)


def _tables(later: Later, waits: Waiting, sets: Sequence[tuple[list[str], str | None, int]]) -> Iterator[pa.Table]:
    """Yield a table an instant at which something that waits is approved."""
    for instant in np.unique(waits.instant[waits.instant != NEVER]).tolist():
        before, then = (Updates(later(_EPOCH + timedelta(microseconds=at))) for at in (instant - 1, instant))
        hosts: Counter[int] = Counter()
        for names, build, count in sets:
            known = _missing(before, names, build)
            hosts.update({row: count for name, row in _missing(then, names, build).items() if name not in known})
        policy, row = then.policy, np.array(sorted(hosts), dtype=np.int64)
        numbers = np.array([hosts[one] for one in row.tolist()], dtype=np.int64)
        targets = policy.catalog["evr"].take(pa.array(row)).to_pylist()
        by_rule = policy.decisions.approval[row] == _APPROVED
        graded = policy.decisions.level[row], np.where(by_rule, policy.decisions.rule[row], 0)
        yield rows_of(policy, row, ([""] * len(row), targets), graded, numbers)


def _missing(updates: Updates, installed: Sequence[str], build: str | None) -> dict[str, int]:
    """Return the updates that hosts with some installed are MISSING, and the rows that speak for them."""
    rows = [one.row for one in updates.absent(installed, build)[0] if one.state == _MISSING]
    names = updates.policy.catalog["name"].take(pa.array(rows, pa.int64())).to_pylist()
    return dict(zip(names, rows, strict=True))
