"""``patchrules collect``: the commands that make the files."""

from __future__ import annotations

import click

from patchrules.cli._options import family_names
from patchrules.cli._output import OUTPUT, emit
from patchrules.cli._types import Named


def _forms() -> list[str]:
    """Return the forms of a script."""
    from patchrules.questions.collect import FORMS

    return list(FORMS)


@click.command()
@click.option("--family", type=Named("family", family_names), required=True, help="Of which system: rhel, debian, ...")
@click.option("--as", "form", type=Named("form", _forms), help="shell, powershell or osquery. Default: the system's.")
@OUTPUT
def command(*, family: str, form: str | None, output: str | None) -> None:
    """Print read-only commands that write down what a host has installed, and what its mirrors offer.

    \b
    patchrules collect --family debian | ssh web-1 sh
    patchrules collect --family windows -o collect.ps1
    patchrules collect --family rhel --as osquery -o patchrules.conf

    Run them with whatever runs commands on your hosts. They write into ./collected (or $OUT), and say how to go on.
    """
    from patchrules.families import family_named
    from patchrules.questions.collect import collect, own_form

    found = family_named(family)
    own = own_form(found)
    if form not in (None, own, "osquery"):
        raise click.UsageError(f"the commands of {found.label} are for {own}, not for {form}")
    emit(collect(found, form or own), output)
