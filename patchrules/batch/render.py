"""Distinct verdicts as the columns people read: strings are made once a distinct verdict, never once a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from patchrules.batch.approvals import APPROVALS, BIT, NOTES
from patchrules.batch.epochs import UNKNOWN, Compared, written
from patchrules.batch.instants import NEVER
from patchrules.batch.keys import Ints
from patchrules.batch.orders import split
from patchrules.batch.patterns import NOBODY
from patchrules.batch.policy import Policy
from patchrules.batch.states import NOTHING, REASONS, STATES, Packages, Verdicts, at
from patchrules.model.names import (
    NON_COMPLIANT_STATES,
    Approval,
    ComplianceLevel,
    Reason,
    State,
    Status,
)

LEVELS = tuple(ComplianceLevel)


def rendered(policy: Policy, packages: Packages, verdicts: Verdicts) -> pa.Table:
    """Return the columns ``model.columns.VERDICTS`` without ``host``, one row a distinct verdict."""
    installed, target = versions_of(policy, packages, verdicts)
    names, arches = packages.table["name"].to_pylist(), packages.table["arch"].to_pylist()
    newer = np.isin(verdicts.reason, [REASONS.index(Reason.NEWER_APPROVED), REASONS.index(Reason.LISTED_NEWER)])
    shown = [new if is_newer else old for old, new, is_newer in zip(installed, target, newer, strict=True)]
    titles = [title(policy, *parts) for parts in zip(names, arches, shown, strict=True)]
    states = [STATES[state] for state in verdicts.state]
    failing = [state in NON_COMPLIANT_STATES for state in states]
    bits = {int(notes): [note for note in NOTES if notes & BIT[note]] for notes in np.unique(verdicts.notes)}
    return pa.table(
        {
            "id": [f"{name}.{arch}" if arch else name for name, arch in zip(names, arches, strict=True)],
            "title": titles,
            "name": names,
            "arch": arches,
            "installed": installed,
            "target": pa.array(target, pa.string()),
            "state": states,
            "compliance_severity": [LEVELS[level] for level in verdicts.level],
            "status": [Status.NON_COMPLIANT if bad else Status.COMPLIANT for bad in failing],
            "classification": classifications(policy, verdicts.shown),
            "severity": texts(policy, packages, verdicts.shown, policy.facts.severity),
            **decided(policy, verdicts),
            "reason": [REASONS[reason] for reason in verdicts.reason],
            "notes": pa.array([bits[int(notes)] for notes in verdicts.notes], pa.list_(pa.string())),
            "cves": cves(policy.catalog, verdicts.deciding, states),
        }
    )


def decided(policy: Policy, verdicts: Verdicts) -> dict[str, Any]:
    """Return what the deciding patch says: its advisory, approval, rule or entry, and dates."""
    chosen = {
        name: np.where(verdicts.deciding >= 0, at(getattr(policy.decisions, name), verdicts.deciding), own)
        for name in ("approval", "rule", "entry", "released_at", "clock", "since")
        for own in [getattr(verdicts.own, name)]
    }
    lists = {Approval.EXPLICIT_APPROVED: policy.baseline.approved_patches}
    lists[Approval.EXPLICIT_REJECTED] = policy.baseline.rejected_patches
    approval = [APPROVALS[number] for number in chosen["approval"]]
    entries = [
        None if entry == NOBODY else lists.get(status, policy.baseline.approved_patches)[entry]
        for status, entry in zip(approval, chosen["entry"], strict=True)
    ]
    clocks = [policy.facts.clocks[clock] if clock >= 0 else None for clock in chosen["clock"]]
    return {
        "advisory": taken(policy.catalog["advisory"], verdicts.deciding),
        "approval": approval,
        "rule": pa.array(chosen["rule"], pa.int32(), mask=chosen["rule"] == 0),
        "list_entry": pa.array(entries, pa.string()),
        "released_at": instants(chosen["released_at"]),
        "clock": pa.array(clocks, pa.string()),
        "since": instants(chosen["since"]),
    }


def versions_of(policy: Policy, packages: Packages, verdicts: Verdicts) -> tuple[list[str], list[str | None]]:
    """Return the installed and the target version texts, with the epochs they were compared with."""
    raw = packages.table["evr"].to_pylist()
    wanted = taken(policy.catalog["evr"], verdicts.target).to_pylist()
    if policy.family.scheme != "rpm":
        return raw, [
            old if at_home else new for old, new, at_home in zip(raw, wanted, verdicts.target == -1, strict=True)
        ]
    compared = verdicts.compared
    installed = [
        written(evr, epoch_at(compared, code)) for evr, code in zip(raw, compared.installed_epoch, strict=True)
    ]
    pair = at(compared.pair_epoch, verdicts.target_pair)
    target: list[str | None] = []
    for position, (row, code) in enumerate(zip(verdicts.target.tolist(), pair.tolist(), strict=True)):
        if row == NOTHING:
            target.append(None)
        else:
            target.append(written(wanted[position], epoch_at(compared, code)) if row >= 0 else installed[position])
    return installed, target


def epoch_at(compared: Compared, code: int) -> int | None:
    """Return the epoch of a code, None where no epoch counts."""
    return None if code == UNKNOWN else compared.epochs[code]


def title(policy: Policy, name: str, arch: str, evr: str | None) -> str:
    """Batch twin of ``reference.states.title``."""
    template = policy.facts.title
    if policy.family.scheme != "rpm":
        return template.format(name=name, arch=arch, evr=evr)
    parts = split(evr or "")
    return template.format(
        name=name, arch=arch, epoch=parts.epoch or 0, version=parts.version, release=parts.release or ""
    )


def classifications(policy: Policy, rows: Ints) -> list[str]:
    """Return the classification to report; a version from a security archive is ``Security`` (2.3.4)."""
    stated = taken(policy.catalog["classification"], rows).to_pylist()
    secure = taken(policy.catalog["security"], rows).to_pylist()
    return [text or ("Security" if security else "") for text, security in zip(stated, secure, strict=True)]


def texts(policy: Policy, packages: Packages, rows: Ints, name: str) -> list[str]:
    """Return a text column of the shown patches, or of the package itself where the catalog does not know it."""
    known = taken(policy.catalog[name], rows).to_pylist()
    own = packages.table[name].to_pylist() if name in packages.table.column_names else [None] * len(known)
    return [(mine if row < 0 else text) or "" for row, text, mine in zip(rows.tolist(), known, own, strict=True)]


def cves(records: pa.Table, deciding: Ints, states: Sequence[State]) -> pa.Array:
    """Batch twin of ``Verdict.cves``."""
    wanted = np.array([state in (State.MISSING, State.FAILED) for state in states], dtype=np.bool_)
    found = taken(records["cves"], np.where(wanted, deciding, -1)).to_pylist()
    return pa.array([ids or [] for ids in found], pa.list_(pa.string()))


def taken(column: pa.ChunkedArray, rows: Ints) -> pa.Table:
    """Return a catalog column at some rows, null where there is no row."""
    if not len(column):
        return pa.nulls(len(rows), column.type)
    return column.take(pa.array(rows, mask=rows < 0))


def instants(microseconds: npt.NDArray[np.int64]) -> pa.Table:
    """Return microseconds since 1970 as a column of UTC instants, null for NEVER."""
    return pa.array(microseconds, pa.int64(), mask=microseconds == NEVER).cast(pa.timestamp("us", tz="UTC"))
