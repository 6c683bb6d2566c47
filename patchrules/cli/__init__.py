"""The command ``patchrules``: one file per verb, found by name and imported when it is used.

A verb file has a click command called ``command``; files that begin with ``_`` are shared by verbs, and a folder is a
verb of several (``catalog build``). Exit codes: 0 clean, 1 findings, 2 bad input. Tab completion: ``eval
"$(_PATCHRULES_COMPLETE=bash_source patchrules)"``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import click

from patchrules.cli._folder import Folder
from patchrules.cli._memory import choose_allocators, without_pandas
from patchrules.errors import InvariantError, PatchRulesError, Where

BAD_INPUT = 2
INTERRUPTED = 130


class Verbs(Folder):
    """The verbs of this folder; what is wrong with the user's input ends in exit code 2."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a verb; say on stderr what is wrong with what it was given."""
        choose_allocators()
        try:
            return super().invoke(ctx)
        except InvariantError:
            raise
        except PatchRulesError as problem:
            faults = list(_leaves(problem))
            if not all(isinstance(fault, PatchRulesError) for fault in faults):
                raise
            if len(faults) > 1:
                click.echo(f"error: {len(faults)} things are wrong", err=True)
            for fault in sorted(faults, key=_place):
                click.echo(f"error: {fault}", err=True)
            ctx.exit(BAD_INPUT)
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            _abandon_output()
            ctx.exit(0)
        except OSError as problem:
            _abandon_output()
            click.echo(f"error: cannot write the output: {problem.strerror or problem}", err=True)
            ctx.exit(BAD_INPUT)


def _abandon_output() -> None:
    """Send what is still buffered nowhere: Python would try to write it at exit, and fail with a code of its own."""
    if sys.stdout is not None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)


def _leaves(problem: BaseException) -> Iterator[BaseException]:
    """Yield the single errors of a group, in order."""
    if isinstance(problem, BaseExceptionGroup):
        for one in problem.exceptions:
            yield from _leaves(one)
    else:
        yield problem


def _place(fault: BaseException) -> tuple[str, int, int]:
    """Return where in the files a fault is, for people who mend them from top to bottom."""
    where = getattr(fault, "where", None) or Where()
    return where.file or "", where.line or 0, where.column or 0


@click.group(
    cls=Verbs, package=__name__, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.option(
    "--project",
    metavar="FILE",
    envvar="PATCHRULES_PROJECT",
    help="Settings. Default: patchrules.toml, here or in a folder above.",
)
@click.version_option(package_name="patchrules", message="%(prog)s %(version)s")
def main(project: str | None) -> None:
    """Which OS patches are approved, and which machines comply.

    Decides as AWS Systems Manager Patch Manager does: offline, for one host or a fleet. Exit code 0: everything
    complies, 1: something does not, 2: the input is wrong.
    """


def command() -> None:
    """Run the command in a process of its own, which is what the script ``patchrules`` does."""
    without_pandas()
    main(prog_name="patchrules")
