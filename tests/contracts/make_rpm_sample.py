"""Makes ``data/inventories/samples/rpm_database.sqlite``: the headers hold the tags we read, and nothing else."""

from __future__ import annotations

import sqlite3
import struct

from tests.conftest import ROOT

PATH = ROOT / "data/inventories/samples/rpm_database.sqlite"
TEXTS = {"name": 1000, "version": 1001, "release": 1002, "arch": 1022}
NUMBERS = {"epoch": 1003, "buildtime": 1006, "installtime": 1008}
PACKAGES = (
    {"name": "bash", "version": "5.1.8", "release": "6.el9", "arch": "x86_64", "buildtime": 1_690_000_000},
    {"name": "openssl-libs", "version": "3.0.7", "release": "24.el9", "arch": "x86_64", "epoch": 1},
    {"name": "gpg-pubkey", "version": "fd431d51", "release": "4ae0493b"},
    {"name": "redhat-release", "version": "9.3", "release": "0.5.el9", "arch": "noarch"},
    {"name": "zlib", "version": "1.2.11", "arch": "x86_64"},
)


def header(fields):
    """One header: the index of its tags, then their data."""
    index, data = b"", b""
    for name, value in ({"installtime": 1_700_000_000} | fields).items():
        if name in TEXTS:
            index += struct.pack(">IIiI", TEXTS[name], 6, len(data), 1)
            data += value.encode() + b"\x00"
        else:
            data += bytes(-len(data) % 4)
            index += struct.pack(">IIiI", NUMBERS[name], 4, len(data), 1)
            data += struct.pack(">I", value)
    return struct.pack(">II", len(index) // 16, len(data)) + index + data


def main():
    PATH.unlink(missing_ok=True)
    with sqlite3.connect(PATH) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB NOT NULL)")
        connection.executemany("INSERT INTO Packages (blob) VALUES (?)", [(header(one),) for one in PACKAGES])
    connection.close()


if __name__ == "__main__":
    main()
