"""Batch twin of ``reference.supersedence``: the closure of "replaces", over numbered updates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from patchrules.batch.keys import Bools


class Supersedence:
    """The closure over updates that are numbered as their names sort.

    ``replaces[a, b]``: a replaces b, directly or through others; ``newer``: and is not in turn replaced by it. Cost of
    both: O(updates + edges) rows of the square; ``below`` walks once an update that is asked for.

    >>> graph = Supersedence([[], [0], [1]])
    >>> graph.below(2), graph.replaces[2].tolist(), graph.newer[:, 1].tolist()
    ([1, 0], [True, True, False], [False, False, True])
    """

    def __init__(self, down: Sequence[Sequence[int]]) -> None:
        """Close over ``down``: what each update says it replaces."""
        size = len(down)
        self._down = down
        self._below: dict[int, list[int]] = {}
        self.replaces: Bools = np.zeros((size, size), dtype=np.bool_)
        for group in components(down):
            steps = {step for node in group for step in down[node]}
            closed = np.zeros(size, dtype=np.bool_)
            for step in steps - set(group):
                closed |= self.replaces[step]
                closed[step] = True
            if len(group) > 1:
                closed[group] = True
            self.replaces[group] = closed
        np.fill_diagonal(self.replaces, val=False)
        self.newer: Bools = self.replaces & ~self.replaces.T

    def below(self, node: int) -> list[int]:
        """Return what an update replaces, nearest first, then by number."""
        if node not in self._below:
            reached, seen = [node], {node}
            for one in reached:
                for step in self._down[one]:
                    if step not in seen:
                        seen.add(step)
                        reached.append(step)
            self._below[node] = reached[1:]
        return self._below[node]


def components(down: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return the updates in groups that replace each other; what a group replaces comes before it (Tarjan).

    >>> components([[1], [2], [1]])
    [[1, 2], [0]]
    """
    index = [-1] * len(down)
    lowest = [0] * len(down)
    path: list[int] = []
    on_path = [False] * len(down)
    groups: list[list[int]] = []
    count = 0
    for start in range(len(down)):
        stack = [(start, 0)] if index[start] == -1 else []
        while stack:
            node, step = stack.pop()
            if step == 0:
                index[node] = lowest[node] = count
                count += 1
                path.append(node)
                on_path[node] = True
            elif on_path[down[node][step - 1]]:
                lowest[node] = min(lowest[node], lowest[down[node][step - 1]])
            following = next((n for n in range(step, len(down[node])) if _open(down[node][n], index, on_path)), None)
            if following is not None:
                onward = down[node][following]
                stack.append((node, following + 1))
                if index[onward] == -1:
                    stack.append((onward, 0))
            elif lowest[node] == index[node]:
                at = path.index(node)
                groups.append(sorted(path[at:]))
                for one in path[at:]:
                    on_path[one] = False
                del path[at:]
    return groups


def _open(node: int, index: Sequence[int], on_path: Sequence[bool]) -> bool:
    """Say whether a step leads to an update that is new, or on the way that led here."""
    return index[node] == -1 or on_path[node]
