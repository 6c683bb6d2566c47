"""What of a baseline the cases exercise: which rules, filters, values and list entries decided something."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from patchrules.families import Facts, facts_of, family_of
from patchrules.model.baseline import ApprovalRule, Baseline, PatchFilter
from patchrules.model.host import Host
from patchrules.model.patch import Patch
from patchrules.model.verdict import HostReport, Settings
from patchrules.reference.approvals import old_enough, passes_gate, released
from patchrules.reference.filters import filters_of, holds
from patchrules.reference.installed import as_patch
from patchrules.reference.patterns import identifies, names

Place = tuple[str | int, ...]
"""Where a part stands in AWS's own shape of a baseline: ("ApprovalRules", "PatchRules", 0)."""

RULES: Place = ("ApprovalRules", "PatchRules")
FILTERS: Place = ("PatchFilterGroup", "PatchFilters")
GLOBAL: Place = ("GlobalFilters", "PatchFilters")


class Deed(StrEnum):
    """What a part of a baseline does, once a case has seen it."""

    APPROVES = "approves"
    WAITS = "waits"
    MATCHES = "matches"
    REFUSES = "refuses"
    MEANS = "means"


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """One deed of one part of a baseline that cases should exercise; ``label`` says it as people do."""

    place: Place
    deed: Deed
    label: str

    def missing(self) -> str:
        """Return what is missing where no case exercises it.

        >>> Target(("RejectedPatches", 0), Deed.MEANS, "rejected `telnet`").missing()
        'rejected `telnet`: no patch that it means'
        """
        return f"{self.label}: {_MISSING[self.deed]}"


_MISSING = {
    Deed.APPROVES: "approves no patch",
    Deed.WAITS: "no patch waits for it",
    Deed.MATCHES: "no patch has it",
    Deed.REFUSES: "refuses no patch that the rest lets through",
    Deed.MEANS: "no patch that it means",
}


def targets(baseline: Baseline) -> tuple[Target, ...]:
    """Return everything that cases should exercise, in the order of AWS's own shape.

    >>> from patchrules.documents.baseline import load_baseline
    >>> [one.label for one in targets(load_baseline(b"{Name: prod, OperatingSystem: DEBIAN, RejectedPatches: [vim]}"))]
    ['rejected `vim`']
    """
    facts = family_of(baseline.operating_system).documented
    found = list(_of_filters(baseline.global_filters, GLOBAL, "global filters"))
    for index, rule in enumerate(baseline.rules):
        here, name = (*RULES, index), f"rule {index + 1}"
        found.append(Target(here, Deed.APPROVES, name))
        if facts.clocks and (rule.approve_until is not None or rule.approve_after_days):
            found.append(Target(here, Deed.WAITS, name))
        found += _of_filters(rule.filters, (*here, *FILTERS), name)
    lists = (
        ("ApprovedPatches", "approved", baseline.approved_patches),
        ("RejectedPatches", "rejected", baseline.rejected_patches),
    )
    for field, word, entries in lists:
        found += [Target((field, index), Deed.MEANS, f"{word} `{entry}`") for index, entry in enumerate(entries)]
    return tuple(found)


def exercised(report: HostReport) -> set[tuple[Place, Deed]]:
    """Return what one judged case exercises of its baseline."""
    baseline, host = report.baseline, report.host
    facts = facts_of(family_of(baseline.operating_system), report.settings.dialect, host.product)
    found: set[tuple[Place, Deed]] = set()
    for patch in report.patches:
        found |= set(_of_patch(baseline, patch, host, facts, report.settings))
    for patch in (*report.patches, *(as_patch(package) for package in host.packages)):
        found |= set(_of_lists(baseline, patch, facts))
    return found


def _of_filters(filters: Iterable[PatchFilter], place: Place, name: str) -> Iterator[Target]:
    """Yield each value of some filters, and that each filter refuses something."""
    for index, one in enumerate(filters):
        label = f"{name}, {one.key}"
        for number, text in enumerate(one.values):
            yield Target((*place, index, "Values", number), Deed.MATCHES, f"{label} `{text}`")
        if "*" not in one.values:
            yield Target((*place, index), Deed.REFUSES, label)


def _of_patch(
    baseline: Baseline, patch: Patch, host: Host, facts: Facts, settings: Settings
) -> Iterator[tuple[Place, Deed]]:
    """Yield what one patch exercises of global filters and rules."""
    outer = [holds(one, patch, host, facts) for one in baseline.global_filters]
    for index, rule in enumerate(baseline.rules):
        if not passes_gate(patch, facts, enabled=rule.enable_non_security):
            continue
        implied = filters_of(rule, baseline, facts)[len(rule.filters) :]
        inner = [holds(one, patch, host, facts) for one in rule.filters]
        rest = all(holds(one, patch, host, facts) for one in implied)
        here = (*RULES, index)
        if rest and all(inner) and all(outer):
            yield here, _deed(rule, patch, facts, settings)
            yield from _matches(rule.filters, (*here, *FILTERS), patch, host, facts)
            yield from _matches(baseline.global_filters, GLOBAL, patch, host, facts)
        elif rest and inner.count(False) == 1 and all(outer):
            yield (*here, *FILTERS, inner.index(False)), Deed.REFUSES
        elif rest and outer.count(False) == 1 and all(inner):
            yield (*GLOBAL, outer.index(False)), Deed.REFUSES


def _deed(rule: ApprovalRule, patch: Patch, facts: Facts, settings: Settings) -> Deed:
    """Return whether a rule approves a patch that it selects, or lets it wait."""
    released_at, _ = released(patch, facts)
    early = facts.time_travel and released_at is not None and released_at > settings.as_of
    return Deed.APPROVES if not early and old_enough(rule, released_at, facts, settings) else Deed.WAITS


def _matches(
    filters: Iterable[PatchFilter], place: Place, patch: Patch, host: Host, facts: Facts
) -> Iterator[tuple[Place, Deed]]:
    """Yield the values by which the filters hold."""
    for index, one in enumerate(filters):
        alone = (number for number, text in enumerate(one.values) if _is(one.key, text, patch, host, facts))
        yield from (((*place, index, "Values", number), Deed.MATCHES) for number in alone)


def _is(key: str, text: str, patch: Patch, host: Host, facts: Facts) -> bool:
    """Say whether one value of a filter is the patch's; ``*`` is anything."""
    return holds(PatchFilter(key, (text,)), patch, host, facts)


def _of_lists(baseline: Baseline, patch: Patch, facts: Facts) -> Iterator[tuple[Place, Deed]]:
    """Yield the entries of both lists that mean a patch."""
    lists = (
        ("ApprovedPatches", baseline.approved_patches, facts.approved_ids),
        ("RejectedPatches", baseline.rejected_patches, facts.rejected_ids),
    )
    for field, entries, columns in lists:
        for index, entry in enumerate(entries):
            by_name = names([entry], patch.name, patch.arch, patch.evr, facts)
            if by_name is not None or identifies([entry], patch, columns) is not None:
                yield (field, index), Deed.MEANS
