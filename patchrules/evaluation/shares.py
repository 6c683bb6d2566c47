"""A fleet in shares, each judged by a worker of an executor: threads, processes, or machines."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor
from dataclasses import replace
from typing import TypeVar

from patchrules.batch.portions import portions
from patchrules.errors import InventoryError
from patchrules.evaluation.judging import Question
from patchrules.evaluation.opened import Fleet
from patchrules.evaluation.split import split_hosts
from patchrules.model.columns import REJECTS
from patchrules.model.host import Inventory
from patchrules.sources import arrow

A_WORKER = 2
"""Shares for each processor: fewer leave processors idle at the end, more compile policies again and again."""

_Found = TypeVar("_Found")


def shares(fleet: Inventory | Fleet) -> list[Inventory | Fleet]:
    """Return the shares of a fleet in its order; together they hold every row once."""
    if isinstance(fleet, Inventory):
        none = arrow.table(REJECTS, {}, 0)
        return [Inventory(one.hosts, one.packages, none) for one in portions(fleet.hosts, fleet.packages)]
    if fleet.star:
        cut = _cut(fleet.star.parts)
        return [Fleet(None, (), fleet.options, replace(fleet.star, parts=one, rejects=None, said={})) for one in cut]
    split = split_hosts(fleet.parts)
    return [Fleet(None, one, fleet.options, split=split) for one in _cut(fleet.parts)]


def remainder(fleet: Inventory | Fleet) -> Inventory | Fleet:
    """Return the fleet without its rows: what it says of hosts, and which rows the door refused."""
    if isinstance(fleet, Inventory):
        return replace(fleet, hosts=fleet.hosts.slice(0, 0), packages=fleet.packages.slice(0, 0))
    if fleet.star:
        return replace(fleet, star=replace(fleet.star, parts=()))
    return replace(fleet, parts=(), split=frozenset())


def answered(
    executor: Executor,
    judge: Callable[[Question, Inventory | Fleet], _Found],
    question: Question,
    cut: Sequence[Inventory | Fleet],
) -> Iterator[tuple[int, _Found]]:
    """Yield the rows of each share and what was found in it, in order.

    Raises InventoryError PR2113 where a worker ended before it answered, as one does that the system killed; what the
    others found is given up.
    """
    coming = [executor.submit(judge, question, share) for share in cut]
    for share, one in zip(cut, coming, strict=True):
        try:
            found = one.result()
        except BrokenExecutor as problem:
            message = f"a worker ended before it had judged {_named(share)}"
            hint = "start again; a worker that takes too much memory is killed: give fewer workers"
            raise InventoryError(message, code="PR2113", hint=hint) from problem
        yield (share.rows if isinstance(share, Fleet) else share.packages.num_rows), found


_Part = TypeVar("_Part")


def _cut(parts: Sequence[_Part]) -> list[tuple[_Part, ...]]:
    """Return parts in runs of about equal number."""
    count = max(min(len(parts), A_WORKER * (os.cpu_count() or 1)), 1)
    places = [len(parts) * place // count for place in range(count + 1)]
    return [tuple(parts[start:stop]) for start, stop in itertools.pairwise(places)]


def _named(share: Inventory | Fleet) -> str:
    """Return the files of a share, as far as there are any."""
    if isinstance(share, Inventory):
        return f"{share.hosts.num_rows:,} hosts"
    names = list(dict.fromkeys(part.file for part in (share.star.parts if share.star else share.parts)))
    return f"`{names[0]}`" + (f" and {len(names) - 1:,} other files" if len(names) > 1 else "")
