"""Who judges whom in a fleet, and who cannot be judged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import patchrules as pr
from patchrules.errors import BaselineError, CatalogError, InventoryError, UnknownNameError
from patchrules.model.names import RejectedPatchesAction

AS_OF = "2026-11-01T00:00Z"
PRODUCT = "RedhatEnterpriseLinux9.3"
TAGS = pa.map_(pa.string(), pa.string())
NOW = datetime(2026, 11, 1, tzinfo=UTC)


def fleet(**columns):
    rows = {"host": ["a", "b"], "name": ["bash"] * 2, "arch": ["x86_64"] * 2, "evr": ["0:1.0-1.el9"] * 2}
    return pr.open_fleet(pa.table(rows | columns), family="rhel", product=None if "product" in columns else PRODUCT)


def catalog(products=("RedhatEnterpriseLinux9*",), **options):
    rows = {"name": ["bash"], "arch": ["x86_64"], "evr": ["0:1.0-2.el9"], "advisory": ["RHSA-1"]}
    rows |= {"classification": ["Security"], "severity": ["Critical"], "issued": pa.array([NOW - timedelta(days=30)])}
    return pr.read_catalog(pa.table(rows), family="rhel", products=list(products), **options)


def why(run):
    return dict(zip(run.hosts["host"].to_pylist(), run.hosts["unknown"].to_pylist(), strict=True))


def test_one_baseline_of_another_system_is_refused():
    debian = pr.predefined("AWS-DebianDefaultPatchBaseline")
    with pytest.raises(BaselineError, match="is for DEBIAN, and the hosts are REDHAT_ENTERPRISE_LINUX") as raised:
        pr.evaluate_fleet(debian, fleet(), catalog(), as_of=AS_OF)
    assert raised.value.code == "PR1801"


def test_a_host_without_a_baseline_is_unknown_and_the_others_are_judged():
    registry = pr.load_registry(
        [
            b"{Name: web, OperatingSystem: REDHAT_ENTERPRISE_LINUX, ApprovedPatches: [bash], PatchGroups: [web]}",
            b"{Name: dev, OperatingSystem: REDHAT_ENTERPRISE_LINUX, ApprovedPatches: [dash], PatchGroups: [dev]}",
        ]
    )
    tags = pa.array([[("Patch Group", "web")], [("Patch Group", "web"), ("PatchGroup", "dev")]], TAGS)
    run = pr.evaluate_fleet(registry, fleet(tags=tags), catalog(), as_of=AS_OF)
    assert run.hosts["baseline"].to_pylist() == ["web", None]
    assert why(run) == {"a": [], "b": ["NO_BASELINE"]}
    assert [one.code for one in run.diagnostics if one.code == "PR1816"] == ["PR1816"]


def test_what_a_folder_of_baselines_leaves_out_is_told_of_the_run(tmp_path):
    (tmp_path / "rhel.yaml").write_text(
        "{Name: web, OperatingSystem: REDHAT_ENTERPRISE_LINUX, ApprovedPatches: [bash]}"
    )
    (tmp_path / "other.yaml").write_text("hosts: []")
    registry = pr.load_registry(tmp_path)
    for run in (
        pr.evaluate_fleet(registry, fleet(), catalog(), as_of=AS_OF),
        pr.prepare(registry, catalog()).evaluate_fleet(fleet(), as_of=AS_OF),
    ):
        assert "other.yaml" in str(next(one for one in run.diagnostics if one.code == "PR1230").where)


@pytest.mark.parametrize(("group", "told"), [("web", 0), ("Web", 2), ("w e b", 2), ("webs", 0), (None, 0)])
def test_a_patch_group_that_is_registered_in_another_spelling_is_told(group, told):
    web = b"{Name: web, OperatingSystem: REDHAT_ENTERPRISE_LINUX, ApprovedPatches: [bash], PatchGroups: [web]}"
    registry, mine = pr.load_registry([web]), fleet(patch_group=pa.array([group] * 2, pa.string()))
    for run in (
        pr.evaluate_fleet(registry, mine, catalog(), as_of=AS_OF),
        pr.prepare(registry, catalog()).evaluate_fleet(mine, as_of=AS_OF),
    ):
        assert sum(one.count for one in run.diagnostics if one.code == "PR7027") == told


def test_refused_rows_are_doubts_of_their_host():
    broken = pa.table(
        {
            "host": ["a", "a", "b"],
            "name": ["bash", "dash", "bash"],
            "arch": ["x86_64"] * 3,
            "evr": ["0:1-1", "x y", "1-1"],
        }
    )
    inventory = pr.open_fleet(broken, family="rhel", product="RedhatEnterpriseLinux9.3")
    run = pr.evaluate_fleet(pr.predefined("AWS-RedHatDefaultPatchBaseline"), inventory, catalog(), as_of=AS_OF)
    doubts = {row["host"]: dict(row["doubts"]) for row in run.hosts.to_pylist()}
    assert (doubts["a"]["PR2002"], "PR2002" in doubts["b"]) == (1, False)


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (pr.AgeLimits(catalog=timedelta(days=2)), []),
        (pr.AgeLimits(catalog=timedelta(hours=1)), ["STALE_CATALOG"]),
        (pr.AgeLimits(inventory=timedelta(days=1)), []),
        (pr.AgeLimits(inventory=timedelta(hours=23)), ["STALE_INVENTORY"]),
        (pr.AgeLimits(inventory=timedelta(0)), ["STALE_INVENTORY"]),
    ],
)
def test_old_data_is_unknown(limits, reason, data):
    captured = pa.array([NOW - timedelta(days=1)] * 2, pa.timestamp("us", "UTC"))
    hosts = pr.open_fleet(
        pa.table({"host": ["a"], "name": ["bash"], "arch": ["amd64"], "evr": ["5.2"], "captured_at": captured[:1]}),
        family="debian",
        product="Debian12",
    )
    archive = pr.read_catalog(data / "catalogs/debian12")
    baseline = pr.predefined("AWS-DebianDefaultPatchBaseline")
    run = pr.evaluate_fleet(baseline, hosts, archive, as_of=AS_OF, limits=limits)
    assert why(run) == {"a": reason}


@pytest.mark.parametrize("status", ["installed", "config-files"])
def test_packages_that_are_not_installed_are_no_inventory(status, data, tmp_path):
    """SEMANTICS 5.16: dpkg keeps rows of what it removed."""
    rows = pa.table(
        {
            "host": ["a", "a", "b"],
            "name": ["bash", "dash", "bash"],
            "arch": ["amd64"] * 3,
            "evr": ["5.2"] * 3,
            "status": [status, "config-files", "installed"],
            "family": ["debian"] * 3,
            "product": ["Debian12"] * 3,
        }
    )
    policy = pr.predefined("AWS-DebianDefaultPatchBaseline"), pr.read_catalog(data / "catalogs/debian12")
    wanted = {"a": [] if status == "installed" else ["NO_INVENTORY"], "b": []}
    pr.pack_fleet(rows, tmp_path / "packed")
    for found in (pr.open_fleet(rows), pr.read_inventory(rows), pr.open_fleet(tmp_path / "packed")):
        assert why(pr.evaluate_fleet(policy[0], found, policy[1], as_of=AS_OF)) == wanted
    alone = pr.read_inventory(rows.slice(0, 2))
    assert [*map(str, pr.evaluate(policy[0], alone, policy[1], as_of=AS_OF).unknown)] == wanted["a"]


def test_two_products_and_a_catalog_that_says_none_ask_for_the_line_to_write():
    product = pa.array(["RedhatEnterpriseLinux9.3", "RedhatEnterpriseLinux8.4"])
    with pytest.raises(CatalogError) as raised:
        pr.evaluate_fleet(
            pr.predefined("AWS-RedHatDefaultPatchBaseline"), fleet(product=product), catalog(()), as_of=AS_OF
        )
    assert raised.value.code == "PR3801"
    assert "2: RedhatEnterpriseLinux8.4, RedhatEnterpriseLinux9.3" in str(raised.value)
    assert str(raised.value).endswith("for all of them: --catalog 'RedhatEnterpriseLinux*=<table 1>'")


def strangers():
    product = pa.array(["RedhatEnterpriseLinux9.3", *["AmazonLinux2023"] * 3, "RockyLinux9.3"])
    rows = {"host": list("abcde"), "name": ["bash"] * 5, "arch": ["x86_64"] * 5, "evr": ["0:1.0-1"] * 5}
    return pr.open_fleet(pa.table(rows | {"product": product}))


@pytest.mark.parametrize("read", [strangers, lambda: strangers().inventory])
def test_hosts_whose_family_the_dialect_does_not_have_are_named(read):
    prepared = pr.prepare(pr.Registry(()), [], dialect="agent")
    for ask in (
        lambda: pr.evaluate_fleet(pr.Registry(()), read(), [], as_of=AS_OF, dialect="agent"),
        lambda: prepared.evaluate_fleet(read(), as_of=AS_OF),
    ):
        with pytest.raises(InventoryError) as raised:
            ask()
        assert str(raised.value).splitlines() == [
            "there is no dialect `agent` for 4 of the 5 hosts that were read: `b` (Amazon Linux 2023), "
            "`c` (Amazon Linux 2023), `d` (Amazon Linux 2023) and 1 more [PR2803]",
            '  hint: judge such hosts apart from others, with --dialect documented (dialect="documented")',
        ]


def test_one_host_whose_family_the_dialect_does_not_have_is_named():
    baseline, host = pr.predefined("AWS-RockyLinuxDefaultPatchBaseline"), pr.host("web-1", product="RockyLinux9.3")
    with pytest.raises(InventoryError, match=r"no dialect `agent` for host `web-1` \(Rocky Linux\) .PR2803."):
        pr.evaluate(baseline, host, [], as_of=AS_OF, dialect="agent")


def test_a_host_without_a_baseline_needs_no_dialect():
    override = [pr.predefined("AWS-RedHatDefaultPatchBaseline")]
    run = pr.evaluate_fleet(pr.Registry(()), strangers(), [], as_of=AS_OF, dialect="agent", baseline_override=override)
    assert why(run)["b"] == ["NO_BASELINE"]


@pytest.mark.parametrize("turned", [False, True])
def test_each_family_says_of_what_its_systems_keep_several_versions(turned):
    """5.1: rpm of kernels, dpkg of nothing."""
    shapes = [("deb", "debian", "Debian12", "amd64"), ("rpm", "rhel", PRODUCT, "x86_64")]
    shapes = shapes[::-1] if turned else shapes
    rows = [
        {"host": host, "family": family, "product": product, "name": "kernel", "arch": arch, "evr": evr}
        for host, family, product, arch in shapes
        for evr in ("1-1", "2-1")
    ]
    run = pr.evaluate_fleet(pr.Registry(()), pr.open_fleet(pa.Table.from_pylist(rows)), [], as_of=AS_OF)
    told = {row["host"]: dict(row["doubts"]).get("PR7025", 0) for row in run.hosts.to_pylist()}
    assert told == {"deb": 1, "rpm": 0}


def test_a_wrong_choice_of_rows_is_told():
    with pytest.raises(UnknownNameError, match="there is no choice of rows `al`: did you mean `all`"):
        pr.evaluate_fleet(pr.predefined("AWS-RedHatDefaultPatchBaseline"), fleet(), catalog(), as_of=AS_OF, rows="al")


def test_baselines_of_one_name_stand_in_the_order_of_the_hosts_that_they_serve(tmp_path):
    """Whichever file is read first."""
    deb, rpm = (pr.Baseline("prod", pr.OperatingSystem(name)) for name in ("DEBIAN", "REDHAT_ENTERPRISE_LINUX"))
    registry = pr.Registry((deb, rpm), defaults={one.operating_system: one for one in (deb, rpm)})
    hosts = [("b", "5.2-1", "Debian12"), ("a", "0:5.1-1.el9", "RedhatEnterpriseLinux9.3")]
    for folder, order in (("one", hosts), ("other", hosts[::-1])):
        (tmp_path / folder).mkdir()
        for number, (host, evr, product) in enumerate(order):
            facts = {"host": [host], "name": ["bash"], "arch": ["noarch"], "evr": [evr], "product": [product]}
            pq.write_table(pa.table(facts), tmp_path / folder / f"{number}.parquet")
    fleets = [pr.open_fleet(tmp_path / folder) for folder in ("one", "other")]
    runs = [pr.evaluate_fleet(registry, one, [], as_of=AS_OF) for one in fleets]
    assert [run.baselines for run in runs] == [(rpm, deb)] * 2


TOO_FAR = "is too far away to count days from, wanted a year from 0003 to 9997"


@pytest.mark.parametrize(
    ("as_of", "said"),
    [
        ("tomorrow", "`tomorrow` is not an instant"),
        (None, "`None` is not an instant"),
        ("2026-11-01", "has no time zone\n  hint: write `2026-11-01T00:00:00Z` for UTC"),
        ("0001-01-01T00:00Z", f"{TOO_FAR}\n  hint: write e.g. `2026-11-01T00:00Z`"),
        ("9999-12-31T00:00Z", TOO_FAR),
    ],
)
def test_a_wrong_instant_is_told(as_of, said):
    with pytest.raises(ValueError, match=said):
        pr.evaluate_fleet(pr.predefined("AWS-RedHatDefaultPatchBaseline"), fleet(), catalog(), as_of=as_of)


def test_plain_words_do_for_enums_and_wrong_ones_are_refused():
    plain: dict[str, Any] = {"name": "x", "operating_system": "DEBIAN", "rejected_patches_action": "BLOCK"}
    action = RejectedPatchesAction.BLOCK
    assert pr.Baseline(**plain) == pr.Baseline("x", pr.OperatingSystem.DEBIAN, rejected_patches_action=action)
    with pytest.raises(
        ValueError, match=r"'block', which is none of AWS's words \[PR1051\]\n  hint: did you mean .BLOCK."
    ):
        pr.Baseline(**plain | {"rejected_patches_action": "block"})
