"""Which hosts of a fleet are judged alike: by one baseline, one product and the same catalogs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.assignment import groups_of, resolve
from patchrules.batch.keys import Vocabulary
from patchrules.errors import BaselineError, Diagnostic
from patchrules.evaluation.coverage import AgeLimits, check_scopes, in_scope, reasons_unknown
from patchrules.evaluation.repositories import names_of, serving
from patchrules.families import facts_of, families, family_of
from patchrules.model.baseline import Baseline, Registry
from patchrules.model.host import Inventory
from patchrules.model.names import Dialect, Unknown
from patchrules.model.patch import Catalog
from patchrules.model.verdict import Settings


@dataclass(frozen=True, slots=True)
class Profile:
    """What decides on a host beside its packages; hosts with equal profiles share a policy.

    ``modules`` are the enabled module streams that a catalog speaks of, ``repositories`` those of the baseline's
    Sources that replace the host's; None: not known, and not replaced.
    """

    family: str
    product: str | None
    arch: str | None
    baseline: Baseline
    catalogs: tuple[int, ...]
    modules: frozenset[str] | None = None
    repositories: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Assigned:
    """The profile number of every host of a fleet; -1 where the family or the baseline is not known.

    ``faults`` says, by host, why a host whose family is known has no baseline.
    """

    profiles: Sequence[Profile]
    of_host: list[int]
    faults: Mapping[str, Diagnostic]


def registry_of(policy: Baseline | Registry, fleet: Inventory) -> Registry:
    """Return a policy as a registry; one baseline is the default of its operating system (SEMANTICS 7.3).

    Raises BaselineError PR1801 where one baseline is given, the hosts' families are known, and none is its own.
    """
    if isinstance(policy, Registry):
        return policy
    system = policy.operating_system
    present = [name for name in fleet.hosts["family"].unique().to_pylist() if name]
    if present and family_of(system).name not in present:
        found = ", ".join(sorted(families()[name].operating_system for name in present))
        message = f"`{policy.name}` is for {system}, and the hosts are {found}"
        raise BaselineError(message, code="PR1801", hint=f"choose a baseline for {found}")
    return Registry((policy,), {}, {system: policy})


def assign(
    registry: Registry,
    hosts: pa.Table,
    catalogs: Sequence[Catalog],
    dialect: Dialect,
    override: Sequence[Baseline] | None = None,
) -> Assigned:
    """Sort hosts into profiles. O(hosts) in Arrow, O(distinct host descriptions) in Python.

    A host's name and other tags describe it only where patch policies ask for them: equal hosts stay one description.
    ``override`` is a BaselineOverride in force, which replaces groups and defaults (4.9).
    """
    rows = hosts.select(["family", "product", "arch", "patch_group", "tags", "host", "enabled_modules"]).to_pylist()
    streams = {name for one in catalogs for name in one.table["module"].unique().to_pylist()}
    products = {(row["family"], row["product"]) for row in rows if row["family"] and row["product"]}
    check_scopes(catalogs, products)
    profiles = Vocabulary()
    faults: dict[str, Diagnostic] = {}
    seen: dict[tuple[Any, ...], tuple[int, Diagnostic | None]] = {}
    of_host = []
    for row in rows:
        groups = groups_of(row["patch_group"], dict(row["tags"] or ()))
        name = row["host"] if registry.policies else None
        enabled = row["enabled_modules"]
        modules = None if enabled is None else frozenset(enabled) & streams
        key = (row["family"], row["product"], row["arch"], groups, name, modules)
        if key not in seen:
            found = _profile(registry, {**row, "modules": modules}, catalogs, dialect, override)
            number = profiles.number(found) if isinstance(found, Profile) else -1
            seen[key] = (number, found if isinstance(found, Diagnostic) else None)
        number, fault = seen[key]
        of_host.append(number)
        if fault:
            faults[row["host"]] = fault
    return Assigned(profiles.values, of_host, faults)


def unknown(
    fleet: Inventory, assigned: Assigned, catalogs: Sequence[Catalog], given: Settings, limits: AgeLimits
) -> list[tuple[Unknown, ...]]:
    """Return why each host cannot be judged (DECISIONS 31)."""
    counts = {row["values"]: row["counts"] for row in pc.value_counts(fleet.packages["host"]).to_pylist()}
    rows = fleet.hosts.select(["host", "product", "captured_at"]).to_pylist()
    dated = [
        bool(facts_of(families()[one.family], given.dialect, one.product, deb_dates=given.deb_dates).clocks)
        for one in assigned.profiles
    ]
    return [
        reasons_unknown(
            product=row["product"],
            catalogs=[catalogs[c] for c in assigned.profiles[number].catalogs] if number >= 0 else (),
            packages=counts.get(row["host"], 0),
            captured_at=row["captured_at"],
            as_of=given.as_of,
            limits=limits,
            has_dates=number < 0 or dated[number],
            has_baseline=row["host"] not in assigned.faults,
            has_source=number < 0 or assigned.profiles[number].repositories != frozenset(),
        )
        for row, number in zip(rows, assigned.of_host, strict=True)
    ]


def _profile(
    registry: Registry,
    row: Mapping[str, Any],
    catalogs: Sequence[Catalog],
    dialect: Dialect,
    override: Sequence[Baseline] | None,
) -> Profile | Diagnostic | None:
    """Return the profile of a host description; why it has no baseline; None where the family is not known."""
    family = families().get(row["family"] or "")
    if family is None:
        return None
    tags = dict(row["tags"] or ())
    found = resolve(registry, family, row["patch_group"], tags, host=row["host"], override=override)
    if found.baseline is None:
        return found.fault
    product, arch = row["product"], row["arch"]
    repositories = names_of(found.baseline, product, facts_of(family, dialect, product))
    numbers = tuple(n for n in serving(catalogs, repositories) if in_scope(catalogs[n], family, product, arch))
    return Profile(family.name, product, arch, found.baseline, numbers, row["modules"], repositories)
