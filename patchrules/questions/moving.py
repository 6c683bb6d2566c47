"""Which packages can be judged otherwise at another instant or delay: the part of a fleet that has to be judged again.

A verdict depends on the as-of instant only where a date plus a delay lies between two instants. All dates of a row
count, and all delays, so that this is more than what changes and never less.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.families import facts_of, families
from patchrules.model.host import Inventory
from patchrules.model.names import Dialect
from patchrules.model.patch import Catalog
from patchrules.sources import arrow

CLOCKS = ("issued", "updated", "built")


@dataclass(frozen=True, slots=True)
class Moving:
    """Which names of packages may change, at which instants; ``reboots`` are (id, advisory) that suggest a reboot."""

    names: pa.Array
    instants: pa.Array
    reboots: frozenset[tuple[str, str | None]]

    def between(self, begin: datetime, end: datetime) -> bool:
        """Say whether anything may change between two instants, both included."""
        inside = pc.and_(*_inside(self.instants, begin, end))
        return bool(pc.any(inside).as_py())


def moving(
    fleet: Inventory, catalogs: Sequence[Catalog], delays: Iterable[timedelta], start: datetime, until: datetime
) -> Moving:
    """Return what may change: rows with a date that, with the delay of any rule, lies in the time asked about."""
    waits = {timedelta(0), *delays}
    names, instants, reboots = [], [], set()
    tables = [*((one.table, CLOCKS) for one in catalogs), (fleet.packages, ("built",))]
    for rows, clocks in tables:
        for clock in clocks:
            for delay in waits:
                flips = pc.add(pc.cast(rows[clock], arrow.INSTANT), pa.scalar(delay, pa.duration("us")))
                hit = pc.fill_null(pc.and_(*_inside(flips, start, until)), False)
                names += pc.unique(rows["name"].filter(hit)).to_pylist()
                instants += pc.unique(flips.filter(hit)).to_pylist()
    for one in catalogs:
        rows = one.table.filter(pc.fill_null(one.table["reboot"], False)).select(["name", "arch", "advisory"])
        for row in rows.to_pylist():
            reboots |= {(row["name"], row["advisory"]), (f"{row['name']}.{row['arch']}", row["advisory"])}
    return Moving(
        pa.array(sorted(set(names)), pa.string()), pa.array(sorted(set(instants)), arrow.INSTANT), frozenset(reboots)
    )


def _inside(instants: pa.Array, begin: datetime, end: datetime) -> tuple[pa.Array, pa.Array]:
    """Say which instants are not before the one and not after the other."""
    limits = [pa.scalar(limit, arrow.INSTANT) for limit in (begin, end)]
    return pc.greater_equal(instants, limits[0]), pc.less_equal(instants, limits[1])


def part_of(
    fleet: Inventory, catalogs: Sequence[Catalog], parts: Moving, dialect: Dialect, *, all_hosts: bool
) -> tuple[Inventory, list[Catalog]]:
    """Return the packages and patches that may change; of hosts whose packages depend on one another, all of them."""
    whole = [
        family.name
        for family in families().values()
        if dialect is not Dialect.DOCUMENTED or facts_of(family, dialect, None).states != "documented"
    ]
    hosts = fleet.hosts.filter(
        pc.fill_null(pc.is_in(fleet.hosts["family"], value_set=pa.array(whole, pa.string())), False)
    )
    packages = fleet.packages
    kept = pc.or_(_is_in(packages["name"], parts.names), _is_in(packages["host"], hosts["host"].combine_chunks()))
    packages = packages.filter(kept)
    present = pc.or_(*(_is_in(fleet.hosts["host"], rows["host"].combine_chunks()) for rows in (packages, hosts)))
    part = replace(fleet, packages=packages, hosts=fleet.hosts if all_hosts else fleet.hosts.filter(present))
    return part, [
        one
        if one.scope.family in whole
        else replace(one, table=one.table.filter(_is_in(one.table["name"], parts.names)))
        for one in catalogs
    ]


def _is_in(column: pa.ChunkedArray, known: pa.Array) -> pa.ChunkedArray:
    """Say which texts are among some."""
    return pc.is_in(pc.cast(column, pa.string()), value_set=pc.cast(known, pa.string()))
