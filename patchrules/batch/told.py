"""Verdicts on updates as the columns people read, each distinct one once: second half of ``reference.updates``."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from patchrules.batch.approvals import APPROVALS, BIT, NOTES, Decisions
from patchrules.batch.keys import Bools, Ints
from patchrules.batch.patterns import NOBODY
from patchrules.batch.policy import Policy
from patchrules.batch.render import LEVELS, cves, instants, taken
from patchrules.batch.states import OWN, REASONS, STATES, at
from patchrules.model.names import Approval, State, Status

_DECIDED = ("approval", "rule", "entry", "released_at", "clock", "since", "notes")


@dataclass(frozen=True, slots=True)
class Told:
    """Batch twin of many ``Verdict`` on updates: ``shown`` and ``decided`` are catalog rows, OWN or NOTHING.

    ``own`` are the decisions on what is installed by its name alone; ``graded`` says where an approval gives its level,
    ``targeted`` where the update is a target.
    """

    name: list[str]
    installed: list[str | None]
    shown: Ints
    decided: Ints
    own: Decisions | None
    state: Ints
    reason: Ints
    graded: Bools
    targeted: Bools
    notes: Ints
    failing: Bools
    chain: list[list[str]]

    def only(self, kept: Bools) -> Told:
        """Return some of the verdicts."""
        if kept.all():
            return self
        where = np.flatnonzero(kept)
        own = None if self.own is None else self.own.only(where)
        parts: dict[str, Any] = {}
        for one in dataclasses.fields(self):
            values = getattr(self, one.name)
            parts[one.name] = [values[place] for place in where] if isinstance(values, list) else values
        arrays = {name: values[where] for name, values in parts.items() if isinstance(values, np.ndarray)}
        return Told(**{**parts, **arrays, "own": own})

    def level(self, policy: Policy) -> Ints:
        """Return the level of each; only an approval gives one (5.11)."""
        return np.where(self.graded & (self.shown >= 0), at(policy.decisions.level, self.shown), 0)

    def of(self, policy: Policy, name: str, nothing: int) -> Ints:
        """Return one field of the deciding decisions."""
        own = getattr(self.own, name) if self.own is not None else np.full(len(self.name), nothing, dtype=np.int64)
        here = np.where(self.decided == OWN, own, nothing)
        return np.where(self.decided >= 0, at(getattr(policy.decisions, name), self.decided), here)

    def all_notes(self, policy: Policy) -> Ints:
        """Return the notes of each, with those of the deciding decision."""
        return np.bitwise_or(self.notes, self.of(policy, "notes", 0))


def told(policy: Policy, rows: Told) -> pa.Table:
    """Return the columns ``model.columns.VERDICTS`` without ``host``, one row a verdict."""
    notes, states = rows.all_notes(policy), [STATES[state] for state in rows.state]
    bits = {int(one): sorted(note for note in NOTES if one & BIT[note]) for one in np.unique(notes)}
    titles = [
        title or name
        for title, name in zip(taken(policy.catalog["title"], rows.shown).to_pylist(), rows.name, strict=True)
    ]
    written: dict[str, Sequence[str | None]] = {
        "id": rows.name,
        "title": [title if row >= 0 else "" for title, row in zip(titles, rows.shown.tolist(), strict=True)],
        "name": rows.name,
        "arch": [""] * len(rows.name),
        "installed": rows.installed,
        "state": states,
        "compliance_severity": [LEVELS[level] for level in rows.level(policy)],
        "status": [status(state, fails) for state, fails in zip(rows.state.tolist(), rows.failing, strict=True)],
        "classification": texts(policy, rows.shown, "classification"),
        "severity": texts(policy, rows.shown, policy.facts.severity),
        "reason": [REASONS[reason] for reason in rows.reason],
    }
    return pa.table(
        {
            **{name: pa.array(values, pa.string()) for name, values in written.items()},
            **decided(policy, rows),
            "target": taken(policy.catalog["evr"], np.where(rows.targeted, rows.shown, -1)),
            "notes": pa.array([bits[int(one)] for one in notes], pa.list_(pa.string())),
            "chain": pa.array(rows.chain, pa.list_(pa.string())),
            "cves": cves(policy.catalog, rows.decided, rows.state),
        }
    )


def status(state: int, fails: bool) -> Status:  # noqa: FBT001 - one of two columns
    """Return the status of a verdict; what is not applicable has none (DECISIONS 16)."""
    if fails:
        return Status.NON_COMPLIANT
    return Status.NONE if STATES[state] is State.NOT_APPLICABLE else Status.COMPLIANT


def texts(policy: Policy, rows: Ints, name: str) -> list[str]:
    """Return a text column of the shown rows, the empty one where there is none."""
    return [text or "" for text in taken(policy.catalog[name], rows).to_pylist()]


def decided(policy: Policy, rows: Told) -> dict[str, Any]:
    """Return what the deciding row says: its advisory, approval, rule or entry, and dates."""
    nothing = {"approval": -1, "rule": 0, "entry": NOBODY, "clock": -1}
    never = np.iinfo(np.int64).min
    found = {name: rows.of(policy, name, nothing.get(name, never)) for name in _DECIDED if name != "notes"}
    approval = [None if one < 0 else APPROVALS[one] for one in found["approval"]]
    rejected, approved = policy.baseline.rejected_patches, policy.baseline.approved_patches
    entries = [
        None if one == NOBODY else (rejected if said is Approval.EXPLICIT_REJECTED else approved)[one]
        for one, said in zip(found["entry"], approval, strict=True)
    ]
    clocks = [policy.facts.clocks[clock] if clock >= 0 else None for clock in found["clock"]]
    return {
        "advisory": taken(policy.catalog["advisory"], rows.decided),
        "approval": pa.array(approval, pa.string()),
        "rule": pa.array(found["rule"], pa.int32(), mask=found["rule"] == 0),
        "list_entry": pa.array(entries, pa.string()),
        "released_at": instants(found["released_at"]),
        "clock": pa.array(clocks, pa.string()),
        "since": instants(found["since"]),
    }
