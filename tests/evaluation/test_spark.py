"""Spark says what a run on this machine says: on a master and a worker of its own, started on loopback."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import patchrules as pr
from benchmarks import large_fleet, universe
from benchmarks.universe import AS_OF, SYSTEMS, Shape
from patchrules.evaluation import spark
from patchrules.evaluation.feeds import TOLD
from patchrules.evaluation.spark import whole_hosts

ROOT = Path(__file__).resolve().parents[2]
SHAPE = Shape(hosts=25, packages=80)
SORTED = {"hosts": ["host"], "verdicts": ["host", "id"], "rejects": ["host", "text"]}


def flat_rows(shape: Shape) -> pa.Table:
    flat = large_fleet.Flat(shape)
    found = pa.concat_tables([flat.table(*chunk) for chunk in large_fleet.chunks(shape)], promote_options="permissive")
    return found.cast(pa.schema([(name, pa.string()) for name in found.column_names]))


def catalogs(shape: Shape) -> list[pr.Catalog]:
    return [pr.read_catalog(universe.catalog(one, shape), family=one.family, products=[one.product]) for one in SYSTEMS]


def registry(shape: Shape) -> pr.Registry:
    return pr.load_registry([json.dumps(document).encode() for document in universe.baselines(shape)])


@pytest.mark.parametrize("size", [1, 2, 3, 7])
@pytest.mark.parametrize("rows", [1, 2, 4, 100])
def test_tables_hold_whole_hosts_and_lose_no_row(size, rows):
    hosts = pa.table({"host": [None, None, "a", "b", "b", "b", "c", "d", "d"], "row": range(9)})
    found = list(whole_hosts(hosts.to_batches(max_chunksize=size), rows))
    assert pa.concat_tables(found).equals(hosts)
    names = [set(table["host"].to_pylist()) for table in found]
    assert sum(map(len, names)) == len(set().union(*names))
    assert all(names), "no table is empty"


def doubted_fleet() -> tuple[pr.Registry, pa.Table, list[pr.Catalog]]:
    """Return Debian hosts without a security archive and Amazon Linux hosts with RHEL's patches alone."""
    main = b"Package: bash\nArchitecture: amd64\nVersion: 5.2-1\nFilename: pool/bash.deb\n\n"
    foreign = universe.catalog(next(one for one in SYSTEMS if one.family == "rhel"), SHAPE)
    given = [
        pr.read_catalog(main, family="debian", products=["Debian12"]),
        pr.read_catalog(foreign, family="amazon_linux_2", products=["AmazonLinux2"]),
    ]
    debian = ("bash", "amd64", "5.1-1", "debian", "Debian12", "amd64")
    amazon = ("bash", "x86_64", "0:5.1-1.amzn2", "amazon_linux_2", "AmazonLinux2", "x86_64")
    names = ("host", "name", "arch", "evr", "family", "product", "host_arch")
    rows = [(f"d{number}", *debian) for number in range(5)] + [(f"a{number}", *amazon) for number in range(3)]
    return pr.Registry(()), pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows]), given


def test_a_task_tells_of_the_catalogs_of_its_hosts():
    policy, rows, given = doubted_fleet()
    local = pr.evaluate_fleet(policy, pr.read_inventory(rows), given, as_of=AS_OF)
    expected = {(one.code, one.message): one.count for one in local.diagnostics if one.code in TOLD}
    assert [(code, count) for (code, _), count in sorted(expected.items())] == [
        ("PR7017", 5),
        ("PR7018", 3),
        ("PR7019", 5),
    ]
    judge = spark._Judge(policy, tuple(given), {"as_of": AS_OF}, 2)
    found: Counter[tuple[str, str]] = Counter()
    for batch in judge.of("diagnostics")(rows.to_batches(max_chunksize=1)):
        for row in batch.to_pylist():
            found[row["code"], row["message"]] += row["count"]
    assert found == expected


def started(
    command: list[str], log: Path, pattern: str, environment: dict[str, str]
) -> tuple[subprocess.Popen[bytes], str]:
    """Start a service and wait until its log says what it is asked for."""
    with log.open("wb") as stream:
        running = subprocess.Popen(command, stdout=stream, stderr=subprocess.STDOUT, env=environment)
    for _ in range(600):
        if found := re.search(pattern, log.read_text("utf-8", "replace")):
            return running, found[0]
        if running.poll() is not None:
            break
        time.sleep(0.1)
    running.kill()
    pytest.fail(f"{command[1]} did not start:\n{log.read_text('utf-8', 'replace')}")


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """Return a session on a standalone master and one worker, both on loopback and both ended afterwards."""
    from pyspark.find_spark_home import _find_spark_home
    from pyspark.sql import SparkSession

    folder, home = tmp_path_factory.mktemp("spark"), _find_spark_home()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SPARK_")}
    environment |= {
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_HOME": home,
        "PYTHONPATH": str(ROOT),
        "SPARK_WORKER_DIR": str(folder),
    }
    launcher, here = f"{home}/bin/spark-class", ["--host", "127.0.0.1", "--port", "0", "--webui-port", "0"]
    deploy = "org.apache.spark.deploy"
    master, address = started(
        [launcher, f"{deploy}.master.Master", *here], folder / "master.log", r"spark://127\.0\.0\.1:\d+", environment
    )
    command = [launcher, f"{deploy}.worker.Worker", *here, "--cores", "2", "--memory", "2g", address]
    worker, _ = started(command, folder / "worker.log", "Successfully registered with master", environment)
    settings = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "3",
        "spark.sql.adaptive.enabled": "false",  # three partitions shall stay three, however small
        "spark.sql.session.timeZone": "Asia/Tokyo",  # instants are instants, whatever the session shows
        "spark.sql.execution.arrow.maxRecordsPerBatch": "700",  # no host fits one batch twice over
    }
    builder = SparkSession.builder.master(address).appName("patchrules")
    for name, value in settings.items():
        builder = builder.config(name, value)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        found = builder.getOrCreate()
        yield found
        found.stop()
    for running in (worker, master):
        running.terminate()
        running.wait()


def differing(
    run: spark.SparkRun, local: pr.Run, inventory: pr.Inventory | pr.Fleet, names: Sequence[str] = tuple(SORTED)
) -> list[str]:
    """Name the results that Spark gives otherwise, as sorted tables."""
    expected = {"hosts": local.hosts, "verdicts": local.verdicts, "rejects": inventory.rejects}
    found = []
    for name in names:
        keys = SORTED[name]
        order = [(key, "ascending") for key in keys]
        # A row of a reject is counted in the table that a task had, so it is another number.
        columns = [column for column in expected[name].column_names if (name, column) != ("rejects", "line")]
        ours = expected[name].select(columns).sort_by(order)
        theirs = getattr(run, name).toArrow().select(columns).cast(ours.schema).sort_by(order)
        found += [] if theirs.equals(ours) else [name]
    return found


@pytest.mark.services
def test_spark_says_what_one_machine_says(session):
    rows = flat_rows(SHAPE)
    common, other = (row["values"] for row in pc.value_counts(rows["name"]).to_pylist()[:2])
    bad = pc.if_else(pc.equal(rows["name"], other), "", rows["evr"])
    rows = rows.set_column(rows.column_names.index("evr"), "evr", bad)
    policy, given = registry(SHAPE), catalogs(SHAPE)
    options: dict[str, Any] = {"as_of": AS_OF, "rows": "all", "operation": "install"}
    inventory = pr.read_inventory(rows)
    local = pr.evaluate_fleet(policy, inventory, given, **options)
    frame = session.createDataFrame(rows).repartition(4)
    run = spark.evaluate_fleet(policy, frame, given, rows_at_once=1500, **options)
    assert 0 < inventory.rejects.num_rows < local.verdicts.num_rows
    assert differing(run, local, inventory) == []
    less = spark.evaluate_fleet(policy, frame.where(f"name <> '{common}'"), given, **options)
    assert differing(less, local, inventory, ["verdicts"]) == ["verdicts"], "a package less is seen"


@pytest.mark.services
def test_one_baseline_judges_the_hosts_of_its_system_whatever_a_task_holds(session):
    rows, given = flat_rows(SHAPE), catalogs(SHAPE)
    policy = pr.load_baseline(json.dumps(universe.baselines(SHAPE)[3]).encode())
    inventory = pr.read_inventory(rows)
    local = pr.evaluate_fleet(policy, inventory, given, as_of=AS_OF)
    run = spark.evaluate_fleet(policy, session.createDataFrame(rows), given, as_of=AS_OF, rows_at_once=100)
    assert differing(run, local, inventory, ["hosts"]) == []


@pytest.mark.services
def test_a_catalog_without_products_is_refused_for_the_fleet_not_for_a_task(session):
    rows = pa.table(
        {
            "host": ["a", "b"],
            "name": ["bash"] * 2,
            "arch": ["x86_64"] * 2,
            "evr": ["0:5-1", "0:5-1"],
            "family": ["rhel"] * 2,
            "product": ["RedhatEnterpriseLinux8.9", "RedhatEnterpriseLinux9.4"],
        }
    )
    catalog = pr.read_catalog(universe.catalog(SYSTEMS[0], SHAPE), family="rhel")
    with pytest.raises(pr.PatchRulesError, match="PR3801"):
        spark.evaluate_fleet(registry(SHAPE), session.createDataFrame(rows), catalog, as_of=AS_OF)


ACCOUNT = "accountid=123456789012"
SYNC = {
    "AWS:Application": [
        {
            "Name": "bash",
            "Version": "5.2.15",
            "Release": "1.amzn2023",
            "Epoch": "0",
            "Architecture": "x86_64",
            "ApplicationType": "System Environment/Shells",
        },
        {
            "Name": "openssl",
            "Version": "3.0.8",
            "Release": "1.amzn2023",
            "Epoch": "1",
            "Architecture": "x86_64",
            "ApplicationType": "Unspecified",
        },
    ],
    "AWS:InstanceInformation": [
        {"PlatformName": "Amazon Linux", "PlatformVersion": "2023", "PlatformType": "Linux", "AgentVersion": "3.2"}
    ],
    "AWS:Tag": [{"Key": "Patch Group", "Value": "ring-0"}],
    "AWS:PatchSummary": [{"PatchGroup": "ring-0", "OperationStartTime": "2026-10-30T00:00:00Z"}],
}


def synced(folder: Path) -> list[str]:
    """Write a Resource Data Sync of three hosts and return the paths that Hadoop can list."""
    for kind, rows in SYNC.items():
        place = folder / kind / ACCOUNT / "region=eu-west-1" / "resourcetype=ManagedInstanceInventory"
        place.mkdir(parents=True, exist_ok=True)
        for host in ("i-0aa", "i-0bb", "i-0cc"):
            stamp = {"resourceId": host, "captureTime": "2026-10-31T00:00:00Z", "schemaVersion": "1.1"}
            (place / f"{host}.json").write_text("".join(json.dumps({**stamp, **row}) + "\n" for row in rows), "utf-8")
    return [f"{folder}/{kind}/{ACCOUNT}" for kind in SYNC]


@pytest.mark.services
def test_spark_tells_of_catalogs_once_for_all_tasks(session):
    policy, rows, given = doubted_fleet()
    local = pr.evaluate_fleet(policy, pr.read_inventory(rows), given, as_of=AS_OF)
    run = spark.evaluate_fleet(policy, session.createDataFrame(rows).repartition(4), given, as_of=AS_OF, rows_at_once=1)
    found = sorted(tuple(row) for row in run.diagnostics.collect())
    told = [(one.code, str(one.level), one.message, one.hint, one.count) for one in local.diagnostics]
    assert found == sorted(one for one in told if one[0] in TOLD)


@pytest.mark.services
def test_a_resource_data_sync_is_read_by_the_workers(session, tmp_path):
    paths = synced(tmp_path)
    frame = session.read.format("binaryFile").option("recursiveFileLookup", "true").load(paths)
    found = spark.read_inventory(frame)
    local = pr.read_inventory(tmp_path)
    columns = local.packages.column_names
    order = [("host", "ascending"), ("name", "ascending")]
    read = found.toArrow()
    assert read.select(columns).cast(local.packages.schema).sort_by(order).equals(local.packages.sort_by(order))
    assert read.num_rows == 6
    policy, given = registry(SHAPE), catalogs(SHAPE)
    run = spark.evaluate_fleet(policy, found, given, as_of=AS_OF)
    assert differing(run, pr.evaluate_fleet(policy, local, given, as_of=AS_OF), local, ["hosts"]) == []


@pytest.mark.services
def test_the_page_about_spark_runs(session, tmp_path, monkeypatch, capsys):
    """A page cannot have the reader's bucket, so its addresses become folders; not a word else is changed."""
    synced(tmp_path / "bucket")
    large_fleet.write(tmp_path, SHAPE, ())
    session.createDataFrame(flat_rows(SHAPE)).createOrReplaceTempView("packages")
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "how-to" / "spark.md").read_text("utf-8")
    names: dict[str, object] = {}
    for body in re.findall(r"^```py\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        here = body.replace("s3://inventory-bucket", f"{tmp_path}/bucket").replace(
            "s3://reports", f"{tmp_path}/reports"
        )
        exec(compile(here, "spark.md", "exec"), names)  # noqa: S102  our own page
    assert pq.read_table(tmp_path / "reports" / "hosts").num_rows == 3
    assert "MISSING" in capsys.readouterr().out
