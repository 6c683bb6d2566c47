"""One host by the reference engine."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime

import pyarrow as pa

from patchrules.errors import BaselineError, InventoryError
from patchrules.evaluation.coverage import AgeLimits, in_scope, reasons_unknown
from patchrules.evaluation.nouns import hosts_of, patches_of
from patchrules.evaluation.options import settings
from patchrules.evaluation.refused import refused
from patchrules.families import facts_of, family_named
from patchrules.model.baseline import Baseline
from patchrules.model.host import Host, Inventory
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
    reboot_option: str = "RebootIfNeeded",
    install_override: tuple[OverridePatch, ...] | None = None,
    previous_run: PreviousRun | None = None,
    limits: AgeLimits | None = None,
) -> HostReport:
    """Judge one host, with the reference engine and the full evidence.

    Of the catalogs those count that have the host in scope. ``as_of`` is an aware datetime or ISO 8601 with a zone.
    ``operation``, ``reboot_option`` and ``install_override`` are those of the run to judge: an Install asks what is to
    be reported after a run that changed nothing more (SEMANTICS 5.8). ``previous_run`` is what the node's tracking file
    remembers; None: what ``host`` says of it.

    Raises InventoryError when ``host`` is an inventory of several hosts or its family is not known, and BaselineError
    when the baseline is for another operating system.
    """
    given = settings(
        as_of=as_of,
        dialect=dialect,
        operation=operation,
        missing_date=missing_date,
        reboot_option=reboot_option,
        install_override=install_override,
    )
    one = _only(host) if isinstance(host, Inventory) else host
    lost = refused(host.rejects).get(one.id, {}) if isinstance(host, Inventory) else {}
    one = one if previous_run is None else dataclasses.replace(one, previous_run=previous_run)
    if one.family is None:
        message = f"the family of host `{one.id}` is not known"
        raise InventoryError(message, code="PR2801", hint="say it: family=... or --family, e.g. rhel")
    family = family_named(one.family)
    if baseline.operating_system is not family.operating_system:
        message = f"`{baseline.name}` is for {baseline.operating_system}, host `{one.id}` is {family.operating_system}"
        raise BaselineError(message, code="PR1801", hint=f"choose a baseline for {family.operating_system}")
    catalogs = [catalog] if isinstance(catalog, Catalog) else list(catalog)
    scoped = [found for found in catalogs if in_scope(found, family, one.product, one.arch)]
    unknown = reasons_unknown(
        product=one.product,
        catalogs=scoped,
        packages=len(one.packages),
        captured_at=one.captured_at,
        as_of=given.as_of,
        limits=limits or AgeLimits(),
    )
    patches = patches_of(pa.concat_tables([found.table for found in scoped])) if scoped else ()
    facts = facts_of(family, given.dialect, one.product)
    report = judged(baseline, one, patches, family=family, facts=facts, settings=given, unknown=unknown)
    doubts = tuple(diagnostic for found in scoped for diagnostic in found.diagnostics)
    said = (*baseline.diagnostics, *doubts)
    return dataclasses.replace(report, patches=patches, diagnostics=said, doubts={**report.doubts, **lost})


def _only(inventory: Inventory) -> Host:
    """Return the host of an inventory that has one."""
    if inventory.hosts.num_rows != 1:
        message = f"one host is wanted, the inventory has {inventory.hosts.num_rows:,}"
        raise InventoryError(message, code="PR2802", hint="use evaluate_fleet(...), or read one file")
    return next(iter(hosts_of(inventory)))
