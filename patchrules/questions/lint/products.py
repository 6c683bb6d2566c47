"""PRODUCT values that no host has, as far as what the families declare of their products tells (SEMANTICS 1.5, 3.3)."""

from __future__ import annotations

from collections.abc import Iterator

from patchrules.errors import Diagnostic, Level
from patchrules.families import Family, meant, version_of
from patchrules.model.baseline import Baseline, PatchFilter
from patchrules.model.names import FilterKey
from patchrules.questions.lint.places import Loc, Place, filters


def products(baseline: Baseline, family: Family, place: Place) -> Iterator[Diagnostic]:
    """Yield the PRODUCT values of a baseline that are a product but for their spelling, or name too little of one."""
    groups = [(None, baseline.global_filters), *((n, held.filters) for n, held in enumerate(baseline.rules, 1))]
    for number, held in groups:
        for position, one in enumerate(held):
            if one.key == FilterKey.PRODUCT:
                yield from _values(one, family, place, (*filters(number), position, "Values"))


def _values(one: PatchFilter, family: Family, place: Place, loc: Loc) -> Iterator[Diagnostic]:
    """Yield what is odd in the values of one filter."""
    for number, value in enumerate(one.values):
        where = place((*loc, number))
        near = meant(value, family)
        if near is not None:
            message = f"`{value}` is no product of {family.label}, it may match nothing"
            hint = f"did you mean {' or '.join(f'`{name}`' for name in near)}?" if near else None
            yield Diagnostic("PR8030", Level.WARNING, message, where, hint=hint)
        elif _is_broad(value, family):
            message = f"`{value}` names no minor release: `{value}.1` and the like are other products"
            yield Diagnostic("PR8031", Level.INFO, message, where, hint="name each of them, or write `*`")


def _is_broad(value: str, family: Family) -> bool:
    """Say whether a product has one number where those of its family have two, and nobody knows which they are."""
    version = version_of(value, family) if family.documented.host_product else None
    return version is not None and "." not in version and family.product_parts > 1 and not family.codenames
