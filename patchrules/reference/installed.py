"""What is installed: which packages replace one another, and which of several versions counts (DECISIONS 14, 30)."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from patchrules.families import Family, keeps_one
from patchrules.model.host import Host
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.model.verdict import Decision
from patchrules.reference.states import order

Key = tuple[str, str]
"""Name and architecture: what can be installed beside each other (SEMANTICS 5.3)."""


def key_of(name: str, arch: str, host: Host, family: Family) -> Key:
    """Return what a package of that name and architecture replaces; dpkg's ``all`` replaces the native one."""
    if not family.has_arch:
        return name, ""
    if family.independent_is_native and arch == family.independent_arch and host.arch:
        return name, host.arch
    return name, arch


def settled(package: Package, decisions: Mapping[Key, Sequence[Decision]], host: Host, family: Family) -> Package:
    """Return the package with an architecture: if not stated, the host's or the independent one, if unique (30)."""
    if not family.has_arch:
        return dataclasses.replace(package, arch="")
    if package.arch is not None:
        return package
    likely = {host.arch, family.independent_arch}
    found = {d.patch.arch for rows in decisions.values() for d in rows if d.patch.name == package.name} & likely
    arch = found.pop() if len(found) == 1 else host.arch or ""
    return dataclasses.replace(package, arch=arch, arch_stated=False)


def newest(packages: Iterable[Package], host: Host, family: Family) -> dict[Key, Package]:
    """Return the newest installed version of each name and architecture (DECISIONS 14)."""
    found: dict[Key, Package] = {}
    for package in packages:
        key = key_of(package.name, package.arch or "", host, family)
        if key not in found or _age(package, family) > _age(found[key], family):
            found[key] = package
    return found


def contradicted(packages: Iterable[Package], host: Host, family: Family) -> int:
    """Count the packages in several versions, of which the package manager keeps one (5.1), as the host spells them."""
    versions: dict[Key, set[str]] = defaultdict(set)
    for package in packages:
        if keeps_one(family, package.name):
            arch = package.arch or host.arch or family.independent_arch
            versions[key_of(package.name, arch, host, family)].add(package.evr)
    return sum(len(found) > 1 for found in versions.values())


def _age(package: Package, family: Family) -> tuple[object, ...]:
    """Sort packages from old to new; among equal versions texts and times decide, never the order of rows."""
    built, installed = package.built, package.installed_at
    texts = order(family, package.evr), package.evr, package.arch
    said = package.priority or "", package.section or ""
    return *texts, built is not None, built, *said, installed is not None, installed, package.held


def as_patch(package: Package) -> Patch:
    """Return what is installed as a patch that no notice names and no repository offers."""
    return Patch(
        name=package.name,
        arch=package.arch or "",
        evr=package.evr,
        built=package.built,
        priority=package.priority,
        section=package.section,
        offered=False,
    )


def runs(arch: str, host: Host, family: Family) -> bool:
    """Say whether a package of that architecture could be installed on the host; unknown machines run everything."""
    return host.arch is None or arch in family.compatible.get(host.arch, (host.arch, family.independent_arch))
