"""``patchrules inspect``: what files are, and how good the data in them is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from patchrules.cli._options import FAMILY, LIMIT
from patchrules.cli._output import OUTPUT, emit, emit_rows
from patchrules.cli._progress import stage
from patchrules.cli._settings import setting
from patchrules.cli._types import Pair, Place

if TYPE_CHECKING:
    from patchrules.questions.inspect import Inspection

_COLUMNS = {"File": "{file}", "What": "{what}", ">Rows": "{rows:,}", ">Refused": "{rejects:,}", ">Doubts": "{doubts}"}
_FINDINGS = 1


@click.command()
@click.argument("files", nargs=-1, required=True, type=Place(), metavar="FILE...")
@FAMILY
@LIMIT
@setting(
    "--column",
    key="inventory.columns",
    type=Pair(),
    multiple=True,
    help="Name of a column of your tables: host=ResourceId.",
)
@click.option("--output-format", type=click.Choice(["table", "json"]), default="table", show_default=True)
@OUTPUT
def command(
    *,
    files: tuple[str, ...],
    family: str | None,
    limit: tuple[tuple[str, int], ...],
    column: tuple[tuple[str, str], ...],
    output_format: str,
    output: str | None,
) -> None:
    """Say of FILES what they are, which rows are refused and why, and what is missing or doubtful in the others.

    \b
    patchrules inspect dumps/web-1.rpmqa mirror/rhel9/repodata/updateinfo.xml.gz
    patchrules inspect --output-format json dumps/

    FILES are inventories, catalogs, KEV or EPSS: files, folders or globs. Exit code 1 when a file or a row is refused;
    what lies in a folder and is no list of anything, such as os-release, is not read and changes no exit code.
    """
    from patchrules.questions.inspect import inspect
    from patchrules.sources.files import Limits

    with stage(f"reading {', '.join(files)}"):
        found = inspect(*files, family=family, columns=dict(column), limits=Limits(**dict(limit)))
    if output_format == "json":
        document = {"schema": "patchrules/inspection/1", "files": [_document(one) for one in found]}
        emit(json.dumps(document, indent=2, ensure_ascii=False), output)
    elif len(found) == 1:
        emit(str(found[0]), output)
    else:
        head = "\n".join(str(one) for one in found if one.kind or one.fault)
        rows = [_row(one) for one in found]
        emit_rows(rows, columns=_COLUMNS, schema="", form="table", output=output, head=head)
    if not all(one.clean for one in found):
        raise SystemExit(_FINDINGS)


def _row(found: Inspection) -> dict[str, Any]:
    """Return a file as a row of the table."""
    what = "refused" if found.fault else found.format or "not read"
    counts = {name: getattr(found, name) for name in ("file", "rows", "rejects")}
    return counts | {"what": what, "doubts": len(found.diagnostics) + sum(one.count > 0 for one in found.measures)}


def _document(found: Inspection) -> dict[str, Any]:
    """Return a file as plain values."""
    names = ("file", "kind", "format", "label", "about", "sha256", "bytes", "compression", "rows", "rejects")
    plain = {name: getattr(found, name) for name in names}
    plain["fault"] = str(found.fault) if found.fault else None
    plain["refusals"] = [
        {name: getattr(one, name) for name in ("code", "message", "count", "line")} for one in found.refusals
    ]
    plain["measures"] = [{name: getattr(one, name) for name in ("name", "count", "of")} for one in found.measures]
    plain["diagnostics"] = [
        {"code": one.code, "level": str(one.level), "message": one.message, "count": one.count}
        for one in found.diagnostics
    ]
    return plain
