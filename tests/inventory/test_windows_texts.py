from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from patchrules.inventory import read_inventory
from patchrules.inventory._windows import day_of, first_is_day, kb_of

QFE = """Description      HotFixID   InstalledBy          InstalledOn  ServicePackInEffect  \r
Security Update  KB5034768  NT AUTHORITY\\SYSTEM  2/14/2024                         \r
                 File 1                                        KB4486129            \r
\r
"""
LIST = "\r\n\r\nDescription=Update\r\r\nHotFixID=KB5034768\r\r\nInstalledOn=2/14/2024\r\r\n\r\r\n\r\r\nHotFixID=KB4486129\r\r\n"
CSV = "\r\n\r\nNode,Description,HotFixID,InstalledOn\r\r\nWIN-1,Update,KB5034768,2/14/2024\r\r\nWIN-1,Update,KB4486129,\r\r\n"
POWERSHELL = """
Source        Description      HotFixID      InstalledBy          InstalledOn
------        -----------      --------      -----------          -----------
WIN-1         Security Update  KB5034768     NT AUTHORITY\\SYSTEM  2/14/2024 12:00:00 AM
WIN-1         Update           KB4486129     NT AUTHORITY\\SYSTEM  1/30/2024 12:00:00 AM
"""
FORMAT_LIST = """
Source      : WIN-1
HotFixID    : KB5034768
InstalledOn : 14.02.2024 00:00:00

Source      : WIN-1
HotFixID    : KB4486129
"""
OBJECT = json.dumps({"HotFixID": "KB5034768", "InstalledOn": "2024-02-14T00:00:00Z"})
WAIT = b"Please wait while WMIC is being installed."

SHAPES = {
    "wmic": QFE.encode(),
    "wmic in UTF-16 with a mark": b"\xff\xfe" + QFE.encode("utf-16-le"),
    "wmic in UTF-16 without one": QFE.encode("utf-16-le"),
    "wmic in UTF-16, big end first": QFE.encode("utf-16-be"),
    "wmic behind a message in another encoding": WAIT + QFE.encode("utf-16-le"),
    "wmic behind a message": WAIT + QFE.encode(),
    "wmic as a list": LIST.encode(),
    "wmic as CSV": b"\xff\xfe" + CSV.encode("utf-16-le"),
    "Get-HotFix": POWERSHELL.encode(),
    "Get-HotFix as a list": b"\xef\xbb\xbf" + FORMAT_LIST.encode(),
    "Get-HotFix of one update as JSON": OBJECT.encode(),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_hotfixes_in_every_shape(shape):
    inventory = read_inventory(SHAPES[shape], host="h")
    names = inventory.packages["name"].to_pylist()
    assert inventory.sources[0].format == "hotfixes"
    assert names == ["KB5034768", "KB4486129"][: len(names)]
    assert len(names) == 2 or shape.endswith("JSON")
    assert inventory.packages["installed_at"].to_pylist()[0] == datetime(2024, 2, 14, tzinfo=UTC)
    assert inventory.hosts["family"].to_pylist() == ["windows"]
    assert inventory.rejects.num_rows == 0


# Dates of one file, and what the first one is: the file tells whether the day or the month comes first.
DATES = [
    (["3/2/2019", "3/17/2019"], "2019-03-02", "PR2211"),
    (["3/2/2019", "17/3/2019"], "2019-02-03", "PR2211"),
    (["3/2/2019"], "2019-03-02", "PR2211"),
    (["3.2.2019"], "2019-02-03", "PR2211"),
    (["3/2/2019 00:00:00"], None, "PR2212"),
    (["3/2/2019 12:00:00 AM"], "2019-03-02", "PR2211"),
    (["2019/3/2"], "2019-03-02", "PR2211"),
    (["2019-03-02 00:00:00"], "2019-03-02", "PR2211"),
    (["20190302"], "2019-03-02", "PR2211"),
    (["Saturday, March 2, 2019 12:00:00 AM"], "2019-03-02", "PR2211"),
    (["2019-03-02T00:00:00+01:00"], "2019-03-01", None),
    (["/Date(1551484800000)/"], "2019-03-02", None),
    (["01c7a3d8f0e1a800"], "2007-05-31", None),
    (["99/99/9999"], None, "PR2204"),
    (["0000000000000000"], None, "PR2204"),
    (["ffffffffffffffff"], None, "PR2204"),
    (["yesterday"], None, "PR2204"),
    ([""], None, None),
]


@pytest.mark.parametrize(("texts", "day", "code"), DATES, ids=lambda value: str(value)[:40])
def test_dates(texts, day, code):
    when, doubt = day_of(texts[0], day_first=first_is_day(texts))
    assert (when.date().isoformat() if when else None, doubt) == (day, code)


def test_ids():
    texts = ["KB893803v2", "KB2510531-IE8 - Update", "KB952069_WM11x64", "Q147222", "File 1", "KB12", "(kb4487017)"]
    assert [kb_of(text) for text in texts] == [
        "KB893803", "KB2510531", "KB952069", "KB147222", None, None, "KB4487017",
    ]  # fmt: skip


SYSTEMS = {
    # the system's own name and version: AWS's product
    ("Microsoft Windows Server 2019 Standard", "10.0.17763 N/A Build 17763"): "WindowsServer2019",
    ("Microsoft Windows\xa010 Pro", "10.0.19045 Nicht zutreffend Build 19045"): "Windows10",
    ("Microsoft\u00ae Windows Server\u00ae 2008 Standard", "6.0.6002 Service Pack 2 Build 6002"): "WindowsServer2008",
    ("Microsoftr Windows Serverr 2008 R2 Standard", "6.1.7601 Service Pack 1 version 7601"): "WindowsServer2008R2",
    ("Майкрософт Windows 10 Pro", "10.0.17763 построение 17763"): "Windows10",
    ("Microsoft Windows XP Professional", "5.1.2600 Service Pack 3 Build 2600"): None,
}


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system[0])
def test_systems(system):
    name, version = system
    text = (
        f"Host Name:     Windows-10\nOS Name:       {name}\nOS Version:    {version}\nSystem Type:   ARM64-based PC\n"
    )
    (host,) = read_inventory(text.encode(), host="h", format="systeminfo").hosts.to_pylist()
    assert (host["product"], host["os_build"], host["arch"]) == (SYSTEMS[system], version.split()[0], "arm64")
