"""A run since another one is the run that judging everything gives, and judges no more than it has to."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import patchrules as pr
from benchmarks.fleet import AS_OF, make_fleet
from patchrules.errors import DocumentError
from patchrules.evaluation.nouns import hosts_table, packages_table
from patchrules.evaluation.saved import save_run
from patchrules.families import families, family_of
from patchrules.model.columns import REJECTS
from patchrules.model.host import Inventory
from patchrules.model.names import Dialect
from patchrules.sources import arrow
from patchrules.testing import strategies, updates
from patchrules.testing.strategies import LINUX, situations
from patchrules.testing.twins import catalog_of, previous_runs
from patchrules.testing.updates import all_situations

OBSERVED = [system for system in LINUX if family_of(system).agent]
ORDER = [(name, "ascending") for name in ("host", "name", "arch", "installed", "advisory")]
DAY = timedelta(days=1)
drawn_situations = st.one_of(
    st.tuples(all_situations(), st.just(Dialect.DOCUMENTED)), st.tuples(situations(OBSERVED), st.just(Dialect.AGENT))
)


def judged(situation, dialect, **options):
    fleet = Inventory(hosts_table(situation.hosts), packages_table(situation.hosts), arrow.table(REJECTS, {}, 0))
    # One scope whatever was drawn: a catalog for other hosts is a change of its own, and drawn below.
    products = {host.product for host in situation.hosts if host.product}
    catalog = catalog_of(situation.baseline, situation.hosts, situation.patches)
    assert products or catalog is not None
    given_options = {**situation.options, "dialect": dialect, "previous_runs": previous_runs(situation.hosts)}
    return pr.evaluate_fleet(situation.baseline, fleet, catalog, **{**given_options, **options})


@st.composite
def changed(draw, situation):
    """Draw the same fleet some time later: a few of its hosts, patches, the baseline and the instant are others."""
    system = situation.baseline.operating_system
    is_windows = family_of(system).name == "windows"
    hosts, patches, options = list(situation.hosts), list(situation.patches), dict(situation.options)
    place = draw(st.integers(0, len(hosts) - 1))
    if draw(st.booleans()):
        anew = updates.update_hosts(hosts[place].id) if is_windows else strategies.hosts(system, hosts[place].id)
        hosts[place] = draw(anew)
    if draw(st.booleans()) and hosts[place].packages:
        one = draw(st.integers(0, len(hosts[place].packages) - 1))
        packages = list(hosts[place].packages)
        packages[one] = draw(packages_like(packages[one]))
        hosts[place] = dataclasses.replace(hosts[place], packages=tuple(packages))
    if draw(st.booleans()):
        patch = draw(updates.update_patches() if is_windows else strategies.patches(system))
        patches = [*patches, patch] if draw(st.booleans()) else [patch, *patches[1:]]
    baseline = situation.baseline
    if draw(strategies.rarely(st.just(True), False)):
        baseline = draw(updates.update_baselines() if is_windows else strategies.baselines(system))
    if draw(st.booleans()):
        options["as_of"] += draw(st.sampled_from([-DAY, timedelta(microseconds=1), DAY, 2 * DAY, 7 * DAY]))
    return dataclasses.replace(
        situation, baseline=baseline, hosts=tuple(hosts), patches=tuple(patches), options=options
    )


def packages_like(package):
    held, installed_at = not package.held, (package.installed_at or AS_OF) + timedelta(seconds=1)
    return st.sampled_from(
        [dataclasses.replace(package, held=held), dataclasses.replace(package, installed_at=installed_at)]
    )


def told(run):
    return run.hosts.to_pylist(), run.verdicts.sort_by(ORDER).to_pylist(), run.fixes.to_pylist(), run.id


@given(st.data(), drawn_situations, st.sampled_from(["all", "noncompliant"]))
def test_since_is_judging_everything(data, drawn, rows):
    situation, dialect = drawn
    before = judged(situation, dialect, rows=rows, keep_digests=True)
    later = data.draw(changed(situation))
    whole, since = judged(later, dialect, rows=rows), judged(later, dialect, rows=rows, since=before)
    assert told(since) == told(whole)
    assert (since.diagnostics, since.baselines) == (whole.diagnostics, whole.baselines)


@given(drawn_situations)
def test_nothing_is_judged_again_where_nothing_changed(drawn):
    situation, dialect = drawn
    before = judged(situation, dialect, rows="all", keep_digests=True)
    since = judged(situation, dialect, rows="all", since=before)
    assert since.carried == before.digests.num_rows == sum(not one for one in before.hosts["unknown"].to_pylist())
    assert told(since) == told(before)
