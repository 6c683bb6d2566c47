"""What the door of policy tests reads, and what it refuses with which words."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from patchrules.errors import PolicyTestError
from patchrules.policytest import read_cases, read_folder, run

FAULTS: list[tuple[str, Any, str]] = [
    ("/baseline", None, "this is no policy test: a mapping with `baseline` is wanted [PR6002]\n  at <bytes>#1\n  hint: a folder of tests holds cases alone: keep the baselines beside it, `baseline: ../baselines/prod.json`"),
    ("/as_of", None, "there is no `as_of` [PR6003]\n  at <bytes>#1 at /as_of\n  hint: write it as 2026-11-01T00:00:00Z"),
    ("/as_of", "2025-03-01", "`2025-03-01` is no instant with a zone: `as_of` [PR6003]\n  at <bytes>#1 at /as_of\n  hint: write it as 2026-11-01T00:00:00Z"),
    ("/product", 9, "`product` is `9`, wanted text [PR6003]\n  at <bytes>#1 at /product\n  hint: write it in quotes"),
    ("/dialect", "aws", "`dialect` is `aws`, wanted one of documented, agent [PR6003]\n  at <bytes>#1 at /dialect"),
    ("/operation", "Patch", "`operation` is `Patch`, wanted one of Scan, Install [PR6003]\n  at <bytes>#1 at /operation"),
    ("/instaled", [], "there is no field `instaled`: did you mean `installed`? [PR6004]\n  at <bytes>#1 at /instaled"),
    ("/installed", {}, "`installed` is `{}`, wanted a list [PR6003]\n  at <bytes>#1 at /installed"),
    ("/installed/0", "bash", "`bash` stands where a mapping is wanted [PR6003]\n  at <bytes>#1 at /installed/0"),
    ("/installed/0/name", None, "the package has no `name` [PR6003]\n  at <bytes>#1 at /installed/0"),
    ("/installed/0/evr", None, "the package has no `version` [PR6003]\n  at <bytes>#1 at /installed/0"),
    ("/installed/0/evr", 3, "`evr` is `3`, wanted text [PR6003]\n  at <bytes>#1 at /installed/0/evr\n  hint: write it in quotes"),
    ("/installed/0/install_time", -1, "`install_time` is `-1`, wanted seconds since 1970 [PR6003]\n  at <bytes>#1 at /installed/0/install_time"),
    ("/available/0/arch", None, "the package has no `arch` [PR6003]\n  at <bytes>#1 at /available/0"),
    ("/available/1/epoch", [], "`epoch` is `[]`, wanted a number [PR6003]\n  at <bytes>#1 at /available/1/epoch"),
    ("/advisories/0/packages", [], "the advisory has no `id`, or no `packages` [PR6003]\n  at <bytes>#1 at /advisories/0"),
    ("/advisories/0/references/0", {"type": "cve"}, "a reference has a `type` and an `id` [PR6003]\n  at <bytes>#1 at /advisories/0/references/0"),
    ("/catalog", [{"name": "kb", "arch": "", "evr": "", "kb": "1"}], "the catalog has no column `kb` [PR6004]\n  at <bytes>#1 at /catalog/0/kb"),
    ("/catalog", [{"name": "git", "arch": ""}], "the row has no `evr` [PR6003]\n  at <bytes>#1 at /catalog/0"),
    ("/catalog", [{"name": "kb", "arch": "", "evr": "", "cves": "CVE-1"}], "`cves` is `CVE-1`, wanted list<string> [PR6003]\n  at <bytes>#1 at /catalog/0/cves"),
    ("/enabled_modules", {"nodejs": "18"}, "`nodejs` is `18`, wanted a list of texts [PR6003]\n  at <bytes>#1 at /enabled_modules/nodejs"),
    ("/expected", {}, "the case expects nothing [PR6005]\n  at <bytes>#1 at /expected\n  hint: name one of `patches`, `contains`, `summary`, `status`, `doubts`"),
    ("/expected", {"contain": [], "status": "COMPLIANT"}, "there is no field `contain`: did you mean `contains`? [PR6004]\n  at <bytes>#1 at /expected/contain"),
    ("/expected/status", "UNKOWN", "`status` is never `UNKOWN`: it is one of COMPLIANT, NON_COMPLIANT, UNKNOWN [PR6003]\n  at <bytes>#1 at /expected/status\n  hint: did you mean `UNKNOWN`?"),
    ("/expected/contains", [{"state": "Missing"}], "`state` is never `Missing`: it is one of INSTALLED, INSTALLED_OTHER, INSTALLED_PENDING_REBOOT, INSTALLED_REJECTED, MISSING, NOT_APPLICABLE, FAILED, AVAILABLE_SECURITY_UPDATE, AVAILABLE_SECURITY_UPDATES [PR6003]\n  at <bytes>#1 at /expected/contains/0/state\n  hint: did you mean `MISSING`?"),
    ("/expected/contains", [{"approval": "Approved"}], "`approval` is never `Approved`: it is one of APPROVED, PENDING_APPROVAL, EXPLICIT_APPROVED, EXPLICIT_REJECTED, NOT_SELECTED [PR6003]\n  at <bytes>#1 at /expected/contains/0/approval\n  hint: did you mean `APPROVED`?"),
    ("/expected/patches", [{"reason": "NEWER_APPROVED"}], "`reason` is never `NEWER_APPROVED`: it is one of newer-approved, up-to-date, nothing-approved, rejected-blocked, rejected-allowed, not-installed, listed-newer, awaits-reboot, superseded, not-approved [PR6003]\n  at <bytes>#1 at /expected/patches/0/reason\n  hint: did you mean `newer-approved`?"),
    ("/expected/doubts", {"pr7008": 0}, "no host has the doubt `pr7008`: known are PR7001, PR7002, PR7003, PR7004, PR7005, PR7006, PR7007, PR7008, PR7009, PR7010, PR7011, PR7012, PR7013, PR7025 [PR6004]\n  at <bytes>#1 at /expected/doubts/pr7008\n  hint: did you mean `PR7008`?"),
    ("/dialect", "agnet", "`dialect` is `agnet`, wanted one of documented, agent [PR6003]\n  at <bytes>#1 at /dialect\n  hint: did you mean `agent`?"),
    ("/expected/summary", {"mising": 1}, "no summary has `mising`: known are installed, installed_other, installed_pending_reboot, installed_rejected, missing, failed, not_applicable, available_security_update, critical_non_compliant, security_non_compliant, other_non_compliant, non_compliant_severity [PR6004]\n  at <bytes>#1 at /expected/summary/mising"),
    ("/expected", {"contains": []}, "`contains` is empty, so it expects nothing [PR6005]\n  at <bytes>#1 at /expected/contains\n  hint: name a row that must be there; `patches: []` says that there is none"),
    ("/expected", {"contains": [{}]}, "the row expects nothing [PR6005]\n  at <bytes>#1 at /expected/contains/0\n  hint: name what it must be: `name`, `state`"),
    ("/expected", {"summary": {}}, "`summary` is empty, so it expects nothing [PR6005]\n  at <bytes>#1 at /expected/summary\n  hint: name a count: `missing: 0`"),
    ("/expected", {"doubts": {}}, "`doubts` is empty, so it expects nothing [PR6005]\n  at <bytes>#1 at /expected/doubts\n  hint: name a code: `PR7001: 0`"),
    ("/expected", {"candidates": []}, "the case expects nothing [PR6005]\n  at <bytes>#1 at /expected\n  hint: name one of `patches`, `contains`, `summary`, `status`, `doubts`"),
    ("/expected/summary", {"missing": True}, "`missing` is `True`, wanted a whole number [PR6003]\n  at <bytes>#1 at /expected/summary/missing"),
    ("/expected/summary", {"missing": None}, "`missing` is `None`, wanted a whole number [PR6003]\n  at <bytes>#1 at /expected/summary/missing"),
    ("/expected/doubts", {"PR7001": False}, "`PR7001` is `False`, wanted a whole number [PR6003]\n  at <bytes>#1 at /expected/doubts/PR7001"),
    ("/expected", {"error": "boom"}, "`error` is `boom`, wanted what AWS's own code raised, a mapping [PR6003]\n  at <bytes>#1 at /expected/error\n  hint: write `error: {type: KeyError}`, or what must come out"),
    ("/expected_alternatives", [{"contains": []}], "`contains` is empty, so it expects nothing [PR6005]\n  at <bytes>#1 at /expected_alternatives/0/contains\n  hint: name a row that must be there; `patches: []` says that there is none"),
    ("/expected_alternatives", [{"error": {"type": "KeyError"}}], "the case expects nothing [PR6005]\n  at <bytes>#1 at /expected_alternatives/0\n  hint: name one of `patches`, `contains`, `summary`, `status`, `doubts`"),
]  # fmt: skip


@pytest.mark.parametrize(("pointer", "value", "message"), FAULTS)
def test_what_is_refused_and_how(document, pointer, value, message):
    with pytest.raises(PolicyTestError) as refused:
        list(read_cases(json.dumps(document(pointer, value)).encode()))
    assert str(refused.value) == message


def test_a_row_that_names_what_no_verdict_has_is_refused(document):
    with pytest.raises(PolicyTestError, match="no verdict has `compliance`: known are id, title, name, arch"):
        list(read_cases(json.dumps(document("/expected", {"patches": [{"compliance": "HIGH"}]})).encode()))


def shapes(case):
    one = json.dumps(case)
    yaml = f"# a comment\ncases:\n- {one}\n- {one}\n"
    return {
        "a case": (one, 1), "a list": (f"[{one}, {one}]", 2), "cases": (json.dumps({"cases": [case]}), 1),
        "lines": (f"{one}\n\n{one}\n", 2), "YAML": (yaml, 2),
    }  # fmt: skip


@pytest.mark.parametrize("shape", list(shapes({})))
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_document_is_one_case_or_several(document, shape, pack):
    text, count = shapes(document())[shape]
    cases = list(read_cases(pack(text.encode())))
    assert [run(case).ok for case in cases] == [True] * count


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[]", "PR6006"),
        ("{", "PR6001"),
        ('{"a": 1}\n{"b"', "PR6002"),
        ("cases: [1]", "PR6002"),
        ("[[]]", "PR6002"),
        ("", "PR6001"),
    ],
)
def test_what_is_no_document_of_cases_is_refused(text, code):
    with pytest.raises(PolicyTestError) as refused:
        list(read_cases(text.encode()))
    assert refused.value.code == code


@pytest.mark.parametrize("shape", list(shapes({})))
def test_a_key_that_is_given_twice_is_refused(document, shape):
    text = shapes(document())[shape][0].replace('"expected": ', '"expected": {"status": "COMPLIANT"}, "expected": ')
    with pytest.raises(PolicyTestError, match=r"^`expected` is given more than once, wanted once .PR6010.") as refused:
        list(read_cases(text.encode()))
    assert refused.value.hint == "keep one of them"
    assert refused.value.where
    assert refused.value.where.line


@pytest.mark.parametrize("shape", list(shapes({})))
def test_half_a_character_is_refused(document, shape):
    """JSON can spell what neither Arrow nor a text file can hold."""
    case = document("/installed/0/arch", "x\ud800")
    with pytest.raises(PolicyTestError) as refused:
        list(read_cases(shapes(case)[shape][0].encode()))
    assert refused.value.code == "PR6001"
    assert shape == "YAML" or refused.value.message.endswith(
        "spells half a character, `\\ud800` to `\\udfff` without its other half"
    )


def test_a_case_without_id_is_called_by_its_place(document):
    assert [one.case_id for one in read_cases(json.dumps([document("/case_id", None)]).encode())] == ["<bytes>#1"]


def test_a_folder_holds_cases_beside_other_files(document, tmp_path):
    (tmp_path / "SOURCE.md").write_text("ours", "utf-8")
    with pytest.raises(PolicyTestError, match="holds no policy test"):
        list(read_folder([str(tmp_path)]))
    (tmp_path / "dates").mkdir()
    (tmp_path / "dates" / "b.yaml").write_text(json.dumps([document()]), "utf-8")
    (tmp_path / "dates" / "a.jsonl.gz").write_bytes(gzip.compress(json.dumps(document()).encode()))
    names = ["a.jsonl.gz:1", "b.yaml#1"]
    assert [case.place.rpartition("/")[2] for case in read_folder([tmp_path])] == names
    assert len(list(read_folder([str(tmp_path / "*" / "*")]))) == 2
