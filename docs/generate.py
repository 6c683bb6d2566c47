"""Writes the reference pages that are made from code, so that they cannot say anything else than the code does.

``python docs/generate.py`` writes every page, ``python docs/generate.py families`` one of them; with ``--check``
nothing is written, and the exit code is 1 when a page is stale. A new page is a function here and a line in ``PAGES``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from patchrules import catalog, inventory
from patchrules.batch import listing
from patchrules.codes import CODES
from patchrules.families import Family, families
from patchrules.model import columns
from patchrules.sources import arrow

REFERENCE = Path(__file__).resolve().parent / "reference"
DATA = REFERENCE.parents[1] / "data"
MADE = "<!-- Made by docs/generate.py: change the code, then run it again. -->"

TABLES = (
    ("hosts", columns.HOSTS, "One row a host."),
    ("packages", columns.PACKAGES, "One row an installed package."),
    ("catalog", columns.CATALOG, "One row a patch: one package version of one advisory."),
    ("verdicts", columns.VERDICTS, "One row a verdict: a host and a package."),
    ("run hosts", columns.RUN_HOSTS, "One row a host of a run."),
    ("rejects", columns.REJECTS, "One row a refused row: nothing is lost."),
)

ROOMS = {
    "0": "The project file",
    "1": "Baselines, registries, overrides",
    "2": "Inventories and hosts files",
    "3": "Catalogs",
    "4": "Schedules",
    "5": "Versions",
    "6": "Policy tests",
    "7": "Evaluation: doubt on a verdict, a host or a run",
    "8": "Lint",
}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; a bar inside a cell is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def code(texts: Iterable[str]) -> str:
    """Return the texts as code, with commas between; "none" when there are none."""
    return ", ".join(f"`{text}`" for text in texts) or "none"


def families_page() -> str:
    """Return one row an operating system, and the values of its filters."""
    found = list(families().values())
    system = ("name", "AWS name", "label", "version order", "products")
    systems = [
        [f"`{each.name}`", f"`{each.operating_system}`", each.label, each.scheme, code(each.products)] for each in found
    ]
    rules = ("name", "filter keys", "gate", "clocks", "predefined baselines, the default first")
    facts = [
        [
            f"`{each.name}`",
            code(each.documented.filters),
            each.documented.security_gate,
            ", ".join(each.documented.clocks) or "none: delays have no effect",
            code(each.predefined),
        ]
        for each in found
    ]
    return (
        "# Operating systems\n\n"
        "A family is one operating system as AWS names it. A command takes either name.\n\n"
        f"{table(system, systems)}\n\n"
        "## Rules (documented dialect)\n\n"
        "The gate is what a patch needs when a rule has no EnableNonSecurity: `notice`, an update notice names the "
        "package; `archive`, it comes from a security archive; `none`, nothing. Clocks are the dates that may serve as "
        "the release date; the first usable one wins.\n\n"
        f"{table(rules, facts)}\n\n"
        "## Filter values\n\n"
        "The values AWS documents. Another value is a finding of lint, not an error; `*` matches anything.\n\n"
        f"{table(('name', 'key', 'values'), value_rows(found))}\n"
    )


def value_rows(found: Iterable[Family]) -> Iterable[Sequence[str]]:
    """Yield one row for each family and filter key that has a list of values."""
    for family in found:
        for key, values in family.values.items():
            yield f"`{family.name}`", f"`{key}`", code(values)


def schemas_page() -> str:
    """Return the columns of every table, and what is lost without each."""
    head = ("column", "type", "required", "meaning", "without it")
    intro = (
        "# Tables\n\nEvery table is Arrow. An `instant` is `timestamp[us, tz=UTC]`. A column that is not required may "
        "be absent or null.\n"
    )
    parts = [intro]
    for name, found, meaning in TABLES:
        rows = [
            [f"`{each.name}`", f"`{each.type}`", "yes" if each.required else "", each.meaning, each.absence]
            for each in found
        ]
        parts.append(f"## {name}\n\n{meaning}\n\n{table(head, rows)}\n")
    return "\n".join(parts)


def arrow_schemas_page() -> str:
    """Return the Arrow type of every column of what is written and handed out."""
    tables = (
        ("run: verdicts.parquet, `pr.as_arrow(run)`", listing.SCHEMA),
        ('run: hosts.parquet, `pr.as_arrow(run, "hosts")`', arrow.schema(columns.RUN_HOSTS)),
        ("packed fleet: hosts.parquet", arrow.schema(columns.HOSTS)),
        ("packed fleet: packages.parquet", arrow.schema(columns.DISTINCT_PACKAGES)),
        ("packed fleet: installed.parquet", arrow.schema(columns.INSTALLED)),
        ("packed fleet: rejects.parquet", arrow.schema(columns.REJECTS)),
    )
    meaning = {
        each.name: each.meaning
        for found in (columns.REJECTS, columns.HOSTS, columns.PACKAGES, columns.VERDICTS, columns.RUN_HOSTS)
        for each in found
    }
    own = {each.name: each.meaning for each in columns.INSTALLED}
    intro = (
        "# Arrow schemas\n\nWhat patchrules writes and hands out, to the type. [Tables](schemas.md) says what may be "
        "left out of what it reads.\n\nTexts of verdicts are dictionaries; a reader that does not know them sees "
        "strings. In a packed fleet a row names its host and its package by their row numbers, counted from 0.\n"
    )
    parts = [intro]
    for name, found in tables:
        said = own if "installed" in name else meaning
        rows = [[f"`{field.name}`", f"`{field.type}`", said[field.name]] for field in found]
        parts.append(f"## {name}\n\n{table(('column', 'Arrow type', 'meaning'), rows)}\n")
    return "\n".join(parts)


def diagnostics_page() -> str:
    """Return every code we can print, room by room."""
    parts = ["# Diagnostics\n\nEvery code patchrules can print. Codes from PR9000 on are left to users.\n"]
    for digit in sorted({name[2] for name in CODES}):
        rows = [[f"`{name}`", meaning] for name, meaning in sorted(CODES.items()) if name[2] == digit]
        parts.append(f"## PR{digit}xxx {ROOMS[digit]}\n\n{table(('code', 'meaning'), rows)}\n")
    return "\n".join(parts)


def formats_page() -> str:
    """Return one row a format of inventories and catalogs, its samples, and what is lost in it."""
    head = ("format", "what it is", "samples", "lost in it")
    return (
        "# Formats\n\n"
        "A format is told by what is in the file, never by its name; `--format` forces one. Whatever can be read may "
        "be compressed with gzip, bzip2, xz or zstd. Rows that cannot be read are refused with their line and counted; "
        "what is doubtful is told with a [code](diagnostics.md). Samples lie in `data/inventories/samples` and "
        "`data/catalogs/samples`.\n\n"
        "## Inventories: what is installed\n\n"
        f"{table(head, format_rows(inventory.readers(), DATA / 'inventories/samples'))}\n\n"
        "## Catalogs: what could be installed\n\n"
        f"{table(head, format_rows(catalog.readers(), DATA / 'catalogs/samples'))}\n"
    )


def format_rows(readers: Mapping[str, Any], folder: Path) -> Iterable[Sequence[str]]:
    """Yield one row a format: its samples are named after it."""
    for name, reader in readers.items():
        samples = sorted(path.name for path in folder.glob(f"{name}.*"))
        yield f"`{name}`", reader.label, code(samples), getattr(reader, "lost", "")


PAGES: dict[str, Callable[[], str]] = {
    "families": families_page,
    "schemas": schemas_page,
    "arrow-schemas": arrow_schemas_page,
    "diagnostics": diagnostics_page,
    "formats": formats_page,
}


def page(name: str) -> str:
    """Return the whole text of a page."""
    return f"{MADE}\n\n{PAGES[name]()}"


def is_stale(name: str, folder: Path = REFERENCE) -> bool:
    """Say whether the file of a page is absent or differs from what the code says now."""
    path = folder / f"{name}.md"
    return not path.is_file() or path.read_text(encoding="utf-8") != page(name)


def main(arguments: Sequence[str] | None = None, folder: Path = REFERENCE) -> int:
    """Write the pages, or with ``--check`` name the stale ones and return 1 when there are any."""
    parser = argparse.ArgumentParser(description="write the reference pages that are made from code")
    parser.add_argument("pages", nargs="*", metavar="PAGE", help=f"one of {', '.join(PAGES)}; without it, all")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a page is stale")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.pages if name not in PAGES]:
        parser.error(f"there is no page `{unknown[0]}`: known are {', '.join(PAGES)}")
    stale = [name for name in options.pages or PAGES if is_stale(name, folder)]
    for name in stale:
        path = folder / f"{name}.md"
        if options.check:
            sys.stderr.write(f"{path} is stale\n  hint: run python docs/generate.py {name}\n")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(page(name), encoding="utf-8")
            sys.stdout.write(f"{path} written\n")
    return int(options.check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
