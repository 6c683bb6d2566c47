"""What waiting alone approves: both engines say it, and the calendar of approvals says the same day by day."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import patchrules as pr
from patchrules.errors import CatalogError
from patchrules.evaluation.nouns import hosts_table, packages_table
from patchrules.evaluation.rows import run_of
from patchrules.families import family_of
from patchrules.model.baseline import ApprovalRule, Baseline, PatchFilter
from patchrules.model.columns import REJECTS, UPCOMING_DAYS
from patchrules.model.host import Host, Inventory
from patchrules.model.names import ComplianceLevel, DebDates, FilterKey, OperatingSystem
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.model.verdict import OverridePatch
from patchrules.sources import arrow
from patchrules.testing.strategies import T0, Situation
from patchrules.testing.twins import catalog_of, previous_runs
from patchrules.testing.updates import all_situations

EXAMPLES = settings().max_examples
LATER = st.sampled_from([timedelta(0), timedelta(0), timedelta(microseconds=1), timedelta(hours=7, seconds=1)])
DEB_DATES = st.sampled_from((*[DebDates.ADVISORY] * 4, DebDates.IGNORE))

WAIT = ApprovalRule(approve_after_days=2, compliance_level=ComplianceLevel.LOW, enable_non_security=True)


NEWER = {"rpm": "9:9-1", "dpkg": "9:9-1", "dotted": "99"}
"""A version that is above all that are drawn, by scheme."""


RULES_THAT_WAIT = st.sampled_from(
    (
        (WAIT,),
        (dataclasses.replace(WAIT, approve_after_days=None, approve_until=date.max),),
        (WAIT, WAIT),
        (WAIT, dataclasses.replace(WAIT, compliance_level=ComplianceLevel.HIGH)),
        (dataclasses.replace(WAIT, compliance_level=ComplianceLevel.HIGH, approve_after_days=3), WAIT),
        (dataclasses.replace(WAIT, enable_non_security=False, approve_after_days=1), WAIT),
    )
)
"""Rules that everything passes: a delay, a date, equal ones, a higher or a later one, and one for security alone."""


@st.composite
def waiting(draw):
    """Draw a situation in which something mostly waits: a rule for everything, patches released about the instant."""
    found = draw(all_situations())
    own = found.baseline.rules[: draw(st.sampled_from((0, 0, 1)))]
    baseline = dataclasses.replace(found.baseline, rules=(*own, *draw(RULES_THAT_WAIT)))
    plain = dataclasses.replace(baseline, approved_patches=(), rejected_patches=(), global_filters=())
    found = dataclasses.replace(
        found,
        baseline=draw(st.sampled_from((plain, plain, plain, baseline))),
        hosts=tuple(dataclasses.replace(one, product=found.hosts[0].product) for one in found.hosts),
        options={**found.options, "deb_dates": draw(DEB_DATES)},
    )
    if found.hosts[0].family == "windows":
        return dataclasses.replace(found, patches=draw(updates_of(found)))
    some = (Package(found.patches[0].name, found.patches[0].arch, "0"),)
    hosts = tuple(dataclasses.replace(one, packages=one.packages or some) for one in found.hosts)
    found = dataclasses.replace(found, hosts=hosts)
    return dataclasses.replace(found, patches=draw(versions_of(found)))


@st.composite
def versions_of(draw, situation):
    """Draw the patches of a situation, some of one installed package: one is mostly newer, and out only lately."""
    installed = [one for host in situation.hosts for one in host.packages]
    package, same = draw(st.sampled_from(installed)), draw(st.integers(1, 4))
    of_it = {"name": package.name, "arch": package.arch or situation.patches[0].arch, "offered": True, "module": None}
    one, *alike = (dataclasses.replace(one, **of_it) for one in situation.patches[:same])
    newer = NEWER[family_of(situation.baseline.operating_system).scheme]
    evr, issued = draw(st.sampled_from((newer, newer, one.evr))), draw(lately(situation))
    late = dataclasses.replace(one, evr=evr, issued=issued, updated=None, built=None)
    return (late, *alike, *situation.patches[same:])


@st.composite
def updates_of(draw, situation):
    """Draw the patches of a situation of Windows, which are out only lately."""
    return tuple(dataclasses.replace(one, issued=draw(lately(situation))) for one in situation.patches)


def lately(situation):
    """Draw an instant a few days about the one that is asked about."""
    asked = situation.options["as_of"] - timedelta(days=3)
    return st.sampled_from([asked + timedelta(days=by) for by in (1, 0, 1, -1, -2)])


def fleet_of(hosts):
    """Return hosts as an inventory."""
    return Inventory(hosts_table(hosts), packages_table(hosts), arrow.table(REJECTS, {}, 0))


def day_of(row, baseline):
    """Return the day at whose end a patch is approved: a delay ends after its instant, a date and a list at it."""
    at_once = row["rule"] is None or baseline.rules[row["rule"] - 1].approve_until is not None
    return (row["since"] - timedelta(microseconds=at_once)).date()


def by_day(run):
    """Return what a run of one host says by the end of each day: the last of what is approved that day."""
    last = {}
    for row in run.upcoming.to_pylist():
        last[day_of(row, run.baselines[0]), row["id"]] = row
    return {
        (day, row["id"], row["target"], row["compliance_severity"], row["hosts"]): row["advisory"]
        for (day, _), row in last.items()
    }


CENTOS = Host("one", "centos", "CentOS8", "x86_64", packages=(Package("bash", "x86_64", "0:1-1.el8"),))
LAST = Patch("bash", "x86_64", "0:2-1.el8", issued=datetime.max.replace(tzinfo=UTC))
NEVER_OUT = Situation(
    Baseline("prod", OperatingSystem.CENTOS, rules=(WAIT,)), (CENTOS,), (LAST,), {"as_of": T0 + timedelta(days=3)}
)
"""A patch of the last instant there is: no moment comes after it."""


@settings(max_examples=EXAMPLES)
@given(waiting(), LATER)
@example(NEVER_OUT, timedelta(0))
def test_both_engines_say_the_same(situation, later):
    catalog = catalog_of(situation.baseline, situation.hosts, situation.patches)
    options = {**situation.options, "as_of": situation.options["as_of"] + later - timedelta(days=3)}
    reports = [pr.evaluate(situation.baseline, host, catalog, **options) for host in situation.hosts]
    options["previous_runs"] = previous_runs(situation.hosts)
    run = pr.evaluate_fleet(situation.baseline, fleet_of(situation.hosts), catalog, **options)
    assert run.upcoming.to_pylist() == run_of(reports).upcoming.to_pylist()


@settings(max_examples=EXAMPLES)
@given(waiting(), LATER)
def test_it_is_what_the_calendar_of_approvals_says(situation, later):
    host = dataclasses.replace(situation.hosts[0], previous_run=None)
    fleet, catalog = fleet_of([host]), catalog_of(situation.baseline, [host], situation.patches)
    options = {name: situation.options[name] for name in ("missing_date", "deb_dates")}
    options["as_of"] = situation.options["as_of"] + later - timedelta(days=2)
    run = pr.evaluate_fleet(situation.baseline, fleet, catalog, **options)
    found = by_day(run)
    try:
        calendar = pr.forecast(situation.baseline, fleet, catalog, **options)
    except CatalogError:  # a run counts UNKNOWN hosts too: what another vendor's catalog approves is upcoming on them
        assert "NO_CATALOG" in run.hosts["unknown"][0].as_py(), "no catalog speaks for the host"
        return
    expected = {
        (day.day, one.id, one.target, one.level, len(one.hosts)): one.advisory
        for day in calendar.days
        for one in day.patches
        if one.hosts
    }
    assert found == expected


RULES = (
    ApprovalRule(approve_after_days=7, compliance_level=ComplianceLevel.HIGH, enable_non_security=True),
    ApprovalRule(approve_after_days=7, compliance_level=ComplianceLevel.CRITICAL, enable_non_security=True),
    ApprovalRule(approve_after_days=7, compliance_level=ComplianceLevel.CRITICAL, enable_non_security=True),
    ApprovalRule(approve_after_days=9, enable_non_security=True),
)
PROD = Baseline("prod", OperatingSystem.CENTOS, rules=RULES, approved_patches=("listed",), rejected_patches=("bad",))
HOSTS = [
    Host(name, "centos", "CentOS8", "x86_64", packages=tuple(Package(one, "x86_64", evr) for one, evr in packages))
    for name, packages in (
        ("one", [("kernel", "0:4.1-1.el8"), ("kernel", "0:4.3-1.el8"), ("bad", "0:1-1.el8"), ("listed", "0:1-1.el8")]),
        ("two", [("kernel", "0:4.2-1.el8"), ("bash", "0:9-1.el8")]),
    )
]

GONE = Package("bash", "x86_64", "0:7-1.el8", status="config-files")
HOSTS.append(Host("three", "centos", "CentOS8", "x86_64", packages=(GONE,)))


def patch(name, evr, issued, **more):
    """Return a patch that was issued so many days before T0."""
    return Patch(name, "x86_64", evr, f"RHSA-{name}-{evr[2:5]}", issued=T0 - timedelta(days=issued), **more)


PATCHES = [
    patch("kernel", "0:4.4-1.el8", 6),
    patch("kernel", "0:4.3-1.el8", 5),
    patch("kernel", "0:4.5-1.el8", 3, severity="Low", classification="Security"),
    patch("kernel", "0:4.9-1.el8", 1, offered=False),
    patch("bash", "0:8-1.el8", 6),
    patch("bad", "0:2-1.el8", 6),
    patch("listed", "0:2-1.el8", -2),
    patch("kernel", "0:5.0-1.el8", -24),
]


def told(run):
    """Return what tells most of the rows of a run."""
    columns = ("since", "rule", "id", "target", "compliance_severity", "hosts")
    return [tuple(row[name] for name in columns) for row in run.upcoming.to_pylist()]


def judged(**options):
    """Judge the hosts by both engines."""
    options, catalog = {"as_of": T0, **options}, catalog_of(PROD, HOSTS, PATCHES)
    run = pr.evaluate_fleet(PROD, fleet_of(HOSTS), catalog, **options)
    assert run.upcoming == run_of([pr.evaluate(PROD, host, catalog, **options) for host in HOSTS]).upcoming
    return run


def test_versions_that_some_host_will_miss_stand_by_date():
    """4.3 comes after the higher 4.4, nobody lacks the bash, 4.9 is not offered, 5.0 comes after 30 days."""
    day = timedelta(days=1)
    assert told(judged()) == [
        (T0 + day, 2, "kernel.x86_64", "0:4.4-1.el8", "CRITICAL", 2),
        (T0 + 2 * day, None, "listed.x86_64", "0:2-1.el8", "UNSPECIFIED", 1),
        (T0 + 4 * day, 2, "kernel.x86_64", "0:4.5-1.el8", "CRITICAL", 2),
    ]
    row = judged().upcoming.to_pylist()[-1]
    assert {name: row[name] for name in ("baseline", "family", "name", "advisory", "severity", "classification")} == {
        "baseline": "prod",
        "family": "centos",
        "name": "kernel",
        "advisory": "RHSA-kernel-4.5",
        "severity": "Low",
        "classification": "Security",
    }


def test_only_the_newest_installed_version_lacks_anything():
    assert told(judged(as_of=T0 - timedelta(days=2)))[:2] == [
        (T0 + timedelta(days=1), 2, "kernel.x86_64", "0:4.4-1.el8", "CRITICAL", 2),
        (T0 + timedelta(days=2), None, "listed.x86_64", "0:2-1.el8", "UNSPECIFIED", 1),
    ]
    only = [patch("kernel", "0:4.3-1.el8", 5)]
    run = pr.evaluate_fleet(PROD, fleet_of(HOSTS), catalog_of(PROD, HOSTS, only), as_of=T0)
    assert [row[-1] for row in told(run)] == [1]


def test_the_last_instant_is_the_thirtieth_day():
    late = T0 - timedelta(days=UPCOMING_DAYS) + timedelta(days=4)
    targets = [
        [row[3] for row in told(judged(as_of=late + more))] for more in (timedelta(0), timedelta(microseconds=1))
    ]
    assert ["0:4.5-1.el8" in one for one in targets] == [False, True]


@pytest.mark.parametrize(
    ("rule", "name", "inside"),
    [
        (ApprovalRule(approve_until=date.max, enable_non_security=True), "bash", True),
        (ApprovalRule(approve_after_days=0, enable_non_security=True), "bash", False),
        (ApprovalRule(approve_after_days=0, enable_non_security=True), "listed", True),
    ],
)
def test_a_date_and_a_list_approve_at_the_release_and_a_delay_after_it(rule, name, inside):
    prod = dataclasses.replace(PROD, rules=(rule,))
    host = dataclasses.replace(HOSTS[0], packages=(Package(name, "x86_64", "0:1-1.el8"),))
    catalog = catalog_of(prod, [host], [patch(name, "0:2-1.el8", -UPCOMING_DAYS)])
    run = pr.evaluate_fleet(prod, fleet_of([host]), catalog, as_of=T0)
    assert [row[2] for row in told(run)] == [f"{name}.x86_64"] * inside
    assert run.upcoming.equals(run_of(pr.evaluate(prod, host, catalog, as_of=T0)).upcoming)


def test_where_a_list_and_a_rule_approve_at_once_the_list_does_at_the_higher_level():
    rule = ApprovalRule(approve_until=date.max, compliance_level=ComplianceLevel.LOW, enable_non_security=True)
    for level in (ComplianceLevel.HIGH, ComplianceLevel.INFORMATIONAL):
        prod = dataclasses.replace(PROD, rules=(rule,), approved_patches_level=level)
        run = pr.evaluate_fleet(prod, fleet_of(HOSTS), catalog_of(prod, HOSTS, PATCHES), as_of=T0)
        listed = [row for row in told(run) if row[2] == "listed.x86_64"]
        highest = max(level, rule.compliance_level, key=lambda one: one.rank)
        assert listed == [(T0 + timedelta(days=2), None, "listed.x86_64", "0:2-1.el8", highest, 1)]


def test_of_two_notices_on_one_version_the_one_at_the_higher_level_is_told():
    """The severer notice comes first where levels are equal, and here they are not."""
    low = dataclasses.replace(WAIT, filters=(PatchFilter(FilterKey.SEVERITY, ("Critical",)),))
    high = dataclasses.replace(WAIT, compliance_level=ComplianceLevel.CRITICAL)
    high = dataclasses.replace(high, filters=(PatchFilter(FilterKey.SEVERITY, ("Low",)),))
    prod = Baseline("prod", OperatingSystem.CENTOS, rules=(low, high))
    host = dataclasses.replace(HOSTS[0], packages=(Package("bash", "x86_64", "0:1-1.el8"),))
    notice = Patch("bash", "x86_64", "0:2-1.el8", issued=T0, classification="Security")
    notices = [
        dataclasses.replace(notice, advisory="RHSA-A", severity="Critical"),
        dataclasses.replace(notice, advisory="RHSA-B", severity="Low"),
    ]
    catalog = catalog_of(prod, [host], notices)
    run = pr.evaluate_fleet(prod, fleet_of([host]), catalog, as_of=T0)
    assert [(row["advisory"], row["compliance_severity"]) for row in run.upcoming.to_pylist()] == [
        ("RHSA-B", "CRITICAL")
    ]
    assert run.upcoming.equals(run_of([pr.evaluate(prod, host, catalog, as_of=T0)]).upcoming)


def test_updates_of_windows_are_told_by_who_lacks_them():
    """KB1 is missing today already, KB2 waits, KB3 waits and replaces KB2 on one host, KB4 is listed and comes out."""
    wait = ApprovalRule(approve_after_days=7, compliance_level=ComplianceLevel.MEDIUM)
    prod = Baseline("prod", OperatingSystem.WINDOWS, rules=(wait,), approved_patches=("KB4",))
    names = (("one", "KB9"), ("two", "KB3"), ("three", "KB2"), ("four", "KB9"))
    hosts = [Host(name, "windows", "WindowsServer2019", "x64", packages=(Package(kb, "", "0"),)) for name, kb in names]
    issued = {"KB1": 9, "KB2": 5, "KB4": -1}
    rows = [
        Patch(
            kb, "", "0", classification="SecurityUpdates", product="WindowsServer2019", issued=T0 - timedelta(days=day)
        )
        for kb, day in issued.items()
    ]
    rows.append(dataclasses.replace(rows[1], name="KB3", supersedes=("KB2",), issued=T0 - timedelta(days=4)))
    catalog = catalog_of(prod, hosts, rows)
    run = pr.evaluate_fleet(prod, fleet_of(hosts), catalog, as_of=T0)
    assert told(run) == [
        (T0 + timedelta(days=1), None, "KB4", "0", "UNSPECIFIED", 4),
        (T0 + timedelta(days=3), 1, "KB3", "0", "MEDIUM", 3),
    ]
    assert run.upcoming.equals(run_of([pr.evaluate(prod, host, catalog, as_of=T0) for host in hosts]).upcoming)


def test_aws_s_engine_is_not_asked():
    assert judged(dialect="agent").upcoming is None


def test_an_install_says_what_a_scan_does():
    lines = (OverridePatch("kernel", None),)
    assert told(judged(operation="install")) == told(judged(operation="install", install_override=lines)) != []


def test_a_run_of_an_earlier_version_is_loaded_without_it(tmp_path):
    pr.write(judged(), tmp_path / "run", format="parquet")
    assert pr.load_run(tmp_path / "run").upcoming.equals(judged().upcoming)
    (tmp_path / "run" / "upcoming.parquet").unlink()
    assert pr.load_run(tmp_path / "run").upcoming is None


def test_it_is_a_table_of_the_run():
    assert pr.table(judged(), "upcoming").equals(judged().upcoming)
    assert pr.table(judged(dialect="agent"), "upcoming").num_rows == 0
