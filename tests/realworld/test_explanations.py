"""200 verdicts drawn from hosts that existed: each is explained, and what is said to turn it turns it, on both engines."""

from __future__ import annotations

import dataclasses
import random
from datetime import timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import patchrules as pr
from patchrules.questions.asking import Asking
from patchrules.questions.explain import explain

pytestmark = pytest.mark.shared

SECOND = timedelta(seconds=1)
SECURITY = pr.PatchFilter("CLASSIFICATION", ("Security",))
EL6 = pr.Baseline(
    "el6",
    pr.OperatingSystem.CENTOS,
    rules=(
        pr.ApprovalRule((SECURITY, pr.PatchFilter("SEVERITY", ("Critical",))), approve_after_days=7),
        pr.ApprovalRule((SECURITY, pr.PatchFilter("SEVERITY", ("Important",))), approve_after_days=330),
    ),
    rejected_patches=("kernel*", "bind"),
)
DEBIAN = pr.Baseline(
    "debian",
    pr.OperatingSystem.DEBIAN,
    rules=(pr.ApprovalRule((pr.PatchFilter("PRIORITY", ("Required", "Important")),), enable_non_security=True),),
    rejected_patches=("libc*",),
    rejected_patches_action="BLOCK",  # type: ignore[arg-type]
)


@pytest.fixture(scope="module")
def fleet(request):
    """Return what each host is judged by: baseline, inventory, catalog and options."""
    shared = request.getfixturevalue("shared")
    debian = pr.read_inventory(shared / "data/deb/host/dpkg-status", family="debian", product="Debian12")
    archive = sorted((shared / "data/deb/debian-bookworm").glob("debian-security_*"))
    found = [(DEBIAN, debian, pr.read_catalog(archive), {"as_of": "2026-11-24T00:00Z"})]
    notices = shared / "data/rpm/updateinfo/centos5-6-7-cefs-2016.updateinfo.xml"
    catalog = pr.read_catalog(notices, family="centos", products=["CentOS6*"])
    catalog = dataclasses.replace(catalog, table=catalog.table.filter(pc.match_substring(catalog.table["evr"], ".el6")))
    return [*found, (EL6, el6_host(catalog.table), catalog, {"as_of": "2016-06-10T00:00Z"})]


def el6_host(table):
    """Return a host that installed the first version of every package of CentOS 6 that a notice names."""
    rows = sorted(table.to_pylist(), key=lambda row: row["issued"])
    first = {row["name"]: row["evr"] for row in reversed(rows) if ".el6" in row["evr"] and row["arch"] == "x86_64"}
    packages = {"host": ["el6"] * len(first), "name": list(first), "arch": ["x86_64"] * len(first)}
    told = pa.table({**packages, "evr": list(first.values())})
    return pr.read_inventory(told, family="centos", product="CentOS6.5", arch="x86_64")


@pytest.fixture(scope="module")
def drawn(fleet):
    """Return 200 verdicts, among them what waiting turns, with what they were made from."""
    draw, found = random.Random(8), []
    for (baseline, inventory, catalog, options), count in zip(fleet, (60, 140), strict=True):
        report = pr.evaluate(baseline, inventory, catalog, **options)
        asking = Asking.of(report)
        verdicts = [one for one in report.verdicts if one.installed is not None]
        verdicts = draw.sample(verdicts, 200)
        waiting = [one for one in verdicts if (turn := asking.turn(one)) and turn.flips_at]
        some = draw.sample(waiting, min(40, len(waiting)))
        some += draw.sample([one for one in verdicts if one not in some], count - len(some))
        found += [(baseline, inventory, catalog, options, report, one) for one in some]
    return found


def only(table, column, values):
    wanted = pa.array(values if isinstance(values, list) else values.to_pylist())
    return table.filter(pc.is_in(table[column], value_set=wanted))


def small(inventory, catalog, name):
    """Return the part of a host and of a catalog that speaks of one package, which is what decides about it."""
    packages = only(inventory.packages, "name", [name])
    return dataclasses.replace(inventory, packages=packages), dataclasses.replace(
        catalog, table=only(catalog.table, "name", [name])
    )


def by_reference(baseline, inventory, catalog, options, verdict):
    rows = pr.evaluate(baseline, inventory, catalog, **options).verdicts
    return next(((str(one.state), one.target) for one in rows if one.id == verdict.id), None)


def by_batch(baseline, inventory, catalog, options, verdict):
    rows = pr.evaluate_fleet(baseline, inventory, catalog, rows="all", **options).verdicts.to_pylist()
    return next(((row["state"], row["target"]) for row in rows if row["id"] == verdict.id), None)


@pytest.mark.parametrize(("judge", "step"), [(by_reference, 1), (by_batch, 4)])
def test_what_an_explanation_says_holds(drawn, judge, step):
    changed = waited = 0
    for baseline, inventory, catalog, options, report, verdict in drawn[::step]:
        host, patches = small(inventory, catalog, verdict.name)
        stood = (str(verdict.state), verdict.target)
        found = next(one for one in explain(report, verdict.id).found if one.verdict["id"] == verdict.id)
        assert (found.verdict["state"], found.verdict["target"]) == stood
        assert judge(baseline, host, patches, options, verdict) == stood
        if found.turn is None:
            continue
        if found.turn.change:
            assert judge(found.turn.change.apply(baseline), host, patches, options, verdict) != stood
            changed += 1
        if found.turn.flips_at:
            before, after = (
                judge(baseline, host, patches, {**options, "as_of": at}, verdict)
                for at in (found.turn.flips_at - SECOND, found.turn.flips_at)
            )
            assert before != after
            waited += 1
    assert (len(drawn), changed * step > 60, waited * step > 15) == (200, True, True), (changed, waited)
