"""Writes the reference pages that are made from code, so that they cannot say anything else than the code does.

``python docs/generate.py`` writes every page, ``python docs/generate.py families`` one of them; with ``--check``
nothing is written, and the exit code is 1 when a page is stale. A new page is a function here and a line in ``PAGES``.
"""

from __future__ import annotations

import argparse
import inspect
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from patchrules import catalog, inventory, reports, testing
from patchrules.batch import listing
from patchrules.codes import CODES
from patchrules.families import Family, families
from patchrules.model import columns
from patchrules.policytest.schema import json_schema
from patchrules.questions.reasons import REASONS
from patchrules.sources import arrow

REFERENCE = Path(__file__).resolve().parent / "reference"
DATA = REFERENCE.parents[1] / "data"
MADE = "<!-- Made by docs/generate.py: change the code, then run it again. -->"

TABLES = (
    ("hosts", columns.HOSTS, "One row a host."),
    ("packages", columns.PACKAGES, "One row an installed package."),
    ("catalog", columns.CATALOG, "One row a patch: one package version of one advisory."),
    ("catalog history", columns.HISTORY, "One row a patch that a catalog store has ever seen."),
    ("verdicts", columns.VERDICTS, "One row a verdict: a host and a package."),
    ("run hosts", columns.RUN_HOSTS, "One row a host of a run."),
    (
        "upcoming approvals",
        columns.UPCOMING,
        (
            "`run.upcoming`: one row a patch and baseline that waiting approves, and that at least one host then "
            "misses; not known in `agent`."
        ),
    ),
    ("history fixes", columns.SPELLS, "`pr.history(runs).spells`: one row a package of a host that did not comply."),
    ("exposed", columns.EXPOSED, "`pr.exposed(runs, cve)`: one row a host and time that it had a CVE."),
    ("verdict changes", columns.VERDICT_CHANGES, "One row a verdict that differs between two runs."),
    ("host changes", columns.HOST_CHANGES, "One row a host on which anything differs between two runs."),
    ("patch changes", columns.PATCH_CHANGES, "One row a package, version, advisory and kind of change."),
    ("group changes", columns.GROUP_CHANGES, "One row a patch group with a host on which anything differs."),
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


_STRATEGIES = """# Strategies and checks

`pip install 'patchrules[testing]'`, then `from patchrules import testing`. `family` is one of [these](families.md), by
our name or AWS's; without it, any. A pin fixes a field, as a value or as a strategy: `testing.patches("rhel",
severity="Critical")`. Where hypothesis is installed, `@given(...)` draws `Baseline`, `ApprovalRule`, `PatchFilter`,
`Patch`, `Package` and `Host` by their types.
"""

_POLICYTESTS = """# The case format

A file of policy tests is JSON, JSON lines or YAML: a case, a list of cases, or a mapping with `cases`. pytest collects
those called `*.policytest.yaml`, `.json` or `.jsonl`. [policytest.schema.json](policytest.schema.json) is for editors:
the first line of a YAML file may say `# yaml-language-server: $schema=policytest.schema.json`. How to write cases:
[test policies](../how-to/test-policies.md).
"""


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
        ("run: upcoming.parquet, in the dialect `documented`", arrow.schema(columns.UPCOMING)),
        ("run: digests.parquet, where they were kept", arrow.schema(columns.DIGESTS)),
        ("run: rejects.parquet, where rows were refused", arrow.schema(columns.REJECTS)),
        ("packed fleet: hosts.parquet", arrow.schema(columns.HOSTS)),
        ("packed fleet: packages.parquet", arrow.schema(columns.DISTINCT_PACKAGES)),
        ("packed fleet: installed.parquet", arrow.schema(columns.INSTALLED)),
        ("packed fleet: rejects.parquet", arrow.schema(columns.REJECTS)),
    )
    meaning = {
        each.name: each.meaning
        for found in (
            columns.REJECTS,
            columns.HOSTS,
            columns.PACKAGES,
            columns.VERDICTS,
            columns.RUN_HOSTS,
            columns.DIGESTS,
        )
        for each in found
    }
    tables_own = {"installed.parquet": columns.INSTALLED, "upcoming.parquet": columns.UPCOMING}
    own = {name: {each.name: each.meaning for each in found} for name, found in tables_own.items()}
    intro = (
        "# Arrow schemas\n\nWhat patchrules writes and hands out, to the type. [Tables](schemas.md) says what may be "
        "left out of what it reads.\n\nTexts of verdicts are dictionaries; a reader that does not know them sees "
        "strings. In a packed fleet a row names its host and its package by their row numbers, counted from 0.\n"
    )
    parts = [intro]
    for name, found in tables:
        said = next((known for file, known in own.items() if file in name), meaning)
        rows = [[f"`{field.name}`", f"`{field.type}`", said[field.name]] for field in found]
        parts.append(f"## {name}\n\n{table(('column', 'Arrow type', 'meaning'), rows)}\n")
    return "\n".join(parts)


_DIAGNOSTICS = """# Diagnostics

Every code patchrules can print. Codes from PR9000 on are left to users.

A doubt of `patchrules evaluate` (PR70xx) changes no exit code unasked: `--strict` fails on refused rows and odd
baselines, `--fail-on` asks for the statuses of hosts, levels and codes. Hosts of PR7018 are UNKNOWN, which
`--fail-on unknown` sees; those of PR7017 and PR7019, and of PR1221, a baseline that
approves nothing, keep their status, COMPLIANT where nothing is asked of them: `--fail-on
noncompliant,unknown,PR1221,PR7017,PR7019` fails on that, too. A code may be that of a diagnostic of the run, of
a doubt that is counted for each host, or of a refused row; one that another command tells, as `patchrules lint` tells
PR80xx, is refused. In Python they are in `run.diagnostics`, in the column
`doubts` of `run.hosts`, and in `run.rejects` (of a saved run too, where it has any); `run.doubts()` counts them.
"""


def diagnostics_page() -> str:
    """Return every code we can print, room by room."""
    parts = [_DIAGNOSTICS]
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
        "a file that cannot be read is refused, its host is UNKNOWN, and the others are judged; "
        "what is doubtful is told with a [code](diagnostics.md). Samples lie in `data/inventories/samples` and "
        "`data/catalogs/samples`.\n\n"
        "## Inventories: what is installed\n\n"
        f"{table(head, format_rows(inventory.readers(), DATA / 'inventories/samples'))}\n\n"
        "## Catalogs: what could be installed\n\n"
        f"{table(head, format_rows(catalog.readers(), DATA / 'catalogs/samples'))}\n"
    )


def reports_page() -> str:
    """Return every report format: its name, what it is, and how its files are called."""
    head = ("format", "what it is", "ends of file names", "single tables")
    rows = [
        [f"`{name}`", writer.label, code(writer.suffixes), "yes" if writer.write_table else ""]
        for name, writer in reports.writers().items()
    ]
    return (
        "# Report formats\n\n"
        "`--output-format` or the end of `-o` chooses one. Formats with single tables write one of them with `--table` "
        "([tables](schemas.md)).\n\n"
        f"{table(head, rows)}\n"
    )


def format_rows(readers: Mapping[str, Any], folder: Path) -> Iterable[Sequence[str]]:
    """Yield one row a format: its samples are named after it."""
    for name, reader in readers.items():
        samples = sorted(path.name for path in folder.glob(f"{name}.*"))
        yield f"`{name}`", reader.label, code(samples), getattr(reader, "lost", "")


def strategies_page() -> str:
    """Return every public name of ``patchrules.testing``: how it is called, and what its docstring says."""
    parts = [_STRATEGIES]
    for name in testing.__all__:
        found = getattr(testing, name)
        text = inspect.cleandoc(found.__doc__ or "").partition("\n\n>>>")[0]
        text = text.replace(":func:`patches`", "`patches`").replace(
            ":func:`patchrules.load_baseline`", "`load_baseline`"
        )
        call = (
            str(inspect.signature(found)).partition(" -> ")[0].replace("'", "").replace("Named", "str | Family | None")
        )
        parts.append(f"## {name}\n\n```text\n{name}{call}\n```\n\n{text.replace('``', '`')}\n")
    return "\n".join(parts)


def policytests_page() -> str:
    """Return the case format from its schema: one table a part."""
    schema = json_schema()["$defs"]
    titles = {
        "short": "A case without a host",
        "patch": "`patch`",
        "decision": "`expect`",
        "case": "A case with a host",
        "package": "`installed`, `available` and the packages of a notice",
        "notice": "`advisories`",
        "archive": "`archives`",
        "expected": "`expected`",
        "verdict": "A row of `patches` and `contains`",
    }
    parts = [_POLICYTESTS]
    for name, title in titles.items():
        part = schema[name]
        rows = [
            [f"`{field}`", kind_of(one), "yes" if field in part.get("required", ()) else "", one.get("description", "")]
            for field, one in part["properties"].items()
        ]
        parts.append(f"## {title}\n\n{table(('field', 'value', 'required', 'meaning'), rows)}\n")
    return "\n".join(parts)


def kind_of(schema: Mapping[str, Any]) -> str:
    """Return what a value may be, in words."""
    if "enum" in schema:
        return ", ".join(f"`{word}`" if word is not None else "null" for word in schema["enum"])
    if "$ref" in schema:
        return "a mapping"
    words = {"string": "text", "integer": "whole number", "object": "mapping", "array": "list", "boolean": "truth"}
    kinds = (
        [schema.get("type", "anything")] if isinstance(schema.get("type"), str) else schema.get("type", ["anything"])
    )
    return " or ".join(words.get(kind, kind) for kind in kinds)


def schema_file() -> str:
    """Return the JSON Schema of policy tests, for editors."""
    return json.dumps(json_schema(), indent=2) + "\n"


def reasons_page() -> str:
    """Return every code of an explanation: states, what decided, and the clauses of a rule that fail."""
    rows = [[f"`{name}`", meaning] for name, meaning in sorted(REASONS.items())]
    return (
        "# Reasons\n\n"
        "Every sentence of `patchrules explain` has one of these codes (`lines[].code` in JSON), every verdict a code "
        "that begins with `state:` here (column `reason`), and every clause of a rule that fails one that begins with "
        "`clause:` (`turn.failing` in JSON). Codes are never reused.\n\n"
        f"{table(('code', 'what it says'), rows)}\n"
    )


PAGES: dict[str, Callable[[], str]] = {
    "families": families_page,
    "schemas": schemas_page,
    "arrow-schemas": arrow_schemas_page,
    "diagnostics": diagnostics_page,
    "formats": formats_page,
    "reports": reports_page,
    "strategies": strategies_page,
    "policytests": policytests_page,
    "policytest.schema.json": schema_file,
    "reasons": reasons_page,
}


def page(name: str) -> str:
    """Return the whole text of a page; a file of another kind has no room for a note."""
    return PAGES[name]() if "." in name else f"{MADE}\n\n{PAGES[name]()}"


def place(name: str, folder: Path) -> Path:
    """Return the file of a page."""
    return folder / (name if "." in name else f"{name}.md")


def is_stale(name: str, folder: Path = REFERENCE) -> bool:
    """Say whether the file of a page is absent or differs from what the code says now."""
    path = place(name, folder)
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
        path = place(name, folder)
        if options.check:
            sys.stderr.write(f"{path} is stale\n  hint: run python docs/generate.py {name}\n")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(page(name), encoding="utf-8")
            sys.stdout.write(f"{path} written\n")
    return int(options.check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
