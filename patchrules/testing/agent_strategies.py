"""Situations in which AWS's on-node engine has something to say of its own: for the ``agent`` dialect.

They start from :mod:`patchrules.testing.strategies` and add what only that engine reads: dates as texts, modules,
needed packages, archives and their sites, notices that share an id, an InstallOverrideList. Two to four versions that
this engine confuses take the place of the drawn ones, and most list entries mean something that is there.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

from patchrules.evaluation.fleet import BY_REFERENCE
from patchrules.families import Family, family_of
from patchrules.model.baseline import ApprovalRule, Baseline, PatchFilter
from patchrules.model.host import Host
from patchrules.model.names import ComplianceLevel, FilterKey, Operation
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.model.verdict import OverridePatch
from patchrules.testing.strategies import ADVISORIES, LINUX, PATTERNS, Situation, instants, maybe, rarely, situations

AGENT = tuple(
    system for system in LINUX if {facts.states for _, facts in family_of(system).agent}.difference(BY_REFERENCE)
)
"""The operating systems whose ``agent`` dialect both engines decide."""

CONFUSED: Mapping[str, tuple[tuple[str, ...], ...]] = MappingProxyType(
    {
        "rpm": (
            ("0:1.0-1.el8", "0:1.1-1.el8", "0:1.2-1.el8"),
            ("0:1.1-1", "1:1.0-1", "1.1-1", "2:1.1-1"),
            ("0:1.0-1", "0:1.0^git1-1", "0:1.1-1"),
            ("0:1.0-1", "0:1.1-1"),
        ),
        "dpkg": (
            ("1.2-1", "1.9-1", "1.10-1"),
            ("1.0-1", "1.0~rc1-1", "1.1-1"),
            ("1.0", "1.0-0", "1:0.9-1", "9.0-1"),
            ("1.0-1", "1.1-1"),
        ),
    }
)
"""Versions that AWS's engine takes for equal, or for newer than they are."""

STREAMS = ("nodejs:18", "nodejs:20")
SITES = ("security.debian.org.mirror.example.com", "deb.debian.org")
UNREADABLE = ("2024-01-31T00:00:00Z", "yesterday", "")


def chance(percent: int) -> st.SearchStrategy[bool]:
    """Draw True so often."""
    return st.sampled_from((*[False] * (100 - percent), *[True] * percent))


def date_texts() -> st.SearchStrategy[str | None]:
    """Draw a date as a file may have it: of the grid, to the second or the day, with a zone, or not readable."""
    forms = st.sampled_from(("%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S UTC"))
    readable = st.builds(lambda instant, form: instant.strftime(form), instants(-3, 1), forms)
    return rarely(st.sampled_from((None, *UNREADABLE)), None).flatmap(
        lambda text: readable if text is None else st.just(text)
    )


def notices() -> st.SearchStrategy[dict[str, Any]]:
    """Draw what a notice says of all its packages."""
    return st.fixed_dictionaries(
        {
            "classification": st.sampled_from(("Security", "Bugfix", "security", None)),
            "severity": st.sampled_from(("Critical", "Low", None, "critical", "")),
            "issued_text": date_texts(),
            "updated_text": maybe(date_texts()),
        }
    )


def rules() -> st.SearchStrategy[tuple[ApprovalRule, ...]]:
    """Draw two rules of one class of notices each, so that the notices of one version have different levels."""

    def rule(classification: str, level: ComplianceLevel, days: int) -> ApprovalRule:
        chosen = PatchFilter(FilterKey.CLASSIFICATION, (classification,))
        return ApprovalRule((chosen,), level, days, None, enable_non_security=True)

    levels = st.sampled_from(list(ComplianceLevel))
    one = st.builds(rule, st.sampled_from(("Security", "Bugfix", "*")), levels, st.sampled_from((0, 0, 2)))
    return st.tuples(one, one)


def meant(patches: Sequence[Patch], hosts: Sequence[Host], family: Family) -> list[str]:
    """Return list entries that mean something of a situation."""
    packages: list[Patch | Package] = [*patches, *(package for host in hosts for package in host.packages)]
    forms = family.agent[0][1].name_forms
    parts = [(one, one.evr.rpartition(":")) for one in packages]
    texts = {
        form.format(
            name=one.name,
            arch=one.arch,
            evr=one.evr,
            epoch=epoch or "0",
            version=rest.partition("-")[0],
            release=rest.partition("-")[2],
        )
        for one, (epoch, _, rest) in parts
        for form in forms
    }
    needs = {need for one in patches for need in one.requires}
    return sorted({"*", *(f"{one.name}*" for one in packages), *texts, *needs})


def lists(entries: Sequence[str]) -> st.SearchStrategy[tuple[str, ...]]:
    """Draw a list of entries, of which most mean something."""
    entry = st.sampled_from(entries) | st.sampled_from((*ADVISORIES, *PATTERNS))
    return st.lists(entry, min_size=1, max_size=2).map(tuple)


def overrides(entries: Sequence[str]) -> st.SearchStrategy[tuple[OverridePatch, ...]]:
    """Draw an InstallOverrideList."""
    pattern = st.sampled_from(entries)
    return st.lists(st.builds(OverridePatch, id=pattern, title=maybe(pattern)), max_size=2).map(tuple)


@st.composite
def agent_patches(draw: st.DrawFn, patches: Sequence[Patch]) -> tuple[Patch, ...]:
    """Draw what only AWS's engine reads for each patch; the patches of one notice mostly say the same."""
    said = {advisory: draw(notices()) for advisory in ADVISORIES}
    needs = [f"{one.name}-0:1.0-1.{one.arch}" for one in patches]
    found = []
    for patch in patches:
        notice = dict(said.get(patch.advisory or "", {}))
        if draw(chance(20)):
            field = draw(st.sampled_from(("classification", "severity", "issued_text", "updated_text")))
            notice[field] = draw(notices())[field]
        more: dict[str, Any] = {
            "module": draw(maybe(st.sampled_from(STREAMS))) if draw(chance(40)) else None,
            "requires": draw(st.lists(st.sampled_from(needs), max_size=2).map(tuple)),
            "repository": draw(st.sampled_from(("jammy", "jammy-security", "Debian-Security", None))),
            "site": draw(rarely(st.sampled_from(SITES), None)),
            "trusted": draw(chance(80)),
        }
        found.append(dataclasses.replace(patch, **notice, **more))
    return tuple(found)


@st.composite
def agent_host(draw: st.DrawFn, host: Host, family: Family) -> Host:
    """Draw which release a host runs, so that yum and dnf have their turn, and which modules are enabled."""
    release = draw(st.sampled_from(("8.4", "8.4", "7.9", None)))
    product = None if release is None else family.product_format.format(version=release)
    modules = draw(st.sampled_from((None, frozenset(STREAMS[:1]), frozenset(STREAMS))))
    return dataclasses.replace(host, product=product, enabled_modules=modules)


@st.composite
def agent_baseline(draw: st.DrawFn, baseline: Baseline, entries: Sequence[str]) -> Baseline:
    """Draw lists that mean something and, half of the time, rules that tell notices apart."""
    return dataclasses.replace(
        baseline,
        rules=draw(rules()) if draw(chance(50)) else baseline.rules,
        approved_patches=draw(lists(entries)) if draw(chance(40)) else (),
        rejected_patches=draw(lists(entries)) if draw(chance(40)) else (),
    )


@st.composite
def agent_situations(draw: st.DrawFn) -> Situation:
    """Draw a situation of the ``agent`` dialect: ``options`` are those of ``Settings``."""
    drawn = draw(situations(AGENT))
    family = family_of(drawn.baseline.operating_system)
    versions = itertools.cycle(draw(st.sampled_from(CONFUSED[family.scheme]).flatmap(st.permutations)))
    evrs = {one.evr for one in drawn.patches} | {one.evr for host in drawn.hosts for one in host.packages}
    renamed = dict(zip(sorted(evrs), versions, strict=False))
    patches = draw(agent_patches([dataclasses.replace(one, evr=renamed[one.evr]) for one in drawn.patches]))
    hosts = []
    for host in drawn.hosts:
        packages = tuple(dataclasses.replace(one, evr=renamed[one.evr]) for one in host.packages)
        hosts.append(draw(agent_host(dataclasses.replace(host, packages=packages), family)))
    entries = meant(patches, hosts, family)
    options = {**drawn.options, "install_override": None}
    if draw(chance(40)):
        options |= {"operation": Operation.INSTALL, "install_override": draw(overrides(entries))}
    baseline = draw(agent_baseline(drawn.baseline, entries))
    return Situation(baseline, tuple(hosts), patches, options)
