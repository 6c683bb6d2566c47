"""Batch twin of ``reference.filters``: masks over a catalog table."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from patchrules.batch.keys import Bools, lookup
from patchrules.families import Facts
from patchrules.model.baseline import PatchFilter
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
    return lookup(catalog[facts.filters[FilterKey(patch_filter.key)]], is_wanted)
