"""A small case, and cases made from it."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from patchrules.policytest import read_cases

CASE = {
    "case_id": "one",
    "as_of": "2025-03-01T00:00Z",
    "operating_system": "REDHAT_ENTERPRISE_LINUX",
    "product": "RedhatEnterpriseLinux9.3",
    "arch": "x86_64",
    "baseline": {
        "Name": "prod",
        "OperatingSystem": "REDHAT_ENTERPRISE_LINUX",
        "ApprovalRules": {"PatchRules": [{
            "PatchFilterGroup": {"PatchFilters": [{"Key": "CLASSIFICATION", "Values": ["Security"]}]},
            "ComplianceLevel": "HIGH",
            "ApproveAfterDays": 7,
        }]},
    },
    "installed": [{"name": "openssl", "arch": "x86_64", "evr": "1:3.0.7-24.el9"}],
    "available": [
        {"name": "openssl", "arch": "x86_64", "evr": "1:3.0.7-25.el9"},
        {"name": "vim", "arch": "x86_64", "epoch": 2, "version": "8.2", "release": "2.el9"},
    ],
    "advisories": [{
        "id": "RHSA-2025:1", "type": "security", "severity": "Important", "issued": "2025-01-18", "updated": None,
        "references": [{"type": "cve", "id": "CVE-2025-1"}],
        "packages": [
            {"name": "openssl", "arch": "x86_64", "evr": "1:3.0.7-25.el9"},
            {"name": "vim", "arch": "x86_64", "epoch": "2", "version": "8.2", "release": "2.el9"},
        ],
    }],
    "expected": {"summary": {"missing": 1, "not_applicable": 1}},
}  # fmt: skip


@pytest.fixture
def document():
    """Return ``change(pointer, value)``: the case as a document with one value changed; None removes it."""

    def change(pointer: str = "", value: Any = None) -> Any:
        made: Any = copy.deepcopy(CASE)
        if not pointer:
            return made
        *path, last = pointer.split("/")[1:]
        place = made
        for key in path:
            place = place[int(key) if isinstance(place, list) else key]
        if isinstance(place, list):
            place[int(last)] = value
        elif value is None:
            place.pop(last)
        else:
            place[last] = value
        return made

    return change


@pytest.fixture
def case(document):
    """Return ``made(**expected)``: the case with another answer."""

    def made(**expected):
        return next(read_cases(json.dumps(document("/expected", expected)).encode()))

    return made
