"""A run since another one is the run that judging everything gives, and judges no more than it has to."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

import patchrules as pr
from benchmarks.fleet import AS_OF, make_fleet
from patchrules.errors import DocumentError
from patchrules.evaluation.nouns import hosts_table, packages_table
from patchrules.evaluation.saved import save_run
from patchrules.families import family_of
from patchrules.model.columns import REJECTS
from patchrules.model.host import Inventory
from patchrules.model.names import Dialect, State
from patchrules.model.previous_run import PreviousRun, TrackedPatch
from patchrules.sources import arrow
from patchrules.testing import strategies, updates
from patchrules.testing.strategies import LINUX, T0, Situation, situations
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
    catalog = catalog_of(situation.baseline, situation.hosts, situation.patches)
    given_options = {**situation.options, "dialect": dialect, "previous_runs": previous_runs(situation.hosts)}
    return pr.evaluate_fleet(situation.baseline, fleet, catalog, **{"rows": "all", **given_options, **options})


KINDS = ("instant", "instant", "package", "patch", "host", "baseline")
"""What is other than it was; most often one thing is, so that it is not hidden by another."""

SHIFTS = tuple(days * DAY + more for days in (-1, 0, 1, 2, 3) for more in (timedelta(0), timedelta(microseconds=1)))


@st.composite
def changed(draw, situation):
    """Draw the same fleet some time later."""
    system = situation.baseline.operating_system
    is_windows = family_of(system).name == "windows"
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=2))
    hosts, patches, baseline = list(situation.hosts), list(situation.patches), situation.baseline
    options = dict(situation.options)
    place = draw(st.integers(0, len(hosts) - 1))
    if "host" in kinds:
        name = hosts[place].id
        hosts[place] = draw(updates.update_hosts(name) if is_windows else strategies.hosts(system, name))
    if "package" in kinds:
        hosts[place] = draw(st.sampled_from(neighbours(hosts[place])))
    if "patch" in kinds:
        patch = draw(updates.update_patches() if is_windows else strategies.patches(system))
        named = dataclasses.replace(patch, name=draw(st.sampled_from(patches)).name)
        patches = draw(st.sampled_from([[*patches, named], [named, *patches[1:]], patches[1:] or [named]]))
    if "baseline" in kinds:
        baseline = draw(updates.update_baselines() if is_windows else strategies.baselines(system))
    if "instant" in kinds:
        options["as_of"] += draw(st.sampled_from(SHIFTS))
    return dataclasses.replace(
        situation, baseline=baseline, hosts=tuple(hosts), patches=tuple(patches), options=options
    )


def neighbours(host):
    """Return hosts that differ in one thing from this one."""
    boot = (host.boot_time or T0) + DAY
    found = [dataclasses.replace(host, boot_time=boot), dataclasses.replace(host, patch_group="other")]
    found.append(dataclasses.replace(host, previous_run=None if host.previous_run else PreviousRun((), T0)))
    found.append(dataclasses.replace(host, packages=host.packages[::-1]))
    for number, one in enumerate(host.packages):
        for name, value in (("held", not one.held), ("installed_at", (one.installed_at or T0) + DAY), ("built", T0)):
            like = (*host.packages[:number], dataclasses.replace(one, **{name: value}), *host.packages[number + 1 :])
            found.append(dataclasses.replace(host, packages=like))
    return found


def told(run):
    return (
        run.hosts.to_pylist(),
        run.verdicts.sort_by(ORDER).to_pylist(),
        run.fixes.to_pylist(),
        rows_of(run.upcoming),
        run.id,
    )


def rows_of(table):
    return table if table is None else table.to_pylist()


@given(st.data(), drawn_situations, st.sampled_from(["all", "noncompliant"]))
def test_since_is_judging_everything(data, drawn, rows):
    situation, dialect = drawn
    before = judged(situation, dialect, rows=rows, keep_digests=True)
    assert judged(situation, dialect, rows=rows, since=before).carried == before.digests.num_rows
    later = data.draw(changed(situation))
    whole, since = judged(later, dialect, rows=rows), judged(later, dialect, rows=rows, since=before)
    assert told(since) == told(whole)
    assert (since.diagnostics, since.baselines) == (whole.diagnostics, whole.baselines)


@pytest.fixture(scope="module")
def made():
    return make_fleet(hosts=40, packages=30, seed=5)


@pytest.fixture(scope="module")
def rows(made):
    facts = {"family": "rhel", "product": "RedhatEnterpriseLinux9.8", "host_arch": "x86_64"}
    plain = {name: made.packages[name].cast(pa.string()) for name in ("host", "name", "arch", "evr")}
    table = pa.table(plain)
    for name, value in facts.items():
        table = table.append_column(name, pa.array([value] * table.num_rows))
    return table.sort_by("host")


@pytest.fixture(scope="module")
def judge(made):
    catalog = pr.read_catalog(made.catalog, family="rhel")
    policy = pr.load_baseline(made.baseline)

    def judged(fleet, **options):
        return pr.evaluate_fleet(policy, fleet, catalog, **{"as_of": AS_OF, "rows": "all", **options})

    return judged


@pytest.fixture(scope="module")
def before(judge, rows):
    return judge(pr.open_fleet(rows), keep_digests=True)


def later(rows):
    """The fleet without the first package of the first host, which is removed, and of another, which gets a version."""
    plain = rows.to_pylist()
    last = plain[-1]["host"]
    changed = [one | {"evr": "0:9-9"} if one["host"] == last else one for one in plain[1:]]
    return pa.Table.from_pylist(changed, schema=rows.schema)


def test_only_changed_hosts_are_judged(judge, rows, before):
    whole, since = judge(pr.open_fleet(later(rows))), judge(pr.open_fleet(later(rows)), since=before)
    assert since.carried == before.hosts.num_rows - 2
    assert told(since) == told(whole)
    assert since.digests.equals(judge(pr.open_fleet(later(rows)), keep_digests=True).digests)


def test_a_saved_run_carries_as_well_as_one_in_memory(judge, rows, before, tmp_path):
    save_run(before, tmp_path / "saved")
    streamed = judge(pr.open_fleet(rows), keep_digests=True, output=tmp_path / "streamed")
    whole = judge(pr.open_fleet(later(rows)))
    for run in (tmp_path / "saved", str(tmp_path / "streamed"), streamed, pr.load_run(tmp_path / "saved")):
        since = judge(pr.open_fleet(later(rows)), since=run)
        assert since.carried == before.hosts.num_rows - 2
        assert told(since) == told(whole)


def test_a_run_may_take_the_place_of_the_one_before(judge, rows, tmp_path):
    judge(pr.open_fleet(rows), keep_digests=True, output=tmp_path / "run")
    judge(pr.open_fleet(later(rows)), since=tmp_path / "run", output=tmp_path / "run")
    assert told(pr.load_run(tmp_path / "run")) == told(judge(pr.open_fleet(later(rows))))


def test_workers_and_packed_fleets_carry_the_same(judge, rows, before, tmp_path):
    packed, whole = pr.pack_fleet(later(rows), tmp_path / "fleet"), judge(pr.open_fleet(later(rows)))
    with ThreadPoolExecutor(2) as workers:
        for since in (
            judge(pr.open_fleet(later(rows)), since=before, executor=workers),
            judge(packed, since=before, executor=workers),
            judge(packed, since=before),
        ):
            assert since.carried == before.hosts.num_rows - 2
            assert since.hosts.equals(whole.hosts)
            assert since.verdicts.sort_by(ORDER).equals(whole.verdicts.sort_by(ORDER))


def test_hosts_with_refused_rows_are_judged_again(judge, rows, before):
    lost = later(rows).to_pylist()
    lost[len(lost) // 2]["evr"] = ""
    fleet = pa.Table.from_pylist(lost, schema=rows.schema)
    again = judge(pr.open_fleet(fleet), since=before)
    assert again.carried == before.hosts.num_rows - 3
    assert told(judge(pr.open_fleet(later(rows)), since=again)) == told(judge(pr.open_fleet(later(rows))))
    assert told(judge(pr.open_fleet(fleet), since=again)) == told(judge(pr.open_fleet(fleet)))


def test_other_options_carry_nothing(judge, rows, before):
    for options in ({"operation": "install"}, {"rows": "noncompliant"}, {"dialect": "agent"}):
        since = judge(pr.open_fleet(rows), since=before, **options)
        assert since.carried == 0
        assert told(since) == told(judge(pr.open_fleet(rows), **options))


def test_a_run_without_digests_carries_nothing(judge, rows):
    with pytest.raises(DocumentError) as raised:
        judge(pr.open_fleet(rows), since=judge(pr.open_fleet(rows)))
    assert str(raised.value) == (
        "the run before kept no digests of its hosts, so nobody can tell which of them changed [PR7805]\n"
        "  hint: keep_digests=True, or --keep-digests, keeps them in a run"
    )


@pytest.mark.parametrize("days", [1, 3, 5, 8, 13, 21, 400])
def test_time_alone_changes_the_hosts_that_wait(judge, rows, before, days):
    options = {"as_of": AS_OF + days * DAY}
    since = judge(pr.open_fleet(rows), since=before, **options)
    assert told(since) == told(judge(pr.open_fleet(rows), **options))


def test_a_patch_of_a_package_that_few_hosts_have_leaves_the_others_alone(made, rows):
    catalog, policy = pr.read_catalog(made.catalog, family="rhel"), pr.load_baseline(made.baseline)
    name = rows["name"].to_pylist()[0]
    having = len(set(rows.filter(pc.equal(rows["name"], name))["host"].to_pylist()))
    fewer = dataclasses.replace(catalog, table=catalog.table.filter(pc.not_equal(catalog.table["name"], name)))

    def judge(given, **options):
        return pr.evaluate_fleet(policy, pr.open_fleet(rows), given, as_of=AS_OF, rows="all", **options)

    before = judge(fewer, keep_digests=True)
    since = judge(catalog, since=before)
    assert since.carried == before.hosts.num_rows - having
    assert told(since) == told(judge(catalog))


BASELINE = pr.Baseline(
    "prod", pr.OperatingSystem.REDHAT_ENTERPRISE_LINUX, rules=(pr.ApprovalRule((), approve_after_days=7),)
)
PACKAGES = (
    pr.Package("bash", "x86_64", "0:5.1-1.el9", built=T0 - 5 * DAY, installed_at=T0),
    pr.Package("curl", "x86_64", "0:7.0-1.el9", installed_at=T0),
)
HOST = pr.Host(
    "web-1", "rhel", "RedhatEnterpriseLinux9.3", "x86_64", packages=PACKAGES, boot_time=T0 - DAY, patch_group="web"
)
PATCHES = (
    pr.Patch("curl", "x86_64", "0:7.3-1.el9", "RHSA-1", "Security", "Low", issued=T0 - 6 * DAY, cves=("CVE-1",)),
    pr.Patch("curl", "x86_64", "0:7.2-1.el9", "RHSA-2", "Security", "Low", issued=T0 - 20 * DAY, cves=("CVE-2",)),
)
PLAIN = Situation(BASELINE, (HOST,), PATCHES, {"as_of": T0 + timedelta(microseconds=1)})


def with_host(**changes):
    return dataclasses.replace(PLAIN, hosts=(dataclasses.replace(HOST, **changes),))


def with_package(number, **changes):
    packages = [*PACKAGES]
    packages[number] = dataclasses.replace(packages[number], **changes)
    return with_host(packages=tuple(packages))


def with_patch(**changes):
    return dataclasses.replace(PLAIN, patches=(PATCHES[0], dataclasses.replace(PATCHES[1], **changes)))


CHANGES = {
    "a delay of a patch ended": dataclasses.replace(PLAIN, options={"as_of": T0 + 1.5 * DAY}),
    "another operation": dataclasses.replace(PLAIN, options={**PLAIN.options, "operation": "install"}),
    "another level": dataclasses.replace(
        PLAIN, baseline=dataclasses.replace(BASELINE, rules=(pr.ApprovalRule((), pr.ComplianceLevel.HIGH, 7),))
    ),
    "it was booted": with_host(boot_time=T0 + DAY),
    "it joined a group": with_host(patch_group="db"),
    "its catalog is of others": with_host(product=None),
    "its tracking file says more": with_host(
        previous_run=PreviousRun((TrackedPatch("curl.x86_64:0:7.0-1.el9", State.INSTALLED),), T0 + 9 * DAY)
    ),
    "a package is held": with_package(1, held=True),
    "a package was installed later": with_package(1, installed_at=T0 + timedelta(seconds=1)),
    "a package is of another version": with_package(1, evr="0:7.2-1.el9"),
    "packages are in another order": with_host(packages=PACKAGES[::-1]),
    "a package is gone": with_host(packages=PACKAGES[:1]),
    "an advisory names another CVE": with_patch(cves=("CVE-3",)),
    "an advisory has another date": with_patch(issued=T0 - 19 * DAY),
    "a patch is gone": dataclasses.replace(PLAIN, patches=PATCHES[:1]),
    "a patch of what is not installed": dataclasses.replace(
        PLAIN, patches=(*PATCHES, dataclasses.replace(PATCHES[1], name="zsh"))
    ),
}


def test_the_delay_of_a_package_without_a_notice_ends():
    rule = pr.ApprovalRule((), approve_after_days=7, enable_non_security=True)
    one = dataclasses.replace(PLAIN, patches=PATCHES[1:], baseline=dataclasses.replace(BASELINE, rules=(rule,)))
    before, later = (
        judged(one, "documented", keep_digests=True),
        dataclasses.replace(one, options={"as_of": T0 + 3 * DAY}),
    )
    since = judged(later, "documented", since=before)
    assert told(since) == told(judged(later, "documented"))
    assert since.verdicts != before.verdicts


@pytest.mark.parametrize("change", CHANGES)
def test_what_verdicts_follow_from(change):
    before, whole = judged(PLAIN, "documented", rows="all", keep_digests=True), judged(CHANGES[change], "documented")
    since = judged(CHANGES[change], "documented", since=before)
    assert (whole.hosts, whole.verdicts) != (before.hosts, before.verdicts)
    assert since.verdicts.equals(whole.verdicts)
    assert told(since) == told(whole)
    assert since.carried == (change == "a patch of what is not installed")


def test_a_package_that_is_removed_and_leaves_its_files_counts_no_longer():
    def situation(status):
        package = pr.Package("bash", "amd64", "5.1-1", status=status)
        host = pr.Host("mail-1", "debian", "Debian12", "amd64", packages=(package,))
        patch = pr.Patch("bash", "amd64", "5.2-1", security=True)
        return Situation(pr.Baseline("deb", pr.OperatingSystem.DEBIAN), (host,), (patch,), {"as_of": T0})

    before = judged(situation("installed"), "documented", keep_digests=True)
    whole = judged(situation("config-files"), "documented")
    assert whole.verdicts.num_rows < before.verdicts.num_rows
    assert told(judged(situation("config-files"), "documented", since=before)) == told(whole)


def windows(build="10.0.17763.50", **changes):
    host = pr.Host(
        "win-1", "windows", "WindowsServer2019", "x64", packages=(pr.Package("KB9", None, "0"),), os_build=build
    )
    patch = pr.Patch(
        "KB1", "", "0", classification="SecurityUpdates", severity="Critical", os_build="10.0.17763.100", issued=T0
    )
    fields = {"product": "WindowsServer2019", "product_family": "Windows", **changes}
    policy = pr.Baseline("win", pr.OperatingSystem.WINDOWS, rules=(pr.ApprovalRule((), approve_after_days=7),))
    return Situation(policy, (host,), (dataclasses.replace(patch, **fields),), {"as_of": T0 + 8 * DAY})


@pytest.mark.parametrize(
    "later",
    [
        windows(build="10.0.17763.200"),
        windows(severity="Low"),
        dataclasses.replace(windows(), options={"as_of": T0 + DAY}),
    ],
    ids=["its build", "an update that it lacks", "the instant"],
)
def test_a_windows_host_is_judged_again_for_its_build_any_update_and_any_instant(later):
    before, whole = judged(windows(), "documented", keep_digests=True), judged(later, "documented")
    since = judged(later, "documented", since=before)
    assert before.digests.num_rows == 1
    assert whole.verdicts != before.verdicts
    assert told(since) == told(whole)


def test_a_patch_is_released_at_its_very_instant():
    coming = dataclasses.replace(PATCHES[1], issued=T0 + DAY)
    named = dataclasses.replace(BASELINE, approved_patches=("curl",))
    one = dataclasses.replace(PLAIN, baseline=named, patches=(coming,), hosts=with_package(0, built=None).hosts)
    before, later = judged(one, "documented", keep_digests=True), dataclasses.replace(one, options={"as_of": T0 + DAY})
    whole = judged(later, "documented")
    assert whole.verdicts != before.verdicts
    assert told(judged(later, "documented", since=before)) == told(whole)


def test_a_host_whose_inventory_grows_old_is_unknown():
    one = dataclasses.replace(PLAIN, patches=PATCHES[1:], hosts=with_host(captured_at=T0).hosts)
    later = dataclasses.replace(one, options={"as_of": T0 + 1.5 * DAY})
    before = judged(one, "documented", keep_digests=True)
    assert judged(later, "documented", since=before).carried == 1
    since = judged(later, "documented", since=before, limits=pr.AgeLimits(inventory=DAY))
    assert since.hosts["unknown"].to_pylist() == [["STALE_INVENTORY"]]
    assert told(since) == told(judged(later, "documented", limits=pr.AgeLimits(inventory=DAY)))


def test_a_host_is_not_other_because_another_one_says_more(judge, rows, before):
    said = rows.append_column("held", pa.array([True] + [None] * (rows.num_rows - 1), pa.bool_()))
    assert judge(pr.open_fleet(said), since=before).carried == before.hosts.num_rows - 1
