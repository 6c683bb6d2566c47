"""``patchrules catalog build``: many files of what could be installed, as one that is read in milliseconds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from patchrules.cli._inputs import refused
from patchrules.cli._options import FAMILY, LIMIT
from patchrules.cli._output import opened, table
from patchrules.cli._progress import stage
from patchrules.cli._settings import setting
from patchrules.cli._types import Place

if TYPE_CHECKING:
    from patchrules.model.patch import Catalog

_COLUMNS = {"Source": "{name}", "Format": "{format}", ">Rows": "{rows:,}", ">Refused": "{rejects:,}", "sha256": "{sha}"}
_SHA_SHOWN = 12


@click.command()
@click.argument("sources", nargs=-1, required=True, type=Place(), metavar="SOURCE...")
@FAMILY
@LIMIT
@click.option("--product", "products", multiple=True, metavar="GLOB", help="Products it speaks for: Debian12*.")
@click.option("--arch", metavar="ARCH", help="Architecture of the hosts it speaks for.")
@click.option("--repository", metavar="NAME", help="What the repository is called.")
@setting("--strict", key="evaluate.strict", is_flag=True, help="Fail on refused rows.")
@click.option("--output-format", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("-o", "--output", type=Place(), required=True, metavar="FILE", help="The catalog, whole or not at all.")
def command(
    *,
    sources: tuple[str, ...],
    family: str | None,
    products: tuple[str, ...],
    arch: str | None,
    repository: str | None,
    limit: tuple[tuple[str, int], ...],
    strict: bool,
    output_format: str,
    output: str,
) -> None:
    """Make one Parquet file of SOURCES: files, folders or globs that together are the catalog of one system.

    \b
    patchrules catalog build mirror/rhel9 --product 'RedhatEnterpriseLinux9*' -o rhel9.parquet
    patchrules evaluate --catalog rhel9.parquet --inventory dumps/ --baseline prod.json

    The file remembers every source with its sha256 and its rows, which are shown, and what was refused or doubtful. The
    same sources make the same bytes.
    """
    from patchrules.catalog import build_catalog
    from patchrules.sources.files import Limits

    with stage("building the catalog"), opened(output) as stream:
        built = build_catalog(
            stream,
            *sources,
            family=family,
            products=products or None,
            arch=arch,
            repository=repository,
            limits=Limits(**dict(limit)),
            on_bad_row="raise" if strict else "collect",
        )
        if strict:
            refused("catalog", built.rejects, strict=True)
    refused("catalog", built.rejects)
    is_json = output_format == "json"
    told = json.dumps(_document(built), indent=2, ensure_ascii=False) if is_json else _table(built, output)
    click.echo(told, err=output == "-")  # where the catalog itself is on standard output


def _table(built: Catalog, output: str) -> str:
    """Return what was built of what, and what was doubtful."""
    rows = [row | {"sha": row["sha256"][:_SHA_SHOWN]} for row in _sources(built)]
    head = "\n".join(
        [f"{output}: {built}", *(f"  {line}" for one in built.diagnostics for line in str(one).splitlines())]
    )
    return table(rows, _COLUMNS, head)


def _document(built: Catalog) -> dict[str, Any]:
    """Return what was built as plain values."""
    scope = {name: getattr(built.scope, name) for name in ("family", "arch", "repository")}
    return {
        "schema": "patchrules/catalog-build/1",
        "scope": scope | {"products": list(built.scope.products)},
        "as_of": built.as_of.strftime("%Y-%m-%dT%H:%M:%SZ") if built.as_of else None,
        "patches": built.table.num_rows,
        "rejects": built.rejects.num_rows,
        "sources": _sources(built),
        "diagnostics": [
            {"code": one.code, "level": str(one.level), "message": one.message, "count": one.count}
            | ({"file": one.where.file} if one.where else {})
            for one in built.diagnostics
        ],
    }


def _sources(built: Catalog) -> list[dict[str, Any]]:
    """Return each source as plain values."""
    names = ("name", "format", "sha256", "bytes", "rows", "rejects")
    return [{name: getattr(source, name) for name in names} for source in built.sources]
