"""Verdicts as the table people read: a distinct verdict is written out once, when it is first listed."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from patchrules.batch.fresh import Fresh
from patchrules.batch.keys import Bools, Codes, Grown, Ints
from patchrules.batch.render import instants
from patchrules.model.columns import VERDICTS
from patchrules.model.names import Reason, State, Status
from patchrules.sources import arrow

WAITING: Mapping[str, str] = {
    "state": State.INSTALLED_PENDING_REBOOT,
    "status": Status.NON_COMPLIANT,
    "reason": Reason.AWAITS_REBOOT,
}
"""What a verdict says where the package waits for a reboot; batch twin of ``reference.pending.waiting``."""

TEXTS = tuple(column.name for column in VERDICTS if column.type == "string" and column.name != "host")
OF_ROW = ("held", "installed_at")
"""What a row says, not its verdict."""

SCHEMA = pa.schema(
    [
        pa.field(one.name, pa.dictionary(pa.int32(), pa.string()) if one.type == pa.string() else one.type)
        for one in arrow.schema(VERDICTS)
    ]
)
"""``model.columns.VERDICTS`` with its texts as dictionaries: a row is some integers, whatever the texts say."""

_RENDERED = arrow.schema([column for column in VERDICTS if column.name not in ("host", *OF_ROW)])
"""What is said of a verdict whatever host it is on."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Verdicts to list, one position a row: numbers of host and verdict, and what the row of the host says.

    ``installed_at`` are microseconds since 1970, NEVER where it is not known.
    """

    host: Codes
    verdict: Ints
    waiting: Bools
    held: Bools
    installed_at: Ints


@dataclass(frozen=True, slots=True)
class Unwritten:
    """Verdicts to list of some hosts, yet to be written out; ``hosts`` are the ids by their numbers."""

    listed: Listed
    hosts: pa.Array

    @property
    def num_rows(self) -> int:
        """The number of verdicts."""
        return len(self.listed.host)


def joined(some: Sequence[Unwritten]) -> Unwritten:
    """Return the verdicts of some hosts after those of others: a table of few rows costs as much as one of many."""
    if len(some) == 1:
        return some[0]
    first = np.cumsum([0, *(len(one.hosts) for one in some)])
    parts = {field.name: np.concatenate([getattr(one.listed, field.name) for one in some]) for field in fields(Listed)}
    parts["host"] += np.repeat(first[:-1], [one.num_rows for one in some])
    return Unwritten(Listed(**parts), pa.concat_arrays([one.hosts for one in some]))


class Listing:
    """The distinct verdicts that were met so far; those that were listed are written out.

    One thread may add verdicts while another one writes out those that were added before.
    INVARIANT: adding only ever puts a block at the end; all else is changed by whoever holds the lock.
    """

    def __init__(self) -> None:
        """Start with none."""
        self._lock = threading.Lock()
        self._blocks: list[tuple[int, Fresh]] = []
        self._size = 0
        self._place = Grown(np.int64)
        # What was written out together is kept together: one table would be copied whenever it grows.
        self._written: list[Any] = []
        self._starts = [0]

    def add(self, fresh: Fresh) -> None:
        """Take in verdicts, which get the next numbers; nothing is written out yet."""
        self._blocks.append((self._size, fresh))
        self._size += len(fresh.known.state)

    def table(self, unwritten: Unwritten) -> pa.Table:
        """Return ``model.columns.VERDICTS`` of verdicts, in SCHEMA.

        Cost: a gather of integers a column; texts are made for verdicts that were never listed before.
        """
        listed = unwritten.listed
        with self._lock:
            place = self._places(listed.verdict)
            used = np.zeros(self._starts[-1], dtype=np.bool_)
            used[place] = True
            # A dictionary is written whole with every table, so it has only what the table says.
            distinct = _coded(self._taken(np.flatnonzero(used)))
        # INVARIANT: every place is among the used ones, of which ``distinct`` has a row each.
        rows = pc.take(distinct, pa.array((np.cumsum(used, dtype=np.int32) - 1).take(place)), boundscheck=False)
        columns = dict(zip(rows.column_names, rows.columns, strict=True))
        if listed.waiting.any():
            columns |= {name: _said(listed.waiting, str(text), columns[name]) for name, text in WAITING.items()}
        columns |= {"held": pa.array(listed.held), "installed_at": instants(listed.installed_at)}
        columns["host"] = pa.DictionaryArray.from_arrays(pa.array(listed.host.astype(np.int32)), unwritten.hosts)
        return pa.table([columns[one.name] for one in SCHEMA], schema=SCHEMA)

    def texts(self, verdict: Ints, names: Sequence[str]) -> list[tuple[Any, ...]]:
        """Return some texts of some verdicts."""
        with self._lock:
            places, own = np.unique(self._places(verdict), return_inverse=True)
            found = self._taken(places).take(pa.array(own))
        return list(zip(*(found[name].to_pylist() for name in names), strict=True))

    def _taken(self, places: Ints) -> pa.Table:
        """Return the verdicts that are written out at some places, which are in order."""
        cuts = itertools.pairwise(np.searchsorted(places, self._starts).tolist())
        parts = [
            table.take(pa.array(places[first:last] - start))
            for table, start, (first, last) in zip(self._written, self._starts[:-1], cuts, strict=True)
            if last > first
        ]
        return pa.concat_tables([_RENDERED.empty_table(), *parts]).combine_chunks()

    def _places(self, verdict: Ints) -> Ints:
        """Return where some verdicts are written out, writing out those that are not yet."""
        blocks = list(self._blocks)
        place = self._grown(blocks)
        new = np.unique(verdict[place[verdict] < 0])
        tables, written = [], []
        for start, fresh in blocks if len(new) else ():
            stop = start + len(fresh.known.state)
            mine = new[np.searchsorted(new, start) : np.searchsorted(new, stop)] - start
            if len(mine):
                # Others that fail will be listed for other hosts: a call costs as much as hundreds of verdicts.
                wanted = fresh.known.failing.copy()
                wanted[mine] = True
                mine = np.flatnonzero(wanted & (place[start:stop] < 0))
                tables.append(_whole(fresh.rendered(mine)))
                written.append(start + mine)
        if tables:
            self._written.append(pa.concat_tables(tables).combine_chunks())
            first = self._starts[-1]
            self._starts.append(first + self._written[-1].num_rows)
            place[np.concatenate(written)] = np.arange(first, self._starts[-1])
        return place[verdict]

    def _grown(self, blocks: Sequence[tuple[int, Fresh]]) -> Ints:
        """Return where every verdict of some blocks is written out, -1 where it is not yet."""
        size = sum(len(fresh.known.state) for _, fresh in blocks)
        self._place.append(np.full(size - len(self._place.values), -1))
        place: Ints = self._place.values
        return place


def _coded(table: pa.Table) -> pa.Table:
    """Return verdicts with dictionaries for texts."""
    return pa.table(
        {name: table[name].dictionary_encode() if name in TEXTS else table[name] for name in table.column_names}
    )


def _said(rows: Bools, text: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column of dictionaries that says ``text`` in some rows."""
    return pc.if_else(pa.array(rows), text, column.cast(pa.string())).dictionary_encode()


def _whole(table: pa.Table) -> pa.Table:
    """Return rendered verdicts with every column that a verdict has, in one type each."""
    if "chain" not in table.column_names:
        table = table.append_column("chain", pa.array([[]] * table.num_rows, pa.list_(pa.string())))
    return table.select(_RENDERED.names).cast(_RENDERED)
