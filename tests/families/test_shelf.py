from __future__ import annotations

import importlib
from importlib.metadata import EntryPoint

import pytest

import patchrules.families as shelf
from patchrules.errors import UnknownNameError
from patchrules.families import facts_of, families, family_named
from patchrules.model.names import Dialect


@pytest.mark.parametrize("name", families())
def test_every_file_names_its_sources(name):
    text = importlib.import_module(f"patchrules.families.{name}").__doc__ or ""
    assert "Sources: SEMANTICS" in text
    assert "DECISIONS" in text


@pytest.mark.parametrize("name", ["RHEL", "rhel", "redhat_enterprise_linux", "REDHAT_ENTERPRISE_LINUX"])
def test_our_name_and_the_name_of_aws_find_the_same_family(name):
    assert family_named(name).name == "rhel"


def test_an_unknown_name_gets_the_closest_match():
    with pytest.raises(UnknownNameError) as caught:
        family_named("debain")
    assert str(caught.value).splitlines() == [
        "there is no family `debain`: did you mean `debian`?",
        "  hint: known are " + ", ".join(families()),
    ]


def test_a_dialect_that_a_product_does_not_have_is_told():
    with pytest.raises(UnknownNameError) as caught:
        facts_of(family_named("amazon_linux_2023"), Dialect.AGENT, None)
    assert str(caught.value).splitlines() == [
        "there is no dialect of Amazon Linux 2023 called `agent`",
        "  hint: known are documented",
    ]


def test_a_family_from_outside_joins_the_shelf(monkeypatch):
    point = EntryPoint(name="nobara", value="patchrules.families.alma:FAMILY", group="patchrules.families")
    monkeypatch.setattr(shelf, "entry_points", lambda *, group: [point] if group == point.group else [])
    found = families.__wrapped__()
    assert found["nobara"] is found["alma"]
    assert "nobara" not in families()
