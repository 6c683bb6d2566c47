"""Every wrong or odd document, with the whole message people read."""

from __future__ import annotations

import io
import pickle
from datetime import UTC, datetime
from pathlib import Path

import pytest

from patchrules.codes import CODES
from patchrules.documents import load_baseline, load_baselines
from patchrules.errors import BaselineError, Faults, Level, PatchRulesError, UnknownNameError
from patchrules.model.baseline import Baseline
from patchrules.model.names import OperatingSystem


def blocks(name: str) -> list[tuple[str, str]]:
    """Return (document, everything said about it) of a text file that people can read and review."""
    text = (Path(__file__).parent / name).read_text(encoding="utf-8")
    pairs = [block.partition("\n") for block in text.removeprefix("=== ").removesuffix("\n").split("\n=== ")]
    return [(document, said) for document, _, said in pairs]


FAULTS = blocks("faults.txt")
ODDITIES = blocks("oddities.txt")
SHAPES = ["create.json", "get.json", "snapshot.json", "cdk.yaml", "template.yaml"]

FIVE = b"""\
Name: p
OperatingSystem: UBUNTOO
ApprovalRules:
  PatchRules:
    - PatchFilterGroup: {PatchFilters: [{Key: PRIORITY, Values: []}]}
      ApproveAfterDays: -1
ApprovedPatches: [""]
"""


def told(document: bytes, *, strict: bool = False) -> list[PatchRulesError]:
    try:
        load_baselines(document, strict=strict)
    except BaselineError as error:
        return [error]
    except ExceptionGroup as group:
        return [error for error in group.exceptions if isinstance(error, PatchRulesError)]
    return []


@pytest.mark.parametrize(("document", "said"), FAULTS)
def test_a_wrong_document_says_what_where_and_what_to_do(document, said):
    assert "\n".join(str(error) for error in told(document.encode())) == said


@pytest.mark.parametrize(("document", "said"), ODDITIES)
def test_an_odd_document_loads_and_says_so(document, said):
    diagnostics = load_baseline(document.encode()).diagnostics
    assert "\n".join(str(one) for one in diagnostics) == said
    assert all(one.code in CODES for one in diagnostics)


@pytest.mark.parametrize(("document", "said"), ODDITIES)
def test_strict_refuses_exactly_the_doubts_of_level_error(document, said):
    expected = [one.message for one in load_baseline(document.encode()).diagnostics if one.level is Level.ERROR]
    assert [error.args[0] for error in told(document.encode(), strict=True)] == expected


def place(fault: Exception) -> tuple[str, int | None, str | None]:
    assert isinstance(fault, BaselineError)
    assert fault.where
    return fault.code, fault.where.line, fault.where.pointer


def test_five_faults_are_told_together_and_cross_processes():
    with pytest.raises(Faults) as caught:
        load_baseline(FIVE)
    assert isinstance(caught.value, PatchRulesError)
    group = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own bytes
    for faults in (caught.value, group):
        assert faults.message == "the baseline: 5 faults"
        assert [place(fault) for fault in faults.exceptions] == [
            ("PR1013", 1, "/Name"),
            ("PR1015", 2, "/OperatingSystem"),
            ("PR1014", 5, "/ApprovalRules/PatchRules/0/PatchFilterGroup/PatchFilters/0/Values"),
            ("PR1012", 6, "/ApprovalRules/PatchRules/0/ApproveAfterDays"),
            ("PR1013", 7, "/ApprovedPatches/0"),
        ]


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_means_the_same(data, name):
    def meaning(baseline: Baseline) -> tuple[object, ...]:
        fields = ("name", "operating_system", "description", "global_filters", "rules", "approved_patches")
        more = ("approved_patches_level", "rejected_patches", "rejected_patches_action", "diagnostics")
        return tuple(getattr(baseline, field) for field in fields + more)

    folder = data / "baselines" / "shapes"
    assert meaning(load_baseline(folder / name, strict=True)) == meaning(load_baseline(folder / "create.json"))


@pytest.mark.parametrize("name", ["get.json", "snapshot.json"])
def test_what_aws_adds_is_kept(data, name):
    baseline = load_baseline(data / "baselines" / "shapes" / name)
    assert baseline.patch_groups == ("harbour",)
    assert baseline.baseline_id == "pb-0aa11bb22cc33dd44"
    assert baseline.created == datetime(2025, 1, 1, 0, 0, 0, 250_000, UTC)
    assert baseline.modified == datetime(2025, 2, 1, 9, tzinfo=UTC)


def test_an_override_is_a_list_without_names(data):
    first, second = load_baselines(data / "baselines" / "shapes" / "override.json", strict=True)
    assert (first.name, str(first.rules[0].approve_until)) == ("BaselineOverride.ROCKY_LINUX", "2025-02-28")
    assert second.operating_system is OperatingSystem.WINDOWS


def test_a_list_where_one_has_a_name_is_no_override():
    [error] = told(b"[{Name: prod-1, ApprovedPatches: [KB1]}, {ApprovedPatches: [KB2]}]")
    assert str(error).startswith("`Name` is missing")


def test_what_boto3_returns_is_read():
    answer = {
        "Name": "prod-1",
        "OperatingSystem": "SUSE",
        "ApprovedPatches": ["bash"],
        "CreatedDate": datetime(2025, 1, 1, tzinfo=UTC),
        "ResponseMetadata": {"HTTPStatusCode": 200},
    }
    baseline = load_baseline(answer, strict=True)
    assert (baseline.created, baseline.sha256) == (answer["CreatedDate"], "")


def test_bytes_files_and_byte_order_marks_are_the_same(tmp_path):
    text = b"{Name: prod-1, OperatingSystem: SUSE, ApprovedPatches: [bash]}"
    path = tmp_path / "prod.yaml"
    path.write_bytes(text)
    expected = load_baseline(text)
    assert len(expected.sha256) == 64
    assert load_baseline(path) == load_baseline(str(path)) == load_baseline(io.BytesIO(text)) == expected
    with_mark = load_baseline(b"\xef\xbb\xbf" + text)
    assert (with_mark.name, with_mark.sha256 != expected.sha256) == ("prod-1", True)


SHAPES_READ = (
    "a baseline is what CreatePatchBaseline takes or GetPatchBaseline prints, a snapshot (`patchBaseline`), "
    "a list of them, or a CloudFormation template with AWS::SSM::PatchBaseline"
)
SHOW = "run `terraform show -json > terraform.json` and give that, of the state or of a plan"
TWO = b"[{Name: a-1, ApprovedPatches: [x]}, {Name: b-1, ApprovedPatches: [x]}]"
HCL = b'resource "aws_ssm_patch_baseline" "prod" {\n  name = "prod"\n}\n'
DOORS = [
    (TWO, "the document has 2 baselines, wanted one: `a-1`, `b-1` [PR1021]", "load them all with load_baselines()"),
    (b"[]", "the list of baselines is empty [PR1020]\n  at 1:1 at /", SHAPES_READ),
    (b"package: json", "this is no baseline: it has `package` [PR1020]\n  at 1:1 at /", SHAPES_READ),
    (b"text", "the document is `text`, wanted a baseline [PR1020]\n  at 1:1 at /", SHAPES_READ),
    (
        b"BaselineIdentities: []",
        "this lists baselines by name, without their rules [PR1020]\n  at 1:1 at /",
        "load what `aws ssm get-patch-baseline --baseline-id ID` prints",
    ),
    (
        b'{"format_version": "1.2", "values": {}}',
        "this is Terraform JSON, and it has no aws_ssm_patch_baseline [PR1020]\n  at 1:1 at /",
        None,
    ),
    (HCL, "this is Terraform source, which is not read: its values are known only to Terraform [PR1022]", SHOW),
    (
        '{"Name": "prod-1"}',
        "this is the text of a document, wanted a path or bytes [PR1023]",
        "give the text as bytes: text.encode()",
    ),
    ("no-such.json", "cannot read `no-such.json`: there is no such file [PR2901]", None),
]


@pytest.mark.parametrize(("source", "message", "hint"), DOORS)
def test_what_is_no_baseline_says_what_it_is(source, message, hint):
    with pytest.raises(BaselineError) as caught:
        load_baseline(source)
    assert str(caught.value) == message + (f"\n  hint: {hint}" if hint else "")


def test_a_name_of_aws_that_does_not_exist_names_the_closest():
    with pytest.raises(UnknownNameError, match="did you mean `AWS-RedHatDefaultPatchBaseline`"):
        load_baseline("AWS-RedhatDefaultPatchBaselines")


def test_a_secret_is_never_in_a_message():
    document = b'{Name: prod-1, Sources: [{Name: repo, Products: ["*"], Configuration: "pass=%s"}]}' % (b"s" * 1100)
    assert [str(error).split(" [")[0] for error in told(document)] == [
        "`Configuration` is text of 1105 characters, wanted text of 1 to 1024 characters"
    ]


def test_a_list_beyond_all_measure_is_told_once():
    document = b'{"Name": "prod-1", "PatchGroups": [' + b",".join([b'"#"'] * 10_001) + b"]}"
    assert [str(error) for error in told(document)] == [
        "`PatchGroups` is a list of 10001, wanted at most 10,000 [PR1014]\n  at 1:35 at /PatchGroups"
    ]
