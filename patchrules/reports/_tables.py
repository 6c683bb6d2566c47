"""Tables of a run as they are written: strings in dictionaries, and which run they are of in the schema."""

from __future__ import annotations

import json

import pyarrow as pa

from patchrules.evaluation.plain import stamp
from patchrules.evaluation.run import Run, address
from patchrules.questions.tables import table


def shaped(run: Run, name: str) -> pa.Table:
    """Return a table of a run with its texts dictionary-encoded; the schema says run, table, instant and sources.

    The keys of the metadata are ``patchrules.run`` (its id), ``.table``, ``.as_of``, ``.version`` and ``.sources``, a
    JSON list of name, format and sha256 of every file.
    """
    found = table(run, name)
    columns = [column.dictionary_encode() if pa.types.is_string(column.type) else column for column in found.columns]
    inputs = run.inputs()
    said = {
        "run": address(inputs),
        "table": name,
        "as_of": stamp(run.settings.as_of),
        "version": run.version,
        "sources": json.dumps(inputs["sources"], sort_keys=True),
    }
    metadata = {f"patchrules.{key}": text for key, text in said.items()}
    return pa.table(columns, names=found.column_names).replace_schema_metadata(metadata)
