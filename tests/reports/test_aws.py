"""Reports in AWS's own shapes, held to the service model of botocore: types, what is required, lengths, patterns, words."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime

import botocore.session
import pytest
from botocore.validate import ParamValidator

import patchrules as pr
from patchrules.model.names import Operation, RebootOption, State
from patchrules.reports import _aws
from tests.reports.conftest import host_of, run_of_rows, verdict

SSM = botocore.session.get_session().get_service_model("ssm")
INSTANCE, OTHER = "i-0123456789abcdef0", "mi-0123456789abcdef0"
NOON = "2026-11-01T12:00:00Z"
UNICODE = r"\p{L}\p{Z}\p{N}"  # Python's `re` does not know these classes


def faults(value, shape, place=""):
    """What the service model objects to, more than ParamValidator asks: patterns, longest lengths and words too."""
    size, said = value if isinstance(value, int) else len(value), shape.metadata
    if shape.type_name not in ("timestamp", "structure") and not said.get("min", size) <= size <= said.get("max", size):
        yield f"{place}: {size} is not within {said}"
    yield from INSIDE.get(shape.type_name, lambda *_: ())(value, shape, place)


def in_structure(value, shape, place):
    yield from (f"{place}.{name}: there is no such member" for name in value if name not in shape.members)
    yield from (f"{place}.{name}: is required" for name in shape.required_members if name not in value)
    for name in value.keys() & shape.members.keys():
        yield from faults(value[name], shape.members[name], f"{place}.{name}")


def in_list(value, shape, place):
    for number, one in enumerate(value):
        yield from faults(one, shape.member, f"{place}[{number}]")


def in_map(value, shape, place):
    for key, one in value.items():
        yield from faults(key, shape.key, f"{place} key")
        yield from faults(one, shape.value, f"{place}[{key}]")


def in_text(value, shape, place):
    pattern = shape.metadata.get("pattern", "").replace(UNICODE, r"\w\s")
    if not re.search(pattern, value) or (shape.enum and value not in shape.enum):
        yield f"{place}: `{value}` is not {pattern or shape.enum}"


INSIDE = {"structure": in_structure, "list": in_list, "map": in_map, "string": in_text}


def objections(value, name):
    """What AWS's model says against a value, by our reading of it and by botocore's own."""
    shape = SSM.shape_for(name)
    report = ParamValidator().validate(value, shape)
    return [*faults(value, shape), *([report.generate_report()] if report.has_errors() else [])]


def written(run, form):
    stream = io.BytesIO()
    pr.write(run, stream, format=form)
    return json.loads(stream.getvalue())


def fleet(**options):
    """A host with every state, one that complies, one without a group, and one that is UNKNOWN."""
    rows = [verdict(INSTANCE, state) for state in State]
    rows[0] |= {"installed_at": datetime(2026, 10, 1, 8, 30, 15, 7, tzinfo=UTC)}
    rows[4] |= {"cves": ["CVE-2026-1", "CVE-2026-2"], "installed_at": datetime(2026, 9, 1, tzinfo=UTC)}
    rows[7] |= {"status": ""} if rows[7]["state"] == State.NOT_APPLICABLE else {}
    hosts = [
        host_of(INSTANCE, rows, patch_group="prod web/1", baseline_id="pb-0123456789abcdef0"),
        host_of(OTHER, patch_group="prod web/1"),
        host_of("i-01234567", patch_group=None),
        host_of("i-76543210", patch_group="lab", status="UNKNOWN", unknown=["NO_CATALOG"], missing=3),
    ]
    run = run_of_rows(hosts, rows)
    return pr.Run(**{**{f: getattr(run, f) for f in run.__slots__}, "settings": _settings(run.settings, **options)})


def _settings(settings, **options):
    return type(settings)(**{**{f: getattr(settings, f) for f in settings.__slots__}, **options})


@pytest.mark.parametrize(
    ("form", "key", "shape"),
    [
        ("aws-inventory", "requests", "PutInventoryRequest"),
        ("aws-compliance", "requests", "PutComplianceItemsRequest"),
        ("aws-patch-states", "InstancePatchStates", "InstancePatchState"),
    ],
)
@pytest.mark.parametrize("operation", list(Operation))
@pytest.mark.parametrize("reboot", list(RebootOption))
def test_aws_takes_what_is_written(form, key, shape, operation, reboot):
    found = written(fleet(operation=operation, reboot_option=reboot), form)
    assert list(found) == ["schema", key, "not_reported"]
    assert found["schema"] == f"patchrules/{form}/1"
    assert len(found[key]) == 3
    ungrouped = [] if form != "aws-patch-states" else [fault for one in found[key] for fault in objections(one, shape)]
    if form == "aws-patch-states":
        # The model asks for one character at least; AWS itself answers "" for a node without patch group.
        assert (
            ungrouped[0]
            == ".PatchGroup: 0 is not within {'min': 1, 'max': 256, 'pattern': '^([\\\\p{L}\\\\p{Z}\\\\p{N}_.:/=+\\\\-@]*)$'}"
        )
        found[key] = [one for one in found[key] if one["PatchGroup"]]
    assert [fault for one in found[key] for fault in objections(one, shape)] == []
    assert found["not_reported"] == [{"host": "i-76543210", "unknown": ["NO_CATALOG"]}]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"Items": [{"Severity": "HIGH", "Status": ""}]}, ".Items[0].Status: `` is not ['COMPLIANT', 'NON_COMPLIANT']"),
        ({"ResourceId": "x" * 101}, ".ResourceId: 101 is not within {'min': 1, 'max': 100}"),
        ({"Extra": 1}, ".Extra: there is no such member"),
        ({"ComplianceType": "a b"}, ".ComplianceType: `a b` is not ^([A-Za-z0-9_\\-]\\w+|Custom:[a-zA-Z0-9_\\-]\\w+)$"),
    ],
)
def test_the_test_sees_what_aws_would_refuse(change, fault):
    request = {**written(fleet(), "aws-compliance")["requests"][0], **change}
    assert fault in objections(request, "PutComplianceItemsRequest")


def test_a_compliance_item_says_what_aws_says():
    """SEMANTICS 5.11: Severity is the level, PatchSeverity the vendor's; times where installed, CVE ids where not."""
    request = written(fleet(), "aws-inventory")["requests"][0]
    summary, detail = request["Items"]
    assert detail["Context"] | {"ExecutionId": ""} == {
        "ComplianceType": "Patch",
        "ExecutionId": "",
        "ExecutionType": "Command",
        "ExecutionTime": NOON,
    }
    states = [item["PatchState"] for item in detail["Content"]]
    assert states == [
        "Installed",
        "InstalledOther",
        "InstalledRejected",
        "InstalledPendingReboot",
        "NotApplicable",
        "AvailableSecurityUpdate",
        "Missing",
        "Failed",
    ]
    by_state = dict(zip(states, detail["Content"], strict=True))
    assert by_state["Installed"] == {
        "Id": "installed.x86_64",
        "Title": "installed.x86_64:0:2-1",
        "Severity": "HIGH",
        "Status": "COMPLIANT",
        "PatchBaselineId": "pb-0123456789abcdef0",
        "PatchState": "Installed",
        "PatchGroup": "prod web/1",
        "DocumentName": "",
        "DocumentVersion": "",
        "InstalledTime": "2026-10-01T08:30:15Z",
        "Classification": "Security",
        "PatchSeverity": "Important",
    }
    missing = by_state["Missing"]
    assert (missing["Status"], missing["InstalledTime"], missing["CVEIds"]) == (
        "NON_COMPLIANT",
        "",
        "CVE-2026-1,CVE-2026-2",
    )
    assert by_state["NotApplicable"]["Status"] == ""
    assert summary["TypeName"] == "AWS:PatchSummary"


def test_a_summary_counts_in_texts():
    """SEMANTICS 5.14."""
    summary = written(fleet(), "aws-inventory")["requests"][0]["Items"][0]["Content"][0]
    assert summary["SnapshotId"] == summary["ExecutionId"]
    named = {name: summary[name] for name in summary if name not in ("SnapshotId", "ExecutionId")}
    assert named == {
        "BaselineId": "pb-0123456789abcdef0",
        "PatchGroup": "prod web/1",
        "InstalledCount": "1",
        "InstalledOtherCount": "1",
        "InstalledPendingRebootCount": "1",
        "InstalledRejectedCount": "1",
        "MissingCount": "1",
        "FailedCount": "1",
        "NotApplicableCount": "1",
        "CriticalNonCompliantCount": "0",
        "SecurityNonCompliantCount": "4",
        "OtherNonCompliantCount": "0",
        "OperationType": "Scan",
        "OperationStartTime": NOON,
        "OperationEndTime": NOON,
        "RebootOption": "RebootIfNeeded",
        "NonCompliantSeverity": "HIGH",
    }


def test_only_an_install_that_may_not_reboot_says_when_one_was():
    """G-COUNT: LastNoReboot is set by such a run."""
    stays_up = fleet(operation=Operation.INSTALL, reboot_option=RebootOption.NO_REBOOT)
    for run, when in ((stays_up, NOON), (fleet(operation=Operation.INSTALL), None), (fleet(), None)):
        for state in written(run, "aws-patch-states")["InstancePatchStates"]:
            assert state.get("LastNoRebootInstallOperationTime") == when


def test_what_complies_has_no_severity_and_what_is_not_applicable_no_status():
    requests = written(fleet(), "aws-inventory")["requests"]
    assert "NonCompliantSeverity" not in requests[1]["Items"][0]["Content"][0]
    items = written(fleet(), "aws-compliance")["requests"][0]["Items"]
    assert [item["Details"]["PatchState"] for item in items if item["Status"] == "COMPLIANT"] == [
        "Installed",
        "InstalledOther",
        "AvailableSecurityUpdate",
    ]


def test_a_patch_group_counts_its_instances():
    """G-PGSTATE, SEMANTICS 5.15: an instance that is UNKNOWN is one of the group, and has no patch in any state."""
    found = written(fleet(), "aws-patch-groups")["PatchGroups"]
    assert [one["PatchGroup"] for one in found] == ["lab", "prod web/1"]
    lab, prod = (one["State"] for one in found)
    shape = SSM.shape_for("DescribePatchGroupStateResult")
    assert set(lab) == set(prod) == set(shape.members)
    assert [*faults(lab, shape), *faults(prod, shape)] == []
    assert lab == dict.fromkeys(lab, 0) | {"Instances": 1}
    nobody = {
        "InstancesWithCriticalNonCompliantPatches": 0,
        "InstancesWithOtherNonCompliantPatches": 0,
        "InstancesWithUnreportedNotApplicablePatches": 0,
    }
    assert prod == dict.fromkeys(prod, 1) | nobody | {"Instances": 2}


def test_the_states_of_aws_are_those_of_the_patch_group():
    states = written(fleet(), "aws-patch-states")["InstancePatchStates"]
    assert [(one["InstanceId"], one["PatchGroup"], one["BaselineId"]) for one in states] == [
        (INSTANCE, "prod web/1", "pb-0123456789abcdef0"),
        (OTHER, "prod web/1", "baseline-without-id/prod"),
        ("i-01234567", "", "baseline-without-id/prod"),
    ]
    assert (states[0]["MissingCount"], states[0]["AvailableSecurityUpdateCount"]) == (1, 1)
    assert states[0]["UnreportedNotApplicableCount"] == -1


@pytest.mark.parametrize("form", ["aws-inventory", "aws-compliance"])
def test_of_more_patches_than_a_request_holds_those_that_comply_are_left_out_and_told(form, monkeypatch):
    monkeypatch.setattr(_aws, "MOST_ITEMS", 3)
    found = written(fleet(), form)
    request = found["requests"][0]
    items = request["Items"] if form == "aws-compliance" else request["Items"][1]["Content"]
    assert [item["Status"] for item in items] == ["NON_COMPLIANT"] * 3
    left = 5 if form == "aws-inventory" else 4
    assert found["not_reported"] == [
        {"host": "i-76543210", "unknown": ["NO_CATALOG"]},
        {"host": INSTANCE, "patches": left},
    ]


def test_long_lists_of_cves_end_with_a_whole_id():
    many = [f"CVE-2026-{number:04}" for number in range(2000)]
    rows = [verdict(INSTANCE, State.MISSING, cves=many, title="t" * 600)]
    request = written(run_of_rows([host_of(INSTANCE, rows)], rows), "aws-compliance")["requests"][0]
    assert objections(request, "PutComplianceItemsRequest") == []
    told = request["Items"][0]["Details"]["CVEIds"].split(",")
    assert told == many[: len(told)]
    assert len(",".join(many[: len(told) + 1])) > 4096
    exact = ["C" * 4096, "CVE-1"]
    rows = [verdict(INSTANCE, State.MISSING, cves=exact)]
    request = written(run_of_rows([host_of(INSTANCE, rows)], rows), "aws-compliance")["requests"][0]
    assert request["Items"][0]["Details"]["CVEIds"] == exact[0]


def test_the_same_run_has_the_same_id_and_another_run_another():
    one, two = (written(run, "aws-patch-states")["InstancePatchStates"][0]["SnapshotId"] for run in (fleet(), fleet()))
    other = written(fleet(operation=Operation.INSTALL), "aws-patch-states")["InstancePatchStates"][0]["SnapshotId"]
    assert one == two != other
