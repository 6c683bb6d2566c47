"""``patchrules bundle``: a run and all that its verdicts follow from, in one file."""

from __future__ import annotations

import click

from patchrules.cli._inputs import Inputs, given
from patchrules.cli._options import CATALOG, INVENTORY, PREVIOUS_RUN, SCOPE
from patchrules.cli._output import opened
from patchrules.cli._progress import stage
from patchrules.cli._types import Place


@click.command()
@click.argument("run", type=Place(), metavar="RUN")
@given(CATALOG, INVENTORY, SCOPE, (PREVIOUS_RUN,))
@click.option("--pseudonymise", is_flag=True, help="Number hosts and patch groups; leave out tags and file names.")
@click.option("-o", "--output", type=Place(), required=True, metavar="FILE", help="The archive, whole or not at all.")
def command(*, run: str, inputs: Inputs, pseudonymise: bool, output: str) -> None:
    """Write the saved RUN with the inventory and catalogs that it was made from as one ZIP archive.

    \b
    patchrules evaluate ... --output-format parquet -o verdicts/
    patchrules bundle verdicts/ --inventory dumps/ --catalog 'Debian12*=dists/' -o evidence.zip
    patchrules verify evidence.zip

    The inputs have to give the run, which is tried: exit code 2 where they do not.
    """
    from patchrules.evaluation.saved import load_run
    from patchrules.model.baseline import Registry
    from patchrules.questions.verify.bundle import bundle

    saved = load_run(run)
    catalogs, fleet = inputs.catalogs(Registry(saved.baselines)), inputs.fleet()
    with stage("judging again"):
        memory = inputs.previous_runs(fleet)
        content = bundle(saved, fleet, catalogs, previous_runs=memory, pseudonymise=pseudonymise)
    with opened(output) as stream:
        stream.write(content)
    click.echo(f"{output}: run {saved.id}, {saved}", err=True)
