"""The hosts table: what callers and files state about each host, and what its packages tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import pyarrow.compute as pc

from patchrules.errors import Diagnostic, Where
from patchrules.families import families
from patchrules.inventory._architectures import has, machine, strange
from patchrules.inventory._dist_tags import majors
from patchrules.inventory.identify import Identity, identify
from patchrules.model.columns import HOSTS
from patchrules.sources.arrow import table

_INDEPENDENT = frozenset({family.independent_arch for family in families().values()}) | {"src", "nosrc"}
_RELEASES = sorted({name for family in families().values() for name in family.release_packages})
_STATED = ("family", "product", "arch", "patch_group", "tags", "boot_time", "captured_at", "os_build")
_OF_ONE = "PR2208"
"""The doubt that says what is said of a host, and so which: the first of those of which the same is said."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one host's packages tell: its release packages as (name, version), and the architecture of its dpkg."""

    release_packages: tuple[tuple[str, str], ...] = ()
    dpkg: str | None = None


def hosts_table(
    facts: Mapping[str, Mapping[str, Any]],
    packages: Any,  # noqa: ANN401  pyarrow is Any
    aliases: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Any, tuple[Diagnostic, ...], dict[str, str]]:
    """Return one row a host of ``facts``, sorted by id, and diagnostics counted over all hosts.

    The families of hosts with packages of architectures that these have not are by host what comes last.

    ``facts`` holds by host id the columns of HOSTS as far as they are stated, and ``os_release``, ``platform``,
    ``platform_version``, ``os_version``, ``last_patch_group`` (of AWS's last run) where known; ``aliases`` are those of
    :func:`identify`. Cost: Arrow over
    packages, Python once a host.
    """
    arches = _arches(packages)
    told = _told(packages)
    columns: dict[str, list[Any]] = {column.name: [] for column in HOSTS}
    doubts: dict[tuple[str, str], tuple[Diagnostic, int]] = {}
    identities = {host: _identity(facts[host], told.get(host, Told()), aliases) for host in sorted(facts)}
    unknown = [host for host, identity in identities.items() if identity.product is None]
    for host, tag in majors(packages, unknown).items():
        identities[host] = _identity(facts[host], told.get(host, Told()), aliases, tag)
    for host, identity in identities.items():
        stated, mine = facts[host], told.get(host, Told())
        for found_out in identity.diagnostics:
            doubt = replace(found_out, where=Where(file=f"<host {host}>")) if found_out.code == _OF_ONE else found_out
            first, count = doubts.get((doubt.code, doubt.message), (doubt, 0))
            doubts[doubt.code, doubt.message] = (first, count + 1)
        row = {name: stated.get(name) for name in columns} | {"family": identity.family, "product": identity.product}
        row["identified_by"] = identity.evidence
        row |= {"host": host, "arch": _machine(identity.family, stated.get("arch"), mine, arches.get(host, {}))}
        row["patch_group"] = stated.get("patch_group") or stated.get("last_patch_group")
        row["tags"] = list(dict(stated["tags"]).items()) if stated.get("tags") else None
        for name, values in columns.items():
            values.append(row[name])
    counted = tuple(
        Diagnostic(first.code, first.level, first.message, first.where, count, first.hint)
        for _, (first, count) in sorted(doubts.items())
    )
    found: Counter[tuple[str, str]] = Counter()
    for host, identity in identities.items():
        if identity.family:
            for arch, count in (*arches.get(host, {}).items(), (facts[host].get("arch"), 1)):
                if arch:
                    found[identity.family, arch] += count
    odd = {
        host: identities[host].family or ""
        for host, own in arches.items()
        if host in identities and not all(has(identities[host].family, arch) for arch in own)
    }
    return table(HOSTS, columns, len(facts)), (*counted, *strange(found)), odd


def _identity(
    stated: Mapping[str, Any], mine: Told, aliases: Mapping[str, str], dist_tag: tuple[str, str] | None = None
) -> Identity:
    """Return what a host is, from what is stated and what its packages tell."""
    return identify(
        family=stated.get("family"),
        product=stated.get("product"),
        os_release=stated.get("os_release"),
        platform=stated.get("platform"),
        platform_version=stated.get("platform_version"),
        os_version=stated.get("os_version"),
        distro=stated.get("distro"),
        release_packages=mine.release_packages,
        dist_tag=dist_tag,
        aliases=aliases,
    )


def facts_of(stated: object) -> dict[str, Any]:
    """Return the facts of an object that has them as attributes (``documents.hosts.HostFacts``), without nulls."""
    names = (*_STATED, "os_release", "platform", "platform_version", "os_version")
    found = {name: getattr(stated, name, None) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def facts_of_table(hosts: Any) -> dict[str, dict[str, Any]]:  # noqa: ANN401  pyarrow is Any
    """Return the facts of a table with columns of HOSTS, by host."""
    return {
        row.pop("host"): {name: value for name, value in row.items() if value is not None} for row in hosts.to_pylist()
    }


def _machine(family: str | None, stated: str | None, mine: Told, arches: Mapping[str, int]) -> str | None:
    """Return the architecture of a host: what is stated, that of its dpkg, or what most of its packages have.

    Those that the host's family has not are not stated (5.e).
    """
    known: Counter[str] = Counter()
    for arch, count in arches.items():
        known[machine(family, arch) or ""] += count
    first = (machine(family, arch) for arch in (stated, mine.dpkg) if arch)
    return next(filter(None, first), None) or _most_common(known)


def _told(packages: Any) -> dict[str, Told]:  # noqa: ANN401  pyarrow is Any
    """Return by host what its packages tell."""
    releases: dict[str, list[tuple[str, str]]] = {}
    named = packages.select(["host", "name", "evr"]).filter(pc.is_in(packages["name"], _strings(_RELEASES)))
    for row in named.to_pylist():
        version = row["evr"].rpartition(":")[2].rpartition("-")
        releases.setdefault(row["host"], []).append((row["name"], version[0] or version[2]))
    is_dpkg = pc.equal(packages["name"], "dpkg")
    own = {row["host"]: row["arch"] for row in packages.select(["host", "arch"]).filter(is_dpkg).to_pylist()}
    machines = {host: arch for host, arch in own.items() if arch and arch not in _INDEPENDENT}
    hosts: Iterable[str] = releases.keys() | machines.keys()
    return {host: Told(tuple(sorted(releases.get(host, ()))), machines.get(host)) for host in hosts}


def _arches(packages: Any) -> dict[str, dict[str, int]]:  # noqa: ANN401  pyarrow is Any
    """Return by host how many packages of each architecture it has."""
    counts: dict[str, dict[str, int]] = {}
    grouped = packages.select(["host", "arch"]).group_by(["host", "arch"]).aggregate([([], "count_all")])
    for row in grouped.to_pylist():
        if row["arch"]:
            counts.setdefault(row["host"], {})[row["arch"]] = row["count_all"]
    return counts


def _most_common(arches: Mapping[str, int]) -> str | None:
    """Return the architecture most packages of a host have; ties go to the first by name."""
    own = {arch: count for arch, count in arches.items() if arch not in _INDEPENDENT}
    return min(own, key=lambda arch: (-own[arch], arch)) if own else None


def _strings(values: list[str]) -> Any:  # noqa: ANN401  pyarrow is Any
    """Return strings as Arrow."""
    import pyarrow as pa

    return pa.array(values, pa.string())
