"""``patchrules baselines``: AWS's predefined baselines, and what any baseline says."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from patchrules.cli._options import predefined
from patchrules.cli._output import OUTPUT, ROW_FORMAT, emit, emit_rows, joined
from patchrules.cli._settings import setting
from patchrules.cli._types import Place

_FINDINGS = 1
if TYPE_CHECKING:
    from patchrules.model.baseline import ApprovalRule, Baseline, PatchFilter

_COLUMNS = {"Name": "{name}", "Operating system": "{operating_system}", ">Rules": "{rules}", "Approved": "{delays}"}


@click.command()
@click.argument("names", nargs=-1, type=Place(predefined), metavar="[NAME|FILE|FOLDER]...")
@setting("--strict", key="evaluate.strict", is_flag=True, help="Fail on what is odd in a baseline.")
@ROW_FORMAT
@OUTPUT
def command(*, names: tuple[str, ...], strict: bool, output_format: str, output: str | None) -> None:
    """List AWS's predefined baselines, or show the baselines that are named: every rule, list and doubt.

    \b
    patchrules baselines
    patchrules baselines AWS-UbuntuDefaultPatchBaseline prod.json

    Exit code 1 when a baseline that is shown says something that matches nothing.
    """
    from patchrules.documents.predefined import predefined_names

    found = [one for name in names or predefined_names() for one in _loaded(name, strict=strict)]
    if names and output_format == "table":
        emit("\n\n".join(_shown(one) for one in found), output)
        if any(doubt.level == "error" for one in found for doubt in one.diagnostics):
            raise SystemExit(_FINDINGS)
        return
    rows = [_row(one) for one in found]
    head = "" if names else f"{len(rows)} predefined baselines of AWS; `patchrules baselines NAME` shows one"
    schema = "patchrules/baselines/1"
    emit_rows(rows, columns=_COLUMNS, schema=schema, form=output_format, output=output, head=head)


def _loaded(name: str, *, strict: bool) -> Iterable[Baseline]:
    """Return the baselines of a file or folder, or the one of AWS."""
    from patchrules.documents.baseline import load_baselines
    from patchrules.documents.registry import load_registry

    return load_registry(name, strict=strict).baselines if Path(name).is_dir() else load_baselines(name, strict=strict)


def _row(baseline: Baseline) -> dict[str, Any]:
    """Return a baseline as a row."""
    return {
        "name": baseline.name,
        "operating_system": str(baseline.operating_system),
        "rules": len(baseline.rules),
        "delays": joined(dict.fromkeys(_delay(rule) for rule in baseline.rules)),
        "approved": len(baseline.approved_patches),
        "rejected": len(baseline.rejected_patches),
        "diagnostics": joined(one.code for one in baseline.diagnostics),
    }


def _delay(rule: ApprovalRule) -> str:
    """Return when a rule approves."""
    from patchrules.questions.wording import counted

    if rule.approve_until is not None:
        return f"if released until {rule.approve_until}"
    return f"after {counted(rule.approve_after_days, 'day')}" if rule.approve_after_days else "at once"


def _shown(baseline: Baseline) -> str:
    """Return a baseline as people read it."""
    lines = [str(baseline)]
    if baseline.description:
        lines.append(f"  {baseline.description}")
    if baseline.global_filters:
        lines.append(f"  only     {_filters(baseline.global_filters)}")
    for number, rule in enumerate(baseline.rules, 1):
        level = f", level {rule.compliance_level}"
        gate = ", with non-security updates" if rule.enable_non_security else ""
        lines.append(f"  rule {number:<3} {_filters(rule.filters) or 'every patch'}; {_delay(rule)}{level}{gate}")
    lines += [f"  approved {one}" for one in baseline.approved_patches]
    lines += [f"  rejected {one}" for one in baseline.rejected_patches]
    if baseline.rejected_patches:
        lines.append(f"  action   {baseline.rejected_patches_action}")
    lines += [f"  {line}" for one in baseline.diagnostics for line in str(one).splitlines()]
    return "\n".join(lines)


def _filters(filters: Iterable[PatchFilter]) -> str:
    """Return filters on one line."""
    return "; ".join(map(str, filters))
