"""The JSON Schema takes every case of ours, and refuses what the door refuses for its shape."""

from __future__ import annotations

from pathlib import Path

import pytest

from patchrules.documents.text import parse
from patchrules.policytest.schema import json_schema

jsonschema = pytest.importorskip("jsonschema")

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "data" / "cases").rglob("*.yaml"))
VALIDATOR = jsonschema.Draft202012Validator(json_schema())
SHORT = {"baseline": "prod.json", "as_of": "2026-11-01T00:00Z", "patch": {}, "expect": {"rule": 1}}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.name)
def test_our_cases_fit_the_schema(file):
    assert [error.message for error in VALIDATOR.iter_errors(parse(file.read_bytes()).value)] == []


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize(
    ("change", "fits"),
    [
        ({}, True),
        ({"patch": {"released": "2026-11-01", "cves": ["CVE-2026-1"]}}, True),
        ({"patch": {"kind": "rpm"}}, False),
        ({"expect": {"approval": "YES"}}, False),
        ({"expect": {}}, False),
        ({"mine": 1}, True),
    ],
)
def test_a_short_case_fits_or_not(change, fits):
    assert VALIDATOR.is_valid([SHORT | change]) is fits
    assert VALIDATOR.is_valid({"cases": [SHORT | change]}) is fits
    assert VALIDATOR.is_valid(SHORT | change) is fits
