"""What waiting alone makes MISSING on a host: the definition behind "upcoming approvals" (SEMANTICS 5.19)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

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
    """A host that is judged again at later instants, by the patches that are out at the instant of the run."""

    baseline: Baseline
    host: Host
    patches: Sequence[Patch]
    family: Family
    facts: Facts
    settings: Settings

    def at(self, instant: datetime) -> Settings:
        """Return the settings of a Scan at an instant."""
        return dataclasses.replace(self.settings, as_of=instant)

    def of(self, name: str) -> _Waiting:
        """Return the same with the patches of one name: nothing else decides on its packages."""
        return dataclasses.replace(self, patches=[one for one in self.patches if one.name == name])

    def decisions(self, instant: datetime) -> dict[Key, list[Decision]]:
        """Return the decisions at an instant; patches that are not out at the instant of the run never come out."""
        now, then = (self._decisions(one) for one in (self.settings.as_of, instant))
        return {
            key: [d for d, before in zip(then[key], now[key], strict=True) if Note.NOT_YET_RELEASED not in before.notes]
            for key in then
        }

    def _decisions(self, instant: datetime) -> dict[Key, list[Decision]]:
        """Return the decisions on every patch."""
        given = {"family": self.family, "facts": self.facts, "settings": self.at(instant)}
        return decide(self.baseline, self.patches, self.host, **given)

    def instants(self, decisions: Iterable[Decision], until: datetime) -> list[datetime]:
        """Return the first instants at which something that waits is approved."""
        as_of, pending = self.settings.as_of, Approval.PENDING_APPROVAL
        waits = {d.since for d in decisions if d.approval is pending and d.since is not None}
        return [since + _NEXT for since in sorted(waits) if as_of <= since < until]


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
    """Return the verdicts MISSING that a Scan gives before ``until``, if nothing changes but the time.

    One for each version that a package of the host becomes MISSING in, the higher one after the lower. Patches count
    that are out at the as-of instant. Only for what is judged as AWS documents it (``Facts.states``).
    """
    scan = dataclasses.replace(settings, operation=Operation.SCAN, install_override=None)
    names = {one.name for one in patches if _may_wait(one, baseline, facts, settings.as_of)}
    if facts.states != "updates":
        patches = [one for one in patches if one.name in names]
        packages = tuple(one for one in host.packages if one.name in names)
        host = dataclasses.replace(host, packages=packages)
    host = dataclasses.replace(host, packages=tuple(one for one in host.packages if one.status in (None, "installed")))
    if not names:
        return []
    waiting = _Waiting(baseline, host, patches, family, facts, scan)
    return list((_updates if facts.states == "updates" else _packages)(waiting, until))


def _may_wait(patch: Patch, baseline: Baseline, facts: Facts, as_of: datetime) -> bool:
    """Say whether any rule's delay can end after an instant; more than needs be do no harm."""
    instants = [one for one in (patch.issued, patch.updated, patch.built) if one]
    waits = [rule.delay for rule in baseline.rules if rule.approve_until is None]
    longest = max(waits, default=None)
    return bool(facts.clocks and longest is not None and instants) and max(instants) >= as_of - (longest or timedelta())


def _packages(waiting: _Waiting, until: datetime) -> Iterator[Verdict]:
    """Yield what hosts that are judged by versions come to miss, package by package."""
    host, family, now = waiting.host, waiting.family, waiting.settings.as_of
    decided = waiting.decisions(now)
    for key, package in newest([settled(one, decided, host, family) for one in host.packages], host, family).items():
        one, target = waiting.of(package.name), None
        for instant in (now, *waiting.instants(decided.get(key, ()), until)):
            found = _judged(one, package, key, instant)
            if found.state is not State.MISSING or found.target is None:
                continue
            if target is None or order(family, found.target) > order(family, target):
                target = found.target
                yield from () if instant == now else (found,)


def _judged(waiting: _Waiting, package: Package, key: Key, instant: datetime) -> Verdict:
    """Judge a package at an instant."""
    given = {"family": waiting.family, "facts": waiting.facts, "settings": waiting.at(instant)}
    itself = as_patch(package)
    own = decision(waiting.baseline, itself, [itself], waiting.host, **given)
    rows = waiting.decisions(instant).get(key, [])
    return installed_verdict(package, own, rows, baseline=waiting.baseline, **given)


def _updates(waiting: _Waiting, until: datetime) -> Iterator[Verdict]:
    """Yield the updates that hosts which are judged by them come to miss."""
    host, family, now = waiting.host, waiting.family, waiting.settings.as_of
    decided = waiting.decisions(now)
    installed = newest([settled(one, decided, host, family) for one in host.packages], host, family)
    missing: set[str] = set()
    for instant in (now, *waiting.instants((d for rows in decided.values() for d in rows), until)):
        given = {"family": family, "facts": waiting.facts, "settings": waiting.at(instant)}
        judged, _ = updates(waiting.baseline, host, waiting.decisions(instant), installed, **given)
        lacks = [one for one, _ in judged if one.state is State.MISSING and one.name not in missing]
        missing.update(one.name for one in lacks)
        yield from () if instant == now else lacks
