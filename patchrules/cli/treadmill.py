"""``patchrules treadmill``: fixes that are replaced before their delay is over."""

from __future__ import annotations

import json

import click

from patchrules.cli._inputs import Inputs, given
from patchrules.cli._options import CATALOG, CLOCK, ONE_BASELINE, SCOPE
from patchrules.cli._output import OUTPUT, ROW_FORMAT, emit, emit_rows
from patchrules.cli._progress import stage

_SCHEMA = "patchrules/treadmill/1"
_COLUMNS = {
    "Package": "{id}",
    ">Rule": "{rule}",
    ">Delay": "{delay:g}",
    ">Skipped": "{fixes}",
    ">Exposed": "{exposed}",
    "From": "{first}",
    "Until": "{until}",
    "If anchored": "{anchored}",
    ">Works": "{works}",
}
_FINDINGS = 1


@click.command()
@ONE_BASELINE
@given(CATALOG, SCOPE, CLOCK)
@ROW_FORMAT
@OUTPUT
def command(*, named: str, inputs: Inputs, output_format: str, output: str | None) -> None:
    """Find packages whose fixes come faster than the delay, so that none of them is ever installed.

    \b
    patchrules treadmill --baseline prod.json --catalog 'RedhatEnterpriseLinux9*=updateinfo.xml.gz'

    Taken is that repositories offer the newest version only. For each row of fixes: how long hosts stayed exposed, when
    the delay would have been over had it begun at the first fix, and the longest delay that would have worked. Exit
    code 1 when there are any.
    """
    from patchrules.documents.baseline import load_baseline
    from patchrules.questions.treadmill import treadmill

    baseline = load_baseline(named, strict=inputs.strict)
    catalogs = inputs.catalogs_for(baseline)
    options = {name: getattr(inputs, name) for name in ("as_of", "product", "dialect", "deb_dates")}
    with stage("asking the baseline"):
        found = [one for catalog in catalogs for one in treadmill(baseline, catalog, **options)]
    if output_format == "json":
        told = {"schema": _SCHEMA, "rows": [one.as_dict() for one in found]}
        emit(json.dumps(told, indent=2, ensure_ascii=False), output)
    else:
        rows = [
            {
                **{name: one.as_dict()[name] for name in ("id", "rule", "delay", "exposed", "works")},
                "fixes": len(one.skipped),
                "first": f"{one.skipped[0].at:%Y-%m-%d}",
                "until": f"{one.until:%Y-%m-%d}" if one.until else "still",
                "anchored": f"{one.anchored:%Y-%m-%d}",
            }
            for one in found
        ]
        packages = len({one.id for one in found})
        head = (
            f"`{baseline.name}`: {len(found):,} rows of fixes that could never be installed, of {packages:,} packages"
        )
        emit_rows(rows, columns=_COLUMNS, schema=_SCHEMA, form=output_format, output=output, head=head)
    if found:
        raise SystemExit(_FINDINGS)
