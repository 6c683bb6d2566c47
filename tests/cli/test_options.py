"""Every verb honours the options that it has."""

from __future__ import annotations

import re
import sys
from dataclasses import fields

import click
import pytest

from patchrules.cli import main
from patchrules.cli._inputs import Inputs
from patchrules.cli._types import Place

SHARED = frozenset(one.name for one in fields(Inputs)) - {"typed"}
ONE = ["--baseline", "{data}/baselines/demo/prod-rhel9.json"]
HOSTS = ["--inventory", "{data}/inventories/fleet", "--hosts", "{data}/inventories/hosts.yaml"]
REPO = ["--catalog", "RedhatEnterpriseLinux9*={data}/catalogs/rhel9", "--as-of", "2026-11-01T00:00Z"]
CALLS = {
    ("approvals",): [[*ONE, *REPO]],
    ("bundle",): [["{run}", *HOSTS, *REPO[:2], "-o", "{folder}/evidence.zip"]],
    ("diff",): [["--terraform", "{data}/registry/changes/plan.json", *HOSTS, *REPO]],
    ("evaluate",): [[*ONE, *HOSTS, *REPO]],
    ("explain",): [["openssl", *ONE, *HOSTS, *REPO, "--host", "web-1"]],
    ("fleet", "pack"): [[*HOSTS, "-o", "{folder}/star"]],
    ("forecast",): [[*ONE, *HOSTS, *REPO], [*ONE, *HOSTS, *REPO, "--window", "{window}"]],
    ("lint",): [[ONE[1], *REPO[:2]]],
    ("resolve",): [[*ONE, *HOSTS]],
    ("treadmill",): [[*ONE, *REPO]],
    ("tune",): [[*ONE, *HOSTS, *REPO, "--rule", "2", "--longest", "1"]],
}
"""The ways to call each verb whose options are inputs; each of them reads all of these."""


def verbs(group, names=()):
    """Yield the name and the command of everything that can be called."""
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        yield from verbs(found, (*names, name)) if isinstance(found, click.Group) else [((*names, name), found)]


TAKEN = {names: SHARED & {one.name for one in verb.params} for names, verb in verbs(main)}


@pytest.fixture
def read(monkeypatch):
    """Return the names of the inputs that are read; to be typed again is no use of them."""
    seen = set()

    def reading(inputs, name):
        if sys._getframe(1).f_code is not Inputs.again.__code__:
            seen.add(name)
        return object.__getattribute__(inputs, name)

    monkeypatch.setattr(Inputs, "__getattribute__", reading)
    return seen


@pytest.fixture
def places(patchrules, data, tmp_path):
    """Return what stands for the places in a call."""
    found = {"data": data, "run": f"{tmp_path}/run/", "folder": tmp_path, "window": tmp_path / "window.yaml"}
    found["window"].write_text("windows: [{name: prod, schedule: cron(0 2 ? * SUN *), duration: 4, cutoff: 1}]")
    patchrules("evaluate", *(one.format(**found) for one in (*ONE, *HOSTS, *REPO, "-o", "{run}")))
    return found


def test_every_verb_with_inputs_is_called_here():
    """Two options alone are no inputs: a verb that has no more takes them as arguments of its own."""
    assert {names for names, taken in TAKEN.items() if "limit" in taken and "product" in taken} == set(CALLS)


NAMES_A_FILE = re.compile(r"FILE|FOLDER|PATH|RUN|STORE|SOURCE|CASES|TESTS|BASELINE|EVIDENCE")


def test_whatever_names_a_file_is_a_place():
    """So that `-` is standard input and an empty text is no folder, whichever option it is."""
    named = [
        (*names, one) for names, verb in verbs(main) for one in verb.params if NAMES_A_FILE.search(one.metavar or "")
    ]
    assert len(named) > 50
    assert [(*names, one.name) for *names, one in named if not isinstance(one.type, Place)] == []


@pytest.mark.parametrize("names", CALLS, ids=" ".join)
def test_a_verb_reads_every_option_that_it_has(patchrules, places, read, names):
    for call in CALLS[names]:
        read.clear()
        result = patchrules(*names, *(one.format(**places) for one in call))
        assert result.exit_code in (0, 1), result.stderr
        assert TAKEN[names] - read == set()
