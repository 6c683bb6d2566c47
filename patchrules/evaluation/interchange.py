"""A run as Arrow tables that other libraries read where they lie."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from patchrules.batch.listing import SCHEMA
from patchrules.errors import UnknownNameError
from patchrules.evaluation.run import Run, as_run

_TABLES = ("verdicts", "hosts")


def as_arrow(run: Run, table: str = "verdicts") -> pa.Table:
    """Return the verdicts of a run, or its hosts, as an Arrow table.

    Texts of verdicts are dictionaries: a row is some small integers, and DuckDB, Polars and pandas take them so
    (``docs/reference/arrow-schemas.md``). Of a run that was written as it was judged, the file is read. Raises
    UnknownNameError for another table and DocumentError PR7806 for what is no run.

    >>> import patchrules as pr
    >>> prepared = pr.prepare(pr.predefined("AWS-DebianDefaultPatchBaseline"), [])
    >>> web = pr.host("web-1", product="Debian12", packages=[{"name": "bash", "arch": "amd64", "evr": "5.2-1"}])
    >>> print(as_arrow(prepared.evaluate(web, as_of="2025-03-01T00:00Z"))["state"].type)
    dictionary<values=string, indices=int32, ordered=0>
    """
    if table not in _TABLES:
        raise UnknownNameError("table of a run", table, _TABLES)
    run = as_run(run)
    if table == "hosts":
        return run.hosts
    if run.folder is not None:
        texts = [field.name for field in SCHEMA if pa.types.is_dictionary(field.type)]
        found = pq.read_table(Path(run.folder) / "verdicts.parquet", read_dictionary=texts, memory_map=True)
        return found.replace_schema_metadata(None).select(SCHEMA.names)
    return run.verdicts.cast(SCHEMA)
