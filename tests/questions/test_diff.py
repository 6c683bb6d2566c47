"""Two runs compared: the same as comparing every verdict and every host one by one, and the cause is the one made."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import patchrules as pr
from patchrules.evaluation.nouns import hosts_table, only, packages_table
from patchrules.families import facts_of, families
from patchrules.model.baseline import ApprovalRule, Baseline
from patchrules.model.columns import COUNTS, REJECTS
from patchrules.model.host import Host, Inventory
from patchrules.model.names import ApprovalChange, OperatingSystem
from patchrules.model.package import Package
from patchrules.model.patch import Patch
from patchrules.model.source import Source
from patchrules.questions.causes import causes_of
from patchrules.questions.diff import FAILURES
from patchrules.questions.diff_shown import document, markdown, patch_rows
from patchrules.sources import arrow
from patchrules.testing.strategies import T0, Situation, baselines, instants
from patchrules.testing.twins import catalog_of, previous_runs
from patchrules.testing.updates import all_situations
from patchrules.versions import SCHEMES
from tests.conftest import ROOT

EXAMPLES = settings().max_examples // 2
DAY = timedelta(days=1)
COMPARED = ("state", "status", "installed", "target", "compliance_severity")


def run_of(situation, rows, **changes):
    """Judge a situation as a fleet."""
    one = dataclasses.replace(situation, **changes)
    fleet = Inventory(hosts_table(one.hosts), packages_table(one.hosts), arrow.table(REJECTS, {}, 0))
    catalog = catalog_of(one.baseline, one.hosts, one.patches)
    memory = previous_runs(one.hosts)
    return pr.evaluate_fleet(one.baseline, fleet, catalog, rows=rows, previous_runs=memory, **one.options)


@st.composite
def changed_situations(draw):
    """Draw a situation and changes of some of: baseline, instant, catalog, installed packages, hosts."""
    situation = draw(all_situations())
    changes: dict[str, Any] = {}
    kinds = draw(
        st.sets(st.sampled_from(["baseline", "as_of", "catalog", "packages", "hosts"]), min_size=1, max_size=3)
    )
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
        changes["hosts"] = (
            *changes.get("hosts", situation.hosts)[1:],
            dataclasses.replace(situation.hosts[0], id="new"),
        )
    return situation, changes


@st.composite
def pairs_of_runs(draw):
    """Draw two runs that list the same kind of rows."""
    situation, changes = draw(changed_situations())
    rows = draw(st.sampled_from(["all", "all", "noncompliant"]))
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
    if one and other:
        here, there = one["target"], other["target"]
        sign = higher(after, host, here, there) if here and there else bool(there) - bool(here)
        return {1: ApprovalChange.NEWLY_APPROVED, -1: ApprovalChange.LOST_APPROVAL, 0: ApprovalChange.NONE}[sign]
    row = one or other
    in_both = all(host in run.hosts["host"].to_pylist() for run in (before, after))
    if in_both and row["target"] and row["installed"] is None:
        return ApprovalChange.NEWLY_APPROVED if other else ApprovalChange.LOST_APPROVAL
    return ApprovalChange.NONE


@settings(max_examples=EXAMPLES)
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
    assert rows.keys() == expected.keys()
    for key, sides in expected.items():
        for name in ("state", "status", "installed", "target"):
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


@settings(max_examples=EXAMPLES)
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


@pytest.mark.parametrize(("older", "newer"), [("0:1.9-1.el8", "0:1.10-1.el8"), ("0:2.0-1.el8", "1:1.0-1.el8")])
def test_an_approval_rises_and_falls_in_the_order_of_versions(older, newer):
    prod = Baseline(
        "prod", OperatingSystem.CENTOS, rules=(ApprovalRule(approve_after_days=7, enable_non_security=True),)
    )
    patches = [
        Patch("bash", "x86_64", evr, "RHSA-1", issued=T0 - age) for evr, age in ((older, 20 * DAY), (newer, 2 * DAY))
    ]
    host = Host("web-1", "centos", "CentOS8", "x86_64", packages=(Package("bash", "x86_64", "0:1.0-1.el8"),))
    now = Situation(prod, (host,), tuple(patches), {"as_of": T0})
    for rows in ("all", "noncompliant"):
        runs = [run_of(now, rows), run_of(now, rows, baseline=prod.with_rule(1, approve_after_days=1))]
        for (before, after), change in ((runs, "NEWLY_APPROVED"), (runs[::-1], "LOST_APPROVAL")):
            found = pr.diff(before, after)
            [row] = found.verdicts.to_pylist()
            assert (row["approval_change"], row["cause"]) == (change, "baseline")
            assert {row["target_before"], row["target_after"]} == {older, newer}
            assert found.patches()["target"].to_pylist() == [newer]


@settings(max_examples=EXAMPLES)
@given(changed_situations())
def test_runs_that_list_less_tell_fewer_approvals_and_no_other(drawn):
    situation, changes = drawn
    # What lists less is held against the same inventory: in memory nothing tells that it is another (PR7811).
    changes.pop("hosts", None)
    told = []
    for rows in ("all", "noncompliant"):
        found = pr.diff(run_of(situation, rows), run_of(situation, rows, **changes)).verdicts.to_pylist()
        told.append({(row["host"], row["id"], row["approval_change"]) for row in found if row["approval_change"]})
    assert told[1] <= told[0]


@pytest.fixture(scope="module")
def fleet():
    return pr.open_fleet(ROOT / "data/inventories/fleet", hosts=pr.load_hosts(ROOT / "data/inventories/hosts.yaml"))


@pytest.fixture(scope="module")
def catalogs():
    places = ("RedhatEnterpriseLinux9*=rhel9", "AmazonLinux2023*=al2023", "debian12", "ubuntu2204")
    parts = [one.rpartition("=") for one in places]
    return pr.read_catalogs([f"{glob}{equals}{ROOT / 'data/catalogs' / path}" for glob, equals, path in parts])


@pytest.fixture(scope="module")
def registry():
    return pr.load_registry(ROOT / "data/baselines/demo")


def served(registry, name, **changes):
    """Return a registry with one baseline changed by its fields."""
    new = {one.name: one for one in registry.baselines}
    new[name] = dataclasses.replace(new[name], **changes)
    groups = {key: new[one.name] for key, one in registry.groups.items()}
    defaults = {key: new[one.name] for key, one in registry.defaults.items()}
    return dataclasses.replace(registry, baselines=tuple(new.values()), groups=groups, defaults=defaults)


def without(fleet, host, name):
    """Return an inventory that lacks one package, read from another file."""
    gone = pc.and_(pc.equal(fleet.packages["host"], host), pc.equal(fleet.packages["name"], name))
    sources = (dataclasses.replace(fleet.sources[0], sha256="00"), *fleet.sources[1:])
    return dataclasses.replace(fleet, packages=fleet.packages.filter(pc.invert(gone)), sources=sources)


AS_OF = "2026-11-01T00:00Z"
ONE_CHANGE = {
    # what is changed: the causes told, and a difference in words
    "baseline": ({"baseline"}, ["baseline: `prod-rhel9`, ApprovedPatches: - `RHSA-2026:1038`"]),
    "assignment": (
        {"assignment"},
        [
            "assignment: 2 hosts: baseline `prod-al2023` → `AWS-AmazonLinux2023DefaultPatchBaseline`",
            "assignment: 3 hosts: baseline `prod-rhel9` → `AWS-RedHatDefaultPatchBaseline`",
            "assignment: 1 host: baseline `ubuntu-all` → `AWS-UbuntuDefaultPatchBaseline`",
        ],
    ),
    "as-of": ({"as-of"}, ["as-of: 2026-11-01T00:00:00Z → 2026-11-10T00:00:00Z"]),
    "catalog": ({"catalog"}, ["catalog: - `Packages`, - `Release`"]),
    "inventory": ({"inventory"}, ["inventory: `packages.tsv` has other content"]),
    "hosts": ({"inventory"}, ["inventory: - 9 hosts"]),
    "settings": ({"settings"}, ["settings: operation Scan → Install"]),
}


@pytest.mark.parametrize("kind", ONE_CHANGE)
@pytest.mark.parametrize("rows", ["all", "noncompliant"])
def test_the_one_thing_that_was_changed_is_the_cause(kind, rows, fleet, catalogs, registry):
    given_to_both: dict[str, Any] = {
        "policy": registry,
        "fleet": fleet,
        "catalogs": catalogs,
        "as_of": AS_OF,
        "rows": rows,
    }
    changes = {
        "baseline": {"policy": served(registry, "prod-rhel9", approved_patches=())},
        "assignment": {"policy": dataclasses.replace(registry, groups={})},
        "as-of": {"as_of": "2026-11-10T00:00Z"},
        "catalog": {"catalogs": [one for one in catalogs if one.scope.family != "debian"]},
        "inventory": {"fleet": without(fleet, "app-2", "openssl")},
        "hosts": {"fleet": only(fleet, "app-2")},
        "settings": {"operation": "install"},
    }
    found = pr.diff(pr.evaluate_fleet(**given_to_both), pr.evaluate_fleet(**{**given_to_both, **changes[kind]}))
    causes, words = ONE_CHANGE[kind]
    assert set(found.hosts["cause"].to_pylist()) == causes
    assert set(found.verdicts["cause"].to_pylist()) == causes
    assert [str(one) for one in found.differences] == words


TABLE, LISTS, NOTICES = "arrow_table", "dpkg_query", "updateinfo"


@pytest.mark.parametrize(
    ("formats", "causes", "told"),
    [
        ((TABLE, LISTS), {"inventory"}, "inventory: + `0.new`, - `0.old`"),
        ((NOTICES, TABLE), {"catalog"}, "catalog: + `1.new`, - `1.old`"),
        (
            (TABLE, NOTICES),
            {"catalog", "inventory"},
            "inventory: + `0.new`, - `0.old` (of the inventory or of a catalog)",
        ),
        ((TABLE,), {"catalog", "inventory"}, "inventory: + `0.new`, - `0.old` (of the inventory or of a catalog)"),
    ],
)
def test_a_table_is_told_once_and_by_its_place(formats, causes, told, fleet, registry):
    """Inventories and catalogs may be tables; a run names the files of its inventory first."""
    run = pr.evaluate_fleet(registry, fleet, [], as_of=AS_OF)
    changed = formats.index(TABLE)
    ways = [
        tuple(
            Source(f"{place}.{way}", form, f"{place}{way if place == changed else ''}", 1)
            for place, form in enumerate(formats)
        )
        for way in ("old", "new")
    ]
    found = causes_of(*(dataclasses.replace(run, sources=sources) for sources in ways))
    assert ([str(one) for one in found.differences], set(found.of_run)) == ([told], causes)


def test_what_two_changes_did_is_told_apart(fleet, catalogs, registry):
    narrower = served(registry, "prod-rhel9", rejected_patches=(), approved_patches=())
    before = pr.evaluate_fleet(registry, fleet, catalogs, as_of=AS_OF, rows="all")
    after = pr.evaluate_fleet(narrower, fleet, catalogs, rows="all", as_of="2026-11-10T00:00Z")
    found = {
        (row["id"], row["target_after"] or "-"): row["cause"] for row in pr.diff(before, after).verdicts.to_pylist()
    }
    assert found == {
        ("curl.x86_64", "0:7.76.1-36.el9_8"): "as-of",
        ("expat.x86_64", "0:2.5.0-6.el9_8"): "as-of",
        ("sudo.x86_64", "0:1.9.15-1.p5.amzn2023.0.3"): "as-of",
        ("telnet.x86_64", "1:0.17-89.el9_8"): "baseline",  # its rule approves it since before either instant
    }


@pytest.mark.parametrize(
    ("kind", "failing"),
    [
        ("nothing", set()),
        ("later", {"new-noncompliant", "any"}),
        ("earlier", {"lost-approval", "any"}),
        ("unknown", set(FAILURES)),
        ("gone", {"any"}),
    ],
)
def test_what_fails_a_pipeline(kind, failing, fleet, catalogs, registry):
    later = pr.evaluate_fleet(registry, fleet, catalogs, as_of="2026-11-10T00:00Z", rows="all")
    now = pr.evaluate_fleet(registry, fleet, catalogs, as_of=AS_OF, rows="all")
    nothing = pr.evaluate_fleet(registry, fleet, [], as_of=AS_OF, rows="all")
    fewer = pr.evaluate_fleet(registry, only(fleet, "web-1"), catalogs, as_of=AS_OF, rows="all")
    runs = {"nothing": (now, now), "later": (now, later), "earlier": (later, now), "unknown": (fewer, nothing)}
    found = pr.diff(*(runs | {"gone": (now, fewer)})[kind])
    assert {one for one in FAILURES if found.fails([one])} == failing
    assert found.fails(FAILURES) == bool(failing)


def test_a_run_that_lists_less_says_what_it_cannot_know(fleet, catalogs, registry):
    before = pr.evaluate_fleet(registry, fleet, catalogs, as_of=AS_OF)
    after = pr.evaluate_fleet(registry, without(fleet, "app-2", "openssl"), catalogs, as_of=AS_OF, rows="all")
    found = pr.diff(before, after)
    assert (found.rows, [str(one) for one in found.diagnostics]) == (
        "noncompliant",
        [
            "warning PR7811: a run lists only what does not comply, and the inventories differ: approvals are told only "
            "where both runs list the package\n  hint: evaluate without --only-noncompliant"
        ],
    )
    assert str(found) == "MISSING -1 on 1 host · no approval of what was missing lost"


def test_a_patch_of_which_only_the_level_changes_says_so(fleet, catalogs, registry):
    level = pr.ComplianceLevel.LOW
    [rules] = {one.rules for one in registry.baselines if one.name == "prod-rhel9"}
    lower = tuple(dataclasses.replace(one, compliance_level=level) for one in rules)
    found = pr.what_if(fleet, catalogs, before=registry, after=served(registry, "prod-rhel9", rules=lower), as_of=AS_OF)
    told = {row["id"]: (row["approval"], row["missing"]) for row in patch_rows(found)}
    assert told["glibc.x86_64"] == ("as before, level HIGH → LOW", 0)
    assert found.patches()["level"].null_count == 0


def test_what_if_is_a_diff_of_two_runs(fleet, catalogs, registry):
    edited = served(registry, "prod-rhel9", approved_patches=())
    found = pr.what_if(fleet, catalogs, before=registry, after=edited, as_of=AS_OF)
    runs = [pr.evaluate_fleet(one, fleet, catalogs, as_of=AS_OF, rows="all") for one in (registry, edited)]
    assert document(found) == document(pr.diff(*runs))
    assert str(found) == "MISSING -1 on 1 host · 1 approval lost"


def test_the_comment_on_a_pull_request(fleet, catalogs, registry):
    edited = served(registry, "prod-rhel9", approved_patches=("*|@team",))
    found = pr.what_if(only(fleet, "web-2"), catalogs, before=registry, after=edited, as_of=AS_OF)
    ids = found.before.run.id, found.after.run.id
    assert markdown(found) == COMMENT.format(*ids)


COMMENT = """\
### Patch compliance: MISSING -1 on 1 host · 1 approval lost

| | Before | After |
| --- | ---: | ---: |
| as of | 2026-11-01T00:00:00Z | 2026-11-01T00:00:00Z |
| hosts | 1 | 1 |
| compliant | 0 | 0 |
| non-compliant | 1 | 1 |
| unknown | 0 | 0 |
| MISSING | 4 | 3 |
| INSTALLED_REJECTED | 1 | 1 |
| run | {} | {} |

**What differs**

- baseline: `prod-rhel9`, ApprovedPatches: + `*\\|@team`, - `RHSA-2026:1038`

<details open><summary>1 patch</summary>

| Patch | Version | Advisory | Approval | Hosts | Missing | Failing | Cause |
| --- | --- | --- | --- | ---: | ---: | ---: | --- |
| httpd.x86\\_64 | 0:2.4.62-9.el9\\_8 | RHSA-2026:1038 | lost | 1 | -1 | -1 | baseline |

</details>

<details><summary>1 group</summary>

| Group | Changed hosts | Turn non-compliant | compliant | unknown | Missing | Newly approved | Lost |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
| prod | 1 | 0 | 0 | 0 | -1 | 0 | 1 |

</details>

<details><summary>1 host</summary>

| Host | Group | Status | Missing | Newly approved | Lost | Cause |
| --- | --- | --- | ---: | ---: | ---: | --- |
| web-2 | prod | NON\\_COMPLIANT | 4 → 3 | 0 | 1 | baseline |

</details>"""


def test_long_comments_are_cut(fleet, catalogs, registry, monkeypatch):
    found = pr.what_if(
        fleet, catalogs, before=registry, after=pr.predefined("AWS-RedHatDefaultPatchBaseline"), as_of=AS_OF
    )
    monkeypatch.setattr("patchrules.questions.diff_shown._MOST_ROWS", 2)
    lines = markdown(found).splitlines()
    assert sum(line.startswith("| … and ") for line in lines) == 3  # patches, groups and hosts
    monkeypatch.setattr("patchrules.questions.diff_shown._MOST_CHARACTERS", 100)
    assert markdown(found).endswith("\n\n… cut: see the job's output")
