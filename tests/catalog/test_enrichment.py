"""KEV and EPSS: read with the feed's own day, joined by CVE."""

from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from patchrules.catalog import read_catalog
from patchrules.catalog._enrichment import enriched, read_enrichment
from patchrules.errors import CatalogError

KEV = json.dumps(
    {
        "title": "made up for patchrules",
        "catalogVersion": "2024.02.13",
        "dateReleased": "2024-02-13T15:00:00.000Z",
        "vulnerabilities": [
            {"cveID": "CVE-2024-90001", "dateAdded": "2024-02-10", "dueDate": "2024-03-02", "knownRansomwareCampaignUse": "Known"},
            {"cveID": "CVE-2024-90002", "dateAdded": "2024-02-01", "dueDate": "2024-03-05", "knownRansomwareCampaignUse": "Unknown"},
            {"cveID": "nameless"},
        ],
    },
    indent=1,
).encode()  # fmt: skip
KEV_CSV = b'"cveID","vendorProject","dateAdded","dueDate","knownRansomwareCampaignUse"\nCVE-2024-90001,x,2024-02-10,2024-03-02,Known\nCVE-2024-90002,x,2024-02-01,2024-03-05,Unknown\nnameless,x,,,\n'
EPSS = b"#model_version:v2023.03.01,score_date:2024-02-13T00:00:00+0000\ncve,epss,percentile\nCVE-2024-90001,0.00043,0.07\nCVE-2024-90002,0.97,0.99\nCVE-2024-90003,much,0.5\n"
EPSS_JSON = json.dumps({"status": "OK", "data": [
    {"cve": "CVE-2024-90001", "epss": "0.000430000", "percentile": "0.07", "date": "2024-02-13"},
    {"cve": "CVE-2024-90002", "epss": "0.97", "percentile": "0.99", "date": "2024-02-13"},
    {"cve": "CVE-2024-90003", "epss": "2", "percentile": "0.5", "date": "2024-02-13"},
]}).encode()  # fmt: skip
FEEDS = [
    (KEV, "kev", "2024-02-13"),
    (KEV_CSV, "kev", None),
    (EPSS, "epss", "2024-02-13"),
    (EPSS_JSON, "epss", "2024-02-13"),
]


@pytest.mark.parametrize(("feed", "kind", "day"), FEEDS)
def test_a_feed_keeps_its_own_day_and_refuses_what_it_must(feed, kind, day):
    for data in (feed, gzip.compress(feed)):
        found = read_enrichment(data)
        assert (found.kind, found.as_of and f"{found.as_of:%Y-%m-%d}") == (kind, day)
        assert found.table["cve"].to_pylist() == ["CVE-2024-90001", "CVE-2024-90002"]
        assert found.rejects["code"].to_pylist() == ["PR3003"]
        assert (found.source.rows, found.source.rejects, found.source.format) == (2, 1, kind)


def test_a_patch_takes_the_worst_of_its_cves(data):
    catalog = read_catalog(data / "catalogs/samples/wesng.csv")
    table = enriched(catalog, read_enrichment(KEV), read_enrichment(EPSS))
    assert table.num_rows == catalog.table.num_rows
    wanted = ["name", "kev_added", "kev_due", "kev_ransomware", "epss", "epss_percentile"]
    rows = [
        tuple(f"{value:%Y-%m-%d}" if hasattr(value, "year") else value for value in row.values())
        for row in table.select(wanted).to_pylist()
    ]
    assert rows[:3] == [
        ("KB5090001", "2024-02-01", "2024-03-02", True, 0.97, 0.99),
        ("KB5090001", "2024-02-10", "2024-03-02", True, 0.00043, 0.07),
        ("KB5090003", None, None, None, None, None),
    ]


def test_a_catalog_without_cves_is_enriched_with_nothing(data):
    catalog = read_catalog(data / "catalogs/samples/deb_packages.Packages", family="debian")
    assert enriched(catalog, read_enrichment(EPSS))["epss"].null_count == catalog.table.num_rows


def test_another_file_is_neither():
    with pytest.raises(CatalogError, match=r"`<bytes>` is neither KEV nor EPSS \[PR3001\]"):
        read_enrichment(b"name,version\n")


@given(st.sampled_from(FEEDS), st.data())
@example(FEEDS[0], None)
def test_no_damage_raises_anything_but_our_errors(feed, data):
    text = feed[0]
    at = data.draw(st.integers(0, len(text))) if data else 3
    end = data.draw(st.integers(0, len(text))) if data else len(text)
    try:
        read_enrichment(text[:at] + b"\xff" + text[at + 1 : end])
    except CatalogError as error:
        assert error.code in {"PR3001", "PR2907", "PR3008", "PR2904"}  # noqa: PT017  either way is right
