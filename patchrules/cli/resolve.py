"""``patchrules resolve``: which baseline serves which host, and by which steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from patchrules.cli._inputs import Inputs, given
from patchrules.cli._options import INVENTORY, POLICY, SCOPE
from patchrules.cli._output import OUTPUT, ROW_FORMAT, emit_rows, joined
from patchrules.cli._settings import setting

if TYPE_CHECKING:
    from patchrules.assignment import Known, Resolution, Survey
    from patchrules.model.baseline import Registry
    from patchrules.model.host import Inventory

_COLUMNS = {"Host": "{host}", "Baseline": "{baseline}", "Via": "{via}", "Steps": "{path}"}
_FINDINGS = 1


@click.command()
@given(POLICY, INVENTORY, SCOPE)
@click.option("--baseline-tags", metavar="Key=K,Values=V,...", help="As AWS-RunPatchBaselineAssociation takes them.")
@setting("--strict", key="evaluate.strict", is_flag=True, help="Fail on what is odd in a registry or baseline.")
@ROW_FORMAT
@OUTPUT
def command(*, inputs: Inputs, baseline_tags: str | None, output_format: str, output: str | None) -> None:
    """Say which baseline serves each host and why, which hosts only a default serves, and which baselines nobody uses.

    \b
    patchrules resolve --registry baselines/ --hosts hosts.yaml

    Hosts come from --hosts or from an inventory. One --baseline serves every host of its operating system, as with
    evaluate; several, a folder or a --registry serve the patch groups they name. Exit code 1 when a host has no
    baseline, or is in two patch groups.
    """
    from patchrules.assignment import survey
    from patchrules.documents import baseline_tags as tags
    from patchrules.evaluation.profiles import registry_of
    from patchrules.model.baseline import Baseline

    if not inputs.named():
        raise click.UsageError("there is no registry\n  hint: give one, e.g. --registry baselines/")
    policy, hosts = inputs.policy(), _hosts(inputs)
    registry = registry_of(policy, hosts)
    wanted = tags.baseline_tags(baseline_tags) if baseline_tags else None
    alone = policy if isinstance(policy, Baseline) else None
    found = survey(registry, _known(hosts), baseline_tags=wanted, alone=alone)
    rows = [_row(known, one) for known, one in found.placed]
    head = _head(found, registry)
    schema = "patchrules/resolution/1"
    emit_rows(rows, columns=_COLUMNS, schema=schema, form=output_format, output=output, head=head)
    if found.unresolved or found.two_groups:
        raise SystemExit(_FINDINGS)


def _hosts(inputs: Inputs) -> Inventory:
    """Return the hosts: of the inventory where there is one, else of the hosts file."""
    from patchrules.documents.hosts import load_hosts
    from patchrules.evaluation.nouns import only
    from patchrules.inventory import read_inventory
    from patchrules.model.columns import PACKAGES
    from patchrules.sources import arrow

    if inputs.inventory:
        found = inputs.fleet()
    elif inputs.hosts:
        found = read_inventory(arrow.table(PACKAGES, {}, 0), hosts=load_hosts(*inputs.hosts), family=inputs.family)
    else:
        raise click.UsageError("there are no hosts\n  hint: give them with --hosts hosts.yaml or --inventory PATH")
    if inputs.host is not None and not inputs.inventory:
        found = only(found, inputs.host)
    return found


def _known(fleet: Inventory) -> list[Known]:
    """Return what the choice of a baseline asks of the hosts."""
    from patchrules.assignment import Known

    rows = fleet.hosts.select(["host", "family", "patch_group", "tags"]).to_pylist()
    return [Known(row["host"], row["family"], row["patch_group"], dict(row["tags"] or ())) for row in rows]


def _row(known: Known, found: Resolution) -> dict[str, Any]:
    """Return the resolution of one host."""
    steps = joined(found.path) if found.fault is None else f"{found.fault.message} [{found.fault.code}]"
    baseline = found.baseline.name if found.baseline else None
    group = known.patch_group
    return {"host": known.host, "family": known.family, "patch_group": group, "baseline": baseline} | {
        "via": str(found.via),
        "path": steps,
    }


def _head(found: Survey, registry: Registry) -> str:
    """Return what stands out."""
    from patchrules.questions.wording import counted

    lines = [f"{counted(len(found.placed), 'host')}, {counted(len(registry.baselines), 'baseline')}"]
    parts = {
        "without a baseline": found.unresolved,
        "in two patch groups": found.two_groups,
        "on a default only": found.orphans,
        "baselines nobody uses": [one.name for one in found.unused],
    }
    lines += [f"  {len(names):,} {words}: {joined(names)}" for words, names in parts.items() if names]
    lines += [f"  {line}" for one in registry.diagnostics for line in str(one).splitlines()]
    return "\n".join(lines)
