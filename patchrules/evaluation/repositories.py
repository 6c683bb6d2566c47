"""A baseline's Sources: the repositories that replace the configured ones, for the products they name (1.7)."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.evaluation.coverage import in_scope
from patchrules.families import Facts, Family
from patchrules.model.baseline import Baseline
from patchrules.model.patch import Catalog

_SECTION = re.compile(r"^\s*\[([^\]\s]+)\]\s*$", re.MULTILINE)
_NOT_A_REPOSITORY = "main"


def names_of(baseline: Baseline, product: str | None, facts: Facts) -> frozenset[str] | None:
    r"""Return the repositories that count on a host, in lower case; None where the configured ones do.

    A source applies if it names the product or ``*``. It is known by its name and by the sections of its configuration.
    Empty: the baseline has sources and none of them applies, so that AWS's run fails.

    >>> from patchrules.families import facts_of, family_named
    >>> from patchrules.model.baseline import PatchSource
    >>> from patchrules.model.names import Dialect, OperatingSystem
    >>> mine = PatchSource("mine", ("AmazonLinux2",), "[my-updates]\nbaseurl=https://example.com/")
    >>> given = Baseline("b", OperatingSystem.AMAZON_LINUX_2, sources=(mine,))
    >>> facts = facts_of(family_named("amazon_linux_2"), Dialect.DOCUMENTED, None)
    >>> sorted(names_of(given, "AmazonLinux2", facts)), names_of(given, "AmazonLinux2.0", facts)
    (['mine', 'my-updates'], frozenset())
    """
    if not baseline.sources or not facts.sources:
        return None
    applying = [one for one in baseline.sources if "*" in one.products or product in one.products]
    sections = {name for one in applying for name in _SECTION.findall(one.configuration)} - {_NOT_A_REPOSITORY}
    return frozenset(name.lower() for name in (*sections, *(one.name for one in applying)))


def rows_of(catalog: Catalog, names: frozenset[str] | None) -> pa.Table:
    """Return the rows of a catalog that are of those repositories: by its scope, else by what each row says."""
    if names is None:
        return catalog.table
    if catalog.scope.repository is not None:
        return catalog.table if catalog.scope.repository.lower() in names else catalog.table.slice(0, 0)
    repository = pc.utf8_lower(catalog.table["repository"])
    return catalog.table.filter(pc.is_in(repository, value_set=pa.array(sorted(names), pa.string())))


def serving(
    catalogs: Sequence[Catalog], baseline: Baseline, family: Family, product: str | None, arch: str | None, facts: Facts
) -> tuple[tuple[int, ...], frozenset[str] | None]:
    """Return the positions of the catalogs that count for hosts, and the repositories that count (:func:`names_of`).

    A catalog counts that has the hosts in scope, and anything of those repositories where any are named.
    """
    names = names_of(baseline, product, facts)
    scoped = ((number, one) for number, one in enumerate(catalogs) if in_scope(one, family, product, arch))
    return tuple(number for number, one in scoped if names is None or rows_of(one, names).num_rows), names


def without(
    catalogs: Sequence[Catalog], names: frozenset[str] | None, family: Family, product: str | None, arch: str | None
) -> int:
    """Return how many rows of the catalogs in scope state no repository, and so are of none of those that are named."""
    if names is None:
        return 0
    scoped = (one for one in catalogs if one.scope.repository is None and in_scope(one, family, product, arch))
    return sum(one.table["repository"].null_count for one in scoped)
