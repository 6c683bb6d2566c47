"""A catalog store: what was known when, and what a past question may be answered with."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

import patchrules as pr
from patchrules.catalog import history, is_store, known_at, observations, observe_catalog
from patchrules.errors import CatalogError
from patchrules.evaluation.nouns import hosts_table, packages_table
from patchrules.model.columns import REJECTS
from patchrules.model.host import Inventory
from patchrules.sources import arrow
from patchrules.testing.twins import ENGINES

DAYS = [datetime(2026, 11, day, 6, tzinfo=UTC) for day in (1, 8, 15)]
BEFORE = timedelta(seconds=1)
DAY = timedelta(days=1)
MADE = datetime(2026, 11, 14, 20, 15, tzinfo=UTC)


def notice(number, version, issued, *, name="curl"):
    return (
        f'<update type="security"><id>RHSA-{number}</id><severity>Important</severity><issued date="{issued}"/><pkglist>'
        f'<package name="{name}" epoch="0" version="{version}" release="1" arch="x86_64"/></pkglist></update>'
    )


def updates(*notices):
    return f"<updates>{''.join(notices)}</updates>".encode()


FEEDS = [
    updates(notice(1, "8.1", "2026-10-01"), notice(2, "5.1", "2026-10-01", name="bash")),
    updates(
        notice(1, "8.1", "2026-10-01"), notice(2, "5.1", "2026-11-05", name="bash"), notice(3, "8.2", "2026-10-02")
    ),
    updates(notice(1, "8.1", "2026-10-01"), notice(2, "5.1", "2026-11-05", name="bash")),
]
"""RHSA-2 is re-dated in the second, RHSA-3 appears in it, dated back, and is withdrawn in the third."""

HOST = pr.Host(
    "web-1", "rhel", "RedhatEnterpriseLinux9.3", "x86_64",
    packages=(pr.Package("curl", "x86_64", "0:8.0-1"), pr.Package("bash", "x86_64", "0:5.0-1")),
)  # fmt: skip
BASELINE = pr.Baseline("all", "REDHAT_ENTERPRISE_LINUX", rules=(pr.ApprovalRule(approve_after_days=7),))  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path):
    for day, feed in zip(DAYS, FEEDS, strict=True):
        observe_catalog(tmp_path / "store", pr.read_catalog(feed, family="rhel"), observed_at=day)
    return tmp_path / "store"


def stood(catalog, as_of):
    report = pr.evaluate(BASELINE, HOST, catalog, as_of=as_of)
    return {one.name: (one.state, one.target) for one in report.verdicts}


@pytest.mark.parametrize("number", range(3))
def test_a_store_of_three_snapshots_gives_for_each_date_that_days_verdicts(store, number):
    as_of = DAYS[number] + timedelta(hours=12)
    then = pr.read_catalog(known_at(store, as_of))
    assert stood(then, as_of) == stood(pr.read_catalog(FEEDS[number], family="rhel"), as_of)
    run = pr.evaluate_fleet(BASELINE, rhel(packages()), then, as_of=as_of, rows="all")
    assert {row["name"]: (row["state"], row["target"]) for row in run.verdicts.to_pylist()} == stood(then, as_of)


def rhel(table):
    return pr.read_inventory(table, family="rhel", product="RedhatEnterpriseLinux9.3", arch="x86_64")


def packages():
    found = [{"host": "web-1", "name": one.name, "arch": one.arch, "evr": one.evr} for one in HOST.packages]
    return pa.Table.from_pylist(found)


def test_the_three_days_differ(store):
    days = [stood(pr.read_catalog(known_at(store, day)), DAYS[2]) for day in DAYS]
    assert [one["curl"][1] for one in days] == ["0:8.1-1", "0:8.2-1", "0:8.1-1"]
    assert [one["bash"][0] for one in days] == ["MISSING", "MISSING", "MISSING"]
    assert stood(pr.read_catalog(known_at(store, DAYS[0])), DAYS[0])["bash"][0] == "MISSING"
    assert stood(pr.read_catalog(known_at(store, DAYS[1])), DAYS[1])["bash"][0] == "INSTALLED_OTHER"


def test_what_is_known_changes_exactly_at_an_observation(store):
    assert known_at(store, DAYS[1]) == known_at(store, DAYS[2] - BEFORE) != known_at(store, DAYS[1] - BEFORE)
    assert known_at(store) == known_at(store, DAYS[2] + timedelta(days=999))
    assert (observations(store), is_store(store), is_store(store / "snapshots")) == (DAYS, True, False)


def test_the_history_says_when_each_row_was_seen_redated_and_withdrawn(store):
    rows = {row["advisory"]: row for row in history(store).to_pylist()}
    seen = ("first_seen", "last_seen", "redated_at", "withdrawn_at")
    assert {name: tuple(row[column] for column in seen) for name, row in rows.items()} == {
        "RHSA-1": (DAYS[0], DAYS[2], None, None),
        "RHSA-2": (DAYS[0], DAYS[2], DAYS[1], None),
        "RHSA-3": (DAYS[1], DAYS[1], None, DAYS[2]),
    }


def test_an_observation_says_what_it_changed(tmp_path):
    said = [
        str(observe_catalog(tmp_path / "s", pr.read_catalog(feed, family="rhel"), observed_at=day))
        for day, feed in zip(DAYS, FEEDS, strict=True)
    ]
    assert said == [
        "observed 2026-11-01 06:00Z: 2 new, 0 re-dated, 0 withdrawn, 0 as before",
        "observed 2026-11-08 06:00Z: 1 new, 1 re-dated, 0 withdrawn, 1 as before",
        "observed 2026-11-15 06:00Z: 0 new, 0 re-dated, 1 withdrawn, 2 as before",
    ]


def test_what_comes_back_keeps_its_first_instant(store):
    later = DAYS[2] + timedelta(days=7)
    observe_catalog(store, pr.read_catalog(FEEDS[1], family="rhel"), observed_at=later)
    [row] = [row for row in history(store).to_pylist() if row["advisory"] == "RHSA-3"]
    assert (row["first_seen"], row["last_seen"], row["withdrawn_at"]) == (DAYS[1], later, None)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (
            lambda store: known_at(store, DAYS[0] - BEFORE),
            "the catalog of `{store}` was first observed 2026-11-01T06:00:00Z: what was known before cannot be told [PR3017]\n  at {store}",
        ),
        (
            lambda store: observe_catalog(store, catalog(), observed_at=DAYS[2]),
            "the catalog was observed 2026-11-15T06:00:00Z, and the store has been told of 2026-11-15T06:00:00Z [PR3014]\n  hint: add observations in the order of their instants",
        ),
        (
            lambda store: observe_catalog(store / "snapshots", catalog(), observed_at=DAYS[2]),
            "`{store}/snapshots` is there already and is no catalog store [PR3015]\n  hint: choose a new folder",
        ),
        (
            lambda store: observe_catalog(store, dataclasses.replace(catalog(), as_of=MADE + 9 * DAY), observed_at=MADE + DAY),
            "the catalog was observed 2026-11-15T20:15:00Z, and says that it was made 2026-11-23T20:15:00Z [PR3018]\n  hint: nobody observes what is not there yet: look at --observed",
        ),
        (
            lambda store: observe_catalog(store, catalog()),
            "nobody says when the catalog was observed [PR3013]\n  hint: say it: --observed 2026-11-01T00:00Z, or observed_at=",
        ),
    ],
)  # fmt: skip
def test_what_a_store_cannot_do_is_said(store, ask, said):
    before = contents(store)
    with pytest.raises(CatalogError) as caught:
        ask(store)
    assert str(caught.value) == said.format(store=store)
    assert contents(store) == before


def catalog():
    return pr.read_catalog(FEEDS[0], family="rhel")


def contents(folder):
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()}


PACKAGES = b"Package: curl\nArchitecture: amd64\nVersion: 8.1-1\nFilename: pool/c/curl.deb\nSize: 1\n"
RELEASE = b"Origin: Debian\nLabel: Debian-Security\nSuite: stable-security\nCodename: bookworm-security\nDate: Sat, 14 Nov 2026 20:15:00 UTC\n"
DEBIAN = pr.Host("web-1", "debian", "Debian12", "amd64", packages=(pr.Package("curl", "amd64", "8.0-1"),))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("late", "unknown"), [(-BEFORE, ["LATER_CATALOG"]), (timedelta(), [])])
def test_an_archive_cannot_answer_before_its_own_date(tmp_path, engine, late, unknown):
    (tmp_path / "Packages").write_bytes(PACKAGES)
    (tmp_path / "Release").write_bytes(RELEASE)
    archive = pr.read_catalog(tmp_path)
    assert archive.as_of == MADE
    baseline = pr.Baseline("all", "DEBIAN", rules=(pr.ApprovalRule(enable_non_security=True),))  # type: ignore[arg-type]
    if engine == "reference":
        found = [str(one) for one in pr.evaluate(baseline, DEBIAN, archive, as_of=MADE + late).unknown]
    else:
        told = {"host": ["web-1"], "name": ["curl"], "arch": ["amd64"], "evr": ["8.0-1"]}
        fleet = pr.read_inventory(pa.table(told), family="debian", product="Debian12", arch="amd64")
        found = pr.evaluate_fleet(baseline, fleet, archive, as_of=MADE + late).hosts["unknown"].to_pylist()[0]
    assert found == unknown


def test_notices_are_judged_before_their_own_date_and_that_is_said(store):
    then = pr.read_catalog(known_at(store, DAYS[1]))
    report = pr.evaluate(BASELINE, HOST, then, as_of=DAYS[0])
    assert (report.unknown, [str(one) for one in report.diagnostics if one.code == "PR7014"]) == (
        (),
        [
            "info PR7014: the catalog of rhel was made 2026-11-08T06:00:00Z, after the as-of instant: its dates say what existed then"
            "\n  hint: keep what was known in a store: patchrules catalog add, --known-as-of"
        ],
    )
    assert "PR7014" not in {one.code for one in pr.evaluate(BASELINE, HOST, then, as_of=DAYS[1]).diagnostics}


@pytest.mark.parametrize(
    ("after", "audit", "told", "unknown"),
    [
        (timedelta(days=1), True, False, ()),
        (timedelta(days=1, seconds=1), False, True, ()),
        (timedelta(days=1, seconds=1), True, True, ("LATER_INVENTORY",)),
    ],
)
def test_an_inventory_long_after_the_as_of_instant_is_told_and_under_audit_unknown(after, audit, told, unknown):
    host = dataclasses.replace(HOST, captured_at=DAYS[0] + after)
    report = pr.evaluate(BASELINE, host, catalog(), as_of=DAYS[0], limits=pr.AgeLimits(audit=audit))
    assert ("PR7015" in {one.code for one in report.diagnostics}, tuple(report.unknown)) == (told, unknown)


@pytest.mark.parametrize(
    ("limits", "dated", "told"),
    [
        (pr.AgeLimits(), False, 0),
        (pr.AgeLimits(catalog=timedelta(days=99), inventory=timedelta(days=99)), True, 0),
        (pr.AgeLimits(catalog=timedelta(days=99)), False, 1),
        (pr.AgeLimits(inventory=timedelta(days=99)), False, 1),
    ],
)
def test_a_limit_that_cannot_be_checked_is_told_by_both_engines(limits, dated, told):
    host = dataclasses.replace(HOST, captured_at=DAYS[0] if dated else None)
    known = dataclasses.replace(catalog(), as_of=DAYS[0] if dated else None)
    fleet = Inventory(hosts_table([host]), packages_table([host]), arrow.table(REJECTS, {}, 0))
    by_reference = pr.evaluate(BASELINE, host, known, as_of=DAYS[0], limits=limits)
    by_batch = pr.evaluate_fleet(BASELINE, fleet, known, as_of=DAYS[0], limits=limits)
    for found in (by_reference, by_batch):
        assert [one.code for one in found.diagnostics].count("PR7016") == told


AGES_AGO = timedelta(days=900)
"""An archive of a release, to which nothing is ever added; so it is told of no age."""


@pytest.mark.parametrize(
    ("age", "limit", "told"),
    [
        (timedelta(days=31), None, 0),
        (timedelta(days=31, seconds=1), None, 1),
        (timedelta(days=400), timedelta(days=999), 0),
        (None, None, 0),
    ],
)
def test_a_catalog_that_is_old_is_told_where_nobody_set_a_limit(age, limit, told):
    """Nothing said so: a host without what came out since was COMPLIANT without a word."""
    known = [
        dataclasses.replace(catalog(), as_of=None if age is None else day) for day in (DAYS[0], DAYS[0] - AGES_AGO)
    ]
    as_of, limits = DAYS[0] + (age or timedelta(days=400)), pr.AgeLimits(catalog=limit)
    fleet = Inventory(hosts_table([HOST]), packages_table([HOST]), arrow.table(REJECTS, {}, 0))
    for found in (
        pr.evaluate(BASELINE, HOST, known, as_of=as_of, limits=limits),
        pr.evaluate_fleet(BASELINE, fleet, known, as_of=as_of, limits=limits),
        pr.prepare(BASELINE, known, limits=limits).evaluate(HOST, as_of=as_of),
    ):
        assert [one.code for one in found.diagnostics].count("PR7026") == told


def test_a_catalog_that_serves_no_judged_host_is_told_of_no_age():
    other = dataclasses.replace(HOST, id="web-2", product=None)
    old = dataclasses.replace(catalog(), as_of=DAYS[0])
    own = dataclasses.replace(old, scope=dataclasses.replace(old.scope, products=("NobodysLinux*",)))
    fleet = Inventory(hosts_table([HOST, other]), packages_table([HOST, other]), arrow.table(REJECTS, {}, 0))
    run = pr.evaluate_fleet(BASELINE, fleet, own, as_of=DAYS[0] + timedelta(days=400))
    assert run.hosts["status"].to_pylist() == ["UNKNOWN"] * 2
    assert "PR7026" not in {one.code for one in run.diagnostics}
