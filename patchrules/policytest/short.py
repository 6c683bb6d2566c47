"""A short case as nouns, and how what the baseline decides differs from what it must."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from patchrules.evaluation.options import settings
from patchrules.families import Facts, Family, facts_of, family_of
from patchrules.model.baseline import Baseline
from patchrules.model.host import Host
from patchrules.model.names import Dialect
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.model.verdict import Decision, HostReport, Settings
from patchrules.policytest.case import Case
from patchrules.policytest.situation import Situation, baseline_of, family_judged, patch_of
from patchrules.questions.objections import objection, unheard
from patchrules.questions.sentences import said
from patchrules.questions.wording import when
from patchrules.reference.evaluate import decide
from patchrules.sources.dates import instant

VERSIONS: Mapping[str, tuple[str, str]] = {"rpm": ("0:0-0", "0:1-1"), "dpkg": ("0-0", "1-1"), "dotted": ("0", "1")}
"""By version order: what the host of a short case has installed, and the version of a patch that states none."""


def short_situation(case: Case, dialect: str, other: Baseline | None = None) -> Situation:
    """Return a short case as a host with an older version of its one patch; raises what the doors raise.

    ``other`` takes the place of the baseline that the case names.
    """
    fields = case.fields
    baseline = other or baseline_of(case, dialect)
    family = family_judged(case, baseline, "the patch is for")
    product = fields["patch"].get("product")
    facts = facts_of(family, Dialect(dialect), product)
    patch = short_patch(fields["patch"], family, facts)
    given = settings(as_of=fields["as_of"], dialect=dialect, missing_date=fields.get("missing_date") or "approve")
    return Situation(baseline, host_with(patch, product, family), (patch,), family, given)


def short_patch(row: Mapping[str, Any], family: Family, facts: Facts) -> Patch:
    """Return the patch of a short case; what it does not say is as plain as can be.

    A notice names the patch unless ``advisory`` is null. ``released`` is the date that every clock would read; on Linux
    ``product`` is the host's, and no field of a patch.
    """
    windows = facts.states == "updates"
    plain = {
        "name": "KB1" if windows else "package",
        "arch": machine(family),
        "evr": "0" if windows else VERSIONS[family.scheme][1],
        "advisory": "NOTICE-1",
    }
    told = {name: value for name, value in row.items() if name not in ("released", "product")}
    told |= {} if facts.host_product else {"product": row.get("product")}
    if row.get("released") is not None:
        released = instant(row["released"]) or datetime.fromisoformat(row["released"]).astimezone(UTC)
        plain |= {"issued": released.isoformat(), "issued_text": released.strftime("%Y-%m-%d %H:%M:%S")}
    return patch_of(plain | told)


def host_with(patch: Patch, product: str | None, family: Family) -> Host:
    """Return a host that the patch is for: of its product, with an older version where versions are what counts."""
    updates = family.documented.states == "updates"
    older = () if updates else (Package(patch.name, patch.arch, VERSIONS[family.scheme][0]),)
    return Host("a host", family.name, product, machine(family) or None, os_build=patch.os_build, packages=older)


def machine(family: Family) -> str:
    """Return the usual architecture of a family's hosts, empty where packages have none."""
    return next(iter(family.compatible), "") if family.has_arch else ""


def asked(baseline: Baseline, patch: Patch, product: str | None, as_of: datetime) -> Situation:
    """Return the question what a baseline decides about a patch at an instant, for hosts of a product."""
    family = family_of(baseline.operating_system)
    return Situation(baseline, host_with(patch, product, family), (patch,), family, Settings(as_of))


def decision_of(found: Situation) -> Decision:
    """Return what the baseline decides about the one patch of a short case, by the reference engine."""
    return decided(found.baseline, found.patches[0], found.host, found.settings)


def decided(baseline: Baseline, patch: Patch, host: Host, given: Settings) -> Decision:
    """Return what a baseline decides about one patch on a host, by the reference engine."""
    family = family_of(baseline.operating_system)
    facts = facts_of(family, given.dialect, host.product)
    found = decide(baseline, [patch], host, family=family, facts=facts, settings=given)
    return next(decision for decisions in found.values() for decision in decisions)


def compared_decision(found: Situation, expect: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return how a decision differs from what a short case expects: package id and sentence."""
    decision, patch = decision_of(found), found.patches[0]
    about = f"{patch.name}.{patch.arch}" if patch.arch else patch.name
    said = plain_decision(decision)
    differences = []
    for name, wanted in expect.items():
        if name == "since" and wanted is not None:
            same = decision.since == datetime.fromisoformat(wanted)
        else:
            same = said[name] == (wanted.upper() if name in ("approval", "level") else wanted)
        if not same:
            differences.append((about, f"{name} is {_word(said[name])}, {_word(wanted)} expected"))
    return differences


def plain_decision(decision: Decision) -> dict[str, Any]:
    """Return a decision as a short case may expect it."""
    return {
        "approval": str(decision.approval),
        "rule": decision.rule,
        "level": str(decision.level),
        "entry": decision.entry,
        "since": decision.since and decision.since.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def because(report: HostReport) -> str:
    """Return what the lists and each rule say of the one patch of a short case."""
    baseline, patch, given = report.baseline, report.patches[0], report.settings
    facts = facts_of(family_of(baseline.operating_system), given.dialect, report.host.product)
    decision = decided(baseline, patch, report.host, given)
    lines = [f"under `{baseline.name}`, as of {when(given.as_of)}"]
    if decision.entry:
        verb = "approves" if decision.approves else "rejects"
        lines.append(f"list    `{decision.entry}` {verb} it")
    elif why := unheard(baseline, patch, report.host, facts):
        lines.append(f"list    {why}")
    for number, rule in enumerate(baseline.rules, 1):
        against = objection(rule, patch, report, facts)
        lines.append(f"rule {number}  {against or f'approves it: {said(rule, facts)}'}")
    return "\n".join(lines if len(lines) > 1 else [*lines, "no list names it, and there is no rule"])


def _word(value: object) -> str:
    """Return a value of a decision; nothing is said as such."""
    return "empty" if value in (None, "") else str(value)
