"""Writes a fleet of up to tens of millions of rows, a row group at a time: whole arrays, no loop over rows.

``python -m benchmarks.large_fleet FOLDER --rows 60M`` writes::

    catalogs/<family>.parquet  baselines/<name>.json
    flat/part-*.parquet             host family product host_arch patch_group name arch evr, plain strings
    star/hosts.parquet star/packages.parquet        what each number stands for
    star/installed/part-*.parquet   two numbers a row
    shape.json                      the knobs, and how diverse the rows came out

Memory is that of one row group, whatever the number of rows. The same seed gives the same fleet.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

import patchrules as pr
from benchmarks import universe
from benchmarks.universe import NAMES, SYSTEMS, WORST, Shape

Ints = npt.NDArray[np.int64]

GROUP = 1_000_000
FILE = 10
"""Rows of a row group, and row groups of a file."""

LOST = 0.01
"""The share of an image's packages that a host lacks."""

BEHIND = 0.03
"""The share of an image's packages that are not at the newest version."""


@dataclass(frozen=True, slots=True)
class Images:
    """What each golden image holds: name numbers and version numbers, a row an image."""

    name: Ints
    version: Ints


def shape_of(rows: int, **knobs: Any) -> Shape:  # noqa: ANN401 - the knobs of Shape
    """Return a shape with about so many rows."""
    shape = Shape(hosts=1, **knobs)
    return dataclasses.replace(shape, hosts=max(1, round(rows / (shape.packages * (1 - LOST)))))


def host_columns(shape: Shape) -> dict[str, Ints]:
    """Return the system and the patch group number of every host."""
    number = np.arange(shape.hosts)
    system = number % len(SYSTEMS)
    several = np.array([universe.groups(shape, place) for place in range(len(SYSTEMS))])
    return {"system": system, "group": number // len(SYSTEMS) % several[system]}


def host_names(first: int, last: int) -> list[str]:
    """Return host ids in the shape of EC2's, ascending.

    >>> host_names(10, 11)
    ['i-0000000000000000a']
    """
    return [f"i-{number:017x}" for number in range(first, last)]


def images(shape: Shape, count: int, source: np.random.Generator) -> Images:
    """Return ``count`` images: some names each, nearly all at their newest version.

    A stride through the prime number of names picks distinct ones without sorting random numbers.
    """
    start, stride = source.integers(0, NAMES, (count, 1)), source.integers(1, NAMES, (count, 1))
    picked = (start + stride * np.arange(shape.packages)) % NAMES
    behind = source.random(picked.shape) < BEHIND
    version = np.where(behind, source.integers(0, shape.versions, picked.shape), shape.versions - 1)
    return Images(np.sort(picked, axis=1), version)


def chunks(shape: Shape) -> Iterator[tuple[int, Ints, Ints]]:
    """Yield whole hosts, about GROUP rows at a time: the first host, and host and package number of every row."""
    golden = images(shape, shape.images, np.random.default_rng([shape.seed, 2])) if shape.images else None
    several = max(1, round(GROUP / (shape.packages * (1 - LOST))))
    system = host_columns(shape)["system"]
    for first in range(0, shape.hosts, several):
        last = min(first + several, shape.hosts)
        source = np.random.default_rng([shape.seed, 3, first])
        number = np.arange(first, last)
        if golden is None:
            own = images(shape, last - first, source)
            name, version = own.name, own.version
        else:
            # A host's system and image both follow its number, and 5 divides the number of images: an image has one.
            name, version = golden.name[number % shape.images], golden.version[number % shape.images]
        drifted = source.random(name.shape) < shape.drift
        version = np.where(drifted, source.integers(0, shape.versions, name.shape), version)
        package = ((system[first:last, None] * NAMES + name) * shape.versions) + version
        kept = source.random(name.shape) >= LOST
        yield first, np.repeat(number, kept.sum(axis=1)), package[kept]


def encoded(codes: Ints, values: pa.Array) -> pa.DictionaryArray:
    """Return ``values`` at ``codes`` as a dictionary of what occurs: Parquet takes it as it is."""
    present = np.zeros(len(values), dtype=np.bool_)
    present[codes] = True
    place = np.cumsum(present, dtype=np.int32) - 1
    return pa.DictionaryArray.from_arrays(pa.array(place[codes]), values.filter(pa.array(present)))


class Flat:
    """Turns numbers into the rows of the flat layout."""

    def __init__(self, shape: Shape) -> None:
        """Prepare the words: each column has its own, and a number for every package."""
        self._hosts = host_columns(shape)
        known = universe.dimension(shape)
        self._words, self._code = {}, {}
        for name in known.column_names:
            column = known[name].combine_chunks().dictionary_encode()
            self._words[name], self._code[name] = column.dictionary, column.indices.to_numpy()
        groups = max(universe.groups(shape, place) for place in range(len(SYSTEMS)))
        self._groups = pa.array([f"ring-{number}" for number in range(groups)])

    def table(self, first: int, host: Ints, package: Ints) -> pa.Table:
        """Return the rows of some hosts."""
        system, group = self._hosts["system"][host], self._hosts["group"][host]
        by_system = {"family": "family", "product": "product", "host_arch": "arch"}
        facts = {
            column: encoded(system, pa.array([getattr(one, name) for one in SYSTEMS]))
            for column, name in by_system.items()
        }
        ids = pa.array(host_names(first, int(host[-1]) + 1))
        whose = {"host": encoded(host - first, ids), **facts, "patch_group": encoded(group, self._groups)}
        what = {name: encoded(self._code[name][package], words) for name, words in self._words.items()}
        return pa.table({**whose, **what})


STAR = pa.schema([("host", pa.int32()), ("package", pa.int32())])
PLACES = {"flat": "flat", "star": "star/installed"}


class Files:
    """Writes row groups to one file after the other."""

    def __init__(self, folder: Path) -> None:
        """Start without a file."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._groups = folder, 0
        self._writer: pq.ParquetWriter | None = None

    def add(self, table: pa.Table) -> None:
        """Write a table as one row group."""
        if self._writer is None or self._groups % FILE == 0:
            self.close()
            path = self._folder / f"part-{self._groups // FILE:03}.parquet"
            # Readers shall find plain strings, as in anybody's file: our dictionaries only make writing fast.
            self._writer = pq.ParquetWriter(path, table.schema, store_schema=False)
        self._writer.write_table(table, row_group_size=len(table))
        self._groups += 1

    def close(self) -> None:
        """Finish the open file."""
        if self._writer is not None:
            self._writer.close()


def write(folder: Path, shape: Shape, layouts: tuple[str, ...] = ("flat", "star")) -> dict[str, Any]:
    """Write a fleet and return what ``shape.json`` says of it."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_policy(folder, shape)
    if "star" in layouts:
        (folder / "star").mkdir(exist_ok=True)
        pq.write_table(hosts_table(shape), folder / "star" / "hosts.parquet")
        pq.write_table(universe.dimension(shape), folder / "star" / "packages.parquet")
    flat = Flat(shape) if "flat" in layouts else None
    files = {layout: Files(folder / place) for layout, place in PLACES.items() if layout in layouts}
    rows, seen = 0, np.zeros(len(SYSTEMS) * NAMES * shape.versions, dtype=np.bool_)
    for first, host, package in chunks(shape):
        rows += len(host)
        seen[package] = True
        if flat:
            files["flat"].add(flat.table(first, host, package))
        if "star" in layouts:
            files["star"].add(pa.table([host.astype(np.int32), package.astype(np.int32)], STAR))
    for one in files.values():
        one.close()
    said = {"rows": rows, "distinct_packages": int(seen.sum()), **dataclasses.asdict(shape)}
    (folder / "shape.json").write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")
    return said


def hosts_table(shape: Shape) -> pa.Table:
    """Return one row a host in the columns of ``model.columns.HOSTS``."""
    known = host_columns(shape)
    facts = {
        name: pa.array([getattr(one, name) for one in SYSTEMS]).take(pa.array(known["system"]))
        for name in ("family", "product", "arch")
    }
    group = pa.array([f"ring-{number}" for number in range(int(known["group"].max()) + 1)])
    return pa.table({"host": host_names(0, shape.hosts), **facts, "patch_group": group.take(pa.array(known["group"]))})


def _write_policy(folder: Path, shape: Shape) -> None:
    """Write catalogs and baselines as patchrules reads them."""
    for name in ("catalogs", "baselines"):
        (folder / name).mkdir(exist_ok=True)
    for system in SYSTEMS:
        pr.build_catalog(
            folder / "catalogs" / f"{system.family}.parquet",
            universe.catalog(system, shape),
            family=system.family,
            products=[system.product],
        )
    for document in universe.baselines(shape):
        text = json.dumps(document, indent=2)
        (folder / "baselines" / f"{document['Name']}.json").write_text(text + "\n", encoding="utf-8")


def count_of(text: str) -> int:
    """Return a number that may end in K or M.

    >>> count_of("60M"), count_of("2500")
    (60000000, 2500)
    """
    unit = {"K": 1_000, "M": 1_000_000}.get(text[-1:].upper())
    return round(float(text[:-1]) * unit) if unit else int(text)


def peak_rss_mb() -> float:
    """Return this process's own peak, in MB.

    ``getrusage`` would do if it did not inherit the peak of whoever started us across exec; VmHWM does not.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return round(int(status.split("VmHWM:")[1].split()[0]) / 1024, 1)


def main() -> None:
    """Write a fleet to a folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=count_of, default=count_of("1M"))
    parser.add_argument("--worst", choices=WORST)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--layout", choices=("flat", "star", "both"), default="both")
    given = parser.parse_args()
    start = time.perf_counter()
    shape = shape_of(given.rows, seed=given.seed, **WORST.get(given.worst, {}))
    layouts = ("flat", "star") if given.layout == "both" else (given.layout,)
    said = write(given.folder, shape, layouts)
    print(json.dumps({**said, "seconds": round(time.perf_counter() - start, 2), "peak_rss_mb": peak_rss_mb()}))


if __name__ == "__main__":
    main()
