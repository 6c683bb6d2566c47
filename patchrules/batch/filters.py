"""Batch twin of ``reference.filters``: masks over a catalog table."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from patchrules.batch.keys import Bools, lookup
from patchrules.families import Facts
from patchrules.model.baseline import ApprovalRule, Baseline, PatchFilter
from patchrules.model.host import Host
from patchrules.model.names import FilterKey


def selects(filters: Iterable[PatchFilter], catalog: pa.Table, host: Host, facts: Facts) -> Bools:
    """Batch twin of ``reference.filters.selects``: one answer per catalog row."""
    selected = np.ones(catalog.num_rows, dtype=np.bool_)
    given = list(filters)
    if facts.repeated_key == "last":
        given = list({patch_filter.key: patch_filter for patch_filter in given}.values())
    for patch_filter in given:
        selected &= holds(patch_filter, catalog, host, facts)
    return selected


def filters_of(rule: ApprovalRule, baseline: Baseline, facts: Facts) -> tuple[PatchFilter, ...]:
    """Batch twin of ``reference.filters.filters_of``."""
    spoken = {patch_filter.key for patch_filter in (*baseline.global_filters, *rule.filters)}
    implied = [PatchFilter(key, (wanted,)) for key, wanted in facts.implied.items() if key not in spoken]
    return (*rule.filters, *implied)


def holds(patch_filter: PatchFilter, catalog: pa.Table, host: Host, facts: Facts) -> Bools:
    """Batch twin of ``reference.filters.holds``: O(rows) in Arrow, O(distinct values) in Python."""
    if patch_filter.key not in facts.filters:
        return np.full(catalog.num_rows, facts.unknown_key == "everything")
    if "*" in patch_filter.values:
        return np.ones(catalog.num_rows, dtype=np.bool_)
    case = facts.product_case if patch_filter.key == FilterKey.PRODUCT else facts.value_case
    wanted = {text if case == "exact" else text.lower() for text in patch_filter.values}
    wanted |= {facts.alike[text] for text in wanted if text in facts.alike}

    def is_wanted(text: str) -> bool:
        return (text.lower() if case == "any" else text) in wanted

    if patch_filter.key == FilterKey.PRODUCT and facts.host_product:
        return np.full(catalog.num_rows, host.product is not None and is_wanted(host.product))
    column = catalog[facts.filters[FilterKey(patch_filter.key)]]
    assumed = facts.assumed.get(FilterKey(patch_filter.key))
    if assumed is not None:
        column = pc.fill_null(column, assumed)
    return lookup(column, is_wanted)
