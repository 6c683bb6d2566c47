"""The next run: what it would install is what the reference engine finds missing at its instant."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

import patchrules as pr
from patchrules.assignment import baseline_for
from patchrules.evaluation.nouns import hosts_of
from patchrules.model.names import Operation, State
from patchrules.model.window import Selector, Task
from patchrules.questions.next_run import NextRun, next_run, nodes_of
from patchrules.schedule.calendars import open_calendar, ranges_calendar
from tests.conftest import ROOT

DATA = ROOT / "data"
CATALOGS = ("RedhatEnterpriseLinux9*=rhel9", "AmazonLinux2023*=al2023", "debian12", "ubuntu2204")
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
PROD, MAIL = pr.load_windows(DATA / "windows/windows.yaml")


@pytest.fixture(scope="module")
def fleet():
    return pr.open_fleet(DATA / "inventories/fleet", hosts=pr.load_hosts(DATA / "inventories/hosts.yaml"))


@pytest.fixture(scope="module")
def catalogs():
    specs = [
        "=".join(filter(None, (glob, str(DATA / "catalogs" / path))))
        for glob, _, path in (one.rpartition("=") for one in CATALOGS)
    ]
    return pr.read_catalogs(specs)


@pytest.fixture(scope="module")
def registry():
    return pr.load_registry(DATA / "baselines/demo")


@pytest.mark.parametrize("window", [PROD, MAIL], ids=["prod-sunday", "mail-monthly"])
def test_it_installs_what_the_reference_engine_finds_missing_when_it_starts(window, fleet, catalogs, registry):
    found = next_run(window, registry, fleet, catalogs, now=NOW)
    assert found.execution is not None
    hosts = {host.id: host for host in hosts_of(fleet)}
    for plan in found.hosts:
        host = hosts[plan.host]
        baseline = baseline_for(registry, pr.family_named(host.family or ""), host.patch_group)
        then, today = (
            {
                (verdict.id, verdict.installed, verdict.target)
                for verdict in pr.evaluate(baseline, host, catalogs, as_of=instant).verdicts
                if verdict.state is State.MISSING
            }
            for instant in (found.execution.start, NOW)
        )
        assert {(one.id, one.installed, one.target) for one in plan.patches} == then
        assert {(one.id, one.installed, one.target) for one in plan.patches if one.is_new} == then - today
    assert any(plan.patches for plan in found.hosts)


def test_it_reads_like_a_plan(fleet, catalogs, registry):
    found = next_run(PROD, registry, fleet, catalogs, now="2026-11-01T12:00Z")
    lines = str(found).splitlines()
    assert lines[:3] == [
        "prod-sunday: 2026-11-08 02:00Z to 06:00Z, last task start 05:00Z",
        "  app-1: installs 1 patch, 1 of them approved by then",
        "    sudo.x86_64 0:1.9.15-1.p5.amzn2023.0.2 → 0:1.9.15-1.p5.amzn2023.0.3 (ALAS2023-2026-111, CRITICAL), approved by then",
    ]
    assert lines[-1] == "    and 1 more"
    assert [plan.host for plan in found.hosts] == ["app-1", "app-2", "db-1", "web-1", "web-2"]


def test_a_freeze_moves_the_run_and_with_it_what_is_approved(fleet, catalogs, registry):
    freeze = ranges_calendar("freeze", ["2026-11-07/2026-11-20"])
    plain = next_run(PROD, registry, fleet, catalogs, now=NOW)
    moved = next_run(PROD, registry, fleet, catalogs, now=NOW, calendars=[freeze])
    opened = next_run(PROD, registry, fleet, catalogs, now=NOW, calendars=[open_calendar(freeze)])
    assert opened == moved
    assert moved.execution is not None
    assert f"{moved.execution.start:%m-%d}" == "11-22"
    assert [f"{run.start:%m-%d}" for run in moved.skipped] == ["11-08", "11-15"]
    assert "  before it: prod-sunday: 2026-11-08 02:00Z to 06:00Z" in str(moved)
    assert count(moved) > count(plain)


def count(found: NextRun) -> int:
    return sum(len(plan.patches) for plan in found.hosts)


def test_a_scan_finds_and_does_not_install(fleet, catalogs, registry):
    scan = dataclasses.replace(PROD, tasks=PROD.tasks[:1])
    found = next_run(scan, registry, fleet, catalogs, now=NOW)
    assert {plan.operation for plan in found.hosts} == {Operation.SCAN}
    assert "  app-2: finds missing 5 patches, 1 of them approved by then" in str(found).splitlines()


def test_nobody_said_which_hosts_so_all_of_them_are_taken(fleet, catalogs, registry):
    bare = dataclasses.replace(PROD, targets=(), tasks=())
    found = next_run(bare, registry, fleet, catalogs, now=NOW)
    assert len(found.hosts) == fleet.hosts.num_rows
    assert found.diagnostics[0].code == "PR4601"
    assert "  lab-1: nothing can be told, UNKNOWN (NO_PRODUCT, NO_CATALOG)" in str(found).splitlines()


def test_a_task_with_lists_of_its_own_is_told(fleet, catalogs, registry):
    task = dataclasses.replace(
        PROD.tasks[1], parameters=(("InstallOverrideList", ("s3://list",)), ("Operation", ("Install",)))
    )
    found = next_run(dataclasses.replace(PROD, tasks=(task,)), registry, fleet, catalogs, now=NOW)
    assert str(found.diagnostics[0]) == (
        "warning PR4604: task `patch` of `prod-sunday` has its own InstallOverrideList, which is not read"
    )


NEVER = [
    {"enabled": False},
    {"end_date": NOW + timedelta(days=1), "start_date": None},
    {"schedule": "at(2026-10-01T00:00:00)"},
]


@pytest.mark.parametrize("change", NEVER, ids=range(len(NEVER)))
def test_a_window_that_opens_no_more(change, fleet, catalogs, registry):
    found = next_run(dataclasses.replace(PROD, **change), registry, fleet, catalogs, now=NOW)
    assert (found.execution, found.hosts, str(found)) == (None, (), "prod-sunday: no execution within two years")


def test_a_calendar_that_never_opens_ends_the_search(fleet, catalogs, registry):
    never = ranges_calendar("never", ["2026-01-01/2036-01-01"])
    found = next_run(PROD, registry, fleet, catalogs, now=NOW, calendars=[never])
    assert found.execution is None
    assert len(found.skipped) == 104


def test_a_window_for_none_of_these_hosts_has_no_plan(fleet, catalogs, registry):
    task = Task("AWS-RunPatchBaseline", selectors=(Selector("InstanceIds", ("i-0",)),))
    found = next_run(dataclasses.replace(PROD, targets=(), tasks=(task,)), registry, fleet, catalogs, now=NOW)
    assert found.execution is not None
    assert found.hosts == ()


def test_hosts_can_be_known_better_than_the_inventory_knows_them(fleet, catalogs, registry):
    nodes = [dataclasses.replace(one, patch_group=None, tags={}) for one in nodes_of(fleet)]
    assert next_run(PROD, registry, fleet, catalogs, now=NOW, nodes=nodes).hosts == ()


def test_now_needs_a_zone(fleet, catalogs, registry):
    with pytest.raises(ValueError, match="has no time zone"):
        next_run(PROD, registry, fleet, catalogs, now="2026-11-01T12:00")
