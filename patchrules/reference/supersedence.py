"""Which updates replace which, directly or through others (SEMANTICS 2.5, DECISIONS 25)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class Supersedence:
    """The closure of "replaces" over the updates of a catalog.

    ``replaces`` maps each of them to what its rows say it replaces; what is no key of it leads nowhere.

    >>> graph = Supersedence({"KB3": frozenset({"KB2"}), "KB2": frozenset({"KB1"}), "KB1": frozenset()})
    >>> graph.below("KB3"), sorted(graph.above("KB1")), sorted(graph.newer("KB2"))
    (('KB2', 'KB1'), ['KB2', 'KB3'], ['KB3'])
    """

    def __init__(self, replaces: Mapping[str, frozenset[str]]) -> None:
        """Turn the map round, too."""
        self._down = {name: sorted(found & replaces.keys()) for name, found in replaces.items()}
        self._up = {name: sorted(above for above, found in self._down.items() if name in found) for name in self._down}

    def below(self, name: str) -> tuple[str, ...]:
        """Return what an update replaces, nearest first, then by name."""
        return _reached(name, self._down)

    def above(self, name: str) -> frozenset[str]:
        """Return what replaces an update."""
        return frozenset(_reached(name, self._up))

    def newer(self, name: str) -> frozenset[str]:
        """Return what replaces an update and is not in turn replaced by it: those that replace each other are one."""
        return self.above(name) - set(self.below(name))


def _reached(name: str, steps: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return everything that can be reached, nearest first."""
    reached = [name]
    for one in reached:
        reached += [step for step in steps.get(one, ()) if step not in reached]
    return tuple(reached[1:])
