"""WES-NG definitions: one row a KB and product, whatever the feed repeats."""

from __future__ import annotations

import pytest

from patchrules.catalog import read_catalog
from patchrules.errors import CatalogError

HEADER = '"DatePosted","CVE","BulletinKB","Title","AffectedProduct","AffectedComponent","Severity","Impact","Supersedes","Exploits"\n'


def shown(catalog, *columns):
    return [tuple(row[name] for name in columns) for row in catalog.table.to_pylist()]


def codes(catalog):
    return {one.code: one.count for one in catalog.diagnostics}


def test_the_sample_row_by_row(data):
    catalog = read_catalog(data / "catalogs/samples/wesng.csv")
    assert str(catalog) == "catalog of windows, products Windows*: 5 patches, 2 rows refused"
    assert str(catalog.as_of) == "2024-04-09 00:00:00+00:00"
    assert shown(catalog, "line", "name", "product", "os_build", "arch", "patch_set", "severity", "issued_text") == [
        (3, "KB5090001", "WindowsServer2019", "10.0.17763", "x64", "OS", "Critical", "20240109"),
        (5, "KB5090001", "Windows10", "10.0.17763", "x64", "OS", None, "20240213"),
        (6, "KB5090003", "WindowsServer2022", "10.0.20348", "x64", "OS", "Moderate", "20240312"),
        (8, "KB5090005", "Office 2016", None, "", "APPLICATION", "Important", "20240312"),
        (13, "KB5090009", "Contoso Console 3", None, "", "APPLICATION", None, "20240409"),
    ]
    assert shown(catalog, "cves", "supersedes")[0] == (["CVE-2024-90001", "CVE-2024-90002"], ["KB5080001", "KB5080002"])
    assert shown(catalog, "supersedes")[2] == (["KB5080003", "KB5080004"],)
    assert set(catalog.table["classification"].to_pylist()) == {"SecurityUpdates"}
    assert codes(catalog) == {
        "PR3202": 2, "PR3205": 1, "PR3220": 1, "PR3221": 5, "PR3222": 1, "PR3223": 1, "PR3224": 1, "PR3225": 1,
        "PR3226": 1, "PR3227": 1,
    }  # fmt: skip
    assert shown(catalog, "title")[2] == ("Update for Microsoft .NET Framework 4.8 on Windows Server 2022 (KB5090003)",)


def test_a_date_that_is_none_is_counted_a_line():
    line = '"soon","CVE-2024-{}","5090001","t","Windows Server 2019","c","{}","i","","e"\n'
    catalog = read_catalog(
        (HEADER + line.format(1, "Low") + line.format(2, "Low") + line.format(3, "Critical")).encode()
    )
    assert (catalog.table.num_rows, codes(catalog)["PR3205"]) == (1, 3)


def test_every_table_of_the_zip_is_read_and_its_name_tells_the_day(data):
    catalog = read_catalog(data / "catalogs/samples/wesng.zip")
    assert catalog.table.num_rows == 6
    assert str(catalog.as_of) == "2024-04-01 00:00:00+00:00"
    assert {row["file"].rpartition("/")[2] for row in catalog.rejects.to_pylist()} == {"CVEs_20240401.csv"}


def test_the_order_of_lines_says_nothing(data):
    lines = (data / "catalogs/samples/wesng.csv").read_text().splitlines(keepends=True)
    mirrored = read_catalog("".join([lines[0], *reversed(lines[2:6])]).encode())
    plain = read_catalog("".join(lines[:6]).encode())
    columns = [name for name in plain.table.column_names if name != "line"]
    assert sorted(map(str, mirrored.table.select(columns).to_pylist())) == sorted(
        map(str, plain.table.select(columns).to_pylist())
    )


def test_a_quote_that_never_ends_is_said_with_its_line():
    text = HEADER + '"20240213","' + "x" * 140_000
    with pytest.raises(CatalogError) as caught:
        read_catalog(text.encode())
    assert caught.value.code == "PR3008"
    assert caught.value.where
    assert caught.value.where.line == 2


def test_definitions_are_for_windows_only(data):
    with pytest.raises(CatalogError, match="the file is for Windows, not for Red Hat Enterprise Linux"):
        read_catalog(data / "catalogs/samples/wesng.csv", family="rhel")
