"""What waiting alone makes MISSING on a host: the definition behind "upcoming approvals" (SEMANTICS 5.d)."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from patchrules.families import Facts, Family
from patchrules.model.baseline import Baseline
from patchrules.model.host import Host
from patchrules.model.names import Approval, Note, Operation, State
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.model.verdict import Decision, Settings, Verdict
from patchrules.reference.approvals import decision
from patchrules.reference.evaluate import decide
from patchrules.reference.installed import Key, as_patch, newest, settled
from patchrules.reference.states import installed_verdict, order
from patchrules.reference.updates import updates

_NEXT = timedelta(microseconds=1)


@dataclasses.dataclass(frozen=True, slots=True)
class _Waiting:
    """A host that is judged again at later instants."""

    baseline: Baseline
    host: Host
    patches: Sequence[Patch]
    family: Family
    facts: Facts
    settings: Settings

    def at(self, instant: datetime) -> Settings:
        """Return the settings of a Scan at an instant."""
        return dataclasses.replace(self.settings, as_of=instant)

    def of(self, names: Collection[str]) -> _Waiting:
        """Return the same with the patches of some names: nothing else decides what is approved of them."""
        return dataclasses.replace(self, patches=[one for one in self.patches if one.name in names])

    def decisions(self, instant: datetime) -> dict[Key, list[Decision]]:
        """Return the decisions on every patch at an instant."""
        given: dict[str, Any] = {"family": self.family, "facts": self.facts, "settings": self.at(instant)}
        return decide(self.baseline, self.patches, self.host, **given)

    def approvals(self, decided: Mapping[Key, Sequence[Decision]], until: datetime) -> list[datetime]:
        """Return the instants at which a patch that waits is approved: it is, and was not just before.

        ``decided`` are the decisions at the instant of the run on the patches that are asked for.
        """
        waits = [d for found in decided.values() for d in found if d.approval is Approval.PENDING_APPROVAL]
        ends = {end for d in waits for end in (d.since, d.released_at) if end and end <= until}
        instants = sorted({one for end in ends for one in (end, end + _NEXT) if self.settings.as_of < one <= until})
        them = self.of({d.patch.name for d in waits})
        return [one for one in instants if them.approves(decided.keys(), one)]

    def approves(self, keys: Collection[Key], instant: datetime) -> bool:
        """Say whether an offered patch of some keys is approved at an instant, and was not just before."""
        before, then = self.decisions(instant - _NEXT), self.decisions(instant)
        turned = [
            d
            for key in then.keys() & set(keys)
            for d, earlier in zip(then[key], before[key], strict=True)
            if d.approves and not earlier.approves
        ]
        return any(d.patch.offered and Note.OTHER_MAJOR not in d.notes for d in turned)


def upcoming(
    baseline: Baseline,
    host: Host,
    patches: Sequence[Patch],
    *,
    family: Family,
    facts: Facts,
    settings: Settings,
    until: datetime,
) -> list[Verdict]:
    """Return the verdicts MISSING that a Scan gives up to ``until`` when a patch is approved, if only time passes.

    One for each version that a package is MISSING in and was not just before, nor in a higher one: the higher one comes
    after the lower. Only for what is judged as AWS documents it (``Facts.states``). Cost: that of judging the packages
    that something waits for, a few times an approval.
    """
    scan = dataclasses.replace(settings, operation=Operation.SCAN, install_override=None)
    names = {one.name for one in patches if _may_wait(one, baseline, facts, settings.as_of)}
    if facts.states != "updates":
        names &= {one.name for one in host.packages}
        patches = [one for one in patches if one.name in names]
        packages = tuple(one for one in host.packages if one.name in names)
        host = dataclasses.replace(host, packages=packages)
    host = dataclasses.replace(host, packages=tuple(one for one in host.packages if one.status in (None, "installed")))
    if not names:
        return []
    waiting = _Waiting(baseline, host, patches, family, facts, scan)
    return list((_updates if facts.states == "updates" else _packages)(waiting, until))


def _may_wait(patch: Patch, baseline: Baseline, facts: Facts, as_of: datetime) -> bool:
    """Say whether a patch may come out, or a delay end, after an instant; more than need be do no harm."""
    instants = [one for one in (patch.issued, patch.updated, patch.built) if one]
    waits = [rule.delay for rule in baseline.rules if rule.approve_until is None]
    longest = max(waits, default=timedelta())
    return bool(facts.clocks and instants) and max(instants) >= as_of - longest


def _packages(waiting: _Waiting, until: datetime) -> Iterator[Verdict]:
    """Yield what hosts that are judged by versions come to miss, package by package."""
    host, family = waiting.host, waiting.family
    decided = waiting.decisions(waiting.settings.as_of)
    for key, package in newest([settled(one, decided, host, family) for one in host.packages], host, family).items():
        one = waiting.of({package.name})
        for instant in one.approvals({key: decided.get(key, [])}, until):
            before, then = (_judged(one, package, key, at) for at in (instant - _NEXT, instant))
            lacked = before.target if before.state is State.MISSING else None
            if then.state is not State.MISSING or then.target is None:
                continue
            if lacked is None or order(family, then.target) > order(family, lacked):
                yield then


def _judged(waiting: _Waiting, package: Package, key: Key, instant: datetime) -> Verdict:
    """Judge a package at an instant."""
    given: dict[str, Any] = {"family": waiting.family, "facts": waiting.facts, "settings": waiting.at(instant)}
    itself = as_patch(package)
    own = decision(waiting.baseline, itself, [itself], waiting.host, **given)
    rows = waiting.decisions(instant).get(key, [])
    return installed_verdict(package, own, rows, baseline=waiting.baseline, **given)


def _updates(waiting: _Waiting, until: datetime) -> Iterator[Verdict]:
    """Yield the updates that hosts which are judged by them come to miss."""
    for instant in waiting.approvals(waiting.decisions(waiting.settings.as_of), until):
        lacked = {one.name for one in _lacking(waiting, instant - _NEXT)}
        yield from (one for one in _lacking(waiting, instant) if one.name not in lacked)


def _lacking(waiting: _Waiting, instant: datetime) -> list[Verdict]:
    """Return the updates that a host is MISSING at an instant."""
    host, family, decided = waiting.host, waiting.family, waiting.decisions(instant)
    installed = newest([settled(one, decided, host, family) for one in host.packages], host, family)
    given: dict[str, Any] = {"family": family, "facts": waiting.facts, "settings": waiting.at(instant)}
    judged, _ = updates(waiting.baseline, host, decided, installed, **given)
    return [one for one, _ in judged if one.state is State.MISSING]
