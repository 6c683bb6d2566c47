"""A fleet on a Spark cluster: every task judges whole hosts with the batch engine, and nothing is collected.

Needs ``pip install patchrules[spark]`` on the driver and on every worker. docs/how-to/spark.md has a whole job.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.evaluation import fleet
from patchrules.evaluation.coverage import check_scopes
from patchrules.evaluation.feeds import TOLD
from patchrules.evaluation.profiles import as_registry
from patchrules.evaluation.run import Run
from patchrules.inventory import read_inventory as read_here
from patchrules.model.baseline import Baseline, Registry
from patchrules.model.columns import HOSTS, PACKAGES, REJECTS, RUN_HOSTS, VERDICTS
from patchrules.model.loaded import as_catalogs, as_policy
from patchrules.model.patch import Catalog
from patchrules.sources import arrow

ROWS = 1_000_000
"""Rows that a task judges at once: what bounds its memory."""

FILES = 500
"""Files of hosts that a task reads at once."""

DataFrame = Any
"""A ``pyspark.sql.DataFrame``; pyspark is imported where a job is made, not where this module is read."""


@dataclass(frozen=True, slots=True)
class SparkRun:
    """What an evaluation says, as four plans: Spark evaluates when one of them is written or counted.

    ``hosts`` has the columns ``model.columns.RUN_HOSTS``, ``verdicts`` those of VERDICTS, ``rejects`` those of REJECTS.
    ``diagnostics`` is what is told of the catalogs that hosts have (PR7017, PR7018, PR7019): ``code``, ``level``,
    ``message``, ``hint``, and ``count``, how many hosts; other diagnostics of a run are not told. Each is a pass over
    the packages; who wants two of them caches the packages, not the verdicts.
    """

    hosts: DataFrame
    verdicts: DataFrame
    rejects: DataFrame
    diagnostics: DataFrame


def evaluate_fleet(
    policy: Baseline | Registry,
    packages: DataFrame,
    catalogs: Catalog | Sequence[Catalog],
    *,
    rows_at_once: int = ROWS,
    **options: Any,  # noqa: ANN401 - those of patchrules.evaluate_fleet
) -> SparkRun:
    """Judge the hosts of a Spark DataFrame as :func:`patchrules.evaluate_fleet` judges them on one machine.

    ``packages`` has one row an installed package, with the columns of a flat fleet: ``host``, ``name``, ``arch``,
    ``evr``, and ``family``, ``product``, ``host_arch``, ``patch_group`` of the host (docs/reference/schemas.md). It is
    shuffled once, so that every task has whole hosts. ``options`` are those of ``patchrules.evaluate_fleet``, ``as_of``
    among them; policy and catalogs travel to the workers by pickle.

    Raises what ``patchrules.evaluate_fleet`` raises, inside Spark's PythonException where a task raises it; before the
    job begins CatalogError PR3801, and PR3803 and BaselineError PR1804 for catalogs and a policy that were not loaded.
    """
    registry, scoped = as_registry(as_policy(policy)), as_catalogs(catalogs)
    if not all(catalog.scope.products for catalog in scoped):
        # One task may see one product where the fleet has several, so the whole fleet is asked.
        known = packages.select("family", "product").distinct().dropna().collect()
        check_scopes(scoped, {(row["family"], row["product"]) for row in known})
    judge = _Judge(registry, scoped, options, rows_at_once)
    whole = packages.repartition("host").sortWithinPartitions("host")
    plans = {name: _mapped(whole, judge.of(name), columns) for name, columns in _RESULTS.items()}
    # Every task tells of its own hosts.
    counted = plans["diagnostics"].groupBy(*_TEXTS).sum("count")
    return SparkRun(**plans | {"diagnostics": counted.withColumnRenamed("sum(count)", "count")})


def read_inventory(files: DataFrame) -> DataFrame:
    """Return the packages of inventory files as a flat fleet, a row an installed package.

    ``files`` is what ``spark.read.format("binaryFile")`` gives: every format of :func:`patchrules.read_inventory` is
    read, and the files of a host, which have its id for a name, add to one another as those of a Resource Data Sync do.
    A host without packages has no row. Refused rows are not returned: ask ``patchrules.read_inventory`` for them.
    """
    from pyspark.sql import functions

    host = functions.regexp_extract("path", r"([^/]+?)(?:\.json)?(?:\.gz)?$", 1)
    named = files.select(host.alias("host"), "path", "content")
    whole = named.repartition("host").sortWithinPartitions("host")
    return _mapped(whole, _flat_rows, _FLAT)


_TEXTS = ("code", "level", "message", "hint")
_DIAGNOSTICS = pa.schema([*((name, pa.string()) for name in _TEXTS), ("count", pa.int64())])
_RESULTS = {
    "hosts": arrow.schema(RUN_HOSTS),
    "verdicts": arrow.schema(VERDICTS),
    "rejects": arrow.schema(REJECTS),
    "diagnostics": _DIAGNOSTICS,
}
_OF_HOST = {"host_arch" if column.name == "arch" else column.name: column.name for column in HOSTS[1:]}
"""The columns of a flat fleet that speak of the host, and their names in the table of hosts."""

_FLAT = pa.schema(
    [*arrow.schema(PACKAGES)] + [arrow.schema(HOSTS).field(theirs).with_name(ours) for ours, theirs in _OF_HOST.items()]
)


@dataclass(frozen=True, slots=True)
class _Judge:
    """What travels to the workers."""

    policy: Registry
    catalogs: tuple[Catalog, ...]
    options: dict[str, Any]
    rows: int

    def of(self, result: str) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
        """Return what a task does: batches of packages in, batches of one result out."""

        def judged(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for table in whole_hosts(batches, self.rows):
                inventory = fleet.open_fleet(table)
                if result == "rejects":
                    yield from inventory.rejects.to_batches()
                    continue
                run = fleet.evaluate_fleet(self.policy, inventory, self.catalogs, **self.options)
                yield from _table_of(run, result).to_batches()

        return judged


def _table_of(run: Run, result: str) -> pa.Table:
    """Return one result of a run; of its diagnostics those that are counted by hosts."""
    if result != "diagnostics":
        return run.hosts if result == "hosts" else run.verdicts
    rows = [{name: getattr(one, name) for name in _DIAGNOSTICS.names} for one in run.diagnostics if one.code in TOLD]
    return pa.Table.from_pylist(rows, _DIAGNOSTICS)


def whole_hosts(batches: Iterable[pa.RecordBatch], rows: int) -> Iterator[pa.Table]:
    """Join batches that are sorted by ``host`` to tables of about ``rows`` rows; no host is in two of them.

    >>> batches = pa.table({"host": ["a", "a", "b", "b", "c"]}).to_batches(max_chunksize=2)
    >>> [table["host"].to_pylist() for table in whole_hosts(batches, 3)]
    [['a', 'a'], ['b', 'b'], ['c']]
    """
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        waiting.append(batch)
        if sum(one.num_rows for one in waiting) >= rows:
            table = pa.Table.from_batches(waiting)
            # Rows of the last host may follow; where it is the first, too, or has no name, all of them wait.
            first = pc.index(table["host"], table["host"][-1]).as_py()
            if first > 0:
                yield table.slice(0, first)
                waiting = table.slice(first).to_batches()
    if waiting:
        yield pa.Table.from_batches(waiting)


def _flat_rows(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Read the files of whole hosts."""
    for table in whole_hosts(batches, FILES):
        found = read_here([content.as_py() for content in table["content"]])
        place = pc.index_in(found.packages["host"], value_set=found.hosts["host"].combine_chunks())
        facts = {ours: found.hosts[theirs].take(place) for ours, theirs in _OF_HOST.items()}
        rows = {**{name: found.packages[name] for name in found.packages.column_names}, **facts}
        yield from pa.table([rows[field.name] for field in _FLAT], schema=_FLAT).to_batches()


def _mapped(
    frame: DataFrame, act: Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]], schema: pa.Schema
) -> DataFrame:
    """Return ``act`` of a DataFrame's batches as a DataFrame."""
    from pyspark.sql.pandas.types import from_arrow_schema

    return frame.mapInArrow(act, from_arrow_schema(schema))
