"""One host by the reference engine."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime

import pyarrow as pa

from patchrules.assignment import resolve
from patchrules.codes import CODES
from patchrules.errors import BaselineError, Diagnostic, InventoryError, Level
from patchrules.evaluation.ages import aged
from patchrules.evaluation.coverage import (
    AgeLimits,
    hindsight,
    in_scope,
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
from patchrules.evaluation.repositories import names_of, rows_of, serving, without
from patchrules.families import Family, facts_of, family_named, has_dialect
from patchrules.model.baseline import Baseline, Registry
from patchrules.model.host import Host, Inventory
from patchrules.model.loaded import as_baseline, as_catalogs, as_host
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

    Raises InventoryError when ``host`` is an inventory of several hosts or no host (PR2123), when its family is not
    known, and when the dialect does not have it (PR2803), BaselineError when the baseline was not loaded (PR1804) or is
    for another operating system, when the override has none or several for it (PR1811, PR1812), and when both overrides
    are given (PR1813), and CatalogError for catalogs that were not read (PR3803).
    """
    one_override(baseline_override, install_override)
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
    one = one if previous_run is None else dataclasses.replace(one, previous_run=previous_run)
    if one.family is None:
        message = f"the family of host `{one.id}` is not known"
        raise InventoryError(message, code="PR2801", hint="say it: family=... or --family, e.g. rhel")
    family = family_named(one.family)
    baseline = baseline if baseline_override is None else overriding(baseline_override, family)
    if baseline.operating_system is not family.operating_system:
        message = f"`{baseline.name}` is for {baseline.operating_system}, host `{one.id}` is {family.operating_system}"
        raise BaselineError(message, code="PR1801", hint=f"choose a baseline for {family.operating_system}")
    catalogs = as_catalogs(catalog, "catalog")
    if not has_dialect(family, given.dialect, one.product):
        raise unspoken(given.dialect, {one.id: family})
    facts = facts_of(family, given.dialect, one.product, deb_dates=given.deb_dates)
    names = names_of(baseline, one.product, facts)
    seen = [found for found in catalogs if in_scope(found, family, one.product, one.arch)]
    scoped = [seen[number] for number in serving(seen, names)]
    unknown = reasons_unknown(
        product=one.product,
        catalogs=speaking(scoped, family, one.product, one.arch, facts, one.os_build),
        packages=len(installed(one)),
        captured_at=one.captured_at,
        as_of=given.as_of,
        limits=limits or AgeLimits(),
        has_dates=bool(facts.clocks),
        has_source=names != frozenset(),
        has_arch=says_arch(one, family),
    )
    tables = [rows_of(found, names) for found in scoped]
    patches = patches_of(pa.concat_tables(tables)) if scoped else ()
    report = judged(baseline, one, patches, family=family, facts=facts, settings=given, unknown=unknown)
    theirs = tuple(diagnostic for found in scoped for diagnostic in found.diagnostics)
    said = (*baseline.diagnostics, *theirs, *hindsight(scoped, is_later(one.captured_at, given.as_of), given.as_of))
    said += tuple(unchecked(scoped, one.captured_at is None, limits or AgeLimits()))
    if not unknown and one.product:
        old = aged(one.product, scoped, given.as_of, limits or AgeLimits())
        said += (old,) if old else ()
        whose = (family, one.product, one.arch, facts)
        said += tuple(doubts(baseline, tables, *whose, unstated=without(seen, names)))
    if one.product is not None and scoped and Unknown.NO_CATALOG in unknown:
        said += (foreign(one.product),)
    return dataclasses.replace(
        report,
        patches=patches,
        diagnostics=said,
        doubts={**report.doubts, **lost},
        sources=host.sources if isinstance(host, Inventory) else (),
        catalog_sources=tuple((table.num_rows, found.sources) for table, found in zip(tables, scoped, strict=True)),
    )


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
