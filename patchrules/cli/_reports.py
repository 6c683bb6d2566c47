"""What verbs that write a report are given: format, table, earlier runs, and where it goes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from patchrules.cli._output import OUTPUT, color, stdout, width
from patchrules.cli._progress import stage
from patchrules.cli._types import Named, Place

if TYPE_CHECKING:
    from patchrules.evaluation.run import Run


def _formats() -> list[str]:
    """Return the report formats."""
    from patchrules.reports import writers

    return list(writers())


def _tables() -> list[str]:
    """Return the tables of a run."""
    from patchrules.questions.tables import TABLES

    return list(TABLES)


REPORT = (
    click.option(
        "--output-format",
        type=Named("report format", _formats),
        help="table, html, markdown, json, jsonl, csv, parquet (a folder), arrow, junit, sarif, openmetrics, ocsf, "
        "asff, vex, aws-compliance, aws-inventory, aws-patch-groups or aws-patch-states. Default: by the end of -o; "
        "a slash there is a saved run (parquet): -o RUN/",
    ),
    click.option(
        "--table",
        type=Named("table of a run", _tables),
        help="Only this table, as csv, jsonl, parquet or arrow: verdicts, hosts, patches, groups, cves, exposures, "
        "upcoming.",
    ),
    click.option(
        "--earlier", type=Place(), multiple=True, metavar="RUN", help="html: saved runs before this one, for its trend."
    ),
    click.option("--account", default="", metavar="ID", help="asff: the AWS account it is for."),
    click.option("--region", default="", metavar="REGION", help="asff: the AWS region it is for."),
    OUTPUT,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The report that one call asks for."""

    output_format: str | None = None
    table: str | None = None
    earlier: tuple[str, ...] = ()
    account: str = ""
    region: str = ""
    output: str | None = None

    @property
    def is_for_people(self) -> bool:
        """Say whether the table for a terminal is wanted."""
        here = self.output in (None, "-") and self.table is None
        return self.output_format == "table" or (self.output_format is None and here)

    @property
    def is_said(self) -> bool:
        """Say whether the call itself says what it wants and where, so that the project's outputs are left out."""
        return bool(self.output or self.output_format or self.table)

    @property
    def folder(self) -> str | None:
        """The folder that the verdicts can be written to as they come, None where the report is no such folder."""
        from patchrules.reports import writer_for

        if self.output in (None, "-") or self.table is not None:
            return None
        return self.output if writer_for(self.output, self.output_format).is_folder else None

    @property
    def tells(self) -> bool:
        """Say whether who reads the report sees the diagnostics of the run."""
        from patchrules.reports import writer_for

        return self.table is None and writer_for(self._target(), self.output_format).tells

    @property
    def rows(self) -> str:
        """Say which verdicts the report reads: ``all``, or ``noncompliant``."""
        from patchrules.reports import writer_for

        return "all" if self.table is not None else writer_for(self._target(), self.output_format).rows

    def kept(self) -> Wanted:
        """Return what is wanted of a run that is to be kept: a name without an end is that of a saved run then."""
        plain = self.output not in (None, "-") and not Path(str(self.output)).suffix
        return replace(self, output_format="parquet") if plain and not (self.output_format or self.table) else self

    def check(self) -> None:
        """Refuse what cannot be written before anything is judged."""
        from patchrules.reports import writer_for

        writer_for(self._target(), self.output_format, table=self.table)

    def write(self, run: Run, again: str = "", fail_on: tuple[str, ...] = ()) -> None:
        """Write the report of a run; ``again`` are the options to ask further with, ``fail_on`` what is a failure."""
        from patchrules.evaluation.saved import load_run
        from patchrules.questions.wording import NOBODY_LOOKED
        from patchrules.reports import write

        if self.table == "upcoming" and run.upcoming is None:
            click.echo(f"warning: {NOBODY_LOOKED}", err=True)
        target = self._target()
        with stage("writing"):
            write(
                run,
                target,
                format=self.output_format or ("table" if self.is_for_people else None),
                table=self.table,
                width=width(),
                color=color(self.output),
                again=again,
                earlier=[load_run(one) for one in self.earlier],
                account=self.account,
                region=self.region,
                fail_on=fail_on,
            )
        if not isinstance(target, str):
            target.flush()

    def _target(self) -> Any:  # noqa: ANN401  a path, or standard output
        """Return where it goes."""
        return stdout() if self.output in (None, "-") else self.output


def reported(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a report to a verb and hand them on as one ``wanted``."""

    @functools.wraps(function)
    def called(**options: Any) -> Any:  # noqa: ANN401
        own = {one.name: options.pop(one.name) for one in fields(Wanted)}
        return function(wanted=Wanted(**own), **options)

    found: Callable[..., Any] = called
    for option in reversed(REPORT):
        found = option(found)
    return found
