"""A group of commands that are files of one folder: found by name, imported when they are used."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from typing import Any

import click

from patchrules.cli._settings import take_defaults


class Folder(click.Group):
    """The commands of one package, a file each; files that begin with ``_`` are none."""

    def __init__(self, *arguments: Any, package: str, **options: Any) -> None:  # noqa: ANN401  click's own
        super().__init__(*arguments, **options)
        self._package = package

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """Return the commands by name."""
        path = importlib.import_module(self._package).__path__
        return sorted(module.name for module in pkgutil.iter_modules(path) if not module.name.startswith("_"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; of a name that is none, click says so."""
        if cmd_name not in self.list_commands(ctx):
            return None
        found: click.Command = importlib.import_module(f"{self._package}.{cmd_name}").command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Say of each command what it does: its first sentence, whole."""
        found = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, one.get_short_help_str(sys.maxsize)) for name, one in found if one])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, and what its options are where they are not typed; for its help nothing is read."""
        name, command, rest = super().resolve_command(ctx, args)
        if command is not None and not ctx.resilient_parsing and not set(ctx.help_option_names) & set(rest):
            take_defaults(ctx, str(name), command)
        return name, command, rest
