"""Distinct verdicts as the columns people read: strings are made once a distinct verdict, never once a row."""

from __future__ import annotations

from collections.abc import Sequence
from string import Formatter
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from patchrules.batch.approvals import APPROVALS, BIT, NOTES
from patchrules.batch.instants import NEVER
from patchrules.batch.keys import Ints
from patchrules.batch.orders import split
from patchrules.batch.patterns import NOBODY
from patchrules.batch.policy import Policy
from patchrules.batch.states import FAILS, OWN, REASONS, STATES, Packages, Verdicts, at
from patchrules.model.names import (
    Approval,
    ComplianceLevel,
    Reason,
    State,
    Status,
)

LEVELS = tuple(ComplianceLevel)
_NEWER = np.array([reason in (Reason.NEWER_APPROVED, Reason.LISTED_NEWER) for reason in REASONS])
_WANTED = np.array([state in (State.MISSING, State.FAILED) for state in STATES])
_TEXTS = pa.list_(pa.string())


def rendered(policy: Policy, packages: Packages, verdicts: Verdicts) -> pa.Table:
    """Return the columns ``model.columns.VERDICTS`` without ``host``, one row a distinct verdict."""
    installed, target = versions_of(policy, packages, verdicts)
    shown = pc.if_else(pa.array(_NEWER[verdicts.reason]), target, installed)
    failing = FAILS[verdicts.state]
    ids = pc.binary_join_element_wise(packages.table["name"], packages.table["arch"], ".")
    return pa.table(
        {
            "id": pc.if_else(pc.equal(packages.table["arch"], ""), packages.table["name"], ids),
            "title": titles(policy, packages.table["name"], packages.table["arch"], shown),
            "name": packages.table["name"],
            "arch": packages.table["arch"],
            "installed": installed,
            "target": target,
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


def versions_of(policy: Policy, packages: Packages, verdicts: Verdicts) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """Return the installed and the target version texts, with the epochs they were compared with."""
    installed, target = packages.table["evr"], taken(policy.catalog["evr"], verdicts.target)
    if policy.family.scheme == "rpm":
        installed = with_epochs(installed, verdicts.epochs, verdicts.installed_epoch)
        target = with_epochs(target, verdicts.epochs, verdicts.target_epoch)
    return installed, pc.if_else(pa.array(verdicts.target == OWN), installed, target)


def with_epochs(evrs: pa.ChunkedArray, epochs: Sequence[int], codes: Ints) -> pa.ChunkedArray:
    """Return rpm version texts with the epochs they were compared with, none where a code is UNKNOWN.

    >>> with_epochs(pa.array(["3.0-1", ":1.0"]), (0, 1), np.array([1, -1])).to_pylist()
    ['1:3.0-1', '1.0']
    """
    stated = pc.coalesce(worded([f"{epoch}:" for epoch in epochs], codes), "")
    return pc.binary_join_element_wise(stated, pc.replace_substring_regex(evrs, "^[^:]*:", ""), "")


def titles(policy: Policy, names: pa.ChunkedArray, arches: pa.ChunkedArray, evrs: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return what :func:`title` does, of many packages. Cost: Arrow kernels."""
    parts = {"name": names, "arch": arches, "evr": evrs}
    if policy.family.scheme == "rpm":
        parts |= dict(zip(("epoch", "version", "release"), _split(evrs), strict=True))
    texts: list[Any] = []
    for literal, field, *_ in Formatter().parse(policy.facts.title):
        texts += [literal] if field is None else [literal, parts[field]]
    return pc.binary_join_element_wise(*texts, "")


def _split(evrs: pa.ChunkedArray) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Return epoch, version and release of rpm versions; epoch 0 and an empty release where there is none."""
    whole = pc.if_else(pc.match_substring(evrs, ":"), evrs, pc.binary_join_element_wise("0:", evrs, ""))
    whole = pc.if_else(pc.match_substring(whole, "-"), whole, pc.binary_join_element_wise(whole, "-", ""))
    # INVARIANT: every text has a colon and a hyphen now, an epoch has none, so each text is cut into three.
    parts = pc.split_pattern(whole, ":", max_splits=1)
    rest = pc.split_pattern(pc.list_element(parts, 1), "-", max_splits=1, reverse=True)
    return pc.list_element(parts, 0), pc.list_element(rest, 0), pc.list_element(rest, 1)


def title(policy: Policy, name: str, arch: str, evr: str | None) -> str:
    """Batch twin of ``reference.states.title``."""
    template = policy.facts.title
    if policy.family.scheme != "rpm":
        return template.format(name=name, arch=arch, evr=evr)
    parts = split[evr or ""]
    return template.format(
        name=name, arch=arch, epoch=parts.epoch or 0, version=parts.version, release=parts.release or ""
    )


def classifications(policy: Policy, rows: Ints) -> pa.ChunkedArray:
    """Return the classification to report; a version from a security archive is ``Security`` (2.3.4)."""
    stated = pc.coalesce(taken(policy.catalog["classification"], rows), "")
    secure = pc.fill_null(taken(policy.catalog["security"], rows), fill_value=False)
    return pc.if_else(pc.and_(pc.equal(stated, ""), secure), "Security", stated)


def texts(policy: Policy, packages: Packages, rows: Ints, name: str) -> pa.ChunkedArray:
    """Return a text column of the shown patches, or of the package itself where the catalog does not know it."""
    known = taken(policy.catalog[name], rows)
    if name in packages.table.column_names:
        known = pc.if_else(pa.array(rows < 0), packages.table[name], known)
    return pc.coalesce(known, "")


def cves(records: pa.Table, deciding: Ints, state: Ints) -> pa.Array:
    """Batch twin of ``Verdict.cves``."""
    found = taken(records["cves"], np.where(_WANTED[state], deciding, -1))
    return pc.coalesce(found.cast(_TEXTS), pa.scalar([], _TEXTS))


def taken(column: pa.ChunkedArray, rows: Ints) -> pa.Table:
    """Return a catalog column at some rows, null where there is no row."""
    if not len(column):
        return pa.nulls(len(rows), column.type)
    return column.take(pa.array(rows, mask=rows < 0))


def instants(microseconds: npt.NDArray[np.int64]) -> pa.Table:
    """Return microseconds since 1970 as a column of UTC instants, null for NEVER."""
    return pa.array(microseconds, pa.int64(), mask=microseconds == NEVER).cast(pa.timestamp("us", tz="UTC"))
