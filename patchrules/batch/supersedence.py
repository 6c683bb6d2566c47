"""Batch twin of ``reference.supersedence``: the closure of "replaces", over numbered updates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from patchrules.batch.keys import Bools, Ints


def components(down: Sequence[Sequence[int]], up: Sequence[Sequence[int]]) -> tuple[list[int], list[list[int]]]:
    """Return the component of each update, those that replace each other being one, and the members of each.

    A component that replaces another comes before it. Cost: O(updates + edges).

    >>> components([[1], [2], [1]], [[], [0, 2], [1]])
    ([0, 1, 1], [[0], [1, 2]])
    """
    finished: list[int] = []
    seen = [False] * len(down)
    for start in range(len(down)):
        stack = [] if seen[start] else [(start, iter(down[start]))]
        seen[start] = True
        while stack:
            node, steps = stack[-1]
            step = next((one for one in steps if not seen[one]), None)
            if step is None:
                finished.append(node)
                stack.pop()
            else:
                seen[step] = True
                stack.append((step, iter(down[step])))
    component, members = [-1] * len(down), list[list[int]]()
    for start in reversed(finished):
        if component[start] == -1:
            group = [start]
            component[start] = len(members)
            for node in group:
                for step in up[node]:
                    if component[step] == -1:
                        component[step] = len(members)
                        group.append(step)
            members.append(sorted(group))
    return component, members


def hidden(down: Sequence[Sequence[int]], up: Sequence[Sequence[int]], approved: Bools) -> tuple[Bools, Bools]:
    """Say which updates a later one hides, and which of those no approved newest one replaces.

    Batch twin of ``newest_above``, asked of every update at once.
    """
    component, members = components(down, up)
    is_hidden, is_lost = np.zeros(len(down), dtype=np.bool_), np.zeros(len(down), dtype=np.bool_)
    saved: list[bool] = []
    for number, group in enumerate(members):
        above = {component[step] for node in group for step in up[node]} - {number}
        saved.append(any(saved[one] for one in above) if above else bool(approved[group].any()))
        is_hidden[group], is_lost[group] = bool(above), bool(above) and not saved[number]
    return is_hidden, is_lost


def covered(start: Iterable[int], down: Callable[[int], Sequence[int]], size: int) -> Ints:
    """Return how many steps each update lies below ``start``, -1 where it does not."""
    distance = np.full(size, -1, dtype=np.int64)
    reached = sorted(start)
    distance[reached] = 0
    for node in reached:
        for step in down(node):
            if distance[step] < 0:
                distance[step] = distance[node] + 1
                reached.append(step)
    return distance


def way_up(node: int, distance: Ints, up: Callable[[int], Sequence[int]]) -> list[int]:
    """Return the shortest way from an update to what ``distance`` was measured from; numbers sort as names do."""
    way = [node]
    while distance[way[-1]]:
        way.append(min(step for step in up(way[-1]) if distance[step] == distance[way[-1]] - 1))
    return way


def below(node: int, down: Callable[[int], Sequence[int]]) -> list[int]:
    """Return what an update replaces, nearest first."""
    reached, seen = [node], {node}
    for one in reached:
        for step in down(one):
            if step not in seen:
                seen.add(step)
                reached.append(step)
    return reached[1:]
