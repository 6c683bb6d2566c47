"""Batch twin of ``reference.updates``: hosts that are judged by their updates (SEMANTICS 2.5, 5.18, DECISIONS 24, 25).

What is installed is judged once for each distinct update and policy; what is not, once for each distinct set of
installed updates, build and policy, and each verdict is told once: rings of a fleet share all of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from patchrules.batch.answers import texts_of
from patchrules.batch.approvals import BIT, LEFT_OUT
from patchrules.batch.builds import BuildFit, fits
from patchrules.batch.fresh import Fresh
from patchrules.batch.instants import LONG_AGO
from patchrules.batch.keys import Bools, Ints, distinct, lookup
from patchrules.batch.overrides import listed, unmet
from patchrules.batch.package_keys import runs
from patchrules.batch.policy import Policy
from patchrules.batch.states import FAILS, NOTHING, OWN, REASONS, STATES, Packages, own_decisions
from patchrules.batch.supersedence import Supersedence
from patchrules.batch.tally import Known
from patchrules.batch.told import Told, told
from patchrules.model.names import (
    HIDDEN,
    NON_COMPLIANT_STATES,
    SECURITY_CLASSIFICATIONS,
    Note,
    Reason,
    RejectedPatchesAction,
    State,
    Status,
)
from patchrules.versions import SCHEMES

_ABOUT = BIT[Note.NOT_YET_RELEASED] | BIT[Note.ROWS_DISAGREE]
_NONE = 1 << 62
ITSELF = -1
"""The cover of an update that the build of the host proves."""

_SUPERSEDED = (STATES.index(State.NOT_APPLICABLE), REASONS.index(Reason.SUPERSEDED))
_LACKING = (STATES.index(State.NOT_APPLICABLE), REASONS.index(Reason.NOT_INSTALLED))


@dataclass(frozen=True, slots=True)
class Fitting:
    """The updates that hosts of one build with some applications could have, one position an update (a policy's key).

    ``node`` says which they are; ``spoken`` is the catalog row that speaks for each, ``listed_row`` the one that an
    InstallOverrideList wants (NOTHING: none). ``hidden`` are those that a later one replaces, ``lost`` the approved
    ones among them that no approved newest one replaces. ``lacking`` are updates of applications that are not there,
    ``coming`` those that are not out yet.
    """

    build: str | None
    node: Bools
    spoken: Ints
    approved: Bools
    rejected: Bools
    proven: Bools
    untold: Bools
    listed_row: Ints
    hidden: Bools
    lost: Bools
    lacking: Ints
    coming: Bools


class Absent(NamedTuple):
    """One verdict on an update that is not installed: its catalog row, what it says, and its chain."""

    row: int
    state: int
    reason: int
    notes: int
    failing: bool
    chain: tuple[str, ...]


class Updates:
    """One policy for hosts that are judged by their updates: what every set of installed updates needs."""

    def __init__(self, policy: Policy) -> None:
        """Sort the rows of the catalog. Cost: a few passes over it."""
        self.policy = policy
        rows = policy.catalog
        # INVARIANT: numbers sort as names do, so that of several ways the first by name is found.
        of_key = policy.keys.names
        self.names = sorted(of_key)
        self.number = {name: number for number, name in enumerate(self.names)}
        numbers = np.array([self.number[name] for name in of_key], dtype=np.int64)
        self.key = np.repeat(numbers, np.diff(policy.starts))
        machine = for_machine(policy)
        self.of_machine = (policy.decisions.notes & LEFT_OUT == 0) & machine
        self._unreleased = (policy.decisions.notes & BIT[Note.NOT_YET_RELEASED] != 0) & machine
        self.application = lookup(rows["patch_set"], lambda text: text.lower() == "application")
        self._products, self._known_products = distinct(rows["product"])
        self._builds, self._known_builds = distinct(rows["os_build"])
        self.product_names, self._all_products = (
            {text.lower() for text in rows.filter(pa.array(some & self.application))["product"].to_pylist() if text}
            for some in (self.of_machine, self.of_machine | self._unreleased)
        )
        self.graph = Supersedence(self._replaced(rows["supersedes"].to_pylist()))
        self.listed = listed(policy.settings, rows, policy.facts)
        self.security = lookup(rows["classification"], lambda text: text.lower() == "securityupdates")
        self._fittings: dict[tuple[str | None, frozenset[str]], Fitting] = {}

    def relevant(self, name: str) -> bool:
        """Say whether it matters here that something of that name is installed."""
        return name in self.number or name.lower() in self._all_products

    def fitting(self, build: str | None, installed: Iterable[str]) -> Fitting:
        """Return what hosts of that build with those things installed could have; each distinct one is made once."""
        has = frozenset(name.lower() for name in installed) & self._all_products
        if (build, has) not in self._fittings:
            self._fittings[build, has] = self._fitting(build, has)
        return self._fittings[build, has]

    def _fitting(self, build: str | None, has: Collection[str]) -> Fitting:
        """Sort the rows by whether they are for such hosts, and find out which updates hide which."""
        fit = fits(self._builds, self._known_builds, build)
        there = np.array([text is None or text.lower() in has for text in self._known_products], dtype=np.bool_)
        lacks = self.application & ~there[self._products]
        this = fit != BuildFit.OTHER_RELEASE
        mine = self.of_machine & this
        rows = mine & ~lacks
        size, found = len(self.names), self.policy.decisions
        node = np.bincount(self.key[rows], minlength=size) > 0
        lacking = np.flatnonzero((np.bincount(self.key[mine & lacks], minlength=size) > 0) & ~node)
        chosen = rows | (mine & np.isin(self.key, lacking))
        spoken, approved, rejected = self._spoken(chosen)
        is_hidden: Bools = np.any(self.graph.newer[node], axis=0)
        saved: Bools = np.any(self.graph.newer[node & approved & ~is_hidden], axis=0)
        return Fitting(
            build=build,
            node=node,
            spoken=spoken,
            approved=approved,
            rejected=rejected,
            proven=self._any(rows & (fit == BuildFit.PROVEN)),
            untold=self._any(rows & (fit == BuildFit.CANNOT_TELL)),
            listed_row=self._first(rows & self.listed),
            hidden=is_hidden,
            lost=is_hidden & approved & node & ~saved,
            lacking=lacking[approved[lacking]] if len(found.level) else lacking,
            coming=self._any(self._unreleased & this & ~lacks),
        )

    def _spoken(self, rows: Bools) -> tuple[Ints, Bools, Bools]:
        """Return the row that speaks for each update, and whether it is approved, and rejected."""
        approving = self._first(rows & self.policy.decisions.approves)
        rejected = self._any(rows & self.policy.decisions.rejected)
        spoken = np.where(approving >= 0, approving, self._first(rows))
        return spoken, (approving >= 0) & ~rejected, rejected

    def _first(self, rows: Bools) -> Ints:
        """Return the first of some rows of each update, by precedence; NOTHING where it has none of them."""
        positions = np.flatnonzero(rows)
        lowest = np.full(len(self.names), _NONE, dtype=np.int64)
        np.minimum.at(lowest, self.key[positions], self.policy.precedence[positions])
        first = np.full(len(self.names), NOTHING, dtype=np.int64)
        hit = positions[self.policy.precedence[positions] == lowest[self.key[positions]]]
        first[self.key[hit]] = hit
        return first

    def _any(self, rows: Bools) -> Bools:
        """Say which updates have any of some rows."""
        has: Bools = np.bincount(self.key[rows], minlength=len(self.names)) > 0
        return has

    def _replaced(self, said: Sequence[Sequence[str] | None]) -> list[list[int]]:
        """Return what the rows for such machines say that each update replaces, by number, as far as it is known."""
        known = set(self.key[self.of_machine].tolist())
        found: list[set[int]] = [set() for _ in self.names]
        for row in np.flatnonzero(self.of_machine).tolist():
            found[self.key[row]].update(self.number[name] for name in said[row] or () if name in self.number)
        return [sorted(one & known) for one in found]

    def installed(self, identities: Sequence[tuple[Any, ...]]) -> Fresh:
        """Judge installed updates; one that is an application's own name is none and has no verdict."""
        table = pa.table({"name": [one[1] for one in identities], "arch": [""] * len(identities)})
        table = table.append_column("evr", pa.array([one[3] for one in identities], pa.string()))
        assumed = np.zeros(len(identities), dtype=np.bool_)
        own = own_decisions(self.policy, Packages(table, texts_of(table["name"]), texts_of(table["evr"]), assumed))
        number = np.array([self.number.get(one[1], -1) for one in identities], dtype=np.int64)
        spoken, approved, rejecting = (
            np.where(number >= 0, values[number], missing) if self.names else np.full(len(number), missing)
            for values, missing in zip(self._of_machine(), (NOTHING, 0, NOTHING), strict=True)
        )
        decided = np.where(own.rejected, OWN, np.where(rejecting >= 0, rejecting, spoken))
        rejected = own.rejected | (rejecting >= 0)
        good = (approved == 1) & ~rejected
        blocks = self.policy.baseline.rejected_patches_action is RejectedPatchesAction.BLOCK
        state = np.full(len(number), STATES.index(State.INSTALLED_OTHER), dtype=np.int64)
        reason = np.full(len(number), REASONS.index(Reason.NOTHING_APPROVED), dtype=np.int64)
        state[good], reason[good] = STATES.index(State.INSTALLED), REASONS.index(Reason.UP_TO_DATE)
        state[rejected] = STATES.index(State.INSTALLED_REJECTED if blocks else State.INSTALLED_OTHER)
        reason[rejected] = REASONS.index(Reason.REJECTED_BLOCKED if blocks else Reason.REJECTED_ALLOWED)
        about = self._about()
        kept = np.array([one[1].lower() not in self.product_names for one in identities], dtype=np.bool_)
        rows = Told(
            name=[one[1] for one in identities],
            installed=[one[3] for one in identities],
            shown=spoken,
            decided=decided,
            own=own,
            state=state,
            reason=reason,
            graded=good,
            targeted=good,
            notes=np.where(number >= 0, about[number], 0) if self.names else np.zeros(len(number), dtype=np.int64),
            failing=FAILS[state],
            chain=[[] for _ in identities],
        ).only(kept)
        return fresh(self.policy, rows, kept.astype(np.int64), [(one[1], "") for one in identities], identities)

    def _of_machine(self) -> tuple[Ints, Ints, Ints]:
        """Return the speaking row of each update on any build, whether it is approved, and its rejecting row."""
        spoken, approved, _ = self._spoken(self.of_machine)
        rejecting = np.full(len(self.names), NOTHING, dtype=np.int64)
        hits = np.flatnonzero(self.of_machine & self.policy.decisions.rejected)[::-1]
        rejecting[self.key[hits]] = hits
        return spoken, approved.astype(np.int64), rejecting

    def _about(self) -> Ints:
        """Return the notes on each update that its verdict carries whatever decided."""
        about = np.zeros(len(self.names), dtype=np.int64)
        np.bitwise_or.at(about, self.key, self.policy.decisions.notes & _ABOUT)
        return about

    def absent(self, installed: Collection[str], build: str | None) -> tuple[list[Absent], dict[str, int]]:
        """Judge what a host with those names installed has not, and count what is doubtful about it, by code.

        Cost: a few passes over (installed updates x updates) in numpy for each distinct set of installed updates.
        """
        fitting = self.fitting(build, installed)
        present = np.zeros(len(self.names), dtype=np.bool_)
        updates = (one for one in installed if one in self.number and one.lower() not in self.product_names)
        present[[self.number[one] for one in updates]] = True
        start = np.flatnonzero(present | (fitting.proven & fitting.node))
        replacing = self.graph.replaces[start]
        covered = np.any(replacing, axis=0)
        first = start[replacing.argmax(axis=0)] if len(start) else np.zeros(len(present), dtype=np.int64)
        cover = np.where(fitting.proven, ITSELF, np.where(covered, first, NOTHING))
        absent = fitting.node & ~present
        free = absent & (cover == NOTHING)
        wanted = (fitting.listed_row >= 0) | fitting.approved | (self._is_security(fitting) & ~fitting.rejected)
        gone = np.flatnonzero(absent & (cover != NOTHING) & fitting.approved)
        proof = (build or "",)
        found = []
        for one, at in zip(gone.tolist(), cover[gone].tolist(), strict=True):
            by = () if at == ITSELF else (self.names[at],)
            chain = by if by and present[at] else (*by, *proof)
            found.append(Absent(int(fitting.spoken[one]), *_SUPERSEDED, 0, failing=False, chain=chain))
        for one in np.flatnonzero(free & ~fitting.hidden & wanted).tolist():
            chain = tuple(self.names[step] for step in self.graph.below(one) if free[step])
            found.append(self._offered(fitting, one, chain))
        lacking = fitting.spoken[fitting.lacking[~present[fitting.lacking]]]
        found += [Absent(row, *_LACKING, 0, failing=False, chain=()) for row in lacking.tolist()]
        coming = int((fitting.coming & ~present).sum())
        return found, {HIDDEN: int((fitting.lost & free).sum()), str(Note.NOT_YET_RELEASED): coming}

    def _offered(self, fitting: Fitting, update: int, chain: tuple[str, ...]) -> Absent:
        """Batch twin of ``reference.updates.of_offered``."""
        notes = BIT[Note.BUILD_UNKNOWN] if fitting.untold[update] else 0
        if fitting.listed_row[update] >= 0:
            state, reason, row = State.FAILED, Reason.LISTED_NEWER, fitting.listed_row[update]
        elif fitting.approved[update]:
            state, reason, row = unmet(self.policy.settings), Reason.NEWER_APPROVED, fitting.spoken[update]
        else:
            state, reason, row = State.AVAILABLE_SECURITY_UPDATE, Reason.NOT_APPROVED, fitting.spoken[update]
        stated = self.policy.baseline.available_security_updates
        available = state is State.AVAILABLE_SECURITY_UPDATE
        notes |= BIT[Note.AVAILABLE_UNSTATED] if available and stated is None else 0
        failing = stated in (None, Status.NON_COMPLIANT) if available else state in NON_COMPLIANT_STATES
        return Absent(int(row), STATES.index(state), REASONS.index(reason), notes, failing, chain)

    def tell(self, absent: Sequence[Absent]) -> Fresh:
        """Return verdicts on updates that are not installed."""
        row, state, reason, notes, failing, chain = map(list, zip(*absent, strict=True))
        shown = np.array(row, dtype=np.int64)
        names = self.policy.catalog["name"].take(pa.array(shown)).to_pylist()
        rows = Told(
            name=names,
            installed=[None] * len(absent),
            shown=shown,
            decided=shown,
            own=None,
            state=np.array(state, dtype=np.int64),
            reason=np.array(reason, dtype=np.int64),
            graded=self.policy.decisions.approves[shown],
            targeted=np.array(state, dtype=np.int64) != STATES.index(State.AVAILABLE_SECURITY_UPDATE),
            notes=np.array(notes, dtype=np.int64),
            failing=np.array(failing, dtype=np.bool_),
            chain=[list(one) for one in chain],
        )
        one_each = np.ones(len(absent), dtype=np.int64)
        return fresh(self.policy, rows, one_each, [("", name) for name in names], [()] * len(absent))

    def _is_security(self, fitting: Fitting) -> Bools:
        """Say which updates are classified as security updates."""
        found = fitting.spoken >= 0
        return found & self.security[fitting.spoken.clip(0)] if len(self.security) else found


def for_machine(policy: Policy) -> Bools:
    """Batch twin of ``reference.updates.for_machine``: one answer per catalog row."""
    rows, product = policy.catalog, (policy.host.product or "").lower()
    application = lookup(rows["patch_set"], lambda text: text.lower() == "application")
    other = lookup(rows["product"], lambda text: policy.host.product is None or text.lower() != product)
    runnable = ~lookup(rows["arch"], lambda arch: arch != "" and not runs(arch, policy.host, policy.family))
    return runnable & (application | ~other)


def fresh(
    policy: Policy,
    rows: Told,
    counts: Ints,
    keys: list[tuple[str, str]],
    identities: Sequence[tuple[Any, ...]],
) -> Fresh:
    """Return judged updates as an evaluation remembers them; a whole set of them has no age."""
    table = told(policy, rows)
    known = Known(
        state=rows.state,
        level=rows.level(policy),
        notes=rows.all_notes(policy),
        failing=rows.failing,
        security=lookup(table["classification"], lambda text: text.lower() in SECURITY_CLASSIFICATIONS),
        absent=np.zeros(len(rows.name), dtype=np.bool_),
    )
    return Fresh(
        known=known,
        rows=counts,
        rendered=lambda some: table.take(pa.array(some)),
        key=keys.__getitem__,
        age=lambda position: age(policy, identities[position]),
    )


def age(policy: Policy, identity: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return what says which of several rows on one update counts, as ``batch.documented`` has it."""
    if not identity:
        return ()
    _, _, _, evr, built, priority, section = identity
    texts = SCHEMES[policy.family.scheme].sort_key(evr), evr, ""
    return *texts, built is not None, built or LONG_AGO, priority or "", section or ""
