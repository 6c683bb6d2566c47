"""Which updates replace which, directly or through others (SEMANTICS 2.5, DECISIONS 25)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping


class Supersedence:
    """The closure of "replaces" over the updates that a host could have.

    ``replaces`` maps each of them to what its rows say it replaces; what is no key of it leads nowhere.

    >>> graph = Supersedence({"KB3": frozenset({"KB2"}), "KB2": frozenset({"KB1"}), "KB1": frozenset()})
    >>> graph.way_up("KB1", {"KB3"}), graph.newest_above("KB1"), graph.below("KB3", set())
    (('KB1', 'KB2', 'KB3'), ('KB3',), ('KB2', 'KB1'))
    """

    def __init__(self, replaces: Mapping[str, frozenset[str]]) -> None:
        """Turn the map round, too."""
        self._down = {name: sorted(found & replaces.keys()) for name, found in replaces.items()}
        self._up = {name: sorted(above for above, found in self._down.items() if name in found) for name in self._down}

    def way_up(self, name: str, goal: Collection[str]) -> tuple[str, ...] | None:
        """Return the shortest way from an update through what replaces it to one of ``goal``, the first by name."""
        return next((way for way in _ways(name, self._up) if way[-1] in goal), None)

    def newest_above(self, name: str) -> tuple[str, ...]:
        """Return the updates that replace ``name`` and that nothing replaces; updates that replace each other are one.

        Empty where ``name`` itself is the newest.
        """
        above = self._above(name)
        return tuple(sorted(one for one in above if not self._above(one)))

    def below(self, name: str, without: Collection[str]) -> tuple[str, ...]:
        """Return what an update replaces, nearest first, apart from ``without``."""
        return tuple(way[-1] for way in _ways(name, self._down) if way[-1] != name and way[-1] not in without)

    def _above(self, name: str) -> set[str]:
        """Return what replaces ``name`` and is not in turn replaced by it."""
        up = {way[-1] for way in _ways(name, self._up)}
        return {one for one in up if one not in {way[-1] for way in _ways(name, self._down)}}


def _ways(name: str, steps: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    """Return the first shortest way to everything that can be reached, nearest first."""
    ways: list[tuple[str, ...]] = [(name,)]
    reached = {name}
    for way in ways:
        for step in steps[way[-1]]:
            if step not in reached:
                reached.add(step)
                ways.append((*way, step))
    return ways
