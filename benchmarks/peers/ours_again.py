"""Our engine on a fleet that it has judged before: distinct packages are decided too. ``again_seconds`` of a line.

What is left is to read the rows, find each row's verdict, count, and write. No public function keeps verdicts of a
fleet, which would fill the memory of a service; the figure says what there would be to win.
"""

from __future__ import annotations

from pathlib import Path

import patchrules as pr
from benchmarks.peers.ours import policy_and_catalogs
from benchmarks.universe import AS_OF
from patchrules.evaluation.findings import Sink, findings
from patchrules.evaluation.fleet import collected, run_found
from patchrules.evaluation.judging import Judging, Question
from patchrules.evaluation.options import settings
from patchrules.evaluation.run import Run

Prepared = tuple[Path, Judging]


def prepare(folder: Path, layout: str) -> Prepared:
    """Prepare somebody who judges; the round that does not count teaches everything."""
    registry, catalogs = policy_and_catalogs(folder)
    return folder / layout, Judging(Question(registry, tuple(catalogs), settings(as_of=AS_OF)))


def run(prepared: Prepared, output: Path) -> None:
    """Open the fleet, look up its verdicts, and write the run as it comes."""
    folder, judging = prepared
    question, fleet = judging.question, pr.open_fleet(folder)

    def found(sink: Sink) -> Run:
        return run_found(question, fleet, findings(question, fleet, sink, judging=judging), question.registry)

    collected(found, output)
