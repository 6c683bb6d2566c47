"""Exports of a WSUS server: dates that the whole file explains, and rows of one update in any order."""

from __future__ import annotations

import itertools

import pytest

from patchrules.catalog import read_catalog

HEADER = (
    "Title,KnowledgeBaseArticles,UpdateClassificationTitle,ProductTitles,CreationDate,SecurityBulletins,RestartBehavior"
)
DATES = [
    # as written, as read
    (["12/05/2026 10:00:00", "13/05/2026"], ["2026-05-12", "2026-05-13"]),
    (["12/05/2026 10:00:00 AM", "5/13/2026"], ["2026-12-05", "2026-05-13"]),
    (["12/05/2026", "11/06/2026"], [None, None]),
    (["12/05/2026", "13/05/2026", "5/13/2026"], [None, "2026-05-13", "2026-05-13"]),
    (["05/05/2026", "12/05/2026"], ["2026-05-05", None]),
    (["12.05.2026", "11/06/2026"], ["2026-05-12", None]),
    (["2026-05-12", "11/06/2026"], ["2026-05-12", None]),
]


def export(*rows):
    lines = [f"Update for Windows Server 2019 (KB{kb}),{kb},{','.join(told)}" for kb, *told in rows]
    return "\n".join([HEADER, *lines, ""]).encode()


@pytest.mark.parametrize(("written", "read"), DATES)
def test_one_date_that_reads_one_way_tells_of_all(written, read):
    rows = [(5090001 + place, "Updates", "Windows Server 2019", text, "", "") for place, text in enumerate(written)]
    catalog = read_catalog(export(*rows))
    assert [day and f"{day:%Y-%m-%d}" for day in catalog.table["issued"].to_pylist()] == read
    assert sum(one.count for one in catalog.diagnostics if one.code == "PR3205") == read.count(None)


ROWS = [
    (5090001, "Security Updates", "Windows Server 2019", "2026-05-12", "", "NeverReboots"),
    (5090001, "Critical Updates", "Windows Server 2019", "2026-05-12", "MS26-002", "CanRequestReboot"),
    (5090001, "Updates", "Windows Server 2019", "2026-05-13", "MS26-001", ""),
]


@pytest.mark.parametrize("rows", list(itertools.permutations(ROWS)))
def test_rows_of_one_update_say_the_same_in_any_order(rows):
    catalog = read_catalog(export(*rows))
    (row,) = catalog.table.to_pylist()
    told = row["classification"], row["advisory"], f"{row['issued']:%Y-%m-%d}", row["reboot"]
    assert told == ("SecurityUpdates", "MS26-001", "2026-05-12", True)
    assert {one.code: one.count for one in catalog.diagnostics if one.code == "PR3224"} == {"PR3224": 1}


def test_rows_that_agree_are_no_doubt():
    catalog = read_catalog(export(ROWS[0], ROWS[0]))
    assert "PR3224" not in {one.code for one in catalog.diagnostics}
