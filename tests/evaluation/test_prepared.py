"""What a service asks of one host after another is what the reference engine says of each."""

from __future__ import annotations

import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import patchrules as pr
from benchmarks.fleet import AS_OF, PRODUCT, make_fleet
from patchrules.errors import InventoryError
from patchrules.evaluation import prepared as module
from patchrules.evaluation.judging import Judging
from patchrules.testing import twins
from patchrules.testing.updates import all_situations

STEPS = st.lists(st.sampled_from([0, 1, -1, 24, 24 * 7, 24 * 7 + 1, -24 * 30]), min_size=1, max_size=4)


@settings(max_examples=60)
@given(all_situations(), STEPS)
def test_a_prepared_policy_says_at_any_instant_what_the_reference_engine_says(situation, steps):
    options = dict(situation.options)
    as_of = options.pop("as_of")
    limits = options.pop("limits", None)
    catalog = twins.catalog_of(situation.baseline, situation.hosts, situation.patches)
    prepared = pr.prepare(situation.baseline, catalog, limits=limits, **options)
    for step in steps:
        instant = as_of + timedelta(hours=step)
        expected = twins.by_reference(
            situation.baseline, situation.hosts, situation.patches, as_of=instant, limits=limits, **options
        )
        for host in situation.hosts:
            run = prepared.evaluate(host, as_of=instant)
            assert twins._run(run.hosts, run.verdicts)[host.id] == expected[host.id]


@pytest.fixture(scope="module")
def service():
    fleet = make_fleet(hosts=6, packages=90, seed=2)
    catalog = pr.read_catalog(fleet.catalog, family="rhel", products=["RedhatEnterpriseLinux9*"])
    rows = fleet.packages.to_pylist()
    hosts = [
        pr.host(name, product=PRODUCT, arch="x86_64", packages=[_less(row) for row in rows if row["host"] == name])
        for name in fleet.expected
    ]
    return pr.prepare(pr.load_baseline(fleet.baseline), catalog), hosts, fleet.expected


def _less(row):
    return {name: value for name, value in row.items() if name != "host"}


def missing(run):
    return run.hosts["missing"].to_pylist()


def test_hosts_of_plain_dictionaries(service):
    prepared, hosts, expected = service
    assert [missing(prepared.evaluate(host, as_of=AS_OF)) for host in hosts] == [
        [expected[host.id]["missing"]] for host in hosts
    ]


def test_it_pickles(service):
    prepared, hosts, _ = service
    again = pickle.loads(pickle.dumps(prepared))  # noqa: S301 - our own
    assert again.evaluate(hosts[0], as_of=AS_OF).verdicts.equals(prepared.evaluate(hosts[0], as_of=AS_OF).verdicts)


def test_threads_may_ask_it(service):
    prepared, hosts, expected = service
    start = threading.Barrier(4)

    def ask(number):
        start.wait()
        return [missing(prepared.evaluate(host, as_of=AS_OF)) for host in hosts[number:] + hosts[:number]]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(ask, range(4)))
    counts = [[expected[host.id]["missing"]] for host in hosts]
    assert found == [counts[number:] + counts[:number] for number in range(4)]


def test_nothing_is_compiled_again_until_a_moment_that_decides(service, monkeypatch):
    """Dates are 2, 30 and more days before AS_OF, and the rule waits seven: five days later a patch is approved."""
    prepared, hosts, _ = service
    made = []
    judging = Judging

    def counted(question):
        made.append(question)
        return judging(question)

    monkeypatch.setattr(module, "Judging", counted)
    fresh = pickle.loads(pickle.dumps(prepared))  # noqa: S301 - our own
    counts = {}
    for hours in (1, 2, 23, 24 * 5 - 1, 24 * 5, 24 * 5 + 1, 24 * 5 + 2):
        (counts[hours],) = missing(fresh.evaluate(hosts[0], as_of=AS_OF + timedelta(hours=hours)))
    assert counts[24 * 5] == counts[1] < counts[24 * 5 + 1] == counts[24 * 5 + 2]
    assert len(made) == 4  # the delays of other patches end after four days; of this one: before, at it, after it


def test_a_key_that_is_no_column_is_told():
    with pytest.raises(InventoryError) as raised:
        pr.host("web-1", product="Debian12", packages=[{"name": "bash", "evr": "5.2", "version": "5.2"}])
    assert str(raised.value) == (
        "a package has no `version`; it has name, arch, evr, installed_at, built, status, held, priority, section, line"
        " [PR2114]\n  hint: leave it out, or rename it"
    )


@pytest.mark.parametrize(
    ("package", "code"),
    [({"name": "bash"}, "PR2003"), ({"evr": "5.2"}, "PR2003"), ({"name": "bash", "evr": "x y"}, "PR2002")],
)
def test_a_package_that_cannot_be_is_refused(package, code):
    with pytest.raises(InventoryError) as raised:
        pr.host("web-1", product="Debian12", packages=[package])
    assert raised.value.code == code


def test_an_instant_without_a_zone_is_refused(service):
    prepared, hosts, _ = service
    with pytest.raises(ValueError, match="has no time zone"):
        prepared.evaluate(hosts[0], as_of=datetime(2026, 1, 1))  # noqa: DTZ001 - the point
    assert prepared.evaluate(hosts[0], as_of=datetime(2026, 1, 1, tzinfo=UTC)).hosts.num_rows == 1
