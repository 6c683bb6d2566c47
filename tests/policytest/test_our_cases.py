"""Every case of data/cases holds on both engines, in every dialect that it names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from patchrules.policytest import read_folder, run

CASES = Path(__file__).resolve().parents[2] / "data" / "cases"
FOUND = [
    (case, dialect)
    for case in read_folder([CASES])
    for dialect in case.fields.get("holds_in") or [case.fields.get("dialect") or "documented"]
]


@pytest.mark.parametrize(("case", "dialect"), FOUND, ids=[f"{case.case_id} [{dialect}]" for case, dialect in FOUND])
def test_the_case_holds_on_both_engines(case, dialect):
    found = run(case, dialect=dialect, engine="both")
    assert found.ok, "\n".join(found.differences)


def test_every_case_names_the_paragraph_it_proves():
    cases = {case.place: case for case, _ in FOUND}
    assert len(cases) > 80
    unnamed = [case.place for case in cases.values() if not re.search(r"\d", str(case.fields.get("semantics") or ""))]
    assert unnamed == []


def test_every_case_has_a_name_of_its_own():
    cases = {case.place: case.case_id for case, _ in FOUND}
    names = [(place.rpartition("#")[0], name) for place, name in cases.items()]
    assert len(names) == len(set(names))


def test_the_source_page_names_every_topic():
    text = (CASES / "SOURCE.md").read_text("utf-8")
    topics = sorted(path.name for path in CASES.iterdir() if path.is_dir())
    assert sorted(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == topics
