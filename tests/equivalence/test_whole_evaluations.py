"""Reference == batch: every verdict, count and doubt of whole evaluations (STYLE, habit 2).

``mutants.py`` beside this file shows that a small change of either engine does not pass here. The profile ``long``
(``HYPOTHESIS_PROFILE=long``) compares 20,000 evaluations of all families.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings

from patchrules.families import family_of
from patchrules.model.baseline import ApprovalRule, Baseline
from patchrules.model.host import Host
from patchrules.model.names import OperatingSystem, RejectedPatchesAction
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.testing.strategies import MODULES, T0
from patchrules.testing.twins import by_batch, by_reference
from patchrules.testing.updates import all_situations

EXAMPLES = settings().max_examples
LONG = 20_000
RHEL = OperatingSystem.REDHAT_ENTERPRISE_LINUX


@settings(max_examples=EXAMPLES if EXAMPLES >= LONG else 6 * EXAMPLES)
@given(all_situations())
def test_batch_equals_reference(situation):
    given_to_both = (situation.baseline, situation.hosts, situation.patches)
    assert by_batch(*given_to_both, **situation.options) == by_reference(*given_to_both, **situation.options)


@pytest.mark.parametrize("seed", range(settings().max_examples // 3))
def test_a_crowd_of_packages_is_the_same_in_both_engines(seed):
    random = Random(seed)
    baseline, hosts, patches = crowd(random, random.choice((RHEL, RHEL, OperatingSystem.UBUNTU)))
    given_to_both = (baseline, hosts, patches)
    assert by_batch(*given_to_both, as_of=T0) == by_reference(*given_to_both, as_of=T0)


def crowd(random, system):
    """Packages on one host most of which no catalog knows, so that what they say themselves and the lists decide.

    They differ in name, architecture, release and age alone: those of one kind are decided on once.
    """
    family = family_of(system)
    arches, tags = (("x86_64", "noarch", "i686"), (".el8", ".el9", "")) if system is RHEL else (("amd64", "all"), ("",))
    names, epochs = [f"p{number}" for number in range(24)], ("", "", "0:", "1:")
    packages = [
        Package(
            name,
            random.choice(arches),
            f"{random.choice(epochs)}1-1{random.choice(tags)}",
            built=random.choice((None, T0 - timedelta(days=1), T0 - timedelta(days=30))),
            priority=random.choice(("optional", "required")),
            section=random.choice(("libs", "utils")),
        )
        for name in names
    ]
    patches = [
        Patch(name, random.choice(arches), evr, "A-1", "Security", "Low", issued=T0 - timedelta(days=30))
        for name in random.sample(names, 8)
        for evr in random.sample(("2-1", "0:2-1", "1:0.5-1", "0.9-1", "1:1-1", "2:3-1"), 3)
    ]
    baseline = Baseline(
        "crowd",
        system,
        rules=(ApprovalRule(approve_after_days=7, enable_non_security=True),),
        approved_patches=tuple(random.sample(names, 5)),
        rejected_patches=tuple(random.sample(names, 5)),
        rejected_patches_action=random.choice(list(RejectedPatchesAction)),
    )
    product = family.product_format.format(version="9.3" if system is RHEL else "22.04")
    modules = (None, None, *MODULES, " ".join(MODULES))
    patches = [replace(patch, module=random.choice(modules)) for patch in patches]
    enabled = random.choice((None, frozenset(MODULES[:1])))
    return (
        baseline,
        [Host("crowd", family.name, product, arches[0], packages=tuple(packages), enabled_modules=enabled)],
        patches,
    )
