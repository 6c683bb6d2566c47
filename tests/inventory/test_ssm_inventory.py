from __future__ import annotations

import gzip
import json

from patchrules.inventory import read_inventory

PLACE = "accountid=111122223333/region=eu-west-1/resourcetype=ManagedInstanceInventory"


def sync(folder, kind, host, rows):
    """Write what a Resource Data Sync writes: a file a type and host, compressed here and there."""
    stamp = {"resourceId": host, "captureTime": "2026-10-31T06:00:00Z", "schemaVersion": "1.0"}
    text = "".join(json.dumps(row | stamp) + "\n" for row in rows).encode()
    path = folder / kind.replace("AWS:", "AWS_") / PLACE
    path.mkdir(parents=True, exist_ok=True)
    (path / f"{host}.json").write_bytes(gzip.compress(text) if host.endswith("1") else text)


def test_the_files_of_a_sync_add_to_one_another(tmp_path):
    deb = {"Publisher": "", "ApplicationType": "libs", "Architecture": "x86_64"}
    for host in ("i-1", "i-2"):
        rows = [deb | {"Name": "bash", "Version": "5.1-6ubuntu1", "PackageId": "bash_5.1-6ubuntu1_amd64.deb"}]
        sync(tmp_path, "AWS:Application", host, rows)
        about = {"PlatformName": "Ubuntu", "PlatformVersion": "22.04", "InstanceStatus": "Active"}
        sync(tmp_path, "AWS:InstanceInformation", host, [about])
        sync(tmp_path, "AWS:Tag", host, [{"Key": "Patch Group", "Value": f"group-{host}"}])
        sync(tmp_path, "AWS:Network", host, [{"IPV4": "192.0.2.1"}])
        sync(tmp_path, "AWS:PatchSummary", host, [{"PatchGroup": "old", "OperationStartTime": "2026-01-01T00:00:00Z"}])
        sync(tmp_path, "AWS:ComplianceItem", host, [{"ComplianceType": "Patch", "Id": "bash.amd64"}])
    inventory = read_inventory(tmp_path)
    hosts = [(row["host"], row["product"], row["arch"], row["patch_group"]) for row in inventory.hosts.to_pylist()]
    assert hosts == [("i-1", "Ubuntu22.04", "amd64", "group-i-1"), ("i-2", "Ubuntu22.04", "amd64", "group-i-2")]
    assert inventory.packages["host"].to_pylist() == ["i-1", "i-2"]
    assert inventory.packages["arch"].to_pylist() == ["amd64", "amd64"]
    codes = {one.code for one in inventory.diagnostics}
    assert codes == {"PR2216", "PR2217", "PR2223"}


def test_an_epoch_of_zero_is_left_out_by_agents_that_state_the_release(data):
    rows = {
        row["name"]: row["evr"]
        for row in read_inventory(data / "inventories/samples/ssm_inventory.json").packages.to_pylist()
    }
    assert rows["bash"] == "0:5.1.8-6.el9"
    assert rows["openssl-libs"] == "1:3.0.7-24.el9"
    assert rows["tzdata"] == "2024a-1.el9"
    assert "zlib" not in rows


def test_one_page_is_told(data):
    page = b'{"TypeName": "AWS:Application", "InstanceId": "i-1", "Entries": [], "NextToken": "x"}'
    assert "PR2221" in [one.code for one in read_inventory(page).diagnostics]
    assert read_inventory(page, host="web-1").hosts["host"].to_pylist() == ["web-1"]
