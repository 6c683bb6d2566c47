"""Hosts whose rows lie in several parts of a fleet: what is judged of a part has to be whole."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from patchrules.errors import Diagnostic, InventoryError
from patchrules.inventory._parts import Part, unreadable
from patchrules.inventory.arrow_table import BROKEN
from patchrules.sources.arrow import counting

_READERS = 2


def split_hosts(parts: Sequence[Part]) -> frozenset[str]:
    """Return the hosts that have rows in more than one part.

    Cost: nothing for parts whose hosts lie between those of other parts, as files say it that were sorted by host;
    reads the column of hosts of all others, which packs well.
    """
    found: Counter[str] = Counter()
    with ThreadPoolExecutor(_READERS) as readers:
        for hosts in readers.map(_hosts_of, _overlapping(parts)):
            found.update(hosts)
    return frozenset(host for host, count in found.items() if count > 1 and host is not None)


def once(names: Sequence[str]) -> frozenset[str]:
    """Return the hosts that came out of a stream; raises InventoryError PR2111 for one that came twice.

    A file that states wrong bounds hides that a host has rows in several of its parts.

    >>> sorted(once(["web-1", "web-2"]))
    ['web-1', 'web-2']
    """
    found = frozenset(names)
    if len(found) < len(names):
        twice = next(name for name, count in Counter(names).items() if count > 1)
        message = f"rows of `{twice}` lie in several places, and the bounds that a file states of its hosts hide it"
        raise InventoryError(message, code="PR2111", hint="write the file anew, sorted by host: ORDER BY host")
    return found


def numbered(aside: Sequence[tuple[str, Any]]) -> Any:  # noqa: ANN401 - pyarrow.Table
    """Return the rows of files as one table; the line of each is its number there, from 0."""
    rows = pa.concat_tables([one for _, one in aside], promote_options="default").unify_dictionaries()
    return rows.set_column(rows.column_names.index("line"), "line", counting(rows.num_rows))


def placed(
    aside: Sequence[tuple[str, Any]],
    rejects: Any,  # noqa: ANN401 - pyarrow.Table
    diagnostics: Sequence[Diagnostic],
) -> tuple[Any, tuple[Diagnostic, ...]]:
    """Return what was said of :func:`numbered` rows with the file and the line that each stands in.

    Cost: Python for each refused row, a search among the files.

    >>> from patchrules.model.columns import REJECTS
    >>> from patchrules.sources.arrow import table
    >>> aside = [("a.parquet", pa.table({"line": [7]})), ("b.parquet", pa.table({"line": [1, 2]}))]
    >>> said = {"file": ["?"], "line": [2], "code": ["PR2002"], "message": ["bad"]}
    >>> placed(aside, table(REJECTS, said, 1), ())[0].select(["file", "line"]).to_pylist()
    [{'file': 'b.parquet', 'line': 2}]
    """
    ends = list(itertools.accumulate(rows.num_rows for _, rows in aside))
    rows = [row | _place(aside, ends, row["line"]) for row in rejects.to_pylist()]
    said = [
        replace(one, where=replace(one.where, **_place(aside, ends, one.where.line))) if one.where else one
        for one in diagnostics
    ]
    return pa.Table.from_pylist(rows, rejects.schema), tuple(said)


def _place(aside: Sequence[tuple[str, Any]], ends: Sequence[int], number: int | None) -> dict[str, Any]:
    """Return file and line of a row by its number; of no row the files. ``ends`` say how many rows there are so far."""
    if number is None:
        first, *more = dict.fromkeys(file for file, _ in aside)
        return {"file": f"{first} and {len(more):,} more" if more else first}
    at = bisect_right(ends, number)
    file, rows = aside[at]
    return {"file": file, "line": rows["line"][number - ends[at]].as_py()}


def _overlapping(parts: Sequence[Part]) -> list[Part]:
    """Return the parts that may have a host which another one has: all of them where one does not say its bounds."""
    if len(parts) < 2:  # noqa: PLR2004 - there is no second part
        return []
    bounds = list(_bounds(parts))
    if None in bounds:
        return list(parts)
    chains: list[list[Part]] = []
    highest = b""
    for (low, high), place in sorted((one, place) for place, one in enumerate(bounds) if one):
        if chains and low <= highest:
            chains[-1].append(parts[place])
        else:
            chains.append([parts[place]])
        highest = max(highest, high)
    return [part for chain in chains if len(chain) > 1 for part in chain]


def _bounds(parts: Sequence[Part]) -> Iterator[tuple[bytes, bytes] | None]:
    """Yield the first and the last host of each part as its file states them, None where it does not.

    A bound that was cut short still bounds: bytes of UTF-8 have the order of the texts.
    """
    files: dict[str, Any] = {}
    for part in parts:
        name = part.columns.get("host", "")
        if part.table is not None or name not in part.texts or not part.groups:
            yield None
            continue
        if part.file not in files:
            files[part.file] = _metadata(part.file)
        said = [_statistics(files[part.file].row_group(group), name) for group in part.groups]
        # Blanks around an id are no part of it: those behind it are left out, those before it are the lowest of all.
        whole = all(one is not None and one.has_min_max and one.min_raw[:1].strip() for one in said)
        yield (min(one.min_raw.rstrip() for one in said), max(one.max_raw for one in said)) if whole else None


def _metadata(file: str) -> Any:  # noqa: ANN401 - pyarrow.parquet.FileMetaData
    """Return the footer of a file; raises InventoryError PR2103 for one that cannot be read."""
    try:
        with pq.ParquetFile(file) as opened:
            return opened.metadata
    except BROKEN as problem:
        raise unreadable(file, problem) from problem


def _statistics(group: Any, name: str) -> Any:  # noqa: ANN401 - pyarrow.parquet
    """Return what a row group states of a column, None where it states nothing."""
    columns = (group.column(place) for place in range(group.num_columns))
    return next((one.statistics for one in columns if one.path_in_schema == name), None)


def _hosts_of(part: Part) -> list[str]:
    """Return the hosts that a part has rows of."""
    names: list[str] = pc.unique(part.read(["host"])["host"].unify_dictionaries()).cast(pa.string()).to_pylist()
    return names
