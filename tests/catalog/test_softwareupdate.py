"""What softwareupdate prints, in the shapes of both ages."""

from __future__ import annotations

import patchrules as pr
from patchrules.catalog import read_catalog


def test_the_sample_row_by_row(data):
    catalog = read_catalog(data / "catalogs/samples/softwareupdate.txt")
    wanted = ["line", "name", "evr", "classification", "title", "reboot"]
    assert [tuple(row.values()) for row in catalog.table.select(wanted).to_pylist()] == [
        (6, "macOS Sonoma 14.90", "14.90", "softwareupdate", "macOS Sonoma 14.90-23X90", True),
        (8, "Command Line Tools for Xcode", "15.90", "softwareupdate", "Command Line Tools for Xcode-15.90", False),
        (14, "macOS 10.14.90 Update", "10.14.90", "softwareupdate", "macOS 10.14.90 Update-10.14.90", True),
    ]
    assert [(row["line"], row["code"]) for row in catalog.rejects.to_pylist()] == [(9, "PR3003"), (12, "PR3002")]
    assert catalog.scope.family == "macos"


def test_a_mac_without_updates_is_offered_nothing():
    catalog = read_catalog(b"Software Update Tool\n\nFinding available software\nNo new software available.\n")
    assert (catalog.table.num_rows, [one.code for one in catalog.diagnostics]) == (0, ["PR3216"])
    mac = pr.host("mac-1", family="macos", product="macOS14.5", packages=[{"name": "macOS", "evr": "14.5"}])
    everything = pr.Baseline("all", pr.OperatingSystem.MACOS, rules=(pr.ApprovalRule(),))
    assert pr.evaluate(everything, mac, catalog, as_of="2026-11-01T00:00Z").status == "COMPLIANT"
