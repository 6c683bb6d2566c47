"""The floor: read the columns and write the output that somebody else has decided, both at the same time.

It is told the finished run beforehand and holds it in memory, row group for row group. One thread a processor reads row
groups, one more writes: a Parquet file has one writer. Files on both ends are those of our engine, with its settings.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from patchrules.evaluation.saved import WRITING

DECIDED = "ours"
"""Whose output is written: the folder of that contender beside ours."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The row groups to read, and those to write."""

    files: list[Path]
    groups: list[tuple[int, int]]
    verdicts: list[pa.Table]
    hosts: pa.Table


def prepare(folder: Path, layout: str) -> Prepared:
    """Load the output, with dictionaries as we have them when we write."""
    files = sorted((folder / ("star/installed" if layout == "star" else "flat")).glob("*.parquet"))
    groups = [
        (place, group) for place, path in enumerate(files) for group in range(pq.ParquetFile(path).num_row_groups)
    ]
    decided = folder / "output" / layout / DECIDED
    texts = [field.name for field in pq.read_schema(decided / "verdicts.parquet") if pa.types.is_dictionary(field.type)]
    file = pq.ParquetFile(decided / "verdicts.parquet", read_dictionary=texts)
    verdicts = [file.read_row_group(group) for group in range(file.num_row_groups)]
    return Prepared(files, groups, verdicts, pq.read_table(decided / "hosts.parquet"))


def run(prepared: Prepared, output: Path) -> None:
    """Read everything, write everything."""
    texts = [field.name for field in pq.read_schema(prepared.files[0]) if field.type == pa.string()]

    def read(place: int, group: int) -> int:
        file = pq.ParquetFile(prepared.files[place], read_dictionary=texts, memory_map=True)
        return int(file.read_row_group(group, use_threads=False).num_rows)

    with ThreadPoolExecutor((os.cpu_count() or 1) + 1) as pool:
        written = pool.submit(_write, prepared.verdicts, prepared.hosts, output)
        for _ in pool.map(read, *zip(*prepared.groups, strict=True)):
            pass
        written.result()


def _write(verdicts: Sequence[pa.Table], hosts: pa.Table, output: Path) -> None:
    """Write the finished run."""
    with pq.ParquetWriter(output / "verdicts.parquet", verdicts[0].schema, **WRITING) as writer:
        for piece in verdicts:
            writer.write_table(piece)
    pq.write_table(hosts, output / "hosts.parquet", compression="zstd")
