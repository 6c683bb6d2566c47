"""The strategies that people use: each noun of one family or of any, with the fields they pin.

They stand in front of those that hold our two engines together (``strategies`` and ``updates``), so that what finds
bugs in ours finds them in theirs: few names, close versions, a small grid of dates, lists that mean something.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from patchrules.families import Family
from patchrules.model.baseline import ApprovalRule, Baseline, PatchFilter
from patchrules.model.host import Host
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.testing import strategies, updates
from patchrules.testing.pins import by_updates, checked, in_family, pinned
from patchrules.versions import SCHEMES

_NOTICE = ("advisory", "classification", "severity", "issued", "updated", "cves", "bugzillas")
_SAID_BY_A_NOTICE = frozenset({"classification", "severity", "released", "cves", "bugzillas"})

Named = str | Family | None
"""A family: by our name, by AWS's, itself, or None for any."""


def instants(first: int = -3, last: int = 2) -> st.SearchStrategy[datetime]:
    """Draw an aware UTC instant of the grid that every strategy here shares: whole days around 2024-01-31.

    ``first`` and ``last`` count days from that one. A microsecond beside a day is drawn, too, so that what waits for N
    days is often asked exactly N days later, or just before, or just after.

    >>> from hypothesis import given
    >>> @given(instants(0, 0))
    ... def test_january(instant):
    ...     assert abs(instant.timestamp() - 1706659200) < 1
    >>> test_january()
    """
    return strategies.instants(first, last)


def versions(family: Named = None) -> st.SearchStrategy[str]:
    """Draw a version text of a family's order: rpm, dpkg or dotted numbers, hard neighbours among them.

    >>> from hypothesis import given
    >>> @given(versions("debian"))
    ... def test_a_version(text):
    ...     assert text[0].isdigit()
    >>> test_a_version()
    """
    return in_family(family, lambda one: st.sampled_from(strategies.VERSIONS[one.scheme]))


def neighbours(family: Named = None) -> st.SearchStrategy[tuple[str, str]]:
    """Draw two versions that are easily confused: apart by the epoch only, older though longer, or equal.

    >>> from hypothesis import given
    >>> @given(neighbours("rhel"))
    ... def test_they_differ(pair):
    ...     assert pair[0] != pair[1]
    >>> test_they_differ()
    """
    return in_family(
        family,
        lambda one: st.sampled_from(
            [pair for group in strategies.CLOSE[one.scheme] for pair in itertools.combinations(group, 2)]
        ),
    )


def equal_versions(family: Named = None) -> st.SearchStrategy[tuple[str, str]]:
    """Draw two different texts of one version: ``1.0-1`` and ``0:1.0-01`` of rpm, ``1.0`` and ``1.0-0`` of dpkg.

    >>> from hypothesis import given
    >>> @given(equal_versions("ubuntu"))
    ... def test_they_are_equal(pair):
    ...     assert set(pair) in ({"1.0", "1.0-0"}, {"1.1-1", "0:1.1-1"})
    >>> test_they_are_equal()
    """

    def of(one: Family) -> st.SearchStrategy[tuple[str, str]]:
        key = SCHEMES[one.scheme].sort_key
        pairs = itertools.permutations(strategies.VERSIONS[one.scheme], 2)
        return st.sampled_from([pair for pair in pairs if key(pair[0]) == key(pair[1])])

    return in_family(family, of)


def products(family: Named = None) -> st.SearchStrategy[str]:
    """Draw a product of a family, as AWS names it.

    >>> from hypothesis import given
    >>> @given(products("debian"))
    ... def test_a_product(product):
    ...     assert product.startswith("Debian")
    >>> test_a_product()
    """

    def of(one: Family) -> st.SearchStrategy[str]:
        if by_updates(one):
            return st.sampled_from(updates.PRODUCTS)
        releases = sorted(set(one.codenames.values())) or ["8.4", "9.3"]
        found = [one.product_format.format(version=release) for release in releases]
        return st.sampled_from([found[0]] if "{version}" not in one.product_format else found)

    return in_family(family, of)


def packages(family: Named = None, **pins: Any) -> st.SearchStrategy[Package]:
    """Draw an installed package; pins are fields of ``Package``. Raises UnknownNameError for a pin that is none.

    >>> from hypothesis import given
    >>> @given(packages("rhel", name="openssl"))
    ... def test_a_package(package):
    ...     assert package.id.startswith("openssl")
    >>> test_a_package()
    """
    checked(Package, pins)
    return in_family(family, lambda one: pinned(_packages(one), pins))


def patches(family: Named = None, **pins: Any) -> st.SearchStrategy[Patch]:
    """Draw a patch: one package version of one notice, or of none; on Windows one update.

    Pins are fields of ``Patch``, and ``released``, the one date that it then has. Where a pin says what only a notice
    can say, one names the patch. Raises UnknownNameError for a pin that is none.

    >>> from hypothesis import given
    >>> @given(patches("rhel", classification="Security", severity="Critical", released=instants()))
    ... def test_a_notice_says_so(patch):
    ...     assert patch.advisory and patch.severity == "Critical" and patch.issued
    >>> test_a_notice_says_so()
    """
    checked(Patch, pins, ("released",))
    return in_family(family, lambda one: pinned(_patches(one), _of_notice(pins)))


def advisories(family: Named = None, **pins: Any) -> st.SearchStrategy[tuple[Patch, ...]]:
    """Draw the patches of one notice: one to three packages that say the same of it; pins as of :func:`patches`.

    >>> from hypothesis import given, settings
    >>> @settings(max_examples=5)
    ... @given(advisories("rhel", severity="Low"))
    ... def test_one_notice(rows):
    ...     assert len({patch.advisory for patch in rows}) == 1
    >>> test_one_notice()
    """
    checked(Patch, pins, ("released",))

    def of(one: Family) -> st.SearchStrategy[tuple[Patch, ...]]:
        notice = pinned(_patches(one), {"advisory": st.sampled_from(_ids(one)), **_of_notice(pins)})
        rows = st.lists(
            pinned(_patches(one), _of_notice(pins)),
            min_size=1,
            max_size=3,
            unique_by=lambda patch: (patch.name, patch.arch, patch.evr, patch.product),
        )
        return st.builds(_as_said, notice, rows)

    return in_family(family, of)


def filters(family: Named = None, **pins: Any) -> st.SearchStrategy[PatchFilter]:
    """Draw a patch filter, mostly of keys that the family uses; pins are ``key`` and ``values``.

    >>> from hypothesis import given, settings
    >>> @settings(max_examples=5)
    ... @given(filters("rhel", key="SEVERITY"))
    ... def test_a_filter(one):
    ...     assert str(one).startswith("SEVERITY in ")
    >>> test_a_filter()
    """
    checked(PatchFilter, pins)

    def of(one: Family) -> st.SearchStrategy[PatchFilter]:
        drawn = updates.update_filters() if by_updates(one) else strategies.patch_filters(one.operating_system)
        return pinned(drawn, pins)

    return in_family(family, of)


def rules(family: Named = None, **pins: Any) -> st.SearchStrategy[ApprovalRule]:
    """Draw an approval rule with a delay, an until-date, or neither; pins are fields of ``ApprovalRule``.

    >>> from hypothesis import given, settings
    >>> @settings(max_examples=5)
    ... @given(rules("debian", approve_after_days=7, approve_until=None))
    ... def test_a_week(rule):
    ...     assert rule.delay.days == 7
    >>> test_a_week()
    """
    checked(ApprovalRule, pins)

    def of(one: Family) -> st.SearchStrategy[ApprovalRule]:
        drawn = updates.update_rules() if by_updates(one) else strategies.approval_rules(one.operating_system)
        return pinned(drawn, pins)

    return in_family(family, of)


def baselines(family: Named = None, **pins: Any) -> st.SearchStrategy[Baseline]:
    """Draw a baseline that AWS would take; pins are fields of ``Baseline``.

    >>> from hypothesis import given, settings
    >>> @settings(max_examples=5)
    ... @given(baselines("rhel", rules=()))
    ... def test_no_rule(baseline):
    ...     assert str(baseline).startswith("drawn (REDHAT_ENTERPRISE_LINUX): 0 rules")
    >>> test_no_rule()
    """
    checked(Baseline, pins)

    def of(one: Family) -> st.SearchStrategy[Baseline]:
        drawn = updates.update_baselines() if by_updates(one) else strategies.baselines(one.operating_system)
        return pinned(drawn, pins)

    return in_family(family, of)


def hosts(family: Named = None, **pins: Any) -> st.SearchStrategy[Host]:
    """Draw a host with some packages, and perhaps what its last run left behind; pins are fields of ``Host``.

    >>> from hypothesis import given, settings
    >>> @settings(max_examples=5)
    ... @given(hosts("rhel", id="web-1", product="RedhatEnterpriseLinux9.3"))
    ... def test_a_host(host):
    ...     assert str(host).startswith("web-1 (rhel, RedhatEnterpriseLinux9.3)")
    >>> test_a_host()
    """
    checked(Host, pins)

    def of(one: Family) -> st.SearchStrategy[Host]:
        own = {"product": st.none() | products(one), **pins}
        drawn = updates.update_hosts("host") if by_updates(one) else strategies.hosts(one.operating_system)
        return pinned(drawn, pins if by_updates(one) else own)

    return in_family(family, of)


def _packages(family: Family) -> st.SearchStrategy[Package]:
    """Draw an installed package of a family."""
    if by_updates(family):
        return st.builds(Package, st.sampled_from(updates.KBS), st.sampled_from((None, "x64")), st.just("0"))
    return strategies.packages(family.operating_system)


def _patches(family: Family) -> st.SearchStrategy[Patch]:
    """Draw a patch of a family."""
    return updates.update_patches() if by_updates(family) else strategies.patches(family.operating_system)


def _of_notice(pins: Mapping[str, Any]) -> dict[str, Any]:
    """Return pins with what follows from them: a notice that says so, one date."""
    found = dict(pins)
    if _SAID_BY_A_NOTICE & pins.keys():
        found.setdefault("advisory", st.sampled_from(strategies.ADVISORIES))
    if "released" in found:
        found |= {"issued": found.pop("released"), "updated": None, "built": None}
    return found


def _ids(family: Family) -> tuple[str, ...]:
    """Return the ids of notices of a family."""
    return updates.BULLETINS if by_updates(family) else strategies.ADVISORIES


def _as_said(notice: Patch, rows: list[Patch]) -> tuple[Patch, ...]:
    """Return the rows with what the notice says."""
    said = {name: getattr(notice, name) for name in _NOTICE}
    return tuple(dataclasses.replace(row, **said) for row in rows)
