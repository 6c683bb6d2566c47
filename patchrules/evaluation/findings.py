"""What judging a fleet finds: a table of hosts, and verdicts that are handed on as they come."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.batch.evaluate import Looked
from patchrules.batch.packages import PackageNumbers
from patchrules.batch.portions import Portion
from patchrules.batch.rows import Rows
from patchrules.errors import Diagnostic
from patchrules.evaluation.approaching import Approaching
from patchrules.evaluation.clerk import Clerk
from patchrules.evaluation.coverage import how_many_later
from patchrules.evaluation.judging import Answer, Judging, Question
from patchrules.evaluation.opened import Fleet
from patchrules.evaluation.run import Run, namesakes
from patchrules.evaluation.shares import answered, remainder, shares
from patchrules.evaluation.since import Carrying, kept_digests, verdicts_of
from patchrules.evaluation.split import once, split_hosts
from patchrules.evaluation.star_stream import StarStream
from patchrules.evaluation.streaming import AHEAD, InMemory, Stream, together
from patchrules.evaluation.upcoming import summed
from patchrules.model.baseline import Baseline
from patchrules.model.columns import REJECTS, RUN_HOSTS, VERDICTS
from patchrules.model.host import Inventory
from patchrules.sources import arrow

TABLE_ROWS = 200_000
"""Verdicts that are written out at a time, at least: what a table costs whatever its length is paid less often."""

FIRST_ROWS = 50_000
"""Verdicts of the first table, at least: most texts are made for it, and sooner where it does not wait for more."""

TOGETHER = 3
"""Portions that are looked up before the first of them is judged: few enough to be in memory at once."""

Progress = Callable[[int, int], None]
"""Is told the rows that are judged, and how many there are."""

Sink = Callable[[Any], None]
"""Takes tables of verdicts, with dictionaries for texts."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found on some hosts of a fleet. It pickles: a worker sends it back.

    ``hosts`` are tables of ``model.columns.RUN_HOSTS``, ``verdicts`` those that no sink took, ``aside`` the files and
    rows of hosts that are not whole here; ``faults`` says by host why it has no baseline. ``listed`` are the packages
    that verdicts name, ``late`` counts, by portion, the hosts whose inventory was taken after the as-of instant,
    ``undated`` those of which nobody says when; ``carried`` are the hosts that were not judged, because the earlier
    run's verdicts still hold. ``upcoming`` are tables of ``model.columns.UPCOMING``.
    """

    hosts: list[Any] = field(default_factory=list)
    verdicts: list[Any] = field(default_factory=list)
    baselines: list[Baseline] = field(default_factory=list)
    faults: dict[str, Diagnostic] = field(default_factory=dict)
    rejects: list[Any] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    aside: list[Any] = field(default_factory=list)
    listed: set[str] = field(default_factory=set)
    late: list[int] = field(default_factory=list)
    undated: list[int] = field(default_factory=list)
    digests: list[Any] = field(default_factory=list)
    carried: list[str] = field(default_factory=list)
    upcoming: list[Any] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Findings:
    """The hosts that were judged (``model.columns.RUN_HOSTS``), by which baselines, and what was doubtful."""

    hosts: Any
    baselines: tuple[Baseline, ...]
    faults: tuple[Diagnostic, ...]
    rejects: Any
    diagnostics: tuple[Diagnostic, ...]
    listed: frozenset[str]
    late: int
    undated: int
    digests: Any = None
    carried: tuple[str, ...] = ()
    upcoming: Any = None


class Desk:
    """Where portions are judged: what is found is gathered, and verdicts go to a sink, which a clerk calls."""

    def __init__(
        self,
        question: Question,
        share: Inventory | Fleet,
        clerk: Clerk,
        sink: Sink | None = None,
        judging: Judging | None = None,
    ) -> None:
        """Open the stream of a share of the fleet; ``judging`` answers the question, one that knows nothing if None."""
        self._clerk = clerk
        self._judging, self._as_of = judging or Judging(question), question.settings.as_of
        self._carrying = Carrying(self._judging) if question.keeps_digests else None
        self.stream = stream_of(share, self._judging.numbers)
        self.found = Found()
        self._unwritten: list[Answer] = []
        self._enough = FIRST_ROWS
        self._approaching = Approaching(self._judging)
        self._sink = sink or self.found.verdicts.append

    def judge(self, portions: Iterable[tuple[Portion, Rows]], told: Callable[[int], None] | None = None) -> None:
        """Judge portions of the stream; ``told`` gets the number of rows so far."""
        for portion, rows, looked, done in self._looked_at(portions):
            answer = self._answer(portion, rows, looked)
            self._approaching.see(portion, rows)
            self.found.hosts.append(answer.hosts)
            self.found.late.append(how_many_later(portion.hosts["captured_at"], self._as_of))
            self.found.undated.append(portion.hosts["captured_at"].null_count)
            self._unwritten.append(answer)
            if sum(one.verdicts.num_rows for one in self._unwritten) >= self._enough:
                self._write()
                self._enough = TABLE_ROWS
            if told:
                told(done)
            del portion, rows, looked  # what was judged does not stay in memory while more is waited for

    def _looked_at(
        self, portions: Iterable[tuple[Portion, Rows]]
    ) -> Iterator[tuple[Portion, Rows, Looked | None, int]]:
        """Look portions up before the one in front of them is judged, so that what is new in several is judged at once.

        Not where hosts may be carried over: who is to be judged is known only then. The first is judged at once, for
        most is new in it. Each comes with the number of rows that were read with it. INVARIANT: nothing here holds a
        portion that was handed on.
        """
        together, look = (TOGETHER, self._judging.look) if self._carrying is None else (1, lambda *_: None)
        source, held = iter(portions), deque[tuple[Portion, Rows, Looked | None, int]]()
        for most in itertools.chain([1], itertools.repeat(together)):
            held.extend((*one, look(*one), self.stream.done) for one in itertools.islice(source, most - len(held)))
            if not held:
                return
            yield held.popleft()

    def _answer(self, portion: Portion, rows: Rows, looked: Looked | None) -> Answer:
        """Judge a portion, or the hosts of it that are other than they were."""
        if self._carrying is None:
            return self._judging.judge(portion, rows, looked)
        answer, digests, carried = self._carrying.judge(portion, rows)
        self.found.digests.append(digests)
        self.found.carried.extend(carried)
        return answer

    def _write(self) -> None:
        """Have the verdicts written out that were found since the last time, while more are judged."""
        self._clerk.give(self._written, self._unwritten)
        self._unwritten = []

    def _written(self, answers: Sequence[Answer]) -> None:
        """Give the sink the verdicts of some answers. The clerk does this."""
        for table in self._judging.written(answers):
            self.found.listed.update(pc.unique(table["name"]).to_pylist())
            self._sink(table)

    def close(self) -> Found:
        """Return everything that was found, when the sink has it."""
        self._write()
        assigner, stream, found = self._judging.assigner, self.stream, self.found
        found.baselines.extend(profile.baseline for profile in assigner.profiles)
        found.faults.update(assigner.faults)
        found.rejects.extend(stream.rejects)
        found.diagnostics.extend(stream.diagnostics)
        found.aside.extend(stream.aside)
        found.upcoming.append(self._approaching.table())
        self._clerk.wait()
        return found


def findings(
    question: Question,
    fleet: Inventory | Fleet,
    sink: Sink,
    progress: Progress | None = None,
    executor: Executor | None = None,
    judging: Judging | None = None,
) -> Findings:
    """Judge a fleet; ``sink`` gets the verdicts in the order in which hosts are judged.

    With ``executor`` its workers judge shares of the fleet, each with policies of its own; what is found is the same.
    Without, ``judging`` may bring what it knows.
    """
    whole = fleet.rows if isinstance(fleet, Fleet) else fleet.packages.num_rows
    told = (lambda done: progress(done, whole)) if progress else None
    if executor is None:
        with Clerk() as clerk:
            desk = Desk(question, fleet, clerk, sink, judging)
            desk.judge(desk.stream.portions(), told)
            desk.judge(desk.stream.rest(_names(desk.found.hosts)))
            return gathered([desk.close()], is_sorted=isinstance(fleet, Inventory))
    found, done = [], 0
    for rows, one in answered(executor, judged, question, shares(fleet)):
        for table in one.verdicts:
            sink(table)
        found.append(one)
        done += rows
        if told:
            told(done)
    with Clerk() as clerk:
        desk = Desk(question, remainder(fleet), clerk, sink)
        desk.stream.aside.extend(table for one in found for table in one.aside)
        desk.judge(desk.stream.rest(_names([table for one in found for table in one.hosts])))
        return gathered([*found, desk.close()], is_sorted=isinstance(fleet, Inventory))


def with_carried(found: Findings, before: Run, sink: Sink) -> Findings:
    """Give the sink the verdicts of an earlier run that still hold, and return what was found with them."""
    listed = set(found.listed)
    for table in verdicts_of(before, found.carried):
        listed.update(pc.unique(table["name"]).to_pylist())
        sink(table)
    return replace(found, listed=frozenset(listed))


def judged(question: Question, share: Inventory | Fleet) -> Found:
    """Judge a share of a fleet, as far as its hosts are whole there: what a worker does."""
    with Clerk() as clerk:
        desk = Desk(question, share, clerk)
        desk.judge(desk.stream.portions())
        return desk.close()


def stream_of(
    fleet: Inventory | Fleet, numbers: PackageNumbers, readers: int = AHEAD
) -> Stream | StarStream | InMemory:
    """Return the stream that brings the rows of a fleet, whatever it lies in."""
    if not isinstance(fleet, Fleet):
        return InMemory(fleet, numbers)
    if fleet.star:
        return StarStream(fleet.star, numbers, in_order=readers == 1)
    split = split_hosts(fleet.parts) if fleet.split is None else fleet.split
    return Stream(numbers, fleet.parts, fleet.options, split, readers=readers)


def in_order(verdicts: Sequence[Any], hosts: Any) -> Any:  # noqa: ANN401 - pyarrow.Table
    """Return tables of verdicts as one of ``model.columns.VERDICTS``, in the order of the hosts."""
    schema = arrow.schema(VERDICTS)
    whole = pa.concat_tables([schema.empty_table(), *(one.cast(schema) for one in verdicts)])
    places = pc.index_in(whole["host"], value_set=hosts["host"].combine_chunks()).combine_chunks()
    if len(places) < 2 or pc.all(pc.less_equal(places[:-1], places[1:])).as_py():  # noqa: PLR2004 - a pair is in order
        return whole
    return whole.take(pc.array_sort_indices(places))


def gathered(found: Sequence[Found], *, is_sorted: bool) -> Findings:
    """Return what was found as one; hosts of a fleet are sorted by id, wherever their rows were."""
    hosts = pa.concat_tables([arrow.schema(RUN_HOSTS).empty_table(), *(table for one in found for table in one.hosts)])
    hosts = hosts if is_sorted else hosts.sort_by("host")
    faults = {host: fault for one in found for host, fault in one.faults.items()}
    digests = [table for one in found for table in one.digests]
    rejects = pa.concat_tables([arrow.table(REJECTS, {}, 0), *(table for one in found for table in one.rejects)])
    return Findings(
        hosts=hosts,
        baselines=_in_use([one for some in found for one in some.baselines], hosts),
        faults=tuple(dict.fromkeys(faults[host] for host in sorted(faults))),
        rejects=rejects,
        diagnostics=together(doubt for one in found for doubt in one.diagnostics),
        listed=frozenset(name for one in found for name in one.listed),
        late=sum(number for one in found for number in one.late),
        undated=sum(number for one in found for number in one.undated),
        digests=kept_digests(digests, rejects) if digests else None,
        carried=tuple(name for one in found for name in one.carried),
        upcoming=summed(table for one in found for table in one.upcoming),
    )


def _in_use(baselines: Sequence[Baseline], hosts: Any) -> tuple[Baseline, ...]:  # noqa: ANN401 - pyarrow.Table
    """Return the baselines in the order of the hosts that they serve, which no split of the fleet changes."""
    known = list(dict.fromkeys(baselines))
    if len(known) < 2:  # noqa: PLR2004 - one is in order, and a service that judges one host does not wait
        return tuple(known)
    served = hosts.group_by(["family", "baseline", "baseline_id"], use_threads=False).aggregate([]).to_pylist()
    return tuple(dict.fromkeys(one for row in served for one in namesakes(known, row)))


def _names(hosts: Sequence[Any]) -> frozenset[str]:
    """Return the ids of hosts that were judged; raises InventoryError PR2111 for one that was judged twice."""
    return once([name for table in hosts for name in table["host"].to_pylist()])
