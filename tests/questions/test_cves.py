"""How CVEs stand on packages and hosts, and what the tables of a run add up to."""

from __future__ import annotations

import dataclasses
from collections import Counter

import pytest
from hypothesis import given

import patchrules as pr
from patchrules.errors import UnknownNameError
from patchrules.evaluation.rows import run_of
from patchrules.families import families
from patchrules.model.columns import COUNTS, FIXES
from patchrules.model.names import ComplianceLevel, State
from patchrules.questions import cves
from patchrules.questions.cves import STANDINGS, exposures
from patchrules.questions.tables import TABLES, table
from patchrules.sources import arrow
from patchrules.testing.strategies import situations
from patchrules.testing.twins import catalog_of
from tests.reports.conftest import host_of, run_of_rows, verdict

FAILS = (State.MISSING, State.FAILED)


def run_with(rows, fixes, **about):
    """Return a run of those verdicts and of fixes: version, CVEs and, where they differ, advisory and architecture."""
    hosts = [
        host_of(name, [row for row in rows if row["host"] == name], **about)
        for name in sorted({row["host"] for row in rows})
    ]
    said = [
        {
            "family": "rhel",
            "product": "RedhatEnterpriseLinux9.3",
            "name": "bash",
            "arch": "x86_64",
            "advisory": "RHSA-1",
        }
        | fix
        | about
        for fix in fixes
    ]
    data: dict[str, list[object]] = {one.name: [row.get(one.name) for row in said] for one in FIXES}
    return dataclasses.replace(run_of_rows(hosts, rows), fixes=arrow.table(FIXES, data, len(said)))


def standing(state, installed, target, evr, **fix):
    rows = [verdict("web-1", state, "bash", installed=installed, target=target)]
    return [one["standing"] for one in exposures(run_with(rows, [{"evr": evr, "cves": ["CVE-1"], **fix}])).to_pylist()]


@pytest.mark.parametrize(
    ("state", "installed", "target", "evr", "told"),
    [
        (State.MISSING, "0:1-1", "0:3-1", "0:2-1", "missing"),  # an advisory that the verdict does not name
        (State.MISSING, "0:1-1", "0:3-1", "0:3-1", "missing"),
        (State.MISSING, "0:1-1", "0:3-1", "0:4-1", "unapproved"),
        (State.MISSING, "0:1-1", "0:3-1", "0:1-1", "fixed"),
        (State.FAILED, "0:1-1", "0:3-1", "0:2-1", "missing"),
        (State.INSTALLED, "0:3-1", "0:3-1", "0:2-1", "fixed"),
        (State.INSTALLED_OTHER, "0:1-1", None, "0:2-1", "unapproved"),
        (State.INSTALLED_REJECTED, "0:1-1", None, "0:2-1", "unapproved"),
        (State.INSTALLED_PENDING_REBOOT, "0:3-1", "0:3-1", "0:3-1", "waiting"),
        (State.MISSING, "1-1", "3-1", "7:2-1", "missing"),  # no epoch is stated, so none is compared
    ],
)
def test_a_cve_stands_as_the_versions_tell(state, installed, target, evr, told):
    assert standing(state, installed, target, evr) == [told]


def test_what_a_fix_says_nothing_of():
    assert standing(State.NOT_APPLICABLE, None, "0:3-1", "0:2-1") == []
    assert standing(State.MISSING, "0:1-1", "0:3-1", "0:2-1", arch="i686") == []
    assert standing(State.MISSING, "0:1-1", "0:3-1", "0:2-1", name="zsh") == []
    assert standing(State.MISSING, "0:1-1", "0:3-1", "0:2-1", product="RedhatEnterpriseLinux8.9") == []
    assert standing(State.INSTALLED_PENDING_REBOOT, "0:3-1", "0:3-1", "0:2-1", advisory="RHSA-0") == ["fixed"]


@pytest.mark.parametrize(
    ("state", "told"),
    [(State.MISSING, ["missing"]), (State.INSTALLED, ["fixed"]), (State.NOT_APPLICABLE, [])]
    + [(State.AVAILABLE_SECURITY_UPDATE, ["unapproved"]), (State.INSTALLED_PENDING_REBOOT, ["waiting"])],
)
def test_an_update_of_windows_tells_by_its_state(state, told):
    rows = [verdict("win-1", state, "KB1", id="KB1", arch="", installed=None, target="0")]
    fix = {"evr": "0", "cves": ["CVE-1"], "name": "KB1"}
    run = run_with(rows, [fix], family="windows", product="WindowsServer2019")
    assert [one["standing"] for one in exposures(run).to_pylist()] == told


def test_one_cve_is_found_whatever_its_case_and_a_host_counts_once():
    rows = [
        verdict(host, State.MISSING, "bash", arch=arch, id=f"bash.{arch}", installed="0:1-1")
        for host in ("a", "b")
        for arch in ("x86_64", "i686")
    ]
    run = run_with(rows, [{"evr": "0:2-1", "cves": ["CVE-1", "CVE-2"], "arch": arch} for arch in ("x86_64", "i686")])
    assert exposures(run, "cve-2").num_rows == 4
    assert exposures(run, "CVE-3").num_rows == 0
    told = [(row["cve"], row["missing"], row["packages"]) for row in table(run, "cves").to_pylist()]
    assert told == [("CVE-1", 2, ["bash.i686", "bash.x86_64"]), ("CVE-2", 2, ["bash.i686", "bash.x86_64"])]


def test_parts_hold_whole_hosts(monkeypatch):
    rows = [verdict(f"web-{n}", State.MISSING, name, installed="0:1-1") for n in range(5) for name in ("bash", "zsh")]
    run = run_with(rows, [{"evr": "0:2-1", "cves": ["CVE-1"], "name": name} for name in ("bash", "zsh")])
    whole = table(run, "cves").to_pylist()
    monkeypatch.setattr(cves, "_BATCH", 1)
    assert [part.num_rows for part in cves.batches(run)] == [2] * 5
    assert table(run, "cves").to_pylist() == whole


@given(situations())
def test_tables_count_what_the_verdicts_say(situation):
    catalog = catalog_of(situation.baseline, situation.hosts, situation.patches)
    if not situation.hosts:
        return
    run = run_of([pr.evaluate(situation.baseline, host, catalog, **situation.options) for host in situation.hosts])
    verdicts, hosts = run.verdicts.to_pylist(), run.hosts.to_pylist()
    groups = table(run, "groups").to_pylist()
    assert {name: sum(row[name] for row in groups) for name in COUNTS} == run.totals()
    assert sum(row["hosts"] for row in groups) == len(hosts)
    failing = Counter(
        (row["id"], row["advisory"], row["target"]) for row in verdicts if row["status"] == "NON_COMPLIANT"
    )
    told: Counter[tuple[object, ...]] = Counter()
    for row in table(run, "patches").to_pylist():
        told[row["id"], row["advisory"], row["target"]] += row["non_compliant"]
    assert +told == failing
    assert table(run, "verdicts").select(run.verdicts.column_names).to_pylist() == verdicts
    assert set(table(run, "exposures")["standing"].to_pylist()) <= set(STANDINGS)


@given(situations())
def test_cves_of_a_host_are_those_a_walk_over_the_patches_finds(situation):
    catalog = catalog_of(situation.baseline, situation.hosts, situation.patches)
    reports = [pr.evaluate(situation.baseline, host, catalog, **situation.options) for host in situation.hosts]
    if not reports:
        return
    found = {(row["host"], row["id"], row["cve"]): row["standing"] for row in exposures(run_of(reports)).to_pylist()}
    assert {key for key, word in found.items() if word == "missing"} == set(walk(reports))


def walk(reports):
    """Yield host, package and CVE of every fix above what is installed and not above what is wanted."""
    from patchrules.versions import SCHEMES

    for report in reports:
        family = families()[report.host.family]
        compare = SCHEMES[family.scheme].compare
        for one in report.verdicts:
            for patch in report.patches if one.state in FAILS and one.installed is not None else ():
                if patch.name != one.name or (patch.arch and one.arch and patch.arch != one.arch):
                    continue
                if family.documented.states == "updates":
                    yield from ((report.host.id, one.id, cve) for cve in patch.cves)
                    continue
                bare = family.scheme == "rpm" and ":" not in one.installed
                evr = patch.evr.rpartition(":")[2] if bare else patch.evr
                if compare(one.installed, evr) < 0 <= compare(one.target, evr):
                    yield from ((report.host.id, one.id, cve) for cve in patch.cves)


def test_the_gravest_and_most_missed_patches_stand_first():
    rows = [
        *(verdict(f"web-{n}", State.MISSING, "often") for n in range(3)),
        verdict("web-0", State.MISSING, "grave", compliance_severity="CRITICAL"),
        verdict("web-0", State.INSTALLED, "fine", compliance_severity="CRITICAL"),
        verdict("web-0", State.MISSING, "seldom"),
    ]
    run = run_of_rows([host_of(f"web-{n}") for n in range(3)], rows)
    told = [(row["id"], row["non_compliant"], row["installed"]) for row in table(run, "patches").to_pylist()]
    assert told == [("grave.x86_64", 1, 0), ("often.x86_64", 3, 0), ("seldom.x86_64", 1, 0), ("fine.x86_64", 0, 1)]
    assert table(run, "patches")["compliance_severity"][0].as_py() == ComplianceLevel.CRITICAL


def test_a_table_that_is_not_there_is_told():
    with pytest.raises(UnknownNameError, match="there is no table of a run `cve`: did you mean `cves`"):
        table(run_of_rows([]), "cve")
    assert all(table(run_of_rows([]), name).num_rows == 0 for name in TABLES)
