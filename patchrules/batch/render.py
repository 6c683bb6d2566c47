"""Distinct verdicts as the columns people read: strings are made once a distinct verdict, never once a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from patchrules.batch.approvals import APPROVALS, BIT, NOTES
from patchrules.batch.epochs import UNKNOWN, written
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
_TEXTS = pa.list_(pa.string())


def rendered(policy: Policy, packages: Packages, verdicts: Verdicts) -> pa.Table:
    """Return the columns ``model.columns.VERDICTS`` without ``host``, one row a distinct verdict."""
    installed, target = versions_of(policy, packages, verdicts)
    names, arches = packages.table["name"].to_pylist(), packages.table["arch"].to_pylist()
    newer = np.isin(verdicts.reason, [REASONS.index(Reason.NEWER_APPROVED), REASONS.index(Reason.LISTED_NEWER)])
    shown = [new if is_newer else old for old, new, is_newer in zip(installed, target, newer, strict=True)]
    titles = [title(policy, *parts) for parts in zip(names, arches, shown, strict=True)]
    failing = np.isin(verdicts.state, [STATES.index(state) for state in NON_COMPLIANT_STATES])
    ids = pc.binary_join_element_wise(packages.table["name"], packages.table["arch"], ".")
    return pa.table(
        {
            "id": pc.if_else(pc.equal(packages.table["arch"], ""), packages.table["name"], ids),
            "title": titles,
            "name": packages.table["name"],
            "arch": packages.table["arch"],
            "installed": installed,
            "target": pa.array(target, pa.string()),
            "state": worded(STATES, verdicts.state),
            "compliance_severity": worded(LEVELS, verdicts.level),
            "status": worded((Status.COMPLIANT, Status.NON_COMPLIANT), failing.astype(np.int64)),
            "classification": classifications(policy, verdicts.shown),
            "severity": texts(policy, packages, verdicts.shown, policy.facts.severity),
            **decided(policy, verdicts),
            "reason": worded(REASONS, verdicts.reason),
            "notes": noted(verdicts.notes),
            "cves": cves(policy.catalog, verdicts.deciding, verdicts.state),
        }
    )


def worded(words: Sequence[str], numbers: Ints) -> pa.Array:
    """Return the word of each number, null for a negative one. Cost: a gather in Arrow."""
    return taken(pa.array(words, pa.string()), numbers)


def noted(notes: Ints) -> pa.Array:
    """Return the notes whose bits are set, a list for each number."""
    kinds, of_kind = np.unique(notes, return_inverse=True)
    lists = [[note for note in NOTES if kind & BIT[note]] for kind in kinds.tolist()]
    return pa.array(lists, _TEXTS).take(pa.array(of_kind))


def decided(policy: Policy, verdicts: Verdicts) -> dict[str, Any]:
    """Return what the deciding patch says: its advisory, approval, rule or entry, and dates."""
    chosen = {
        name: np.where(verdicts.deciding >= 0, at(getattr(policy.decisions, name), verdicts.deciding), own)
        for name in ("approval", "rule", "entry", "released_at", "clock", "since")
        for own in [getattr(verdicts.own, name)]
    }
    approved, rejected = policy.baseline.approved_patches, policy.baseline.rejected_patches
    is_rejected = chosen["approval"] == APPROVALS.index(Approval.EXPLICIT_REJECTED)
    entry = np.where(chosen["entry"] == NOBODY, -1, chosen["entry"] + np.where(is_rejected, len(approved), 0))
    return {
        "advisory": taken(policy.catalog["advisory"], verdicts.deciding),
        "approval": worded(APPROVALS, chosen["approval"]),
        "rule": pa.array(chosen["rule"], pa.int32(), mask=chosen["rule"] == 0),
        "list_entry": worded([*approved, *rejected], entry),
        "released_at": instants(chosen["released_at"]),
        "clock": worded(policy.facts.clocks, chosen["clock"]),
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
    epochs = verdicts.epochs
    installed = [
        written(evr, epoch_at(epochs, code)) for evr, code in zip(raw, verdicts.installed_epoch.tolist(), strict=True)
    ]
    target: list[str | None] = []
    for position, (row, code) in enumerate(zip(verdicts.target.tolist(), verdicts.target_epoch.tolist(), strict=True)):
        if row == NOTHING:
            target.append(None)
        else:
            target.append(written(wanted[position], epoch_at(epochs, code)) if row >= 0 else installed[position])
    return installed, target


def epoch_at(epochs: Sequence[int], code: int) -> int | None:
    """Return the epoch of a code, None where no epoch counts."""
    return None if code == UNKNOWN else epochs[code]


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


def cves(records: pa.Table, deciding: Ints, state: Ints) -> pa.Array:
    """Batch twin of ``Verdict.cves``."""
    wanted = np.isin(state, [STATES.index(one) for one in (State.MISSING, State.FAILED)])
    found = taken(records["cves"], np.where(wanted, deciding, -1))
    return pc.coalesce(found.cast(_TEXTS), pa.scalar([], _TEXTS))


def taken(column: pa.ChunkedArray, rows: Ints) -> pa.Table:
    """Return a catalog column at some rows, null where there is no row."""
    if not len(column):
        return pa.nulls(len(rows), column.type)
    return column.take(pa.array(rows, mask=rows < 0))


def instants(microseconds: npt.NDArray[np.int64]) -> pa.Table:
    """Return microseconds since 1970 as a column of UTC instants, null for NEVER."""
    return pa.array(microseconds, pa.int64(), mask=microseconds == NEVER).cast(pa.timestamp("us", tz="UTC"))
