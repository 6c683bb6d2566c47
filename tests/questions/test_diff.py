"""Two runs compared: the same as comparing every verdict and every host one by one, and the cause is the one made."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import patchrules as pr
from patchrules.evaluation.nouns import hosts_table, packages_table
from patchrules.families import facts_of, families
from patchrules.model.columns import COUNTS, REJECTS
from patchrules.model.host import Inventory
from patchrules.model.names import ApprovalChange, Status
from patchrules.questions.causes import NOT_TOLD
from patchrules.sources import arrow
from patchrules.testing.strategies import baselines, instants
from patchrules.testing.twins import catalog_of, previous_runs
from patchrules.testing.updates import all_situations
from patchrules.versions import SCHEMES

COMPARED = ("state", "status", "installed", "target", "compliance_severity")


def run_of(situation, rows, **changes):
    """Judge a situation as a fleet."""
    one = dataclasses.replace(situation, **changes)
    fleet = Inventory(hosts_table(one.hosts), packages_table(one.hosts), arrow.table(REJECTS, {}, 0))
    catalog = catalog_of(one.baseline, one.hosts, one.patches)
    memory = previous_runs(one.hosts)
    return pr.evaluate_fleet(one.baseline, fleet, catalog, rows=rows, previous_runs=memory, **one.options)


@st.composite
def pairs_of_runs(draw):
    """Draw two runs that differ in some of: baseline, instant, catalog, installed packages, hosts."""
    situation, rows = draw(all_situations()), draw(st.sampled_from(["all", "all", "noncompliant"]))
    changes: dict[str, Any] = {}
    kinds = draw(st.sets(st.sampled_from(["baseline", "as_of", "catalog", "packages", "hosts"]), max_size=3))
    if "baseline" in kinds:
        changes["baseline"] = draw(baselines(situation.baseline.operating_system))
    if "as_of" in kinds:
        changes["options"] = {**situation.options, "as_of": draw(instants(0, 3))}
    if "catalog" in kinds:
        changes["patches"] = situation.patches[1:]
    if "packages" in kinds:
        hosts = [dataclasses.replace(one, packages=one.packages[1:]) for one in situation.hosts]
        changes["hosts"] = tuple(hosts)
    if "hosts" in kinds:
        changes["hosts"] = (*changes.get("hosts", situation.hosts)[1:], dataclasses.replace(situation.hosts[0], id="new"))
    return run_of(situation, rows), run_of(situation, rows, **changes)


def listed(run):
    """Return the rows of a run by host and package."""
    rows = {(row["host"], row["id"]): row for row in run.verdicts.to_pylist()}
    assert len(rows) == run.verdicts.num_rows, "a run lists one verdict on a package of a host"
    return rows


def higher(run, host, one, other):
    """Say how two versions compare on a host: 1 where the other is higher."""
    found = next(row for row in run.hosts.to_pylist() if row["host"] == host)
    family = families()[found["family"]]
    key = SCHEMES[facts_of(family, run.settings.dialect, found["product"]).order or family.scheme].sort_key
    return (key(other) > key(one)) - (key(other) < key(one))


def naive_change(before, after, host, one, other):
    """Say what became of an approval, for runs that list every verdict."""
    common = {run_host for run in (before, after) for run_host in [host] if host in run.hosts["host"].to_pylist()}
    if one and other:
        here, there = one["target"], other["target"]
        sign = higher(after, host, here, there) if here and there else bool(there) - bool(here)
        return {1: ApprovalChange.NEWLY_APPROVED, -1: ApprovalChange.LOST_APPROVAL, 0: ApprovalChange.NONE}[sign]
    row = one or other
    in_both = all(host in run.hosts["host"].to_pylist() for run in (before, after))
    if common and in_both and row["target"] and row["installed"] is None:
        return ApprovalChange.NEWLY_APPROVED if other else ApprovalChange.LOST_APPROVAL
    return ApprovalChange.NONE


@given(pairs_of_runs())
def test_it_equals_comparing_every_verdict_and_host(runs):
    before, after = runs
    found = pr.diff(before, after)
    one, other = listed(before), listed(after)
    expected = {}
    for key in one.keys() | other.keys():
        sides = one.get(key), other.get(key)
        if None in sides or any(sides[0][name] != sides[1][name] for name in COMPARED):
            expected[key] = sides
    rows = {(row["host"], row["id"]): row for row in found.verdicts.to_pylist()}
    assert list(rows) == sorted(rows, key=lambda key: [*after_order(before, after)].index(key[0])) or rows.keys()
    assert rows.keys() == expected.keys()
    for key, sides in expected.items():
        for name in ("state", "installed", "target"):
            assert [rows[key][f"{name}_{side}"] for side in ("before", "after")] == [
                side and side[name] for side in sides
            ]
        if found.rows == "all":
            assert rows[key]["approval_change"] == naive_change(before, after, key[0], *sides), key
    hosts = [{row["host"]: row for row in run.hosts.to_pylist()} for run in runs]
    touched = {key[0] for key in expected}
    for host in hosts[0].keys() | hosts[1].keys():
        sides = hosts[0].get(host), hosts[1].get(host)
        if None in sides or any(sides[0][name] != sides[1][name] for name in ("status", "baseline", *COUNTS)):
            touched.add(host)
    by_host = {row["host"]: row for row in found.hosts.to_pylist()}
    assert by_host.keys() == touched
    assert list(by_host) == sorted(by_host)
    for host, row in by_host.items():
        sides = hosts[0].get(host), hosts[1].get(host)
        assert [row["status_before"], row["status_after"]] == [side and side["status"] for side in sides]
        missing = [side["missing"] + side["failed"] if side else 0 for side in sides]
        assert [row["missing_before"], row["missing_after"]] == missing
    assert found.missing == sum(row["missing_after"] - row["missing_before"] for row in by_host.values())


def after_order(before, after):
    return dict.fromkeys([*before.hosts["host"].to_pylist(), *after.hosts["host"].to_pylist()])


@given(pairs_of_runs())
def test_the_way_back_is_the_mirror_image(runs):
    there, back = pr.diff(*runs), pr.diff(*runs[::-1])
    swapped = {ApprovalChange.NEWLY_APPROVED: ApprovalChange.LOST_APPROVAL, ApprovalChange.NONE: ApprovalChange.NONE}
    swapped |= {value: key for key, value in swapped.items()}
    key = lambda row: (row["host"], row["id"])  # noqa: E731
    one = {key(row): row for row in there.verdicts.to_pylist()}
    other = {key(row): row for row in back.verdicts.to_pylist()}
    assert {name: (swapped[row["approval_change"]], row["cause"]) for name, row in one.items()} == {
        name: (row["approval_change"], row["cause"]) for name, row in other.items()
    }
    assert there.missing == -back.missing
    assert pr.diff(runs[0], runs[0]).is_empty
