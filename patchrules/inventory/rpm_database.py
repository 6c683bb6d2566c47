"""rpm's own database, where it is SQLite: ``/var/lib/rpm/rpmdb.sqlite`` or ``/usr/lib/sysimage/rpm/rpmdb.sqlite``.

Everything that ``rpm -qa`` could state is in the headers of the packages. Older systems keep a Berkeley DB, and SUSE
its own NDB (``Packages``, ``Packages.db``): only rpm reads those, so they are refused with the command that does. Copy
``rpmdb.sqlite`` while rpm is idle: what still waits in ``rpmdb.sqlite-wal`` is not read.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Iterator

from patchrules.inventory._reader import Reader, ReadOptions, Rows
from patchrules.inventory._rows import PackageRows
from patchrules.inventory._rpm_header import tags_of
from patchrules.sources.dates import instant
from patchrules.sources.files import Document

_SQLITE = b"SQLite format 3\x00"
_PACKAGES = re.compile(rb"CREATE TABLE ['\"]?Packages['\"]? ?\(hnum", re.IGNORECASE).search
_BERKELEY = tuple(number.to_bytes(4, order) for number in (0x061561, 0x053162) for order in ("little", "big"))
_NDB = b"RpmP"
_USED = ("name", "arch", "evr", "installed_at", "built")
_COMMAND = (
    "on the host, or on one with its rpm: rpm -qa --dbpath FOLDER --qf "
    r"'%{NAME}\t%{EPOCHNUM}\t%{VERSION}\t%{RELEASE}\t%{ARCH}\t%{INSTALLTIME}\t%{BUILDTIME}\n'"
)


def sniff(document: Document) -> bool:
    """Say whether the start is SQLite with rpm's table, Berkeley DB, or NDB."""
    head = document.head
    return (head.startswith(_SQLITE) and bool(_PACKAGES(head))) or _is_old(head)


def read(document: Document, options: ReadOptions) -> Rows:
    """Read every header; raises the document's error for a database that only rpm reads, and for a damaged one."""
    if _is_old(document.head):
        kind = "NDB" if document.head.startswith(_NDB) else "Berkeley DB"
        raise document.fail("PR2105", f"the rpm database is in {kind} format, which only rpm reads", hint=_COMMAND)
    rows = PackageRows(document, options, "rpm", _USED)
    for number, blob in _blobs(document):
        tags = tags_of(blob)
        name, version, release, arch = (tags.get(tag, "") for tag in ("name", "version", "release", "arch"))
        if name == "gpg-pubkey":
            rows.counts["PR2201"] += 1
        elif not name or not version or not release:
            rows.reject(number, "PR2003", "the header has no name, version or release", f"{name} {version}".strip())
        else:
            rows.add(
                name=name,
                arch=arch or None,
                evr=f"{tags.get('epoch', '0')}:{version}-{release}",
                installed_at=instant(tags.get("installtime")),
                built=instant(tags.get("buildtime")),
                line=number,
            )
    return rows.finish()


def _is_old(head: bytes) -> bool:
    """Say whether the start is a Berkeley DB or an NDB."""
    return head.startswith(_NDB) or head[12:16] in _BERKELEY


def _blobs(document: Document) -> Iterator[tuple[int, bytes]]:
    """Yield number and header of each package."""
    data = bytearray(document.read())
    if not data.startswith(_SQLITE):
        return
    data[18:20] = b"\x01\x01"  # what SQLite would look for in a write-ahead log is not in this file
    try:
        with contextlib.closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(bytes(data))
            connection.execute("PRAGMA trusted_schema = OFF")
            known = connection.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'Packages'")
            if known.fetchone() != (1,):
                return
            for number, blob in connection.execute("SELECT hnum, blob FROM Packages ORDER BY hnum"):
                if isinstance(number, int) and isinstance(blob, bytes) and 0 < number < 1 << 31:
                    yield number, blob
    except (sqlite3.Error, ValueError, OverflowError, MemoryError) as problem:
        raise document.fail("PR2110", f"the rpm database is damaged: {problem}") from problem


READER = Reader(
    "rpm_database",
    "rpm's database (SQLite)",
    (".sqlite",),
    sniff,
    read,
    "rpm",
    lost="what still waits in the write-ahead log",
)
