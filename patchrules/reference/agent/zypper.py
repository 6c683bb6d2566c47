"""The states of zypper hosts, as AWS's engine decides them (SEMANTICS 5.6)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from patchrules.model.names import State
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.model.verdict import Decision, Verdict
from patchrules.reference.agent.common import Key, Question, cves_of
from patchrules.reference.installed import as_patch


def verdicts(question: Question, patches: Sequence[Patch]) -> Iterator[Verdict]:
    """Judge every name and architecture of a zypper host.

    Records are the installed version and every newer one offered; each lends the attributes of every patch whose fixed
    version equals it (2.4.1). What is not installed carries no attributes at all (24).
    """
    installed = {(package.name, package.arch or ""): package for package in question.host.packages}
    named: dict[Key, list[Patch]] = {}
    offered: dict[Key, list[Patch]] = {key: [] for key in installed}
    for patch in patches:
        key = (patch.name, patch.arch)
        if patch.advisory is not None:
            named.setdefault(key, []).append(patch)
        if patch.offered:
            offered.setdefault(key, []).append(bare(patch))
    for key, rows in offered.items():
        package = installed.get(key)
        if package is None:
            newest = max(rows, key=lambda patch: question.order(patch.evr))
            decided = question.decide(newest)
            if decided.approves:
                yield question.row(State.NOT_APPLICABLE, newest, level=decided.level, decided=decided)
            continue
        here = question.order(package.evr)
        newer = [patch for patch in rows if question.order(patch.evr) > here]
        versions = [bare(as_patch(package)), *newer]
        records = [record for version in versions for record in described(question, version, named.get(key, []))]
        yield of_installed(question, package, [question.decide(record) for record in records])


def of_installed(question: Question, package: Package, known: Sequence[Decision]) -> Verdict:
    """Judge an installed package; without approval the highest version's row is shown, installed or not (Q12)."""
    approved = [d for d in known if d.approves]
    if approved:
        target = max(approved, key=lambda d: (question.order(d.patch.evr), d.level.rank))
        newer = question.order(target.patch.evr) > question.order(package.evr)
        state = question.missing if newer else State.INSTALLED
        here, goal = question.order(package.evr), question.order(target.patch.evr)
        # Versions in between count whether they are approved or not (28).
        cves = cves_of(d for d in known if here < question.order(d.patch.evr) <= goal)
        return question.row(state, target.patch, level=target.level, decided=target, installed=package, mends=cves)
    top = max(known, key=lambda d: question.order(d.patch.evr))
    state = State.INSTALLED_REJECTED if question.rejects(top.patch) else State.INSTALLED_OTHER
    return question.row(state, top.patch, decided=top, installed=package)


def described(question: Question, version: Patch, named: Sequence[Patch]) -> list[Patch]:
    """Return one record for each patch that fixes exactly this version, else the version without attributes (2.4.2)."""
    here = question.order(version.evr)
    records = [dataclasses.replace(patch, evr=version.evr) for patch in named if question.order(patch.evr) == here]
    return records or [version]


def bare(patch: Patch) -> Patch:
    """Return a version without the attributes of any patch, and with epoch 0 (2.4.6)."""
    return Patch(name=patch.name, arch=patch.arch, evr=f"0:{patch.evr.split(':', 1)[-1]}")
