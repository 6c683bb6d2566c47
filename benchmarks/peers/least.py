"""The least that numpy can do with the star layout: everything is decided beforehand, rows are looked up and counted.

It is told which verdict each package has under each policy, and the profile of each host. What is left is one gather a
row, one count, and the texts of what fails; threads do this for a row group each. It looks for no doubt, sees no name
twice, describes no host, and counts under made-up classes: its hosts are those that were decided. A bound on what ours
can become, not a contender; the verdicts that it writes are ours, and compared.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from patchrules.batch.keys import Ints, encoded, whole
from patchrules.batch.rows import blocks
from patchrules.evaluation.saved import WRITING
from patchrules.evaluation.streaming import ahead

DECIDED = "ours"
"""Whose verdicts it is told: the folder of that contender beside ours."""

_PASSING, _CLASSES, _MEASURES = 40, 64, 20
"""Rows of counts that comply, all of them, and how many numbers each has: as many as ours meets in such a fleet."""

_TABLE_ROWS = 250_000
_NOBODY = "-"


@dataclass(frozen=True, slots=True)
class Prepared:
    """The row groups to read; by policy and package the row of counts and the verdict; the distinct verdicts."""

    groups: list[tuple[Path, int]]
    policy: Ints
    width: int
    kinds: Any
    numbers: Any
    verdicts: pa.Table
    hosts: pa.Table


@dataclass(frozen=True, slots=True)
class Failing:
    """What fails in a row group: numbers of hosts and of verdicts; and the counts of its hosts."""

    host: Any
    verdict: Any
    counts: Any


def prepare(folder: Path, layout: str) -> Prepared:
    """Work out from finished verdicts which one each package has under each policy."""
    if layout != "star":
        raise ValueError(f"it knows the layout star alone, not {layout}")
    files = sorted((folder / "star" / "installed").glob("*.parquet"))
    groups = [(path, group) for path in files for group in range(pq.ParquetFile(path).num_row_groups)]
    decided = folder / "output" / layout / DECIDED
    hosts, packages = pq.read_table(decided / "hosts.parquet"), pq.read_table(folder / "star" / "packages.parquet")
    policy = encoded(_together(hosts, ("family", "product", "arch", "patch_group", "baseline")))[0].astype(np.int64)
    found = pq.read_table(decided / "verdicts.parquet")
    host = pc.index_in(found["host"].cast(pa.string()), value_set=whole(hosts["host"])).to_numpy()
    known = whole(_together(packages, ("name", "arch", "evr")))
    package = pc.index_in(_together(found, ("name", "arch", "installed")), value_set=known).to_numpy()
    place, first = np.unique(policy[host] * packages.num_rows + package, return_index=True)
    numbers = np.zeros((policy.max() + 1) * packages.num_rows, dtype=np.int32)
    numbers[place] = np.arange(len(place))
    kinds = (np.arange(len(numbers)) % _PASSING).astype(np.int16)
    kinds[place] = _PASSING + np.arange(len(place)) % (_CLASSES - _PASSING)
    verdicts = found.drop_columns("host").take(pa.array(first)).combine_chunks()
    return Prepared(groups, policy, packages.num_rows, kinds, numbers, verdicts, hosts)


def _together(table: pa.Table, names: tuple[str, ...]) -> pa.ChunkedArray:
    """Return some columns as one text a row."""
    return pc.binary_join_element_wise(*(pc.fill_null(table[name].cast(pa.string()), _NOBODY) for name in names), "|")


def run(prepared: Prepared, output: Path) -> None:
    """Read, look up, count, and write what fails."""
    schema = prepared.verdicts.schema.insert(0, pa.field("host", pa.dictionary(pa.int32(), pa.string())))
    with pq.ParquetWriter(output / "verdicts.parquet", schema, **WRITING) as writer, ThreadPoolExecutor(1) as clerk:
        writing = [clerk.submit(_write, prepared, some, writer, schema) for some in _tables(prepared)]
        for one in writing:
            one.result()
    pq.write_table(prepared.hosts, output / "hosts.parquet", compression="zstd")


def _tables(prepared: Prepared) -> Iterator[list[Failing]]:
    """Yield what fails in some row groups, enough for a table worth writing."""
    waiting: list[Failing] = []
    for _, found in ahead(lambda group: _looked_up(prepared, *group), prepared.groups, os.cpu_count() or 1):
        waiting.append(found)
        if sum(len(one.host) for one in waiting) >= _TABLE_ROWS:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def _looked_up(prepared: Prepared, path: Path, group: int) -> Failing:
    """Look up the rows of a group. Threads do this."""
    with pq.ParquetFile(path, pre_buffer=False) as file:
        table = file.read_row_group(group, columns=["host", "package"], use_threads=False)
    host, package = (whole(table[name]).to_numpy() for name in ("host", "package"))
    first, last = int(host[0]), int(host[-1])
    lengths = np.diff(np.searchsorted(host, np.arange(first, last + 2, dtype=host.dtype)))
    start, often = prepared.policy[first : last + 1] * prepared.width, np.empty((len(lengths), _CLASSES))
    hosts, numbers = [], []
    for mine, some in blocks(lengths):
        own = lengths[mine]
        place = np.repeat(start[mine], own)
        place += package[some]
        kind = prepared.kinds.take(place)
        cell = np.repeat(np.arange(len(own)) * _CLASSES, own)
        cell += kind
        often[mine] = np.bincount(cell, minlength=len(own) * _CLASSES).reshape(len(own), _CLASSES)
        failing = np.flatnonzero(kind >= _PASSING)
        numbers.append(prepared.numbers.take(place.take(failing)))
        hosts.append(host[some].take(failing))
    counts = often @ np.ones((_CLASSES, _MEASURES))
    return Failing(np.concatenate(hosts), np.concatenate(numbers), counts)


def _write(prepared: Prepared, found: list[Failing], writer: pq.ParquetWriter, schema: pa.Schema) -> None:
    """Write what fails, with dictionaries that have only what the table says."""
    host, verdict = (np.concatenate([getattr(one, name) for one in found]) for name in ("host", "verdict"))
    used = np.zeros(prepared.verdicts.num_rows, dtype=np.bool_)
    used[verdict] = True
    said = prepared.verdicts.take(pa.array(np.flatnonzero(used)))
    columns = {name: said[name] for name in said.column_names}
    texts = [name for name, column in columns.items() if pa.types.is_dictionary(column.type)]
    columns |= {name: columns[name].cast(pa.string()).dictionary_encode() for name in texts}
    number = (np.cumsum(used, dtype=np.int32) - 1).take(verdict)
    rows = pc.take(pa.table(columns), pa.array(number), boundscheck=False)
    first, last = int(host.min()), int(host.max())
    names = whole(prepared.hosts["host"].slice(first, last - first + 1))
    writer.write_table(rows.add_column(0, schema.field(0), pa.DictionaryArray.from_arrays(host - first, names)))
