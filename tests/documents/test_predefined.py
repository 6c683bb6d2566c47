"""AWS's own baselines are found by name, and each family's are there."""

from __future__ import annotations

import pytest

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


def test_an_unknown_name_says_what_there_is():
    with pytest.raises(UnknownNameError, match="there is no predefined baseline `AWS-BeOS`"):
        predefined("AWS-BeOS")
