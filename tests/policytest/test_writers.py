"""A result as people, programs and CI read it."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from patchrules.policytest import WRITERS, read_cases, run_cases

ANSWERS = [
    {"status": "NON_COMPLIANT"},
    {"patches": [{"id": "openssl.x86_64", "state": "INSTALLED"}]},
    {"summary": {"missing": 7}},
]  # fmt: skip


@pytest.fixture
def result(document):
    rows = [document("/expected", answer) | {"case_id": f"case <{number}>"} for number, answer in enumerate(ANSWERS)]
    return run_cases(read_cases(json.dumps(rows).encode()))


def test_the_table_explains_the_first_difference(result):
    lines = WRITERS["table"](result).splitlines()
    assert lines[:6] == [
        "FAILED case <1>  <bytes>#2",
        "  openssl.x86_64: state is MISSING, INSTALLED expected",
        "",
        "  host under `prod`, as of 2025-03-01 00:00Z",
        "",
        "  openssl.x86_64 1:3.0.7-24.el9 → 1:3.0.7-25.el9                MISSING   HIGH   NON_COMPLIANT",
    ]
    assert "    patch     RHSA-2025:1  Security / Important, released 2025-01-18 00:00Z" in lines[6]
    assert lines[-4:] == ["FAILED case <2>  <bytes>#3", "  missing is 1, 7 expected", "", "3 cases: 1 passed, 2 failed"]
    assert sum("released" in line for line in lines) == 1


def test_json_has_each_case_with_its_differences(result):
    assert json.loads(WRITERS["json"](result)) == {
        "passed": 1,
        "failed": 2,
        "cases": [
            {"case_id": "case <0>", "ok": True, "differences": []},
            {
                "case_id": "case <1>",
                "ok": False,
                "differences": ["openssl.x86_64: state is MISSING, INSTALLED expected"],
            },
            {"case_id": "case <2>", "ok": False, "differences": ["missing is 1, 7 expected"]},
        ],
    }


def test_junit_is_xml_whatever_a_case_is_called(result, document):
    tree = ET.fromstring(WRITERS["junit"](result).encode())  # noqa: S314 - ours
    assert tree.attrib == {"tests": "3", "failures": "2"}
    assert [one.get("name") for one in tree.iter("testcase")] == ["case <0>", "case <1>", "case <2>"]
    messages = [one.get("message") for one in tree.iter("failure")]
    assert messages == ["openssl.x86_64: state is MISSING, INSTALLED expected", "missing is 1, 7 expected"]
    assert "released 2025-01-18" in "".join(tree.itertext())
    odd = document("/case_id", 'a"&\x00\ufffe') | {"expected": {"contains": [{"id": "\x01]]>"}]}}
    text = WRITERS["junit"](run_cases(read_cases(json.dumps(odd).encode())))
    assert [one.get("name") for one in ET.fromstring(text.encode()).iter("testcase")] == ['a"&\\x00\\ufffe']  # noqa: S314
    assert "\x01" not in text


def test_suites_of_junit_are_topics_and_files(document, tmp_path):
    (tmp_path / "one.jsonl").write_text(json.dumps(document()) + "\n", "utf-8")
    (tmp_path / "two.json").write_text(json.dumps([document(), document() | {"topic": "dates"}]), "utf-8")
    cases = [case for name in ("one.jsonl", "two.json") for case in read_cases(tmp_path / name)]
    tree = ET.fromstring(WRITERS["junit"](run_cases(cases)).encode())  # noqa: S314 - ours
    assert [suite.get("name") for suite in tree] == [str(tmp_path / "one.jsonl"), str(tmp_path / "two.json"), "dates"]


def test_a_long_table_is_cut(document):
    rows = [document("/expected", {"contains": [{"id": f"p{one}.noarch"} for one in range(7)]})] * 60
    text = WRITERS["table"](run_cases(read_cases(json.dumps(rows).encode())))
    assert text.count("FAILED") == 50
    assert "  … and 2 more differences\n" in text
    assert "… and 10 more: --output-format json lists every one" in text
