"""``patchrules lint``: what is wrong or odd in baselines."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from patchrules.cli._inputs import Inputs, given
from patchrules.cli._options import CATALOG, SCOPE, predefined
from patchrules.cli._output import OUTPUT, emit
from patchrules.cli._types import Place

if TYPE_CHECKING:
    from patchrules.errors import Diagnostic
    from patchrules.model.patch import Catalog

_FINDINGS, _BAD_INPUT = 1, 2
_HOLDS_NONE = frozenset({"PR1020", "PR1022"})
_LEVELS = ("error", "warning", "info")
_FOLDER = "give a folder with .json, .yaml, .yml or .template files of baselines"


@click.command()
@click.argument("baselines", nargs=-1, required=True, type=Place(predefined), metavar="FILE|FOLDER|AWS-NAME...")
@given(CATALOG, SCOPE)
@click.option(
    "--fail-on",
    type=click.Choice([*_LEVELS, "never"]),
    default="warning",
    show_default=True,
    help="The lowest level that ends in exit code 1.",
)
@click.option(
    "--output-format", type=click.Choice(["table", "json", "sarif", "github"]), default="table", show_default=True
)
@OUTPUT
def command(
    *, baselines: tuple[str, ...], inputs: Inputs, fail_on: str, output_format: str, output: str | None
) -> None:
    """Say what is wrong or odd in baselines: with its place, a code, and a hint.

    \b
    patchrules lint baselines/
    patchrules lint prod.yaml --catalog 'RedhatEnterpriseLinux9*=rhel9/' --output-format sarif -o lint.sarif

    With --catalog, filter values, rules and list entries are found that no patch of it has. A folder is searched for
    JSON and YAML; what holds no baseline in it is passed over, and two baselines for one patch group are found. Exit
    code 1 when anything of the level of --fail-on is found, 2 when a file cannot be read; the others are told then,
    too.
    """
    from patchrules.errors import BaselineError
    from patchrules.questions.lint.registered import clashes
    from patchrules.questions.lint.writers import WRITERS
    from patchrules.questions.wording import counted

    files = [file for one in baselines for file in _files(one)]
    catalogs = _catalogs(inputs, [name for name, _ in files]) if inputs.catalog else ()
    linted = [one for name, listed in files if (one := _findings(name, catalogs, listed=listed))]
    found = [diagnostic for told, _ in linted for diagnostic in told]
    unread = sum(not is_read for _, is_read in linted)
    found += [clash for one in baselines if Path(one).is_dir() for clash in clashes(one)]
    if not linted:
        raise BaselineError("there is no baseline among the files", code="PR1030", hint=_FOLDER)
    emit(WRITERS[output_format](found), output)
    if unread:
        click.echo(f"error: {counted(unread, 'file')} cannot be read", err=True)
        raise SystemExit(_BAD_INPUT)
    failing = _LEVELS[: _LEVELS.index(fail_on) + 1] if fail_on != "never" else ()
    if any(one.level in failing for one in found):
        raise SystemExit(_FINDINGS)


def _files(name: str) -> Iterator[tuple[str, bool]]:
    """Yield the files that a name stands for, and whether they were found in a folder."""
    from patchrules.documents.paths import documents_under
    from patchrules.errors import BaselineError

    if Path(name).is_dir():
        yield from ((str(path), True) for path in documents_under(name, error=BaselineError))
    else:
        yield name, False


def _findings(name: str, catalogs: Sequence[Catalog], *, listed: bool) -> tuple[Sequence[Diagnostic], bool] | None:
    """Return the findings in one file, and whether it could be read; None for one of a folder that is no baseline."""
    from patchrules.errors import BaselineError, Diagnostic, Level
    from patchrules.questions.lint import lint

    try:
        found = lint(name, catalogs=catalogs)
    except BaselineError as error:
        return [Diagnostic(error.code, Level.ERROR, error.message, error.where, hint=error.hint)], False
    return None if listed and {one.code for one in found} & _HOLDS_NONE else (found, True)


def _catalogs(inputs: Inputs, names: Sequence[str]) -> Sequence[Catalog]:
    """Read the catalogs; those that do not say their family are of the baselines' where these have one."""
    from patchrules.documents.drafts import load_drafts
    from patchrules.errors import BaselineError
    from patchrules.model.baseline import Registry

    known = []
    for name in names:
        with contextlib.suppress(BaselineError):  # which is told as a finding
            known += [draft.baseline for draft in load_drafts(name) if draft.baseline]
    systems = {one.operating_system for one in known}
    return inputs.catalogs(known[0] if len(systems) == 1 else Registry(()))
