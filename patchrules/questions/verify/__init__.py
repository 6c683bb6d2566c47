"""Whether a bundle of evidence gives the verdicts that it holds: judged again from nothing but the bundle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import pyarrow as pa

from patchrules.errors import DocumentError
from patchrules.evaluation.run import Run, this_version
from patchrules.questions.verify.again import judged_again
from patchrules.questions.verify.archive import Evidence, opened
from patchrules.questions.wording import counted
from patchrules.sources.files import Input

__all__ = ["Holds", "Verification", "verify"]

_MOST_NAMED = 5


class Holds(StrEnum):
    """What judging again says of the verdicts of a bundle."""

    YES = "HOLDS"
    NO = "DOES NOT HOLD"
    CANNOT_TELL = "CANNOT BE DECIDED"


@dataclass(frozen=True, slots=True)
class Verification:
    """The answer on one bundle, with the sentences that it follows from; ``run`` is the id of the run.

    >>> print(Verification(Holds.NO, "ab12", 3, ("host `web-1` has other verdicts",)))
    DOES NOT HOLD: run ab12 on 3 hosts
      host `web-1` has other verdicts
    """

    holds: Holds
    run: str | None
    hosts: int
    reasons: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the answer and the reasons, a line each."""
        about = f": run {self.run} on {counted(self.hosts, 'host')}" if self.run else ""
        return "\n".join([f"{self.holds}{about}", *(f"  {reason}" for reason in self.reasons)])


def verify(source: Input) -> Verification:
    """Say whether the evidence in a bundle gives the verdicts in it; ``source`` is a path, bytes or a binary file.

    HOLDS: nothing was changed, and judging again with the batch engine gives the same. DOES NOT HOLD: a file is not the
    one that the manifest names, or a verdict is another. CANNOT BE DECIDED: something is missing, which is named, or
    the run was made by another version of patchrules that says otherwise.

    Raises DocumentError PR7831 for what is no bundle of evidence.

    >>> verify(b"no archive")
    Traceback (most recent call last):
    patchrules.errors.DocumentError: this is no bundle of evidence: it is no ZIP archive [PR7831]
      hint: make one: patchrules bundle RUN -o evidence.zip
    """
    evidence = opened(source)
    if evidence.missing:
        reasons = tuple(f"`{name}` is missing" for name in evidence.missing)
        return Verification(Holds.CANNOT_TELL, evidence.manifest.get("run"), 0, reasons)
    if evidence.changed:
        reasons = tuple(f"`{name}` is not the file that the manifest names" for name in evidence.changed)
        return Verification(Holds.NO, evidence.manifest.get("run"), 0, reasons)
    return _judged(evidence)


def _judged(evidence: Evidence) -> Verification:
    """Judge again and compare."""
    try:
        run = evidence.run()
        fleet, catalogs, previous_runs = evidence.fleet(), evidence.catalogs(), evidence.previous_runs()
    except DocumentError as problem:
        return Verification(Holds.CANNOT_TELL, evidence.manifest.get("run"), 0, (problem.message,))
    again = judged_again(run, fleet, catalogs, previous_runs)
    reasons = tuple(differences(run, again))
    if not reasons:
        return Verification(Holds.YES, run.id, run.hosts.num_rows)
    if run.version != this_version():
        told = f"the run was made by patchrules {run.version}, this is {this_version()}"
        return Verification(Holds.CANNOT_TELL, run.id, run.hosts.num_rows, (told, *reasons))
    return Verification(Holds.NO, run.id, run.hosts.num_rows, reasons)


def differences(run: Run, again: Run) -> Iterator[str]:
    """Yield what two runs on the same hosts say otherwise, the first hosts of each kind by name."""
    names = run.hosts["host"].to_pylist()
    for kind, table, other in (
        ("another summary", run.hosts, again.hosts),
        ("other verdicts", run.verdicts, again.verdicts),
    ):
        if _sorted(table).equals(_sorted(other)):
            continue
        here, there = _by_host(table), _by_host(other)
        apart = [name for name in names if here.get(name) != there.get(name)]
        shown = ", ".join(f"`{name}`" for name in apart[:_MOST_NAMED])
        more = f" and {len(apart) - _MOST_NAMED:,} more" if len(apart) > _MOST_NAMED else ""
        if apart:
            yield f"{'host' if len(apart) == 1 else 'hosts'} {shown}{more}: judging again gives {kind}"


def _sorted(table: pa.Table) -> pa.Table:
    """Return rows in an order that says nothing."""
    keys = [(name, "ascending") for name in ("host", "name", "arch") if name in table.column_names]
    return table.sort_by(keys).combine_chunks()


def _by_host(table: pa.Table) -> dict[str, list[str]]:
    """Return the rows of each host as texts, sorted."""
    found: dict[str, list[str]] = {}
    for row in table.to_pylist():
        found.setdefault(row["host"], []).append(repr(sorted(row.items(), key=str)))
    return {host: sorted(rows) for host, rows in found.items()}
