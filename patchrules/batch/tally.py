"""What a verdict adds to the counts of its host, as one row of numbers: counting many verdicts is adding their rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from patchrules.batch.approvals import BIT, NOTES
from patchrules.batch.keys import Bools, Ints
from patchrules.batch.states import STATES
from patchrules.model.columns import COUNTS
from patchrules.model.names import ComplianceLevel, State

_LEVELS = len(ComplianceLevel)
_CRITICAL, _SECURITY, _OTHER = range(len(STATES), len(STATES) + 3)
_GRADED = _OTHER + 1
_ABSENT = _GRADED + _LEVELS
_NOTES = _ABSENT + 1
FAILING = slice(_CRITICAL, _GRADED)
"""Where such a row says that something does not comply."""

MEASURES = _NOTES + len(NOTES)
"""The length of such a row: each state, three kinds of what fails, each level of what fails, what is no longer absent
from its host, each note."""


@dataclass(frozen=True, slots=True)
class Known:
    """What counting needs of some distinct verdicts: ``state`` indexes STATES, ``level`` is a rank, ``notes`` bits.

    ``absent`` says which verdicts are on a key that is NOT_APPLICABLE on a host without it.
    """

    state: Ints
    level: Ints
    notes: Ints
    failing: Bools
    security: Bools
    absent: Bools


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of some hosts, one position a host: ``counts`` by the names of COUNTS, ``doubts`` by diagnostic code.

    ``worst`` is the rank of the highest level among what does not comply, at least INFORMATIONAL's, else 0; ``fails``
    says which hosts do not comply.
    """

    counts: dict[str, Ints]
    worst: Ints
    fails: Bools
    doubts: dict[str, Ints]


def measured(known: Known) -> Ints:
    """Return the row of each verdict (5.12, 5.13, 5.16)."""
    return _measured(known, known.state, known.failing, known.failing)


def measured_waiting(known: Known, ungraded: Bools) -> Ints:
    """Return the row of each verdict whose package waits for a reboot; ``ungraded``: it gives no severity (Q20)."""
    state = np.full(len(known.state), STATES.index(State.INSTALLED_PENDING_REBOOT), dtype=np.int64)
    every = np.ones(len(state), dtype=np.bool_)
    return _measured(known, state, every, ~ungraded)


def _measured(known: Known, state: Ints, failing: Bools, graded: Bools) -> Ints:
    """Return the rows of verdicts with these states, that fail and are graded where these say so."""
    rows = np.zeros((len(state), MEASURES), dtype=np.int64)
    each, critical = np.arange(len(state)), known.level == ComplianceLevel.CRITICAL.rank
    rows[each, state] = 1
    rows[:, _CRITICAL] = failing & critical
    rows[:, _SECURITY] = failing & known.security
    rows[:, _OTHER] = failing & ~known.security & ~critical
    rows[each[graded], _GRADED + np.maximum(known.level, ComplianceLevel.INFORMATIONAL.rank)[graded]] = 1
    rows[:, _ABSENT] = known.absent
    noted = np.where(state == STATES.index(State.NOT_APPLICABLE), 0, known.notes)
    for position, note in enumerate(NOTES):
        rows[:, _NOTES + position] = noted & BIT[note] != 0
    return rows


def summed(rows: Ints, absent: Ints, doubts: Mapping[str, Ints]) -> Summary:
    """Return what the added rows of every host mean; ``absent`` is how many keys an empty host would lack."""
    counts = {state.lower(): rows[:, position] for position, state in enumerate(STATES)}
    counts[State.NOT_APPLICABLE.lower()] = counts[State.NOT_APPLICABLE.lower()] + absent - rows[:, _ABSENT]
    failing = {"critical": _CRITICAL, "security": _SECURITY, "other": _OTHER}
    counts |= {f"{kind}_non_compliant": rows[:, column] for kind, column in failing.items()}
    graded = rows[:, _GRADED:_ABSENT] > 0
    worst = np.where(graded.any(axis=1), _LEVELS - 1 - graded[:, ::-1].argmax(axis=1), 0)
    noted = {str(note): rows[:, _NOTES + position] for position, note in enumerate(NOTES)}
    fails: Bools = np.any(rows[:, FAILING], axis=1)
    return Summary(
        {name: counts[name] for name in COUNTS},
        worst,
        fails,
        noted | {code: found + noted.get(code, 0) for code, found in doubts.items()},
    )
