"""Short cases: one patch, one instant, and what the baseline decides; no host."""

from __future__ import annotations

import json

import pytest

from patchrules.errors import PolicyTestError
from patchrules.families import families
from patchrules.policytest import explanation, read_cases, run

RHEL = {
    "Name": "prod",
    "OperatingSystem": "REDHAT_ENTERPRISE_LINUX",
    "ApprovalRules": {"PatchRules": [
        {"PatchFilterGroup": {"PatchFilters": [{"Key": "SEVERITY", "Values": ["Critical"]}]}, "ApproveAfterDays": 7, "ComplianceLevel": "HIGH"},
        {"PatchFilterGroup": {"PatchFilters": [{"Key": "PRODUCT", "Values": ["RedhatEnterpriseLinux8"]}]}, "ApproveUntilDate": "2026-10-31"},
    ]},
    "RejectedPatches": ["kernel*"],
    "ApprovedPatches": ["RHBA-2026:1"],
}  # fmt: skip
CRITICAL = {"classification": "Security", "severity": "Critical", "released": "2026-11-01"}
DECISIONS = [
    (CRITICAL, "2026-11-08T00:00:01Z", {"approval": "APPROVED", "rule": 1, "level": "HIGH", "since": "2026-11-08T00:00Z"}),
    (CRITICAL, "2026-11-08T00:00Z", {"approval": "pending_approval", "rule": 1, "since": "2026-11-08T01:00+01:00"}),
    (CRITICAL | {"released": "2026-10-31T23:59:59Z"}, "2026-11-08T00:00Z", {"approval": "APPROVED"}),
    (CRITICAL | {"severity": "Low"}, "2026-12-01T00:00Z", {"approval": "NOT_SELECTED", "rule": None, "since": None}),
    (CRITICAL | {"advisory": None}, "2026-12-01T00:00Z", {"approval": "APPROVED"}),
    (CRITICAL | {"name": "kernel-core"}, "2026-12-01T00:00Z", {"approval": "EXPLICIT_REJECTED", "entry": "kernel*"}),
    (CRITICAL | {"advisory": "RHBA-2026:1"}, "2026-11-01T00:00Z", {"approval": "EXPLICIT_APPROVED", "entry": "RHBA-2026:1", "rule": 1}),
    ({"product": "RedhatEnterpriseLinux8", "released": "2026-10-31"}, "2026-11-02T00:00Z", {"rule": 2, "approval": "APPROVED"}),
    ({"product": "RedhatEnterpriseLinux8", "released": "2026-11-01"}, "2026-11-02T00:00Z", {"rule": 2, "approval": "PENDING_APPROVAL", "since": None}),
]  # fmt: skip


def short(patch, expect, as_of="2026-11-08T00:00Z", baseline=RHEL, **more):
    return {"baseline": baseline, "patch": patch, "as_of": as_of, "expect": expect, **more}


def read(document):
    return next(read_cases(json.dumps(document).encode()))


@pytest.mark.parametrize(("patch", "as_of", "expect"), DECISIONS)
@pytest.mark.parametrize("engine", ["reference", "both"])
def test_what_a_baseline_decides_about_a_patch(patch, as_of, expect, engine):
    case = read(short(patch, expect, as_of))
    assert case.is_short
    passes = patch.get("advisory", "") is not None
    assert run(case, engine=engine).ok is passes


@pytest.mark.parametrize("name", families())
def test_each_family_has_short_cases(name):
    """AWS's own baseline selects something of its family, and a patch without anything is none of its business."""
    family = families()[name]
    case = short({}, {"approval": "NOT_SELECTED", "rule": None}, baseline=family.predefined[0])
    everything: dict[str, object] = {"Name": "all", "OperatingSystem": str(family.operating_system)}
    everything["ApprovalRules"] = {"PatchRules": [{"PatchFilterGroup": {"PatchFilters": []}, "ApproveAfterDays": 0}]}
    patch = {"released": "2026-11-01", "security": True, "classification": "SecurityUpdates", "severity": "Critical"}
    wide = short(patch, {"approval": "APPROVED", "rule": 1}, baseline=everything)
    assert run(read(wide), engine="both").differences == ()
    assert run(read(case)).differences in (
        (),
        ("approval is APPROVED, NOT_SELECTED expected", "rule is 1, empty expected"),
    )


def test_in_the_agent_dialect_a_date_is_the_text_that_it_reads():
    for wait, approval in (("2026-11-08T00:00Z", "PENDING_APPROVAL"), ("2026-11-10T00:00Z", "APPROVED")):
        patch = CRITICAL | {"product": "RedhatEnterpriseLinux8.4"}
        assert run(read(short(patch, {"approval": approval}, wait)), dialect="agent").differences == ()


def test_a_failing_short_case_says_what_each_rule_found():
    outcome = run(read(short(CRITICAL, {"approval": "APPROVED", "level": "HIGH", "since": "2026-11-09T00:00Z"})))
    assert outcome.differences == (
        "approval is PENDING_APPROVAL, APPROVED expected",
        "level is UNSPECIFIED, HIGH expected",
        "since is 2026-11-08T00:00:00Z, 2026-11-09T00:00Z expected",
    )
    assert explanation(outcome).splitlines() == [
        "under `prod`, as of 2026-11-08 00:00Z",
        "rule 1  waits 7 days, until after 2026-11-08 00:00Z",
        "rule 2  PRODUCT is not stated, rule wants RedhatEnterpriseLinux8",
    ]
    rejected = explanation(run(read(short(CRITICAL | {"name": "kernel"}, {"approval": "APPROVED"}))))
    assert "list    `kernel*` rejects it" in rejected
    empty = {"Name": "none", "OperatingSystem": "DEBIAN"}
    nothing = explanation(run(read(short({}, {"approval": "APPROVED"}, baseline=empty))))
    assert nothing.endswith("no list names it, and there is no rule")


def test_a_patch_of_another_system_is_refused():
    case = read(short(CRITICAL, {"approval": "APPROVED"}, operating_system="DEBIAN"))
    assert run(case).differences == (
        "refused: `prod` is for REDHAT_ENTERPRISE_LINUX, the patch is for DEBIAN [PR1801]",
    )


APPROVED = {"approval": "APPROVED"}
FAULTS = [
    (short([], APPROVED), "`patch` is `[]`, wanted a mapping [PR6003]\n  at <bytes>#1 at /patch"),
    (short({"released": "soon"}, APPROVED), "`released` is `soon`, wanted a day or an instant with a zone [PR6003]\n  at <bytes>#1 at /patch/released\n  hint: write it as 2026-11-01 or 2026-11-01T09:30:00Z"),
    (short({"severity": 1}, APPROVED), "`severity` is `1`, wanted string [PR6003]\n  at <bytes>#1 at /patch/severity\n  hint: write it in quotes"),
    (short({"issued": "2026-11-01"}, APPROVED), "`2026-11-01` is no instant with a zone: `issued` [PR6003]\n  at <bytes>#1 at /patch/issued\n  hint: write it as 2026-11-01T00:00:00Z"),
    (short({}, {}), "the case expects nothing [PR6005]\n  at <bytes>#1 at /expect\n  hint: name one of `approval`, `rule`, `level`, `entry`, `since` in `expect`"),
    (short({}, {"state": "MISSING"}), "no decision has `state`: known are approval, rule, level, entry, since [PR6004]\n  at <bytes>#1 at /expect/state"),
    (short({}, {"approval": None}), "`approval` is `None`, wanted one of APPROVED, PENDING_APPROVAL, EXPLICIT_APPROVED, EXPLICIT_REJECTED, NOT_SELECTED [PR6003]\n  at <bytes>#1 at /expect/approval"),
    (short({}, {"rule": True}), "`rule` is `True`, wanted the number of a rule [PR6003]\n  at <bytes>#1 at /expect/rule"),
    (short({}, {"approval": "YES"}), "`approval` is `YES`, wanted one of APPROVED, PENDING_APPROVAL, EXPLICIT_APPROVED, EXPLICIT_REJECTED, NOT_SELECTED [PR6003]\n  at <bytes>#1 at /expect/approval"),
    (short({}, {"approval": "APROVED"}), "`approval` is `APROVED`, wanted one of APPROVED, PENDING_APPROVAL, EXPLICIT_APPROVED, EXPLICIT_REJECTED, NOT_SELECTED [PR6003]\n  at <bytes>#1 at /expect/approval\n  hint: did you mean `APPROVED`?"),
    (short({}, {"level": "critcal"}), "`level` is `critcal`, wanted one of UNSPECIFIED, INFORMATIONAL, LOW, MEDIUM, HIGH, CRITICAL [PR6003]\n  at <bytes>#1 at /expect/level\n  hint: did you mean `CRITICAL`?"),
    (short({}, {"rule": "first"}), "`rule` is `first`, wanted the number of a rule [PR6003]\n  at <bytes>#1 at /expect/rule"),
    (short({}, {"since": "soon"}), "`soon` is no instant with a zone: `since` [PR6003]\n  at <bytes>#1 at /expect/since\n  hint: write it as 2026-11-01T00:00:00Z"),
    (short({}, APPROVED, as_of="now"), "`now` is no instant with a zone: `as_of` [PR6003]\n  at <bytes>#1 at /as_of\n  hint: write it as 2026-11-01T00:00:00Z"),
    (short({}, APPROVED, baseline=7), "this is no policy test: a mapping with `baseline` is wanted [PR6002]\n  at <bytes>#1"),
    (short({}, APPROVED, expected={}), "there is no field `expected`: did you mean `expect`? [PR6004]\n  at <bytes>#1 at /expected"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "message"), FAULTS)
def test_what_is_refused_and_how(document, message):
    with pytest.raises(PolicyTestError) as refused:
        read(document)
    assert str(refused.value) == message


def test_a_field_that_no_patch_has_is_refused():
    with pytest.raises(PolicyTestError, match="no patch has `kind`: known are released, name, arch, evr"):
        read(short({"kind": "rpm"}, APPROVED))
