"""A fleet as a stream of portions: two parts are on their way, so that memory does not grow with the fleet."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.batch.allowed import Allowed
from patchrules.batch.packages import PackageNumbers
from patchrules.batch.portions import Portion, by_host, portions
from patchrules.batch.rows import Rows, coded
from patchrules.errors import Diagnostic, InventoryError
from patchrules.evaluation.opened import facts_for
from patchrules.evaluation.split import numbered, placed
from patchrules.families import families
from patchrules.families._architectures import ARCHES
from patchrules.inventory import read_inventory
from patchrules.inventory._parts import Part
from patchrules.inventory._stated import stated_hosts
from patchrules.model.columns import PACKAGES, REJECTS
from patchrules.model.host import Inventory
from patchrules.sources import arrow
from patchrules.sources.package_names import refused_names

AHEAD = 2
"""Parts that are read, or wait, while another is judged."""

MOST_ASIDE = 20_000_000
"""Rows of hosts that lie in several parts which are kept until all parts are read."""

_HINT = "sort the rows by host where the files are written: ORDER BY host"
_T = TypeVar("_T")
_U = TypeVar("_U")


@dataclass(frozen=True, slots=True)
class Ready:
    """A part that was read: portions as they are judged, what is kept for later, and what the door said."""

    portions: Sequence[tuple[Portion, Rows]]
    aside: Any
    rejects: Any
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(slots=True)
class Stream:
    """The parts of a fleet in the flat layout; ``split`` are the hosts that lie in several parts.

    ``rejects`` and ``diagnostics`` are what the door said so far, ``aside`` the rows of hosts that are not whole yet
    with their files, and ``done`` is the number of rows that were read. With one of ``readers`` packages are numbered
    in order of rows.
    """

    numbers: PackageNumbers
    parts: Sequence[Part]
    options: Mapping[str, Any]
    split: frozenset[str]
    rejects: list[Any] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    aside: list[Any] = field(default_factory=list)
    done: int = 0
    readers: int = AHEAD
    allowed: Allowed = field(init=False)

    def __post_init__(self) -> None:
        """Start with no package asked."""
        self.allowed = Allowed(self.numbers, ARCHES, refused_names)

    def portions(self) -> Iterator[tuple[Portion, Rows]]:
        """Yield the hosts of the parts, in order; the rows of hosts that are split are kept aside."""
        for part, ready in ahead(self._read, self.parts, self.readers):
            self.aside += [] if ready.aside is None else [(part.file, ready.aside)]
            if sum(rows.num_rows for _, rows in self.aside) > MOST_ASIDE:
                message = f"more than {MOST_ASIDE:,} rows are of hosts whose rows lie in several places"
                raise InventoryError(message, code="PR2111", hint=_HINT)
            self.done += part.rows
            yield from self._taken(ready)
            del ready  # a part that was judged does not stay in memory while another one is waited for

    def rest(self, seen: AbstractSet[str]) -> Iterator[tuple[Portion, Rows]]:
        """Yield the hosts that were kept aside, whose rows are all here now, and those that only facts speak of."""
        if self.aside:
            ready = self._through_door(numbered(self.aside), "<hosts in several parts>")
            rejects, diagnostics = placed(self.aside, ready.rejects, ready.diagnostics)
            yield from self._taken(replace(ready, rejects=rejects, diagnostics=diagnostics))
        stated = {str(getattr(one, "host", "")) for one in self.options.get("hosts") or ()} - {"", *self.split}
        if stated - seen:
            yield from self._taken(self._through_door(arrow.table(PACKAGES, {}, 0), "<hosts>", sorted(stated - seen)))

    def _taken(self, ready: Ready) -> Iterator[tuple[Portion, Rows]]:
        """Keep what the door said, and hand on the portions."""
        self.rejects.append(ready.rejects)
        self.diagnostics += ready.diagnostics
        yield from ready.portions

    def _allows(self, portion: Portion, rows: Rows) -> bool:
        """Say whether each row has a name, version and architecture of its host's family: see ``batch.allowed``."""
        shelf = families()
        return self.allowed.all_of(rows, [shelf[name].scheme for name in portion.hosts["family"].to_pylist()])

    def _read(self, part: Part) -> Ready:
        """Read a part, the short way where its rows leave no doubt. Threads do this."""
        packages = part.read(part.columns.keys() - {"line"})
        packages, aside = self._parted(packages)
        if aside is not None:
            aside = self._parted(self._with_lines(part))[1]
        if aside is not None and not packages.num_rows:
            return Ready([], aside, arrow.table(REJECTS, {}, 0))
        packages, runs = by_host(packages)
        stated = {name: value for name in ("family", "product", "arch") if (value := self.options.get(name))}
        more = self.options.get("hosts") or self.options.get("product_alias")
        hosts = None if more else stated_hosts(packages, runs.first, stated, runs.agree)
        if hosts is not None and packages.num_rows:
            # What rows say of their hosts is in the table of hosts now, and half of what a part takes in memory.
            kept = packages.select([one.name for one in PACKAGES if one.name in packages.column_names])
            portion = Portion(hosts, runs.lengths, lambda: kept)
            rows = coded(packages, runs.lengths, self.numbers)
            if self._allows(portion, rows):
                return Ready([(portion, rows)], aside, arrow.table(REJECTS, {}, 0))
        return replace(self._through_door(self._parted(self._with_lines(part))[0], part.file), aside=aside)

    def _through_door(self, packages: Any, file: str, names: Sequence[str] = ()) -> Ready:  # noqa: ANN401 - pyarrow.Table
        """Read rows as any inventory is read: what is not stated is worked out, what is wrong refused."""
        speaking = pc.unique(packages["host"].unify_dictionaries()).cast(pa.string()).to_pylist()
        found = read_inventory(packages, **facts_for(self.options, [*speaking, *names]))
        cut = [(one, coded(one.packages, one.lengths, self.numbers)) for one in portions(found.hosts, found.packages)]
        named = pa.repeat(pa.scalar(file), found.rejects.num_rows)
        rejects = found.rejects.set_column(0, found.rejects.schema.field(0), named)
        said = tuple(
            replace(one, where=replace(one.where, file=file)) if one.where else one for one in found.diagnostics
        )
        return Ready(cut, None, rejects, said)

    def _with_lines(self, part: Part) -> Any:  # noqa: ANN401 - pyarrow.Table
        """Return the rows of a part with their numbers in the file, as refused rows are told."""
        rows = part.read()
        if "line" in rows.column_names:
            return rows
        return rows.append_column("line", pa.array(range(part.start + 1, part.start + rows.num_rows + 1), pa.int32()))

    def _parted(self, packages: Any) -> tuple[Any, Any]:  # noqa: ANN401 - pyarrow.Table
        """Return the rows of hosts that are whole here, and those of the others, None where there are none."""
        if not self.split:
            return packages, None
        elsewhere = pc.fill_null(pc.is_in(packages["host"], value_set=pa.array(sorted(self.split))), False)
        if not pc.any(elsewhere).as_py():
            return packages, None
        return packages.filter(pc.invert(elsewhere)), packages.filter(elsewhere)


class InMemory:
    """An inventory that was read already, as a stream of portions."""

    def __init__(self, inventory: Inventory, numbers: PackageNumbers) -> None:
        """Start with what the door said."""
        self.rejects, self.diagnostics = [inventory.rejects], list(inventory.diagnostics)
        self.aside: list[Any] = []
        self.done = 0
        self._inventory, self._numbers = inventory, numbers

    def portions(self) -> Iterator[tuple[Portion, Rows]]:
        """Yield the hosts, in order."""
        for one in portions(self._inventory.hosts, self._inventory.packages):
            self.done += one.packages.num_rows
            yield one, coded(one.packages, one.lengths, self._numbers)

    def rest(self, seen: AbstractSet[str]) -> Iterator[tuple[Portion, Rows]]:  # noqa: ARG002 - an inventory is whole
        """Yield nothing."""
        yield from ()


def ahead(read: Callable[[_T], _U], parts: Iterable[_T], threads: int = AHEAD) -> Iterator[tuple[_T, _U]]:
    """Yield each part with what reading it gave, in order; threads read, which Arrow and numpy do side by side.

    INVARIANT: nothing here holds a part that was handed on, so that who judges it decides how long it stays in memory.
    """
    with ThreadPoolExecutor(threads) as readers:
        waiting: deque[tuple[_T, Future[_U]]] = deque()
        for part in parts:
            waiting.append((part, readers.submit(read, part)))
            if len(waiting) == AHEAD:
                yield _next(waiting)
        while waiting:
            yield _next(waiting)


def _next(waiting: deque[tuple[_T, Future[_U]]]) -> tuple[_T, _U]:
    """Wait for the part that is read first."""
    part, coming = waiting.popleft()
    return part, coming.result()


def together(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return diagnostics with those that say the same of the same file as one, counted."""
    counted: dict[Diagnostic, int] = {}
    for one in diagnostics:
        same = replace(one, count=1)
        counted[same] = counted.get(same, 0) + one.count
    return tuple(replace(one, count=count) for one, count in counted.items())
