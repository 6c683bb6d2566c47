"""Windows and hosts: who is patched by which window, who by none, who by two at once."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from patchrules.codes import CODES
from patchrules.documents.windows import load_windows
from patchrules.model.names import Operation
from patchrules.model.window import Selector, Target, Task, Window
from patchrules.schedule.calendars import open_calendar, ranges_calendar
from patchrules.schedule.targets import Coverage, Node, coverage, selects, service
from patchrules.schedule.windows import executions
from tests.conftest import ROOT

START = datetime(2026, 11, 24, tzinfo=UTC)
WEB = Node("web-1", {"Env": "prod", "Role": "web"}, patch_group="prod", groups=frozenset({"fleet"}))
DB = Node("db-1", {"Env": "prod", "Role": "db", "PatchGroup": "data"}, groups=frozenset())
LAB = Node("lab-1", groups=frozenset())

PICKS = [
    ([("InstanceIds", "web-1")], ["web-1"]),
    ([("InstanceIds", "web-1", "lab-1")], ["web-1", "lab-1"]),
    ([("tag:Env", "prod")], ["web-1", "db-1"]),
    ([("tag:Env", "Prod")], []),
    ([("tag:env", "prod")], []),
    ([("tag:Env", "prod"), ("tag:Role", "db", "cache")], ["db-1"]),
    ([("tag:Env", "prod"), ("InstanceIds", "lab-1")], []),
    ([("tag-key", "Role", "Owner")], ["web-1", "db-1"]),
    ([("tag:Patch Group", "prod")], ["web-1"]),
    ([("tag:PatchGroup", "prod", "data")], ["web-1", "db-1"]),
    ([("tag:Patch Group", "data")], []),
    ([("resource-groups:Name", "fleet")], ["web-1"]),
    ([("resource-groups:Name", "fleet"), ("resource-groups:ResourceTypeFilters", "AWS::EC2::Instance")], ["web-1"]),
    ([("resource-groups:Name", "fleet"), ("resource-groups:ResourceTypeFilters", "AWS::S3::Bucket")], []),
    ([("Role", "web")], []),
    ([("tag:Env",)], []),
    ([], []),
]


@pytest.mark.parametrize(("picks", "hosts"), PICKS, ids=range(len(PICKS)))
def test_keys_are_all_needed_and_any_value_is_enough(picks, hosts):
    selectors = [Selector(key, tuple(values)) for key, *values in picks]
    assert [node.host for node in (WEB, DB, LAB) if selects(selectors, node)] == hosts


def test_a_resource_group_that_nobody_knows_is_told_and_selects_nobody():
    window = Window(
        "prod", "rate(7 days)", 2, 1, targets=(Target("all", (Selector("resource-groups:Name", ("fleet",)),)),)
    )
    found = coverage([window], [dataclasses.replace(WEB, groups=None)], start=START)
    assert found.unserved == ("web-1",)
    assert [str(one) for one in found.diagnostics] == [
        "warning PR4603: who is in the resource group `fleet` is not known\n"
        "  hint: write `resource_groups: [NAME]` in the hosts file"
    ]


def patching(name: str, role: str, *, operation: str = "Install", priority: int = 0) -> tuple[Target, Task]:
    """Return a target by role, and a task that patches it."""
    selector = Selector("WindowTargetIds", (name,))
    task = Task(
        "AWS-RunPatchBaseline", priority=priority, selectors=(selector,), parameters=(("Operation", (operation,)),)
    )
    return Target(name, (Selector("tag:Role", (role,)),)), task


def test_tasks_run_by_priority_and_on_their_targets_in_order():
    (web, look), (db, patch) = patching("web", "web", operation="Scan", priority=5), patching("db", "db")
    both = dataclasses.replace(patch, priority=9, selectors=(Selector("WindowTargetIds", ("db", "web")),))
    restart = Task("AWS-RestartEC2Instance", priority=1)
    window = Window("prod", "rate(7 days)", 2, 1, targets=(web, db), tasks=(both, look, patch, restart))
    found = service(window, [WEB, DB, LAB])
    assert [str(step) for step in found.steps] == [
        "0 AWS-RunPatchBaseline (Install) on 1 host",
        "1 AWS-RestartEC2Instance on no target",
        "5 AWS-RunPatchBaseline (Scan) on 1 host",
        "9 AWS-RunPatchBaseline (Install) on 2 hosts",
    ]
    assert found.steps[-1].hosts == ("db-1", "web-1")
    assert found.hosts == ("web-1", "db-1")
    assert [found.operation_on(host) for host in ("web-1", "lab-1")] == [Operation.INSTALL, None]


def test_a_host_that_is_only_scanned_is_told_apart_from_one_that_nobody_serves():
    web, look = patching("web", "web", operation="Scan")
    scans = Window("scans", "rate(1 day)", 2, 1, targets=(web,), tasks=(look,))
    restart = Task("AWS-RestartEC2Instance", selectors=(Selector("WindowTargetIds", ("db",)),))
    restarts = Window("restarts", "rate(1 day)", 2, 1, targets=(patching("db", "db")[0],), tasks=(restart,))
    off = Window(
        "off", "rate(1 day)", 2, 1, enabled=False, targets=(Target("all", (Selector("InstanceIds", ("lab-1",)),)),)
    )
    found = coverage([scans, restarts, off], [WEB, DB, LAB], start=START)
    assert (found.only_scanned, found.unserved) == (("web-1",), ("db-1", "lab-1"))
    assert found.overlaps == ()


def test_a_task_that_does_not_say_its_operation_may_install():
    web, look = patching("web", "web", operation="Scan")
    unsaid = dataclasses.replace(look, parameters=())
    window = Window("prod", "rate(7 days)", 2, 1, targets=(web,), tasks=(look, unsaid))
    assert service(window, [WEB]).operation_on("web-1") is Operation.INSTALL
    assert service(dataclasses.replace(window, tasks=(look,)), [WEB]).operation_on("web-1") is Operation.SCAN


def sample(*files: str) -> Coverage:
    """Return the coverage of sample windows over the demo fleet's roles."""
    windows = [window for name in files for window in load_windows(ROOT / "data/windows" / name)]
    nodes = [
        Node("web-1", {"Patch Group": "prod", "Role": "web"}),
        Node("db-1", patch_group="prod"),
        Node("mail-1", {"Role": "mail"}),
        LAB,
    ]
    return coverage(windows, nodes, start=START)


def test_the_sample_windows_leave_one_host_out_and_overlap_on_another():
    found = sample("windows.yaml", "web.yaml")
    assert [(one.window.name, one.hosts) for one in found.services] == [
        ("prod-sunday", ("web-1", "db-1")),
        ("mail-monthly", ("mail-1",)),
        ("web-sunday", ("web-1",)),
    ]
    assert found.unserved == ("lab-1",)
    assert [str(one) for one in found.overlaps] == [
        "`prod-sunday` and `web-sunday` overlap from 2026-11-29 04:00Z to 06:00Z on web-1"
    ]
    assert [one.message for one in found.diagnostics] == ["`mail-monthly` names `mail-2`, which no host is called"]


def test_a_window_without_targets_serves_nobody_and_says_so():
    found = coverage([Window("prod", "rate(7 days)", 2, 1)], [WEB], start=START)
    assert found.unserved == ("web-1",)
    assert [one.code for one in found.diagnostics] == ["PR4601"]
    assert {"PR4601", "PR4602", "PR4603"} <= CODES.keys()


def test_windows_that_touch_do_not_overlap_and_a_freeze_can_part_them():
    target = (Target("web", (Selector("InstanceIds", ("web-1",)),)),)
    early = Window("early", "cron(0 2 ? * * *)", 2, 1, targets=target)
    late = Window("late", "cron(0 4 ? * * *)", 2, 1, targets=target)
    meeting = dataclasses.replace(late, schedule="at(2026-12-20T03:59:00)")
    assert coverage([early, late], [WEB], start=START).overlaps == ()
    assert len(coverage([early, meeting], [WEB], start=START).overlaps) == 1
    freeze = open_calendar(ranges_calendar("freeze", ["2026-12-20"]))
    assert coverage([early, meeting], [WEB], start=START, calendars=[freeze]).overlaps == ()


def test_an_execution_that_is_under_way_overlaps():
    target = (Target("web", (Selector("InstanceIds", ("web-1",)),)),)
    under_way = Window("under-way", "at(2026-11-23T20:00:00)", 6, 1, targets=target)
    next_one = Window("next", "at(2026-11-24T01:00:00)", 2, 1, targets=target)
    assert len(coverage([under_way, next_one], [WEB], start=START, days=2).overlaps) == 1
    assert coverage([under_way, next_one], [WEB], start=START + timedelta(hours=3), days=2).overlaps == ()


windows = st.builds(
    lambda name, hour, day, duration: Window(
        name,
        f"cron(0 {hour} {day} *)",
        duration,
        0,
        targets=(Target("web", (Selector("InstanceIds", ("web-1",)),)),),
    ),
    st.sampled_from(["one", "two"]),
    st.integers(0, 23),
    st.sampled_from(["? * SUN", "1 * ?", "? * TUE#2", "*/3 * ?", "L * ?"]),
    st.integers(1, 24),
)


@settings(max_examples=100)
@given(windows, windows)
def test_the_first_overlap_is_the_one_that_trying_every_pair_finds(one, two):
    lines = [list(executions(window, START - timedelta(days=1), START + timedelta(days=90))) for window in (one, two)]
    meeting = [
        (first.start, second.start)
        for first in lines[0]
        for second in lines[1]
        if first.start < second.end and second.start < first.end and min(first.end, second.end) > START
    ]
    found = coverage([one, two], [WEB], start=START, days=90).overlaps
    assert bool(found) is bool(meeting)
    if found:
        since = max(found[0].first.start, found[0].second.start)
        assert since == min(max(pair) for pair in meeting)
