"""Arrow rows as nouns and back: where the tables of the doors meet the reference engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.errors import UnknownNameError
from patchrules.model.columns import CATALOG, HOSTS, PACKAGES, Column
from patchrules.model.host import Host, Inventory
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.sources import arrow

_LISTS = ("cves", "bugzillas", "supersedes", "requires")
_FLAGS = ("security", "offered", "reboot")


def patches_of(catalog: pa.Table) -> tuple[Patch, ...]:
    """Return the rows of a catalog table (``model.columns.CATALOG``) as patches, in their order."""
    columns = {column.name: catalog[column.name].to_pylist() for column in CATALOG}
    for name in _LISTS:
        columns[name] = [tuple(found or ()) for found in columns[name]]
    for name in _FLAGS:
        columns[name] = [bool(found) for found in columns[name]]
    columns["trusted"] = [found is not False for found in columns["trusted"]]
    return tuple(Patch(**dict(zip(columns, row, strict=True))) for row in zip(*columns.values(), strict=True))


def catalog_table(patches: Iterable[Patch]) -> pa.Table:
    """Return patches as a catalog table: the opposite of :func:`patches_of`."""
    return _table(CATALOG, list(patches))


def packages_table(hosts: Iterable[Host]) -> pa.Table:
    """Return the packages of some hosts as one table (``model.columns.PACKAGES``)."""
    rows = [(host.id, package) for host in hosts for package in host.packages]
    packages = _table(PACKAGES[1:], [package for _, package in rows])
    return packages.add_column(0, "host", pa.array([host for host, _ in rows], pa.string()))


def hosts_table(hosts: Sequence[Host]) -> pa.Table:
    """Return hosts without their packages as a table (``model.columns.HOSTS``)."""
    data = {column.name: [getattr(host, column.name, None) for host in hosts] for column in HOSTS[1:]}
    data["tags"] = [list(host.tags.items()) for host in hosts]
    data["enabled_modules"] = [None if host.enabled_modules is None else sorted(host.enabled_modules) for host in hosts]
    return arrow.table(HOSTS, {"host": [host.id for host in hosts], **data}, len(hosts))


def hosts_of(inventory: Inventory) -> Iterator[Host]:
    """Return the hosts of an inventory with their packages, in the order of its hosts table."""
    rows: dict[str, list[Package]] = {}
    names = [column.name for column in PACKAGES]
    columns = [inventory.packages[name].to_pylist() for name in names]
    for values in zip(*columns, strict=True):
        given = dict(zip(names, values, strict=True))
        given["held"] = bool(given["held"])
        rows.setdefault(given.pop("host"), []).append(Package(**given))
    for row in inventory.hosts.to_pylist():
        tags, modules = dict(row.pop("tags") or ()), row.pop("enabled_modules")
        identity = row.pop("host")
        enabled = None if modules is None else frozenset(modules)
        packages = tuple(rows.get(identity, ()))
        yield Host(id=identity, tags=tags, enabled_modules=enabled, packages=packages, **row)


def only(inventory: Inventory, host: str) -> Inventory:
    """Return the part of an inventory that speaks of one host; raises UnknownNameError for one that is not there.

    Diagnostics do not say which host they are about, so those of an inventory of several are left out.
    """
    names = inventory.hosts["host"]
    if len(names) == 1 and names[0].as_py() == host:
        return inventory
    if not pc.any(pc.equal(names, host)).as_py():
        raise UnknownNameError("host", host, names.to_pylist())
    return replace(of_hosts(inventory, [host]), diagnostics=())


def of_hosts(inventory: Inventory, names: Sequence[str]) -> Inventory:
    """Return the part of an inventory that speaks of some hosts; diagnostics, which may be about others, stay."""
    wanted = pa.array(names, pa.string())
    parts = {name: getattr(inventory, name) for name in ("hosts", "packages", "rejects")}
    mine = {name: rows.filter(pc.is_in(rows["host"], value_set=wanted)) for name, rows in parts.items()}
    return Inventory(**mine, sources=inventory.sources, diagnostics=inventory.diagnostics)


def _table(columns: Sequence[Column], nouns: Sequence[Patch | Package]) -> pa.Table:
    """Return nouns as a table of the columns that are their fields."""
    schema = arrow.schema(columns)
    data = {field.name: pa.array([getattr(noun, field.name) for noun in nouns], field.type) for field in schema}
    return pa.table(data, schema=schema)
