"""AWS's own baselines are found by name, and each family's are there."""

from __future__ import annotations

import pytest

import patchrules as pr
from patchrules.documents import load_baseline, predefined, predefined_names
from patchrules.errors import UnknownNameError
from patchrules.families import families


@pytest.mark.parametrize("family", sorted(families()))
def test_every_family_has_its_predefined_baselines(family):
    facts = families()[family]
    for name in facts.predefined:
        baseline = predefined(name)
        assert (baseline.name, baseline.operating_system) == (name, facts.operating_system)


def test_a_name_is_a_source():
    names = predefined_names()
    assert len(names) >= 17
    assert load_baseline(names[0]) is predefined(names[0])


@pytest.mark.parametrize("door", [pr.load_baseline, pr.load_registry, pr.lint])
def test_a_mistake_in_a_name_is_told_with_the_closest_one(door):
    with pytest.raises(UnknownNameError, match="did you mean `AWS-DebianDefaultPatchBaseline`"):
        door("AWS-DebianDefautPatchBaseline")


def test_an_unknown_name_says_what_there_is():
    with pytest.raises(UnknownNameError, match="there is no predefined baseline `AWS-BeOS`"):
        predefined("AWS-BeOS")
