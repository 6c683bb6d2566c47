"""A host from plain values: what a service knows of a machine, through the door that every inventory takes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from patchrules.documents.hosts import HostFacts
from patchrules.errors import InventoryError, UnknownNameError
from patchrules.evaluation.nouns import hosts_of
from patchrules.inventory import read_inventory
from patchrules.model.columns import PACKAGES
from patchrules.model.host import Host
from patchrules.model.loaded import shown
from patchrules.sources import arrow

_COLUMNS = tuple(column.name for column in PACKAGES if column.name != "host")
_FACTS = ("packages", *(one.name for one in dataclasses.fields(HostFacts) if one.name not in ("host", "inventory")))


def host(
    id: str,  # noqa: A002 - the noun's own word
    *,
    packages: Iterable[Mapping[str, Any]] = (),
    product: str | None = None,
    family: str | None = None,
    arch: str | None = None,
    **facts: Any,  # noqa: ANN401 - the other columns of hosts
) -> Host:
    """Return a host whose packages are plain dictionaries with the columns of ``model.columns.PACKAGES``.

    ``product`` is AWS's product string; the family is told from it. ``facts`` are ``patch_group``, ``tags``,
    ``boot_time``, ``captured_at``, ``os_build``, ``os_release``. Instants are aware datetimes.

    Raises InventoryError for a package that is no dictionary, for one without name or version, for a version that the
    family cannot order, and for a key that is no column, and UnknownNameError for a fact that hosts do not have.

    >>> web = host("web-1", product="Debian12", packages=[{"name": "bash", "arch": "amd64", "evr": "5.2.15-2+b7"}])
    >>> print(web)
    web-1 (debian, Debian12): 1 package
    """
    unknown = sorted(facts.keys() - {*_FACTS})
    if unknown:
        raise UnknownNameError("fact of a host", unknown[0], _FACTS)
    given = _dictionaries(packages)
    strange = sorted({key for one in given for key in one} - {*_COLUMNS})
    if strange:
        message = f"a package has no `{strange[0]}`; it has {', '.join(_COLUMNS)}"
        raise InventoryError(message, code="PR2114", hint="leave it out, or rename it")
    types = {field.name: field.type for field in arrow.schema(PACKAGES)}
    names = dict.fromkeys(["name", "evr", *(key for one in given for key in one)])
    columns = {name: pa.array([one.get(name) for one in given], types[name]) for name in names}
    table = pa.table({"host": pa.array([id] * len(given), pa.string()), **columns})
    known = HostFacts(id, family=family, product=product, arch=arch, **facts)
    return next(iter(hosts_of(read_inventory(table, hosts=[known], on_bad_row="raise"))))


def _dictionaries(packages: object) -> list[Mapping[str, Any]]:
    """Return packages that are dictionaries; raises InventoryError PR2114 where one is something else."""
    given: list[Any] = (
        list(packages) if isinstance(packages, Iterable) and not isinstance(packages, str) else [packages]
    )
    for one in given:
        if not isinstance(one, Mapping):
            hint = 'give dictionaries: packages=[{"name": "bash", "evr": "0:5.1.8-6.el9", "arch": "x86_64"}]'
            raise InventoryError(f"a package is {shown(one)}, wanted a dictionary", code="PR2114", hint=hint)
    return given
