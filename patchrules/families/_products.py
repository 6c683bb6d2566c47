"""How products are written, and which one a text is probably meant to be: as far as families declare theirs."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Sequence

from patchrules.families._family import Family
from patchrules.families._windows_releases import RELEASES

_SERVER = re.compile(r"WindowsServer([0-9]{4})", re.IGNORECASE)


def plain_product(text: str) -> str:
    """Return a product without what AWS writes in none: blanks, hyphens.

    >>> plain_product("Debian 12")
    'Debian12'
    """
    return re.sub("[^A-Za-z0-9.]", "", text)


def spelled(family: Family, product: str) -> str | None:
    """Return a product as its family writes it, whatever its case is; None where nothing tells.

    >>> from patchrules.families import family_named
    >>> spelled(family_named("macos"), "MACOS14.5"), spelled(family_named("windows"), "windowsserver2022")
    ('macOS14.5', 'WindowsServer2022')
    >>> spelled(family_named("windows"), "Windows-on-a-stick"), spelled(family_named("debian"), "Ubuntu22.04")
    (None, None)
    """
    folded = product.lower()
    for glob in family.products:
        if fnmatch.fnmatchcase(folded, glob.lower()):
            name = re.split(r"[*?\[]", glob)[0]
            rest = product[len(name) :]
            plain = None if re.search("[^0-9.]", rest) else f"{name}{rest}"
            return next((one.product for one in RELEASES if one.product and one.product.lower() == folded), plain)
    return None


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
    version = version_of(plain, family)
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


def version_of(product: str, family: Family) -> str | None:
    """Return the version in a product of a family, None where the product is not made of its name and numbers.

    >>> from patchrules.families import family_named
    >>> version_of("Ubuntu22.04", family_named("ubuntu")), version_of("Debian", family_named("debian"))
    ('22.04', None)
    """
    name = family.product_format.partition("{")[0]
    found = re.fullmatch(f"{re.escape(name)}([0-9]+(?:[.][0-9]+)*)", product, re.IGNORECASE)
    return found[1] if found else None
