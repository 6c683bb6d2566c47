"""The states of dnf hosts, as AWS's engine decides them (SEMANTICS 5.5)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from patchrules.model.module import streams
from patchrules.model.names import State
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.model.verdict import Decision, Verdict
from patchrules.reference.agent.common import Key, Question, by_key, cves_of, top_level
from patchrules.reference.installed import as_patch
from patchrules.reference.patterns import matches


def verdicts(question: Question, patches: Sequence[Patch]) -> Iterator[Verdict]:
    """Judge every name and architecture of a dnf host.

    Epochs never count (Q9). An installed version that is still offered under a notice is judged by it, one that is not
    is judged without metadata (Q8).
    """
    installed = {(package.name, package.arch or ""): package for package in question.host.packages}
    rows = by_key(question.decide(patch) for patch in candidates(question, patches, installed))
    for key, package in installed.items():
        if question.runs(key[1]):
            rows[key] = with_installed(question, package, rows.get(key, []))
    for key, known in rows.items():
        present = installed.get(key)
        target = top(question, [d for d in known if d.approves and not blocked(question, d, present)])
        override = None if question.override is None else top(question, [d for d in known if question.lists(d.patch)])
        if present is not None:
            yield from of_installed(question, present, target, override, mends(question, present, target, known))
        elif target is not None:
            yield question.row(State.NOT_APPLICABLE, target.patch, level=target.level, decided=target)


def candidates(question: Question, patches: Sequence[Patch], installed: dict[Key, Package]) -> Iterator[Patch]:
    """Return the offered patches that are not older than what is installed, their module enabled (2.2.7, 2.2.8)."""
    for patch in patches:
        package = installed.get((patch.name, patch.arch))
        older = package is not None and question.order(patch.evr) < question.order(package.evr)
        named = patch.advisory is not None
        if patch.offered and question.runs(patch.arch) and not (named and (older or not enabled(question, patch))):
            yield patch


def with_installed(question: Question, package: Package, known: list[Decision]) -> list[Decision]:
    """Return the decisions, and that on what is installed where no approved one is as new (Q8)."""
    here = question.order(package.evr)
    if any(d.approves and question.order(d.patch.evr) >= here for d in known):
        return known
    return [*known, question.decide(as_patch(package))]


def of_installed(
    question: Question, package: Package, target: Decision | None, override: Decision | None, cves: tuple[str, ...]
) -> Iterator[Verdict]:
    """Judge an installed package; rejected is rejected whatever the action (Q15).

    Under an override list the listed record is shown, and decides between INSTALLED and INSTALLED_OTHER (33). Only
    what is the target's version tells ``cves`` (28).
    """
    here = question.order(package.evr)
    if override and question.order(override.patch.evr) > here:
        same = target is not None and question.order(target.patch.evr) == question.order(override.patch.evr)
        level, told = override.level, cves if same else ()
        yield question.row(State.FAILED, override.patch, level=level, decided=override, installed=package, mends=told)
    shown = override.patch if override else as_patch(package)
    if target and question.order(target.patch.evr) > here:
        yield question.row(
            question.missing, target.patch, level=target.level, decided=target, installed=package, mends=cves
        )
    elif question.rejects(package):
        yield question.row(State.INSTALLED_REJECTED, shown, installed=package)
    elif target is None or (override and not override.approves):
        yield question.row(State.INSTALLED_OTHER, shown, installed=package)
    else:
        yield question.row(
            State.INSTALLED, target.patch, evr=package.evr, level=target.level, decided=target, installed=package
        )


def mends(question: Question, package: Package, target: Decision | None, known: Sequence[Decision]) -> tuple[str, ...]:
    """Return the CVEs of every approved version between what is installed and the target, that included (28)."""
    here, goal = question.order(package.evr), b"" if target is None else question.order(target.patch.evr)
    steps = [d for d in known if d.approves and here < question.order(d.patch.evr) <= goal]
    return cves_of(d for d in steps if not blocked(question, d, package))


def top(question: Question, decisions: Sequence[Decision]) -> Decision | None:
    """Return the first decision on the highest version, with the highest level of all on it (25)."""
    newest = max((question.order(d.patch.evr) for d in decisions), default=None)
    same = [d for d in decisions if question.order(d.patch.evr) == newest]
    return dataclasses.replace(same[0], level=top_level(same)) if same else None


def blocked(question: Question, decision: Decision, package: Package | None) -> bool:
    """Say whether an update needs a rejected package, by its full name only (17, Q35)."""
    if package is None or not question.blocks or question.order(decision.patch.evr) <= question.order(package.evr):
        return False
    entries = question.baseline.rejected_patches
    return any(matches(entry, [need]) for need in decision.patch.requires for entry in entries)


def enabled(question: Question, patch: Patch) -> bool:
    """Say whether the patch's module stream is enabled; a patch without module always is (2.2.7)."""
    return patch.module is None or not streams(patch.module).isdisjoint(question.host.enabled_modules or ())
