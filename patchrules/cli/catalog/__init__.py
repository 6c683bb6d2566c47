"""``patchrules catalog``: catalogs as files of our own; one file per command."""

from __future__ import annotations

import click

from patchrules.cli._folder import Folder


@click.group(cls=Folder, package=__name__)
def command() -> None:
    """Compile catalogs, so that they are read in milliseconds and say what they were made of."""
