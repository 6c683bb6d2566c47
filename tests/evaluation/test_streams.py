"""A fleet gives one answer, however its rows lie: in memory, in files and row groups, in order or not, as a star."""

from __future__ import annotations

import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import patchrules as pr
from benchmarks.fleet import AS_OF, make_fleet
from patchrules.errors import ColumnError, DocumentError, InventoryError
from patchrules.evaluation import streaming
from patchrules.inventory import _parts

PRODUCTS = ("RedhatEnterpriseLinux9.8", "RedhatEnterpriseLinux8.10")
FACTS = {"family": "rhel", "host_arch": "x86_64"}


@pytest.fixture(scope="module")
def made():
    return make_fleet(hosts=60, packages=90, seed=3)


@pytest.fixture(scope="module")
def rows(made):
    """Rows that state everything, of two products, with a second kernel-like version on every third host."""
    packages = made.packages
    plain = {name: packages[name].cast(pa.string()).to_pylist() for name in packages.column_names}
    again = [row for row in range(0, packages.num_rows, 41)]
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


def same(run, expected):
    columns = [(name, "ascending") for name in ("host", "name", "arch", "installed")]
    assert run.hosts.equals(expected.hosts)
    assert run.verdicts.sort_by(columns).equals(expected.verdicts.sort_by(columns))
    assert run.diagnostics == expected.diagnostics


def test_the_rows_are_worth_it(expected):
    assert {name for name, count in expected.totals().items() if count} >= {
        "installed",
        "missing",
        "installed_rejected",
    }
    assert expected.verdicts.num_rows < 60 * 90


def small(monkeypatch, rows=500):
    monkeypatch.setattr(_parts, "PART_ROWS", rows)


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


def test_files_that_share_hosts(rows, judge, expected, tmp_path, monkeypatch):
    small(monkeypatch, 300)
    for number in range(3):
        pq.write_table(
            rows.filter(pa.array([row % 3 == number for row in range(rows.num_rows)])), tmp_path / f"{number}.parquet"
        )
    same(judge(pr.open_fleet(tmp_path)), expected)
    same(judge(pr.open_fleet(str(tmp_path / "*.parquet"))), expected)


def test_rows_in_any_order(rows, judge, expected, tmp_path, monkeypatch):
    small(monkeypatch)
    order = list(range(rows.num_rows))
    random.Random(5).shuffle(order)
    pq.write_table(rows.take(order), tmp_path / "fleet.parquet", row_group_size=200)
    same(judge(pr.open_fleet(tmp_path / "fleet.parquet")), expected)


def test_hosts_in_any_order(rows, judge, expected, monkeypatch):
    small(monkeypatch)
    same(judge(pr.open_fleet(rows.sort_by([("host", "descending")]))), expected)


def test_too_many_rows_of_split_hosts_are_refused_with_what_to_do(rows, judge, monkeypatch):
    small(monkeypatch, 100)
    monkeypatch.setattr(streaming, "MOST_ASIDE", 50)
    with pytest.raises(InventoryError) as raised:
        judge(pr.open_fleet(rows))
    assert str(raised.value) == (
        "more than 50 rows are of hosts whose rows lie in several places [PR2111]\n"
        "  hint: bring the rows of each host together first: patchrules fleet pack"
    )


def test_empty_columns_are_not_read(rows, tmp_path):
    nothing = pa.nulls(rows.num_rows, pa.string())
    pq.write_table(rows.append_column("section", nothing).append_column("other", nothing), tmp_path / "f.parquet")
    (part,) = pr.open_fleet(tmp_path / "f.parquet").parts
    assert set(part.columns) == set(rows.column_names)


def test_what_is_not_stated_is_worked_out(rows, judge, tmp_path, monkeypatch):
    """The long way gives what the inventory in memory gives: no architecture of hosts, no family in the rows."""
    small(monkeypatch)
    less = rows.drop_columns(["host_arch", "family"])
    pq.write_table(less, tmp_path / "fleet.parquet", row_group_size=200)
    options = {"family": "rhel"}
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
    options = {"hosts": pr.load_hosts(tmp_path / "hosts.yaml")}
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
    with pytest.raises(InventoryError, match="fleet.parquet`: the table cannot be read"):
        judge(fleet)


def test_progress_is_told_in_rows(rows, judge, monkeypatch):
    small(monkeypatch)
    told = []
    judge(pr.open_fleet(rows), progress=lambda done, whole: told.append((done, whole)))
    assert told[-1] == (rows.num_rows, rows.num_rows)
    assert len(told) > 5


def test_verdicts_are_written_as_they_come(rows, judge, expected, tmp_path, monkeypatch):
    small(monkeypatch)
    run = judge(pr.open_fleet(rows), output=tmp_path / "out")
    saved = pr.load_run(tmp_path / "out")
    assert (run.verdicts.num_rows, saved.id, saved.id) == (0, run.id, expected.id)
    same(saved, expected)
    pr.write(run, tmp_path / "out.csv")
    pr.write(expected, tmp_path / "expected.csv")
    assert sorted((tmp_path / "out.csv").read_text().split()) == sorted((tmp_path / "expected.csv").read_text().split())


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
