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
    "64-bit": "x64",
    "x86-based": "x86",
    "x86": "x86",
    "32-bit": "x86",
    "arm64-based": "arm64",
    "arm64": "arm64",
    "itanium-based": "ia64",
}
"""Microsoft's words for an architecture, in lower case, and the one word that catalogs and hosts have for it."""


@dataclass(frozen=True, slots=True)
class WindowsRelease:
    """One release: its names in lower case, the usual one first, without edition and architecture.

    ``build`` is the part of the version that all its updates share; client and server releases of one build differ in
    ``server``. ``arch`` is its only architecture, None when there are several.
    """

    names: tuple[str, ...]
    product: str | None
    build: str
    server: bool = False
    arch: str | None = None


def _client(product: str | None, build: str, *names: str) -> WindowsRelease:
    """Return a release of Windows for people."""
    return WindowsRelease(names, product, build)


def _server(product: str | None, build: str, *names: str) -> WindowsRelease:
    """Return a release of Windows Server for x64 machines only."""
    return WindowsRelease(names, product, build, server=True, arch="x64")


def _old_server(product: str | None, build: str, *names: str) -> WindowsRelease:
    """Return a release of Windows Server for several architectures."""
    return WindowsRelease(names, product, build, server=True)


RELEASES = (
    _client(None, "5.1.2600", "windows xp", "windows xp service pack 1", "windows xp service pack 2"),
    _client(None, "5.1.2600", "windows xp service pack 3", "windows xp professional", "windows xp home edition"),
    _old_server(
        None, "5.2.3790", "windows server 2003", "windows server 2003 r2", "windows server 2003 service pack 1"
    ),
    _old_server(None, "5.2.3790", "windows server 2003 service pack 2", "windows server 2003 r2 service pack 2"),
    _client(None, "6.0.6000", "windows vista"),
    _client(None, "6.0.6001", "windows vista service pack 1"),
    _client(None, "6.0.6002", "windows vista service pack 2"),
    _old_server("WindowsServer2008", "6.0.6001", "windows server 2008"),
    _old_server("WindowsServer2008", "6.0.6002", "windows server 2008 service pack 2"),
    _client("Windows7", "6.1.7600", "windows 7"),
    _client("Windows7", "6.1.7601", "windows 7 service pack 1"),
    _old_server("WindowsServer2008R2", "6.1.7600", "windows server 2008 r2"),
    _old_server("WindowsServer2008R2", "6.1.7601", "windows server 2008 r2 service pack 1"),
    _client("Windows8", "6.2.9200", "windows 8"),
    _client(None, "6.2.9200", "windows rt"),
    _server("WindowsServer2012", "6.2.9200", "windows server 2012"),
    _client("Windows8.1", "6.3.9600", "windows 8.1"),
    _client(None, "6.3.9600", "windows rt 8.1"),
    _server("WindowsServer2012R2", "6.3.9600", "windows server 2012 r2"),
    _client("Windows10", "10.0.10240", "windows 10", "windows 10 version 1507"),
    _client("Windows10", "10.0.10586", "windows 10 version 1511"),
    _client("Windows10", "10.0.14393", "windows 10 version 1607"),
    _client("Windows10", "10.0.15063", "windows 10 version 1703"),
    _client("Windows10", "10.0.16299", "windows 10 version 1709"),
    _client("Windows10", "10.0.17134", "windows 10 version 1803"),
    _client("Windows10", "10.0.17763", "windows 10 version 1809"),
    _client("Windows10", "10.0.18362", "windows 10 version 1903"),
    _client("Windows10", "10.0.18363", "windows 10 version 1909"),
    _client("Windows10", "10.0.19041", "windows 10 version 2004"),
    _client("Windows10", "10.0.19042", "windows 10 version 20h2"),
    _client("Windows10", "10.0.19043", "windows 10 version 21h1"),
    _client("Windows10", "10.0.19044", "windows 10 version 21h2"),
    _client("Windows10", "10.0.19045", "windows 10 version 22h2"),
    _client("Windows11", "10.0.22000", "windows 11", "windows 11 version 21h2"),
    _client("Windows11", "10.0.22621", "windows 11 version 22h2"),
    _client("Windows11", "10.0.22631", "windows 11 version 23h2"),
    _client("Windows11", "10.0.26100", "windows 11 version 24h2"),
    _client("Windows11", "10.0.26200", "windows 11 version 25h2"),
    _server("WindowsServer2016", "10.0.14393", "windows server 2016"),
    _server(None, "10.0.16299", "windows server version 1709"),
    _server(None, "10.0.17134", "windows server version 1803"),
    _server("WindowsServer2019", "10.0.17763", "windows server 2019"),
    _server(None, "10.0.18362", "windows server version 1903"),
    _server(None, "10.0.18363", "windows server version 1909"),
    _server(None, "10.0.19041", "windows server version 2004"),
    _server(None, "10.0.19042", "windows server version 20h2"),
    _server(
        "WindowsServer2022",
        "10.0.20348",
        "windows server 2022",
        "microsoft server operating system version 21h2",
        "microsoft server operating system-21h2",
    ),
    _server(
        None,
        "10.0.25398",
        "windows server 2022 23h2 edition",
        "windows server 23h2 edition",
        "microsoft server operating system version 23h2",
        "microsoft server operating system-23h2",
    ),
    _server(
        "WindowsServer2025",
        "10.0.26100",
        "windows server 2025",
        "microsoft server operating system version 24h2",
        "microsoft server operating system-24h2",
    ),
)
"""Every release we know, old to new."""
