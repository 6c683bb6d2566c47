"""What Microsoft's names of products mean: the table that every Windows catalog reads."""

from __future__ import annotations

import pytest

from patchrules.catalog._microsoft import kb_id, kb_ids, target_of

NAMES = [  # name: product, build, architecture, component
    ("Windows 10 for 32-bit Systems", "Windows10", "10.0.10240", "x86", None),
    ("Windows 10 Version 22H2 for ARM64-based Systems", "Windows10", "10.0.19045", "arm64", None),
    ("Windows 11 version 21H2 for x64-based Systems", "Windows11", "10.0.22000", "x64", None),
    ("Windows 7 for x64-based Systems Service Pack 1", "Windows7", "6.1.7601", "x64", None),
    ("Windows 8.1 for 32-bit systems", "Windows8.1", "6.3.9600", "x86", None),
    ("Windows Server 2008 R2 for Itanium-Based Systems Service Pack 1", "WindowsServer2008R2", "6.1.7601", "ia64", None),
    ("Windows Server 2008 for 32-bit Systems Service Pack 2 (Server Core installation)", "WindowsServer2008", None, "x86", None),
    ("Windows Server 2012 R2 (server core installation)", "WindowsServer2012R2", "6.3.9600", "x64", None),
    ("Windows Server 2016  ", "WindowsServer2016", "10.0.14393", "x64", None),
    ("Windows Server 2022, 23H2 Edition (Server Core installation)", "Windows Server 2022 23H2 Edition", "10.0.25398", "x64", None),
    ("Windows Server, version 1903 (Server Core installation)", "Windows Server Version 1903", "10.0.18362", "x64", None),
    ("Microsoft server operating system version 24H2 for x64-based Systems", "WindowsServer2025", "10.0.26100", "x64", None),
    ("Microsoft .NET Framework 3.5 AND 4.8 on Windows Server 2019", "WindowsServer2019", "10.0.17763", "x64", "microsoft .net framework 3.5 and 4.8"),
    ("Adobe Flash Player on Windows Server 2012", "WindowsServer2012", "6.2.9200", "x64", "adobe flash player"),
    ("Windows Vista x64 Edition Service Pack 2", "Windows Vista Service Pack 2", "6.0.6002", "x64", None),
    ("Microsoft Office 2016 (32-bit edition)", "Office 2016", None, "", None),
    ("Microsoft SQL Server 2008 R2 for x64-based Systems Service Pack 1", "Microsoft SQL Server 2008 R2", None, "", None),
    ("Microsoft Exchange Server 2019 Cumulative Update 13", "Exchange Server 2019", None, "", None),
    ("Windows Admin Center", "Windows Admin Center", None, "", None),
    ("Windows 10 Version 1809 for HoloLens", "Windows 10 Version 1809 for HoloLens", None, "", None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "product", "build", "arch", "component"), NAMES)
def test_a_name_of_microsoft_tells_product_build_and_architecture(name, product, build, arch, component):
    found = target_of(name)
    assert (found.product, found.os_build, found.arch, found.component) == (product, build, arch, component)
    assert found.patch_set == ("OS" if arch else "APPLICATION")


def test_what_is_for_other_systems_is_told():
    names = ["Microsoft Office 2016 for Mac", "SQL Server 2019 for Linux Containers", "Outlook for iOS"]
    assert all(target_of(name).foreign for name in names)


def test_a_kb_is_told_from_other_words():
    assert [kb_id(text) for text in ("5034441", " KB5034441\n", "kb890830", "wget", "", "2.41.0", "4018309;4011703")] == [
        "KB5034441", "KB5034441", "KB890830", None, None, None, None,
    ]  # fmt: skip
    assert kb_ids("4018309<br><br>4011703\n") == ["KB4018309", "KB4011703"]
