"""A run is the same whichever engine made it, and a saved run says what the run said, or that it is damaged."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

import patchrules as pr
from patchrules.evaluation.nouns import hosts_table, packages_table
from patchrules.evaluation.rows import run_of
from patchrules.families import family_of
from patchrules.model.columns import REJECTS
from patchrules.model.host import Inventory
from patchrules.model.names import Dialect
from patchrules.model.previous_run import PreviousRun
from patchrules.sources import arrow
from patchrules.testing.strategies import LINUX, T0, Situation, situations
from patchrules.testing.twins import catalog_of, previous_runs
from patchrules.testing.updates import all_situations

_ORDER = ("host", "name", "arch")

OBSERVED = [system for system in LINUX if family_of(system).agent]
"""The operating systems whose ``agent`` dialect is known."""

judged = st.one_of(
    st.tuples(all_situations(), st.just(Dialect.DOCUMENTED)), st.tuples(situations(OBSERVED), st.just(Dialect.AGENT))
)
UNBELIEVED = Situation(
    pr.Baseline("gone", pr.OperatingSystem.DEBIAN),
    (pr.Host("host-0", "debian", "Debian12", "amd64", previous_run=PreviousRun(last_no_reboot_install=T0)),),
    (pr.Patch("bash", "amd64", "5.2"),),
    {"as_of": T0.replace(year=2023)},
)
"""The one doubt that is said of a host, not counted: its tracking file speaks of the future."""


@example((UNBELIEVED, Dialect.DOCUMENTED))
@given(judged)
def test_reports_make_the_run_that_the_fleet_makes(drawn):
    situation, dialect = drawn
    options = {**situation.options, "dialect": dialect}
    catalog = catalog_of(situation.baseline, situation.hosts, situation.patches)
    reports = [pr.evaluate(situation.baseline, host, catalog, **options) for host in situation.hosts]
    fleet = Inventory(hosts_table(situation.hosts), packages_table(situation.hosts), arrow.table(REJECTS, {}, 0))
    memory = previous_runs(situation.hosts)
    whole = pr.evaluate_fleet(situation.baseline, fleet, catalog, previous_runs=memory, rows="all", **options)
    one = run_of(reports)
    assert one.hosts.to_pylist() == whole.hosts.to_pylist()
    assert one.verdicts.to_pylist() == whole.verdicts.sort_by([(name, "ascending") for name in _ORDER]).to_pylist()
    assert (one.settings, one.baselines, one.statuses()) == (whole.settings, whole.baselines, whole.statuses())
