"""``patchrules approvals``: what a baseline says of every patch of a catalog, without any host."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from patchrules.cli._inputs import Inputs, given
from patchrules.cli._options import CATALOG, ONE_BASELINE, RULES, SCOPE
from patchrules.cli._output import OUTPUT, ROW_FORMAT, emit_rows, stamp
from patchrules.cli._progress import stage
from patchrules.cli._types import Named

if TYPE_CHECKING:
    from patchrules.model.verdict import Decision

_COLUMNS = {
    "Advisory": "{advisory}",
    "Patch": "{package} {version}",
    "Approval": "{approval}",
    "By": "{why}",
    "Level": "{level}",
    "Since, or from": "{since:.10}",
}


def _approvals() -> list[str]:
    """Return the approvals a patch can have."""
    from patchrules.model.names import Approval

    return [one.lower() for one in Approval]


@click.command()
@ONE_BASELINE
@given(CATALOG, SCOPE, RULES)
@click.option("--only", type=Named("approval", _approvals), multiple=True, help="approved, pending_approval, ...")
@ROW_FORMAT
@OUTPUT
def command(*, named: str, inputs: Inputs, only: tuple[str, ...], output_format: str, output: str | None) -> None:
    """Say of each patch of a catalog whether it is approved, by which rule, at which level, since or from when.

    \b
    patchrules approvals --baseline AWS-AmazonLinux2023DefaultPatchBaseline --catalog 'AmazonLinux2023*=repo/'

    PRODUCT filters compare --product; without it only `*` matches them.
    """
    from patchrules.documents.baseline import load_baseline
    from patchrules.evaluation.approvals import approvals

    found = load_baseline(named, strict=inputs.strict)
    mine = inputs.catalogs_for(found)
    options = inputs.options() | {"product": inputs.product}
    with stage("asking the baseline"):
        decisions = [one for catalog in mine for one in approvals(found, catalog, **options)]
    counts = Counter(one.approval.lower() for one in decisions)
    rows = [_row(one) for one in sorted(decisions, key=_order) if not only or one.approval.lower() in only]
    said = ", ".join(f"{counts[name]:,} {name.replace('_', ' ')}" for name in _approvals() if counts[name])
    head = f"`{found.name}` as of {inputs.as_of:%Y-%m-%d %H:%M}Z on {len(decisions):,} patches: {said}"
    schema = "patchrules/approvals/1"
    emit_rows(rows, columns=_COLUMNS, schema=schema, form=output_format, output=output, head=head)


def _order(decision: Decision) -> tuple[object, ...]:
    """Sort by approval, then by what the patch is."""
    patch = decision.patch
    place = list(type(decision.approval)).index(decision.approval)
    return place, patch.advisory or "", patch.name, patch.arch, patch.evr


def _row(decision: Decision) -> dict[str, Any]:
    """Return a decision as a row."""
    patch = decision.patch
    why = f"list: {decision.entry}" if decision.entry else f"rule {decision.rule}" if decision.rule else None
    return {
        "advisory": patch.advisory,
        "package": f"{patch.name}.{patch.arch}",
        "version": patch.evr,
        "classification": patch.classification,
        "severity": patch.severity,
        "approval": str(decision.approval),
        "why": why,
        "level": str(decision.level),
        "released_at": stamp(decision.released_at) if decision.released_at else None,
        "since": stamp(decision.since) if decision.since else None,
    }
