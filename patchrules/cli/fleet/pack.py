"""``patchrules fleet pack``: any inventory as a folder of tables that is judged at the price of integers."""

from __future__ import annotations

import click

from patchrules.cli._inputs import Inputs, given, refused
from patchrules.cli._options import INVENTORY, SCOPE
from patchrules.cli._progress import bar
from patchrules.cli._settings import setting
from patchrules.cli._types import Place


@click.command()
@given(INVENTORY, SCOPE)
@setting("--strict", key="evaluate.strict", is_flag=True, help="Fail on refused rows.")
@click.option("-o", "--output", type=Place(), required=True, metavar="FOLDER", help="The fleet, whole or not at all.")
def command(*, inputs: Inputs, output: str) -> None:
    """Read an inventory once and write it as a fleet: each host and each distinct package once, rows as numbers.

    \b
    patchrules fleet pack --inventory dumps/ --hosts hosts.yaml -o fleet/
    patchrules evaluate --inventory fleet/ --registry baselines/ --catalog repo/ -o verdicts/

    Rows of a host may lie in several files, in any order. Everything is checked as for an evaluation, and what is
    refused or doubtful is kept beside the fleet, which is then judged faster than the files. With --host the fleet is
    that host alone.
    """
    if output == "-":
        raise click.UsageError("a fleet is a folder, which standard output is not\n  hint: name one, e.g. -o fleet/")
    from patchrules.evaluation.packing import pack_fleet
    from patchrules.model.host import Inventory

    fleet = inputs.opened()
    with bar("packing the fleet") as progress:
        packed = pack_fleet(fleet, output, progress=progress)
    if packed.star and not isinstance(fleet, Inventory):
        refused("inventory", packed.star.rejects)
    click.echo(f"{output}: {packed}")
