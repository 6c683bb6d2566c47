"""PRODUCT values that no host has, as far as what the families declare of their products tells (SEMANTICS 1.5, 3.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from patchrules.errors import Diagnostic, Level
from patchrules.families import Family, plain_product, spelled
from patchrules.families._windows_releases import RELEASES
from patchrules.model.baseline import Baseline, PatchFilter
from patchrules.model.names import FilterKey
from patchrules.questions.lint.places import Loc, Place, filters

_SERVER = re.compile(r"WindowsServer([0-9]{4})", re.IGNORECASE)


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


def meant(value: str, family: Family) -> Sequence[str] | None:
    """Return the products that a value is probably meant to be where it is none; None where it may be one.

    >>> from patchrules.families import family_named
    >>> meant("Debian 12", family_named("debian")), meant("Ubuntu2204", family_named("ubuntu"))
    (['Debian12'], ['Ubuntu22.04'])
    >>> meant("WindowsServer2020", family_named("windows")), meant("Office 2016", family_named("windows"))
    ([], None)
    """
    if value == "*":
        return None
    plain = plain_product(value)
    if not family.documented.host_product:
        return _windows(value, plain)
    version = _version(plain, family)
    if version is None:
        return None
    known = set(family.codenames.values())
    if version not in known:
        near = _releases(version, known, family)
        if near:
            return [family.product_format.format(version=one) for one in near]
    return [spelled(family, plain) or plain] if plain != value else None


def _releases(version: str, known: Iterable[str], family: Family) -> list[str]:
    """Return the releases that a version is probably meant to be: more or fewer numbers, other zeros, no dots."""
    numbers = _numbers(version)[: family.product_parts]
    same = [one for one in sorted(known) if _numbers(one) == numbers]
    return same or sorted(one for one in known if one.replace(".", "") == version or one.startswith(f"{version}."))


def _numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version.

    >>> _numbers("22.04") == _numbers("22.4")
    True
    """
    return tuple(int(part) for part in version.split("."))


def _windows(value: str, plain: str) -> Sequence[str] | None:
    """Return the products of Windows that a value is probably meant to be.

    Applications have products, too, with blanks in them; of servers, every release up to the newest is known.
    """
    known = {one.product.lower(): one.product for one in RELEASES if one.product}
    if value.lower() in known:
        return None
    if plain.lower() in known:
        return [known[plain.lower()]]
    server = _SERVER.fullmatch(plain)
    years = [found[1] for name in known if (found := _SERVER.fullmatch(name))]
    return [] if server and server[1] < max(years) else None


def _version(product: str, family: Family) -> str | None:
    """Return the version in a product of a family, None where the product is not made of its name and numbers."""
    name = family.product_format.partition("{")[0]
    found = re.fullmatch(f"{re.escape(name)}([0-9]+(?:[.][0-9]+)*)", product, re.IGNORECASE)
    return found[1] if found else None


def _is_broad(value: str, family: Family) -> bool:
    """Say whether a product has one number where those of its family have two, and nobody knows which they are."""
    version = _version(value, family) if family.documented.host_product else None
    return version is not None and "." not in version and family.product_parts > 1 and not family.codenames
