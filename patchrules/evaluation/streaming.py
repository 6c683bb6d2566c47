"""A fleet as a stream: two parts are read ahead while one is judged, so that memory does not grow with the fleet."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.batch.portions import Portion, by_host, portions
from patchrules.batch.rows import Rows
from patchrules.errors import Diagnostic, InventoryError
from patchrules.evaluation.judging import Answer, Judging
from patchrules.evaluation.opened import facts_for
from patchrules.inventory import read_inventory
from patchrules.inventory._parts import Part
from patchrules.inventory._stated import stated_hosts
from patchrules.model.columns import PACKAGES, REJECTS
from patchrules.sources import arrow

AHEAD = 2
"""Parts that are read while another is judged."""

MOST_ASIDE = 20_000_000
"""Rows of hosts that lie in several parts which are kept until all parts are read."""

_HINT = "bring the rows of each host together first: patchrules fleet pack"


@dataclass(frozen=True, slots=True)
class Ready:
    """A part that was read: portions as they are judged, what is kept for later, and what the door said."""

    portions: Sequence[tuple[Portion, Rows]]
    aside: Any
    rejects: Any
    diagnostics: tuple[Diagnostic, ...] = ()
    checked: bool = True


@dataclass(slots=True)
class Stream:
    """The parts of a fleet on their way through a judging; ``split`` are the hosts that lie in several parts.

    ``rejects`` and ``diagnostics`` are what the door said so far, ``aside`` the rows of hosts that are not whole yet,
    and ``done`` is the number of rows that were read.
    """

    judging: Judging
    options: Mapping[str, Any]
    split: frozenset[str]
    rejects: list[Any] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    aside: list[Any] = field(default_factory=list)
    done: int = 0

    def all(self, parts: Iterable[Part]) -> Iterator[Answer]:
        """Yield the answers for every host: those of the parts, those kept aside, those that no row speaks of."""
        stated = {str(getattr(one, "host", "")) for one in self.options.get("hosts") or ()} - {""}
        for answer in self.answers(parts):
            if stated:
                stated -= set(answer.hosts["host"].to_pylist())
            yield answer
        for answer in self.rest(self.aside):
            if stated:
                stated -= set(answer.hosts["host"].to_pylist())
            yield answer
        if stated:
            yield from self._taken(self._through_door(arrow.table(PACKAGES, {}, 0), "<hosts>", sorted(stated)))

    def answers(self, parts: Iterable[Part]) -> Iterator[Answer]:
        """Yield the answers for the hosts of some parts, in order; hosts that are split are kept aside.

        Two threads read and number rows, which Arrow and numpy do side by side; one judges.
        """
        with ThreadPoolExecutor(AHEAD) as readers:
            waiting: deque[tuple[Part, Future[Ready]]] = deque()
            for part in parts:
                waiting.append((part, readers.submit(self._read, part)))
                if len(waiting) > AHEAD:
                    yield from self._judged(*waiting.popleft())
            while waiting:
                yield from self._judged(*waiting.popleft())

    def rest(self, aside: Sequence[Any]) -> Iterator[Answer]:
        """Yield the answers for the hosts that were kept aside, whose rows are all here now."""
        if aside:
            whole = pa.concat_tables(aside, promote_options="default").unify_dictionaries()
            yield from self._taken(self._through_door(whole, "<hosts in several parts>"))

    def _taken(self, ready: Ready) -> Iterator[Answer]:
        """Keep what the door said, and judge."""
        self.rejects.append(ready.rejects)
        self.diagnostics += ready.diagnostics
        for portion, rows in ready.portions:
            yield self.judging.judge(portion, rows)

    def _judged(self, part: Part, coming: Future[Ready]) -> Iterator[Answer]:
        """Judge a part that was read, or that is read again where a version is none of its host's family."""
        ready = coming.result()
        if not ready.checked and not all(self.judging.allows(portion, rows) for portion, rows in ready.portions):
            ready = replace(self._through_door(self._parted(self._with_lines(part))[0], part.file), aside=ready.aside)
        if ready.aside is not None:
            self.aside.append(ready.aside)
        if sum(one.num_rows for one in self.aside) > MOST_ASIDE:
            message = f"more than {MOST_ASIDE:,} rows are of hosts whose rows lie in several places"
            raise InventoryError(message, code="PR2111", hint=_HINT)
        self.done += part.rows
        yield from self._taken(ready)

    def _read(self, part: Part) -> Ready:
        """Read a part, the short way where its rows leave no doubt. Threads do this."""
        packages = part.read(part.columns.keys() - {"line"})
        aside = None
        if self.split:
            packages, aside = self._parted(packages)
            aside = aside and self._parted(self._with_lines(part))[1]
        packages, runs = by_host(packages)
        stated = {name: value for name in ("family", "product", "arch") if (value := self.options.get(name))}
        hosts = None if self.options.get("hosts") else stated_hosts(packages, runs.first, stated, runs.agree)
        if hosts is None or not packages.num_rows:
            found = self._through_door(self._parted(self._with_lines(part))[0], part.file)
            return replace(found, aside=aside)
        portion = Portion(hosts, packages, runs.lengths)
        return Ready([(portion, self.judging.coded(portion))], aside, arrow.table(REJECTS, {}, 0), checked=False)

    def _through_door(self, packages: Any, file: str, names: Sequence[str] = ()) -> Ready:  # noqa: ANN401 - pyarrow.Table
        """Read rows as any inventory is read: what is not stated is worked out, what is wrong refused."""
        speaking = pc.unique(packages["host"].unify_dictionaries()).cast(pa.string()).to_pylist()
        found = read_inventory(packages, **facts_for(self.options, [*speaking, *names]))
        cut = [(one, self.judging.coded(one)) for one in portions(found.hosts, found.packages)]
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


def split_hosts(parts: Sequence[Part]) -> frozenset[str]:
    """Return the hosts that have rows in more than one part. Cost: reads the column of hosts, which packs well."""
    if len(parts) < 2:  # noqa: PLR2004 - there is no second part
        return frozenset()
    found: Counter[str] = Counter()
    with ThreadPoolExecutor(AHEAD) as readers:
        for hosts in readers.map(_hosts_of, parts):
            found.update(hosts)
    return frozenset(host for host, count in found.items() if count > 1 and host is not None)


def _hosts_of(part: Part) -> list[str]:
    """Return the hosts that a part has rows of."""
    names: list[str] = pc.unique(part.read(["host"])["host"].unify_dictionaries()).cast(pa.string()).to_pylist()
    return names


def together(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return diagnostics with those that say the same of the same file as one, counted."""
    counted: dict[Diagnostic, int] = {}
    for one in diagnostics:
        same = replace(one, count=1)
        counted[same] = counted.get(same, 0) + one.count
    return tuple(replace(one, count=count) for one, count in counted.items())
