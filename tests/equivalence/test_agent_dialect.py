"""Reference == batch in the dialect of AWS's on-node engine: drawn situations, and every shared case.

``mutants.py`` beside this file shows that a small change of either engine does not pass here.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given, settings

from patchrules.batch.agent import AGENTS
from patchrules.errors import PatchRulesError
from patchrules.evaluation.fleet import BY_REFERENCE, evaluate_fleet
from patchrules.evaluation.host import evaluate
from patchrules.evaluation.nouns import hosts_table, packages_table
from patchrules.evaluation.rows import run_of
from patchrules.families import families, family_of
from patchrules.model.baseline import ApprovalRule, Baseline, Registry
from patchrules.model.columns import REJECTS
from patchrules.model.host import Host, Inventory
from patchrules.model.names import ComplianceLevel, Dialect, OperatingSystem
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.model.verdict import Settings
from patchrules.policytest import read_cases
from patchrules.policytest.situation import situation as situation_of
from patchrules.sources import arrow
from patchrules.testing.agent_strategies import agent_situations
from patchrules.testing.twins import by_batch, by_reference, catalog_of, one_by_batch, one_by_reference


@settings(max_examples=2 * settings().max_examples)
@given(agent_situations())
def test_batch_equals_reference(situation):
    given_settings = Settings(dialect=Dialect.AGENT, **situation.options)
    for host in situation.hosts:
        given_to_both = (situation.baseline, host, situation.patches, given_settings)
        assert one_by_batch(*given_to_both) == one_by_reference(*given_to_both)


@given(agent_situations())
def test_a_fleet_equals_its_hosts(situation):
    hosts = [dataclasses.replace(host, enabled_modules=None) for host in situation.hosts]
    given_to_both = (situation.baseline, hosts, situation.patches)
    options = {**situation.options, "dialect": "agent"}
    assert by_batch(*given_to_both, **options) == by_reference(*given_to_both, **options)


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
        except (PatchRulesError, ExceptionGroup):
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
