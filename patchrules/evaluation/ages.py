"""How old the catalogs of judged hosts are (SEMANTICS 5.16)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.errors import Diagnostic, Level
from patchrules.evaluation.coverage import AgeLimits, fixes_as_of, in_scope
from patchrules.families import family_named
from patchrules.model.names import Status
from patchrules.model.patch import Catalog

OLD = timedelta(days=31)
"""How old the newest catalog of a product may be before that is told: every vendor has fixes in a month."""

_HINT = "fetch catalogs anew; with a limit such hosts are UNKNOWN: --max-catalog-age, AgeLimits(catalog=)"


def aged(product: str, catalogs: Iterable[Catalog], as_of: datetime, limits: AgeLimits) -> Diagnostic | None:
    """Return that the newest of the catalogs of a product is old (PR7026); where the caller set a limit, that decides.

    Others may be old: nothing is added to an archive of releases. Nothing is told where one does not say its age.
    """
    dates = [fixes_as_of(one) for one in catalogs]
    known = [one for one in dates if one is not None]
    if limits.catalog is not None or not known or len(known) < len(dates) or max(known) >= as_of - OLD:
        return None
    age = f"{max(known):%Y-%m-%d}, {(as_of - max(known)).days:,} days before the as-of instant"
    message = f"the newest catalog of {product}, or a part of it, has fixes up to {age}: what came out since is missing"
    return Diagnostic("PR7026", Level.WARNING, message, hint=_HINT)


def told_of_ages(hosts: pa.Table, catalogs: Sequence[Catalog], as_of: datetime, limits: AgeLimits) -> list[Diagnostic]:
    """Return which judged hosts have old catalogs, one for a product, counted over its hosts. O(hosts) in Arrow."""
    if all((made := fixes_as_of(one)) is None or made >= as_of - OLD for one in catalogs):
        return []
    told: Counter[Diagnostic] = Counter()
    judged = hosts.filter(pc.not_equal(hosts["status"], Status.UNKNOWN.value)).select(["family", "product", "arch"])
    alike = judged.group_by(judged.column_names, use_threads=False).aggregate([([], "count_all")])
    for row in alike.to_pylist():
        family, product = family_named(row["family"]), row["product"]
        scoped = [one for one in catalogs if in_scope(one, family, product, row["arch"])]
        found = aged(product, scoped, as_of, limits)
        told.update({found: row["count_all"]} if found else {})
    return [replace(one, count=told[one]) for one in sorted(told, key=lambda one: one.message)]
