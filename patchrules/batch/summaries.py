"""Batch twin of ``reference.evaluate.report``: what the verdicts of each host add up to (5.12, 5.13, 5.16)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from patchrules.batch.keys import Ints
from patchrules.batch.tally import Summary
from patchrules.model.baseline import Baseline
from patchrules.model.columns import RUN_HOSTS
from patchrules.model.names import ComplianceLevel, Status, Unknown
from patchrules.sources import arrow

_DOUBTS = arrow.schema(RUN_HOSTS).field("doubts").type


def hosts_summary(
    hosts: pa.Table,
    served: tuple[Sequence[int], Sequence[Baseline]],
    summary: Summary,
    unknown: tuple[Sequence[int], Sequence[tuple[Unknown, ...]]],
) -> pa.Table:
    """Return ``model.columns.RUN_HOSTS``: what each host is, who judged it, and what the verdicts add up to.

    ``served`` and ``unknown`` give for each host the position of its baseline (-1: none) and of the reasons why it
    cannot be judged, and what the positions stand for. Cost: O(hosts) in Arrow and numpy.
    """
    data: dict[str, Any] = {
        column.name: hosts[column.name] for column in RUN_HOSTS if column.name in hosts.column_names
    }
    baseline, baselines = np.array(served[0], dtype=np.int64), served[1]
    why, reasons = np.array(unknown[0], dtype=np.int64), unknown[1]
    judged = np.array([not reason for reason in reasons], dtype=np.bool_)[why]
    data |= {
        "baseline": _taken([one.name for one in baselines], baseline),
        "baseline_id": _taken([one.baseline_id or None for one in baselines], baseline),
        "status": _taken(list(_STATUSES), np.where(judged, summary.fails.astype(np.int64), 2)),
        "unknown": pa.array([list(reason) for reason in reasons], pa.list_(pa.string())).take(pa.array(why)),
        "non_compliant_severity": _taken(list(ComplianceLevel), np.where(summary.worst > 0, summary.worst, -1)),
        "doubts": _maps(summary.doubts, hosts.num_rows),
        **summary.counts,
    }
    return arrow.table(RUN_HOSTS, data, hosts.num_rows)


_STATUSES = (Status.COMPLIANT, Status.NON_COMPLIANT, Status.UNKNOWN)
"""UNKNOWN is never COMPLIANT (DECISIONS 31)."""


def _taken(texts: Sequence[str | None], numbers: Ints) -> pa.Array:
    """Return the text of each number, null for a negative one."""
    return pa.array(texts, pa.string()).take(pa.array(numbers, mask=numbers < 0))


def _maps(counts: dict[str, Ints], hosts: int) -> pa.Array:
    """Return counts by code as a map a host that holds those that are not 0."""
    if not counts:
        return pa.nulls(hosts, _DOUBTS)
    codes = sorted(counts)
    matrix = np.stack([counts[code] for code in codes], axis=1)
    host, code = np.nonzero(matrix)
    offsets = np.append(0, np.cumsum(np.bincount(host, minlength=hosts)))
    keys = pa.array(codes, pa.string()).take(pa.array(code))
    return pa.MapArray.from_arrays(pa.array(offsets, pa.int32()), keys, pa.array(matrix[host, code]), _DOUBTS)
