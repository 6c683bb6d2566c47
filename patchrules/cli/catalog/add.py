"""``patchrules catalog add``: keep what a catalog held when it was observed."""

from __future__ import annotations

from datetime import datetime

import click

from patchrules.cli._inputs import refused
from patchrules.cli._options import SCOPE
from patchrules.cli._output import emit
from patchrules.cli._progress import stage
from patchrules.cli._types import Instant, Place


@click.command()
@click.argument("store", type=Place(), metavar="STORE")
@click.argument("sources", nargs=-1, required=True, type=Place(), metavar="SOURCE...")
@SCOPE[0]
@click.option("--product", "products", multiple=True, metavar="GLOB", help="Products it speaks for: Debian12*.")
@click.option("--observed", type=Instant(), help="When it was observed. Default: when the files say they were made.")
def command(
    *, store: str, sources: tuple[str, ...], family: str | None, products: tuple[str, ...], observed: datetime | None
) -> None:
    """Add SOURCES, which together are one catalog, to the folder STORE as they were observed at an instant.

    \b
    patchrules catalog add stores/rhel9 mirror/rhel9 --product 'RedhatEnterpriseLinux9*' --observed 2026-11-01T00:00Z
    patchrules evaluate --catalog stores/rhel9 --known-as-of 2026-11-05T00:00Z --inventory dumps/

    The store keeps each observation whole, and of every row when it was first and last seen, re-dated and withdrawn.
    """
    from patchrules.catalog import observe_catalog, read_catalog

    with stage("reading the catalog"):
        found = read_catalog(*sources, family=family, products=products or None)
    refused("catalog", found.rejects)
    emit(f"{store}: {observe_catalog(store, found, observed_at=observed)}", None)
