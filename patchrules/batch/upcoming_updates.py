"""Batch twin of ``reference.upcoming`` for hosts that are judged by their updates: each distinct set of them once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa

from patchrules.batch.approvals import APPROVALS
from patchrules.batch.instants import NEVER
from patchrules.batch.packages import PackageNumbers
from patchrules.batch.policy import Policy
from patchrules.batch.relevant import Relevant
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
        self._policies: dict[int, tuple[Waiting, Later]] = {}
        self._relevant = Relevant(numbers)
        self._seen: Counter[tuple[int, str | None, tuple[str, ...]]] = Counter()

    def add(self, number: int, policy: Policy, waits: Waiting, later: Later) -> None:
        """Take in a policy under which an update waits."""
        self._policies[number] = waits, later
        self._relevant.add(number, policy)

    def see(self, rows: Rows, policy_of_host: Sequence[int], builds: Sequence[str | None]) -> None:
        """Count some hosts. Cost: that of ``Relevant.sets`` where there is such a policy."""
        if not self._policies:
            return
        host = np.repeat(np.arange(len(rows.lengths)), rows.lengths)
        found = self._relevant.sets(rows, host, np.array(policy_of_host, dtype=np.int64))
        self._seen.update((number, builds[one], names) for one, number, names in found)

    def tables(self) -> Iterator[pa.Table]:
        """Yield ``model.columns.UPCOMING``. Cost: two policies an approval, which judge each set of updates."""
        for number, (waits, later) in self._policies.items():
            sets = [(names, build, hosts) for (one, build, names), hosts in self._seen.items() if one == number]
            if sets:
                yield from _tables(later, waits, sets)


def _tables(later: Later, waits: Waiting, sets: Sequence[tuple[Sequence[str], str | None, int]]) -> Iterator[pa.Table]:
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
