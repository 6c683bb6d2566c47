"""How differences look: between two runs, and between a run and AWS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from patchrules.cli._output import emit, emit_rows, table

if TYPE_CHECKING:
    from patchrules.questions.against_aws import AgainstAws
    from patchrules.questions.diff import Diff

_AWS_SCHEMA = "patchrules/against-aws/1"
_AWS_COLUMNS = {
    "Host": "{host}",
    "Patch": "{id}",
    "Ours": "{ours}",
    "AWS": "{theirs}",
    "Cause": "{cause}",
    "Why": "{why}",
}


def show(found: Diff, form: str, output: str | None) -> None:
    """Write what differs between two runs."""
    from patchrules.questions import diff_shown as shown

    if form == "json":
        emit(json.dumps(shown.document(found), indent=2, ensure_ascii=False), output)
    elif form == "markdown":
        emit(shown.markdown(found), output)
    elif form == "csv":
        emit_rows(found.verdicts.to_pylist(), columns={}, schema=shown.SCHEMA, form="csv", output=output)
    else:
        sides = [f"before  {found.before}", f"after   {found.after}"]
        head = "\n".join([str(found), *sides, *(str(one) for one in found.differences)])
        parts = (
            (shown.patch_rows(found), shown.PATCHES),
            (shown.group_rows(found), shown.GROUPS),
            (shown.host_rows(found), shown.HOSTS),
        )
        emit("\n\n".join([head, *(table(rows, columns) for rows, columns in parts if rows)]), output)


def show_aws(found: AgainstAws, form: str, output: str | None) -> None:
    """Write how a run stands to AWS's own verdicts."""
    from patchrules.questions.diff_shown import markdown_table

    rows = [one.as_dict() for one in found.disagreements]
    if form == "json":
        told = {"schema": _AWS_SCHEMA, "headline": str(found), "agreed": found.agreed, "rows": rows}
        emit(json.dumps(told, indent=2, ensure_ascii=False), output)
    elif form == "markdown":
        emit(
            "\n".join([f"### Against AWS: {found}", "", *(markdown_table(_AWS_COLUMNS, rows) if rows else ())]), output
        )
    else:
        emit_rows(rows, columns=_AWS_COLUMNS, schema=_AWS_SCHEMA, form=form, output=output, head=str(found))
