"""Approvals without an inventory: what a baseline says of every patch of a catalog (issue A, item 7)."""

from __future__ import annotations

from datetime import datetime

from patchrules.errors import BaselineError
from patchrules.evaluation.nouns import patches_of
from patchrules.evaluation.options import settings
from patchrules.families import facts_of, family_named
from patchrules.model.baseline import Baseline
from patchrules.model.host import Host
from patchrules.model.loaded import as_baseline, as_catalogs
from patchrules.model.patch import Catalog
from patchrules.model.verdict import Decision
from patchrules.reference.evaluate import decide


def approvals(
    baseline: Baseline,
    catalog: Catalog,
    *,
    as_of: datetime | str,
    product: str | None = None,
    dialect: str = "documented",
    missing_date: str = "approve",
    deb_dates: str = "ignore",
) -> tuple[Decision, ...]:
    """Say what ``baseline`` decides about each patch of ``catalog`` at ``as_of``, by the reference engine.

    Each decision names its approval, rule, level, and since when (or from when on) a delay approves. ``product`` is
    what PRODUCT filters compare; without it only ``*`` matches (DECISIONS 21).

    Raises BaselineError when baseline and catalog are for different operating systems.
    """
    given = settings(as_of=as_of, dialect=dialect, missing_date=missing_date, deb_dates=deb_dates)
    baseline, (catalog,) = as_baseline(baseline), as_catalogs([catalog], "catalog")
    if baseline.operating_system is not catalog.operating_system:
        message = f"`{baseline.name}` is for {baseline.operating_system}, the catalog is for {catalog.operating_system}"
        raise BaselineError(message, code="PR1802", hint=f"choose a baseline for {catalog.operating_system}")
    family = family_named(catalog.operating_system)
    host = Host("", family.name, product)
    facts = facts_of(family, given.dialect, product, deb_dates=given.deb_dates)
    found = decide(baseline, patches_of(catalog.table), host, family=family, facts=facts, settings=given)
    return tuple(decision for rows in found.values() for decision in rows)
