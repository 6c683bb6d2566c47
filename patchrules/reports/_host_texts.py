"""The hosts of a run as JSON objects with their patches, some hosts at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.evaluation.run import Run
from patchrules.reports._hosts import EVIDENCE, LISTS, PATCH, host_object, placed_verdicts
from patchrules.reports._json_texts import Layout, cells, rows

_HOSTS = 100
_ROWS = 4000
"""Hosts and patches that are texts at a time; all patches of a host are."""


def host_texts(run: Run, layout: Layout, depth: int, more: Mapping[str, Any] | None = None) -> Iterator[bytes]:
    """Yield one object a host that stands at a depth, in the order of the run's hosts, each with the members ``more``.

    Patches are sorted by name and architecture. Cost: Python once a host and distinct value, the rest in Arrow.
    """
    places, order = placed_verdicts(run)
    found = {one["values"]: one["counts"] for one in pc.value_counts(places).to_pylist()}
    counts = [found.get(place, 0) for place in range(run.hosts.num_rows)]
    columns, done = _columns(run, layout, depth), 0
    close = f"{layout.line(depth)}}}"
    end = f"{layout.line(depth + 1)}]"
    after = f",{layout.dump(more, depth)[1:]}" if more else close
    for first, last in _together(counts):
        number = sum(counts[first:last])
        taken = {name: one.take(order.slice(done, number)) for name, one in columns.items()}
        texts, done = _patches(taken, layout, depth + 2, counts[first:last]), done + number
        for host in run.hosts.slice(first, last - first).to_pylist():
            head, patches = layout.dump(host_object(run, host), depth).removesuffix(close), next(texts)
            start = layout.start(1, "patches", depth + 1)
            yield b"".join((as_bytes(f"{head}{start}["), patches, as_bytes(f"{end if patches else ']'}{after}")))


def _together(counts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the first host and the one after the last of those that are written together.

    >>> list(_together([3000, 900, 200, 9000]))
    [(0, 2), (2, 3), (3, 4)]
    """
    first = total = 0
    for place, count in enumerate(counts):
        if place > first and (total + count > _ROWS or place - first == _HOSTS):
            yield first, place
            first, total = place, 0
        total += count
    if counts:
        yield first, len(counts)


def _columns(run: Run, layout: Layout, depth: int) -> dict[str, Any]:
    """Return the columns of the verdicts that are members of a patch or its evidence, as texts."""
    deep = depth + 4
    return {name: cells(run.verdicts[name], layout, deep) for name in (*PATCH, *EVIDENCE, *LISTS)}


def _patches(taken: Mapping[str, Any], layout: Layout, depth: int, counts: Sequence[int]) -> Iterator[memoryview]:
    """Yield the patches of each of some hosts, with commas between them."""
    said = {name: pc.fill_null(one.cast(pa.string()), "[]" if name in LISTS else "null") for name, one in taken.items()}
    evidence = rows({name: said[name] for name in (*EVIDENCE, *LISTS)}, layout, depth + 1)
    members = {name: said[name] for name in PATCH} | {"evidence": evidence}
    texts = rows(members, layout, depth, before=f",{layout.line(depth)}")
    ends, data = memoryview(texts.buffers()[1]).cast("i"), memoryview(texts.buffers()[2] or b"")
    place = 0
    for count in counts:
        yield data[ends[place] + 1 : ends[place + count]] if count else data[:0]
        place += count


def as_bytes(found: str) -> bytes:
    """Return text as bytes; half surrogates are escaped."""
    return found.encode("utf-8", "backslashreplace")
