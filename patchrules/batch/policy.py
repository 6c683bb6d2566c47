"""One baseline compiled against one catalog for the hosts of one profile: what every decision on them needs."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from patchrules.batch.approvals import BIT, LEFT_OUT, Decisions, decisions
from patchrules.batch.keys import Bools
from patchrules.batch.kinds import Kinds
from patchrules.batch.offer import Offer, placed
from patchrules.batch.package_keys import runs
from patchrules.model.baseline import Baseline
from patchrules.model.names import Note
from patchrules.model.verdict import Settings


@dataclass(frozen=True)
class Policy(Offer):
    """Batch twin of the first half of ``reference.evaluate``: decisions on every patch, by what they would replace.

    An offer, and what a baseline says of it: ``decisions`` has a position a row of the catalog, ``precedence`` ranks
    rows whatever their level; ``absent`` says for which keys a host that lacks them gets NOT_APPLICABLE; updates are
    judged one by one instead. ``kinds`` remembers decisions on what no row is of.
    """

    baseline: Baseline
    settings: Settings
    decisions: Decisions
    absent: Bools
    kinds: Kinds = field(default_factory=Kinds, compare=False, repr=False)

    @classmethod
    def of(cls, offer: Offer, **said: Any) -> Policy:  # noqa: ANN401 - the fields of a policy
        """Return an offer with what a baseline says of it."""
        return cls(**{one.name: getattr(offer, one.name) for one in fields(Offer)} | said)


def compiled(baseline: Baseline, offer: Offer, settings: Settings) -> Policy:
    """Compile ``baseline`` for the hosts that ``offer`` is for.

    Cost: a few passes over the catalog per rule and list entry, one sort; nothing per host.
    """
    family, facts, host = offer.family, offer.facts, offer.host
    found = decisions(
        baseline, offer.catalog, offer.of_one_version, host, family=family, facts=facts, settings=settings
    )
    found.notes[offer.disagree] |= BIT[Note.ROWS_DISAGREE]
    candidate = np.flatnonzero(offer.offered & found.approves & (found.notes & LEFT_OUT == 0))
    wanted = np.zeros(len(offer.keys), dtype=np.bool_)
    wanted[np.searchsorted(offer.starts, candidate, side="right") - 1] = True
    counted = facts.states == "documented"
    fits = np.array([counted and runs(arch, host, family) for arch in offer.keys.arches], dtype=np.bool_)
    return Policy.of(
        offer,
        precedence=placed(np.lexsort([offer.precedence, -found.level])),
        baseline=baseline,
        settings=settings,
        decisions=found,
        absent=wanted & fits[offer.keys.arch],
    )
