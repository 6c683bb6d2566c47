"""What the samples of Windows catalogs give, row by row: one table, a block a format."""

from __future__ import annotations

import pytest

from patchrules.catalog import read_catalog

COLUMNS = ("line", "name", "product", "os_build", "arch", "severity", "issued", "supersedes", "reboot")
ROWS = {
    "msrc_cvrf.xml": [
        (28, "KB5090001", "WindowsServer2019", "10.0.17763.5458", "x64", "Critical", "2024-02-13 08:00", ["KB5080001", "KB5080002"], True),
        (37, "KB5090002", "WindowsServer2012R2", "6.3.9600.21813", "x64", "Moderate", "2024-02-13 08:00", [], False),
        (60, "KB5090003", "Contoso Console 3", None, "", None, "2024-02-15 08:00", [], False),
    ],
    "msrc_cvrf_json.json": [
        (17, "KB5090001", "WindowsServer2019", "10.0.17763.5458", "x64", "Important", "2024-02-13 08:00", ["KB5080001"], True),
        (31, "KB5090005", "Windows11", "10.0.22621.3155", "x64", "Important", "2024-02-13 08:00", [], False),
    ],
    "available_patches.json": [
        (3, "KB5090001", "WindowsServer2019", "10.0.17763", "x64", "Critical", "2024-02-13 08:00", [], False),
        (18, "KB5090003", "WindowsServer2019", "10.0.17763", "x64", "Unspecified", "2024-02-13 08:00", [], False),
        (28, "KB5090004", "WindowsServer2008R2", None, "x64", "Important", "2024-02-13 08:00", [], False),
        (37, "KB5090005", "Office 2016", None, "", "Important", None, [], False),
    ],
    "wsusscn2.xml": [
        (4, "KB5080001", "WindowsServer2019", "10.0.17763", "x64", "Important", "2024-01-09 18:00", [], False),
        (10, "KB5090001", "WindowsServer2019", "10.0.17763", "x64", "Critical", "2024-02-13 18:00", ["KB5080001"], False),
        (17, "KB5090005", "Contoso Console 3", None, "", None, None, [], False),
    ],
    "wsus.csv": [
        (3, "KB5090001", "WindowsServer2019", "10.0.17763", "x64", "Critical", "2024-02-13 18:00", ["KB5080001"], True),
        (4, "KB5090002", "Windows10", "10.0.19045", "x64", "Unspecified", "2024-02-13 18:00", [], False),
        (4, "KB5090002", "Windows10LTSB", "10.0.19045", "x64", "Unspecified", "2024-02-13 18:00", [], False),
        (7, "KB5090005", "Office 2016", None, "", "Important", None, [], False),
    ],
    "msrc_csaf.json": [
        (22, "KB5090001", "WindowsServer2019", "10.0.17763.5458", "x64", "Important", "2024-02-13 08:00", [], True),
    ],
}  # fmt: skip
DOUBTS = {  # as_of, rejects by line, codes
    "msrc_cvrf.xml": ("2024-02-20 08:00", {64: "PR3003"}, {"PR3202": 1, "PR3220": 1, "PR3221": 3, "PR3222": 1, "PR3224": 1, "PR3225": 1}),
    "msrc_cvrf_json.json": ("2024-02-20 08:00", {39: "PR3003"}, {"PR3221": 2}),
    "available_patches.json": (None, {52: "PR3003"}, {"PR3204": 1, "PR3220": 1, "PR3226": 1}),
    "wsusscn2.xml": ("2024-02-20 18:00", {21: "PR3003"}, {"PR3202": 1, "PR3204": 1, "PR3220": 1, "PR3222": 1}),
    "wsus.csv": (None, {6: "PR3003", 8: "PR3008"}, {"PR3204": 1, "PR3205": 1, "PR3220": 1, "PR3225": 1}),
    "msrc_csaf.json": ("2024-02-20 08:00", {33: "PR3003"}, {"PR3220": 1, "PR3221": 1}),
}  # fmt: skip


def shown(value):
    return f"{value:%Y-%m-%d %H:%M}" if hasattr(value, "strftime") else value


@pytest.mark.parametrize("name", ROWS)
def test_a_sample_gives_these_rows(name, data):
    catalog = read_catalog(data / "catalogs/samples" / name)
    rows = [tuple(shown(row[column]) for column in COLUMNS) for row in catalog.table.to_pylist()]
    assert rows == ROWS[name]
    made_at, rejects, codes = DOUBTS[name]
    assert shown(catalog.as_of) == made_at
    assert {row["line"]: row["code"] for row in catalog.rejects.to_pylist()} == rejects
    assert {one.code: one.count for one in catalog.diagnostics} == codes


def test_titles_and_kbs_stand_in_the_files_beside_package_xml(tmp_path):
    update = '<Update RevisionId="{}" CreationDate="2024-02-13T18:00:00Z"/>'
    package = tmp_path / "package.xml"
    package.write_text(
        f"<OfflineSyncPackage><Updates>{update.format(7)}{update.format('../8')}</Updates></OfflineSyncPackage>"
    )
    for place, text in {
        "l/en/7": "<LocalizedProperties><Title>Update for Windows Server 2022 (KB5090009)</Title></LocalizedProperties>",
        "x/7": '<ExtendedProperties MsrcSeverity="Low"><KBArticleID>5090009</KBArticleID></ExtendedProperties>',
    }.items():
        (tmp_path / place).parent.mkdir(parents=True)
        (tmp_path / place).write_text(text)
    catalog = read_catalog(package)
    assert [tuple(row[name] for name in ("name", "product", "severity")) for row in catalog.table.to_pylist()] == [
        ("KB5090009", "WindowsServer2022", "Low")
    ]
    assert {one.code: one.count for one in catalog.diagnostics} == {"PR3220": 1, "PR3221": 1}
