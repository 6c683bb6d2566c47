"""Reads every shared file that could be an inventory, and compares with what was recorded and looked through once.

``python -m tests.realworld.inventories`` prints a line a file and exits with 1 when one differs; ``--write`` records
what is read now. The table is ``inventories.tsv``: path, format or code of the refusal, rows, rejects, doubts.
"""

from __future__ import annotations

import sys
from pathlib import Path

from patchrules.errors import DocumentError
from patchrules.inventory import read_inventory
from tests.conftest import SHARED

TABLE = Path(__file__).with_suffix(".tsv")
FOLDERS = (
    "inventory",
    "rpm/insights-core",
    "rpm/claircore",
    "rpm/rpmdb",
    "rpm/dnf-history",
    "deb/host",
    "deb/claircore",
    "deb/syft",
    "deb/trivy",
    "deb/ubuntu-focal-armhf",
    "windows/wesng-validation",
)
# Baselines and catalogs of the same folders are for other doors.
HEADER = "path\tread as\trows\trejects\tdoubts"


def files(data):
    """Every file of the folders, in order of path."""
    found = [path for folder in FOLDERS for path in (data / folder).rglob("*") if path.is_file()]
    return sorted(path.relative_to(data).as_posix() for path in found)


def line_of(data, name):
    """What reading one file gives, as a line of the table; PR2206 (no product) says nothing about the file."""
    try:
        inventory = read_inventory(data / name)
    except DocumentError as refusal:
        return f"{name}\t{refusal.code}\t\t\t"
    doubts = sorted((one.code, one.count) for one in inventory.diagnostics if one.code != "PR2206")
    told = " ".join(f"{code}:{count}" for code, count in doubts)
    rows, rejects = inventory.packages.num_rows, inventory.rejects.num_rows
    return f"{name}\t{inventory.sources[0].format}\t{rows}\t{rejects}\t{told}"


def recorded():
    """The lines of the table by path."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()[1:]
    return {line.partition("\t")[0]: line for line in lines}


def main():
    data = SHARED / "data"
    lines = [line_of(data, name) for name in files(data)]
    if "--write" in sys.argv:
        TABLE.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
        return 0
    known = recorded()
    surprises = 0
    for line in lines:
        same = known.get(line.partition("\t")[0]) == line
        surprises += not same
        sys.stdout.write(f"{'' if same else 'SURPRISE '}{line}\n")
    sys.stdout.write(f"{len(lines)} files, {surprises} surprises\n")
    return int(surprises > 0)


if __name__ == "__main__":
    sys.exit(main())
