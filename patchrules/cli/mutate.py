"""``patchrules mutate``: whether the tests of a baseline would notice a mistake in it."""

from __future__ import annotations

import json

import click

from patchrules.cli._options import predefined
from patchrules.cli._output import OUTPUT, emit
from patchrules.cli._progress import stage
from patchrules.cli._types import Place

_FINDINGS = 1


@click.command()
@click.argument("baseline", type=Place(predefined), metavar="BASELINE")
@click.argument("cases", nargs=-1, required=True, type=Place(), metavar="TESTS...")
@click.option("--output-format", type=click.Choice(["table", "json"]), default="table", show_default=True)
@OUTPUT
def command(*, baseline: str, cases: tuple[str, ...], output_format: str, output: str | None) -> None:
    """Make every mistake a person could make in BASELINE, and say which of them TESTS would not notice.

    \b
    patchrules mutate baselines/prod.json tests/ -o missing.policytest.yaml

    A day more or less, a severity or a rule that is gone, a wildcard, another level, an action that is flipped. Of a
    mistake that no test notices, the test that is missing is printed, ready to paste. Exit code 1 when there is one; a
    part of the baseline that no patch can tell from a mistake is named, and is no finding.
    """
    from patchrules.policytest import read_folder
    from patchrules.policytest.mutation import mutate

    found = list(read_folder(cases))
    with stage(f"making mistakes in {baseline}"):
        result = mutate(baseline, found)
    emit(json.dumps(result.as_dict(), indent=2, ensure_ascii=False) if output_format == "json" else str(result), output)
    if result.missing:
        raise SystemExit(_FINDINGS)
