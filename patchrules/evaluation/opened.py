"""A fleet that was opened: what it is made of is known, its rows are read when they are judged."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from patchrules.errors import Diagnostic, InventoryError
from patchrules.evaluation.plain import noun
from patchrules.inventory import read_inventory
from patchrules.inventory._parts import Part, parts_of
from patchrules.inventory._star import Star, StarPart, inventory_of, star_of
from patchrules.model.host import Inventory
from patchrules.model.loaded import shown
from patchrules.model.source import Source
from patchrules.sources.files import open_document

_FACTS = "leave out --hosts (hosts=...), or pack the fleet again with other facts"


@dataclass(frozen=True)
class Fleet:
    """Tables of packages, read a part at a time while they are judged.

    ``options`` are those of ``read_inventory``; ``split`` are the hosts that lie in several parts, None where that is
    not known yet. Whoever asks for ``hosts``, ``packages``, ``rejects`` or ``diagnostics`` gets those of the whole
    inventory, which is then read into memory.
    """

    source: Any = field(repr=False)
    parts: tuple[Part, ...] = field(repr=False)
    options: Mapping[str, Any] = field(default_factory=dict)
    star: Star | None = field(default=None, repr=False)
    split: frozenset[str] | None = field(default=None, repr=False)

    @property
    def layout(self) -> str:
        """``star`` or ``flat``."""
        return "flat" if self.star is None else "star"

    @property
    def rows(self) -> int:
        """The number of rows, from the metadata of the files."""
        return sum(part.rows for part in self._parts)

    @property
    def _parts(self) -> Sequence[Part | StarPart]:
        """The parts of either layout."""
        return self.star.parts if self.star else self.parts

    @cached_property
    def inventory(self) -> Inventory:
        """The whole fleet in memory."""
        if self.star is not None:
            return replace(inventory_of(self.star, self.sources), diagnostics=tuple(diagnostics_of(self.star)))
        return read_inventory(self.source, **self.options)

    @property
    def hosts(self) -> Any:  # noqa: ANN401 - pyarrow.Table
        """The hosts of the whole inventory."""
        return self.inventory.hosts

    @property
    def packages(self) -> Any:  # noqa: ANN401 - pyarrow.Table
        """The packages of the whole inventory."""
        return self.inventory.packages

    @property
    def rejects(self) -> Any:  # noqa: ANN401 - pyarrow.Table
        """The rows that were refused."""
        return self.inventory.rejects

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is doubtful about the whole inventory."""
        return self.inventory.diagnostics

    @property
    def sources(self) -> tuple[Source, ...]:
        """The files, with the proof of their bytes; those it was packed from. Cost: reads each once more."""
        if self.star and self.star.said:
            return noun(tuple[Source, ...], self.star.said["sources"])
        rows: dict[str, int] = {}
        for part in self._parts:
            rows[part.file] = rows.get(part.file, 0) + part.rows
        in_memory = any(getattr(part, "table", None) is not None for part in self._parts)
        files = [] if in_memory else [open_document(Path(name)) for name in rows]
        with ThreadPoolExecutor(2) as hashing:
            return tuple(hashing.map(lambda one: one.source("arrow_table", rows=rows[one.name]), files))

    def __str__(self) -> str:
        """Return the size on one line."""
        files = len({part.file for part in self._parts})
        hosts = f"{self.star.hosts.num_rows:,} hosts and " if self.star else ""
        return f"fleet of {hosts}{self.rows:,} rows in {files:,} {'file' if files == 1 else 'files'}"


def as_fleet(found: object, name: str = "fleet") -> Inventory | Fleet:
    """Return an opened fleet as it is; raises InventoryError PR2121 for a path, a table or anything else."""
    if isinstance(found, Inventory | Fleet):
        return found
    message = f"`{name}` is {shown(found)}, wanted a fleet that was opened"
    raise InventoryError(message, code="PR2121", hint="open it with pr.open_fleet(...)")


def in_memory(found: object, name: str = "fleet") -> Inventory:
    """Return a fleet with all its rows in memory, for questions that look at them more than once.

    Raises InventoryError PR2121 for what was not opened.
    """
    fleet = as_fleet(found, name)
    return fleet.inventory if isinstance(fleet, Fleet) else fleet


def opened(source: Any, options: Mapping[str, Any]) -> Fleet | None:  # noqa: ANN401 - whatever read_inventory takes
    """Return a fleet whose rows are read later, None for a source that has to be read at once.

    Raises InventoryError PR2122 for a packed fleet with facts of hosts, and what ``star_of`` and ``parts_of`` raise.
    """
    if isinstance(source, str | os.PathLike) and (star := star_of(Path(source))):
        if options.get("hosts"):
            raise InventoryError(has_facts(source), code="PR2122", hint=_FACTS)
        return Fleet(source, (), dict(options), star)
    if any(getattr(one, "inventory", None) for one in options.get("hosts") or ()):
        return None
    if options.get("format") not in (None, "arrow_table") or options.get("host") is not None:
        return None
    parts = parts_of(source, dict(options.get("columns") or {}))
    return None if parts is None else Fleet(source, tuple(parts), dict(options))


def has_facts(fleet: str | os.PathLike[str]) -> str:
    """Return what is said of facts of hosts that are given with a packed fleet (PR2122)."""
    return f"`{os.fspath(fleet)}` is a packed fleet, which has the facts of its hosts already"


def diagnostics_of(star: Star) -> list[Diagnostic]:
    """Return what was doubtful when a star was packed."""
    found: tuple[Diagnostic, ...] = noun(tuple[Diagnostic, ...], star.said.get("diagnostics", []))
    return list(found)


def facts_for(options: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return the options with which some hosts of a fleet are read: columns have our names, facts are theirs only."""
    wanted = set(names)
    facts = [one for one in options.get("hosts") or () if str(getattr(one, "host", "")) in wanted]
    return {name: value for name, value in options.items() if name not in ("columns", "hosts", "format")} | {
        "hosts": facts
    }
