"""Whether filters select a patch (SEMANTICS 3.1 - 3.3, DECISIONS 7, 15)."""

from __future__ import annotations

from collections.abc import Iterable

from patchrules.families import Facts
from patchrules.model.baseline import ApprovalRule, Baseline, PatchFilter
from patchrules.model.host import Host
from patchrules.model.names import FilterKey
from patchrules.model.patch import Patch


def selects(filters: Iterable[PatchFilter], patch: Patch, host: Host, facts: Facts) -> bool:
    """Say whether every filter holds; no filter at all selects everything (3.1)."""
    given = list(filters)
    if facts.repeated_key == "last":
        given = list({patch_filter.key: patch_filter for patch_filter in given}.values())
    return all(holds(patch_filter, patch, host, facts) for patch_filter in given)


def filters_of(rule: ApprovalRule, baseline: Baseline, facts: Facts) -> tuple[PatchFilter, ...]:
    """Return the filters of a rule with those it implies: what neither it nor the global filters speak of (1.6)."""
    spoken = {patch_filter.key for patch_filter in (*baseline.global_filters, *rule.filters)}
    implied = [PatchFilter(key, (wanted,)) for key, wanted in facts.implied.items() if key not in spoken]
    return (*rule.filters, *implied)


def holds(patch_filter: PatchFilter, patch: Patch, host: Host, facts: Facts) -> bool:
    """Say whether one of the filter's values is the patch's, without regard to case; ``*`` alone is any (3.2, 3.3).

    A key that the family does not use holds for nothing (DECISIONS 15); AWS's apt code passes it over (Q24).
    """
    if patch_filter.key not in facts.filters:
        return facts.unknown_key == "everything"
    if "*" in patch_filter.values:
        return True
    found = value(patch_filter.key, patch, host, facts)
    if found is None:
        return False
    case = facts.product_case if patch_filter.key == FilterKey.PRODUCT else facts.value_case
    wanted = {text if case == "exact" else text.lower() for text in patch_filter.values}
    wanted |= {facts.alike[text] for text in wanted if text in facts.alike}
    return (found.lower() if case == "any" else found) in wanted


def value(key: str, patch: Patch, host: Host, facts: Facts) -> str | None:
    """Return what a filter of ``key`` compares; None when the patch (or the host's product) does not say."""
    if key == FilterKey.PRODUCT and facts.host_product:
        return host.product
    found: str | None = getattr(patch, facts.filters[FilterKey(key)])
    return facts.assumed.get(FilterKey(key)) if found is None else found
