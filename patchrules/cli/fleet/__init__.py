"""``patchrules fleet``: inventories of many hosts as tables of our own; one file per command."""

from __future__ import annotations

import click

from patchrules.cli._folder import Folder


@click.group(cls=Folder, package=__name__)
def command() -> None:
    """Bring large inventories into the shape that is judged fastest."""
