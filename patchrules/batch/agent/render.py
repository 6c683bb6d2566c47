"""Rows as the columns people read: the second half of ``reference.agent.common.Question.row``, once a distinct row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from patchrules.batch.agent.common import Pool, Rows
from patchrules.batch.approvals import APPROVALS
from patchrules.batch.instants import NEVER
from patchrules.batch.keys import Ints
from patchrules.batch.patterns import NOBODY
from patchrules.batch.render import LEVELS, instants, taken, title
from patchrules.batch.states import STATES, at
from patchrules.model.names import NON_COMPLIANT_STATES, Approval, Reason, State, Status

REASONS = {
    State.MISSING: Reason.NEWER_APPROVED,
    State.FAILED: Reason.NEWER_APPROVED,
    State.INSTALLED: Reason.UP_TO_DATE,
    State.INSTALLED_REJECTED: Reason.REJECTED_BLOCKED,
    State.INSTALLED_OTHER: Reason.NOTHING_APPROVED,
}


def rendered(pool: Pool, rows: Rows, cves: Sequence[Sequence[str]]) -> pa.Table:
    """Return the columns ``model.columns.VERDICTS`` without ``host``; ``cves`` are those of each row."""
    names, arches = texts(pool, "name", rows.shown), texts(pool, "arch", rows.shown)
    states = [STATES[state] for state in rows.state]
    titles = zip(names, arches, texts(pool, "evr", rows.titled), strict=True)
    written = {
        "id": [f"{name}.{arch}" if arch else name for name, arch in zip(names, arches, strict=True)],
        "title": [title(pool.policy, *parts) for parts in titles],
        "name": names,
        "arch": arches,
        "installed": texts(pool, "evr", pool.own[rows.owner]),
        "state": states,
        "compliance_severity": [LEVELS[level] for level in rows.level],
        "status": [Status.NON_COMPLIANT if one in NON_COMPLIANT_STATES else Status.COMPLIANT for one in states],
        "classification": texts(pool, "classification", rows.shown),
        "severity": severities(pool, rows.shown),
        "reason": [REASONS[state] for state in states],
    }
    return pa.table(
        {
            **{name: pa.array(values, pa.string()) for name, values in written.items()},
            "target": taken(pool.table["evr"], rows.decided),
            **decided(pool, rows.decided),
            "notes": pa.array([[] for _ in states], pa.list_(pa.string())),
            "cves": pa.array(cves, pa.list_(pa.string())),
        }
    )


def texts(pool: Pool, column: str, records: Ints) -> list[str]:
    """Return a text of some records, the empty one where they say nothing."""
    return [text or "" for text in pool.table[column].take(pa.array(records)).to_pylist()]


def severities(pool: Pool, records: Ints) -> list[str]:
    """Return the vendor's severity of some records; a notice may have a word for none."""
    facts = pool.policy.facts
    named = pool.table["advisory"].take(pa.array(records)).is_valid().to_pylist()
    absent = [facts.severity_absent if notice else "" for notice in named]
    return [text or none for text, none in zip(texts(pool, facts.severity, records), absent, strict=True)]


def decided(pool: Pool, records: Ints) -> dict[str, Any]:
    """Return what the deciding record says: its advisory, approval, rule or entry, and dates."""
    policy, nothing = pool.policy, records < 0
    found = {
        name: at(getattr(pool.decisions, name), records)
        for name in ("approval", "rule", "entry", "released_at", "clock", "since")
    }
    approval = [None if none else APPROVALS[one] for none, one in zip(nothing, found["approval"], strict=True)]
    rejects = [one is Approval.EXPLICIT_REJECTED for one in approval]
    entries = [
        None if one == NOBODY else (policy.baseline.rejected_patches if no else policy.baseline.approved_patches)[one]
        for one, no in zip(np.where(nothing, NOBODY, found["entry"]), rejects, strict=True)
    ]
    clocks = [policy.facts.clocks[clock] if clock >= 0 else None for clock in np.where(nothing, -1, found["clock"])]
    return {
        "advisory": taken(pool.table["advisory"], records),
        "approval": pa.array(approval, pa.string()),
        "rule": pa.array(found["rule"], pa.int32(), mask=nothing | (found["rule"] == 0)),
        "list_entry": pa.array(entries, pa.string()),
        "released_at": instants(np.where(nothing, NEVER, found["released_at"])),
        "clock": pa.array(clocks, pa.string()),
        "since": instants(np.where(nothing, NEVER, found["since"])),
    }
