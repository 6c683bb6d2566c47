"""The floor: read the columns, two row groups at a time, and write the output that somebody else has decided.

It is told the finished run beforehand and holds it in memory, cut into one piece a row group.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

DECIDED = "ours"
"""Whose output is written: the folder of that contender beside ours."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The row groups to read, and what to write for each."""

    files: list[Path]
    groups: list[tuple[int, int]]
    verdicts: list[pa.Table]
    hosts: pa.Table


def prepare(folder: Path, layout: str) -> Prepared:
    """Load the output and cut it."""
    files = sorted((folder / ("star/installed" if layout == "star" else "flat")).glob("*.parquet"))
    groups = [
        (place, group) for place, path in enumerate(files) for group in range(pq.ParquetFile(path).num_row_groups)
    ]
    decided = folder / "output" / layout / DECIDED
    strings = [field.name for field in pq.read_schema(decided / "verdicts.parquet") if field.type == pa.string()]
    verdicts = pq.read_table(decided / "verdicts.parquet", read_dictionary=strings)
    each = -(-verdicts.num_rows // len(groups))
    pieces = [verdicts.slice(number * each, each) for number in range(len(groups))]
    return Prepared(files, groups, pieces, pq.read_table(decided / "hosts.parquet"))


def run(prepared: Prepared, output: Path) -> None:
    """Read everything, write everything."""
    names = [field.name for field in pq.read_schema(prepared.files[0]) if field.type == pa.string()]

    def read(place: int, group: int) -> int:
        file = pq.ParquetFile(prepared.files[place], read_dictionary=names, memory_map=True)
        return int(file.read_row_group(group, use_threads=False).num_rows)

    schema = prepared.verdicts[0].schema
    with (
        ThreadPoolExecutor(os.cpu_count()) as pool,
        pq.ParquetWriter(output / "verdicts.parquet", schema, compression="zstd") as writer,
    ):
        for _, piece in zip(pool.map(read, *zip(*prepared.groups, strict=True)), prepared.verdicts, strict=True):
            writer.write_table(piece)
    pq.write_table(prepared.hosts, output / "hosts.parquet", compression="zstd")
