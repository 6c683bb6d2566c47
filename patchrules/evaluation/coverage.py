"""What is known about a host: which catalogs speak for it, and why it may be UNKNOWN (DECISIONS 31)."""

from __future__ import annotations

import fnmatch
import itertools
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.errors import CatalogError, Diagnostic, InventoryError, Level
from patchrules.families import Facts, Family, built_for, family_of, family_of_products, major_of, plain_product
from patchrules.model.host import Host
from patchrules.model.loaded import shown
from patchrules.model.names import Unknown
from patchrules.model.package import Package
from patchrules.model.patch import Catalog
from patchrules.reference.builds import BuildFit, fit
from patchrules.reference.updates import APPLICATION


@dataclass(frozen=True, slots=True)
class AgeLimits:
    """How old data may be, measured back from the as-of instant; None is no limit.

    ``audit`` refuses what a past as-of instant cannot know: hosts whose inventory was taken long after it are UNKNOWN.
    """

    catalog: timedelta | None = None
    inventory: timedelta | None = None
    audit: bool = False

    def __post_init__(self) -> None:
        """Raise InventoryError PR2250 for a limit that is no length of time: `3` has no unit."""
        for name, given in (("catalog", self.catalog), ("inventory", self.inventory)):
            if given is not None and not isinstance(given, timedelta):
                message = f"`{name}` is {shown(given)}, wanted a length of time"
                raise InventoryError(message, code="PR2250", hint="give a timedelta, e.g. `timedelta(days=3)`")


def as_limits(found: object) -> AgeLimits:
    """Return limits as they are, None as those that limit nothing; raises InventoryError PR2250 for anything else."""
    if found is None or isinstance(found, AgeLimits):
        return found or AgeLimits()
    hint = "make them with pr.AgeLimits(catalog=timedelta(days=3))"
    raise InventoryError(f"`limits` is {shown(found)}, wanted limits on ages", code="PR2250", hint=hint)


FAR = timedelta(days=1)
"""How long after the as-of instant an inventory may be taken before that is told (SEMANTICS 5.16)."""


def in_scope(catalog: Catalog, family: Family, product: str | None, arch: str | None) -> bool:
    """Say whether a catalog speaks for hosts of that family, product and architecture.

    A host whose product is not known sees the catalogs without product patterns only.
    """
    scope = catalog.scope
    if family_of(catalog.operating_system).name != family.name:
        return False
    if scope.arch and arch and scope.arch != arch:
        return False
    if not scope.products:
        return True
    name = (product or "").lower()
    return product is not None and any(fnmatch.fnmatchcase(name, pattern.lower()) for pattern in scope.products)


def speaking(
    catalogs: Sequence[Catalog],
    family: Family,
    product: str | None,
    arch: str | None,
    facts: Facts,
    os_build: str | None = None,
) -> list[Catalog]:
    """Return the catalogs that speak for hosts, of those that have them in scope (5.16): none that is foreign.

    One that tells nothing, beside a foreign one and none of the host's own, does not speak for it either; nor does one
    whose files hold no patch, or more rows that were refused than read.
    """
    heard = [one for one in catalogs if not one.sources or family.lists_lacking or _holds_patches(one)]
    found = [(one, suits(one.table, family, product, arch, facts, os_build)) for one in heard]
    told = {suit for _, suit in found}
    return [] if False in told and True not in told else [one for one, suit in found if suit is not False]


def _holds_patches(catalog: Catalog) -> bool:
    """Say whether a catalog that was read has patches, no fewer than refused rows."""
    read, refused = catalog.table.num_rows, 0 if catalog.rejects is None else catalog.rejects.num_rows
    return bool(0 < read >= refused)


def suits(
    patches: pa.Table,
    family: Family,
    product: str | None,
    arch: str | None,
    facts: Facts,
    os_build: str | None = None,
) -> bool | None:
    """Say whether patches are for a system, False where they are for others, None where they do not tell.

    Others are another major release, vendor, architecture, archive, or another Windows or release of it by its build:
    none is for the host's own, and most tell another. Cost: a look at the patches until one is for the host's own.
    """
    if product is None:
        return None
    if facts.states == "updates":
        said = zip(*(_texts(patches, name) for name in ("patch_set", "product", "os_build", "arch")), strict=True)
        systems = (one for kind, *one in said if (kind or "").lower() != APPLICATION)
        runs = family.compatible.get(arch, (arch,)) if arch else None
        return _suit(
            _is_for(name, build, product, os_build) if runs is None or not own or own in runs else False
            for name, build, own in systems
        )
    if not facts.majors:
        return None
    told = _suit(_told(patches, product))
    if told is False or _is_anothers(patches, family) or _runs_elsewhere(patches, family, arch):
        return False
    major = major_of(family, product)
    if family.dist_tag is None or major is None:
        return told
    majors = (built_for(family.dist_tag, evr) for evr in _texts(patches, "evr"))
    built = _suit(None if one is None else one == major for one in majors)
    return built if built is False else built or told


def _suit(told: Iterable[bool | None]) -> bool | None:
    """Return True where one patch is for the host's own, else False where most are for others, else None.

    >>> _suit([None, False, True]), _suit([None, False, False]), _suit([None, False]), _suit([])
    (True, False, None, None)
    """
    counts: Counter[bool | None] = Counter()
    for one in told:
        if one:
            return True
        counts[one] += 1
    return False if counts[False] > counts[None] else None


def _is_anothers(patches: pa.Table, family: Family) -> bool:
    """Say whether versions have dist tags of other vendors, and none has one of the family's own.

    A family whose versions have no tags owns those without.
    """
    if family.foreign_tag is None:
        return False
    foreign, own = re.compile(family.foreign_tag), family.dist_tag and re.compile(family.dist_tag)
    owned = (own.search(evr) if own else not foreign.search(evr) for evr in _texts(patches, "evr"))
    return not any(owned) and any(foreign.search(evr) for evr in _texts(patches, "evr"))


def _runs_elsewhere(patches: pa.Table, family: Family, arch: str | None) -> bool:
    """Say whether patches are for machines of other architectures, and but for those for every machine none for one.

    Of a machine whose packages the family does not tell, nothing is said.
    """
    if arch is None or arch not in family.compatible or not family.has_arch:
        return False
    stated = set(patches["arch"].unique().to_pylist()) - {family.independent_arch}
    return bool(stated) and stated.isdisjoint({None, *family.compatible[arch]})


def _is_for(name: str | None, build: str | None, product: str, os_build: str | None) -> bool | None:
    """Say whether an update is for a Windows and the release of its build; None where none is told."""
    if not name:
        return None
    return name.lower() == product.lower() and fit(build, os_build) is not BuildFit.OTHER_RELEASE


def _told(patches: pa.Table, product: str) -> Iterator[bool | None]:
    """Yield of each patch whether it is told to be for a product. Cost: a question a distinct product that is told."""
    for one in pc.value_counts(patches["product"]).to_pylist():
        yield from itertools.repeat(_is_told(one["values"], product), one["counts"])


def _is_told(told: str | None, product: str) -> bool | None:
    """Say whether a patch that is told to be for a product is for this one; None where none is told that AWS names.

    A product with fewer numbers is for those with more: Debian12 for Debian12.5.
    """
    if told is None or told != plain_product(told) or family_of_products([told]) is None:
        return None
    return f"{product}.".lower().startswith(f"{told}.".lower())


def _texts(patches: pa.Table, name: str) -> Iterator[Any]:
    """Yield the texts of a column; what is not asked for is not made."""
    return itertools.chain.from_iterable(some.column(name).to_pylist() for some in patches.to_batches(1000))


def says_arch(host: Host, family: Family) -> bool:
    """Say whether the architecture of the host is known, or that of each package that is installed (DECISIONS 30)."""
    return not family.has_arch or host.arch is not None or all(one.arch is not None for one in installed(host))


def installed(host: Host) -> list[Package]:
    """Return the packages of a host that count as installed (DECISIONS 20)."""
    return [one for one in host.packages if one.status in (None, "installed")]


def reasons_unknown(
    *,
    product: str | None,
    catalogs: Sequence[Catalog],
    packages: int,
    captured_at: datetime | None,
    as_of: datetime,
    limits: AgeLimits,
    has_dates: bool,
    has_baseline: bool = True,
    has_source: bool = True,
    has_arch: bool = True,
) -> tuple[Unknown, ...]:
    """Return why a host cannot be judged; empty when it can (DECISIONS 31).

    ``catalogs`` are those in scope that speak for the host, ``packages`` is how many of its packages are installed.
    ``has_dates`` is False where patches have no dates, so that a catalog says nothing of the time before it was made.
    ``has_source`` is False where the baseline has Sources and none is for the host's product (1.7), ``has_arch`` where
    packages state no architecture and nobody states the host's (DECISIONS 30).
    """
    dates = [catalog.as_of for catalog in catalogs if catalog.as_of is not None]
    ages = [age for catalog in catalogs if (age := fixes_as_of(catalog)) is not None]
    stale_catalog = limits.catalog is not None and any(age < as_of - limits.catalog for age in ages)
    old = None if limits.inventory is None else as_of - limits.inventory
    found = {
        Unknown.NO_PRODUCT: product is None,
        Unknown.NO_BASELINE: not has_baseline,
        Unknown.NO_CATALOG: not catalogs and has_baseline and has_source,
        Unknown.NO_SOURCE: not has_source,
        Unknown.NO_INVENTORY: packages == 0,
        Unknown.NO_ARCHITECTURE: not has_arch,
        Unknown.STALE_CATALOG: stale_catalog,
        Unknown.LATER_CATALOG: not has_dates and any(date > as_of for date in dates),
        Unknown.LATER_INVENTORY: limits.audit and is_later(captured_at, as_of),
        Unknown.STALE_INVENTORY: old is not None and captured_at is not None and captured_at < old,
    }
    return tuple(reason for reason, holds in found.items() if holds)


def fixes_as_of(catalog: Catalog) -> datetime | None:
    """Return the instant up to which a catalog can have fixes: what came out since is missing in one of its parts."""
    return catalog.fixes_as_of or catalog.as_of


def is_later(captured_at: datetime | None, as_of: datetime) -> bool:
    """Say whether an inventory was taken so long after the as-of instant that it may say other things."""
    return captured_at is not None and captured_at > as_of + FAR


def how_many_later(captured_at: pa.ChunkedArray, as_of: datetime) -> int:
    """Return how many of some inventories were; null is when nobody knows when. O(hosts) in Arrow."""
    later: int = pc.sum(pc.greater(captured_at, pa.scalar(as_of + FAR, captured_at.type))).as_py() or 0
    return later


def hindsight(catalogs: Iterable[Catalog], later: int, as_of: datetime) -> list[Diagnostic]:
    """Return what only hindsight knows: catalogs and ``later`` inventories that are younger than the as-of instant."""
    found = []
    for one in catalogs:
        if one.as_of is not None and one.as_of > as_of:
            message = f"the catalog of {one.scope} was made {one.as_of:%Y-%m-%dT%H:%M:%SZ}, after the as-of instant"
            hint = "keep what was known in a store: patchrules catalog add, --known-as-of"
            found.append(Diagnostic("PR7014", Level.INFO, f"{message}: its dates say what existed then", hint=hint))
    if later:
        message = "the inventory was taken more than a day after the as-of instant"
        found.append(Diagnostic("PR7015", Level.WARNING, message, count=later, hint="--audit makes such hosts UNKNOWN"))
    return found


def unchecked(catalogs: Iterable[Catalog], undated: int, limits: AgeLimits) -> list[Diagnostic]:
    """Return which limits on age could not be checked; of ``undated`` inventories nobody knows when they were taken."""
    found = []
    for one in catalogs if limits.catalog is not None else ():
        if one.as_of is None or one.undated:
            what = f"the catalog of {one.scope}"
            what = what if one.as_of is None else f"{', '.join(f'`{name}`' for name in one.undated)} in {what}"
            message = f"{what} does not say when it was made: the limit on its age is not checked"
            hint = "give the folder with its repomd.xml or Release, or keep a store: patchrules catalog add --observed"
            found.append(Diagnostic("PR7016", Level.WARNING, message, hint=hint))
    if undated and limits.inventory is not None:
        message = "nobody says when the inventory was taken: the limit on its age is not checked"
        found.append(
            Diagnostic("PR7016", Level.WARNING, message, count=undated, hint="say captured_at in --hosts FILE")
        )
    return found


def check_scopes(catalogs: Iterable[Catalog], products: Iterable[tuple[str, str]]) -> None:
    """Refuse a catalog that does not say which products it is for, when the hosts of its family have several.

    ``products`` are (family, product) of the hosts. Raises CatalogError PR3801 with the lines to write instead.
    """
    by_family: dict[str, set[str]] = {}
    for family, product in products:
        by_family.setdefault(family, set()).add(product)
    for catalog in catalogs:
        family = family_of(catalog.operating_system).name
        several = sorted(by_family.get(family, ()))
        if catalog.scope.products or len(several) < 2:  # noqa: PLR2004 - two are several
            continue
        name = _place(catalog)
        glob = f"{_common(several)}*"
        message = (
            f"`{name}` does not say which product it is for, and the hosts have {len(several)}: {', '.join(several)}"
        )
        hint = f"say it with products=[...] or --catalog 'GLOB={name}'\n    for all of them: --catalog '{glob}={name}'"
        raise CatalogError(message, code="PR3801", hint=hint)


def _place(catalog: Catalog) -> str:
    """Return what the user named, as far as the files tell: the folder of a repository, else the file."""
    names = [source.name for source in catalog.sources]
    if not names:
        return "PATH"
    common = names[0] if len(names) == 1 else os.path.commonpath(names)
    folder, found, _ = common.rpartition("/repodata")
    return folder if found else common or names[0]


def _common(names: Sequence[str]) -> str:
    """Return the text that all names begin with."""
    first, last = min(names), max(names)
    same = [one == other for one, other in zip(first, last, strict=False)]
    return first[: same.index(False)] if False in same else first[: len(same)]
