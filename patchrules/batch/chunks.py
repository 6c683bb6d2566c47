"""Package rows cut into chunks that hold whole hosts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from patchrules.batch.keys import distinct

CHUNK_ROWS = 1_000_000
"""Rows judged at a time; a chunk is longer only where one host has more."""


def chunks(packages: pa.Table, rows: int = CHUNK_ROWS) -> Iterator[pa.Table]:
    """Cut a table of packages into chunks of about ``rows`` rows that hold whole hosts.

    Rows of one host that do not stand together are brought together first, which costs a sort of the table.

    >>> table = pa.table({"host": ["a", "b", "a"]})
    >>> [chunk["host"].to_pylist() for chunk in chunks(table, rows=1)]
    [['a', 'a'], ['b']]
    """
    codes, hosts = distinct(packages["host"])
    starts = np.flatnonzero(np.diff(codes, prepend=-1))
    if len(starts) > len(hosts):
        order = np.argsort(codes, kind="stable")
        packages, codes = packages.take(pa.array(order)), codes[order]
        starts = np.flatnonzero(np.diff(codes, prepend=-1))
    cuts = [0]
    for start in starts.tolist():
        if start - cuts[-1] >= rows:
            cuts.append(start)
    for begin, end in zip(cuts, [*cuts[1:], packages.num_rows], strict=True):
        yield packages.slice(begin, end - begin)
