"""Which hosts of a fleet are judged alike: by one baseline, one product and the same catalogs."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.assignment import groups_of, resolve
from patchrules.batch.keys import Vocabulary, combinations
from patchrules.batch.portions import Portion
from patchrules.batch.rows import Rows, installed_of
from patchrules.codes import CODES
from patchrules.errors import BaselineError, Diagnostic, Level
from patchrules.evaluation.coverage import AgeLimits, check_scopes, reasons_unknown, speaking
from patchrules.evaluation.dialects import UNSPOKEN, unspoken
from patchrules.evaluation.repositories import serving
from patchrules.families import facts_of, families, family_of, has_dialect
from patchrules.model.baseline import Baseline, Registry
from patchrules.model.host import Inventory
from patchrules.model.module import streams
from patchrules.model.names import Dialect, Unknown
from patchrules.model.patch import Catalog
from patchrules.model.verdict import Settings
from patchrules.reference.builds import RELEASE, numbers

LAST = 4
"""Tables of hosts whose profiles are remembered: those that are on their way at once."""


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


def registry_of(policy: Baseline | Registry, fleet: Inventory) -> Registry:
    """Return a policy as a registry; one baseline is the default of its operating system (SEMANTICS 7.3).

    Raises BaselineError PR1801 where one baseline is given, the hosts' families are known, and none is its own.
    """
    check_system(policy, fleet.hosts["family"].unique().to_pylist())
    return as_registry(policy)


def as_registry(policy: Baseline | Registry) -> Registry:
    """Return a policy as a registry; one baseline is the default of its operating system (SEMANTICS 7.3)."""
    if isinstance(policy, Registry):
        return policy
    return Registry((policy,), {}, {policy.operating_system: policy})


def check_system(policy: Baseline | Registry, names: Iterable[str | None]) -> None:
    """Raise BaselineError PR1801 where one baseline is given and none of these families is its own."""
    present = sorted({name for name in names if name})
    if isinstance(policy, Registry):
        return
    system = policy.operating_system
    if present and family_of(system).name not in present:
        found = ", ".join(sorted(families()[name].operating_system for name in present))
        message = f"`{policy.name}` is for {system}, and the hosts are {found}"
        raise BaselineError(message, code="PR1801", hint=f"choose a baseline for {found}")


class Assigner:
    """Sorts hosts into profiles, some hosts after others; a description that was met before is looked up.

    ``override`` is a BaselineOverride in force, which replaces groups and defaults (4.9). ``faults`` says, by host, why
    a host whose family is known has no baseline.
    """

    def __init__(
        self,
        registry: Registry,
        catalogs: Sequence[Catalog],
        dialect: Dialect,
        override: Sequence[Baseline] | None = None,
    ) -> None:
        """Start without a profile."""
        self._registry, self._catalogs, self._dialect, self._override = registry, catalogs, dialect, override
        modules = {module for one in catalogs for module in one.table["module"].unique().to_pylist()} - {None}
        self._streams = frozenset(stream for module in modules for stream in streams(module))
        self._profiles = Vocabulary()
        self._products: set[tuple[str, str]] = set()
        self._seen: dict[tuple[Any, ...], tuple[int, Diagnostic | None]] = {}
        self._spoken: dict[tuple[Any, ...], list[Catalog]] = {}
        self._last: deque[tuple[Any, list[int]]] = deque(maxlen=LAST)
        self.faults: dict[str, Diagnostic] = {}

    @property
    def profiles(self) -> Sequence[Profile]:
        """The profiles so far, by their numbers."""
        return self._profiles.values

    def begin(self) -> None:
        """Begin with hosts that are asked about for themselves: of which products others were says nothing of them."""
        self._products = set()

    def of(self, hosts: pa.Table) -> list[int]:
        """Return the profile number of every host; -1 where its family or its baseline is not known.

        A host's name and other tags describe it only where patch policies ask for them: equal hosts stay one
        description. O(hosts) in Arrow, O(distinct host descriptions) in Python; asked again of one of the last tables,
        nothing.
        """
        for known, found in self._last:
            if known is hosts:
                return found
        self._last.append((hosts, self._of(hosts)))
        return self._last[-1][1]

    def _of(self, hosts: pa.Table) -> list[int]:
        """Return the profile number of every host."""
        names = ["family", "product", "arch", "patch_group", "tags", "enabled_modules"]
        names += ["host"] if self._registry.policies else []
        ids, first = combinations([hosts[name] for name in names])
        rows = hosts.select(list(dict.fromkeys([*names, "host"]))).take(pa.array(first, pa.int64())).to_pylist()
        self._check_scopes(rows)
        found = [self._described(row) for row in rows]
        if self.faults or any(fault for _, fault in found):
            told = {host: found[one][1] for host, one in zip(hosts["host"].to_pylist(), ids, strict=True)}
            faults = {host: fault for host, fault in told.items() if fault}
            self._check_dialect(faults, hosts)
            for host in told:
                self.faults.pop(host, None)
            self.faults.update(faults)
        return [found[one][0] for one in ids]

    def _check_dialect(self, faults: Mapping[str, Diagnostic], hosts: pa.Table) -> None:
        """Refuse hosts whose family the dialect does not have."""
        pairs = zip(hosts["host"].to_pylist(), hosts["family"].to_pylist(), strict=True)
        strange = {host: families()[name] for host, name in pairs if host in faults and faults[host].code == UNSPOKEN}
        if strange:
            raise unspoken(self._dialect, strange, hosts.num_rows)

    def _check_scopes(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Refuse catalogs that do not say their products, as soon as hosts of several were seen."""
        products = {(row["family"], row["product"]) for row in rows if row["family"] and row["product"]}
        if not products <= self._products:
            self._products |= products
            check_scopes(self._catalogs, self._products)

    def _described(self, row: Mapping[str, Any]) -> tuple[int, Diagnostic | None]:
        """Return the profile number of a host description, and why it has no baseline."""
        groups = groups_of(row["patch_group"], dict(row["tags"] or ()))
        name = row["host"] if self._registry.policies else None
        enabled = row["enabled_modules"]
        modules = None if enabled is None else frozenset(enabled) & self._streams
        key = (row["family"], row["product"], row["arch"], groups, name, modules)
        if key not in self._seen:
            described = {**row, "modules": modules}
            found = _profile(self._registry, described, self._catalogs, self._dialect, self._override)
            number = self._profiles.number(found) if isinstance(found, Profile) else -1
            self._seen[key] = (number, found if isinstance(found, Diagnostic) else None)
        return self._seen[key]

    def unknown(
        self, portion: Portion, rows: Rows, of_host: Sequence[int], given: Settings, limits: AgeLimits
    ) -> tuple[list[int], list[tuple[Unknown, ...]]]:
        """Return for each host the position of why it cannot be judged (DECISIONS 31), and what the positions mean.

        O(hosts) in Arrow, O(distinct combinations of what is known of them) in Python.
        """
        hosts, installed = portion.hosts, installed_of(rows)
        lost = pa.array([host in self.faults for host in hosts["host"].to_pylist()]) if self.faults else None
        columns = [pa.array(of_host, pa.int64()), pc.is_null(hosts["product"])]
        columns += [pa.array(installed > 0), pa.nulls(len(of_host), pa.bool_()) if lost is None else lost]
        archless = portion.without_arch
        columns += [pa.array(archless)]
        columns += [hosts["os_build"]]
        columns += [hosts["captured_at"]] if limits.inventory is not None or limits.audit else []
        ids, first = combinations(columns)
        products, captured, builds = (
            hosts[name].take(pa.array(first, pa.int64())).to_pylist() for name in ("product", "captured_at", "os_build")
        )
        reasons = []
        for row, product, at, build in zip(first, products, captured, builds, strict=True):
            profile = self.profiles[of_host[row]] if of_host[row] >= 0 else None
            reasons.append(
                reasons_unknown(
                    product=product,
                    catalogs=self._speaking(profile, build) if profile else (),
                    packages=int(installed[row]),
                    captured_at=at,
                    as_of=given.as_of,
                    limits=limits,
                    has_dates=profile is None or self._has_dates(profile, given),
                    has_baseline=lost is None or not lost[row].as_py(),
                    has_source=profile is None or profile.repositories != frozenset(),
                    has_arch=profile is None or not families()[profile.family].has_arch or not archless[row],
                )
            )
        return ids, reasons

    def _speaking(self, profile: Profile, build: str | None) -> list[Catalog]:
        """Return the catalogs of a profile that have patches for its product and architecture, and a Windows build."""
        key = (profile.catalogs, profile.family, profile.product, profile.arch, numbers(build)[:RELEASE])
        if key not in self._spoken:
            family, mine = families()[profile.family], [self._catalogs[number] for number in profile.catalogs]
            facts = facts_of(family, self._dialect, profile.product)
            self._spoken[key] = speaking(mine, family, profile.product, profile.arch, facts, build)
        return self._spoken[key]

    def _has_dates(self, profile: Profile, given: Settings) -> bool:
        """Say whether the patches of a profile have dates, so that a catalog says when each came to be."""
        facts = facts_of(families()[profile.family], given.dialect, profile.product, deb_dates=given.deb_dates)
        return bool(facts.clocks)


def _profile(
    registry: Registry,
    row: Mapping[str, Any],
    catalogs: Sequence[Catalog],
    dialect: Dialect,
    override: Sequence[Baseline] | None,
) -> Profile | Diagnostic | None:
    """Return the profile of a host description; why it has none; None where the family is not known."""
    family = families().get(row["family"] or "")
    if family is None:
        return None
    tags = dict(row["tags"] or ())
    found = resolve(registry, family, row["patch_group"], tags, host=row["host"], override=override)
    if found.baseline is None:
        return found.fault
    product, arch = row["product"], row["arch"]
    if not has_dialect(family, dialect, product):
        return Diagnostic(UNSPOKEN, Level.ERROR, CODES[UNSPOKEN])
    numbers, repositories = serving(catalogs, found.baseline, family, product, arch, facts_of(family, dialect, product))
    return Profile(family.name, product, arch, found.baseline, numbers, row["modules"], repositories)
