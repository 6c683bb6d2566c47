"""Situations in which AWS's on-node engine has something to say of its own: for the ``agent`` dialect.

They hold what only that engine reads: dates as texts, modules, needed packages, archives and their sites, notices that
share an id, an InstallOverrideList. One or two names have few versions that this engine confuses, and most list entries
mean something that is there.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

from patchrules.evaluation.judging import BY_REFERENCE
from patchrules.families import Family, family_of
from patchrules.model.baseline import ApprovalRule, Baseline, PatchFilter
from patchrules.model.host import Host
from patchrules.model.names import (
    ComplianceLevel,
    FilterKey,
    MissingDate,
    OperatingSystem,
    Operation,
    RejectedPatchesAction,
)
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.model.verdict import OverridePatch
from patchrules.testing.strategies import (
    ADVISORIES,
    ARCHES,
    LINUX,
    PATTERNS,
    Situation,
    approval_rules,
    instants,
    patch_filters,
)
from patchrules.testing.weights import maybe, tuples

AGENT = tuple(
    system for system in LINUX if {facts.states for _, facts in family_of(system).agent}.difference(BY_REFERENCE)
)
"""The operating systems whose ``agent`` dialect both engines decide."""

CONFUSED: Mapping[str, tuple[tuple[str, ...], ...]] = MappingProxyType(
    {
        "rpm": (
            ("0:1.0-1.el8", "0:1.1-1.el8", "0:1.2-1.el8"),
            ("1:1.0-1", "0:1.1-1", "1.1-1"),
            ("0:1.0-1", "0:1.0^git1-1", "0:1.1-1"),
            ("0:1.0-1", "0:1.1-1"),
        ),
        "dpkg": (
            ("1.2-1", "1.9-1", "1.10-1"),
            ("1.0-1", "1.0~rc1-1", "1.1-1"),
            ("1.0", "1.0-0", "1:0.9-1", "9.0-1"),
            ("1.0-1", "1.1-1", "1.2-1"),
        ),
    }
)
"""Versions that AWS's engine takes for equal, or for newer than they are."""

STREAMS = ("nodejs:18", "nodejs:20")
SITES = ("security.debian.org.mirror.example.com", "deb.debian.org")
UNREADABLE = ("2024-01-31T00:00:00Z", "yesterday", "")
RELEASES = ("8.4", "7.9")
"""One release whose packages AWS's engine asks dnf for, one where it asks yum."""

NEED = "glibc-0:2.17-1.x86_64"
"""What some updates need; as a package it is not there."""

HALF = st.booleans()
THIRD = st.sampled_from((False, False, True))
RARELY = st.sampled_from((*[False] * 7, True))
LEVELS = st.sampled_from(list(ComplianceLevel))


def date_texts() -> st.SearchStrategy[str | None]:
    """Draw a date as a file may have it: of the grid, to the second or the day, with a zone, or not readable."""
    forms = st.sampled_from(("%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y-%m-%d %H:%M:%S UTC"))
    readable = st.builds(lambda instant, form: instant.strftime(form), instants(-3, 1), forms)
    return st.sampled_from((True, True, True, True, False)).flatmap(
        lambda good: readable if good else st.sampled_from((None, *UNREADABLE))
    )


def notices(*classifications: str | None) -> st.SearchStrategy[dict[str, Any]]:
    """Draw what a notice says of all its packages."""
    return st.fixed_dictionaries(
        {
            "classification": st.sampled_from(classifications),
            "severity": st.sampled_from(("Critical", "Low", None, "critical", "")),
            "issued_text": date_texts(),
            "updated_text": maybe(date_texts()),
        }
    )


NOTICES = MappingProxyType(
    {
        ADVISORIES[0]: notices("Security", "Security", "security", None),
        ADVISORIES[1]: notices("Bugfix", "Bugfix", "Security", None),
    }
)
CHANGED = st.sampled_from((None, None, None, "classification", "severity", "issued_text", "updated_text"))
ARCHIVES = st.fixed_dictionaries(
    {
        "advisory": st.sampled_from((ADVISORIES[0], ADVISORIES[1], ADVISORIES[0], None)),
        "cves": st.sampled_from(((), ("CVE-2024-1",))),
        "built": maybe(instants()),
        "module": st.sampled_from((None, None, None, *STREAMS, " ".join(STREAMS))),
        "repository": st.sampled_from(("jammy", "jammy-security", "Debian-Security", None)),
        "site": st.sampled_from((None, None, *SITES)),
        "trusted": st.sampled_from((True, True, True, False)),
        "offered": st.sampled_from((True, True, True, True, False)),
        "priority": st.sampled_from(("optional", "required", None)),
        "section": st.sampled_from(("libs", None)),
    }
)
"""What a row of a catalog says beside its name, version and notice."""


@st.composite
def agent_patches(draw: st.DrawFn, keys: Sequence[tuple[str, str]], versions: Sequence[str]) -> tuple[Patch, ...]:
    """Draw a catalog; the rows of one notice mostly say the same."""
    said = {advisory: draw(notice) for advisory, notice in NOTICES.items()}
    key, evr = st.sampled_from(keys), st.sampled_from((*versions[1:], *versions))
    found: list[Patch] = []
    for _ in range(draw(st.sampled_from((3, 4, 2, 5, 1)))):
        row: dict[str, Any] = draw(ARCHIVES)
        notice: dict[str, Any] = dict(said.get(row["advisory"], {}))
        if notice and (field := draw(CHANGED)):
            notice[field] = draw(NOTICES[row["advisory"]])[field]
        name, arch = draw(key)
        needs = (NEED,) if draw(HALF) else ()
        found.append(Patch(name, arch, draw(evr), requires=needs, **row, **notice))
    return tuple(found)


@st.composite
def agent_hosts(
    draw: st.DrawFn, keys: Sequence[tuple[str, str]], versions: Sequence[str], family: Family
) -> tuple[Host, ...]:
    """Draw a host and return it once with each release that matters, so that yum and dnf have their turn."""
    evrs = st.sampled_from((versions[0], versions[0], *versions))
    packages = [
        Package(
            name,
            None if draw(RARELY) else own,
            evr=draw(evrs),
            built=draw(maybe(instants())),
            held=draw(THIRD),
            priority=draw(st.sampled_from(("optional", None))),
        )
        for name, own in draw(tuples(st.sampled_from(keys), (1, 2, 1, 3, 0)))
    ]
    modules = draw(st.sampled_from((None, frozenset(STREAMS[:1]), frozenset(STREAMS))))
    arch = draw(st.sampled_from((keys[0][1], keys[0][1], keys[0][1], None)))
    return tuple(
        Host(
            f"host-{release}",
            family.name,
            family.product_format.format(version=release),
            arch,
            enabled_modules=modules,
            packages=tuple(packages),
        )
        for release in (RELEASES if len(family.agent) > 1 else RELEASES[:1])
    )


@st.composite
def agent_rules(draw: st.DrawFn, system: OperatingSystem) -> tuple[ApprovalRule, ...]:
    """Draw rules: one that selects everything, two that tell notices apart, or any."""
    kind = draw(st.sampled_from(("classes", "everything", "classes", "any")))
    days = st.sampled_from((0, 0, 2))
    if kind == "any":
        return draw(tuples(approval_rules(system), (1, 2, 0)))
    if kind == "everything":
        return (ApprovalRule((), draw(LEVELS), draw(days), None, enable_non_security=draw(HALF)),)
    key, values = draw(st.sampled_from(CLASSES[family_of(system).scheme]))
    filters = [PatchFilter(key, (value,)) for value in values]
    return tuple(ApprovalRule((one,), draw(LEVELS), draw(days), None, enable_non_security=True) for one in filters)


CLASSES = MappingProxyType(
    {
        "rpm": [
            (FilterKey.CLASSIFICATION, pair) for pair in (("Security", "Bugfix"), ("*", "Security"), ("Bugfix", "*"))
        ],
        "dpkg": [(FilterKey.SECTION, ("libs", "*")), (FilterKey.PRIORITY, ("required", "optional"))],
    }
)
"""Pairs of values that tell the versions of one package apart."""


def meant(keys: Sequence[tuple[str, str]], versions: Sequence[str], family: Family) -> st.SearchStrategy[str]:
    """Draw a list entry that means something of a situation: mostly one version, a need, or everything."""
    templates = family.agent[0][1].name_forms
    by_version: list[str] = []
    for (name, arch), evr in itertools.product(keys, versions):
        epoch, _, rest = evr.rpartition(":")
        version, _, release = rest.partition("-")
        parts = {"name": name, "arch": arch, "evr": evr, "epoch": epoch or "0", "version": version, "release": release}
        by_version += [template.format(**parts) for template in templates]
    own = [f"*{evr.rpartition(':')[2]}*" for evr in versions]
    return st.sampled_from(own) | st.sampled_from((NEED, "glibc*", "*", "bash")) | st.sampled_from(by_version)


@st.composite
def agent_situations(draw: st.DrawFn) -> Situation:
    """Draw a situation of the ``agent`` dialect: ``options`` are those of ``Settings``."""
    system = draw(st.sampled_from(AGENT))
    family = family_of(system)
    versions = draw(st.sampled_from(CONFUSED[family.scheme]))
    common, foreign = ARCHES[family.scheme][0], draw(st.sampled_from(ARCHES[family.scheme]))
    keys = [("bash", common), *((("bash", foreign), ("openssl", common)) if draw(THIRD) else ())]
    patches = draw(agent_patches(keys, versions))
    hosts = draw(agent_hosts(keys, versions, family))
    known = draw(st.lists(meant(keys, versions, family), min_size=2, max_size=3))
    entries = st.sampled_from((*known, *known, draw(st.sampled_from((*ADVISORIES, *PATTERNS)))))
    lists = tuples(entries, (1, 2))
    overrides = tuples(st.builds(OverridePatch, id=entries, title=maybe(entries)), (1, 0, 1, 2))
    operation = draw(st.sampled_from((Operation.INSTALL, Operation.INSTALL, Operation.SCAN)))
    baseline = Baseline(
        name="drawn",
        operating_system=system,
        global_filters=draw(tuples(patch_filters(system), (0, 0, 0, 0, 1))),
        rules=draw(agent_rules(system)),
        approved_patches=draw(lists) if draw(THIRD) else (),
        approved_patches_level=draw(LEVELS),
        approved_patches_enable_non_security=draw(HALF),
        rejected_patches=draw(lists) if draw(THIRD) else (),
        rejected_patches_action=draw(st.sampled_from(list(RejectedPatchesAction))),
    )
    options = {
        "as_of": draw(instants(0, 3)),
        "operation": operation,
        "missing_date": draw(st.sampled_from(list(MissingDate))),
        "install_override": draw(overrides) if draw(HALF) else None,
    }
    return Situation(baseline, hosts, patches, options)
