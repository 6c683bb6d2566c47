"""A fleet gives one answer, however its rows lie: in memory, in files and row groups, in order or not, as a star."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import random
import signal
import sys
import weakref
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import patchrules as pr
from benchmarks.fleet import AS_OF, make_fleet
from patchrules.batch import star
from patchrules.batch.evaluate import Evaluation
from patchrules.batch.packages import PackageNumbers
from patchrules.batch.tally import MEASURES
from patchrules.errors import ColumnError, DocumentError, InventoryError, UnknownNameError
from patchrules.evaluation import findings, packing, split, streaming
from patchrules.evaluation.opened import Fleet
from patchrules.inventory import _parts
from patchrules.inventory._star import StarPart

PRODUCTS = ("RedhatEnterpriseLinux9.8", "RedhatEnterpriseLinux8.10")
STAR: dict[str, Any] = {"family": "rhel", "product": PRODUCTS[0], "arch": "x86_64"}
FACTS = {"family": "rhel", "host_arch": "x86_64"}


@pytest.fixture(scope="module")
def made():
    return make_fleet(hosts=60, packages=90, seed=3)


@pytest.fixture(scope="module")
def rows(made):
    """Rows that state everything, of two products, with a second kernel-like version on every third host."""
    packages = made.packages
    plain = {name: packages[name].cast(pa.string()).to_pylist() for name in packages.column_names}
    again = list(range(0, packages.num_rows, 41))
    for name, values in plain.items():
        values += ["0:1.0-3.el9" if name == "evr" else values[row] for row in again]
    number = {host: place for place, host in enumerate(sorted(set(plain["host"])))}
    plain["product"] = [PRODUCTS[number[host] % 2] for host in plain["host"]]
    plain["patch_group"] = [("web", "db", None)[number[host] % 3] for host in plain["host"]]
    plain |= {name: [value] * len(plain["host"]) for name, value in FACTS.items()}
    return pa.table(plain).sort_by("host")


@pytest.fixture(scope="module")
def judge(made):
    catalog = pr.read_catalog(made.catalog, family="rhel", products=["RedhatEnterpriseLinux*"])
    policy = pr.load_baseline(made.baseline)

    def judged(fleet, **options):
        return pr.evaluate_fleet(policy, fleet, catalog, as_of=AS_OF, **{"rows": "all", **options})

    return judged


@pytest.fixture(scope="module")
def expected(rows, judge):
    """The run of the whole inventory in memory, which the equivalence tests hold to the reference engine."""
    return judge(pr.read_inventory(rows))


def _die():
    os.kill(os.getpid(), signal.SIGKILL)


def same(run, expected):
    columns = [(name, "ascending") for name in ("host", "name", "arch", "installed")]
    assert run.hosts.equals(expected.hosts)
    assert run.verdicts.sort_by(columns).equals(expected.verdicts.sort_by(columns))
    assert run.diagnostics == expected.diagnostics
    assert run.upcoming.equals(expected.upcoming)


def test_the_rows_are_worth_it(expected):
    assert {name for name, count in expected.totals().items() if count} >= {
        "installed",
        "missing",
        "installed_rejected",
    }
    assert expected.verdicts.num_rows < 60 * 90
    assert expected.upcoming.num_rows > 1


def small(monkeypatch, rows=500):
    monkeypatch.setattr(_parts, "PART_ROWS", rows)


def tables_of(monkeypatch, rows):
    for name in ("FIRST_ROWS", "TABLE_ROWS"):
        monkeypatch.setattr(findings, name, rows)


def test_a_table_in_memory(rows, judge, expected):
    same(judge(pr.open_fleet(rows)), expected)


def test_a_table_that_hands_out_arrow(rows, judge, expected):
    class Foreign:
        def __arrow_c_stream__(self, requested_schema=None):
            return rows.__arrow_c_stream__(requested_schema)

    same(judge(pr.open_fleet(Foreign())), expected)


@pytest.mark.parametrize("group", [97, 500, 100_000])
def test_row_groups_of_any_size(rows, judge, expected, tmp_path, monkeypatch, group):
    small(monkeypatch)
    pq.write_table(rows, tmp_path / "fleet.parquet", row_group_size=group)
    same(judge(pr.open_fleet(tmp_path / "fleet.parquet")), expected)


@pytest.mark.parametrize("listed", ["all", "noncompliant"])
@pytest.mark.parametrize("table", [1, 700, 1_000_000])
def test_verdicts_written_out_few_or_many_at_a_time(rows, judge, tmp_path, monkeypatch, table, listed):
    small(monkeypatch, 300)
    whole = judge(pr.read_inventory(rows), rows=listed)
    tables_of(monkeypatch, table)
    pq.write_table(rows, tmp_path / "fleet.parquet", row_group_size=300)
    same(judge(pr.open_fleet(tmp_path / "fleet.parquet"), rows=listed), whole)
    judge(pr.open_fleet(tmp_path / "fleet.parquet"), rows=listed, output=tmp_path / "run")
    same(replace(pr.load_run(tmp_path / "run"), diagnostics=whole.diagnostics), whole)
    groups = pq.ParquetFile(tmp_path / "run/verdicts.parquet").num_row_groups
    assert groups == 1 if table == 1_000_000 else groups > (table == 1)


def test_the_first_table_is_shorter(rows, judge, tmp_path, monkeypatch):
    small(monkeypatch, 300)
    monkeypatch.setattr(findings, "FIRST_ROWS", 1)
    judge(pr.open_fleet(rows), output=tmp_path / "run")
    assert pq.ParquetFile(tmp_path / "run/verdicts.parquet").num_row_groups == 2


def test_files_are_hashed_once_more_for_each_run(rows, judge, tmp_path):
    place = tmp_path / "fleet.parquet"
    pq.write_table(rows, place, compression="none")
    fleet = pr.open_fleet(place)
    for compression in ("none", "zstd"):
        pq.write_table(rows, place, compression=compression)
        assert judge(fleet).sources[0].sha256 == hashlib.sha256(place.read_bytes()).hexdigest()


def test_there_may_be_more_kinds_of_counts_than_narrow_numbers(rows, judge, expected, monkeypatch):
    begin = Evaluation.__init__

    def begun(self, *given, **options):
        begin(self, *given, **options)
        self._classes.numbers(
            bytes([0] * 4) + number.to_bytes(4) + bytes(8 * (MEASURES - 1)) for number in range(1, 1 << 15)
        )

    monkeypatch.setattr(Evaluation, "__init__", begun)
    same(judge(pr.open_fleet(rows)), expected)


def test_what_is_new_in_several_portions_is_judged_at_once(rows, judge, expected, tmp_path, monkeypatch):
    small(monkeypatch, 100)
    pq.write_table(rows, tmp_path / "fleet.parquet", row_group_size=100)
    once, calls = Evaluation._judge_new, []

    def counted(self, *given):
        calls.append(1)
        return once(self, *given)

    monkeypatch.setattr(Evaluation, "_judge_new", counted)
    taken = []
    for together in (1, 3, 1000):
        monkeypatch.setattr(findings, "TOGETHER", together)
        calls.clear()
        same(judge(pr.open_fleet(tmp_path / "fleet.parquet")), expected)
        taken.append(len(calls))
    assert taken == sorted(taken, reverse=True)
    assert taken[0] > taken[-1]


def test_verdicts_are_the_same_however_writing_and_judging_take_turns(rows, judge, expected, tmp_path, monkeypatch):
    small(monkeypatch, 100)
    tables_of(monkeypatch, 1)
    pq.write_table(rows, tmp_path / "fleet.parquet", row_group_size=100)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(5):
            same(judge(pr.open_fleet(tmp_path / "fleet.parquet")), expected)
    finally:
        sys.setswitchinterval(before)


def test_a_sink_that_fails_stops_the_run(rows, judge, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    small(monkeypatch, 100)
    tables_of(monkeypatch, 1)
    monkeypatch.setattr(pq.ParquetWriter, "write_table", full)
    with pytest.raises(DocumentError, match="No space left on device"):
        judge(pr.open_fleet(rows), output=tmp_path / "run")
    assert not list(tmp_path.iterdir())


def test_files_that_share_hosts(rows, judge, expected, tmp_path, monkeypatch):
    small(monkeypatch, 300)
    for number in range(3):
        pq.write_table(
            rows.filter(pa.array([row % 3 == number for row in range(rows.num_rows)])), tmp_path / f"{number}.parquet"
        )
    same(judge(pr.open_fleet(tmp_path)), expected)
    same(judge(pr.open_fleet(str(tmp_path / "*.parquet"))), expected)


def test_columns_that_hold_no_texts_are_read_from_files_too(rows, judge, tmp_path):
    streams, taken = [["nodejs:18"]] * rows.num_rows, [AS_OF] * rows.num_rows
    more = rows.append_column("enabled_modules", pa.array(streams, pa.list_(pa.string())))
    more = more.append_column("captured_at", pa.array(taken, pa.timestamp("us", tz="UTC")))
    more = more.append_column("tags", pa.array([[("Env", "prod")]] * rows.num_rows, pa.map_(pa.string(), pa.string())))
    pq.write_table(more, tmp_path / "fleet.parquet", row_group_size=700)
    run = judge(pr.open_fleet(tmp_path / "fleet.parquet"))
    same(run, judge(pr.read_inventory(more)))
    assert run.hosts.num_rows == 60


def test_rows_in_any_order(rows, judge, expected, tmp_path, monkeypatch):
    small(monkeypatch)
    order = list(range(rows.num_rows))
    random.Random(5).shuffle(order)
    pq.write_table(rows.take(order), tmp_path / "fleet.parquet", row_group_size=200)
    same(judge(pr.open_fleet(tmp_path / "fleet.parquet")), expected)


def test_hosts_in_any_order(rows, judge, expected, monkeypatch):
    small(monkeypatch)
    same(judge(pr.open_fleet(rows.sort_by([("host", "descending")]))), expected)


def test_what_is_refused_of_hosts_in_several_files_is_told_where_it_stands(judge, tmp_path):
    for name, hosts, evrs in (
        ("a", ["a-1", "web-1", "web-2"], ["1-1", "1-1", "x y"]),
        ("b", ["web-1", "web-1", "web-2"], ["2-1", "x y", "y z"]),
        ("c", ["web-2", "z-1", "z-1"], ["1-1"] * 3),
    ):
        columns = {"host": hosts, "name": list("klm"), "evr": evrs, **{one: [FACTS[one]] * 3 for one in FACTS}}
        pq.write_table(pa.table(columns), tmp_path / f"{name}.parquet")
    run = judge(pr.open_fleet(tmp_path))
    a, b = str(tmp_path / "a.parquet"), str(tmp_path / "b.parquet")
    assert [(row["file"], row["line"], row["host"], row["code"]) for row in run.rejects.to_pylist()] == [
        (a, 3, "web-2", "PR2002"),
        (b, 2, "web-1", "PR2002"),
        (b, 3, "web-2", "PR2002"),
        (a, 3, "web-2", "PR2131"),
    ]
    told = {(one.code, one.where.file, one.where.line) for one in run.diagnostics if one.where}
    assert {("PR2131", a, 3), ("PR2207", f"{a} and 2 more", None)} <= told, told


def test_too_many_rows_of_split_hosts_are_refused_with_what_to_do(rows, judge, monkeypatch):
    small(monkeypatch, 100)
    monkeypatch.setattr(streaming, "MOST_ASIDE", 50)
    with pytest.raises(InventoryError) as raised:
        judge(pr.open_fleet(rows))
    assert str(raised.value) == (
        "more than 50 rows are of hosts whose rows lie in several places [PR2111]\n"
        "  hint: sort the rows by host where the files are written: ORDER BY host"
    )


def test_hosts_are_read_twice_only_where_bounds_do_not_keep_the_parts_apart(tmp_path, monkeypatch):
    files: dict[str, list[str | None]] = {
        "a": ["a1", "a2", "a2", "a4"],
        "b": ["b1", "b1"],
        "c": ["a3", "a4", None],
        "d": ["d1"],
    }
    for name, hosts in files.items():
        columns = (hosts, ["bash"] * len(hosts), ["1-1"] * len(hosts))
        texts = [pa.array(column, pa.string()) for column in columns]
        pq.write_table(pa.table(texts, names=["host", "name", "evr"]), tmp_path / f"{name}.parquet")
    read, hosts_of = [], split._hosts_of

    def noted(part):
        read.append(part.file[-9])
        return hosts_of(part)

    monkeypatch.setattr(split, "_hosts_of", noted)
    fleet = pr.open_fleet(tmp_path)
    assert isinstance(fleet, Fleet)
    assert split.split_hosts(fleet.parts) == {"a4"}
    assert sorted(read) == ["a", "c"]


@given(
    hosts=st.lists(st.sampled_from(["a", "ab", "b\u00e9", "b\uffff", "\U0001f600", None]), min_size=1),
    size=st.integers(1, 5),
)
@pytest.mark.parametrize("statistics", [True, False])
def test_hosts_of_several_parts_are_found_whatever_the_file_states(tmp_path_factory, statistics, hosts, size):
    path = tmp_path_factory.getbasetemp() / "split.parquet"
    packages = {"host": pa.array(hosts, pa.string()), "name": ["bash"] * len(hosts), "evr": ["1-1"] * len(hosts)}
    pq.write_table(pa.table(packages), path, row_group_size=size, write_statistics=statistics)
    parts = [
        _parts.Part(str(path), start, min(size, len(hosts) - start), {"host": "host"}, (group,), frozenset({"host"}))
        for group, start in enumerate(range(0, len(hosts), size))
    ]
    found = [set(hosts[part.start : part.start + part.rows]) - {None} for part in parts]
    several = {host for host in hosts if sum(host in one for one in found) > 1}
    assert split.split_hosts(parts) == several


def test_wrong_bounds_of_hosts_are_found_out(rows, judge, tmp_path, monkeypatch):
    small(monkeypatch, 100)
    pq.write_table(rows, tmp_path / "fleet.parquet", row_group_size=100)
    monkeypatch.setattr(split, "_overlapping", lambda _: [])
    with pytest.raises(InventoryError, match="PR2111"):
        pr.pack_fleet(tmp_path / "fleet.parquet", tmp_path / "star")
    with pytest.raises(InventoryError) as raised:
        judge(pr.open_fleet(tmp_path / "fleet.parquet"))
    assert str(raised.value) == (
        "rows of `host-000001` lie in several places, and the bounds that a file states of its hosts hide it [PR2111]\n"
        "  hint: write the file anew, sorted by host: ORDER BY host"
    )


def test_a_file_that_is_gone_before_its_hosts_are_read(rows, judge, tmp_path, monkeypatch):
    small(monkeypatch, 100)
    pq.write_table(rows, tmp_path / "fleet.parquet", row_group_size=100)
    fleet = pr.open_fleet(tmp_path / "fleet.parquet")
    (tmp_path / "fleet.parquet").unlink()
    with pytest.raises(InventoryError, match=r"the table cannot be read: .*\[PR2103\]"):
        judge(fleet)


def test_empty_columns_are_not_read(rows, tmp_path):
    nothing = pa.nulls(rows.num_rows, pa.string())
    pq.write_table(rows.append_column("section", nothing).append_column("other", nothing), tmp_path / "f.parquet")
    fleet = pr.open_fleet(tmp_path / "f.parquet")
    assert isinstance(fleet, pr.Fleet)
    (part,) = fleet.parts
    assert set(part.columns) == set(rows.column_names)


def test_what_is_not_stated_is_worked_out(rows, judge, tmp_path, monkeypatch):
    """The long way gives what the inventory in memory gives: no architecture of hosts, no family in the rows."""
    small(monkeypatch)
    less = rows.drop_columns(["host_arch", "family"])
    pq.write_table(less, tmp_path / "fleet.parquet", row_group_size=200)
    options: dict[str, Any] = {"family": "rhel"}
    same(judge(pr.open_fleet(tmp_path / "fleet.parquet", **options)), judge(pr.read_inventory(less, **options)))


def test_refused_rows_are_told_with_file_and_line(rows, judge, tmp_path, monkeypatch):
    small(monkeypatch)
    broken = rows.to_pydict()
    broken["evr"][700] = "x y"
    broken["name"][701] = None
    pq.write_table(pa.table(broken), tmp_path / "fleet.parquet", row_group_size=200)
    fleet = pr.open_fleet(tmp_path / "fleet.parquet")
    run = judge(fleet)
    assert run.hosts.equals(judge(pr.read_inventory(tmp_path / "fleet.parquet")).hosts)
    assert {code for found in run.hosts["doubts"].to_pylist() for code, _ in found} >= {"PR2002", "PR2003"}


def test_a_version_of_another_packaging_world_is_refused_on_its_host_only(judge, made):
    plain = {"name": ["a", "a"], "arch": ["x86_64", "amd64"], "evr": ["1_0-1", "1_0-1"], "host": ["r", "d"]}
    plain |= {"family": ["rhel", "debian"], "product": [PRODUCTS[0], "Debian12"], "host_arch": ["x86_64", "amd64"]}
    doubts = {row["host"]: dict(row["doubts"]) for row in judge(pr.open_fleet(pa.table(plain))).hosts.to_pylist()}
    assert ("PR2002" in doubts["d"], "PR2002" in doubts["r"]) == (True, False)


def test_hosts_of_a_hosts_file_are_there_without_rows(rows, judge, tmp_path, monkeypatch):
    small(monkeypatch)
    (tmp_path / "hosts.yaml").write_text(
        "hosts:\n  - {host: lonely, family: rhel, product: RedhatEnterpriseLinux9.8}\n"
    )
    options: dict[str, Any] = {"hosts": pr.load_hosts(tmp_path / "hosts.yaml")}
    run = judge(pr.open_fleet(rows, **options))
    assert run.hosts.equals(judge(pr.read_inventory(rows, **options)).hosts)
    assert "lonely" in run.hosts["host"].to_pylist()


def test_a_column_that_is_missing_is_told_when_the_fleet_is_opened(rows, tmp_path):
    pq.write_table(rows.drop_columns(["evr"]), tmp_path / "fleet.parquet")
    with pytest.raises(ColumnError, match="evr"):
        pr.open_fleet(tmp_path / "fleet.parquet")


def test_a_file_that_is_damaged_is_named(rows, judge, tmp_path):
    path = tmp_path / "fleet.parquet"
    pq.write_table(rows, path)
    fleet = pr.open_fleet(path)
    path.write_bytes(path.read_bytes()[:200] + b"\0" * 400 + path.read_bytes()[600:])
    with pytest.raises(InventoryError, match=r"fleet\.parquet`: the table cannot be read"):
        judge(fleet)


def test_progress_is_told_in_rows(rows, judge, monkeypatch):
    small(monkeypatch)
    told = []
    judge(pr.open_fleet(rows), progress=lambda done, whole: told.append((done, whole)))
    assert told[-1] == (rows.num_rows, rows.num_rows)
    assert len(told) > 5


@pytest.mark.parametrize("kept", [False, True])
def test_progress_grows_with_every_part_that_is_judged(rows, judge, monkeypatch, kept):
    small(monkeypatch)
    told: list[int] = []
    judge(pr.open_fleet(rows), progress=lambda done, _: told.append(done), keep_digests=kept)
    assert len(told) > 5
    assert told == sorted(set(told))


@pytest.mark.parametrize("kept", [False, True])
def test_a_portion_that_was_judged_does_not_stay_in_memory(rows, judge, tmp_path, monkeypatch, kept):
    small(monkeypatch, 100)
    monkeypatch.setattr(findings, "TOGETHER", 1)
    pq.write_table(rows, tmp_path / "fleet.parquet", row_group_size=100)
    once, alive = streaming._next, []
    portions: list[weakref.ref[Any]] = []

    def taken(waiting):
        alive.append(sum(one() is not None for one in portions))
        part, ready = once(waiting)
        portions.extend(weakref.ref(some.package) for _, some in ready.portions)
        return part, ready

    monkeypatch.setattr(streaming, "_next", taken)
    judge(pr.open_fleet(tmp_path / "fleet.parquet"), keep_digests=kept)
    assert len(alive) > 5
    assert set(alive) == {0}


@pytest.fixture(params=["together", "apart"])
def packed(request, rows, tmp_path, monkeypatch):
    """The fleet as a star, from files that hold whole hosts, or share them all."""
    small(monkeypatch, 300)
    monkeypatch.setattr(packing, "GROUP_ROWS", 400)
    number = {host: place for place, host in enumerate(rows["host"].unique().to_pylist())}
    of_row = (
        [number[host] for host in rows["host"].to_pylist()] if request.param == "together" else range(rows.num_rows)
    )
    for file in range(3):
        chosen = pa.array([one % 3 == file for one in of_row])
        pq.write_table(rows.filter(chosen), tmp_path / f"{file}.parquet")
    return pr.pack_fleet([tmp_path / f"{file}.parquet" for file in range(3)], tmp_path / "star")


def test_a_packed_fleet(packed, judge, expected, request):
    assert (packed.layout, packed.rows) == ("star", sum(part.rows for part in packed.star.parts))
    assert len(packed.star.parts) > 2 or "apart" in request.node.name
    same(judge(packed), expected)
    same(judge(packed.inventory), expected)
    with ThreadPoolExecutor(2) as pool:
        same(judge(packed, executor=pool), expected)


def test_packing_again_leaves_out_what_no_row_names(tmp_path):
    packages = {"name": ["unused", "zsh", "bash"], "arch": ["x86_64"] * 3, "evr": ["1-1"] * 3}
    hosts = {"host": [f"h{one:02}" for one in range(40)]} | {fact: [value] * 40 for fact, value in STAR.items()}
    (tmp_path / "star").mkdir()
    for place, table in {"hosts": hosts, "packages": packages}.items():
        pq.write_table(pa.table(table), tmp_path / "star" / f"{place}.parquet")
    rows = {"host": [one // 2 for one in range(80)], "package": [1, 2] * 40}
    table = pa.table({name: pa.array(one, pa.int32()) for name, one in rows.items()})
    pq.write_table(table, tmp_path / "star" / "installed.parquet")
    pr.pack_fleet(tmp_path / "star", tmp_path / "again")
    assert pq.read_table(tmp_path / "again" / "packages.parquet")["name"].to_pylist() == ["zsh", "bash"]


def test_packing_again_gives_the_same_bytes(packed, rows, tmp_path):
    before = {path.name: path.read_bytes() for path in (tmp_path / "star").iterdir()}
    pr.pack_fleet([tmp_path / f"{number}.parquet" for number in range(3)], tmp_path / "star")
    assert {path.name: path.read_bytes() for path in (tmp_path / "star").iterdir()} == before


def test_a_packed_fleet_keeps_what_was_refused_and_doubtful(rows, judge, tmp_path):
    broken = rows.to_pydict()
    broken["evr"][700] = "x y"
    broken["arch"][3] = None
    broken["held"] = [row % 7 == 0 for row in range(rows.num_rows)]
    broken["status"] = ["installed" if row % 11 else "config-files" for row in range(rows.num_rows)]
    inventory = pr.read_inventory(pa.table(broken))
    packed = pr.pack_fleet(pa.table(broken), tmp_path / "star")
    same(judge(packed), judge(inventory))
    assert packed.inventory.rejects.num_rows == 1


def test_hosts_without_packages_are_packed_too(judge, tmp_path):
    packages = {"host": ["b"], "name": ["a"], "arch": ["x86_64"], "evr": ["x y"]}
    options: dict[str, Any] = {"family": "rhel", "product": PRODUCTS[0], "arch": "x86_64"}
    packed = pr.pack_fleet(pa.table(packages), tmp_path / "star", **options)
    same(judge(packed), judge(pr.read_inventory(pa.table(packages), **options)))


def test_a_folder_with_other_things_is_not_packed_over(rows, tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(DocumentError, match="is no packed fleet, so it is not replaced"):
        pr.pack_fleet(rows, tmp_path)


@pytest.mark.parametrize(
    ("column", "values", "said"),
    [
        ("host", [1, 0], "is not sorted by host"),
        ("host", [0, 9], "is not sorted by host"),
        ("package", [0, 9], "is not sorted by host"),
        ("package", [0, 1], "is not sorted by host"),
        ("package", [-1, 0], "is not sorted by host"),
    ],
)
@pytest.mark.parametrize("known", [0, 1])
def test_a_star_whose_numbers_cannot_be_is_refused(judge, tmp_path, column, values, said, known):
    hosts = {"host": ["a", "b"], "family": ["rhel"] * 2, "product": [PRODUCTS[0]] * 2, "arch": ["x86_64"] * 2}
    pq.write_table(pa.table(hosts), tmp_path / "hosts.parquet")
    packages = pa.table({"name": ["a"], "arch": ["x86_64"], "evr": ["1-1"]}).slice(0, known)
    pq.write_table(packages, tmp_path / "packages.parquet")
    installed = {"host": [0, 1], "package": [0, 0], column: values}
    pq.write_table(
        pa.table({name: pa.array(one, pa.int32()) for name, one in installed.items()}), tmp_path / "installed.parquet"
    )
    with pytest.raises(InventoryError, match=said) as raised:
        judge(pr.open_fleet(tmp_path))
    assert raised.value.code == "PR2112"


@pytest.mark.parametrize(("written", "code"), [(False, None), (True, "PR2112"), (None, "PR2103")])
def test_rows_that_are_read_again_are_those_that_were_judged(monkeypatch, judge, tmp_path, written, code):
    """Nobody states an architecture, so that the rows are asked for as a table."""
    rows = pa.table({"host": ["a", "b"], "family": ["rhel"] * 2, "name": ["a"] * 2, "evr": ["1-1"] * 2})
    packed = pr.pack_fleet(rows, tmp_path / "star")
    place, read, reads = tmp_path / "star" / "installed.parquet", StarPart.read, []

    def reading(part):
        reads.append(part)
        if len(reads) > 1 and written is not False:
            place.unlink()
        if len(reads) > 1 and written:
            pq.write_table(pa.table({name: pa.array([0], pa.int32()) for name in ("host", "package")}), place)
        return read(part)

    monkeypatch.setattr(StarPart, "read", reading)
    if code is None:
        judge(packed)
    else:
        with pytest.raises(InventoryError) as raised:
            judge(packed)
        assert raised.value.code == code
    assert len(reads) == 2


@pytest.mark.parametrize("kind", [pa.int8(), pa.int32(), pa.int64()])
def test_a_star_of_narrow_numbers(judge, tmp_path, kind):
    number = 128
    hosts = {"host": [f"h{one:03}" for one in range(number)]} | {name: [value] * number for name, value in STAR.items()}
    pq.write_table(pa.table(hosts), tmp_path / "hosts.parquet")
    pq.write_table(pa.table({"name": ["a"], "arch": ["x86_64"], "evr": ["1-1"]}), tmp_path / "packages.parquet")
    rows = {"host": pa.array(range(number), kind), "package": pa.array([0] * number, kind)}
    pq.write_table(pa.table(rows), tmp_path / "installed.parquet")
    assert judge(pr.open_fleet(tmp_path)).totals()["installed_other"] == number


@pytest.mark.parametrize("many", [0, 8, 10**9])
def test_packages_of_a_star_have_numbers_before_rows_name_them_or_when(packed, judge, expected, many, monkeypatch):
    monkeypatch.setattr(star, "_MANY", many)
    same(judge(packed), expected)


@pytest.mark.parametrize("many", [0, 10**9])
@pytest.mark.parametrize("twice", [["1-1", "1-1", "2-1"], ["2-1", "1-1", "1-1"], ["2-1", "1-1", "3-1"]])
def test_a_package_that_stands_twice_in_a_star_is_one(judge, made, tmp_path, many, twice, monkeypatch):
    monkeypatch.setattr(star, "_MANY", many)
    name = pr.read_catalog(made.catalog, family="rhel", products=["RedhatEnterpriseLinux*"]).table["name"][0].as_py()
    packages = {"name": [name] * 3, "arch": ["x86_64"] * 3, "evr": twice}
    hosts = {"host": ["a", "b", "c"]} | {fact: [value] * 3 for fact, value in STAR.items()}
    for place, table in {"hosts": hosts, "packages": packages}.items():
        pq.write_table(pa.table(table), tmp_path / f"{place}.parquet")
    rows = {"host": pa.array(range(3), pa.int32()), "package": pa.array([2, 0, 1], pa.int32())}
    pq.write_table(pa.table(rows), tmp_path / "installed.parquet")
    flat = {"host": hosts["host"], "name": [name] * 3, "arch": ["x86_64"] * 3, "evr": [twice[one] for one in (2, 0, 1)]}
    same(judge(pr.open_fleet(tmp_path)), judge(pr.read_inventory(pa.table(flat), **STAR)))


@pytest.fixture(params=["threads", "processes"])
def executor(request):
    if request.param == "threads":
        with ThreadPoolExecutor(2) as pool:
            yield pool
    else:
        with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
            yield pool


def test_workers_find_the_same(rows, judge, expected, tmp_path, monkeypatch, executor):
    small(monkeypatch)
    pq.write_table(rows, tmp_path / "fleet.parquet", row_group_size=200)
    same(judge(pr.open_fleet(tmp_path / "fleet.parquet"), executor=executor), expected)
    same(judge(pr.read_inventory(rows), executor=executor), expected)


def test_workers_find_the_same_of_hosts_in_several_files(rows, judge, expected, tmp_path, monkeypatch):
    small(monkeypatch, 300)
    order = list(range(rows.num_rows))
    random.Random(7).shuffle(order)
    pq.write_table(rows.take(order), tmp_path / "fleet.parquet", row_group_size=200)
    with ThreadPoolExecutor(3) as pool:
        same(judge(pr.open_fleet(tmp_path / "fleet.parquet"), executor=pool), expected)


def test_a_worker_that_is_killed_is_told_with_its_file(rows, judge, expected, tmp_path, monkeypatch):
    pq.write_table(rows, tmp_path / "fleet.parquet")
    fleet = pr.open_fleet(tmp_path / "fleet.parquet")
    with (
        ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _die, ()) as pool,
        pytest.raises(InventoryError) as raised,
    ):
        judge(fleet, executor=pool)
    assert str(raised.value) == (
        f"a worker ended before it had judged `{tmp_path / 'fleet.parquet'}` [PR2113]\n"
        "  hint: start again; a worker that takes too much memory is killed: give fewer workers"
    )
    same(judge(fleet), expected)


def test_verdicts_are_written_as_they_come(rows, judge, expected, tmp_path, monkeypatch):
    small(monkeypatch)
    run = judge(pr.open_fleet(rows), output=tmp_path / "out")
    saved = pr.load_run(tmp_path / "out")
    assert (run.verdicts.num_rows, saved.id, saved.id) == (0, run.id, expected.id)
    same(saved, expected)
    pr.write(run, tmp_path / "out.csv")
    pr.write(expected, tmp_path / "expected.csv")
    assert sorted((tmp_path / "out.csv").read_text().split()) == sorted((tmp_path / "expected.csv").read_text().split())


def test_a_run_is_arrow_with_dictionaries(rows, judge, tmp_path, monkeypatch):
    small(monkeypatch)
    written, held = judge(pr.open_fleet(rows), output=tmp_path / "out"), judge(pr.open_fleet(rows))
    found = pr.as_arrow(written).cast(held.verdicts.schema)
    order = [("host", "ascending"), ("title", "ascending")]
    assert found.sort_by(order).equals(held.verdicts.sort_by(order))
    assert pr.as_arrow(written).schema.equals(pr.as_arrow(held).schema)
    assert pr.as_arrow(written, "hosts").equals(held.hosts)
    with pytest.raises(UnknownNameError, match="there is no table of a run `host`: did you mean `hosts`"):
        pr.as_arrow(held, "host")


def test_nothing_is_left_of_a_run_that_was_stopped(rows, judge, tmp_path, monkeypatch):
    small(monkeypatch)

    def stop(done, whole):
        if done > whole // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judge(pr.open_fleet(rows), output=tmp_path / "out", progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_is_told(rows, judge, monkeypatch, tmp_path):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pq.ParquetWriter, "write_table", full)
    with pytest.raises(DocumentError) as raised:
        judge(pr.open_fleet(rows), output=tmp_path / "out")
    assert str(raised.value) == f"cannot write `{tmp_path / 'out'}`: No space left on device [PR7901]"
    assert list(tmp_path.iterdir()) == []


def test_the_short_way_gives_the_hosts_that_the_door_gives(rows):
    fleet = pr.open_fleet(rows)
    assert isinstance(fleet, pr.Fleet)
    stream = streaming.Stream(PackageNumbers(), fleet.parts, {}, frozenset())
    found = [portion.hosts for portion, _ in stream.portions()]
    assert (
        pa.concat_tables(found)
        .sort_by("host")
        .drop_columns(["tags", "enabled_modules"])
        .equals(pr.read_inventory(rows).hosts.drop_columns(["tags", "enabled_modules"]))
    )
