"""Strategies for what is read from files: catalogs and fleets as Arrow, and whole situations."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from patchrules.evaluation.nouns import catalog_table, hosts_table, packages_table
from patchrules.families import Family, families
from patchrules.model.columns import REJECTS
from patchrules.model.host import Host, Inventory
from patchrules.model.patch import Catalog, Patch, Scope
from patchrules.sources import arrow
from patchrules.testing import strategies, updates
from patchrules.testing.nouns import Named, hosts, patches
from patchrules.testing.pins import by_updates, checked, in_family


def catalogs(family: Named = None, *, max_size: int = 5, **pins: Any) -> st.SearchStrategy[Catalog]:
    """Draw a catalog of at most ``max_size`` patches, for every host of the family; pins are those of a patch.

    >>> from hypothesis import given, settings
    >>> @settings(max_examples=5)
    ... @given(catalogs("debian", max_size=2))
    ... def test_a_catalog(catalog):
    ...     assert catalog.table.num_rows <= 2
    >>> test_a_catalog()
    """

    def of(one: Family) -> st.SearchStrategy[Catalog]:
        rows = st.lists(patches(one, **pins), max_size=max_size)
        return rows.map(lambda found: catalog_of(one, found))

    checked(Patch, pins, ("released",))
    return in_family(family, of)


def catalog_of(family: Family, rows: list[Patch]) -> Catalog:
    """Return patches as a catalog for every host of a family."""
    return Catalog(family.operating_system, Scope(family.name), catalog_table(rows), arrow.table(REJECTS, {}, 0))


def fleets(family: Named = None, *, max_size: int = 3, **pins: Any) -> st.SearchStrategy[Inventory]:
    """Draw an inventory of one to ``max_size`` hosts as Arrow tables; pins are those of a host, without ``id``.

    The hosts are of one family; without one, of several. They are called host-0, host-1, ...

    >>> from hypothesis import given, settings
    >>> @settings(max_examples=5)
    ... @given(fleets("rhel", max_size=2))
    ... def test_a_fleet(fleet):
    ...     assert fleet.hosts["host"].to_pylist() in (["host-0"], ["host-0", "host-1"])
    >>> test_a_fleet()
    """
    checked(Host, pins)
    sizes = st.integers(1, max_size)
    named = sizes.flatmap(
        lambda size: st.tuples(*(hosts(family, **pins, id=f"host-{number}") for number in range(size)))
    )
    return named.map(_inventory)


def situations(family: Named = None) -> st.SearchStrategy[strategies.Situation]:
    """Draw everything an evaluation is made from: ``baseline``, ``hosts``, ``patches``, and ``options`` of evaluate.

    Catalog and hosts share few names and close versions, so that most situations have something to decide.

    >>> from hypothesis import given, settings
    >>> @settings(max_examples=5)
    ... @given(situations("suse"))
    ... def test_a_situation(found):
    ...     assert {host.family for host in found.hosts} == {"suse"} and found.patches
    >>> test_a_situation()
    """

    def of(one: Family) -> st.SearchStrategy[strategies.Situation]:
        return updates.update_situations() if by_updates(one) else strategies.situations((one.operating_system,))

    if family is None:
        return st.sampled_from([one.name for one in families().values()]).flatmap(situations)
    return in_family(family, of)


def _inventory(found: tuple[Host, ...]) -> Inventory:
    """Return hosts as tables."""
    return Inventory(hosts_table(found), packages_table(found), arrow.table(REJECTS, {}, 0))
