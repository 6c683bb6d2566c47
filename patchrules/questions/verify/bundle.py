"""Making a bundle of evidence: a run, and the rows that its verdicts follow from."""

from __future__ import annotations

import dataclasses
import io
import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.catalog import write_catalog
from patchrules.errors import DocumentError
from patchrules.evaluation.nouns import of_hosts
from patchrules.evaluation.opened import Fleet, in_memory
from patchrules.evaluation.plain import plain, stamp
from patchrules.evaluation.run import Run, as_run
from patchrules.evaluation.saved import save_run
from patchrules.model.host import Inventory
from patchrules.model.loaded import as_catalogs
from patchrules.model.patch import Catalog
from patchrules.model.previous_run import PreviousRun
from patchrules.model.source import Source
from patchrules.questions.verify import differences
from patchrules.questions.verify.again import judged_again
from patchrules.questions.verify.archive import INVENTORY, RUN, TRACKING, parquet, written

_MOST_TOLD = 3


def bundle(
    run: Run,
    inventory: Inventory | Fleet,
    catalogs: Catalog | Sequence[Catalog],
    *,
    previous_runs: Mapping[str, PreviousRun] | None = None,
    pseudonymise: bool = False,
) -> bytes:
    """Return a run and all that its verdicts follow from as one ZIP archive.

    The archive has a manifest with the sha256 of every file, the saved run with its baselines, settings and which
    baseline served which host, and the rows of ``inventory`` and ``catalogs``, which must be those that the run was
    made from, as must be ``previous_runs``: what the tracking files of hosts remembered. ``pseudonymise`` numbers hosts
    and patch groups, and leaves out tags, the texts of refused rows and the names of inventory files; packages and
    verdicts stay. The same inputs make the same bytes.

    Raises DocumentError PR7832 where the inputs do not give the run, PR7806 for what is no run, InventoryError PR2121
    for what is no inventory, and CatalogError PR3803 for catalogs that were not read.

    >>> import patchrules as pr
    >>> told = {"host": ["web-1"], "name": ["bash"], "arch": ["amd64"], "evr": ["5.2"]}
    >>> fleet = pr.read_inventory(pa.table(told), family="debian", product="Debian12")
    >>> run = pr.evaluate_fleet(pr.predefined("AWS-DebianDefaultPatchBaseline"), fleet, [], as_of="2026-11-01T00:00Z")
    >>> print(pr.verify(pr.bundle(run, fleet, [])))  # doctest: +ELLIPSIS
    HOLDS: run ... on 1 host
    """
    run, known = as_run(run), as_catalogs(catalogs)
    fleet = of_hosts(in_memory(inventory, "inventory"), run.hosts["host"].to_pylist())
    told = previous_runs or {}
    apart = list(differences(run, judged_again(run, fleet, known, told)))
    if apart:
        hint = f"give what it was made from, tracking files too, or evaluate again\n    {'; '.join(apart[:_MOST_TOLD])}"
        raise DocumentError("the inventory and catalogs do not give this run", code="PR7832", hint=hint)
    names = run.hosts["host"].to_pylist()
    if pseudonymise:
        run, fleet = _pseudonymous(run, fleet)
    now = dict(zip(names, run.hosts["host"].to_pylist(), strict=True))
    memory = {now[host]: plain(one) for host, one in sorted(told.items()) if host in now}
    files = {**_saved(run), **_rows(fleet), **_compiled(known)}
    files |= {TRACKING: json.dumps(memory, indent=2, ensure_ascii=False).encode()} if memory else {}
    manifest = {
        "run": run.id,
        "version": run.version,
        "as_of": stamp(run.settings.as_of),
        "pseudonymised": pseudonymise,
        "inventory": plain(fleet.sources),
    }
    return written(files, manifest)


def _saved(run: Run) -> dict[str, bytes]:
    """Return the files of the saved run."""
    with tempfile.TemporaryDirectory() as folder:
        saved = save_run(run, Path(folder) / "run")
        return {name: (saved / Path(name).name).read_bytes() for name in RUN}


def _compiled(catalogs: Sequence[Catalog]) -> dict[str, bytes]:
    """Return the catalogs as files."""
    files = {}
    for number, one in enumerate(catalogs, 1):
        sink = io.BytesIO()
        write_catalog(one, sink)
        files[f"catalogs/{number:03}.parquet"] = sink.getvalue()
    return files


def _rows(fleet: Inventory) -> dict[str, bytes]:
    """Return the tables of the inventory."""
    return dict(zip(INVENTORY, map(parquet, (fleet.hosts, fleet.packages, fleet.rejects)), strict=True))


def _pseudonymous(run: Run, fleet: Inventory) -> tuple[Run, Inventory]:
    """Return the run and its inventory with numbers for names, in the order of the run's hosts."""
    hosts = _numbers("host", run.hosts["host"])
    groups = _numbers("group", run.hosts["patch_group"])
    rejects = _renamed(fleet.rejects, "host", hosts)
    for column in ("file", "text", "message"):
        rejects = _filled(rejects, column, "")
    tags = fleet.hosts.schema.field("tags").type
    told = _renamed(_renamed(fleet.hosts, "host", hosts), "patch_group", groups)
    told = told.set_column(told.schema.get_field_index("tags"), "tags", pa.nulls(told.num_rows, tags))
    bare = tuple(_bare(one) for one in fleet.sources)
    digests = {one.sha256 for one in fleet.sources}
    sources = tuple(_bare(one) if one.sha256 in digests else one for one in run.sources)
    private = dataclasses.replace(
        run,
        hosts=_renamed(_renamed(run.hosts, "host", hosts), "patch_group", groups),
        verdicts=_renamed(run.verdicts, "host", hosts),
        sources=sources,
        diagnostics=tuple(dataclasses.replace(one, where=None) for one in run.diagnostics),
    )
    packages = _renamed(fleet.packages, "host", hosts)
    return private, Inventory(told, packages, rejects, bare)


def _numbers(word: str, column: pa.ChunkedArray) -> dict[str, str]:
    """Return a number for each text, in the order in which they first stand."""
    texts = [text for text in column.unique().to_pylist() if text is not None]
    width = len(str(len(texts)))
    return {text: f"{word}-{number:0{width}}" for number, text in enumerate(texts, 1)}


def _renamed(table: pa.Table, column: str, names: dict[str, str]) -> pa.Table:
    """Return a table with other texts in a column; what has no other text is null."""
    known, others = pa.array(list(names), pa.string()), pa.array(list(names.values()), pa.string())
    found = others.take(pc.index_in(table[column], value_set=known).combine_chunks())
    return table.set_column(table.schema.get_field_index(column), column, found)


def _filled(table: pa.Table, column: str, text: str) -> pa.Table:
    """Return a table with one text in a whole column."""
    values: Any = pa.array([text] * table.num_rows, pa.string())
    return table.set_column(table.schema.get_field_index(column), column, values)


def _bare(source: Source) -> Source:
    """Return a source without its name."""
    return dataclasses.replace(source, name=source.format)
