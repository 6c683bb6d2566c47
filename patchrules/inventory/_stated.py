"""The short way through the door: rows that state everything and leave no doubt are taken as they are."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.errors import UnknownNameError
from patchrules.families import family_named
from patchrules.inventory._architectures import has_all, machine
from patchrules.inventory._modules import are_plain
from patchrules.inventory._text_columns import NO_ARCH, distinct, is_bare
from patchrules.inventory.arrow_table import HOST_COLUMNS
from patchrules.inventory.identify import identify
from patchrules.model.columns import HOSTS, PACKAGES
from patchrules.sources.arrow import schema

_NEEDED = ("host", "name", "evr", "arch")
_HOSTS = {field.name: field.type for field in schema(HOSTS)}
_PACKAGES = {field.name: field.type for field in schema(PACKAGES)}
_NO_MODULES = pa.chunked_array([], _HOSTS["enabled_modules"])
_TEXTS = (pa.string(), pa.dictionary(pa.int32(), pa.string()))


def stated_hosts(
    rows: Any,  # noqa: ANN401  pyarrow.Table
    first: Any,  # noqa: ANN401  pyarrow.Array
    stated: Mapping[str, str],
    agree: Callable[[Any], bool],
) -> Any:  # noqa: ANN401  pyarrow.Table
    """Return one row a host where the rows leave no doubt about any host, else None: they have to go the long way.

    ``first`` is the first row of each host; ``stated`` holds family, product and arch of hosts that do not state their
    own; ``agree`` says whether a column has one value a host. Every row states its host, name, version and
    architecture, and every host its family, product and architecture, as we know them. What is returned is what
    ``read_inventory`` returns. Cost: O(distinct values) and O(hosts).
    """
    if not all(map(_is_ours, rows.column_names, rows.columns)) or not all(_is_whole(rows, name) for name in _NEEDED):
        return None
    facts = [name for name in HOST_COLUMNS if name in rows.column_names]
    if not all(agree(rows[name]) for name in facts if _HOSTS[name.removeprefix("host_")] == pa.string()):
        return None
    hosts = {"host": rows["host"].take(first).cast(pa.string())}
    for name in facts:
        ours = name.removeprefix("host_")
        hosts[ours] = rows[name].take(first).cast(_HOSTS[ours])
    for name, value in stated.items():
        said = hosts.get(name, pa.nulls(len(first), pa.string()))
        hosts[name] = pc.coalesce(said, pa.scalar(value))
    if not all(_is_beyond_doubt(family, product) for family, product in _pairs(hosts)):
        return None
    if "arch" not in hosts or hosts["arch"].null_count or pc.any(pc.equal(hosts["arch"], "")).as_py():
        return None
    known = {name: family_named(name).name for name in hosts["family"].unique().to_pylist()}
    streams = hosts.get("enabled_modules", _NO_MODULES)
    if not (are_plain(streams) and _have_arches(known, rows["arch"], hosts)):
        return None
    if "patch_group" in hosts:
        hosts["patch_group"] = pc.if_else(pc.equal(hosts["patch_group"], ""), None, hosts["patch_group"])
    if "tags" in hosts:
        hosts["tags"] = pa.array(
            [list(dict(one).items()) or None if one else None for one in hosts["tags"].to_pylist()], _HOSTS["tags"]
        )
    hosts["family"] = pa.array([known[name] for name in hosts["family"].to_pylist()], pa.string())
    hosts["identified_by"] = pa.repeat(pa.scalar("stated"), len(first))
    columns = [hosts.get(name, pa.nulls(len(first), kind)) for name, kind in _HOSTS.items()]
    return pa.table(columns, schema=schema(HOSTS))


def _is_whole(rows: Any, name: str) -> bool:  # noqa: ANN401  pyarrow.Table
    """Say whether every row has a text that is not empty, with nothing around it."""
    if name not in rows.column_names or rows[name].null_count:
        return False
    absent = NO_ARCH if name == "arch" else ("",)
    return all(not texts.null_count and is_bare(texts, absent) for texts in distinct(rows[name]))


def _have_arches(known: Mapping[str, str], packages: Any, hosts: Mapping[str, Any]) -> bool:  # noqa: ANN401  pyarrow is Any
    """Say whether each host's family has its architecture, and some family (``known``) each package's.

    Which family a package's host is of is looked at with its rows (``batch.allowed``).
    """
    machines = pa.table({"family": hosts["family"], "arch": hosts["arch"]}).group_by(["family", "arch"]).aggregate([])
    if not all(machine(known[row["family"]], row["arch"]) == row["arch"] for row in machines.to_pylist()):
        return False
    families = known.values()
    texts = [text for chunk in distinct(packages) for text in pc.unique(chunk).to_pylist()]
    # A dictionary that several parts share may hold what no row here has: only then the rows are looked at.
    return has_all(families, texts) or has_all(families, packages.unify_dictionaries().unique().to_pylist())


def _is_ours(name: str, column: Any) -> bool:  # noqa: ANN401  pyarrow.ChunkedArray
    """Say whether a column has our type, or texts as a dictionary."""
    wanted = _PACKAGES.get(name) or _HOSTS.get(name.removeprefix("host_"))
    return column.type in (_TEXTS if wanted == pa.string() else (wanted,))


def _pairs(hosts: Mapping[str, Any]) -> set[tuple[str | None, str | None]]:
    """Return the families and products of the hosts; null where they are not stated."""
    if "family" not in hosts or "product" not in hosts:
        return {(None, None)}
    pairs = pa.table({"family": hosts["family"], "product": hosts["product"]}).group_by(["family", "product"])
    found = pairs.aggregate([]).to_pylist()
    return {(row["family"], row["product"]) for row in found}


@functools.lru_cache(1024)
def _is_beyond_doubt(family: str | None, product: str | None) -> bool:
    """Say whether a family is known by that name, and its product is one that AWS names."""
    if not family or not product:
        return False
    try:
        name = family_named(family).name
    except UnknownNameError:
        return False
    return not identify(family=name, product=product).diagnostics
