"""``patchrules report``: any report of a saved run."""

from __future__ import annotations

import shlex

import click

from patchrules.cli._reports import Wanted, reported
from patchrules.cli._types import Place


@click.command()
@click.argument("run", type=Place(), metavar="RUN")
@reported
def command(*, run: str, wanted: Wanted) -> None:
    """Write a report of the saved RUN: a page, a table, or a file for another tool.

    \b
    patchrules report verdicts/                                    # the table for people
    patchrules report verdicts/ -o report.html --earlier last-week/
    patchrules report verdicts/ --table cves -o cves.parquet
    patchrules report verdicts/ --output-format junit -o compliance.xml

    A run is saved by patchrules evaluate ... -o verdicts/. The exit code is 0: what fails was said when it was judged.
    """
    from patchrules.evaluation.saved import load_run

    wanted.check()
    wanted.write(load_run(run), shlex.join(["--run", run]))
