"""Verdicts as the table people read: a distinct verdict is written out once, when it is first listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pyarrow as pa

from patchrules.batch.fresh import Fresh
from patchrules.batch.keys import Bools, Grown, Ints, Vocabulary
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

_OTHERS = tuple(column.name for column in VERDICTS if column.type != "string" and column.name not in OF_ROW)
NOTHING = 0
"""The code of a text that is not there."""

SCHEMA = pa.schema(
    [
        pa.field(one.name, pa.dictionary(pa.int32(), pa.string()) if one.type == pa.string() else one.type)
        for one in arrow.schema(VERDICTS)
    ]
)
"""``model.columns.VERDICTS`` with its texts as dictionaries: a row is some integers, whatever the texts say."""

_RENDERED = pa.schema([one for one in arrow.schema(VERDICTS) if one.name in (*TEXTS, *_OTHERS)])


@dataclass(frozen=True, slots=True)
class Listed:
    """Verdicts to list, one position a row: numbers of host and verdict, and what the row of the host says.

    ``installed_at`` are microseconds since 1970, NEVER where it is not known.
    """

    host: Ints
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
    """The distinct verdicts that were listed so far, as columns of codes."""

    def __init__(self) -> None:
        """Start with none."""
        self._blocks: list[tuple[int, Fresh]] = []
        self._size = 0
        self._place = Grown(np.int64)
        self._words = {name: _words() for name in TEXTS}
        self._codes = {name: Grown(np.int32) for name in TEXTS}
        self._tables: list[Any] = []
        self._dictionaries: dict[str, Any] = {}

    def add(self, fresh: Fresh) -> None:
        """Take in verdicts, which get the next numbers; nothing is written out yet."""
        self._blocks.append((self._size, fresh))
        self._size += len(fresh.known.state)
        self._place.append(np.full(len(fresh.known.state), -1))

    def table(self, unwritten: Unwritten) -> pa.Table:
        """Return ``model.columns.VERDICTS`` of verdicts, in SCHEMA.

        Cost: a gather of integers a column; texts are made for verdicts that were never listed before.
        """
        listed, hosts = unwritten.listed, unwritten.hosts
        place = self._places(listed.verdict)
        columns: dict[str, Any] = {}
        for name in TEXTS:
            codes = self._codes[name].values[place]
            if name in WAITING and listed.waiting.any():
                codes = np.where(listed.waiting, self._words[name].number(str(WAITING[name])), codes)
            columns[name] = self._dictionary(name, codes)
        others = self._others()
        columns |= {name: others[name].take(pa.array(place)) for name in _OTHERS} if len(place) else {}
        columns |= {"held": pa.array(listed.held), "installed_at": instants(listed.installed_at)}
        columns["host"] = pa.DictionaryArray.from_arrays(pa.array(listed.host.astype(np.int32)), hosts)
        return pa.table([columns.get(one.name, pa.nulls(0, one.type)) for one in SCHEMA], schema=SCHEMA)

    def texts(self, verdict: Ints, names: Sequence[str]) -> list[tuple[Any, ...]]:
        """Return some texts of some verdicts."""
        place = self._places(verdict)
        columns = [[self._words[name].values[code] for code in self._codes[name].values[place]] for name in names]
        return list(zip(*columns, strict=True))

    def _places(self, verdict: Ints) -> Ints:
        """Return where some verdicts are written out, writing out those that are not yet."""
        place: Ints = self._place.values
        new = np.unique(verdict[place[verdict] < 0])
        written, tables = len(self._codes["state"].values), []
        for number, (start, fresh) in enumerate(self._blocks if len(new) else ()):
            stop = self._blocks[number + 1][0] if number + 1 < len(self._blocks) else self._size
            mine = new[np.searchsorted(new, start) : np.searchsorted(new, stop)] - start
            if len(mine):
                # Others that fail will be listed for other hosts: a call costs as much as hundreds of verdicts.
                wanted = fresh.known.failing.copy()
                wanted[mine] = True
                mine = np.flatnonzero(wanted & (place[start:stop] < 0))
                tables.append(_whole(fresh.rendered(mine)))
                place[start + mine] = np.arange(written, written + len(mine))
                written += len(mine)
        if tables:
            self._write(pa.concat_tables(tables))
        return place[verdict]

    def _write(self, table: pa.Table) -> None:
        """Keep some verdicts that were written out."""
        for name in TEXTS:
            self._codes[name].append(self._words[name].encode(table[name]))
        self._tables.append(table.select(_OTHERS))

    def _others(self) -> pa.Table:
        """Return the columns that are no texts."""
        if len(self._tables) > 1:
            self._tables = [pa.concat_tables(self._tables).combine_chunks()]
        return self._tables[0] if self._tables else None

    def _dictionary(self, name: str, codes: Ints) -> pa.DictionaryArray:
        """Return codes as the texts they stand for; a text is made for Arrow only once."""
        texts = self._words[name].values
        known = self._dictionaries.get(name, pa.array([], pa.string()))
        if len(known) < len(texts) - 1:
            known = pa.concat_arrays([known, pa.array(texts[len(known) + 1 :], pa.string())])
            self._dictionaries[name] = known
        used = np.zeros(len(texts), dtype=np.bool_)
        used[codes] = True
        used[NOTHING] = False
        # A dictionary is written whole with every table, so it has only what the table says.
        places = np.cumsum(used, dtype=np.int32) - 1
        spoken = known.take(pa.array(np.flatnonzero(used) - 1))
        return pa.DictionaryArray.from_arrays(pa.array(places[codes], mask=codes == NOTHING), spoken)


def _whole(table: pa.Table) -> pa.Table:
    """Return rendered verdicts with every column that a verdict has, in one type each."""
    if "chain" not in table.column_names:
        table = table.append_column("chain", pa.array([[]] * table.num_rows, pa.list_(pa.string())))
    return table.select(_RENDERED.names).cast(_RENDERED)


def _words() -> Vocabulary:
    """Return an empty vocabulary in which null has the number NOTHING, as Parquet wants no null in a dictionary."""
    words = Vocabulary()
    words.number(None)
    return words
