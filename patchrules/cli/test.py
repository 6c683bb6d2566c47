"""``patchrules test``: whether baselines decide what their authors wrote down that they must."""

from __future__ import annotations

import click

from patchrules.cli._options import dialects
from patchrules.cli._output import OUTPUT, emit
from patchrules.cli._progress import stage
from patchrules.cli._types import Named, Place

_FINDINGS = 1


def _engines() -> list[str]:
    """Return the engines, and both."""
    from patchrules.policytest.engines import ENGINES
    from patchrules.policytest.outcome import BOTH

    return [*ENGINES, BOTH]


def _formats() -> list[str]:
    """Return the formats of a result."""
    from patchrules.policytest import WRITERS

    return list(WRITERS)


@click.command()
@click.argument("cases", nargs=-1, required=True, type=Place(), metavar="CASES...")
@click.option("--dialect", type=Named("dialect", dialects), help="documented or agent. Default: what a case says.")
@click.option(
    "--engine",
    type=Named("engine", _engines),
    default="reference",
    show_default=True,
    help="reference, batch, or both: then they must agree, too.",
)
@click.option(
    "--output-format",
    type=Named("format", _formats),
    default="table",
    show_default=True,
    help="table, json or junit.",
)
@OUTPUT
def command(
    *, cases: tuple[str, ...], dialect: str | None, engine: str, output_format: str, output: str | None
) -> None:
    """Run policy tests: a baseline, a host, a catalog, and the verdicts that must come out.

    \b
    patchrules test policies/tests/
    patchrules test --output-format junit -o results.xml 'tests/**/*.yaml'

    CASES are files (JSON, JSON lines or YAML, compressed or not), folders or globs. A case names only what it cares
    about. The first difference is explained. Exit code 0: every case passes, 1: one does not, 2: a file is wrong.
    """
    from patchrules.policytest import WRITERS, read_folder, run_cases

    found = list(read_folder(cases))
    with stage(f"running {len(found):,} cases"):
        result = run_cases(found, dialect=dialect, engine=engine)
    emit(WRITERS[output_format](result), output)
    if result.failed:
        raise SystemExit(_FINDINGS)
