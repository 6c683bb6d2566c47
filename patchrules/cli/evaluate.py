"""``patchrules evaluate``: which hosts comply."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from patchrules.cli._inputs import Inputs, given
from patchrules.cli._judging import judged
from patchrules.cli._options import AGES, CATALOG, INVENTORY, KEEP_DIGESTS, POLICY, RULES, RUN, SINCE, TOLD_SCOPE
from patchrules.cli._reports import Wanted, reported
from patchrules.cli._settings import project_outputs, setting
from patchrules.cli._types import Named
from patchrules.cli._windows import told
from patchrules.model.conditions import OR_A_CODE, WORDS, condition, objections

if TYPE_CHECKING:
    from patchrules.evaluation.run import Run

_FINDINGS = 1


class _FailOn(Named):
    """Conditions with commas between them."""

    takes_several = True
    beside = OR_A_CODE

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:  # noqa: ANN401
        """Return the words and codes."""
        if isinstance(value, tuple):
            return value
        given = [one.strip() for one in str(value).split(",")]
        found = tuple(condition(one) or super(_FailOn, self).convert(one, param, ctx) for one in given)
        for why in objections(found):
            self.fail(why, param, ctx)
        return found


@click.command()
@given(POLICY, CATALOG, INVENTORY, AGES, TOLD_SCOPE, RULES, RUN)
@setting(
    "--only-noncompliant",
    key="evaluate.only_noncompliant",
    is_flag=True,
    help="List only the patches that do not comply.",
)
@setting(
    "--fail-on",
    key="evaluate.fail_on",
    type=_FailOn("condition", lambda: WORDS),
    default="noncompliant,unknown",
    show_default=True,
    help="What ends in exit code 1; a level means it or a graver one: critical. Codes of diagnostics, too: PR7017.",
)
@SINCE
@KEEP_DIGESTS
@reported
def command(
    *,
    inputs: Inputs,
    only_noncompliant: bool,
    fail_on: tuple[str, ...],
    since: str | None,
    keep_digests: bool,
    wanted: Wanted,
) -> None:
    """Say which hosts comply with their baseline, and which patches they miss.

    \b
    patchrules evaluate --baseline prod.json --inventory web-1.rpmqa --product RedhatEnterpriseLinux9.3 \\
      --catalog updateinfo.xml.gz
    patchrules evaluate --registry baselines/ --inventory dumps/ --hosts hosts.yaml \\
      --catalog 'RedhatEnterpriseLinux9*=repo/' --catalog debian/dists --output-format csv -o verdicts.csv

    One --baseline serves every host of its operating system; several, a folder or a --registry serve the patch groups
    they name. Hosts that none of them serves get AWS's predefined baseline, as in AWS. The reports of `output` in
    patchrules.toml are written, too, unless -o or --output-format says what is wanted. `-o RUN/`, with a slash, saves a
    run, which other verbs read; with --since or --keep-digests so does a name without an end.
    """
    from patchrules.reports import write, writer_for

    wanted = wanted.kept() if since or keep_digests else wanted
    wanted.check()
    more = [] if wanted.is_said else project_outputs(inputs.as_of)
    read = {wanted.rows, *(writer_for(place.path, place.format).rows for place in more)}
    rows = "all" if "all" in read and not only_noncompliant else "noncompliant"
    run = judged(inputs, rows=rows, folder=wanted.folder, since=since, keep_digests=keep_digests)
    if not wanted.is_for_people:
        told(one for one in run.diagnostics if one.level == "error" or (one.level == "warning" and not wanted.tells))
    if run.folder is None:
        wanted.write(run, inputs.again(), fail_on)
    for place in more:
        Path(place.path).parent.mkdir(parents=True, exist_ok=True)
        write(run, place.path, format=place.format, fail_on=fail_on)
    if _found(run, fail_on):
        raise SystemExit(_FINDINGS)


def _found(run: Run, fail_on: tuple[str, ...]) -> bool:
    """Say whether the run has what the user calls a failure."""
    from patchrules.model.names import ComplianceLevel, Status

    if "never" in fail_on:
        return False
    statuses = run.statuses()
    worst = {text for text in run.hosts["non_compliant_severity"].unique().to_pylist() if text}
    highest = max((ComplianceLevel(text).rank for text in worst), default=-1)
    levels = [level.rank for level in ComplianceLevel if level.lower() in fail_on]
    return (
        ("noncompliant" in fail_on and statuses[Status.NON_COMPLIANT] > 0)
        or ("unknown" in fail_on and statuses[Status.UNKNOWN] > 0)
        or any(highest >= level for level in levels)
        or not _told(run).isdisjoint(fail_on)
    )


def _told(run: Run) -> set[str]:
    """Return the codes of what the run tells: its diagnostics, doubts on rows of hosts, refused rows and files."""
    rejected = run.rejects["code"].unique().to_pylist()
    return {one.code for one in run.diagnostics} | set(run.doubts()) | set(rejected)
