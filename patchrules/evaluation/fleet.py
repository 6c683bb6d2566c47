"""A fleet by the batch engine: hosts fall into profiles, a profile's policy is compiled once, rows pass in chunks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.assignment import baseline_for
from patchrules.batch.chunks import chunks
from patchrules.batch.evaluate import Evaluation, compiled
from patchrules.batch.keys import Vocabulary
from patchrules.batch.pending import memory_of
from patchrules.batch.policy import Policy
from patchrules.batch.summaries import hosts_summary
from patchrules.evaluation.coverage import AgeLimits, check_scopes, in_scope, reasons_unknown
from patchrules.evaluation.host import evaluate
from patchrules.evaluation.nouns import hosts_of
from patchrules.evaluation.options import settings
from patchrules.evaluation.rows import run_of
from patchrules.evaluation.run import Run
from patchrules.families import facts_of, families, family_named
from patchrules.inventory import read_inventory
from patchrules.model.baseline import Baseline, Registry
from patchrules.model.columns import CATALOG
from patchrules.model.host import Host, Inventory
from patchrules.model.names import Dialect, Unknown
from patchrules.model.patch import Catalog
from patchrules.model.previous_run import PreviousRun
from patchrules.model.verdict import OverridePatch, Settings
from patchrules.sources import arrow

BY_REFERENCE = frozenset({"zypper"})
"""What the batch engine does not speak, by ``Facts.states``: SUSE hosts in the ``agent`` dialect (decision 0007)."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What decides on a host beside its packages; hosts with equal profiles share a policy."""

    family: str
    product: str | None
    arch: str | None
    baseline: Baseline
    catalogs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Assigned:
    """The profile number of every host of a fleet; -1 where the family is not known."""

    profiles: Sequence[Profile]
    of_host: list[int]


def evaluate_fleet(  # noqa: PLR0913 - the options of a run are keywords
    policy: Baseline | Registry,
    fleet: Inventory,
    catalogs: Catalog | Sequence[Catalog],
    *,
    as_of: datetime | str,
    dialect: str = "documented",
    operation: str = "scan",
    missing_date: str = "approve",
    reboot_option: str = "RebootIfNeeded",
    install_override: tuple[OverridePatch, ...] | None = None,
    previous_runs: Mapping[str, PreviousRun] | None = None,
    rows: str = "noncompliant",
    limits: AgeLimits | None = None,
) -> Run:
    """Judge every host of ``fleet`` with the batch engine, which gives the verdicts of the reference engine.

    A baseline serves the hosts of its operating system; hosts that ``policy`` leaves out are served by AWS's predefined
    baseline (SEMANTICS 7.3). ``rows`` says which verdicts the run lists: ``noncompliant`` or ``all``. ``as_of`` is an
    aware datetime or ISO 8601 text with a zone. SUSE hosts in the ``agent`` dialect are judged one by one by the
    reference engine (decision 0007). ``previous_runs`` has what the tracking files of hosts remember, by host id; the
    other options are those of :func:`patchrules.evaluate`.

    Raises CatalogError PR3801 when a catalog does not say its products and the hosts of its family have several.
    """
    options: dict[str, Any] = {
        "as_of": as_of,
        "dialect": dialect,
        "operation": operation,
        "missing_date": missing_date,
        "reboot_option": reboot_option,
        "install_override": install_override,
    }
    given = settings(**options)
    registry = policy if isinstance(policy, Registry) else Registry((policy,), {}, {policy.operating_system: policy})
    scoped = [catalogs] if isinstance(catalogs, Catalog) else list(catalogs)
    assigned = assign(registry, fleet.hosts, scoped)
    fast, slow = parted(assigned, given.dialect)
    memory = memory_of(fleet.hosts, previous_runs or {}, given)
    evaluation = Evaluation([policy_of(profile, scoped, given) for profile in fast.profiles], memory)
    judged = [evaluation.judge(chunk, fleet.hosts["host"], fast.of_host) for chunk in chunks(fleet.packages)]
    unknown = _unknown(fleet, assigned, scoped, given, limits or AgeLimits())
    served = [assigned.profiles[number].baseline if number >= 0 else None for number in assigned.of_host]
    used = tuple(dict.fromkeys(profile.baseline for profile in assigned.profiles))
    doubts = (*fleet.diagnostics, *(d for found in scoped for d in found.diagnostics))
    run = Run(
        settings=given,
        hosts=hosts_summary(fleet.hosts, served, evaluation.summary(judged, fast.of_host), unknown),
        verdicts=evaluation.rows(judged, fleet.hosts["host"], failing_only=rows == "noncompliant"),
        rows=rows,
        version=version("patchrules"),
        baselines=used,
        sources=(*fleet.sources, *(source for found in scoped for source in found.sources)),
        diagnostics=(*doubts, *(d for baseline in used for d in baseline.diagnostics)),
    )
    if not any(slow):
        return run
    hosts = [replace(one, previous_run=(previous_runs or {}).get(one.id)) for one in hosts_of(_where(fleet, slow))]
    part = _by_reference(registry, hosts, scoped, rows, limits, options)
    return _completed(run, part, slow)


def open_fleet(source: Any, **options: Any) -> Inventory:  # noqa: ANN401 - whatever read_inventory takes
    """Return the inventory of many hosts: files, folders, globs or an Arrow table; options as :func:`read_inventory`.

    The columns are checked here; raises what ``read_inventory`` raises.

    >>> import pyarrow as pa
    >>> packages = {"host": ["web-1"], "name": ["bash"], "arch": ["x86_64"], "evr": ["0:5.1.8-6.el9"]}
    >>> print(open_fleet(pa.table(packages), family="rhel", product="RedhatEnterpriseLinux9.3"))
    inventory of 1 hosts: 1 packages
    """
    return read_inventory(source, **options)


def assign(registry: Registry, hosts: pa.Table, catalogs: Sequence[Catalog]) -> Assigned:
    """Sort hosts into profiles. O(hosts) in Arrow, O(distinct host descriptions) in Python."""
    columns = ("family", "product", "arch", "patch_group")
    descriptions = hosts.select(columns).to_pylist()
    products = {(row["family"], row["product"]) for row in descriptions if row["family"] and row["product"]}
    check_scopes(catalogs, products)
    profiles = Vocabulary()
    seen: dict[tuple[Any, ...], int] = {}
    of_host = []
    for row in descriptions:
        key = tuple(row.values())
        if key not in seen:
            profile = _profile(registry, row, catalogs)
            seen[key] = -1 if profile is None else profiles.number(profile)
        of_host.append(seen[key])
    return Assigned(profiles.values, of_host)


def parted(assigned: Assigned, dialect: Dialect) -> tuple[Assigned, list[bool]]:
    """Return what the batch engine judges, the other hosts without profile, and which those are."""
    facts = [facts_of(families()[one.family], dialect, one.product) for one in assigned.profiles]
    fast = [number for number, found in enumerate(facts) if found.states not in BY_REFERENCE]
    places = {number: place for place, number in enumerate(fast)}
    of_host = [places.get(number, -1) for number in assigned.of_host]
    slow = [place < 0 <= number for place, number in zip(of_host, assigned.of_host, strict=True)]
    return Assigned([assigned.profiles[number] for number in fast], of_host), slow


def policy_of(profile: Profile, catalogs: Sequence[Catalog], given: Settings) -> Policy:
    """Compile the policy of a profile."""
    family = families()[profile.family]
    facts = facts_of(family, given.dialect, profile.product)
    tables = [catalogs[number].table for number in profile.catalogs]
    return compiled(
        profile.baseline,
        pa.concat_tables(tables) if tables else arrow.table(CATALOG, {}, 0),
        Host("", profile.family, profile.product, profile.arch),
        family=family,
        facts=facts,
        settings=given,
    )


def _by_reference(
    registry: Registry,
    hosts: Sequence[Host],
    catalogs: Sequence[Catalog],
    rows: str,
    limits: AgeLimits | None,
    options: Mapping[str, Any],
) -> Run:
    """Judge hosts one by one with the reference engine."""
    reports = []
    for host in hosts:
        baseline = baseline_for(registry, family_named(host.family), host.patch_group) if host.family else None
        reports.append(evaluate(baseline or next(iter(registry.baselines)), host, catalogs, limits=limits, **options))
    return run_of(reports, rows=rows)


def _where(fleet: Inventory, wanted: Sequence[bool]) -> Inventory:
    """Return an inventory of some of the hosts."""
    hosts = fleet.hosts.filter(pa.array(wanted))
    packages = fleet.packages.filter(pc.is_in(fleet.packages["host"], value_set=hosts["host"].combine_chunks()))
    return replace(fleet, hosts=hosts, packages=packages)


def _completed(run: Run, part: Run, slow: Sequence[bool]) -> Run:
    """Put the hosts that the reference engine judged in their places, and their verdicts beside the others'."""
    names = run.hosts["host"].combine_chunks()
    tables = {
        "hosts": [run.hosts.filter(pc.invert(pa.array(slow))), part.hosts],
        "verdicts": [run.verdicts, part.verdicts],
    }
    whole = {name: pa.concat_tables(found) for name, found in tables.items()}
    places = {name: pc.index_in(found["host"], value_set=names).combine_chunks() for name, found in whole.items()}
    return replace(run, **{name: found.take(pc.array_sort_indices(places[name])) for name, found in whole.items()})


def _profile(registry: Registry, row: Mapping[str, Any], catalogs: Sequence[Catalog]) -> Profile | None:
    """Return the profile of a host description, None where the family is not known."""
    family = families().get(row["family"] or "")
    if family is None:
        return None
    product, arch = row["product"], row["arch"]
    numbers = tuple(n for n, catalog in enumerate(catalogs) if in_scope(catalog, family, product, arch))
    return Profile(family.name, product, arch, baseline_for(registry, family, row["patch_group"]), numbers)


def _unknown(
    fleet: Inventory, assigned: Assigned, catalogs: Sequence[Catalog], given: Settings, limits: AgeLimits
) -> list[tuple[Unknown, ...]]:
    """Return why each host cannot be judged."""
    counts = {row["values"]: row["counts"] for row in pc.value_counts(fleet.packages["host"]).to_pylist()}
    rows = fleet.hosts.select(["host", "product", "captured_at"]).to_pylist()
    return [
        reasons_unknown(
            product=row["product"],
            catalogs=[catalogs[c] for c in assigned.profiles[number].catalogs] if number >= 0 else (),
            packages=counts.get(row["host"], 0),
            captured_at=row["captured_at"],
            as_of=given.as_of,
            limits=limits,
        )
        for row, number in zip(rows, assigned.of_host, strict=True)
    ]
