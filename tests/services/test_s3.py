"""Inventories and catalogs in S3: a moto server on loopback holds the same files as the disk, and gives the same rows."""

from __future__ import annotations

import gzip
import json

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import patchrules as pr
from benchmarks import large_fleet
from benchmarks.universe import AS_OF, Shape
from patchrules.cli import main

pytestmark = [
    pytest.mark.services,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"),
]
BUCKET = "acme-sync"
SORTED = [("host", "ascending"), ("name", "ascending"), ("arch", "ascending")]


@pytest.fixture(scope="module")
def server():
    """Return a server with an empty bucket: a client for it, and the options that its addresses need."""
    import boto3
    from moto.server import ThreadedMotoServer

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "nobody")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        running.start()
        host, port = running.get_host_and_port()
        client = boto3.client("s3", endpoint_url=f"http://{host}:{port}", region_name="us-east-1")
        client.create_bucket(Bucket=BUCKET)
        yield client, f"?scheme=http&region=us-east-1&endpoint_override={host}:{port}"
        running.stop()


@pytest.fixture
def put(server):
    """Return a function that puts files under a prefix and returns the prefix's address; the bucket starts empty."""
    client, options = server
    for one in client.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
        client.delete_object(Bucket=BUCKET, Key=one["Key"])

    def puts(prefix, files):
        for name, content in files.items():
            client.put_object(Bucket=BUCKET, Key=f"{prefix}/{name}", Body=content)
        return f"s3://{BUCKET}/{prefix}/{options}"

    return puts


def tree(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def rows(inventory):
    return inventory.hosts.to_pylist(), inventory.packages.to_pylist(), inventory.rejects.num_rows


def sync(kind, host, *contents):
    """Return a file of a Resource Data Sync, as SSM names it."""
    key = f"AWS:{kind}/accountid=123456789012/region=eu-west-1/resourcetype=ManagedInstanceInventory/{host}.json"
    shared = {"resourceId": host, "captureTime": "2026-11-01T00:00:00Z", "schemaVersion": "1.1"}
    return {key: "\n".join(json.dumps({**one, **shared}) for one in contents).encode()}


def test_a_resource_data_sync_is_read_where_it_lies(put, tmp_path):
    package = {
        "Name": "bash",
        "PackageId": "bash-5.1.8-6.el9.src.rpm",
        "Version": "5.1.8",
        "Release": "6.el9",
        "Architecture": "x86_64",
        "ApplicationType": "System Environment/Shells",
    }
    files = sync("Application", "i-0a", package) | sync(
        "InstanceInformation", "i-0a", {"PlatformName": "Red Hat Enterprise Linux", "PlatformVersion": "9.3"}
    )
    files |= sync("PatchSummary", "i-0a", {"PatchGroup": "prod", "OperationStartTime": "2026-11-01T00:00:00Z"})
    files |= {
        name.replace("i-0a", "i-0b") + ".gz": gzip.compress(content.replace(b"i-0a", b"i-0b"))
        for name, content in files.items()
    }
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    address = put("sync", files)
    found = pr.read_inventory(address)
    assert rows(found) == rows(pr.read_inventory(tmp_path))
    assert [(row["host"], row["product"], row["patch_group"]) for row in found.hosts.to_pylist()] == [
        ("i-0a", "RedhatEnterpriseLinux9.3", "prod"),
        ("i-0b", "RedhatEnterpriseLinux9.3", "prod"),
    ]
    assert {source.name for source in found.sources} == {f"s3://{BUCKET}/sync/{name}" for name in files}


@pytest.mark.parametrize("name", ["rhel9", "debian12", "al2023"])
def test_a_folder_of_a_catalog_is_read_where_it_lies(put, data, name):
    family = {"rhel9": "rhel", "al2023": "amazon_linux_2023"}.get(name)
    there = pr.read_catalog(put(name, tree(data / "catalogs" / name)), family=family)
    here = pr.read_catalog(data / "catalogs" / name, family=family)
    assert there.table.equals(here.table)
    assert [(one.format, one.sha256, one.rows) for one in there.sources] == [
        (one.format, one.sha256, one.rows) for one in here.sources
    ]
    assert there.as_of == here.as_of


def test_a_glob_a_single_file_and_a_parquet_file(put, data):
    folder = put("dumps", tree(data / "inventories/samples"))
    address, _, options = folder.partition("?")
    one = pr.read_inventory(f"{address}rpm_qa.rpmqa?{options}")
    assert rows(one) == rows(pr.read_inventory(data / "inventories/samples/rpm_qa.rpmqa"))
    several = pr.read_inventory(f"{address}*.rpmqa?{options}")
    assert rows(several) == rows(one)
    table = pr.read_inventory(f"{address}arrow_table.parquet?{options}")
    assert rows(table) == rows(pr.read_inventory(data / "inventories/samples/arrow_table.parquet"))


def test_a_repository_that_points_outside_of_itself_is_refused(put):
    repomd = b'<repomd><data type="updateinfo"><location href="../../other/updateinfo.xml"/></data></repomd>'
    address = put("evil", {"repodata/repomd.xml": repomd})
    with pytest.raises(pr.PatchRulesError, match="lies outside the repository"):
        pr.read_catalog(address, family="rhel")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("absent.rpmqa", "there is no such file"),
        ("none/*.rpmqa", "nothing matches"),
    ],
)
def test_what_is_not_there_is_told(put, name, said):
    address, _, options = put("few", {"a.txt": b"x"}).partition("?")
    with pytest.raises(pr.PatchRulesError, match=said):
        pr.read_inventory(f"{address}{name}?{options}")


def test_a_bucket_that_is_not_there_is_told(put):
    _, _, options = put("few", {"a.txt": b"x"}).partition("?")
    with pytest.raises(pr.PatchRulesError, match=r"cannot read `s3://nobodys-bucket/"):
        pr.read_inventory(f"s3://nobodys-bucket/?{options}")


def test_the_command_reads_it_as_well(put, data):
    address = put("fleet", tree(data / "inventories/fleet"))
    options = ["resolve", "--registry", str(data / "baselines/demo"), "--hosts", str(data / "inventories/hosts.yaml")]
    options += ["--output-format", "json", "--inventory"]
    there = json.loads(CliRunner().invoke(main, [*options, address]).stdout)
    here = json.loads(CliRunner().invoke(main, [*options, str(data / "inventories/fleet")]).stdout)
    assert {row["host"] for row in there["rows"]} == {row["host"] for row in here["rows"]}


def test_a_fleet_of_tables_is_judged_where_it_lies(put, tmp_path):
    shape = Shape(hosts=12, packages=40)
    large_fleet.write(tmp_path, shape)
    policy = pr.load_registry(tmp_path / "baselines")
    given = [pr.read_catalog(path) for path in sorted((tmp_path / "catalogs").iterdir())]
    whole = pq.read_table(tmp_path / "flat")
    edge = pc.index(whole["host"], large_fleet.host_names(5, 6)[0]).as_py()
    for number, part in enumerate((whole.slice(0, edge), whole.slice(edge))):
        pq.write_table(part, tmp_path / "flat" / f"part-{number:03}.parquet", row_group_size=100)
    local = pr.evaluate_fleet(policy, pr.open_fleet(whole), given, as_of=AS_OF)
    address = put("fleet", tree(tmp_path / "flat"))
    for fleet in (pr.open_fleet(address), pr.open_fleet(address.replace("fleet/", "fleet/*.parquet"))):
        run = pr.evaluate_fleet(policy, fleet, given, as_of=AS_OF)
        assert run.hosts.equals(local.hosts)
        assert run.verdicts.sort_by(SORTED).equals(local.verdicts.sort_by(SORTED))
    assert local.totals()["missing"] > 0
