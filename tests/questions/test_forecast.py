"""The calendar of approvals: the same as judging everything at every midnight, by both engines."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import patchrules as pr
from patchrules.errors import CatalogError
from patchrules.evaluation.coverage import AgeLimits
from patchrules.evaluation.nouns import hosts_table, packages_table
from patchrules.model.baseline import ApprovalRule, Baseline, Registry
from patchrules.model.columns import REJECTS
from patchrules.model.host import Host, Inventory
from patchrules.model.names import OperatingSystem, Status
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.sources import arrow
from patchrules.testing.strategies import T0
from patchrules.testing.twins import by_reference, catalog_of
from patchrules.testing.updates import all_situations

EXAMPLES = settings().max_examples // 3
AHEAD = 4
DAY = timedelta(days=1)


def midnights(start, days):
    """Return the instants that a calendar compares."""
    until = start + days * DAY
    first = datetime(start.year, start.month, start.day, tzinfo=UTC) + DAY
    inner = [first + number * DAY for number in range(days + 1)]
    return [start, *(one for one in inner if one < until), until]


def of_days(found):
    """Return what a calendar says by the end of each day."""
    return {
        day.until: (
            {(one.id, one.target, one.advisory, one.level, one.hosts) for one in day.patches},
            day.noncompliant,
            day.compliant,
            day.unknown,
            day.missing,
        )
        for day in found.days
    }


def by_judging(judge, instants):
    """Say the same by judging everything at every instant and comparing two after two."""
    expected = {}
    runs = [judge(instant) for instant in instants]
    for before, after, end in zip(runs[:-1], runs[1:], instants[1:], strict=True):
        found = pr.diff(before, after)
        approved: dict[tuple[object, ...], list[str]] = {}
        for row in found.verdicts.to_pylist():
            if row["approval_change"] == "NEWLY_APPROVED":
                key = (row["id"], row["target_after"], row["advisory"], row["level_after"])
                approved.setdefault(key, [])
                approved[key] += [row["host"]] if row["state_after"] in ("MISSING", "FAILED") else []
        turned = [tuple(found.hosts.filter(_to(found.hosts, status))["host"].to_pylist()) for status in _STATUSES]
        day = ({(*key, tuple(sorted(hosts))) for key, hosts in approved.items()}, *turned, found.missing)
        if any(day):
            expected[end] = day
    return expected


_STATUSES = (Status.NON_COMPLIANT, Status.COMPLIANT, Status.UNKNOWN)


def _to(hosts, status):
    """Say which hosts have another status now, and which."""
    return pc.and_(pc.equal(hosts["status_after"], status.value), pc.not_equal(hosts["status_before"], status.value))


@settings(max_examples=EXAMPLES)
@given(
    all_situations(),
    st.sampled_from([timedelta(0), timedelta(hours=7, seconds=1)]),
    st.sampled_from([AgeLimits(), AgeLimits(audit=True), AgeLimits(inventory=DAY)]),
)
def test_it_equals_judging_everything_every_day(situation, later, limits):
    taken = situation.options["as_of"] + 2 * DAY
    hosts = tuple(dataclasses.replace(host, previous_run=None, captured_at=taken) for host in situation.hosts)
    fleet = Inventory(hosts_table(hosts), packages_table(hosts), arrow.table(REJECTS, {}, 0))
    catalog = catalog_of(situation.baseline, hosts, situation.patches)
    start = situation.options["as_of"] + later
    options = {"missing_date": situation.options["missing_date"]}
    instants = midnights(start, AHEAD)

    def judge(instant):
        return pr.evaluate_fleet(
            situation.baseline, fleet, catalog, as_of=instant, rows="all", limits=limits, **options
        )

    reasons = [set(why or ()) for why in judge(start).hosts["unknown"].to_pylist()]
    asking = [why for why in reasons if not why & {"NO_PRODUCT", "NO_BASELINE", "NO_SOURCE"}]
    if asking and all("NO_CATALOG" in why for why in asking):
        with pytest.raises(CatalogError, match="no catalog speaks for"):
            pr.forecast(situation.baseline, fleet, catalog, as_of=start, days=AHEAD, **options)
        return
    found = pr.forecast(situation.baseline, fleet, catalog, as_of=start, days=AHEAD, limits=limits, **options)
    assert of_days(found) == by_judging(judge, instants)
    statuses = dict(zip(fleet.hosts["host"].to_pylist(), judge(start).hosts["status"].to_pylist(), strict=True))
    for day in found.days:
        for status, names in zip(_STATUSES, (day.noncompliant, day.compliant, day.unknown), strict=True):
            statuses |= dict.fromkeys(names, str(status))
    if limits == AgeLimits():
        by_definition = by_reference(situation.baseline, hosts, situation.patches, as_of=instants[-1], **options)
        assert statuses == {host: one["status"] for host, one in by_definition.items()}


def test_under_an_audit_hosts_are_known_once_their_inventory_is_no_longer_of_the_future():
    rule = ApprovalRule(approve_after_days=0, enable_non_security=True)
    baseline = Baseline("prod", OperatingSystem.CENTOS, rules=(rule,))
    rows = [Patch("bash", "x86_64", "0:1.1-1.el8", "RHSA-bash", issued=T0 - DAY)]
    bash = Package("bash", "x86_64", "0:1.0-1.el8")
    host = Host("web-1", "centos", "CentOS8", "x86_64", packages=(bash,), captured_at=T0 + 2 * DAY)
    fleet = Inventory(hosts_table([host]), packages_table([host]), arrow.table(REJECTS, {}, 0))
    catalog, limits = catalog_of(baseline, [host], rows), AgeLimits(audit=True)
    [day] = pr.forecast(baseline, fleet, catalog, as_of=T0, days=3, limits=limits).days
    assert (day.until, day.noncompliant) == (T0 + DAY, ("web-1",))


def test_a_notice_that_suggests_a_reboot_says_which_hosts_need_one():
    rule = ApprovalRule(approve_after_days=7, enable_non_security=True)
    baseline = Baseline("prod", OperatingSystem.CENTOS, rules=(rule,))
    rows = [
        Patch(name, "x86_64", "0:1.1-1.el8", f"RHSA-{name}", issued=T0, reboot=name == "kernel")
        for name in ("kernel", "bash")
    ]
    hosts = [
        Host(name, "centos", "CentOS8", "x86_64", packages=(Package(name, "x86_64", "0:1.0-1.el8"),))
        for name in ("kernel", "bash")
    ]
    fleet = Inventory(hosts_table(hosts), packages_table(hosts), arrow.table(REJECTS, {}, 0))
    found = pr.forecast(baseline, fleet, catalog_of(baseline, hosts, rows), as_of=T0, days=8)
    [day] = found.days
    assert (day.day, day.hosts, day.reboots, day.noncompliant) == (
        (T0 + 7 * DAY).date(),
        ("bash", "kernel"),
        ("kernel",),
        ("bash", "kernel"),
    )
    assert str(day) == (
        "2024-02-07: 2 patches approved, MISSING +2 on 2 hosts, 1 host to reboot, 2 hosts to turn NON_COMPLIANT"
    )
    assert [str(one) for one in day.patches] == [
        "bash.x86_64 0:1.1-1.el8 (RHSA-bash, UNSPECIFIED): 1 host",
        "kernel.x86_64 0:1.1-1.el8 (RHSA-kernel, UNSPECIFIED): 1 host, with a reboot",
    ]


def test_a_version_without_a_notice_is_not_told_under_that_of_the_version_before():
    rule = ApprovalRule(approve_after_days=7, enable_non_security=True)
    baseline = Baseline("prod", OperatingSystem.CENTOS, rules=(rule,))
    rows = [
        Patch("bash", "x86_64", "0:1.1-1.el8", "RHSA-bash", issued=T0 - 8 * DAY),
        Patch("bash", "x86_64", "0:1.2-1.el8", issued=T0),
    ]
    host = Host("web-1", "centos", "CentOS8", "x86_64", packages=(Package("bash", "x86_64", "0:1.0-1.el8"),))
    fleet = Inventory(hosts_table([host]), packages_table([host]), arrow.table(REJECTS, {}, 0))
    [day] = pr.forecast(baseline, fleet, catalog_of(baseline, [host], rows), as_of=T0, days=8).days
    assert [str(one) for one in day.patches] == ["bash.x86_64 0:1.2-1.el8 (no advisory, UNSPECIFIED): 1 host"]


@pytest.mark.parametrize("days", [0, 401])
def test_a_number_of_days_that_is_refused(days):
    none = arrow.table(REJECTS, {}, 0)
    fleet = Inventory(hosts_table([]), packages_table([]), none)
    with pytest.raises(ValueError, match=f"`{days}` is not a number of days from 1 to 400"):
        pr.forecast(Registry(()), fleet, [], as_of=T0, days=days)
