"""Reads every shared file that could be a catalog, and compares with what was recorded and looked through once.

``python -m tests.realworld.catalogs`` prints a line a file and exits with 1 when one differs; ``--write`` records what
is read now. The table is ``catalogs.tsv``: path, format or code of the refusal, rows (of advisories: fixes; of Release
files and modules: facts), rejects, doubts.
"""

from __future__ import annotations

import sys
from pathlib import Path

from patchrules.catalog import ReadOptions, sniffed
from patchrules.errors import CatalogError, ColumnError, DocumentError
from patchrules.sources.files import open_document
from tests.conftest import SHARED

TABLE = Path(__file__).with_suffix(".tsv")
FOLDERS = (
    "rpm/advisory-json",
    "rpm/libzypp",
    "rpm/oval-csaf",
    "rpm/updateinfo",
    "rpm/vuln-list-update",
    "rpm/vuls-data-update",
    "deb/advisory-json",
    "deb/debian-bookworm",
    "deb/debian-security-tracker",
    "deb/ubuntu-focal-armhf",
    "deb/vuls-data-update",
    "windows/apple-security-releases",
    "windows/vuls-data-update",
    "windows/wesng",
    "inventory/awscli-json",
)
HEADER = "path\tread as\trows\trejects\tdoubts"


def files(data):
    """Every file of the folders, in order of path."""
    found = [path for folder in FOLDERS for path in (data / folder).rglob("*") if path.is_file()]
    return sorted(path.relative_to(data).as_posix() for path in found)


def line_of(data, name):
    """What reading one file gives, as a line of the table; PR3001 is a file that no catalog format knows."""
    try:
        document = open_document(data / name, error=CatalogError)
        reader = sniffed(document)
        if reader is None:
            return f"{name}\tPR3001\t\t\t"
        part = reader.read(document, ReadOptions())
    except (DocumentError, ColumnError) as refusal:
        return f"{name}\t{getattr(refusal, 'code', 'columns')}\t\t\t"
    rows = part.table.num_rows or len(part.facts) or (part.fixes.rows if part.fixes else 0)
    told = " ".join(f"{one.code}:{one.count}" for one in part.diagnostics)
    return f"{name}\t{reader.name}\t{rows}\t{part.rejects.num_rows}\t{told}"


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
