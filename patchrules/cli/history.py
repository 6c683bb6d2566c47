"""``patchrules history``: what several saved runs say together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from patchrules.cli._output import OUTPUT, ROW_FORMAT, emit, emit_rows, joined
from patchrules.cli._types import Place

if TYPE_CHECKING:
    from patchrules.questions.history import History

_SHOWN = {
    "trend": {
        "Instant": "{as_of}",
        ">Hosts": "{hosts:,}",
        ">Comply": "{compliant:,}",
        ">Not": "{non_compliant:,}",
        ">Unknown": "{unknown:,}",
        ">Missing": "{missing:,}",
    },
    "patching": {
        "Part": "{by}",
        "Name": "{name}",
        ">Put right": "{ended:,}",
        ">Open": "{open:,}",
        ">p50 days": "{p50}",
        ">p90": "{p90}",
        ">p95": "{p95}",
    },
    "fixes": {
        "Host": "{host}",
        "Package": "{id}",
        "Advisory": "{advisory}",
        "Outcome": "{outcome}",
        "Seen until": "{last_seen}",
        "In order": "{ended}",
        ">Days": "{days}",
    },
}
_EXPOSED = {
    "Host": "{host}",
    "Standing": "{standing}",
    "Packages": "{packages}",
    "From": "{first_seen}",
    "To": "{ended}",
}


@click.command()
@click.argument("runs", type=Place(), metavar="RUNS")
@click.option(
    "--show", type=click.Choice([*_SHOWN]), help="Only this, a row each; fixes: which host got which fix when."
)
@click.option("--cve", metavar="CVE", help="Which hosts had this CVE, from when to when.")
@ROW_FORMAT
@OUTPUT
def command(*, runs: str, show: str | None, cve: str | None, output_format: str, output: str | None) -> None:
    """Say how compliance went over RUNS, a folder of saved runs.

    \b
    patchrules history runs/
    patchrules history runs/ --show fixes --output-format csv -o fixes.csv
    patchrules history runs/ --cve CVE-2026-10201

    What is found in order was put right since the run before, so days are at most.
    """
    from patchrules.evaluation.plain import plain
    from patchrules.questions.history import exposed, history
    from patchrules.questions.wording import counted

    if cve is not None:
        rows = [{**plain(row), "packages": joined(row["packages"])} for row in exposed(runs, cve).to_pylist()]
        head = f"{cve}: {counted(len(rows), 'host')} had it" if rows else f"{cve}: no listed package of any run has it"
        emit_rows(rows, columns=_EXPOSED, schema="patchrules/exposed/1", form=output_format, output=output, head=head)
        return
    found = history(runs)
    if show is None and output_format == "table":
        emit(str(found), output)
        return
    name = show or "trend"
    columns, schema = _SHOWN[name], f"patchrules/history-{name}/1"
    emit_rows(_rows(found, name), columns=columns, schema=schema, form=output_format, output=output)


def _rows(found: History, name: str) -> list[dict[str, Any]]:
    """Return the rows of one part of the history."""
    from patchrules.evaluation.plain import plain

    if name == "trend":
        return [plain(point) for point in found.trend]
    if name == "patching":
        return [plain(part) for part in found.patching()]
    return [plain(row) for row in found.spells.to_pylist() if row["outcome"] != "open"]
