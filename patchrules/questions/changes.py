"""What differs between the verdicts of two runs, row by row: joins of Arrow on the numbers of hosts and packages."""

from __future__ import annotations

import functools

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.evaluation.run import Run
from patchrules.families import facts_of, families
from patchrules.model.columns import VERDICTS
from patchrules.model.names import ApprovalChange, Cause, State, Status
from patchrules.model.verdict import Settings
from patchrules.questions.causes import Causes
from patchrules.sources import arrow
from patchrules.versions import SCHEMES

COMPARED = ("state", "status", "installed", "target", "compliance_severity")
"""What a verdict differs by."""

_KEPT = (*COMPARED, "advisory", "since")
_USED = ("host", "id", *_KEPT)
_LEVEL = {"compliance_severity": "level"}
_NOT_INSTALLED = pa.array([State.MISSING.value, State.FAILED.value])
_END = "\x1f"


def changed(before: Run, after: Run, causes: Causes) -> pa.Table:
    """Return ``model.columns.VERDICT_CHANGES`` with ``since_before`` and ``since_after``, in the order of the runs.

    Where one of the runs lists only what does not comply, only that is compared. O(verdicts) in Arrow: two hash
    look-ups, and gathers of what is compared.
    """
    lists_all = before.rows == after.rows == "all"
    one, other = ((run.verdicts if lists_all else _failing(run)).select(_USED) for run in (before, after))
    hosts = pc.unique(pa.chunked_array([*before.hosts["host"].chunks, *after.hosts["host"].chunks], pa.string()))
    pairs = _pairs(one, other, hosts)
    told = _described(pairs, before, after)
    change = _approval_change(told, before.settings, lists_all=lists_all, causes=causes)
    told = told.append_column("approval_change", change)
    return told.append_column("cause", causes.of_rows(told, lists_all=lists_all))


def not_installed(states: pa.ChunkedArray) -> pa.ChunkedArray:
    """Say which states are MISSING or FAILED; no verdict is neither."""
    return pc.is_in(states, value_set=_NOT_INSTALLED)


def _failing(run: Run) -> pa.Table:
    """Return the verdicts that do not comply."""
    if run.rows == "noncompliant":
        return run.verdicts
    return run.verdicts.select(_USED).filter(pc.equal(run.verdicts["status"], Status.NON_COMPLIANT.value))


def _pairs(before: pa.Table, after: pa.Table, hosts: pa.Array) -> pa.Table:
    """Return the rows of both sides that differ, side by side; a side without the row is null throughout."""
    ids = pc.unique(pa.chunked_array([*before["id"].chunks, *after["id"].chunks], pa.string()))
    keys = [_keys(rows, hosts, ids) for rows in (before, after)]
    place = pc.index_in(keys[1], value_set=keys[0])
    shared, gone = pc.is_valid(place), pc.invert(pc.is_in(keys[0], value_set=keys[1]))
    both = [before.select(_KEPT).take(place.filter(shared)), after.select(_KEPT).filter(shared)]
    differs = functools.reduce(pc.or_, [_unequal(both[0][name], both[1][name]) for name in COMPARED])
    sides = [
        pa.concat_tables([both[0].filter(differs), before.select(_KEPT).filter(gone), _nothing(pc.invert(shared))]),
        pa.concat_tables([both[1].filter(differs), _nothing(gone), after.select(_KEPT).filter(pc.invert(shared))]),
    ]
    key = pa.chunked_array(
        [
            keys[1].filter(shared).filter(differs.combine_chunks()),
            keys[0].filter(gone),
            keys[1].filter(pc.invert(shared)),
        ]
    ).combine_chunks()
    data = {
        "host": hosts.take(pc.divide(key, max(1, len(ids)))),
        "id": ids.take(pc.subtract(key, _floor(key, len(ids)))),
    }
    for side, rows in zip(("before", "after"), sides, strict=True):
        data |= {f"{_LEVEL.get(name, name)}_{side}": rows[name] for name in _KEPT}
    return pa.table(data).take(pc.array_sort_indices(key))


def _keys(rows: pa.Table, hosts: pa.Array, ids: pa.Array) -> pa.Array:
    """Return one number a row: its host and package."""
    numbers = [
        pc.index_in(rows[name], value_set=known).cast(pa.int64()) for name, known in (("host", hosts), ("id", ids))
    ]
    return pc.add(pc.multiply(numbers[0], max(1, len(ids))), numbers[1]).combine_chunks()


def _floor(key: pa.Array, width: int) -> pa.Array:
    """Return each key without its package."""
    return pc.multiply(pc.divide(key, max(1, width)), max(1, width))


def _nothing(where: pa.Array) -> pa.Table:
    """Return rows of nulls, one where each is true."""
    columns = [column for column in VERDICTS if column.name in _KEPT]
    return arrow.table(columns, {}, pc.sum(where).as_py() or 0).select(_KEPT)


def _unequal(one: pa.ChunkedArray, other: pa.ChunkedArray) -> pa.ChunkedArray:
    """Say where two columns of texts differ; null differs from every text."""
    same = pc.fill_null(pc.equal(one, other), False)
    return pc.invert(pc.or_(same, pc.and_(pc.is_null(one), pc.is_null(other))))


def _described(pairs: pa.Table, before: Run, after: Run) -> pa.Table:
    """Add what is known of the host of each row."""
    places = [pc.index_in(pairs["host"], value_set=run.hosts["host"].combine_chunks()) for run in (before, after)]
    told = {
        name: pc.coalesce(
            *(run.hosts[name].take(place) for run, place in zip((after, before), places[::-1], strict=True))
        )
        for name in ("patch_group", "family", "product")
    }
    # What is missing now is told under its own notice, or none; what was mended under that of what was missing.
    after_or_before = pc.coalesce(pairs["advisory_after"], pairs["advisory_before"])
    told["advisory"] = pc.if_else(not_installed(pairs["state_after"]), pairs["advisory_after"], after_or_before)
    told |= {f"host_{side}": pc.is_valid(place) for side, place in zip(("before", "after"), places, strict=True)}
    for name, column in told.items():
        pairs = pairs.append_column(name, column)
    return pairs


def _approval_change(told: pa.Table, settings: Settings, *, lists_all: bool, causes: Causes) -> pa.ChunkedArray:
    """Say what became of the approval of each package.

    Where a run lists no verdict on it, the package was not approved if it is not installed (updates of Windows), or if
    the run lists what does not comply and the inventory is the same; else nobody knows.
    """
    before, after = (pc.is_valid(told[f"state_{side}"]) for side in ("before", "after"))
    wanted = [pc.is_valid(told[f"target_{side}"]) for side in ("before", "after")]
    higher, lower = _moved(told, settings)
    known = pc.and_(before, after)
    newly = pc.and_(known, pc.or_(higher, pc.and_(wanted[1], pc.invert(wanted[0]))))
    lost = pc.and_(known, pc.or_(lower, pc.and_(wanted[0], pc.invert(wanted[1]))))
    common = pc.and_(told["host_before"], told["host_after"])
    for absent, side, target, found in ((before, "after", wanted[1], "newly"), (after, "before", wanted[0], "lost")):
        if lists_all:
            tells = pc.is_null(told[f"installed_{side}"])
        else:
            same = Cause.INVENTORY not in causes.of_run
            tells = pc.and_(not_installed(told[f"state_{side}"]), pa.scalar(same))
        alone = functools.reduce(pc.and_, [pc.invert(absent), common, target, tells])
        newly, lost = (pc.or_(newly, alone), lost) if found == "newly" else (newly, pc.or_(lost, alone))
    lost_or_not = pc.if_else(lost, ApprovalChange.LOST_APPROVAL.value, ApprovalChange.NONE.value)
    return pc.if_else(newly, ApprovalChange.NEWLY_APPROVED.value, lost_or_not)


def _moved(told: pa.Table, settings: Settings) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """Say where the approved version is higher, and where it is lower. O(distinct pairs of versions) in Python."""
    names = ("family", "product", "target_before", "target_after")
    columns = [pc.fill_null(told[name], "") for name in names]
    text = pc.binary_join_element_wise(*columns, _END).combine_chunks().dictionary_encode()
    signs = pa.array([_sign(pair, settings) for pair in text.dictionary.to_pylist()], pa.int8())
    sign = pa.chunked_array([signs.take(text.indices)])
    return pc.greater(sign, 0), pc.less(sign, 0)


def _sign(pair: str, settings: Settings) -> int:
    """Return 1 where the version after is higher, -1 where it is lower, 0 where they are one or nothing compares."""
    family, product, before, after = pair.split(_END)
    if not (family and before and after):
        return 0
    known = families()[family]
    facts = facts_of(known, settings.dialect, product or None, deb_dates=settings.deb_dates)
    key = SCHEMES[facts.order or known.scheme].sort_key
    return (key(after) > key(before)) - (key(after) < key(before))
