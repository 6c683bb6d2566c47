"""The states of apt hosts, as AWS's engine decides them (SEMANTICS 5.7)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from patchrules.model.names import State
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.model.verdict import Decision, Verdict
from patchrules.reference.agent.common import Key, Question
from patchrules.reference.approvals import from_security_archive
from patchrules.reference.installed import as_patch


def verdicts(question: Question, patches: Sequence[Patch]) -> Iterator[Verdict]:
    """Judge every package of an apt host; candidates are ranked by the text of their version (Q11)."""
    installed = {key_of(question, package): package for package in question.host.packages}
    offered: dict[Key, list[Patch]] = {key: [] for key in installed}
    for patch in patches:
        offered.setdefault(key_of(question, patch), []).append(patch)
    for (name, arch), rows in offered.items():
        package = installed.get((name, arch))
        own = [as_patch(package)] if package else []
        records = [dataclasses.replace(patch, name=name, arch=arch) for patch in versions(question, [*rows, *own])]
        known = [
            question.decide(patch)
            for patch in sorted(records, key=lambda patch: patch.evr, reverse=True)
            if package is None or question.order(patch.evr) >= question.order(package.evr)
        ]
        if package is not None:
            yield from of_installed(question, package, known)
        elif approved := [d for d in known if d.approves]:
            yield question.row(State.NOT_APPLICABLE, approved[0].patch, decided=approved[0])


def of_installed(question: Question, package: Package, known: Sequence[Decision]) -> Iterator[Verdict]:
    """Judge an installed package against its decisions, the highest text first."""
    here = question.order(package.evr)
    approved = [d for d in known if d.approves]
    newer = [d for d in known if question.order(d.patch.evr) > here]
    target = next((d for d in newer if d.approves), None)
    override = next((d for d in newer if question.lists(d.patch)), None)
    if override:
        yield question.row(State.FAILED, override.patch, decided=override, installed=package)
    if target:
        if override is None or question.order(override.patch.evr) < question.order(target.patch.evr):
            yield question.row(question.missing, target.patch, level=target.level, decided=target, installed=package)
    elif approved:
        best = approved[0]
        yield question.row(State.INSTALLED, best.patch, level=best.level, decided=best, installed=package)
    else:
        current = next(d for d in known if question.order(d.patch.evr) == here)
        rejected = question.blocks and question.rejects(current.patch)
        state = State.INSTALLED_REJECTED if rejected else State.INSTALLED_OTHER
        yield question.row(state, current.patch, installed=package)


def versions(question: Question, rows: Iterable[Patch]) -> Iterator[Patch]:
    """Return one record a version: the first archive's, from a security archive if any of its archives is one."""
    ordered = sorted(rows, key=lambda patch: question.order(patch.evr))
    for _, same in groupby(ordered, key=lambda patch: question.order(patch.evr)):
        records = list(same)
        security = any(patch.trusted and from_security_archive(patch) for patch in records)
        yield dataclasses.replace(
            records[0],
            security=security,
            classification="Security" if security else "",
            repository="security" if security else "",
            site=None,
            trusted=True,
        )


def key_of(question: Question, package: Package | Patch) -> Key:
    """Return the name and architecture apt knows a package by; a foreign name carries its architecture (29)."""
    native = question.host.arch or ""
    arch = native if package.arch in (None, question.family.independent_arch) else package.arch
    return (package.name if arch == native else f"{package.name}:{arch}"), arch or ""
