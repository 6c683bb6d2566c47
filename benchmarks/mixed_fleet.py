"""A fleet of millions of rows, every family in one run, against the reference engine host by host; long, run by hand.

``python -m benchmarks.mixed_fleet --rows 2M`` draws hosts of every family from the pools of ``patchrules.testing``:
confusable versions, several of a name, half-installed, held, without an architecture. The batch engine judges all of
them in one pass, in both dialects (``agent``: the families that speak it), and again after its row groups were shuffled
and cut through hosts, split over files, packed, and given to threads and processes. Every difference is printed; the
exit code is 1 when there is one. The same seed draws the same fleet.
"""

from __future__ import annotations

import argparse
import dataclasses
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

import patchrules as pr
from benchmarks.large_fleet import count_of
from patchrules.evaluation.memory import spare_memory
from patchrules.evaluation.nouns import catalog_table, hosts_of
from patchrules.evaluation.refused import with_refused
from patchrules.evaluation.rows import run_of
from patchrules.families import Family, families
from patchrules.model.columns import HOSTS, PACKAGES, REJECTS
from patchrules.sources import arrow
from patchrules.testing import strategies, updates
from patchrules.testing.strategies import ARCHES, T0, TEXTS, VERSIONS

AS_OF = T0 + timedelta(days=1)
ROWS_OF_A_HOST = 100
PART = 250
"""Hosts that a process judges at once."""

DIALECTS = ("documented", "agent")
REFUSED = 0.001
"""The share of rows without a version."""

RINGS = ("a", "b", None)
"""Patch groups; None is served by the default of the operating system."""

KBS = tuple(f"KB{number}" for number in range(1, 61))
PACKAGE_NAMES = (*strategies.NAMES, *(f"{name}-{number}" for name in strategies.NAMES for number in range(9)))
OF_HOST = ("family", "product", "host_arch", "patch_group", "boot_time", "enabled_modules", "os_build")
SCHEMA = pa.schema(
    [
        *(field for field in arrow.schema(PACKAGES) if field.name != "line"),
        *(arrow.schema(HOSTS).field(name.removeprefix("host_")).with_name(name) for name in OF_HOST),
    ]
)
Tables = dict[str, Any]
SORTED = {"hosts": ("host",), "verdicts": ("host", "id", "title", "state", "reason", "advisory", "rule")}


@dataclass(frozen=True, slots=True)
class Fleet:
    """Everything a run is made from; rows are those of a flat fleet."""

    rows: pa.Table
    registry: pr.Registry
    catalogs: tuple[pr.Catalog, ...]


def drawn(strategy: st.SearchStrategy[Any], count: int, seed: int) -> list[Any]:
    """Return ``count`` examples of a strategy, the same for the same seed."""
    found: list[Any] = []

    @seeded(seed)
    @settings(
        max_examples=count,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
    )
    @given(strategy)
    def keep(example: object) -> None:
        found.append(example)

    keep()
    return found


def products_of(family: Family) -> tuple[str, ...]:
    """Return two products that hosts of a family have here."""
    if family.name == "windows":
        return updates.PRODUCTS
    return tuple(family.products[0].replace("?", "8").replace("*", major) for major in "89")


def fleet_of(rows: int, seed: int, dialect: str) -> Fleet:
    """Draw a fleet of the families that speak a dialect."""
    source = random.Random(seed)
    shelf = [family for family in families().values() if dialect == "documented" or family.agent]
    groups: dict[tuple[str, Any], pr.Baseline] = {}
    defaults: dict[Any, pr.Baseline] = {}
    catalogs = []
    for place, family in enumerate(shelf):
        system, is_windows = family.operating_system, family.name == "windows"
        policies = drawn(updates.update_baselines() if is_windows else strategies.baselines(system), 40, seed + place)
        for ring, policy in zip(RINGS, source.sample(policies, len(RINGS)), strict=True):
            named = dataclasses.replace(policy, name=f"{family.name}-{ring or 'default'}")
            if ring:
                groups[ring, system] = named
            else:
                defaults[system] = named
        patches = drawn(updates.update_patches() if is_windows else strategies.patches(system), 150, seed + place)
        table = catalog_table([renamed(patch, source, is_windows=is_windows) for patch in patches])
        catalogs.append(pr.Catalog(system, pr.Scope(family.name, ("*",)), table, arrow.table(REJECTS, {}, 0)))
    found = flat_rows(source, shelf, rows // ROWS_OF_A_HOST)
    return Fleet(found, pr.Registry((*groups.values(), *defaults.values()), groups, defaults), tuple(catalogs))


def renamed(patch: pr.Patch, source: random.Random, *, is_windows: bool) -> pr.Patch:
    """Spread a drawn patch over more names, so that a host can have a hundred packages."""
    if is_windows:
        return dataclasses.replace(
            patch, name=source.choice(KBS), supersedes=tuple(source.choice(KBS) for _ in patch.supersedes)
        )
    return dataclasses.replace(patch, name=source.choice(PACKAGE_NAMES))


def flat_rows(source: random.Random, shelf: Sequence[Family], hosts: int) -> pa.Table:
    """Draw the rows of hosts, each with its facts beside it, as a flat fleet has them."""
    columns: dict[str, list[Any]] = {name: [] for name in SCHEMA.names}
    for number in range(hosts):
        family = source.choice(shelf)
        count = source.randint(1, 2 * ROWS_OF_A_HOST)
        facts = facts_of_host(source, family)
        facts["host"] = f"host-{number:07}"
        for name, values in packages_of_host(source, family, count).items():
            columns[name] += values
        for name, value in facts.items():
            columns[name] += [value] * count
    return pa.table(columns, schema=SCHEMA)


def facts_of_host(source: random.Random, family: Family) -> dict[str, Any]:
    """Draw what is known of a host."""
    common, *others = ("x64", "x86", None) if family.name == "windows" else ARCHES[family.scheme]
    return {
        "family": family.name,
        "product": source.choice((*products_of(family), *products_of(family), None)),
        "host_arch": source.choice((common, common, common, *others, None)),
        "patch_group": source.choice(RINGS),
        "boot_time": source.choice((None, instant(source))),
        "enabled_modules": source.choice((None, [], list(strategies.MODULES[:1]))),
        "os_build": source.choice(updates.BUILDS) if family.name == "windows" else None,
    }


def packages_of_host(source: random.Random, family: Family, count: int) -> dict[str, list[Any]]:
    """Draw packages: often several versions of one, some half installed, some that the door refuses."""
    if family.name == "windows":
        names, versions, arches = (*KBS, updates.APPLICATION), ("0",), (None, "", "x64")
    else:
        names, versions = PACKAGE_NAMES, VERSIONS[family.scheme]
        arches = (*ARCHES[family.scheme][:1] * 6, *ARCHES[family.scheme], None)
    half = (None, "installed", "installed", "config-files") if family.scheme == "dpkg" else (None,)
    return {
        "name": source.choices(names, k=count),
        "arch": source.choices(arches, k=count),
        "evr": ["" if source.random() < REFUSED else evr for evr in source.choices(versions, k=count)],
        "installed_at": source.choices((None, *(instant(source) for _ in range(4))), k=count),
        "built": source.choices((None, *(instant(source) for _ in range(4))), k=count),
        "status": source.choices(half, k=count),
        "held": source.choices((None, False, True), k=count),
        "priority": source.choices((None, *TEXTS["priority"]), k=count),
        "section": source.choices((None, *TEXTS["section"]), k=count),
    }


def instant(source: random.Random) -> datetime:
    """Draw an instant of the grid, or a microsecond beside it."""
    return T0 + timedelta(days=source.randint(-3, 2), microseconds=source.choice((0, 0, -1, 1)))


def by_reference(fleet: Fleet, hosts: Sequence[pr.Host], dialect: str) -> Tables:
    """Judge some hosts one by one."""
    reports = [
        pr.evaluate(baseline_of(fleet.registry, host), host, fleet.catalogs, as_of=AS_OF, dialect=dialect)
        for host in hosts
    ]
    return tables_of(run_of(reports))


def baseline_of(registry: pr.Registry, host: pr.Host) -> pr.Baseline:
    """Return the baseline of a host."""
    system = families()[host.family or ""].operating_system
    return registry.groups.get((host.patch_group or "", system)) or registry.defaults[system]


def tables_of(run: pr.Run) -> Tables:
    """Return hosts and verdicts."""
    return {"hosts": run.hosts, "verdicts": run.verdicts}


def whole_reference(fleet: Fleet, hosts: Sequence[pr.Host], dialect: str, workers: int) -> Tables:
    """Judge every host, in processes."""
    parts = [hosts[start : start + PART] for start in range(0, len(hosts), PART)]
    with ProcessPoolExecutor(workers) as pool:
        found = list(pool.map(by_reference, [fleet] * len(parts), parts, [dialect] * len(parts)))
    return {name: pa.concat_tables([one[name] for one in found]) for name in SORTED}


def differences(what: str, wanted: Tables, found: Tables) -> list[str]:
    """Name every column that differs, with how often and the first host; what is wanted is in order."""
    said = []
    for name, left in wanted.items():
        right = in_order(name, found[name])
        if left.num_rows != right.num_rows:
            said.append(f"{what}: {name}: {left.num_rows:,} rows by reference, {right.num_rows:,} here")
            continue
        for column in left.column_names:
            if not left[column].equals(right[column]):
                pairs = zip(left[column].to_pylist(), right[column].to_pylist(), left["host"].to_pylist(), strict=True)
                apart = [(host, one, other) for one, other, host in pairs if one != other]
                if apart:
                    host, one, other = apart[0]
                    said.append(
                        f"{what}: {name}.{column}: {len(apart):,} differ, first on {host}: {one!r}, here {other!r}"
                    )
    return said


def in_order(name: str, table: pa.Table) -> pa.Table:
    """Return a table sorted by what tells its rows apart."""
    return table.sort_by([(key, "ascending") for key in SORTED[name]])


def variants(
    folder: Path, rows: pa.Table, source: random.Random, dialect: str
) -> Iterator[tuple[str, Any, Executor | None]]:
    """Yield the same fleet in other files and by other executors: the name, what to open, the executor.

    AWS's engine goes by the order of a host's rows where several speak of one package (Q18): there they keep it.
    """
    whole = folder / "whole.parquet"
    pq.write_table(rows, whole, row_group_size=100_000)
    yield "one file", whole, None
    # 33,333 is no multiple of any host's rows, so hosts lie across row groups.
    groups = [rows.slice(start, 33_333) for start in range(0, rows.num_rows, 33_333)]
    if dialect == "documented":
        source.shuffle(groups)
    shuffled = folder / "shuffled.parquet"
    with pq.ParquetWriter(shuffled, rows.schema) as writer:
        for group in groups:
            writer.write_table(group)
    yield f"row groups {'shuffled' if dialect == 'documented' else 'in order'}, hosts cut", shuffled, None
    split = folder / "split"
    split.mkdir()
    each = -(-rows.num_rows // 7)
    for number in range(7):
        pq.write_table(rows.slice(number * each, each), split / f"{number}.parquet", row_group_size=50_000)
    yield "seven files, hosts cut", split, None
    with ThreadPoolExecutor(3) as threads:
        yield "threads", split, threads
    with ProcessPoolExecutor(2) as processes:
        yield "processes", split, processes
    packed = folder / "packed"
    pr.pack_fleet(shuffled, packed)
    yield "packed", packed, None


def proved(fleet: Fleet, dialect: str, seed: int, workers: int) -> list[str]:
    """Judge a fleet in every way, say how far it is, and return what differs."""
    start, said = time.perf_counter(), []

    def tell(text: str) -> None:
        print(f"{time.perf_counter() - start:7.0f} s  {dialect}, {text}", flush=True)

    inventory = pr.open_fleet(fleet.rows)
    hosts = list(hosts_of(inventory))
    tell(f"{len(hosts):,} hosts, {fleet.rows.num_rows:,} rows, {inventory.rejects.num_rows:,} refused")
    reference = whole_reference(fleet, hosts, dialect, workers)
    # What the door refused is told beside every host, and the reference engine sees only what came through.
    reference["hosts"] = with_refused(reference["hosts"], inventory.rejects)
    del hosts, inventory  # some ten gigabytes of two million rows
    reference = {name: in_order(name, table) for name, table in reference.items()}
    tell(f"reference: {reference['verdicts'].num_rows:,} verdicts")
    with tempfile.TemporaryDirectory() as folder:
        for name, opened, executor in variants(Path(folder), fleet.rows, random.Random(seed), dialect):
            options = {"as_of": AS_OF, "dialect": dialect, "rows": "all", "executor": executor}
            run = pr.evaluate_fleet(fleet.registry, pr.open_fleet(opened), fleet.catalogs, **options)
            found = differences(f"{dialect}, {name}", reference, tables_of(run))
            said += found
            tell(f"{name}: {len(found)} differences")
    return said


def main(arguments: Sequence[str]) -> int:
    """Prove it, or say what differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=count_of, default=count_of("2M"))
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--dialect", choices=DIALECTS, help="Only this one.")
    wanted = parser.parse_args(arguments)
    spare_memory()
    said = []
    for dialect in (wanted.dialect,) if wanted.dialect else DIALECTS:
        said += proved(fleet_of(wanted.rows, wanted.seed, dialect), dialect, wanted.seed, wanted.workers)
    print("\n".join(said) or "no difference")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
