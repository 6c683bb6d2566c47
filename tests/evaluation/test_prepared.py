"""What a service asks of one host after another is what the reference engine says of each."""

from __future__ import annotations

import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import patchrules as pr
from benchmarks.fleet import AS_OF, PRODUCT, make_fleet
from patchrules.batch.compiled import offer
from patchrules.errors import BaselineError, Diagnostic, InventoryError, Level, UnknownNameError
from patchrules.evaluation import nouns
from patchrules.evaluation import prepared as module
from patchrules.evaluation.feeds import told_of_feeds
from patchrules.evaluation.judging import Judging
from patchrules.evaluation.policies import Policies
from patchrules.evaluation.profiles import as_registry
from patchrules.model.columns import REJECTS
from patchrules.model.host import Inventory
from patchrules.sources import arrow
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


@settings(max_examples=60)
@given(all_situations(), STEPS)
def test_a_prepared_policy_judges_a_fleet_at_any_instant_as_anybody_does(situation, steps):
    options = dict(situation.options)
    as_of = options.pop("as_of")
    catalog = twins.catalog_of(situation.baseline, situation.hosts, situation.patches)
    fleet = Inventory(
        nouns.hosts_table(situation.hosts), nouns.packages_table(situation.hosts), arrow.table(REJECTS, {}, 0)
    )
    given = options | {"rows": "all"}
    prepared = pr.prepare(situation.baseline, catalog, **given)
    for step in steps:
        instant = as_of + timedelta(hours=step)
        expected = pr.evaluate_fleet(as_registry(situation.baseline), fleet, catalog, as_of=instant, **given)
        same(prepared.evaluate_fleet(fleet, as_of=instant), expected)


def same(run, expected):
    """An id says which inputs a run had, not what was found."""
    assert run.id == expected.id
    for name in ("hosts", "verdicts", "fixes", "upcoming"):
        assert getattr(run, name).equals(getattr(expected, name))
    assert run.diagnostics == expected.diagnostics


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


@pytest.fixture(scope="module")
def whole():
    """The fleet of the service in one table, and a policy that lists what does not comply, as a fleet's run does."""
    fleet = make_fleet(hosts=6, packages=90, seed=2)
    catalog = pr.read_catalog(fleet.catalog, family="rhel", products=["RedhatEnterpriseLinux9*"])
    prepared = pr.prepare(pr.load_baseline(fleet.baseline), catalog, rows="noncompliant")
    opened = pr.open_fleet(fleet.packages, family="rhel", product=PRODUCT, arch="x86_64")
    return prepared, opened, pr.evaluate_fleet(pr.load_baseline(fleet.baseline), opened, catalog, as_of=AS_OF)


def test_a_host_is_judged_for_itself_whoever_came_before(data):
    catalog = pr.read_catalog(data / "catalogs/samples/updateinfo.xml", family="rhel")
    prepared = pr.prepare(pr.predefined("AWS-RedHatDefaultPatchBaseline"), catalog)
    packages = [{"name": "bash", "arch": "x86_64", "evr": "0:5-1.el9"}]
    for product in ("RedhatEnterpriseLinux9.3", "RedhatEnterpriseLinux9.4", "RedhatEnterpriseLinux9.3"):
        host = pr.host("web-1", product=product, arch="x86_64", packages=packages)
        report = pr.evaluate(pr.predefined("AWS-RedHatDefaultPatchBaseline"), host, catalog, as_of="2026-11-01T00:00Z")
        (row,) = prepared.evaluate(host, as_of="2026-11-01T00:00Z").summary().to_pylist()
        assert (row["product"], row["status"]) == (product, report.status)


def test_a_fleet_is_judged_as_without_preparation(whole, tmp_path):
    prepared, fleet, expected = whole
    told = []
    run = prepared.evaluate_fleet(
        fleet, as_of=AS_OF, output=tmp_path / "run", progress=lambda *given: told.append(given)
    )
    same(prepared.evaluate_fleet(fleet, as_of=AS_OF), expected)
    same(pr.load_run(tmp_path / "run"), expected)
    assert run.verdicts.num_rows == 0 < expected.verdicts.num_rows
    assert told[-1] == (fleet.rows, fleet.rows)


def test_policies_are_compiled_once_for_many_fleets_and_hosts(whole, service, monkeypatch):
    prepared, fleet, _ = whole
    fresh = pickle.loads(pickle.dumps(prepared))  # noqa: S301 - our own
    hour = timedelta(hours=1)
    first = fresh.evaluate_fleet(fleet, as_of=AS_OF + hour)
    monkeypatch.setattr(Policies, "compiled", None)
    assert fresh.evaluate_fleet(fleet, as_of=AS_OF + 2 * hour).verdicts.equals(first.verdicts)
    assert fresh.evaluate(service[1][0], as_of=AS_OF + 2 * hour).verdicts.num_rows > 0
    with pytest.raises(TypeError):
        fresh.evaluate_fleet(fleet, as_of=AS_OF + timedelta(days=30))


def test_when_a_package_was_built_counts_at_the_instant_itself():
    """No patch changes between the two instants; the package, which no notice names, comes of age."""
    rule = {"PatchFilterGroup": {"PatchFilters": []}, "ApproveAfterDays": 7, "EnableNonSecurity": True}
    document = {"Name": "all", "OperatingSystem": "REDHAT_ENTERPRISE_LINUX", "ApprovalRules": {"PatchRules": [rule]}}
    prepared = pr.prepare(pr.load_baseline(document), [])
    built = pa.array([AS_OF - timedelta(days=7)], pa.timestamp("us", tz="UTC"))
    packages = {"host": ["web-1"], "name": ["own"], "arch": ["x86_64"], "evr": ["0:1-1.el9"], "built": built}
    fleet = pr.read_inventory(pa.table(packages), family="rhel", product=PRODUCT)
    states = [
        prepared.evaluate_fleet(fleet, as_of=AS_OF + timedelta(hours=hours)).verdicts["state"].to_pylist()
        for hours in (-1, 1)
    ]
    assert states == [["INSTALLED_OTHER"], ["INSTALLED"]]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("fleet/", "'fleet/'"),
        (Path("fleet"), "'fleet'"),
        (pa.table({"host": ["web-1"]}), "a `Table`"),
        (None, "None"),
    ],
)
def test_what_is_no_opened_fleet_is_refused(service, given, said):
    message = f"`fleet` is {said}, wanted a fleet that was opened [PR2121]\n  hint: open it with pr.open_fleet(...)"
    prepared, _, _ = service
    question = prepared.question
    with pytest.raises(InventoryError) as refused:
        pr.evaluate_fleet(question.registry, given, question.catalogs, as_of="2026-11-01T00:00Z")
    assert str(refused.value) == message
    with pytest.raises(InventoryError) as refused:
        prepared.evaluate_fleet(given, as_of="2026-11-01T00:00Z")
    assert str(refused.value) == message


def test_threads_may_judge_fleets_at_once(whole):
    prepared, fleet, expected = whole
    start = threading.Barrier(4)
    fresh = pickle.loads(pickle.dumps(prepared))  # noqa: S301 - our own

    def ask(_):
        start.wait()
        return fresh.evaluate_fleet(fleet, as_of=AS_OF).id

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(ask, range(4))) == {expected.id}


def prod(system, **fields):
    return pr.Baseline("prod", system, rules=(pr.ApprovalRule(enable_non_security=True),), **fields)


DEBIAN, RHEL = pr.OperatingSystem.DEBIAN, pr.OperatingSystem.REDHAT_ENTERPRISE_LINUX
BASH = {"name": "bash", "arch": "amd64", "evr": "5.2-1"}
DEB = pr.host("deb-1", product="Debian12", packages=[BASH])
RPM = pr.host("rpm-1", product=PRODUCT, packages=[BASH | {"arch": "x86_64", "evr": "0:5.1-1.el9"}])
STRICT = pr.Baseline("prod", DEBIAN, description="of the databases")


@pytest.mark.parametrize(
    ("registry", "before"),
    [
        (pr.Registry((), defaults={DEBIAN: prod(DEBIAN), RHEL: prod(RHEL)}), RPM),
        (
            pr.Registry((), groups={("db", DEBIAN): STRICT}, defaults={DEBIAN: prod(DEBIAN)}),
            replace(DEB, patch_group="db"),
        ),
    ],
    ids=["of another system", "of the same system"],
)
def test_a_baseline_of_the_same_name_that_served_another_host_is_no_part_of_the_run(registry, before):
    used, fresh = pr.prepare(registry, []), pr.prepare(registry, [])
    used.evaluate(before, as_of=AS_OF)
    run = used.evaluate(DEB, as_of=AS_OF)
    assert run.baselines == (prod(DEBIAN),)
    assert run.id == fresh.evaluate(DEB, as_of=AS_OF).id


@pytest.mark.parametrize("group", ["known", None])
def test_a_host_that_left_a_group_without_a_baseline_is_judged(group):
    doubt = Diagnostic("PR1817", Level.ERROR, "nobody knows it")
    unsettled: dict[tuple[str | None, pr.OperatingSystem | None], Diagnostic] = {("lost", DEBIAN): doubt}
    registry = pr.Registry((), {("known", DEBIAN): prod(DEBIAN)}, {DEBIAN: prod(DEBIAN)}, unsettled=unsettled)
    prepared = pr.prepare(registry, [])
    lost = prepared.evaluate(replace(DEB, patch_group="lost"), as_of=AS_OF)
    found = prepared.evaluate(replace(DEB, patch_group=group), as_of=AS_OF)
    assert lost.hosts["unknown"].to_pylist() == [["NO_BASELINE"]]
    assert found.hosts["unknown"].to_pylist() == [["NO_CATALOG"]]
    assert "PR1817" not in {one.code for one in found.diagnostics}


def test_a_table_gives_the_run_that_its_fleet_gives(service):
    """But for fixes and what waiting approves, which take passes over the catalogs."""
    prepared, _, _ = service
    rows = [("web-1", "bash", "0:5.1-1.el9"), ("WEB-1", "bash", "0:5.1-1.el9"), ("web-1", "curl", "x y")]
    names = [[row[place] for row in rows] for place in range(3)]
    table = pa.table(dict(zip(("host", "name", "evr"), names, strict=True)) | {"arch": ["x86_64"] * 3})
    options: dict[str, Any] = {"family": "rhel", "product": PRODUCT}
    run = prepared.evaluate_table(table, as_of=AS_OF, **options)
    expected = prepared.evaluate_fleet(pr.read_inventory(table, **options), as_of=AS_OF)
    assert {"PR2234"} <= {one.code for one in run.diagnostics}
    assert run.rejects.num_rows == 1
    assert (run.id, run.diagnostics, run.baselines) == (expected.id, expected.diagnostics, expected.baselines)
    for name in ("hosts", "verdicts", "rejects"):
        assert getattr(run, name).equals(getattr(expected, name))


@pytest.mark.parametrize(
    ("options", "kind", "said"),
    [
        ({"dialect": None}, UnknownNameError, "there is no dialect `None`"),
        ({"operation": 3}, UnknownNameError, "there is no operation `3`"),
        ({"rows": "al"}, UnknownNameError, "there is no choice of rows `al`: did you mean `all`"),
        ({"baseline_override": [], "install_override": ()}, BaselineError, "are given together .PR1813."),
    ],
)
def test_options_that_evaluate_fleet_refuses_are_refused_when_prepared(options, kind, said):
    with pytest.raises(kind, match=said):
        pr.prepare(prod(DEBIAN), [], **options)
    given = pr.open_fleet(pa.table({"host": ["deb-1"], **{name: [text] for name, text in BASH.items()}}))
    with pytest.raises(kind, match=said):
        pr.evaluate_fleet(prod(DEBIAN), given, [], as_of=AS_OF, **options)


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


def test_nobody_waits_while_the_catalogs_are_looked_at_and_that_is_done_once(service, monkeypatch):
    prepared, hosts, _ = service
    fresh = pickle.loads(pickle.dumps(prepared))  # noqa: S301 - our own
    is_locked, known_before = [], []

    def watched(rows, used, catalogs, given, known):
        is_locked.append(fresh._lock.locked())
        known_before.append(len(known))
        return told_of_feeds(rows, used, catalogs, given, known)

    monkeypatch.setattr("patchrules.evaluation.fleet.told_of_feeds", watched)
    for _ in range(2):
        fresh.evaluate(hosts[0], as_of=AS_OF)
    assert (is_locked, known_before) == ([False, False], [0, 1])


def test_nothing_is_compiled_again_until_a_moment_that_decides(service, monkeypatch):
    """Dates are 2, 30 and more days before AS_OF, and the rule waits seven: five days later a patch is approved."""
    prepared, hosts, _ = service
    made = []

    def counted(question, policies):
        made.append(question)
        return Judging(question, policies)

    monkeypatch.setattr(module, "Judging", counted)
    fresh = pickle.loads(pickle.dumps(prepared))  # noqa: S301 - our own
    counts = {}
    for hours in (1, 2, 23, 24 * 5 - 1, 24 * 5, 24 * 5 + 1, 24 * 5 + 2):
        (counts[hours],) = missing(fresh.evaluate(hosts[0], as_of=AS_OF + timedelta(hours=hours)))
    assert counts[24 * 5] == counts[1] < counts[24 * 5 + 1] == counts[24 * 5 + 2]
    assert len(made) == 4  # the delays of other patches end after four days; of this one: before, at it, after it


def test_what_a_catalog_offers_is_put_in_order_once_for_all_baselines_and_instants(service, monkeypatch):
    prepared, hosts, _ = service
    made = []

    def counted(*given, **facts):
        made.append(facts)
        return offer(*given, **facts)

    monkeypatch.setattr("patchrules.evaluation.policies.offer", counted)
    first = prepared.question.registry.baselines[0]
    others = {(name, first.operating_system): replace(first, name=name) for name in ("a", "b")}
    registry = pr.Registry((first, *others.values()), groups=others, defaults={first.operating_system: first})
    fresh = pr.prepare(registry, prepared.question.catalogs)
    for group in ("a", "b", None):
        for days in (0, 30):
            fresh.evaluate(replace(hosts[0], patch_group=group), as_of=AS_OF + timedelta(days=days))
    assert len(made) == 1


def test_of_what_catalogs_offer_the_last_that_were_asked_for_are_kept(service, monkeypatch):
    prepared, hosts, expected = service
    monkeypatch.setattr("patchrules.evaluation.policies.MOST", 2)
    fresh = pickle.loads(pickle.dumps(prepared))  # noqa: S301 - our own
    for minor in (1, 2, 3, 4, 5):
        host = replace(hosts[0], product=f"RedhatEnterpriseLinux9.{minor}")
        assert missing(fresh.evaluate(host, as_of=AS_OF)) == [expected[host.id]["missing"]]
    assert [described[1][-1] for described in fresh._offers] == ["4", "5"]


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
