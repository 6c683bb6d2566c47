"""Releases of Windows: what Microsoft calls them, AWS's product string, and the build that tells them apart.

Sources: Microsoft's release information pages and the product names of its security updates; AWS's strings are those of
SEMANTICS 1.5 and of DescribeAvailablePatches. [R] Windows11 and WindowsServer2025 follow that pattern, a release that
AWS was never seen to name has no product (None), and service packs of one release share its product.
"""

from __future__ import annotations

from dataclasses import dataclass

ARCHITECTURES = {
    "x64-based": "x64",
    "x64": "x64",
    "amd64": "x64",
    "x86_64": "x64",
    "64-bit": "x64",
    "x86-based": "x86",
    "x86": "x86",
    "32-bit": "x86",
    "i386": "x86",
    "i686": "x86",
    "arm64-based": "arm64",
    "arm64": "arm64",
    "aarch64": "arm64",
    "itanium-based": "ia64",
    "itanium": "ia64",
    "ia64": "ia64",
}
"""What Microsoft and tools call an architecture, in lower case, and the word that catalogs and hosts have for it."""


@dataclass(frozen=True, slots=True)
class WindowsRelease:
    """One release: its names, the usual one first, without edition, commas and architecture.

    ``build`` is the part of the version that all its updates share, None where an update changed it (6.0.6002 became
    6.0.6003); client and server releases of one build differ in ``server``. ``arch`` is its only architecture, None
    when there are several.
    """

    names: tuple[str, ...]
    product: str | None
    build: str | None
    server: bool = False
    arch: str | None = None


def _client(product: str | None, build: str, *names: str) -> WindowsRelease:
    """Return a release of Windows for people."""
    return WindowsRelease(names, product, build)


def _server(product: str | None, build: str, *names: str) -> WindowsRelease:
    """Return a release of Windows Server for x64 machines only."""
    return WindowsRelease(names, product, build, server=True, arch="x64")


def _old_server(product: str | None, build: str | None, *names: str) -> WindowsRelease:
    """Return a release of Windows Server for several architectures."""
    return WindowsRelease(names, product, build, server=True)


RELEASES = (
    _client(None, "5.1.2600", "Windows XP", "Windows XP Service Pack 1", "Windows XP Service Pack 2"),
    _client(None, "5.1.2600", "Windows XP Service Pack 3", "Windows XP Professional", "Windows XP Home Edition"),
    _old_server(
        None, "5.2.3790", "Windows Server 2003", "Windows Server 2003 R2", "Windows Server 2003 Service Pack 1"
    ),
    _old_server(None, "5.2.3790", "Windows Server 2003 Service Pack 2", "Windows Server 2003 R2 Service Pack 2"),
    _client(None, "6.0.6000", "Windows Vista"),
    _client(None, "6.0.6001", "Windows Vista Service Pack 1"),
    _client(None, "6.0.6002", "Windows Vista Service Pack 2"),
    _old_server("WindowsServer2008", "6.0.6001", "Windows Server 2008"),
    _old_server("WindowsServer2008", None, "Windows Server 2008 Service Pack 2"),
    _client("Windows7", "6.1.7600", "Windows 7"),
    _client("Windows7", "6.1.7601", "Windows 7 Service Pack 1"),
    _old_server("WindowsServer2008R2", "6.1.7600", "Windows Server 2008 R2"),
    _old_server("WindowsServer2008R2", "6.1.7601", "Windows Server 2008 R2 Service Pack 1"),
    _client("Windows8", "6.2.9200", "Windows 8"),
    _client(None, "6.2.9200", "Windows RT"),
    _server("WindowsServer2012", "6.2.9200", "Windows Server 2012"),
    _client("Windows8.1", "6.3.9600", "Windows 8.1"),
    _client(None, "6.3.9600", "Windows RT 8.1"),
    _server("WindowsServer2012R2", "6.3.9600", "Windows Server 2012 R2"),
    _client("Windows10", "10.0.10240", "Windows 10", "Windows 10 Version 1507"),
    _client("Windows10", "10.0.10586", "Windows 10 Version 1511"),
    _client("Windows10", "10.0.14393", "Windows 10 Version 1607"),
    _client("Windows10", "10.0.15063", "Windows 10 Version 1703"),
    _client("Windows10", "10.0.16299", "Windows 10 Version 1709"),
    _client("Windows10", "10.0.17134", "Windows 10 Version 1803"),
    _client("Windows10", "10.0.17763", "Windows 10 Version 1809"),
    _client("Windows10", "10.0.18362", "Windows 10 Version 1903"),
    _client("Windows10", "10.0.18363", "Windows 10 Version 1909"),
    _client("Windows10", "10.0.19041", "Windows 10 Version 2004"),
    _client("Windows10", "10.0.19042", "Windows 10 Version 20H2"),
    _client("Windows10", "10.0.19043", "Windows 10 Version 21H1"),
    _client("Windows10", "10.0.19044", "Windows 10 Version 21H2"),
    _client("Windows10", "10.0.19045", "Windows 10 Version 22H2"),
    _client("Windows11", "10.0.22000", "Windows 11", "Windows 11 Version 21H2"),
    _client("Windows11", "10.0.22621", "Windows 11 Version 22H2"),
    _client("Windows11", "10.0.22631", "Windows 11 Version 23H2"),
    _client("Windows11", "10.0.26100", "Windows 11 Version 24H2"),
    _client("Windows11", "10.0.26200", "Windows 11 Version 25H2"),
    _server("WindowsServer2016", "10.0.14393", "Windows Server 2016"),
    _server(None, "10.0.16299", "Windows Server Version 1709"),
    _server(None, "10.0.17134", "Windows Server Version 1803"),
    _server("WindowsServer2019", "10.0.17763", "Windows Server 2019"),
    _server(None, "10.0.18362", "Windows Server Version 1903"),
    _server(None, "10.0.18363", "Windows Server Version 1909"),
    _server(None, "10.0.19041", "Windows Server Version 2004"),
    _server(None, "10.0.19042", "Windows Server Version 20H2"),
    _server(
        "WindowsServer2022",
        "10.0.20348",
        "Windows Server 2022",
        "Microsoft Server Operating System Version 21H2",
        "Microsoft Server Operating System-21H2",
    ),
    _server(
        None,
        "10.0.25398",
        "Windows Server 2022 23H2 Edition",
        "Windows Server 23H2 Edition",
        "Microsoft Server Operating System Version 23H2",
        "Microsoft Server Operating System-23H2",
    ),
    _server(
        "WindowsServer2025",
        "10.0.26100",
        "Windows Server 2025",
        "Microsoft Server Operating System Version 24H2",
        "Microsoft Server Operating System-24H2",
    ),
)
"""Every release we know, old to new."""
