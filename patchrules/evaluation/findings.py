"""What judging a fleet finds: a table of hosts, and verdicts that are handed on as they come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from patchrules.batch.packages import PackageNumbers
from patchrules.errors import Diagnostic
from patchrules.evaluation.judging import Judging, Question
from patchrules.evaluation.opened import Fleet
from patchrules.evaluation.star_stream import StarStream
from patchrules.evaluation.streaming import InMemory, Stream, split_hosts, together
from patchrules.model.baseline import Baseline
from patchrules.model.columns import REJECTS, RUN_HOSTS, VERDICTS
from patchrules.model.host import Inventory
from patchrules.sources import arrow

Progress = Callable[[int, int], None]
"""Is told the rows that are judged, and how many there are."""

Sink = Callable[[Any], None]
"""Takes tables of verdicts, with dictionaries for texts."""


@dataclass(frozen=True, slots=True)
class Findings:
    """The hosts that were judged (``model.columns.RUN_HOSTS``), by which baselines, and what was doubtful."""

    hosts: Any
    baselines: tuple[Baseline, ...]
    faults: tuple[Diagnostic, ...]
    rejects: Any
    diagnostics: tuple[Diagnostic, ...]


def findings(question: Question, fleet: Inventory | Fleet, sink: Sink, progress: Progress | None = None) -> Findings:
    """Judge a fleet; ``sink`` gets the verdicts in the order in which hosts are judged."""
    judging = Judging(question)
    hosts = [arrow.schema(RUN_HOSTS).empty_table()]
    stream = stream_of(fleet, judging.numbers)
    for portion, rows in stream.all(fleet.parts if isinstance(fleet, Fleet) else ()):
        answer = judging.judge(portion, rows)
        hosts.append(answer.hosts)
        sink(answer.verdicts)
        if progress and isinstance(fleet, Fleet):
            progress(stream.done, fleet.rows)
    whole = pa.concat_tables(hosts)
    return Findings(
        hosts=whole.sort_by("host") if isinstance(fleet, Fleet) else whole,
        baselines=tuple(dict.fromkeys(profile.baseline for profile in judging.assigner.profiles)),
        faults=tuple(dict.fromkeys(judging.assigner.faults.values())),
        rejects=pa.concat_tables([arrow.table(REJECTS, {}, 0), *stream.rejects]),
        diagnostics=together(stream.diagnostics),
    )


def stream_of(fleet: Inventory | Fleet, numbers: PackageNumbers) -> Stream | StarStream | InMemory:
    """Return the stream that brings the rows of a fleet, whatever it lies in."""
    if not isinstance(fleet, Fleet):
        return InMemory(fleet, numbers)
    return StarStream(fleet.star, numbers) if fleet.star else Stream(numbers, fleet.options, split_hosts(fleet.parts))


def in_order(verdicts: Sequence[Any], hosts: Any) -> Any:  # noqa: ANN401 - pyarrow.Table
    """Return tables of verdicts as one of ``model.columns.VERDICTS``, in the order of the hosts."""
    schema = arrow.schema(VERDICTS)
    whole = pa.concat_tables([schema.empty_table(), *(one.cast(schema) for one in verdicts)])
    places = pc.index_in(whole["host"], value_set=hosts["host"].combine_chunks()).combine_chunks()
    if len(places) < 2 or pc.all(pc.less_equal(places[:-1], places[1:])).as_py():  # noqa: PLR2004 - a pair is in order
        return whole
    return whole.take(pc.array_sort_indices(places))
