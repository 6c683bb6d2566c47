"""``patchrules explain``: why a package stands where it stands on a host."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from patchrules.cli._inputs import Inputs, given
from patchrules.cli._options import AGES, CATALOG, INVENTORY, POLICY, RULES, RUN, SCOPE
from patchrules.cli._output import OUTPUT, emit
from patchrules.cli._progress import stage
from patchrules.cli._types import Place
from patchrules.cli._windows import told

if TYPE_CHECKING:
    from patchrules.questions.explain import Explanation

_FINDINGS = 1


@click.command()
@click.argument("package")
@given(POLICY, CATALOG, INVENTORY, AGES, SCOPE, RULES, RUN)
@click.option(
    "--run", "saved", type=Place(), metavar="FOLDER", help="Explain from a saved run; in full with its inventory."
)
@click.option("--output-format", type=click.Choice(["table", "json", "markdown"]), default="table", show_default=True)
@OUTPUT
def command(*, package: str, inputs: Inputs, saved: str | None, output_format: str, output: str | None) -> None:
    """Say why PACKAGE has the verdict it has, and what would turn it: a name, a KB, name.arch, an advisory or CVE.

    \b
    patchrules explain openssl --host web-1 --baseline prod.json --inventory dumps/ --catalog 'Debian12*=dists/'
    patchrules explain RHSA-2026:1040 --host web-1 --run verdicts/

    A saved run keeps verdicts. With --run, --inventory and --catalog that the run was made from, the host is judged
    again by the run's baseline, settings and instant, and explained in full.

    Exit code 1 when nothing is found under that name.
    """
    if saved and inputs.typed & {"baseline", "registry"}:
        raise click.UsageError("a saved run has its own baselines: give --run or these")
    if saved and inputs.catalog and not inputs.inventory:
        raise click.UsageError("to explain a saved run in full, give --inventory beside --catalog")
    found = _of_run(package, inputs, saved) if saved else _of_host(package, inputs)
    if output_format == "json":
        emit(json.dumps(found.as_dict(), indent=2, ensure_ascii=False), output)
    elif output_format == "markdown":
        from patchrules.questions.markdown import markdown

        emit(markdown(found), output)
    else:
        emit(str(found), output)
    if not found.found:
        raise SystemExit(_FINDINGS)


def _of_run(package: str, inputs: Inputs, folder: str) -> Explanation:
    """Explain from a saved run."""
    from patchrules.evaluation.saved import load_run
    from patchrules.model.baseline import Registry
    from patchrules.questions.explain import explain

    run = load_run(folder)
    if not inputs.inventory:
        return explain(run, package, host=inputs.host)
    catalogs, fleet = inputs.catalogs(Registry(run.baselines)), inputs.fleet()
    return explain(run, package, host=inputs.host, inventory=fleet, catalogs=catalogs)


def _of_host(package: str, inputs: Inputs) -> Explanation:
    """Judge the one host by the reference engine and explain in full."""
    from patchrules.assignment import baseline_for
    from patchrules.errors import InventoryError
    from patchrules.evaluation.feeds import TOLD
    from patchrules.evaluation.host import evaluate
    from patchrules.evaluation.nouns import hosts_of
    from patchrules.evaluation.profiles import registry_of
    from patchrules.families import family_named
    from patchrules.questions.explain import explain

    policy = inputs.policy()
    catalogs, fleet = inputs.catalogs(policy), inputs.fleet()
    if fleet.hosts.num_rows != 1:
        names = ", ".join(fleet.hosts["host"].slice(0, 5).to_pylist())
        message = f"the inventory has {fleet.hosts.num_rows:,} hosts, and one is explained at a time"
        raise InventoryError(message, code="PR2802", hint=f"say which with --host, e.g. {names}")
    host = next(iter(hosts_of(fleet)))
    if host.family is None:
        message = f"the family of host `{host.id}` is not known, so no baseline can be chosen"
        raise InventoryError(message, code="PR2801", hint="say it with --family, e.g. rhel, or in --hosts FILE")
    registry = registry_of(policy, fleet)
    baseline = baseline_for(registry, family_named(host.family), host.patch_group, host.tags, host=host.id)
    with stage(f"judging {host.id}"):
        memory, options = inputs.previous_runs(fleet).get(host.id), inputs.run_options()
        report = evaluate(baseline, fleet, catalogs, limits=inputs.limits(), previous_run=memory, **options)
    told(one for one in report.diagnostics if one.code in TOLD)
    return explain(report, package)
