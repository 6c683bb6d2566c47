"""A fleet by the batch engine: hosts fall into profiles, a profile's policy is compiled once, rows pass in chunks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from importlib.metadata import version
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.batch.chunks import chunks
from patchrules.batch.evaluate import Evaluation, compiled
from patchrules.batch.pending import memory_of
from patchrules.batch.policy import Policy
from patchrules.batch.summaries import hosts_summary
from patchrules.errors import UnknownNameError
from patchrules.evaluation.coverage import AgeLimits, hindsight
from patchrules.evaluation.fixes import fixes_in
from patchrules.evaluation.host import evaluate
from patchrules.evaluation.nouns import hosts_of
from patchrules.evaluation.options import one_override, settings
from patchrules.evaluation.profiles import Assigned, Profile, assign, registry_of, unknown
from patchrules.evaluation.refused import with_refused
from patchrules.evaluation.repositories import rows_of
from patchrules.evaluation.rows import run_of
from patchrules.evaluation.run import Run
from patchrules.families import facts_of, families
from patchrules.inventory import read_inventory
from patchrules.model.baseline import Baseline, Registry
from patchrules.model.columns import CATALOG
from patchrules.model.host import Host, Inventory
from patchrules.model.names import Dialect
from patchrules.model.patch import Catalog
from patchrules.model.previous_run import PreviousRun
from patchrules.model.verdict import OverridePatch, Settings
from patchrules.sources import arrow

ROWS = ("noncompliant", "all")
"""Which verdicts a run can list."""

BY_REFERENCE = frozenset({"zypper"})
"""What the batch engine does not speak, by ``Facts.states``: SUSE hosts in the ``agent`` dialect (decision 0007)."""


def evaluate_fleet(  # noqa: PLR0913 - the options of a run are keywords
    policy: Baseline | Registry,
    fleet: Inventory,
    catalogs: Catalog | Sequence[Catalog],
    *,
    as_of: datetime | str,
    dialect: str = "documented",
    operation: str = "scan",
    missing_date: str = "approve",
    deb_dates: str = "ignore",
    reboot_option: str = "RebootIfNeeded",
    install_override: tuple[OverridePatch, ...] | None = None,
    previous_runs: Mapping[str, PreviousRun] | None = None,
    baseline_override: Sequence[Baseline] | None = None,
    rows: str = "noncompliant",
    limits: AgeLimits | None = None,
) -> Run:
    """Judge every host of ``fleet`` with the batch engine, which gives the verdicts of the reference engine.

    A baseline serves the hosts of its operating system; hosts that ``policy`` leaves out are served by AWS's predefined
    baseline (SEMANTICS 7.3). ``rows`` says which verdicts the run lists: ``noncompliant`` or ``all``. ``as_of`` is an
    aware datetime or ISO 8601 text with a zone. SUSE hosts in the ``agent`` dialect are judged one by one by the
    reference engine (decision 0007). ``previous_runs`` has what the tracking files of hosts remember, by host id;
    ``baseline_override`` is a BaselineOverride in force, whose baselines replace those of ``policy`` (4.9); the other
    options are those of :func:`patchrules.evaluate`.

    Hosts that have no baseline, and hosts whose family is not known, are UNKNOWN.

    Raises BaselineError PR1801 when ``policy`` is one baseline and no host is of its operating system, PR1813 when a
    BaselineOverride and an InstallOverrideList are given together, and CatalogError PR3801 when a catalog does not say
    its products and the hosts of its family have several.
    """
    one_override(baseline_override, install_override)
    options: dict[str, Any] = {
        "as_of": as_of,
        "dialect": dialect,
        "operation": operation,
        "missing_date": missing_date,
        "deb_dates": deb_dates,
        "reboot_option": reboot_option,
        "install_override": install_override,
    }
    given = settings(**options)
    if rows not in ROWS:
        raise UnknownNameError("choice of rows", rows, ROWS)
    registry = registry_of(policy, fleet)
    scoped = [catalogs] if isinstance(catalogs, Catalog) else list(catalogs)
    assigned = assign(registry, fleet.hosts, scoped, given.dialect, baseline_override)
    fast, slow = parted(assigned, given.dialect)
    memory = memory_of(fleet.hosts, previous_runs or {}, given)
    evaluation = Evaluation([policy_of(profile, scoped, given) for profile in fast.profiles], memory)
    judged = [evaluation.judge(chunk, fleet.hosts["host"], fast.of_host) for chunk in chunks(fleet.packages)]
    judged.append(evaluation.rest(fast.of_host))
    why = unknown(fleet, assigned, scoped, given, limits or AgeLimits())
    served = [assigned.profiles[number].baseline if number >= 0 else None for number in assigned.of_host]
    used = tuple(dict.fromkeys(profile.baseline for profile in assigned.profiles))
    late = hindsight(scoped, fleet.hosts["captured_at"].to_pylist(), given.as_of)
    doubts = (*fleet.diagnostics, *(d for found in scoped for d in found.diagnostics), *late)
    faults = dict.fromkeys(assigned.faults.values())
    run = Run(
        settings=given,
        hosts=hosts_summary(fleet.hosts, served, evaluation.summary(judged, fast.of_host), why),
        verdicts=evaluation.rows(judged, fleet.hosts["host"], failing_only=rows == "noncompliant"),
        rows=rows,
        limits=limits or AgeLimits(),
        version=version("patchrules"),
        baselines=used,
        sources=(*fleet.sources, *(source for found in scoped for source in found.sources)),
        diagnostics=(*doubts, *faults, *(d for baseline in used for d in baseline.diagnostics)),
    )
    if any(slow):
        baselines = dict(zip(fleet.hosts["host"].to_pylist(), served, strict=True))
        reports = []
        for host in hosts_of(_where(fleet, slow)):
            whole = replace(host, previous_run=(previous_runs or {}).get(host.id))
            reports.append(evaluate(baselines[host.id], whole, scoped, limits=limits, **options))
        run = _completed(run, run_of(reports, rows=rows, limits=limits or AgeLimits()), slow)
    fixes = fixes_in(scoped, run.hosts, run.verdicts)
    return replace(run, hosts=with_refused(run.hosts, fleet.rejects), fixes=fixes)


def open_fleet(source: Any, **options: Any) -> Inventory:  # noqa: ANN401 - whatever read_inventory takes
    """Return the inventory of many hosts: files, folders, globs or an Arrow table; options as :func:`read_inventory`.

    The columns are checked here; raises what ``read_inventory`` raises.

    >>> import pyarrow as pa
    >>> packages = {"host": ["web-1"], "name": ["bash"], "arch": ["x86_64"], "evr": ["0:5.1.8-6.el9"]}
    >>> print(open_fleet(pa.table(packages), family="rhel", product="RedhatEnterpriseLinux9.3"))
    inventory of 1 hosts: 1 packages
    """
    return read_inventory(source, **options)


def parted(assigned: Assigned, dialect: Dialect) -> tuple[Assigned, list[bool]]:
    """Return what the batch engine judges, the other hosts without profile, and which those are."""
    facts = [facts_of(families()[one.family], dialect, one.product) for one in assigned.profiles]
    fast = [number for number, found in enumerate(facts) if found.states not in BY_REFERENCE]
    places = {number: place for place, number in enumerate(fast)}
    of_host = [places.get(number, -1) for number in assigned.of_host]
    slow = [place < 0 <= number for place, number in zip(of_host, assigned.of_host, strict=True)]
    return Assigned([assigned.profiles[number] for number in fast], of_host, assigned.faults), slow


def policy_of(profile: Profile, catalogs: Sequence[Catalog], given: Settings) -> Policy:
    """Compile the policy of a profile."""
    family = families()[profile.family]
    facts = facts_of(family, given.dialect, profile.product, deb_dates=given.deb_dates)
    tables = [rows_of(catalogs[number], profile.repositories) for number in profile.catalogs]
    return compiled(
        profile.baseline,
        pa.concat_tables(tables) if tables else arrow.table(CATALOG, {}, 0),
        Host("", profile.family, profile.product, profile.arch, enabled_modules=profile.modules),
        family=family,
        facts=facts,
        settings=given,
    )


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
