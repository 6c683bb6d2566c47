"""Batch twin of ``reference.evaluate.report``: what the verdicts of each host add up to (5.12, 5.13, 5.16)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from patchrules.batch.approvals import BIT, NOTES
from patchrules.batch.keys import Bools, Ints, counted
from patchrules.batch.states import STATES
from patchrules.model.baseline import Baseline
from patchrules.model.columns import COUNTS, RUN_HOSTS
from patchrules.model.names import ComplianceLevel, State, Status, Unknown
from patchrules.sources import arrow

_CRITICAL = ComplianceLevel.CRITICAL.rank


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdicts on the rows of some hosts: ``host`` and ``verdict`` are numbers, one position a judged row.

    ``waiting`` says which rows wait for a reboot in place of their verdict's state, ``held`` which packages are held,
    ``installed_at`` when they were installed (microseconds since 1970, NEVER where nobody knows).
    ``doubts`` counts what is doubtful about each host rather than about a verdict, by diagnostic code.
    """

    host: Ints
    verdict: Ints
    waiting: Bools
    held: Bools
    installed_at: Ints
    doubts: dict[str, Ints]


@dataclass(frozen=True, slots=True)
class Known:
    """What counting needs of every distinct verdict so far."""

    state: Ints
    level: Ints
    notes: Ints
    failing: Bools
    security: Bools
    absent: Bools


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of some hosts, one position a host: ``counts`` by the names of COUNTS, ``doubts`` by diagnostic code.

    ``worst`` is the rank of the highest level among what does not comply, at least INFORMATIONAL's, else 0; ``fails``
    says which hosts do not comply.
    """

    counts: dict[str, Ints]
    worst: Ints
    fails: Bools
    doubts: dict[str, Ints]


def summed(judged: Judged, known: Known, absent: Ints, ungraded: Bools) -> Summary:
    """Count the verdicts of every host; ``absent`` is how many keys would be NOT_APPLICABLE on an empty host.

    ``ungraded`` says on which hosts what waits for a reboot gives the host no severity (Q20). Cost: O(rows) in numpy, a
    few passes.
    """
    hosts = len(absent)
    host, verdict = judged.host, judged.verdict
    state = np.where(judged.waiting, STATES.index(State.INSTALLED_PENDING_REBOOT), known.state[verdict])
    by_state = np.bincount(host * len(STATES) + state, minlength=hosts * len(STATES)).reshape(hosts, len(STATES))
    counts = {state.lower(): by_state[:, position] for position, state in enumerate(STATES)}
    counts[State.NOT_APPLICABLE.lower()] += absent - _count(host, known.absent[verdict], hosts)
    failing, level = known.failing[verdict] | judged.waiting, known.level[verdict]
    security, critical = known.security[verdict], level == _CRITICAL
    counts["critical_non_compliant"] = _count(host, failing & critical, hosts)
    counts["security_non_compliant"] = _count(host, failing & security, hosts)
    counts["other_non_compliant"] = _count(host, failing & ~security & ~critical, hosts)
    worst = np.zeros(hosts, dtype=np.int64)
    graded = failing & ~(judged.waiting & ungraded[host])
    np.maximum.at(worst, host[graded], np.maximum(level[graded], ComplianceLevel.INFORMATIONAL.rank))
    notes = np.where(state == STATES.index(State.NOT_APPLICABLE), 0, known.notes[verdict])
    doubts = {str(note): _count(host, notes & BIT[note] != 0, hosts) for note in NOTES}
    doubts |= judged.doubts
    fails = _count(host, failing, hosts) > 0
    return Summary({name: counts[name] for name in COUNTS}, worst, fails, doubts)


def _count(host: Ints, flag: Bools, hosts: int) -> Ints:
    """Return how many rows of each host are flagged."""
    return counted(host[flag], hosts)


def hosts_summary(
    hosts: pa.Table, served: Sequence[Baseline | None], summary: Summary, unknown: Sequence[tuple[Unknown, ...]]
) -> pa.Table:
    """Return ``model.columns.RUN_HOSTS``: what each host is, who judged it, and what the verdicts add up to."""
    levels = list(ComplianceLevel)
    codes = sorted(summary.doubts)
    doubts = zip(*(summary.doubts[code].tolist() for code in codes), strict=True)
    data: dict[str, Any] = {
        column.name: hosts[column.name] for column in RUN_HOSTS if column.name in hosts.column_names
    }
    data |= {
        "baseline": [baseline.name if baseline else None for baseline in served],
        "baseline_id": [(baseline.baseline_id or None) if baseline else None for baseline in served],
        "status": [_status(why, fails) for why, fails in zip(unknown, summary.fails.tolist(), strict=True)],
        "unknown": [list(why) for why in unknown],
        "non_compliant_severity": [levels[worst] if worst else None for worst in summary.worst.tolist()],
        "doubts": [[(code, count) for code, count in zip(codes, row, strict=True) if count] for row in doubts],
        **summary.counts,
    }
    return arrow.table(RUN_HOSTS, data, hosts.num_rows)


def together(judged: Sequence[Judged], hosts: int) -> Judged:
    """Return the verdicts of all chunks as one."""
    numbers, flags = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.bool_)
    every = [Judged(numbers, numbers, flags, flags, numbers, {}), *judged]
    codes = sorted({code for found in every for code in found.doubts})
    nobody = np.zeros(hosts, dtype=np.int64)
    return Judged(
        host=np.concatenate([found.host for found in every]),
        verdict=np.concatenate([found.verdict for found in every]),
        waiting=np.concatenate([found.waiting for found in every]),
        held=np.concatenate([found.held for found in every]),
        installed_at=np.concatenate([found.installed_at for found in every]),
        doubts={code: np.sum([found.doubts.get(code, nobody) for found in every], axis=0) for code in codes},
    )


def fields(known: Known) -> tuple[Any, ...]:
    """Return the fields of a Known in order, to put several together."""
    return known.state, known.level, known.notes, known.failing, known.security, known.absent


def _status(unknown: tuple[Unknown, ...], fails: bool) -> Status:  # noqa: FBT001 - one of two columns
    """Return the status of a host: UNKNOWN is never COMPLIANT (DECISIONS 31)."""
    if unknown:
        return Status.UNKNOWN
    return Status.NON_COMPLIANT if fails else Status.COMPLIANT
