"""``patchrules verify``: whether a bundle of evidence gives the verdicts that it holds."""

from __future__ import annotations

import json

import click

from patchrules.cli._output import OUTPUT, emit
from patchrules.cli._progress import stage
from patchrules.cli._types import Place

_EXIT = {"HOLDS": 0, "DOES NOT HOLD": 1, "CANNOT BE DECIDED": 2}


@click.command()
@click.argument("evidence", type=Place(), metavar="EVIDENCE.ZIP")
@click.option("--output-format", type=click.Choice(["table", "json"]), default="table", show_default=True)
@OUTPUT
def command(*, evidence: str, output_format: str, output: str | None) -> None:
    """Judge again from nothing but EVIDENCE.ZIP, and say whether its verdicts hold.

    Exit code 0: HOLDS, 1: DOES NOT HOLD, 2: CANNOT BE DECIDED, or the file is no bundle.
    """
    from patchrules.evaluation.plain import plain
    from patchrules.questions.verify import verify

    with stage("judging again"):
        found = verify(evidence)
    if output_format == "json":
        emit(json.dumps({"schema": "patchrules/verification/1", **plain(found)}, indent=2), output)
    else:
        emit(str(found), output)
    raise SystemExit(_EXIT[found.holds])
