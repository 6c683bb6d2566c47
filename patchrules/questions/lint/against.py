"""What of a baseline matches nothing in a catalog."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from patchrules.batch.filters import filters_of, selects
from patchrules.batch.patterns import NOBODY, identifies, names
from patchrules.errors import Diagnostic, Level
from patchrules.families import Family
from patchrules.model.baseline import Baseline, PatchFilter
from patchrules.model.host import Host
from patchrules.model.names import FilterKey
from patchrules.model.patch import Catalog
from patchrules.questions.lint.places import Place, filters, rule

_MOST_KNOWN = 6


def against(baseline: Baseline, family: Family, catalogs: Sequence[Catalog], place: Place) -> Iterator[Diagnostic]:
    """Yield the values, rules and list entries that no patch of the catalogs has.

    O(rows) in Arrow for each filter, O(distinct names) in Python for each entry.
    """
    groups = [(None, baseline.global_filters), *((n, held.filters) for n, held in enumerate(baseline.rules, 1))]
    for where, group in groups:
        for position, each in enumerate(group):
            yield from _values(each, family, catalogs, place, (*filters(where), position, "Values"))
    for number, one in enumerate(baseline.rules, 1):
        asked = _without_product((*baseline.global_filters, *filters_of(one, baseline, family.documented)), family)
        if not any(selects(asked, each.table, Host(""), family.documented).any() for each in catalogs):
            message = f"rule {number} selects none of the {_size(catalogs):,} patches of the catalog"
            yield Diagnostic("PR8021", Level.WARNING, message, place(rule(number)))
    for field, entries, columns in (
        ("ApprovedPatches", baseline.approved_patches, family.documented.approved_ids),
        ("RejectedPatches", baseline.rejected_patches, family.documented.rejected_ids),
    ):
        for position, entry in enumerate(entries):
            yield from _entry(entry, columns, family, catalogs, place, (field, position))


def _values(
    one: PatchFilter, family: Family, catalogs: Sequence[Catalog], place: Place, loc: tuple[str | int, ...]
) -> Iterator[Diagnostic]:
    """Yield the values of a filter that no patch has; PRODUCT is the host's on Linux, so no catalog tells."""
    facts = family.documented
    if one.key not in facts.filters or (one.key == FilterKey.PRODUCT and facts.host_product):
        return
    column, assumed = facts.filters[FilterKey(one.key)], facts.assumed.get(FilterKey(one.key))
    there = {value or assumed for each in catalogs for value in each.table[column].unique().to_pylist()} - {None}
    known = sorted(str(value) for value in there)
    lowered = {name.lower() for name in known}
    for position, value in enumerate(one.values):
        alike = facts.alike.get(value.lower(), value.lower())
        if value == "*" or {value.lower(), alike} & lowered:
            continue
        message = f"no patch of the catalog has the {one.key} `{value}`"
        near = difflib.get_close_matches(value, known, n=1)
        more = "" if len(known) <= _MOST_KNOWN else f" and {len(known) - _MOST_KNOWN} more"
        hint = f"did you mean `{near[0]}`?" if near else f"it has {', '.join(known[:_MOST_KNOWN]) or 'none'}{more}"
        yield Diagnostic("PR8020", Level.WARNING, message, place((*loc, position)), hint=hint)


def _entry(
    entry: str,
    columns: Sequence[str],
    family: Family,
    catalogs: Sequence[Catalog],
    place: Place,
    loc: tuple[str | int, ...],
) -> Iterator[Diagnostic]:
    """Yield an entry of a list that means no patch."""
    facts = family.documented
    for each in catalogs:
        if (names([entry], each.table, facts) < NOBODY).any() or (
            identifies([entry], each.table, columns) < NOBODY
        ).any():
            return
    known = sorted({name for each in catalogs for name in each.table["name"].unique().to_pylist()})
    near = difflib.get_close_matches(entry, known, n=1)
    hint = f"did you mean `{near[0]}`?" if near else None
    message = f"`{entry}` means no patch of the catalog"
    yield Diagnostic("PR8022", Level.WARNING, message, place(loc), hint=hint)


def _without_product(held: Sequence[PatchFilter], family: Family) -> list[PatchFilter]:
    """Return the filters that a catalog can answer."""
    return [one for one in held if one.key != FilterKey.PRODUCT or not family.documented.host_product]


def _size(catalogs: Sequence[Catalog]) -> int:
    """Return how many patches the catalogs have."""
    return sum(one.table.num_rows for one in catalogs)
