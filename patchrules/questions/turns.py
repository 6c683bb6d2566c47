"""What would have a version approved that is not: the nearest rule, the smallest change, the instant by waiting.

Every answer is tried out with the reference engine before it is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from patchrules.model.baseline import Baseline
from patchrules.model.change import Change, Edit, Verb
from patchrules.model.names import Approval
from patchrules.model.verdict import Decision
from patchrules.questions.objections import Objection, objections
from patchrules.questions.reasons import Why
from patchrules.questions.wording import counted, when
from patchrules.reference.approvals import passes_gate, rejection

if TYPE_CHECKING:
    from patchrules.questions.asking import Asking

_TICK = timedelta(microseconds=1)
"""The step of our clock: a delay has passed after an instant, not at it (SEMANTICS 3.5)."""


@dataclass(frozen=True, slots=True)
class Turn:
    """How the answer on ``version`` turns.

    ``rule`` is the nearest rule (None: there is none) and ``failing`` the codes of its clauses that fail. ``change`` is
    the fewest edits that approve it, None where none do. ``flips_at`` is the first instant at which it is approved if
    nothing changes but the time, None: never by waiting; ``waits_out`` says that a delay ends a microsecond before.
    """

    version: str
    advisory: str | None
    rule: int | None
    failing: tuple[str, ...]
    change: Change | None
    flips_at: datetime | None
    waits_out: bool = False

    def sentences(self) -> Iterator[tuple[str, str, Why, tuple[str, ...]]]:
        """Yield label, sentence, code and paragraphs of ``docs/semantics.md``."""
        if self.rule is not None and self.failing:
            clauses = f"{counted(len(self.failing), 'clause')} of it {'fails' if len(self.failing) == 1 else 'fail'}"
            yield "nearest", f"rule {self.rule}: {clauses}", Why.NEAREST, ("3.4",)
        if self.change:
            yield "change", f"{self.change}: then {self.version} is approved", Why.CHANGE, ()
        else:
            yield "change", f"no edit of the baseline approves {self.version}", Why.NO_CHANGE, ()
        if self.flips_at is None:
            yield "waiting", f"never approves {self.version}", Why.NEVER, ("3.5",)
            return
        instant = f"after {when(self.flips_at - _TICK)}" if self.waits_out else f"from {when(self.flips_at)} on"
        yield "waiting", f"approves {self.version} {instant}", Why.FLIPS, ("3.5",)


def turn_of(asking: Asking, decision: Decision) -> Turn:
    """Return what would approve the patch of ``decision``, which is not approved."""
    report, patch = asking.report, decision.patch
    clauses = {
        number: objections(rule, patch, report, asking.facts, number)
        for number, rule in enumerate(report.baseline.rules, 1)
    }
    nearest = min(clauses, key=lambda number: (len(clauses[number]), number), default=None)
    fitting = [one for one in _changes(asking, decision, clauses) if one.fits(report.baseline)]
    found = sorted(fitting, key=lambda change: len(change.edits))
    flips_at, waits_out = _flips_at(asking, decision, clauses)
    return Turn(
        version=patch.evr,
        advisory=patch.advisory,
        rule=nearest,
        failing=tuple(one.code for one in clauses[nearest]) if nearest else (),
        change=next(
            (one for one in found if asking.again(decision, baseline=one.apply(report.baseline)).approves), None
        ),
        flips_at=flips_at,
        waits_out=waits_out,
    )


def _changes(asking: Asking, decision: Decision, clauses: dict[int, tuple[Objection, ...]]) -> Iterator[Change]:
    """Yield what may help: the edits of each rule, then an entry of the approved list; what rejects goes first."""
    report, patch, facts = asking.report, decision.patch, asking.facts
    first = tuple(_unrejected(asking, decision))
    if first:
        yield Change(first)
    for failing in clauses.values():
        edits = [one.edit for one in failing if one.edit]
        if edits and len(edits) == len(failing):
            yield Change((*first, *dict.fromkeys(edits)))
    gate = Edit(Verb.SET, "ApprovedPatchesEnableNonSecurity", value=True)
    passes = passes_gate(patch, facts, enabled=report.baseline.approved_patches_enable_non_security)
    listed = (Edit(Verb.ADD, "ApprovedPatches", patch.name),)
    yield Change((*first, *listed, *(() if passes else (gate,))))
    if not passes:
        yield Change((*first, gate))


def _unrejected(asking: Asking, decision: Decision) -> Iterator[Edit]:
    """Yield the removal of every entry of the rejected list that means the version."""
    baseline: Baseline = asking.report.baseline
    version = asking.same_version(decision.patch)
    while (entry := rejection(baseline, version, asking.facts)) is not None:
        edit = Edit(Verb.REMOVE, "RejectedPatches", entry)
        yield edit
        baseline = edit.apply(baseline)


def _flips_at(
    asking: Asking, decision: Decision, clauses: dict[int, tuple[Objection, ...]]
) -> tuple[datetime | None, bool]:
    """Return the first instant at which the patch is approved, and whether a delay ends just before it.

    A delay has passed after an instant (3.5); an entry of the list, and an until-date, approve at the release.
    """
    released_at = decision.released_at
    if released_at is None or decision.approval is Approval.EXPLICIT_REJECTED:
        return None, False
    rules = asking.report.baseline.rules
    waiting = [
        rules[number - 1] for number, failing in clauses.items() if {one.code for one in failing} <= _PASSES_WITH_TIME
    ]
    instants = [(released_at + rule.delay + _TICK, True) for rule in waiting if rule.approve_until is None]
    instants.append((released_at, False))
    # What is not released yet may turn out to be unwanted for another reason: each instant is tried.
    tried = (found for found in sorted(instants) if found[0] > asking.report.settings.as_of)
    return next((found for found in tried if asking.again(decision, as_of=found[0]).approves), (None, False))


_PASSES_WITH_TIME = frozenset({Why.UNRELEASED, Why.TOO_YOUNG})
