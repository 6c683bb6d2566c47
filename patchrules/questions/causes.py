"""What two runs were made from that differs, and which of it made the difference on a host and on a verdict."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from patchrules import catalog, inventory
from patchrules.evaluation.plain import stamp
from patchrules.evaluation.run import Run
from patchrules.model.baseline import Baseline
from patchrules.model.columns import HOSTS
from patchrules.model.names import ApprovalChange, Cause
from patchrules.model.source import Source
from patchrules.questions.edits import edits, same, shown

NOT_TOLD = "not recorded"
"""The cause where nothing that the runs record differs: boot times, module streams and tracking files are not kept."""

_FACTS = tuple(column.name for column in HOSTS[:5])
_POLICY = ("", Cause.BASELINE, Cause.ASSIGNMENT)
_MOST = 5
_CATALOG, _INVENTORY = frozenset({Cause.CATALOG}), frozenset({Cause.INVENTORY})
_EITHER = _CATALOG | _INVENTORY
_END = "\x1f"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs between two runs, in words.

    >>> print(Difference(Cause.AS_OF, "2026-11-01 00:00Z → 2026-11-08 00:00Z"))
    as-of: 2026-11-01 00:00Z → 2026-11-08 00:00Z
    """

    cause: Cause
    text: str

    def __str__(self) -> str:
        """Return the cause and what differs."""
        return f"{self.cause}: {self.text}"


@dataclass(frozen=True, slots=True)
class Causes:
    """What differs between two runs: for the whole of them ``of_run``, for hosts the baseline that serves them.

    ``policies`` are the pairs of served baselines as text, and the place of their cause in ``_POLICY``; ``as_of`` are
    the two instants.
    """

    of_run: tuple[Cause, ...]
    differences: tuple[Difference, ...]
    hosts: pa.Array
    policies: pa.Array
    as_of: tuple[datetime, datetime]

    def of_hosts(self, hosts: pa.ChunkedArray) -> pa.ChunkedArray:
        """Return everything that can make a difference on each host."""
        return self._words(self._policy(hosts), pa.scalar(True), pa.scalar(True))

    def of_rows(self, told: pa.Table, *, lists_all: bool) -> pa.ChunkedArray:
        """Return the cause of each changed verdict; several words where the runs do not tell them apart.

        What is installed explains a row where it differs and the approval did not change. The instant explains a change
        of approval where the deciding rule approves between the two instants, and none that it approves before both.
        """
        there = [pc.is_valid(told[f"state_{side}"]) for side in ("before", "after")]
        has = [pc.fill_null(told[f"installed_{side}"], "") for side in ("before", "after")]
        one_sided = pc.invert(pc.and_(*there))
        moved = pc.and_(pc.not_equal(*has), pc.and_(pc.invert(one_sided), pa.scalar(Cause.INVENTORY in self.of_run)))
        approval = pc.not_equal(told["approval_change"], ApprovalChange.NONE.value)
        alone = pc.and_(one_sided, pa.scalar(lists_all and Cause.INVENTORY in self.of_run))
        alone = pc.and_(alone, pc.not_equal(pc.binary_join_element_wise(*has, ""), ""))
        came = pc.invert(pc.and_(told["host_before"], told["host_after"]))
        by_inventory = pc.or_(came, pc.and_(pc.invert(approval), pc.or_(moved, alone)))
        since = self._deciding(told)
        between, known = self._between(since), pc.and_(approval, pc.is_valid(since))
        may_be_inventory = pc.or_(moved, pc.and_(one_sided, pa.scalar(not lists_all)))
        words = self._words(self._policy(told["host"]), pc.invert(known), may_be_inventory)
        by_instant = pc.and_(known, pc.and_(between, pa.scalar(Cause.AS_OF in self.of_run)))
        words = pc.if_else(by_instant, Cause.AS_OF.value, words)
        return pc.if_else(by_inventory, Cause.INVENTORY.value, words)

    def _deciding(self, told: pa.Table) -> pa.ChunkedArray:
        """Return the instant from which the deciding rule approves."""
        newly = pc.equal(told["approval_change"], ApprovalChange.NEWLY_APPROVED.value)
        return pc.if_else(newly, told["since_after"], told["since_before"])

    def _between(self, since: pa.ChunkedArray) -> pa.ChunkedArray:
        """Say which instants lie between those of the runs: a patch is approved after its instant."""
        early, late = (pa.scalar(instant, since.type) for instant in sorted(self.as_of))
        return pc.fill_null(pc.and_(pc.greater_equal(since, early), pc.less(since, late)), False)

    def _policy(self, hosts: pa.ChunkedArray) -> pa.ChunkedArray:
        """Return the place in ``_POLICY`` of each host's cause."""
        return pc.fill_null(self.policies.take(pc.index_in(hosts, value_set=self.hosts)), 0)

    def _words(self, policy: pa.ChunkedArray, as_of: pa.Scalar, stock: pa.Scalar) -> pa.ChunkedArray:
        """Return words for the causes that are left; ``as_of`` and ``stock`` say where these two are among them."""
        texts = [self._text(one, bool(number & 1), bool(number & 2)) for number in range(4) for one in _POLICY]
        flags = [pc.multiply(pc.cast(flag, pa.int64()), weight) for flag, weight in ((as_of, 3), (stock, 6))]
        places = functools.reduce(pc.add, [policy, *flags])
        return pa.chunked_array([pa.array(texts).take(places.combine_chunks())])

    def _text(self, policy: str, as_of: bool, stock: bool) -> str:  # noqa: FBT001  one of a table of twelve
        """Return the words for one combination."""
        out = {Cause.AS_OF: as_of, Cause.INVENTORY: stock}
        words = [*([policy] if policy else []), *(one for one in self.of_run if out.get(one, True))]
        return " or ".join(words) or NOT_TOLD


def causes_of(before: Run, after: Run) -> Causes:
    """Return what differs between two runs. O(hosts) in Arrow, O(distinct pairs of baselines) in Python."""
    hosts, pairs = _served(before, after)
    known = [{(one.name, one.baseline_id or None): one for one in run.baselines} for run in (before, after)]
    kinds = [_kind(pair, known) for pair in pairs.dictionary.to_pylist()]
    policies = pa.array([_POLICY.index(kind) for kind in kinds], pa.int64()).take(pairs.indices)
    counts = {row["values"]: row["counts"] for row in pc.value_counts(pairs).to_pylist()}
    files = list(_files(before, after))
    differences = [
        *_edited(known),
        *(_reassigned(pair, counts[pair]) for pair in sorted(counts) if _kind(pair, known) == Cause.ASSIGNMENT),
        *(told for _, told in files),
        *_hosts(before, after),
        *_stated(before, after),
    ]
    unique = {one.cause for one in differences}.union(*(may for may, _ in files))
    of_run = tuple(one for one in Cause if one in unique and one not in _POLICY)
    instants = (before.settings.as_of, after.settings.as_of)
    return Causes(of_run, tuple(differences), hosts, policies, instants)


def _served(before: Run, after: Run) -> tuple[pa.Array, pa.DictionaryArray]:
    """Return the hosts that both runs have, and the baselines that serve them as text."""
    names = before.hosts["host"].combine_chunks()
    place = pc.index_in(after.hosts["host"], value_set=names)
    shared = pc.is_valid(place)
    here, there = after.hosts.filter(shared), before.hosts.take(place.filter(shared))
    parts = [pc.fill_null(side[name], "") for side in (there, here) for name in ("baseline", "baseline_id")]
    pairs = pc.binary_join_element_wise(*parts, _END).combine_chunks().dictionary_encode()
    return here["host"].combine_chunks(), pairs


def _kind(pair: str, known: Sequence[Mapping[tuple[str, str | None], Baseline]]) -> str:
    """Return the cause that a pair of served baselines is, empty where it is none."""
    keys = _keys(pair)
    if keys[0] != keys[1]:
        return Cause.ASSIGNMENT
    one, other = (found.get(key) for found, key in zip(known, keys, strict=True))
    return Cause.BASELINE if one and other and not same(one, other) else ""


def _keys(pair: str) -> tuple[tuple[str, str | None], tuple[str, str | None]]:
    """Return name and id of the two baselines."""
    name, one, other_name, other = pair.split(_END)
    return (name, one or None), (other_name, other or None)


def _edited(known: Sequence[Mapping[tuple[str, str | None], Baseline]]) -> Iterator[Difference]:
    """Yield every edit of a baseline that both runs have."""
    for key, before in known[0].items():
        after = known[1].get(key)
        if after is not None:
            yield from (Difference(Cause.BASELINE, f"`{key[0]}`, {edit}") for edit in edits(before, after))


def _reassigned(pair: str, hosts: int) -> Difference:
    """Return that hosts are served by another baseline."""
    before, after = (f"`{name}`" if name else "none" for name, _ in _keys(pair))
    return Difference(Cause.ASSIGNMENT, f"{_counted(hosts, 'host')}: baseline {before} → {after}")


def _files(before: Run, after: Run) -> Iterator[tuple[frozenset[Cause], Difference]]:
    """Yield which files differ, with what they may be causes of.

    What may be either is said once, with the inventory.
    """
    placed = [_placed(run.sources) for run in (before, after)]
    for may in (_CATALOG, _INVENTORY, _EITHER):
        sides = [{key: name for key, (kind, name) in side.items() if kind == may} for side in placed]
        found = list(_file_edits(*sides))
        if found:
            rest = [f"and {len(found) - _MOST:,} more"] if len(found) > _MOST else []
            text = ", ".join([*found[:_MOST], *rest])
            cause = Cause.CATALOG if may == _CATALOG else Cause.INVENTORY
            yield may, Difference(cause, f"{text} (of the inventory or of a catalog)" if may == _EITHER else text)


def _placed(sources: Sequence[Source]) -> dict[str, tuple[frozenset[Cause], str]]:
    """Return by their hashes what files may be of, and their names.

    A format tells, where only one shelf knows it; else the order, for those of the inventory stand first.
    """
    catalogs, inventories = set(catalog.readers()), set(inventory.readers())
    first = next((place for place, one in enumerate(sources) if one.format in catalogs - inventories), len(sources))
    last = max((place for place, one in enumerate(sources) if one.format in inventories - catalogs), default=-1)
    kinds = (_INVENTORY if place <= last else _CATALOG if place >= first else _EITHER for place in range(len(sources)))
    return {one.sha256: (kind, _base(one.name)) for kind, one in zip(kinds, sources, strict=True)}


def _file_edits(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    """Yield how the files differ: by their content, wherever they lie and whatever they are called."""
    lost, new = (
        {side[key] for key in side.keys() - other.keys()} for side, other in ((before, after), (after, before))
    )
    yield from (f"`{name}` has other content" for name in sorted(lost & new))
    yield from (f"+ `{name}`" for name in sorted(new - lost))
    yield from (f"- `{name}`" for name in sorted(lost - new))


def _base(name: str) -> str:
    """Return the last part of a file's name."""
    return name.replace("\\", "/").rstrip("/").rpartition("/")[2]


def _hosts(before: Run, after: Run) -> Iterator[Difference]:
    """Yield which hosts came, went, and are described in other words."""
    names = [run.hosts["host"].combine_chunks() for run in (before, after)]
    came, went = (
        len(here) - (pc.sum(pc.is_in(here, value_set=there)).as_py() or 0) for here, there in (names[::-1], names)
    )
    yield from (Difference(Cause.INVENTORY, f"+ {_counted(came, 'host')}") for _ in range(came > 0))
    yield from (Difference(Cause.INVENTORY, f"- {_counted(went, 'host')}") for _ in range(went > 0))
    place = pc.index_in(names[1], value_set=names[0])
    shared = pc.is_valid(place)
    here, there = after.hosts.filter(shared), before.hosts.take(place.filter(shared))
    other = {name: _unequal(there[name], here[name]) for name in _FACTS[1:]}
    for name, count in other.items():
        yield from (Difference(Cause.INVENTORY, f"{name} of {_counted(count, 'host')}") for _ in range(count > 0))


def _unequal(before: pa.ChunkedArray, after: pa.ChunkedArray) -> int:
    """Return in how many places two columns of texts differ."""
    other = pc.not_equal(pc.fill_null(before, _END), pc.fill_null(after, _END))
    found: int = pc.sum(other).as_py() or 0
    return found


def _stated(before: Run, after: Run) -> Iterator[Difference]:
    """Yield which settings differ."""
    one, other = before.settings, after.settings
    if one.as_of != other.as_of:
        yield Difference(Cause.AS_OF, f"{stamp(one.as_of)} → {stamp(other.as_of)}")
    for name in (field.name for field in fields(one) if field.name != "as_of"):
        found = [getattr(side, name) for side in (one, other)]
        if found[0] != found[1]:
            said = name.replace("_", " ")
            is_list = name == "install_override"
            text = "is another list" if is_list else f"{shown(found[0])} → {shown(found[1])}"
            yield Difference(Cause.SETTINGS, f"{said} {text}")
    if before.limits != after.limits:
        yield Difference(Cause.SETTINGS, "other limits of age")
    if before.version != after.version:
        yield Difference(Cause.VERSION, f"{before.version} → {after.version}")


def _counted(number: int, noun: str) -> str:
    """Return a number of things."""
    return f"{number:,} {noun if number == 1 else noun + 's'}"
