"""Batch twin of ``reference.evaluate.report``: what the verdicts of each host add up to (5.12, 5.13, 5.16)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from patchrules.batch.approvals import BIT, NOTES
from patchrules.batch.keys import Bools, Ints
from patchrules.batch.states import STATES
from patchrules.model.baseline import Baseline
from patchrules.model.columns import COUNTS, RUN_HOSTS
from patchrules.model.names import HALF_INSTALLED, ComplianceLevel, State, Status, Unknown
from patchrules.sources import arrow

_CRITICAL = ComplianceLevel.CRITICAL.rank


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdicts on the rows of some hosts: ``host`` and ``verdict`` are numbers, one position a judged row.

    ``half_installed`` counts the rows of each host that are not judged (DECISIONS 20).
    """

    host: Ints
    verdict: Ints
    half_installed: Ints


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

    ``worst`` is the rank of the highest level among what does not comply, at least INFORMATIONAL's, else 0.
    """

    counts: dict[str, Ints]
    worst: Ints
    doubts: dict[str, Ints]


def summed(judged: Judged, known: Known, absent: Ints) -> Summary:
    """Count the verdicts of every host; ``absent`` is how many keys would be NOT_APPLICABLE on an empty host.

    Cost: O(rows) in numpy, a few passes.
    """
    hosts = len(absent)
    host, verdict = judged.host, judged.verdict
    states = np.bincount(host * len(STATES) + known.state[verdict], minlength=hosts * len(STATES))
    by_state = states.reshape(hosts, len(STATES))
    counts = {state.lower(): by_state[:, position] for position, state in enumerate(STATES)}
    counts[State.NOT_APPLICABLE.lower()] = absent - _count(host, known.absent[verdict], hosts)
    failing, level = known.failing[verdict], known.level[verdict]
    security, critical = known.security[verdict], level == _CRITICAL
    counts["critical_non_compliant"] = _count(host, failing & critical, hosts)
    counts["security_non_compliant"] = _count(host, failing & security, hosts)
    counts["other_non_compliant"] = _count(host, failing & ~security & ~critical, hosts)
    worst = np.zeros(hosts, dtype=np.int64)
    np.maximum.at(worst, host[failing], np.maximum(level[failing], ComplianceLevel.INFORMATIONAL.rank))
    notes = known.notes[verdict]
    doubts = {str(note): _count(host, notes & BIT[note] != 0, hosts) for note in NOTES}
    doubts[HALF_INSTALLED] = judged.half_installed
    return Summary({name: counts[name] for name in COUNTS}, worst, doubts)


def _count(host: Ints, flag: Bools, hosts: int) -> Ints:
    """Return how many rows of each host are flagged."""
    return np.bincount(host[flag], minlength=hosts).astype(np.int64)


def hosts_summary(
    hosts: pa.Table, served: Sequence[Baseline | None], summary: Summary, unknown: Sequence[tuple[Unknown, ...]]
) -> pa.Table:
    """Return ``model.columns.RUN_HOSTS``: what each host is, who judged it, and what the verdicts add up to."""
    levels = list(ComplianceLevel)
    codes = list(summary.doubts)
    doubts = zip(*(counts.tolist() for counts in summary.doubts.values()), strict=True)
    data: dict[str, Any] = {
        column.name: hosts[column.name] for column in RUN_HOSTS if column.name in hosts.column_names
    }
    data |= {
        "baseline": [baseline.name if baseline else None for baseline in served],
        "baseline_id": [(baseline.baseline_id or None) if baseline else None for baseline in served],
        "status": [_status(why, worst) for why, worst in zip(unknown, summary.worst.tolist(), strict=True)],
        "unknown": [list(why) for why in unknown],
        "non_compliant_severity": [levels[worst] if worst else None for worst in summary.worst.tolist()],
        "doubts": [[(code, count) for code, count in zip(codes, row, strict=True) if count] for row in doubts],
        **summary.counts,
    }
    return arrow.table(RUN_HOSTS, data, hosts.num_rows)


def together(judged: Sequence[Judged], hosts: int) -> Judged:
    """Return the verdicts of all chunks as one."""
    none = Judged(*(np.zeros(size, dtype=np.int64) for size in (0, 0, hosts)))
    every = [none, *judged]
    return Judged(
        np.concatenate([found.host for found in every]),
        np.concatenate([found.verdict for found in every]),
        np.sum([found.half_installed for found in every], axis=0),
    )


def fields(known: Known) -> tuple[Any, ...]:
    """Return the fields of a Known in order, to put several together."""
    return known.state, known.level, known.notes, known.failing, known.security, known.absent


def _status(unknown: tuple[Unknown, ...], worst: int) -> Status:
    """Return the status of a host: UNKNOWN is never COMPLIANT (DECISIONS 31)."""
    if unknown:
        return Status.UNKNOWN
    return Status.NON_COMPLIANT if worst else Status.COMPLIANT
