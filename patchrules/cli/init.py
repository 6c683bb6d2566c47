"""``patchrules init``: a small policy repository that passes: a baseline, tests, a CI file."""

from __future__ import annotations

from pathlib import Path

import click

from patchrules.cli._options import family_names
from patchrules.cli._types import Named, Place


@click.command()
@click.argument("folder", type=Place(), default=".", metavar="[FOLDER]")
@click.option("--family", type=Named("family", family_names), required=True, help="The operating system: rhel, ubuntu.")
@click.option("--ci", type=click.Choice(["github", "gitlab", "none"]), default="github", show_default=True)
def command(*, folder: str, family: str, ci: str) -> None:
    """Write a small policy repository into FOLDER: a baseline, tests that pass, their schema, a CI file.

    \b
    patchrules init policies --family rhel

    The baseline begins as AWS's own. Nothing that is there is overwritten: then nothing is written at all.
    """
    from patchrules.families import family_named
    from patchrules.policytest.starter import starter_files
    from patchrules.sources.placed import placed

    files = starter_files(family_named(family), ci=ci)
    paths = {Path(folder, name): text for name, text in files.items()}
    if there := [path for path in paths if path.exists()]:
        raise click.UsageError(f"`{there[0]}` is there already\n  hint: name another folder, or move it away")
    for path, text in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        with placed(str(path)) as stream:
            stream.write(text.encode())
        click.echo(f"{path} written", err=True)
    tests = Path(folder, "tests")
    click.echo(f"next: patchrules test '{tests / '*.policytest.yaml'}', or pytest {tests}", err=True)
