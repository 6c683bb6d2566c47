"""Catalogs of Windows as they are published: rows, doubts, and the memory it takes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from patchrules.catalog import read_catalog

pytestmark = pytest.mark.shared

PEAK = """
import re, sys
from patchrules.catalog import read_catalog
rows = read_catalog(sys.argv[1]).table.num_rows
print(rows, int(re.search("VmHWM:\\s*([0-9]+) kB", open("/proc/self/status").read())[1]) // 1024)
"""
"""Prints rows and this process's own peak in MB; ``ru_maxrss`` would count its parent's at the fork, too."""


def test_the_definitions_of_2024_give_one_row_a_kb_and_product(shared):
    catalog = read_catalog(shared / "data/windows/wesng/definitions-20240330.zip")
    assert (catalog.table.num_rows, catalog.rejects.num_rows, str(catalog.as_of)[:10]) == (21910, 0, "2024-03-30")
    assert {one.code: one.count for one in catalog.diagnostics} == {
        "PR3202": 55, "PR3220": 17751, "PR3221": 21910, "PR3222": 7357, "PR3223": 144, "PR3224": 5352, "PR3225": 2,
        "PR3226": 2300, "PR3227": 151,
    }  # fmt: skip
    servers = [
        row for row in catalog.table.to_pylist() if row["name"] == "KB5034770" and row["product"] == "WindowsServer2022"
    ]
    assert [(row["severity"], row["os_build"], str(row["issued"])[:10], len(row["cves"])) for row in servers] == [
        ("Critical", "10.0.20348", "2024-02-13", 40)
    ]


def test_78_megabytes_of_definitions_are_read_in_less_than_300_of_memory(shared):
    path = shared / "data/windows/wesng/definitions-20240330.zip"
    output = subprocess.run([sys.executable, "-c", PEAK, path], capture_output=True, text=True, check=True).stdout
    rows, megabytes = map(int, output.split())
    assert rows == 21910
    assert megabytes < 300
