"""A run is the same whichever engine made it, and a saved run says what the run said, or that it is damaged."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import patchrules as pr
from patchrules.errors import ColumnError, DocumentError, Level, Where
from patchrules.evaluation.nouns import hosts_table, packages_table
from patchrules.evaluation.rows import run_of
from patchrules.evaluation.run import Run
from patchrules.evaluation.saved import save_run
from patchrules.families import family_of
from patchrules.model.columns import HOSTS, REJECTS
from patchrules.model.host import Inventory
from patchrules.model.names import Dialect, MissingDate
from patchrules.model.previous_run import PreviousRun
from patchrules.model.source import Source
from patchrules.model.verdict import OverridePatch
from patchrules.sources import arrow
from patchrules.sources.digests import digest
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
    assert (one.upcoming is None) == (dialect is Dialect.AGENT) == (whole.upcoming is None)
    assert (one.settings, one.baselines, one.statuses()) == (whole.settings, whole.baselines, whole.statuses())


def a_run(**changes):
    """Return a run of two hosts, one of which complies, with everything a run can hold."""
    odd = pr.Diagnostic(
        "PR1211", Level.ERROR, "there is no filter key `SEVERTY`", Where("odd.json", pointer="/0"), 2, "mend it"
    )
    rule = pr.ApprovalRule((pr.PatchFilter("SEVERITY", ("*",)),), approve_until=T0.date(), enable_non_security=True)
    baseline = pr.Baseline(
        "prod", pr.OperatingSystem.DEBIAN, rules=(rule,), created=T0, tags=(("a", "b"),), diagnostics=(odd,)
    )
    reports = []
    for name, evr in (("web-1", "5.1"), ("web-2", "5.2")):
        host = pr.Host(name, "debian", "Debian12", "amd64", packages=(pr.Package("bash", "amd64", evr),))
        catalog = catalog_of(baseline, [host], [pr.Patch("bash", "amd64", "5.2", security=True)])
        reports.append(pr.evaluate(baseline, host, catalog, as_of=T0, operation="install", install_override=LINES))
    sources = (Source("dumps/web-1.status", "dpkg_status", "ab" * 32, 10),)
    return dataclasses.replace(run_of(reports, limits=LIMITS), **{"sources": sources, **changes})


LINES = (OverridePatch("bash", "5.*"),)
LIMITS = pr.AgeLimits(catalog=timedelta(days=30), inventory=None)


def test_a_run_is_loaded_as_it_was_saved_and_always_in_the_same_bytes(tmp_path):
    run = a_run()
    save_run(run, tmp_path / "one")
    loaded = pr.load_run(tmp_path / "one")
    assert {name: getattr(loaded, name) for name in Run.__slots__} == {
        name: getattr(run, name) for name in Run.__slots__
    }
    save_run(loaded, tmp_path / "two")
    save_run(loaded, tmp_path / "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "two"]


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def moved(run):
    return dataclasses.replace(
        run, sources=tuple(dataclasses.replace(one, name=f"/home/me/{one.name}") for one in run.sources)
    )


def chunked(run):
    return dataclasses.replace(run, hosts=pa.concat_tables([run.hosts.slice(0, 1), run.hosts.slice(1)]))


def told(run):
    doubtful = tuple(dataclasses.replace(one, sha256="cd" * 32, diagnostics=()) for one in run.baselines)
    return dataclasses.replace(run, baselines=doubtful, diagnostics=())


@pytest.mark.parametrize("same", [moved, chunked, told])
def test_the_id_says_nothing_of_places_and_layouts(same):
    assert same(a_run()).id == a_run().id


def with_host(column, value):
    def changed(run):
        values = pa.array([value, *run.hosts[column].to_pylist()[1:]], run.hosts.schema.field(column).type)
        return dataclasses.replace(
            run, hosts=run.hosts.set_column(run.hosts.schema.get_field_index(column), column, values)
        )

    return changed


def with_rule(run):
    changed = tuple(one.with_rule(1, approve_after_days=3) for one in run.baselines)
    return dataclasses.replace(run, baselines=changed)


@pytest.mark.parametrize(
    "other",
    [
        *[with_host(column.name, "other") for column in HOSTS[1:5]],
        with_host("product", None),
        with_host("missing", 7),
        with_host("doubts", [("PR7001", 1)]),
        with_rule,
        lambda run: dataclasses.replace(run, limits=pr.AgeLimits(inventory=timedelta(days=30))),
        lambda run: dataclasses.replace(run, sources=(Source("other", "rpm_qa", "0" * 64, 9),)),
        lambda run: dataclasses.replace(run, sources=()),
        lambda run: dataclasses.replace(run, rows="noncompliant"),
        lambda run: dataclasses.replace(run, version="9"),
        lambda run: dataclasses.replace(run, settings=dataclasses.replace(run.settings, missing_date=MissingDate.HOLD)),
        lambda run: dataclasses.replace(run, settings=dataclasses.replace(run.settings, install_override=())),
    ],
)
def test_the_id_is_another_where_anything_that_decides_is(other):
    run = a_run()
    assert other(run).id != run.id


def test_every_setting_counts():
    run = a_run()
    assert {field.name for field in dataclasses.fields(run.settings)} <= set(run.inputs())


def test_tables_are_proved_by_their_values():
    ids = pa.array(["a", None, ""])
    lists = pa.array([["x"], [], None])
    tables = [pa.table({"a": ids, "b": lists}), pa.table({"a": ids.dictionary_encode(), "b": lists})]
    assert len({digest(table) for table in tables}) == 1
    others = [pa.table({"a": lists, "b": ids}), tables[0].slice(1), tables[0].take([0, 2, 1]), tables[0].select(["a"])]
    assert len({digest(table) for table in [*tables, *others]}) == 1 + len(others)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([{"a": 1}, {"a": None}, None], pa.struct([("a", pa.int64())])),
        ([["x", "y"], ["x", None], None], pa.list_(pa.string(), 2)),
        ([["x"], [], None], pa.large_list(pa.string())),
        ([[("a", "x")], [], None], pa.map_(pa.string(), pa.string())),
    ],
)
def test_nested_values_of_any_kind_are_proved(values, kind):
    tables = [pa.table({"a": pa.array(one, kind)}) for one in (values, values[::-1], [values[0]] * 3, [values[1]] * 3)]
    assert len({digest(table) for table in tables}) == len(tables)
    assert digest(tables[0]) == digest(pa.concat_tables([tables[0].slice(0, 1), tables[0].slice(1)]))


def test_a_name_that_is_no_text_is_saved_as_it_is(tmp_path):
    odd = (Source("dumps/\udcff.status", "dpkg_status", "ab" * 32, 10),)
    save_run(a_run(sources=odd), tmp_path / "run")
    assert pr.load_run(tmp_path / "run").sources == odd


def edited(change):
    """Return what changes ``run.json`` as JSON."""

    def damage(folder):
        said = json.loads((folder / "run.json").read_text())
        change(said)
        (folder / "run.json").write_text(json.dumps(said))

    return damage


def other_hosts(folder):
    save_run(dataclasses.replace(a_run(), version="9"), folder.with_name("other"))
    (folder.with_name("other") / "hosts.parquet").replace(folder / "hosts.parquet")


def changed_host(folder):
    table = pq.read_table(folder / "hosts.parquet")
    product = pa.array(["Debian11"] * len(table))
    pq.write_table(
        table.set_column(table.schema.get_field_index("product"), "product", product), folder / "hosts.parquet"
    )


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda folder: (folder / "run.json").unlink(), r"is no saved run: run.json cannot be read .* \[PR7801\]"),
        (lambda folder: (folder / "run.json").write_text("{"), r"it is not JSON .* \[PR7802\]"),
        (lambda folder: (folder / "run.json").write_text("[" * 200_000), r"it is not JSON .* \[PR7802\]"),
        (
            lambda folder: (folder / "run.json").write_text("[]"),
            r"has the schema `list`, wanted `patchrules/run/1` \[PR7801\]",
        ),
        (edited(lambda said: said.update(schema="x")), r"has the schema `x`, wanted .* \[PR7801\]"),
        (edited(lambda said: said.pop("policy")), r"KeyError: 'policy' \[PR7802\]"),
        (edited(lambda said: said.update(as_of=5)), r"damaged: TypeError: .* \[PR7802\]"),
        (edited(lambda said: said.update(dialect="x")), r"damaged: 'x' is not a valid Dialect \[PR7802\]"),
        (edited(lambda said: said["limits"].update(catalog=1e300)), r"damaged: OverflowError: .* \[PR7802\]"),
        (
            edited(lambda said: said["policy"][0].update(name="y")),
            r"its inputs have the id `\w+`, it says `\w+` \[PR7802\]",
        ),
        (edited(lambda said: said["policy"][0]["rules"][0].update(approve_until=None)), r"its inputs have the id"),
        (edited(lambda said: said.update(rows="noncompliant")), r"its inputs have the id"),
        (
            edited(lambda said: said["policy"][0]["rules"][0].update(approve_until=None, approve_after_days=400)),
            r"in its policy, `approve_after_days` is 400, wanted .* \[PR7802\]\n  at .*/run/run.json\n  hint: evaluate again",
        ),
        (
            edited(lambda said: said["policy"][0]["rules"][0].update(approve_after_days=7)),
            r"in its policy, the rule has both .* \[PR7802\]",
        ),
        (
            edited(lambda said: said["policy"][0].update(approved_patches=["bash"] * 51)),
            r"in its policy, `approved_patches` is a list of 51, .* \[PR7802\]",
        ),
        (changed_host, r"its inputs have the id"),
        (other_hosts, r"it belongs to the run `\w+`, not to `\w+` \[PR7802\]"),
        (lambda folder: (folder / "verdicts.parquet").unlink(), r"damaged: .* \[PR7802\]"),
        (lambda folder: (folder / "verdicts.parquet").write_bytes(b"PAR1"), r"damaged: .* \[PR7802\]"),
    ],
)
def test_what_is_no_run_or_a_damaged_one_is_told(tmp_path, damage, said):
    save_run(a_run(), tmp_path / "run")
    damage(tmp_path / "run")
    with pytest.raises(pr.PatchRulesError, match=said):
        pr.load_run(tmp_path / "run")


def test_a_table_without_a_column_is_told(tmp_path):
    save_run(a_run(), tmp_path / "run")
    table = pq.read_table(tmp_path / "run/verdicts.parquet")
    pq.write_table(table.drop_columns(["since"]), tmp_path / "run/verdicts.parquet")
    with pytest.raises(ColumnError, match="the verdicts table has no column `since`"):
        pr.load_run(tmp_path / "run")


@pytest.mark.parametrize("there", ["a file", "a folder of something else", "a run with something else"])
def test_what_is_no_run_is_not_replaced(tmp_path, there):
    target = tmp_path / "run"
    if there == "a run with something else":
        save_run(a_run(), target)
    if there == "a file":
        target.write_text("kept")
    else:
        target.mkdir(exist_ok=True)
        (target / "notes.txt").write_text("kept")
    before = contents(target) if target.is_dir() else target.read_text()
    with pytest.raises(DocumentError, match=r"is there already and is no saved run, so it is not replaced \[PR7803\]"):
        save_run(a_run(), target)
    assert (contents(target) if target.is_dir() else target.read_text()) == before
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize("step", ["mkdir", "write_bytes", "rename", "verdicts"])
@pytest.mark.parametrize("problem", [KeyboardInterrupt(), OSError(28, "No space left on device")], ids=repr)
@pytest.mark.parametrize("is_there", [True, False])
def test_an_interrupted_save_leaves_what_was_there(tmp_path, monkeypatch, step, problem, is_there):
    target = tmp_path / "run"
    if is_there:
        save_run(a_run(), target)
    before = contents(target) if is_there else None
    interrupt(monkeypatch, step, problem)
    with pytest.raises(DocumentError if isinstance(problem, OSError) else KeyboardInterrupt) as raised:
        save_run(dataclasses.replace(a_run(), version="9"), target)
    monkeypatch.undo()
    if isinstance(problem, OSError):
        assert str(raised.value) == f"cannot write `{target}`: No space left on device [PR7901]"
    assert [path.name for path in tmp_path.iterdir()] == (["run"] if is_there else [])
    assert not is_there or contents(target) == before


def interrupt(monkeypatch, step, problem):
    """Let ``problem`` happen at one step of a save: the last rename, or the second table."""

    def breaks(*arguments, **options):
        raise problem

    if step == "verdicts":
        whole = pq.write_table
        monkeypatch.setattr(
            pq,
            "write_table",
            lambda table, place, **options: (breaks if "verdicts" in str(place) else whole)(table, place, **options),
        )
    elif step == "rename":
        renamed = Path.rename
        monkeypatch.setattr(Path, "rename", lambda one, to: breaks() if one.name.endswith(".new") else renamed(one, to))
    else:
        monkeypatch.setattr(Path, step, breaks)


def test_a_folder_that_cannot_be_is_told(tmp_path):
    with pytest.raises(
        DocumentError, match=r"/absent/run`: No such file .*\[PR7901\]\n  hint: make the folder `.*/absent` first"
    ):
        save_run(a_run(), tmp_path / "absent" / "run")


def test_one_is_not_said_in_the_plural():
    run = a_run()
    one = dataclasses.replace(run, hosts=run.hosts.slice(0, 1))
    assert str(run) == "2 hosts: 1 compliant, 1 non-compliant, 0 unknown; 0 patches missing"
    assert str(one) == "1 host: 0 compliant, 1 non-compliant, 0 unknown; 0 patches missing"


def test_refused_rows_are_saved_with_a_run_that_has_any(tmp_path):
    rows = b"host,name,version,arch\nweb-1,bash,5.1-1,x86_64\nweb-1,zypper,,x86_64\n"
    baseline = pr.load_baseline(b"{Name: prod, OperatingSystem: SUSE}")
    for name, text in (("some", rows), ("none", rows[:47])):
        fleet = pr.read_inventory(text, family="suse", product="Suse15.5")
        pr.write(pr.evaluate_fleet(baseline, fleet, (), as_of=T0), tmp_path / name, format="parquet")
    found = pr.load_run(tmp_path / "some")
    assert found.rejects.column("code").to_pylist() == ["PR2003"]
    assert found.doubts()["PR2003"] == 1
    assert pr.load_run(tmp_path / "none").rejects is None
