"""The states of yum hosts, as AWS's engine decides them (SEMANTICS 5.4)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from patchrules.model.names import Approval, State
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.model.verdict import Decision, Verdict
from patchrules.reference.agent.common import Key, Question, by_key
from patchrules.reference.installed import as_patch


def verdicts(question: Question, patches: Sequence[Patch]) -> Iterator[Verdict]:
    """Judge every name and architecture of a yum host.

    Candidates are every version a notice names and every version offered. The best approved one counts only if it is
    offered: no older one is tried instead (Q17). The rejected list is asked only where nothing is approved (Q16).
    """
    rows = by_key(question.decide(titled(patch)) for patch in first_notices(patches))
    approved = {
        key: best(question, [d for d in known if d.approves and question.runs(key[1])]) for key, known in rows.items()
    }
    targets = {key: target for key, target in approved.items() if target and target.patch.offered}
    installed = newest(question)
    for key, package in installed.items():
        yield from of_installed(question, package, targets.get(key), listed(question, rows.get(key, [])))
    for key, target in targets.items():
        if key not in installed:
            yield question.row(State.NOT_APPLICABLE, target.patch, level=target.level, decided=target)


def of_installed(
    question: Question, package: Package, target: Decision | None, override: Decision | None
) -> Iterator[Verdict]:
    """Judge an installed package; an override that did not arrive has failed, beside what the baseline misses (4.8).

    What has failed so tells no CVEs, what the baseline misses those of its own notice (28).
    """
    here = question.order(package.evr)
    newer = target is not None and here < question.order(target.patch.evr)
    if override and here < question.order(override.patch.evr):
        yield question.row(State.FAILED, override.patch, decided=override, installed=package, mends=())
        if newer and target and question.order(target.patch.evr) <= question.order(override.patch.evr):
            return
    if target is None:
        rejected = question.blocks and question.rejects(package)
        state = State.INSTALLED_REJECTED if rejected else State.INSTALLED_OTHER
        yield question.row(state, as_patch(package), installed=package)
    elif newer:
        yield question.row(question.missing, target.patch, level=target.level, decided=target, installed=package)
    else:
        yield question.row(
            State.INSTALLED, target.patch, evr=package.evr, level=target.level, decided=target, installed=package
        )


def titled(patch: Patch) -> Patch:
    """Return a patch with the Title Case that yum's code gives classification and severity (2.1.3)."""
    classification = patch.classification and patch.classification.title()
    return dataclasses.replace(patch, classification=classification, severity=patch.severity and patch.severity.title())


def first_notices(patches: Sequence[Patch]) -> list[Patch]:
    """Return the patches without those of a later notice that has the id of an earlier one (26)."""
    first: dict[str | None, tuple[object, ...]] = {}
    kept = []
    for patch in patches:
        notice = (patch.classification, patch.severity, patch.issued_text, patch.updated_text)
        if patch.advisory is None or first.setdefault(patch.advisory, notice) == notice:
            kept.append(patch)
    return kept


def best(question: Question, decisions: Sequence[Decision]) -> Decision | None:
    """Return the highest version's decision; of several on it, the first with the highest level (3.9)."""
    return max(decisions, key=lambda d: (question.order(d.patch.evr), d.level.rank), default=None)


def listed(question: Question, decisions: Sequence[Decision]) -> Decision | None:
    """Return the highest offered version that the override list means; rejected ones left the pool (33)."""
    known = [
        d
        for d in decisions
        if d.patch.offered and d.approval is not Approval.EXPLICIT_REJECTED and question.lists(d.patch)
    ]
    return max(known, key=lambda d: question.order(d.patch.evr), default=None)


def newest(question: Question) -> dict[Key, Package]:
    """Return the newest installed version of each name and architecture (Q18)."""
    found: dict[Key, Package] = {}
    for package in question.host.packages:
        key = (package.name, package.arch or "")
        if key not in found or question.order(package.evr) > question.order(found[key].evr):
            found[key] = package
    return found
