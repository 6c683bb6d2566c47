"""Every difference between the dialects comes from a quirk that has a name."""

from __future__ import annotations

import sys

import pytest

from patchrules.policytest import read_cases
from tests.conftest import ROOT

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def search():
    """Return the search of docs/attribution, which is a folder of scripts."""
    folder = str(ROOT / "docs" / "attribution")
    sys.path.insert(0, folder)
    try:
        import search  # type: ignore[import-not-found]

        yield search
    finally:
        sys.path.remove(folder)


@pytest.mark.parametrize("manager", ["apt", "dnf", "yum", "zypper"])
def test_no_difference_of_a_designed_case_is_unexplained(shared, search, manager):
    cases = [
        case
        for case in read_cases(shared / "conformance" / f"cases_{manager}_hand.jsonl.gz")
        if "error" not in case.expected
    ]
    found = [one for case in cases for one in search.differences(case)]
    assert len(found) > 15
    assert [one for one in found if one.quirks is None] == []
    assert all(one.quirks for one in found)


def test_a_difference_without_quirk_is_told(shared, search, monkeypatch):
    """A search that knows no quirks explains nothing: the empty set is never an explanation."""
    monkeypatch.setattr(search, "QUIRKS", ())
    cases = list(read_cases(shared / "conformance" / "cases_dnf_hand.jsonl.gz"))
    case = next(one for one in cases if one.case_id == "dnf-h-067")
    assert [one.quirks for one in search.differences(case)] == [None]
