"""A bundle holds exactly as long as nothing in it was changed, and says what is missing."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given, settings

import patchrules as pr
from patchrules.errors import DocumentError
from patchrules.evaluation.nouns import hosts_table, packages_table
from patchrules.model.columns import REJECTS
from patchrules.model.host import Inventory
from patchrules.model.names import State
from patchrules.model.previous_run import PreviousRun, TrackedPatch
from patchrules.questions.verify.archive import MANIFEST, TRACKING, opened
from patchrules.sources import arrow
from patchrules.testing.strategies import situations
from patchrules.testing.twins import catalog_of, previous_runs

AS_OF = "2026-11-01T00:00Z"
NOTICE = b"""<updates><update type="security"><id>RHSA-1</id><severity>Important</severity><issued date="2026-10-01"/><pkglist>
<package name="curl" epoch="0" version="8.1" release="1" arch="x86_64"/></pkglist></update></updates>"""
PROD = pr.Baseline("prod", "REDHAT_ENTERPRISE_LINUX", rules=(pr.ApprovalRule(approve_after_days=7),))  # type: ignore[arg-type]


def inputs():
    packages = pa.table(
        {"host": ["web-1", "web-2"], "name": ["curl"] * 2, "arch": ["x86_64"] * 2, "evr": ["0:8.0-1", "0:8.1-1"]}
    )
    fleet = pr.read_inventory(packages, family="rhel", product="RedhatEnterpriseLinux9.3")
    groups = fleet.hosts.set_column(4, "patch_group", pa.array(["prod", "prod"]))
    return dataclasses.replace(fleet, hosts=groups), pr.read_catalog(NOTICE, family="rhel")


@pytest.fixture(scope="module")
def evidence():
    fleet, catalog = inputs()
    run = pr.evaluate_fleet(PROD, fleet, catalog, as_of=AS_OF)
    return run, pr.bundle(run, fleet, catalog), pr.bundle(run, fleet, catalog, pseudonymise=True)


def changed(content, *, drop=(), told=True, **files):
    """Return the bundle with other files; with ``told`` the manifest names them as they are."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    held |= {name.replace("__", "/").replace("_p", ".p"): text for name, text in files.items()}
    manifest = json.loads(held[MANIFEST])
    held = {name: text for name, text in held.items() if name not in drop}
    if told:
        manifest["files"] |= {name: hashlib.sha256(held[name]).hexdigest() for name in held if name != MANIFEST}
    held[MANIFEST] = json.dumps(manifest).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in held.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def parquet(content, name, change):
    table = opened(content).files[name]
    import pyarrow.parquet as pq

    found, sink = pq.read_table(io.BytesIO(table)), io.BytesIO()
    pq.write_table(change(found), sink)
    return sink.getvalue()


def test_a_bundle_holds_and_is_the_same_bytes_again(evidence):
    run, content, private = evidence
    assert str(pr.verify(content)) == f"HOLDS: run {run.id} on 2 hosts"
    fleet, catalog = inputs()
    assert pr.bundle(run, fleet, catalog) == content
    assert pr.verify(private).holds == "HOLDS"


def test_a_pseudonymous_bundle_names_no_host_and_no_group(evidence):
    _, _, private = evidence
    held = opened(private)
    assert held.fleet().hosts.select(["host", "patch_group", "tags"]).to_pylist() == [
        {"host": "host-1", "patch_group": "group-1", "tags": None},
        {"host": "host-2", "patch_group": "group-1", "tags": None},
    ]
    assert held.run().verdicts["host"].to_pylist() == ["host-1"]
    for name, text in held.files.items():
        assert b"web-1" not in text, name


def test_a_changed_file_does_not_hold(evidence):
    _, content, _ = evidence
    found = pr.verify(changed(content, told=False, inventory__packages_parquet=b"x"))
    assert str(found).splitlines()[1:] == ["  `inventory/packages.parquet` is not the file that the manifest names"]
    assert found.holds == "DOES NOT HOLD"


def test_another_inventory_under_a_manifest_that_fits_does_not_hold(evidence):
    run, content, _ = evidence
    newer = parquet(
        content, "inventory/packages.parquet", lambda table: table.set_column(3, "evr", pa.array(["0:8.1-1"] * 2))
    )
    found = pr.verify(changed(content, inventory__packages_parquet=newer))
    assert str(found).splitlines() == [
        f"DOES NOT HOLD: run {run.id} on 2 hosts",
        "  host `web-1`: judging again gives another summary",
        "  host `web-1`: judging again gives other verdicts",
    ]


def test_other_verdicts_do_not_hold(evidence):
    _, content, _ = evidence

    def none(table):
        return table.slice(0, 0)

    found = pr.verify(changed(content, run__verdicts_parquet=parquet(content, "run/verdicts.parquet", none)))
    assert (found.holds, found.reasons) == ("DOES NOT HOLD", ("host `web-1`: judging again gives other verdicts",))


def test_what_is_missing_is_named(evidence):
    _, content, _ = evidence
    found = pr.verify(changed(content, drop=("catalogs/001.parquet",)))
    assert (found.holds, found.reasons) == ("CANNOT BE DECIDED", ("`catalogs/001.parquet` is missing",))


def test_a_run_that_was_changed_by_hand_cannot_be_decided(evidence):
    _, content, _ = evidence
    text = opened(content).files["run/run.json"].replace(b'"dialect": "documented"', b'"dialect": "agent"')
    found = pr.verify(changed(content, **{"run/run.json": text}))
    assert found.holds == "CANNOT BE DECIDED"
    assert found.reasons[0].startswith("the saved run is damaged: ")


def test_a_run_whose_instant_has_no_zone_cannot_be_decided(evidence):
    _, content, _ = evidence
    said = json.loads(opened(content).files["run/run.json"])
    text = json.dumps(said | {"as_of": "2026-11-01T00:00:00"}).encode()
    found = pr.verify(changed(content, **{"run/run.json": text}))
    damaged = "the saved run is damaged: `2026-11-01T00:00:00` is an instant without a zone"
    assert (found.holds, found.reasons) == ("CANNOT BE DECIDED", (damaged,))


@pytest.mark.parametrize("content", [b"", b"PK", b"{}"])
def test_what_is_no_bundle_is_refused(content):
    with pytest.raises(DocumentError) as caught:
        pr.verify(content)
    assert (caught.value.code, caught.value.message) == (
        "PR7831",
        "this is no bundle of evidence: it is no ZIP archive",
    )


def test_a_zip_of_something_else_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "a")
    with pytest.raises(DocumentError, match=r"its manifest\.json is not one"):
        pr.verify(buffer.getvalue())


def test_inputs_that_do_not_give_the_run_make_no_bundle(evidence):
    run, _, _ = evidence
    fleet, _ = inputs()
    with pytest.raises(DocumentError) as caught:
        pr.bundle(run, fleet, [])
    assert (caught.value.code, caught.value.message) == ("PR7832", "the inventory and catalogs do not give this run")


def test_a_run_that_does_not_tell_which_of_two_baselines_served_makes_no_bundle():
    fleet, catalog = inputs()
    registry = pr.Registry(
        (), {("prod", PROD.operating_system): PROD}, {PROD.operating_system: pr.Baseline("prod", PROD.operating_system)}
    )
    groups = fleet.hosts.set_column(4, "patch_group", pa.array(["prod", None]))
    fleet = dataclasses.replace(fleet, hosts=groups)
    run = pr.evaluate_fleet(registry, fleet, catalog, as_of=AS_OF)
    with pytest.raises(DocumentError, match="PR7832"):
        pr.bundle(run, fleet, catalog)


def remembering():
    """Return a run that was told that an installed package waited for a reboot, which did not come, and its inputs."""
    fleet, catalog = inputs()
    place, field = fleet.hosts.schema.get_field_index("boot_time"), fleet.hosts.schema.field("boot_time")
    booted = pa.array([datetime(2026, 10, 30, tzinfo=UTC)] * 2, field.type)
    fleet = dataclasses.replace(fleet, hosts=fleet.hosts.set_column(place, field, booted))
    waiting = TrackedPatch("curl.x86_64:0:8.1-1", State.INSTALLED_PENDING_REBOOT)
    memory = {"web-2": PreviousRun((waiting,), last_no_reboot_install=datetime(2026, 10, 31, tzinfo=UTC))}
    run = pr.evaluate_fleet(PROD, fleet, catalog, as_of=AS_OF, rows="all", previous_runs=memory)
    return run, fleet, catalog, memory


@pytest.mark.parametrize("pseudonymise", [False, True])
def test_what_tracking_files_remembered_is_in_the_bundle(pseudonymise):
    run, fleet, catalog, memory = remembering()
    assert run.totals()["installed_pending_reboot"] == 1
    with pytest.raises(DocumentError, match=r"PR7832[^$]*hint: give what it was made from, tracking files too"):
        pr.bundle(run, fleet, catalog, pseudonymise=pseudonymise)
    strangers = {"db-9": memory["web-2"]}
    content = pr.bundle(run, fleet, catalog, previous_runs=memory | strangers, pseudonymise=pseudonymise)
    assert list(opened(content).previous_runs()) == ["host-2" if pseudonymise else "web-2"]
    assert pr.verify(content).holds == "HOLDS"
    zoneless = b'{"web-2": {"last_no_reboot_install": "2026-10-31T00:00:00"}}'
    for text in (b"[]", b'{"web-2": {}, ', b'{"web-2": {"patches": 1}}', zoneless):
        found = pr.verify(changed(content, **{TRACKING: text}))
        assert (found.holds, found.reasons) == (
            "CANNOT BE DECIDED",
            (f"this is no bundle of evidence: its {TRACKING} is not one",),
        )
    assert pr.verify(changed(content, **{TRACKING: b"{}"})).holds == "DOES NOT HOLD"


def test_a_run_without_tracking_files_has_none_in_its_bundle(evidence):
    assert TRACKING not in opened(evidence[1]).files
    assert opened(evidence[1]).previous_runs() == {}


@settings(max_examples=15)
@given(situations())
def test_every_run_can_be_bundled_and_holds_under_other_names_too(situation):
    options = dict(situation.options)
    hosts, memory = situation.hosts, previous_runs(situation.hosts)
    fleet = Inventory(hosts_table(hosts), packages_table(hosts), arrow.table(REJECTS, {}, 0))
    catalog = catalog_of(situation.baseline, hosts, situation.patches)
    run = pr.evaluate_fleet(situation.baseline, fleet, catalog, rows="all", previous_runs=memory, **options)
    for pseudonymise in (False, True):
        content = pr.bundle(run, fleet, catalog, previous_runs=memory, pseudonymise=pseudonymise)
        assert pr.verify(content).holds == "HOLDS"
