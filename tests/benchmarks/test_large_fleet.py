"""The generated fleet is what its knobs say, and the reference engine judges it as batch does."""

from __future__ import annotations

import dataclasses
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import patchrules as pr
from benchmarks import large_fleet, universe
from benchmarks.large_fleet import shape_of
from benchmarks.universe import AS_OF, SYSTEMS, WORST, Shape

SMALL = Shape(hosts=20, packages=60)


def rows(shape: Shape) -> pa.Table:
    flat = large_fleet.Flat(shape)
    found = pa.concat_tables([flat.table(*chunk) for chunk in large_fleet.chunks(shape)])
    return found.cast(pa.schema([(name, pa.string()) for name in found.column_names]))


def distinct(table: pa.Table, *names: str) -> int:
    return int(table.group_by(list(names)).aggregate([]).num_rows)


def test_one_seed_is_one_fleet_and_another_seed_another():
    assert rows(SMALL).equals(rows(SMALL))
    assert not rows(SMALL).equals(rows(dataclasses.replace(SMALL, seed=1)))


def test_the_files_of_both_layouts_hold_the_same_rows(tmp_path):
    said = large_fleet.write(tmp_path, SMALL)
    flat = pq.read_table(tmp_path / "flat")
    assert flat.equals(rows(SMALL))
    star = pq.read_table(tmp_path / "star" / "installed")
    hosts, packages = (pq.read_table(tmp_path / "star" / f"{name}.parquet") for name in ("hosts", "packages"))
    whose, what = hosts.take(star["host"]), packages.take(star["package"])
    wide = {**{name: what[name] for name in packages.column_names}, "host_arch": whose["arch"]}
    wide |= {name: whose[name] for name in ("host", "family", "product", "patch_group")}
    assert pa.table([wide[name] for name in flat.column_names], flat.column_names).equals(flat)
    assert (said["rows"], said["distinct_packages"]) == (flat.num_rows, distinct(flat, "family", "name", "arch", "evr"))


def test_rows_come_out_as_ordered():
    assert rows(shape_of(50_000)).num_rows == pytest.approx(50_000, rel=0.01)


def test_every_host_can_be_its_own_image():
    shape = Shape(hosts=10, packages=50, drift=0)
    alike, apart = rows(dataclasses.replace(shape, images=5)), rows(dataclasses.replace(shape, **WORST["own_images"]))
    assert distinct(apart, "family", "name", "evr") > 1.5 * distinct(alike, "family", "name", "evr")


def test_a_million_versions_are_a_million():
    shape = Shape(hosts=1, **WORST["million_versions"])
    assert len(universe.dimension(shape)["evr"].unique()) > 1_000_000


@pytest.mark.parametrize(
    ("worst", "rules", "globs", "documents"), [("many_rules", 10, 4, 50), ("many_globs", 3, 50, 10)]
)
def test_policies_are_as_large_as_ordered(worst, rules, globs, documents):
    found = universe.baselines(Shape(hosts=1, **WORST[worst]))
    assert len(found) == documents
    assert {len(one["ApprovalRules"]["PatchRules"]) for one in found} == {rules}
    assert {len(one[name]) for one in found for name in ("ApprovedPatches", "RejectedPatches")} == {globs}


def test_an_image_has_one_system_and_every_system_its_patch_groups():
    found = rows(dataclasses.replace(SMALL, hosts=200))
    assert distinct(found, "family", "patch_group") == SMALL.baselines
    assert distinct(found, "family") == len(SYSTEMS)


def test_the_fleet_has_the_states_that_cost_something():
    shape = dataclasses.replace(SMALL, hosts=40, packages=300)
    policy = pr.load_registry([json.dumps(one).encode() for one in universe.baselines(shape)])
    given = [
        pr.read_catalog(universe.catalog(one, shape), family=one.family, products=[one.product]) for one in SYSTEMS
    ]
    run = pr.evaluate_fleet(policy, pr.open_fleet(rows(shape)), given, as_of=AS_OF)
    totals = run.totals()
    assert run.statuses()["UNKNOWN"] == 0
    assert all(totals[name] for name in ("installed", "installed_other", "installed_rejected", "missing"))
    assert 0.01 < run.verdicts.num_rows / rows(shape).num_rows < 0.2
