"""A host from plain values: what a service knows of a machine, through the door that every inventory takes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import pyarrow as pa

from patchrules.documents.hosts import HostFacts
from patchrules.documents.text import quoted
from patchrules.errors import InventoryError, UnknownNameError
from patchrules.evaluation.nouns import hosts_of
from patchrules.families import family_named
from patchrules.inventory import read_inventory
from patchrules.model.columns import HOSTS, PACKAGES
from patchrules.model.host import Host
from patchrules.model.loaded import shown
from patchrules.sources import arrow

_COLUMNS = tuple(column.name for column in PACKAGES if column.name != "host")
_FACTS = ("packages", *(one.name for one in dataclasses.fields(HostFacts) if one.name not in ("host", "inventory")))
_KINDS = {field.name: field.type for field in arrow.schema(PACKAGES)}
_FACT_KINDS = dict.fromkeys(("platform", "platform_version", "os_version", "os_release"), pa.string()) | {
    field.name: field.type for field in arrow.schema(HOSTS)
}
_WANTED = {
    pa.string(): ("text", "put it in quotes"),
    pa.bool_(): ("a truth value", "give True or False"),
    pa.int32(): ("a whole number", "give a number, or leave it out"),
    arrow.INSTANT: ("an instant", "give an aware datetime, e.g. `datetime.fromtimestamp(seconds, UTC)`"),
    _FACT_KINDS["tags"]: ("a dictionary of texts", 'write tags={"Env": "prod"}'),
}
"""By type of a column, what is wanted and what to do."""


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

    Raises InventoryError for an id that is empty (PR2511), for a package that is no dictionary, for one without name or
    version, for a version that the family cannot order, for a key that is no column, and for a value of another type
    than its column, and UnknownNameError for a fact that hosts do not have and a family that there is not.

    >>> web = host("web-1", product="Debian12", packages=[{"name": "bash", "arch": "amd64", "evr": "5.2.15-2+b7"}])
    >>> print(web)
    web-1 (debian, Debian12): 1 package
    """
    unknown = sorted(facts.keys() - {*_FACTS})
    if unknown:
        raise UnknownNameError("fact of a host", unknown[0], _FACTS)
    stated = {"family": family, "product": product, "arch": arch, **facts}
    for name, value in {"host": id, **stated}.items():
        if name in _FACT_KINDS and not _fits(value, _FACT_KINDS[name]):
            raise _of_another_type(f"host {quoted(id)}", name, value, _FACT_KINDS[name], "PR2513")
    if not (id or "").strip():
        message = f"`host` is {quoted(id)}, wanted the host's name"
        raise InventoryError(message, code="PR2511", hint='say what it is called: pr.host("web-1", ...)')
    if family:
        stated["family"] = family_named(family).name
    given = _dictionaries(packages)
    strange = sorted({key for one in given for key in one} - {*_COLUMNS}, key=str)
    if strange:
        message = f"a package has no `{strange[0]}`; it has {', '.join(_COLUMNS)}"
        raise InventoryError(message, code="PR2114", hint="leave it out, or rename it")
    names = dict.fromkeys(["name", "evr", *(key for one in given for key in one)])
    columns = {name: _column(id, name, given) for name in names}
    table = pa.table({"host": pa.array([id] * len(given), pa.string()), **columns})
    known = HostFacts(id, **stated)
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


def _column(host: str, name: str, given: list[Mapping[str, Any]]) -> pa.Array:
    """Return a column of the packages; raises InventoryError PR2114 for the first value that is of another type."""
    values, kind = [one.get(name) for one in given], _KINDS[name]
    column = _array(values, kind)
    if column is None:
        row = next(row for row, value in enumerate(values) if not _fits(value, kind))
        which = f"host {quoted(host)}, package {row + 1} of {len(given)} ({quoted(given[row].get('name'))})"
        raise _of_another_type(which, name, values[row], kind, "PR2114")
    return column


def _fits(value: object, kind: pa.DataType) -> bool:
    """Say whether a value is of a column's type."""
    return _array([list(value.items()) if isinstance(value, Mapping) else value], kind) is not None


def _array(values: list[Any], kind: pa.DataType) -> pa.Array | None:
    """Return values as a column, None where one is of another type.

    Arrow takes bytes for text, and numbers and naive datetimes for instants, which the rooms do not.
    """
    if any(isinstance(value, bytes) or (kind == arrow.INSTANT and not _is_instant(value)) for value in values):
        return None
    try:
        return pa.array(values, kind)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return None


def _is_instant(value: object) -> bool:
    """Say whether a value is an instant, or none is known."""
    return value is None or (isinstance(value, datetime) and value.tzinfo is not None)


def _of_another_type(whose: str, name: str, value: object, kind: pa.DataType, code: str) -> InventoryError:
    """Return the error for a value that is not of its column's type."""
    wanted, hint = _WANTED[kind]
    return InventoryError(f"{whose}: `{name}` is {quoted(value)}, wanted {wanted}", code=code, hint=hint)
