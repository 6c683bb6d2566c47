"""Patches that tell two baselines apart: every value, date and list entry of both, just there and just beside it.

A baseline has few edges: the values of its filters, the days of its rules, the entries of its lists. Patches on and
beside each edge are few enough to be tried one by one, and what none of them tells apart is as good as equal.
"""

from __future__ import annotations

import dataclasses
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from patchrules.families import Facts, Family, family_of
from patchrules.model.baseline import Baseline, PatchFilter
from patchrules.model.names import FilterKey
from patchrules.model.patch import Patch
from patchrules.model.verdict import Decision, Settings
from patchrules.policytest.short import VERSIONS, decided, host_with, machine
from patchrules.reference.patterns import identifies, names

EPOCH = datetime(2026, 1, 31, tzinfo=UTC)
"""The instant of the decisions, unless an until-date is later."""

_ID = re.compile(r"[A-Z]+[0-9]*-[A-Z0-9:.-]+|[0-9]+")
"""What ids of notices look like: RHSA-2024:0310, ALAS2-2024-12, CVE-2024-1, MS10-048, and Bugzilla's numbers."""

_MOST, _MOST_LISTED = 20_000, 100
_NEVER = 9000
_ANOTHER = "Another"
_PRODUCT = "product"


@dataclass(frozen=True, slots=True)
class Probe:
    """One patch, the product of its host, and the instant of the decision."""

    patch: Patch
    product: str | None
    as_of: datetime

    def ask(self, baseline: Baseline) -> Decision:
        """Return what a baseline decides about the patch."""
        family = family_of(baseline.operating_system)
        host = host_with(self.patch, self.product, family)
        return decided(baseline, self.patch, host, Settings(self.as_of))


def telling_apart(one: Baseline, two: Baseline, probes: Sequence[Probe]) -> Probe | None:
    """Return the first probe about which two baselines decide differently, None where there is none."""
    return next((probe for probe in probes if answer(probe.ask(one)) != answer(probe.ask(two))), None)


def answer(decision: Decision) -> tuple[object, ...]:
    """Return what of a decision a person would call different: not the number of a rule, nor which entry it was."""
    return decision.approval, decision.level, decision.entry is not None


def probes_of(*baselines: Baseline) -> tuple[Probe, ...]:
    """Return the patches on and beside every edge of some baselines of one operating system.

    >>> from patchrules.documents.predefined import predefined
    >>> probes = probes_of(predefined("AWS-RedHatDefaultPatchBaseline"))
    >>> sorted({str(probe.patch.severity) for probe in probes})
    ['Another', 'Critical', 'Important', 'Medium', 'Moderate', 'None']
    """
    family = family_of(baselines[0].operating_system)
    facts = family.documented
    as_of = _instant(baselines)
    bodies = [_plain(family, facts, values) for values in _products(_edges(baselines, family))]
    secure = [_secured(body, facts) for body in bodies]
    dates = _dates(baselines, facts, as_of)
    meant = _listed(baselines, family)
    first = [_probe({**secure[0], **more}, day, facts, as_of) for more in meant for day in (dates[0], dates[-1])]
    first += [_probe({**body, **more}, dates[0], facts, as_of) for more in meant for body in (bodies[0], bodies[-1])]
    found = [_probe(body, released, facts, as_of) for body in secure for released in dates][:_MOST]
    found += [_probe(body, dates[0], facts, as_of) for body in bodies]
    last = [_probe({**body, **more}, dates[0], facts, as_of) for more in meant for body in secure[:_MOST_LISTED]]
    return tuple(dict.fromkeys((*first, *found, *last)))


def _instant(baselines: Sequence[Baseline]) -> datetime:
    """Return an instant after every until-date."""
    return max([EPOCH, *(_midnight(day) + timedelta(days=3) for day in _until(baselines))])


def _until(baselines: Sequence[Baseline]) -> set[date]:
    """Return the until-dates, but for those that say never: nobody waits for the end of the calendar."""
    found = {rule.approve_until for one in baselines for rule in one.rules if rule.approve_until is not None}
    return {day for day in found if day.year < _NEVER}


def _edges(baselines: Sequence[Baseline], family: Family) -> dict[str, list[str | None]]:
    """Return by column the values that filters name, some that none names, and none at all.

    Of a column where filters say ``*`` only, every value is as good as none.
    """
    facts = family.documented
    found: dict[str, list[str | None]] = {}
    filters = [one for baseline in baselines for one in _filters(baseline)]
    implied = [PatchFilter(key, (wanted,)) for key, wanted in facts.implied.items()]
    for one in (*filters, *implied):
        if one.key in facts.filters:
            known = found.setdefault(facts.filters[FilterKey(one.key)], [])
            known += [text for text in one.values if text != "*" and text not in known]
    for key, column in facts.filters.items():
        if not found.get(column, [None]):
            found[column] = [None]
        elif column in found:
            documented = [text for text in family.values.get(key, ()) if text not in found[column]]
            found[column] += [*documented[:2], _ANOTHER, None]
    return found


def _filters(baseline: Baseline) -> Iterator[PatchFilter]:
    """Yield every filter of a baseline."""
    yield from baseline.global_filters
    for rule in baseline.rules:
        yield from rule.filters


def _products(edges: Mapping[str, Sequence[str | None]]) -> Iterator[dict[str, str | None]]:
    """Yield every combination of values, those that filters name first."""
    for values in itertools.islice(itertools.product(*edges.values()), _MOST):
        yield dict(zip(edges, values, strict=True))


def _plain(family: Family, facts: Facts, values: Mapping[str, str | None]) -> dict[str, Any]:
    """Return the fields of a patch of no notice and no security archive."""
    windows = facts.states == "updates"
    named = {"name": "KB1" if windows else "package", "arch": machine(family)}
    return {**named, "evr": "0" if windows else VERSIONS[family.scheme][1], **values}


def _secured(body: Mapping[str, Any], facts: Facts) -> dict[str, Any]:
    """Return the fields of a patch that every security gate lets through, as far as its values allow."""
    gated = {"security": True} if facts.security_gate == "archive" else {"advisory": "NOTICE-1"}
    return {**body, **gated}


def _dates(baselines: Sequence[Baseline], facts: Facts, as_of: datetime) -> list[datetime | None]:
    """Return release dates on and beside the edges of every rule, the oldest first."""
    if not facts.clocks:
        return [None]
    rules = [rule for one in baselines for rule in one.rules]
    days = {rule.approve_after_days or 0 for rule in rules if rule.approve_until is None}
    found = {as_of - timedelta(days=count) for day in days for count in (day, day + 1)}
    found.update(days_of_until(baselines))
    return [*sorted(found or {as_of - timedelta(days=1)})]


def days_of_until(baselines: Sequence[Baseline]) -> list[datetime]:
    """Return the midnights with which each until-date of some baselines begins and ends."""
    return sorted({_midnight(day) + timedelta(days=by) for day in _until(baselines) for by in (0, 1)})


def _midnight(day: date) -> datetime:
    """Return the first instant of a day."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _probe(body: Mapping[str, Any], released: datetime | None, facts: Facts, as_of: datetime) -> Probe:
    """Return a probe; where PRODUCT is the host's, it is no field of the patch."""
    values = dict(body)
    product = values.get(_PRODUCT)
    if facts.host_product:
        values.pop(_PRODUCT, None)
    return Probe(Patch(**values, issued=released), product, as_of)


def _listed(baselines: Sequence[Baseline], family: Family) -> list[dict[str, Any]]:
    """Return what makes patches that entries of lists mean, and their neighbours by name."""
    found: list[dict[str, Any]] = []
    for one in baselines:
        for entry in (*one.approved_patches, *one.rejected_patches):
            meant = meant_by(entry, family)
            found += [*meant, *({**each, "name": f"{each['name']}-extra"} for each in meant if "name" in each)]
    return [dict(pairs) for pairs in dict.fromkeys(tuple(sorted(each.items())) for each in found)]


def meant_by(entry: str, family: Family) -> list[dict[str, Any]]:
    """Return the fields of patches that a list entry means: by name, by name and version, or by id.

    >>> from patchrules.families import family_named
    >>> meant_by("kernel-4.18*", family_named("rhel"))
    [{'name': 'kernel', 'arch': 'x86_64', 'evr': '0:4.18-1'}]
    >>> meant_by("RHSA-2024:1", family_named("rhel"))[0]
    {'advisory': 'RHSA-2024:1'}
    """
    facts, windows = family.documented, family.documented.states == "updates"
    arch, version = machine(family), "0" if windows else VERSIONS[family.scheme][1]
    text = re.sub(r"\[(.)[^]]*\]", r"\1", entry).replace("*", "").replace("?", "x") or "package"
    candidates: list[tuple[str, str, str]] = []
    stem, dot, last = text.rpartition(".")
    bare, own = (stem, last) if dot and not last[:1].isdigit() else (text, arch)
    for match in re.finditer(r"[-.:](?=\d)", bare):
        name, rest = bare[: match.start()].split(":")[-1], bare[match.end() :]
        rest = rest if "-" in rest or family.scheme == "dotted" else f"{rest}-1"
        candidates += [(name, own, rest if ":" in rest or family.scheme != "rpm" else f"0:{rest}")]
    candidates += [(text, arch, version), (bare, own, version)]
    named = [
        {"name": name, "arch": arch, "evr": evr}
        for name, arch, evr in candidates
        if name and names([entry], name, arch, evr, facts) is not None
    ]
    if not _ID.fullmatch(entry):
        return named[:1]
    ids: list[dict[str, Any]] = [
        {column: entry if column == "advisory" else (entry,)} for column in dict.fromkeys(facts.approved_ids)
    ]
    known = [more for more in ids if identifies([entry], Patch("", "", "0", **more), more)]
    return known or named[:1]


def simplest(probe: Probe, one: Baseline, two: Baseline) -> Probe:
    """Return the probe without what it does not need to tell two baselines apart."""
    for name in ("classification", "severity", "product_family", "patch_set", "priority", "section", "issued"):
        if getattr(probe.patch, name) is None:
            continue
        without: dict[str, Any] = {name: None}
        lighter = dataclasses.replace(probe, patch=dataclasses.replace(probe.patch, **without))
        if answer(lighter.ask(one)) != answer(lighter.ask(two)) and lighter.ask(one) == probe.ask(one):
            probe = lighter
    return probe
