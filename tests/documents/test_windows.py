"""Maintenance windows in every shape people write, and everything wrong with them at once."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from patchrules.codes import CODES
from patchrules.documents import window_parts
from patchrules.documents.calendars import load_calendar
from patchrules.documents.faults import Findings
from patchrules.documents.registry import load_registry
from patchrules.documents.text import Document
from patchrules.documents.window_fields import Fields
from patchrules.documents.windows import load_windows
from patchrules.errors import DocumentError
from patchrules.model.names import Operation
from patchrules.model.window import CutoffBehavior, ResourceType, Selector, TaskType, Window
from patchrules.schedule.calendars import opened
from patchrules.schedule.windows import executions
from tests.conftest import ROOT

DATA = ROOT / "data/windows"
WHOLE: dict[str, Any] = {
    "our file": DATA / "windows.yaml",
    "aws ssm": sorted((DATA / "aws").glob("*.json")),
    "template": DATA / "template.yaml",
    "state": DATA / "terraform/state.json",
    "plan": DATA / "terraform/plan.json",
}
GOOD = {"Name": "prod-sunday", "Schedule": "cron(0 2 ? * SUN *)", "Duration": 4, "Cutoff": 1}


def plain(window: Window) -> Window:
    """Return a window without what only one shape can say: ids and AWS's dates."""
    names = {target.target_id: target.name for target in window.targets}
    targets = tuple(dataclasses.replace(one, target_id=one.name) for one in window.targets)
    tasks = tuple(
        dataclasses.replace(
            task,
            task_id="",
            max_concurrency="",
            max_errors="",
            selectors=tuple(
                Selector(pick.key, tuple(names.get(one, one) for one in pick.values)) for pick in task.selectors
            ),
        )
        for task in window.tasks
    )
    allows = bool(window.allow_unassociated_targets)  # describe-maintenance-windows does not print it
    bare = dataclasses.replace(window, targets=targets, tasks=tasks, window_id="", created=None, diagnostics=())
    return dataclasses.replace(bare, allow_unassociated_targets=allows)


def faults(source: Any, load: Any = load_windows, **options: Any) -> list[Any]:
    """Return what is raised, one by one; anything but our errors passes through."""
    try:
        load(source, **options)
    except (DocumentError, ExceptionGroup) as problem:
        return list(problem.exceptions) if isinstance(problem, ExceptionGroup) else [problem]
    return []


@pytest.mark.parametrize("shape", WHOLE)
def test_every_shape_says_the_same(shape):
    ours = load_windows(WHOLE["our file"], strict=True)
    assert [plain(window) for window in load_windows(WHOLE[shape], strict=True)] == [plain(one) for one in ours]


def test_a_request_says_the_same_without_targets_and_tasks():
    bare = [dataclasses.replace(one, targets=(), tasks=()) for one in load_windows(WHOLE["our file"])]
    assert list(load_windows(DATA / "create.json")) == bare


def test_what_our_file_says():
    prod, mail = load_windows(WHOLE["our file"])
    assert prod.start_date == datetime(2026, 1, 1, tzinfo=UTC)
    assert prod.targets[0].selectors == (Selector("tag:Patch Group", ("prod",)),)
    assert [task.operation for task in prod.tasks] == [Operation.SCAN, Operation.INSTALL]
    assert (mail.offset, mail.zone, mail.cutoff) == (4, "UTC", 0)


def test_answers_of_aws_add_their_dates_and_are_one_window():
    prod, mail = load_windows(WHOLE["aws ssm"])
    assert prod.created == datetime(2026, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC)
    assert (prod.window_id, mail.created) == ("mw-0a1b2c3d4e5f60718", None)
    assert prod.diagnostics == ()


def test_boto3_values_are_read_as_they_are():
    found = load_windows({**GOOD, "CreatedDate": datetime(2026, 3, 1, tzinfo=UTC), "ResponseMetadata": {}})
    assert found[0].created == datetime(2026, 3, 1, tzinfo=UTC)


def test_a_task_of_which_only_the_list_is_saved_may_scan_or_install():
    names = ("describe-maintenance-windows", "describe-maintenance-window-targets", "describe-maintenance-window-tasks")
    prod, _ = load_windows([DATA / f"aws/{name}.json" for name in names])
    assert prod.tasks[0].operation is None
    assert [str(one) for one in prod.diagnostics] == [
        "warning PR4555: task `look` of `prod-sunday` scans or installs, and nothing here says which\n"
        "  hint: describe-maintenance-window-tasks does not print it: give get-maintenance-window-task too"
    ]


SPELLINGS = [
    {"name": "prod-sunday", "schedule": "cron(0 2 ? * SUN *)", "duration": "4", "cutoff": "1"},
    {"name": "prod-sunday", "schedule": "cron(0 2 ? * SUN *)", "duration": 4, "cutoff": 1, "enabled": "true"},
    {**GOOD, "ScheduleTimezone": None, "EndDate": {"Ref": "AWS::NoValue"}, "ClientToken": "x"},
]


@pytest.mark.parametrize("spelled", SPELLINGS, ids=range(len(SPELLINGS)))
def test_a_spelling_means_the_same(spelled):
    assert load_windows(spelled) == load_windows(GOOD)


def test_tags_are_told_apart_by_case_and_a_name_may_be_a_number():
    targets = [{"tags": {"Env": "prod", "env": 7}, "name": 100}]
    (window,) = load_windows({**GOOD, "Targets": targets})
    assert str(window.targets[0]) == "100: tag:Env in prod and tag:env in 7"


def test_targets_in_all_their_forms():
    text = """
windows:
  - {name: all-forms, schedule: rate(7 days), duration: 2, cutoff: 1, targets: [
      {hosts: [a, b]},
      {tags: {Env: prod, Role: [web, api]}},
      {name: keyed, tag_keys: [Name]},
      {resource_groups: [fleet]},
      {name: as-aws, Targets: [{Key: "tag:Env", Values: [prod]}, {Key: instanceids, Values: [c]}]}],
     tasks: [
      {operation: Install, targets: keyed},
      {document: AWS-RunShellScript, priority: 3, targets: [keyed, as-aws], cutoff_behavior: cancel_task},
      {document: restart, type: automation, priority: 2},
      {operation: scan}]}
  - {name: as-aws, schedule: rate(7 days), duration: 2, cutoff: 1, targets: [{Key: tag-key, Values: [Name]}]}
"""
    found, as_aws = load_windows(text.encode())
    assert [(one.target_id, str(one).partition(": ")[2]) for one in found.targets] == [
        ("target-1", "InstanceIds in a, b"),
        ("target-2", "tag:Env in prod and tag:Role in web, api"),
        ("keyed", "tag-key in Name"),
        ("target-4", "resource-groups:Name in fleet"),
        ("as-aws", "tag:Env in prod and InstanceIds in c"),
    ]
    assert found.targets[3].resource_type is ResourceType.RESOURCE_GROUP
    assert [[task.selectors and task.selectors[0].values for task in step] for step in found.in_order] == [
        [("keyed",), ("target-1", "target-2", "keyed", "target-4", "as-aws")],
        [()],
        [("keyed", "as-aws")],
    ]
    assert found.tasks[1].cutoff_behavior is CutoffBehavior.CANCEL_TASK
    assert found.tasks[2].type is TaskType.AUTOMATION
    assert str(as_aws.targets[0]) == "targets: tag-key in Name"


FAULTY = b"""\
windows:
  - name: a b
    schedule: cron(0 2 ? * SUN#6 *)
    timezone: Europe/Lundon
    duration: 30
    cutoff: one
    start_date: yesterday
    targets:
      - {name: none}
      - {resource_type: HOST, hosts: [a, {x: 1}]}
    tasks:
      - {operation: patch}
      - {priority: -1}
      - {operation: scan, targets: [web]}
  - {name: bare}
"""


def test_everything_wrong_is_told_at_once_with_its_place():
    found = faults(FAULTY)
    assert sorted((error.code, error.where.pointer if error.where else None) for error in found) == sorted(
        [
            ("PR4101", "/windows/0/name"),
            ("PR4003", "/windows/0/schedule"),
            ("PR4102", "/windows/0/duration"),
            ("PR4512", "/windows/0/cutoff"),
            ("PR4513", "/windows/0/start_date"),
            ("PR4511", "/windows/0/targets/0"),
            ("PR4520", "/windows/0/targets/1/resource_type"),
            ("PR4512", "/windows/0/targets/1/hosts/1"),
            ("PR4520", "/windows/0/tasks/0/operation"),
            ("PR4511", "/windows/0/tasks/1"),
            ("PR4512", "/windows/0/tasks/1/priority"),
            ("PR4516", None),
            ("PR4511", "/windows/1"),
            ("PR4511", "/windows/1"),
            ("PR4511", "/windows/1"),
        ]
    )
    assert {error.code for error in found} <= CODES.keys()


def test_a_bad_expression_is_shown_in_its_line(tmp_path):
    (tmp_path / "prod.yaml").write_text(
        'windows:\n  - name: prod\n    schedule: "cron(0 2 ? * SUN#6 *)"\n    duration: 2\n    cutoff: 1\n'
    )
    (error,) = faults(tmp_path / "prod.yaml")
    assert str(error) == (
        "`6` is not a week value: 1-5 [PR4003]\n"
        f"  at {tmp_path}/prod.yaml:3:33 at /windows/0/schedule\n"
        '        schedule: "cron(0 2 ? * SUN#6 *)"\n'
        "                                    ^"
    )


ALONE = [
    (b"[]", "PR4510", ""),
    (b"{}", "PR4510", ""),
    (b"prod", "PR4510", ""),
    (b'{"Name": "prod", "ApprovalRules": {}}', "PR4510", ""),
    (b"{Resources: {A: {Type: 'AWS::SSM::PatchBaseline'}}}", "PR4510", ""),
    (b'{"format_version": "1.0", "values": {}}', "PR4510", ""),
    (json.dumps({**GOOD, "Schedule": {"Ref": "Schedule"}}).encode(), "PR4514", "/Schedule"),
    (json.dumps({**GOOD, "Schedule": "cron(${var.when})"}).encode(), "PR4514", "/Schedule"),
    (b'{"Name": "prod", "Name": "prod", "Schedule": "rate(1 day)", "Duration": 4, "Cutoff": 1}', "PR4521", "/Name"),
    (b'{"Targets": [{"WindowId": "mw-0", "Targets": [{"Key": "tag:a", "Values": ["b"]}]}]}', "PR4515", "/Targets/0"),
    (b'resource "aws_ssm_maintenance_window" "prod" {', "PR4522", None),
    ("windows:\n", "PR4519", None),
    (b"windows: [5]", "PR4510", "/windows/0"),
    (json.dumps({**GOOD, "name": "other"}).encode(), "PR4521", "/name"),
    (json.dumps({**GOOD, "Targets": [{"tags": 5, "hosts": ["a"]}]}).encode(), "PR4512", "/Targets/0/tags"),
    (json.dumps({**GOOD, "Targets": [{"hosts": [{"Ref": "Host"}, "a"]}]}).encode(), "PR4514", "/Targets/0/hosts/0"),
    (json.dumps({**GOOD, "Targets": [{"hosts": ["a"]}] * 1001}).encode(), "PR4512", "/Targets"),
    (json.dumps({**GOOD, "Targets": 5}).encode(), "PR4512", "/Targets"),
    (json.dumps({**GOOD, "Tasks": [{"operation": "scan"}]}).encode(), "PR4517", None),
    (json.dumps({"windows": [GOOD, GOOD]}).encode(), "PR4518", "/windows/1"),
    (
        json.dumps({"Duration": 4, "Cutoff": 1, "Name": "prod", "Schedule": " " * 200 + "rate(0 days)"}).encode(),
        "PR4001",
        "/Schedule",
    ),
    (b"\xff\xfe", "PR4503", None),
    (b"a: !b {", "PR4504", None),
]


@pytest.mark.parametrize(("source", "code", "pointer"), ALONE, ids=range(len(ALONE)))
def test_a_document_that_is_refused(source, code, pointer):
    (error,) = faults(source)
    assert (error.code, error.where.pointer if error.where else None) == (code, pointer)
    assert code in CODES


ODD = [
    ({"Durration": 4}, "PR4551", "did you mean `Duration`?"),
    ({"StartDate": "2026-12-01T00:00:00"}, "PR4554", "write `Z` or an offset such as `+01:00`"),
    ({"Targets": [{"Key": "Role", "Values": ["web"]}]}, "PR4552", "write `tag:NAME` for a tag"),
    ({"NextToken": "abc"}, "PR4556", "save it without --max-items"),
    (
        {
            "AllowUnassociatedTargets": False,
            "Tasks": [{"TaskArn": "x", "Targets": [{"Key": "InstanceIds", "Values": ["a"]}]}],
        },
        "PR4553",
        "AWS takes ids of hosts that are no target only with AllowUnassociatedTargets",
    ),
]


@pytest.mark.parametrize(("change", "code", "hint"), ODD)
def test_what_is_odd_is_told_and_stops_only_under_strict(change, code, hint):
    (window,) = load_windows({**GOOD, **change})
    assert [(one.code, one.hint) for one in window.diagnostics if one.code != "PR4551" or "Dur" in one.message] == [
        (code, hint)
    ]
    assert code in CODES
    assert (code in [error.code for error in faults({**GOOD, **change}, strict=True)]) is (code != "PR4554")


def test_a_registry_file_may_hold_the_windows_too():
    text = b"baselines: [AWS-DebianDefaultPatchBaseline]\n" + (DATA / "windows.yaml").read_bytes()
    assert len(load_registry(text).baselines) == 1
    assert load_windows(text) == load_windows(WHOLE["our file"])


def test_of_a_folder_only_what_holds_windows_is_read(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/windows.yaml").write_bytes((DATA / "windows.yaml").read_bytes())
    (tmp_path / "baseline.json").write_text('{"Name": "prod", "ApprovalRules": {}}')
    (tmp_path / "list.json").write_text("[]")
    (tmp_path / "notes.txt").write_text("x")
    assert load_windows(tmp_path) == load_windows([tmp_path / "deep/windows.yaml"])
    assert [error.code for error in faults([tmp_path, tmp_path / "baseline.json"])] == ["PR4510"]
    (tmp_path / "deep/windows.yaml").unlink()
    assert [error.code for error in faults(tmp_path)] == ["PR4510"]


def test_more_keys_or_values_than_aws_takes_are_refused():
    many = [f"i-{number}" for number in range(51)]
    window = {**GOOD, "Targets": [{"hosts": many}, {"tags": dict.fromkeys("abcdef", "x")}, {"hosts": many[:50]}]}
    assert [(error.code, error.where.pointer) for error in faults(window)] == [
        ("PR4512", "/Targets/0"),
        ("PR4512", "/Targets/1"),
    ]


AWS_SHAPES = [
    (window_parts.WINDOW, "CreateMaintenanceWindowRequest"),
    (window_parts.WINDOW, "GetMaintenanceWindowResult"),
    (window_parts.WINDOW, "MaintenanceWindowIdentity"),
    (window_parts.TARGET, "RegisterTargetWithMaintenanceWindowRequest"),
    (window_parts.TARGET, "MaintenanceWindowTarget"),
    (window_parts.TASK, "RegisterTaskWithMaintenanceWindowRequest"),
    (window_parts.TASK, "MaintenanceWindowTask"),
    (window_parts.TASK, "GetMaintenanceWindowTaskResult"),
]


@pytest.mark.parametrize(("known", "shape"), AWS_SHAPES, ids=[shape for _, shape in AWS_SHAPES])
def test_every_field_of_aws_is_known(known, shape):
    model = pytest.importorskip("botocore.session").get_session().get_service_model("ssm")
    raw = dict.fromkeys(model.shape_for(shape).members)
    findings = Findings(Document(raw))
    Fields(raw, "", findings, known)
    assert findings.doubts == []


@pytest.mark.parametrize(
    ("ours", "shape"),
    [
        (ResourceType, "MaintenanceWindowResourceType"),
        (TaskType, "MaintenanceWindowTaskType"),
        (CutoffBehavior, "MaintenanceWindowTaskCutoffBehavior"),
    ],
)
def test_every_word_of_aws_is_known(ours, shape):
    model = pytest.importorskip("botocore.session").get_session().get_service_model("ssm")
    assert set(ours) == set(model.shape_for(shape).enum)


# What AWS's own examples are: read, or refused for a reason. Some are no JSON and are read as YAML.
EXAMPLES = {
    "describe-maintenance-windows.0.invalid": ["MyMaintenanceWindow-1", "MyMaintenanceWindow-2"],
    "describe-maintenance-windows-for-target.0": ["PR4511"] * 3,
    "get-maintenance-window.0.invalid": ["My-Maintenance-Window"],
    "update-maintenance-window.0": ["My-Renamed-MW"],
    "describe-maintenance-window-targets.0": ["PR4515"] * 2,
    "describe-maintenance-window-tasks.0": ["PR4515"] * 2,
    "get-maintenance-window-task.0": ["PR4515"],
    "describe-maintenance-window-executions.0": ["PR4510"],
    "create-maintenance-window.0": ["PR4510"],
}


@pytest.mark.shared
@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_of_the_aws_command_are_read_or_refused(name, shared):
    content = (shared / f"data/inventory/awscli-json/{name}.json").read_bytes()
    told = [error.code for error in faults(content)]
    assert (told or [window.name for window in load_windows(content)]) == EXAMPLES[name]


def test_two_templates_may_call_different_windows_alike():
    template = (DATA / "template.yaml").read_bytes()
    assert len(load_windows([template, template.replace(b"prod-sunday", b"other-sunday")])) == 4


def test_a_plan_whose_schedule_is_not_known_cannot_be_judged():
    plan = json.loads((DATA / "terraform/plan.json").read_text())
    window = plan["planned_values"]["root_module"]["resources"][0]
    del window["values"]["schedule"]
    plan["resource_changes"][0]["change"]["after_unknown"]["schedule"] = True
    (error,) = faults(json.dumps(plan).encode())
    assert str(error).startswith('`Ref aws_ssm_maintenance_window.this["prod"].schedule` is not known yet, so')
    assert error.where.pointer == "/planned_values/root_module/resources/0/values/schedule"


KEYS = st.sampled_from(
    ["Name", "Schedule", "Duration", "Cutoff", "windows", "Targets", "Tasks", "WindowIdentities", "WindowId", "Key"]
    + ["Values", "TaskArn", "ResourceType", "tags", "hosts", "Ref", "Type", "Resources", "Properties", "operation"]
    + ["TaskParameters", "TaskInvocationParameters", "RunCommand", "Parameters", "StartDate", "ranges", "from", "to"]
)
WORDS = st.sampled_from(
    ["prod", "cron(0 2 ? * SUN *)", "rate(1 days)", "AWS::SSM::MaintenanceWindow", "InstanceIds", "tag:Env", "${a}", ""]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=4), inner, max_size=6),
    max_leaves=30,
)


@given(JSON | st.fixed_dictionaries(dict.fromkeys(GOOD, JSON), optional={"Targets": JSON, "Tasks": JSON}))
@example({"windows": [{**GOOD, "Targets": [{"Tags": {"\ud800": ["\ud800"]}}]}]})
@example({**GOOD, "Tasks": [{"TaskParameters": {"a": {"Values": 5}}, "TaskArn": "x", "Targets": [[]]}]})
def test_any_json_is_read_or_refused(value):
    for load in (load_windows, load_calendar):
        found = faults(json.dumps(value).encode(), load)
        assert all(error.code in CODES and str(error) for error in found)


def test_both_calendars_of_the_sample_forbid_the_same_and_say_why():
    start = datetime(2026, 12, 1, tzinfo=UTC)
    prod, _ = load_windows(WHOLE["our file"])
    lines = []
    for name in ("year-end.ics", "year-end.yaml"):
        calendar = opened([load_calendar(DATA / name)])
        lines.append(
            [str(run) for run in executions(prod, start, datetime(2027, 2, 1, tzinfo=UTC), calendars=calendar)]
        )
    assert lines[0] == lines[1]
    assert sum("skipped by `year-end` (year end freeze" in line for line in lines[0]) == 3


def test_what_the_caller_says_of_a_calendar_wins():
    calendar = load_calendar(DATA / "year-end.ics", kind="allow", name="party", zone="Europe/London")
    assert (str(calendar), calendar.zone) == ("party (allow)", "Europe/London")
    assert load_calendar(b"[2026-12-24]").name == "calendar"
    assert load_calendar(b"{ranges: [2026-12-24], zone: Europe/Paris, kind: Allow}").zone == "Europe/Paris"


CALENDARS = [
    (b"5", ["PR4530"]),
    (b"{name: year-end}", ["PR4530"]),
    (
        b"{ranges: [2026-12-24, 2026-13-24, {from: 1, to: 2, why: x}], kind: freez, colour: red}",
        ["PR4205", "PR4205", "PR4531", "PR4531"],
    ),
    (b"{ranges: 2026-12-24}", ["PR4512"]),
    (b"[2026-12-24/2026-12-23]", ["PR4205"]),
    (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR", ["PR4201"]),
    (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:2026\nEND:VEVENT\nEND:VCALENDAR", ["PR4203"]),
]


@pytest.mark.parametrize(("source", "codes"), CALENDARS, ids=range(len(CALENDARS)))
def test_everything_wrong_with_a_calendar_comes_at_once(source, codes):
    assert [error.code for error in faults(source, load_calendar)] == codes
