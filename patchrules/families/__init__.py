"""The shelf of operating systems: one file each, found by listing the folder."""

from __future__ import annotations

import fnmatch
import functools
import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import replace
from importlib.metadata import entry_points
from types import MappingProxyType

from patchrules.errors import UnknownNameError
from patchrules.families._family import Facts, Family
from patchrules.families._majors import built_for, major_of
from patchrules.families._products import meant, plain_product, spelled, version_of
from patchrules.model.names import DebDates, Dialect, OperatingSystem

__all__ = [
    "Facts",
    "Family",
    "built_for",
    "facts_of",
    "families",
    "family_named",
    "family_of",
    "family_of_products",
    "has_dialect",
    "keeps_one",
    "major_of",
    "meant",
    "plain_product",
    "spelled",
    "version_of",
]


@functools.cache
def families() -> Mapping[str, Family]:
    """Return every family by name: the files of this folder, then entry points ``patchrules.families``.

    >>> families()["debian"].scheme
    'dpkg'
    """
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    found = {name: importlib.import_module(f"{__name__}.{name}").FAMILY for name in names}
    for point in entry_points(group="patchrules.families"):
        found[point.name] = point.load()
    return MappingProxyType(found)


def family_named(name: str) -> Family:
    """Return the family called ``name``, by our name or AWS's; raises UnknownNameError with the closest match.

    >>> family_named("REDHAT_ENTERPRISE_LINUX").name
    'rhel'
    """
    shelf, text = families(), str(name)
    by_aws_name = {family.operating_system.value: family for family in shelf.values()}
    found = shelf.get(text.lower()) or by_aws_name.get(text.upper())
    if found is None:
        raise UnknownNameError("family", text, shelf)
    return found


def family_of(operating_system: OperatingSystem) -> Family:
    """Return the family of an AWS operating system.

    >>> family_of(OperatingSystem.ROCKY_LINUX).name
    'rocky'
    """
    return next(family for family in families().values() if family.operating_system is operating_system)


def family_of_products(products: Iterable[str]) -> Family | None:
    """Return the one family whose products the globs mean, None where they mean none or several.

    >>> family_of_products(["RedhatEnterpriseLinux9*"]).name
    'rhel'
    """
    found = {
        name
        for product in products
        for name, family in families().items()
        if any(fnmatch.fnmatchcase(product.rstrip("*").lower(), one.lower()) for one in family.products)
    }
    return families()[found.pop()] if len(found) == 1 else None


def keeps_one(family: Family, package: str) -> bool:
    """Say whether the package manager has one version of that package and architecture at a time (SEMANTICS 5.1).

    >>> keeps_one(family_named("debian"), "linux-image-amd64"), keeps_one(family_named("rhel"), "kernel-core")
    (True, False)
    """
    beside = ("*",) if family.install_only is None else family.install_only
    return not any(fnmatch.fnmatchcase(package, glob) for glob in beside)


def has_dialect(family: Family, dialect: Dialect, product: str | None) -> bool:
    """Say whether :func:`facts_of` knows how ``dialect`` reads the rules for hosts of that product.

    >>> has_dialect(family_named("rhel"), Dialect.AGENT, None), has_dialect(family_named("rocky"), Dialect.AGENT, None)
    (True, False)
    """
    return dialect is Dialect.DOCUMENTED or _observed(family, product) is not None


def facts_of(family: Family, dialect: Dialect, product: str | None, *, deb_dates: DebDates = DebDates.IGNORE) -> Facts:
    """Return how ``dialect`` reads the rules for hosts of that product; raises UnknownNameError where it is not known.

    ``deb_dates`` says whether the days of advisories count where archives have none, in the documented dialect.

    >>> facts_of(family_named("debian"), Dialect.DOCUMENTED, None, deb_dates=DebDates.ADVISORY).clocks
    ('issued',)
    >>> facts_of(family_named("debian"), Dialect.DOCUMENTED, "Debian12").security_gate
    'archive'
    """
    if dialect is Dialect.DOCUMENTED:
        facts = family.documented
        dated = deb_dates is DebDates.ADVISORY and facts.advisory_clocks
        return replace(facts, clocks=facts.advisory_clocks) if dated else facts
    observed = _observed(family, product)
    if observed is None:
        raise UnknownNameError(f"dialect of {family.label} called", dialect, [Dialect.DOCUMENTED])
    return observed


def _observed(family: Family, product: str | None) -> Facts | None:
    """Return the facts of the dialect ``agent`` for hosts of that product, None where it was not observed."""
    name = (product or "").lower()
    return next((facts for glob, facts in family.agent if fnmatch.fnmatchcase(name, glob.lower())), None)
