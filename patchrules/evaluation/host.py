"""One host by the reference engine."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import datetime

import pyarrow as pa

from patchrules.assignment import resolve
from patchrules.codes import CODES
from patchrules.errors import BaselineError, Diagnostic, InventoryError, Level
from patchrules.evaluation.ages import aged
from patchrules.evaluation.coverage import (
    AgeLimits,
    as_limits,
    hindsight,
    installed,
    is_later,
    reasons_unknown,
    says_arch,
    speaking,
    unchecked,
)
from patchrules.evaluation.dialects import unspoken
from patchrules.evaluation.feeds import doubts, foreign
from patchrules.evaluation.nouns import hosts_of, patches_of
from patchrules.evaluation.options import one_override, settings
from patchrules.evaluation.refused import refused
from patchrules.evaluation.repositories import rows_of, serving, without
from patchrules.families import Facts, Family, facts_of, family_named, has_dialect
from patchrules.model.baseline import Baseline, Registry
from patchrules.model.host import Host, Inventory
from patchrules.model.loaded import as_baseline, as_catalogs, as_host, as_previous_run
from patchrules.model.names import Unknown
from patchrules.model.patch import Catalog
from patchrules.model.previous_run import PreviousRun
from patchrules.model.verdict import HostReport, OverridePatch
from patchrules.reference.evaluate import evaluate as judged


def evaluate(  # noqa: PLR0913 - the options of a run are keywords
    baseline: Baseline,
    host: Host | Inventory,
    catalog: Catalog | Sequence[Catalog],
    *,
    as_of: datetime | str,
    dialect: str = "documented",
    operation: str = "scan",
    missing_date: str = "approve",
    deb_dates: str = "ignore",
    reboot_option: str = "RebootIfNeeded",
    install_override: tuple[OverridePatch, ...] | None = None,
    previous_run: PreviousRun | None = None,
    baseline_override: Sequence[Baseline] | None = None,
    limits: AgeLimits | None = None,
) -> HostReport:
    """Judge one host, with the reference engine and the full evidence.

    Of the catalogs those count that have the host in scope. ``as_of`` is an aware datetime or ISO 8601 with a zone.
    ``operation``, ``reboot_option`` and ``install_override`` are those of the run to judge: an Install asks what is to
    be reported after a run that changed nothing more (SEMANTICS 5.8). ``deb_dates="advisory"`` makes delays count on
    deb systems by the days of the advisories in the catalog, which AWS does not do (DECISIONS 5). ``previous_run`` is
    what the node's tracking file remembers; None: what ``host`` says of it. ``baseline_override`` is a BaselineOverride
    in force: its baseline for the host's operating system replaces ``baseline`` (4.9).

    Raises InventoryError when ``host`` is an inventory of several hosts (PR2802) or no host (PR2123), when its family
    is not known (PR2801), and when the dialect does not have it (PR2803), BaselineError when the baseline was not
    loaded (PR1804) or is for another operating system (PR1801), when the override has none or several for it (PR1811,
    PR1812), and when both overrides are given (PR1813), and CatalogError for catalogs that were not read (PR3803). What
    is given as ``limits``, ``previous_run`` or ``install_override`` and is none of these is refused, too (PR2250,
    PR2251, PR1262).
    """
    one_override(baseline_override, install_override)
    limits = as_limits(limits)
    given = settings(
        as_of=as_of,
        dialect=dialect,
        operation=operation,
        missing_date=missing_date,
        deb_dates=deb_dates,
        reboot_option=reboot_option,
        install_override=install_override,
    )
    baseline = as_baseline(baseline) if baseline_override is None else baseline
    one = _only(host) if isinstance(host, Inventory) else as_host(host)
    lost = refused(host.rejects).get(one.id, {}) if isinstance(host, Inventory) else {}
    one = one if previous_run is None else dataclasses.replace(one, previous_run=as_previous_run(previous_run))
    family = _family_of(one)
    baseline = baseline if baseline_override is None else overriding(baseline_override, family)
    _check_serves(baseline, one, family)
    catalogs = as_catalogs(catalog, "catalog")
    if not has_dialect(family, given.dialect, one.product):
        raise unspoken(given.dialect, {one.id: family})
    facts = facts_of(family, given.dialect, one.product, deb_dates=given.deb_dates)
    whose = (family, one.product, one.arch)
    numbers, names = serving(catalogs, baseline, *whose, facts)
    scoped = [catalogs[number] for number in numbers]
    unknown = reasons_unknown(
        product=one.product,
        catalogs=speaking(scoped, family, one.product, one.arch, facts, one.os_build),
        packages=len(installed(one)),
        captured_at=one.captured_at,
        as_of=given.as_of,
        limits=limits,
        has_dates=bool(facts.clocks),
        has_source=names != frozenset(),
        has_arch=says_arch(one, family),
    )
    tables = [rows_of(found, names) for found in scoped]
    patches = patches_of(pa.concat_tables(tables)) if scoped else ()
    report = judged(baseline, one, patches, family=family, facts=facts, settings=given, unknown=unknown)
    return dataclasses.replace(
        report,
        patches=patches,
        diagnostics=tuple(_told(report, scoped, tables, limits, facts, without(catalogs, names, *whose))),
        doubts={**report.doubts, **lost},
        sources=host.sources if isinstance(host, Inventory) else (),
        catalog_sources=tuple((table.num_rows, found.sources) for table, found in zip(tables, scoped, strict=True)),
    )


def _family_of(host: Host) -> Family:
    """Return the family of a host; raises InventoryError PR2801 where nobody knows it."""
    if host.family is None:
        message = f"the family of host `{host.id}` is not known"
        raise InventoryError(message, code="PR2801", hint="say it: family=... or --family, e.g. rhel")
    return family_named(host.family)


def _check_serves(baseline: Baseline, host: Host, family: Family) -> None:
    """Raise BaselineError PR1801 where a baseline is for another operating system than the host's."""
    system = family.operating_system
    if baseline.operating_system is not system:
        message = f"`{baseline.name}` is for {baseline.operating_system}, host `{host.id}` is {system}"
        raise BaselineError(message, code="PR1801", hint=f"choose a baseline for {system}")


def _told(
    report: HostReport,
    catalogs: Sequence[Catalog],
    tables: Sequence[pa.Table],
    limits: AgeLimits,
    facts: Facts,
    unstated: int,
) -> Iterator[Diagnostic]:
    """Yield what is to be told of a report: of its baseline, its catalogs with their patches, and their ages."""
    host, baseline, as_of = report.host, report.baseline, report.settings.as_of
    yield from baseline.diagnostics
    for one in catalogs:
        yield from one.diagnostics
    yield from hindsight(catalogs, is_later(host.captured_at, as_of), as_of)
    yield from unchecked(catalogs, host.captured_at is None, limits)
    if not report.unknown and host.product:
        old = aged(host.product, catalogs, as_of, limits)
        yield from [old] if old else []
        yield from doubts(baseline, tables, _family_of(host), host.product, host.arch, facts, unstated=unstated)
    if host.product is not None and catalogs and Unknown.NO_CATALOG in report.unknown:
        yield foreign(host.product)


def overriding(override: Sequence[Baseline], family: Family) -> Baseline:
    """Return the baseline that a BaselineOverride has for a family; raises BaselineError for none or several (4.9)."""
    found = resolve(Registry(()), family, override=override)
    if found.baseline is None:
        fault = found.fault or Diagnostic("PR1811", Level.ERROR, CODES["PR1811"])
        raise BaselineError(fault.message, code=fault.code, where=fault.where, hint=fault.hint)
    return found.baseline


def _only(inventory: Inventory) -> Host:
    """Return the host of an inventory that has one."""
    if inventory.hosts.num_rows != 1:
        message = f"one host is wanted, the inventory has {inventory.hosts.num_rows:,}"
        raise InventoryError(message, code="PR2802", hint="use evaluate_fleet(...), or read one file")
    return next(iter(hosts_of(inventory)))
