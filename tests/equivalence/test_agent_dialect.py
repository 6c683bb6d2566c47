"""Reference == batch in the dialect of AWS's on-node engine: drawn situations, and every shared case.

``mutants.py`` beside this file shows that a small change of either engine does not pass here.
"""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings

from patchrules.batch.agent import AGENTS
from patchrules.errors import PatchRulesError
from patchrules.evaluation.fleet import evaluate_fleet
from patchrules.evaluation.host import evaluate
from patchrules.evaluation.judging import BY_REFERENCE
from patchrules.evaluation.nouns import hosts_table, packages_table
from patchrules.evaluation.rows import run_of
from patchrules.families import families, family_of
from patchrules.model.baseline import ApprovalRule, Baseline, PatchFilter, Registry
from patchrules.model.columns import REJECTS
from patchrules.model.host import Host, Inventory
from patchrules.model.names import ComplianceLevel, Dialect, OperatingSystem, Operation, RejectedPatchesAction
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.model.verdict import OverridePatch, Settings
from patchrules.policytest import read_cases
from patchrules.policytest.situation import situation as situation_of
from patchrules.sources import arrow
from patchrules.testing.agent_strategies import AGENT, CLASSES, CONFUSED, RELEASES, SITES, STREAMS, agent_situations
from patchrules.testing.strategies import ARCHES, T0, Situation
from patchrules.testing.twins import by_batch, by_reference, catalog_of, one_by_batch, one_by_reference

EXAMPLES = settings().max_examples
LONG = 20_000


@settings(max_examples=EXAMPLES if EXAMPLES >= LONG else 4 * EXAMPLES)
@given(agent_situations())
def test_batch_equals_reference(situation):
    given_settings = Settings(dialect=Dialect.AGENT, **situation.options)
    for host in situation.hosts:
        given_to_both = (situation.baseline, host, situation.patches, given_settings)
        assert one_by_batch(*given_to_both) == one_by_reference(*given_to_both)


@given(agent_situations())
def test_a_fleet_equals_its_hosts(situation):
    hosts = [dataclasses.replace(host, enabled_modules=None) for host in situation.hosts]
    hosts += [dataclasses.replace(host, id=f"{host.id}-less", packages=host.packages[1:]) for host in hosts]
    given_to_both = (situation.baseline, hosts, situation.patches)
    options = {**situation.options, "dialect": "agent"}
    assert by_batch(*given_to_both, **options) == by_reference(*given_to_both, **options)


@pytest.mark.parametrize("seed", range(settings().max_examples // 3))
def test_a_crowd_of_packages_is_the_same_in_both_engines(seed):
    found = crowd(Random(seed), AGENT[seed % len(AGENT)])
    for override in (None, (), found.options["install_override"]):
        given_settings = Settings(dialect=Dialect.AGENT, **{**found.options, "install_override": override})
        for host in found.hosts:
            given_to_both = (found.baseline, host, found.patches, given_settings)
            assert one_by_batch(*given_to_both) == one_by_reference(*given_to_both)


@pytest.mark.parametrize("seed", range(settings().max_examples // 3))
def test_what_a_few_hosts_of_a_crowd_have_is_counted_for_each(seed):
    """Hosts that are judged together, a package each: some have no verdict, others two."""
    random = Random(seed)
    found = crowd(random, AGENT[seed % len(AGENT)])
    host, names = found.hosts[0], sorted({one.name for one in found.hosts[0].packages})
    for _ in range(4):
        hosts = [
            dataclasses.replace(host, id=name, packages=tuple(one for one in host.packages if one.name == name))
            for name in random.sample(names, 3)
        ]
        options = {**found.options, "dialect": "agent"}
        assert by_batch(found.baseline, hosts, found.patches, **options) == by_reference(
            found.baseline, hosts, found.patches, **options
        )


def test_two_verdicts_of_one_package_and_none_of_another_are_counted_where_they_belong():
    """As many verdicts as packages is not one verdict each."""
    system = OperatingSystem.REDHAT_ENTERPRISE_LINUX
    baseline = Baseline("prod", system, approved_patches=("*",))
    kernel = Patch("kernel", "x86_64", "0:2-2.el9", "A-1", "Security", "Low", issued_text="2024-01-10")
    installed = {
        "a": (Package("bash", "x86_64", "5-1"), Package("z", None, "1-1")),
        "b": (Package("kernel", "x86_64", "1-1"),),
    }
    hosts = [Host(name, "rhel", "RedhatEnterpriseLinux9.3", "x86_64", packages=own) for name, own in installed.items()]
    options = {
        "as_of": T0 + timedelta(days=99),
        "operation": Operation.INSTALL,
        "install_override": (OverridePatch("kernel.x86_64"),),
        "dialect": "agent",
    }
    found = by_batch(baseline, hosts, [kernel], **options)
    assert found == by_reference(baseline, hosts, [kernel], **options)
    assert [found[name]["status"] for name in installed] == ["COMPLIANT", "NON_COMPLIANT"]


def crowd(random, system):
    """Forty packages on one host, each a small situation of its own: what hypothesis meets one at a time.

    Lists hold an entry for every fourth package or so; some packages have several versions installed.
    """
    family = family_of(system)
    arches, native = ARCHES[family.scheme], ARCHES[family.scheme][0]
    advisories = {f"RH-{number}": notice(random) for number in range(12)}
    patches, packages, entries = [], [], []
    for number in range(40):
        name, arch = f"p{number}", random.choices(arches, (9, *[1] * (len(arches) - 1)))[0]
        versions = random.choice(CONFUSED[family.scheme])
        for _ in range(random.randint(1, 5)):
            advisory = random.choice((None, *advisories, *advisories))
            said = advisories.get(advisory, {}) if random.random() < 0.93 else notice(random)
            patches.append(
                Patch(
                    name,
                    arch,
                    random.choice((*versions, *versions[1:])),
                    advisory=advisory,
                    **said,
                    priority=random.choice(("optional", "required")),
                    section=random.choice(("libs", "utils")),
                    built=T0 + timedelta(days=random.randint(-3, 1)),
                    module=random.choices((None, *STREAMS), (6, 1, 1))[0],
                    repository=random.choice(("jammy", "jammy-security")),
                    site=random.choice((None, *SITES)),
                    trusted=random.random() < 0.8,
                    offered=random.random() < 0.85,
                    requires=random.choice(((), (f"need-{name}-0:1-1.{arch}",))),
                )
            )
        for _ in range(random.choices((0, 1, 2, 3), (1, 8, 1, 1))[0]):
            evr = random.choice((versions[0], versions[0], *versions))
            packages.append(Package(name, random.choice((arch, arch, arch, None)), evr, held=random.random() < 0.2))
        entries += [random.choice((name, f"{name}*"))] + [f"*{name}[.-]*{evr.rpartition(':')[2]}*" for evr in versions]
    override = tuple(OverridePatch(entry, random.choice((None, None, "*1.1*"))) for entry in random.sample(entries, 40))
    needs = [f"need-p{number}-*" for number in random.sample(range(40), 15)]
    baseline = Baseline(
        name="crowd",
        operating_system=system,
        rules=tuple(rule(random, family) for _ in range(random.randint(1, 3))),
        approved_patches=tuple(random.sample(entries, 6)),
        approved_patches_level=random.choice(list(ComplianceLevel)),
        approved_patches_enable_non_security=random.random() < 0.5,
        rejected_patches=(*random.sample(entries, 12), *needs),
        rejected_patches_action=random.choice(list(RejectedPatchesAction)),
    )
    hosts = [
        Host(
            f"host-{release}",
            family.name,
            family.product_format.format(version=release),
            random.choice((native, native, native, None)),
            enabled_modules=random.choice((None, frozenset(STREAMS[:1]))),
            packages=tuple(packages),
        )
        for release in RELEASES
    ]
    options = {
        "as_of": T0 + timedelta(days=random.randint(0, 2)),
        "operation": random.choice((Operation.INSTALL, Operation.INSTALL, Operation.SCAN)),
        "install_override": override,
    }
    return Situation(baseline, tuple(hosts), tuple(patches), options)


def notice(random):
    """What a notice says of its packages, as keywords of ``Patch``."""
    days = [str((T0 + timedelta(days=random.randint(-4, 1))).date()) for _ in range(2)]
    return {
        "classification": random.choice(("Security", "Bugfix", "Bugfix", "security", None)),
        "severity": random.choice(("Critical", "Low", "", None)),
        "issued_text": random.choice((days[0], days[0], f"{days[0]} 00:00:00", "yesterday")),
        "updated_text": random.choice((None, days[1])),
    }


def rule(random, family):
    """A rule for everything or for one class of versions."""
    key, values = random.choice(CLASSES[family.scheme])
    filters = random.choice(((), (PatchFilter(key, (random.choice(values),)),)))
    level = random.choice(list(ComplianceLevel))
    return ApprovalRule(filters, level, random.choice((0, 0, 2)), None, enable_non_security=random.random() < 0.7)


def test_hosts_that_only_the_reference_judges_stand_in_their_places():
    """One fleet: SUSE (by reference) between Debian and RHEL (in batch), and a host of which nothing is known."""
    systems = {"a": "DEBIAN", "b": "SUSE", "c": "REDHAT_ENTERPRISE_LINUX", "d": "SUSE"}
    hosts, catalogs = [], []
    served: dict[OperatingSystem, Baseline] = {}
    for name, text in systems.items():
        system = OperatingSystem(text)
        family = family_of(system)
        arch = {"dpkg": "amd64"}.get(family.scheme, "x86_64")
        packages = (Package("bash", arch, "5.1-1"), Package("zlib", arch, "1.2-1"))
        hosts.append(Host(name, family.name, family.product_format.format(version="12"), arch, packages=packages))
        if system not in served:
            rule = ApprovalRule((), ComplianceLevel.HIGH, 0, None, enable_non_security=True)
            served[system] = Baseline(name=text, operating_system=system, rules=(rule,))
            catalogs.append(catalog_of(served[system], [], [Patch("bash", arch, "5.2-1"), Patch("sed", arch, "4-1")]))
    everyone = [*hosts, Host("e", packages=(Package("bash", None, "5.1-1"),))]
    fleet = Inventory(hosts_table(everyone), packages_table(everyone), arrow.table(REJECTS, {}, 0))
    options: dict[str, Any] = {"as_of": "2024-02-01T00:00Z", "dialect": "agent"}
    run = evaluate_fleet(Registry(tuple(served.values()), {}, served), fleet, catalogs, rows="all", **options)
    assert run.hosts["host"].to_pylist() == ["a", "b", "c", "d", "e"]
    assert run.hosts["status"].to_pylist() == ["NON_COMPLIANT"] * 4 + ["UNKNOWN"]
    assert run.hosts["not_applicable"].to_pylist() == [1, 1, 1, 1, 0]
    assert run.verdicts["host"].to_pylist() == ["a", "a", "b", "b", "c", "c", "d", "d"]
    reports = [evaluate(served[OperatingSystem(systems[one.id])], one, catalogs, **options) for one in hosts]
    alone = run_of(reports, rows="all")
    assert run.verdicts.equals(alone.verdicts)
    assert run.hosts.slice(0, 4).equals(alone.hosts)


@pytest.mark.shared
@pytest.mark.parametrize("file", [f"{manager}_{kind}" for manager in AGENTS for kind in ("hand", "random")])
def test_every_case_of_aws_is_the_same_in_both_engines(shared, file):
    judged = 0
    for case in read_cases(shared / "conformance" / f"cases_{file}.jsonl.gz"):
        try:
            found = situation_of(case, "agent")
        except PatchRulesError:
            assert "error" in case.expected, case.case_id
            continue
        given_to_both = (found.baseline, found.host, found.patches, found.settings)
        assert one_by_batch(*given_to_both) == one_by_reference(*given_to_both), case.case_id
        judged += 1
    assert judged >= 100


def test_every_agent_is_judged_by_one_of_the_engines_and_none_by_both():
    spoken = {facts.states for family in families().values() for _, facts in family.agent}
    assert spoken == {*AGENTS, *BY_REFERENCE}
    assert not BY_REFERENCE.intersection(AGENTS)
