"""catalog add, --known-as-of, bundle and verify."""

from __future__ import annotations

import json
import zipfile

import pytest

NOTICE = (
    '<updates><update type="security"><id>RHSA-1</id><severity>Important</severity><issued date="{day}"/><pkglist>'
    '<package name="curl" epoch="0" version="8.1" release="1" arch="x86_64"/></pkglist></update></updates>'
)
BASELINE = (
    "Name: prod-1\nOperatingSystem: REDHAT_ENTERPRISE_LINUX\n"
    "ApprovalRules: {PatchRules: [{PatchFilterGroup: {PatchFilters: []}, ApproveAfterDays: 7}]}\n"
)


@pytest.fixture
def inputs(tmp_path):
    (tmp_path / "prod.yaml").write_text(BASELINE)
    (tmp_path / "web-1.tsv").write_text("curl\t0\t8.0\t1\tx86_64\n")
    product = ["--family", "rhel", "--product", "RedhatEnterpriseLinux9.3"]
    return ["--baseline", tmp_path / "prod.yaml", "--inventory", tmp_path / "web-1.tsv", *product]


@pytest.fixture
def store(patchrules, tmp_path):
    for observed, day in (("2026-11-01T00:00Z", "2026-10-01"), ("2026-11-08T00:00Z", "2026-11-05")):
        (tmp_path / "feed.xml").write_text(NOTICE.format(day=day))
        options = [tmp_path / "feed.xml", "--family", "rhel", "--observed", observed]
        assert patchrules("catalog", "add", tmp_path / "store", *options).exit_code == 0
    return tmp_path / "store"


def test_catalog_add_says_what_changed(patchrules, store, tmp_path):
    add = ["catalog", "add", store, tmp_path / "feed.xml", "--family", "rhel", "--observed", "2026-11-09"]
    result = patchrules(*add)
    assert result.stdout == f"{store}: observed 2026-11-09 00:00Z: 0 new, 0 re-dated, 0 withdrawn, 1 as before\n"
    assert result.stderr == "note: `2026-11-09` has no time zone, UTC is assumed: 2026-11-09T00:00Z\n"
    again = patchrules(*add)
    assert (again.exit_code, "PR3014" in again.stderr) == (2, True)


@pytest.mark.parametrize(("known", "missing"), [("2026-11-07T23:59:59Z", 1), ("2026-11-08T00:00Z", 0), (None, 0)])
def test_known_as_of_judges_by_what_was_known_then(patchrules, store, inputs, known, missing):
    options = ["--known-as-of", known] if known else []
    options += ["--as-of", "2026-11-09T00:00Z", "--output-format", "json"]
    shown = patchrules("evaluate", *inputs, "--catalog", store, *options)
    assert json.loads(shown.stdout)["counts"]["missing"] == missing


def test_known_as_of_is_for_stores(patchrules, store, inputs, tmp_path):
    early = patchrules("evaluate", *inputs, "--catalog", store, "--known-as-of", "2026-10-01T00:00Z")
    assert (early.exit_code, "first observed 2026-11-01T00:00:00Z" in early.stderr) == (2, True)
    other = patchrules("evaluate", *inputs, "--catalog", tmp_path / "feed.xml", "--known-as-of", "2026-10-01T00:00Z")
    assert (other.exit_code, "none of the catalogs is a store" in other.stderr) == (2, True)


def test_a_bundle_holds_until_a_file_is_changed(patchrules, demo, tmp_path):
    patchrules("evaluate", *demo, "--output-format", "parquet", "-o", tmp_path / "run")
    files = [text for text in demo[2:] if text not in ("--as-of", "2026-11-01T00:00Z")]
    target = tmp_path / "evidence.zip"
    made = patchrules("bundle", tmp_path / "run", *files, "-o", target)
    assert (made.exit_code, made.stdout) == (0, "")
    result = patchrules("verify", target)
    assert (result.exit_code, result.stdout.startswith("HOLDS: run ")) == (0, True)
    with zipfile.ZipFile(target) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    for name, code in (("inventory/packages.parquet", 1), ("run/hosts.parquet", 2)):
        with zipfile.ZipFile(target, "w") as archive:
            for other, content in held.items():
                if code == 1 or other != name:
                    archive.writestr(other, content + (b"x" if other == name else b""))
        found = patchrules("verify", target, "--output-format", "json")
        assert found.exit_code == code
        assert name in json.loads(found.stdout)["reasons"][0]


def test_a_bundle_goes_to_standard_output(patchrules, demo, tmp_path):
    patchrules("evaluate", *demo, "-o", f"{tmp_path}/run/")
    files = [text for text in demo[2:] if text not in ("--as-of", "2026-11-01T00:00Z")]
    made = patchrules("bundle", tmp_path / "run", *files, "-o", "-")
    assert made.exit_code == 0, made.stderr
    (tmp_path / "evidence.zip").write_bytes(made.stdout_bytes)
    assert patchrules("verify", tmp_path / "evidence.zip").exit_code == 0


def test_a_catalog_goes_to_standard_output_and_what_is_told_of_it_beside(patchrules, data, tmp_path):
    given = ("catalog", "build", data / "catalogs/debian12", "--product", "Debian12*", "-o")
    told = patchrules(*given, tmp_path / "debian12.parquet").stdout
    for form in ("table", "json"):
        made = patchrules(*given, "-", "--output-format", form)
        assert made.stdout_bytes == (tmp_path / "debian12.parquet").read_bytes()
        assert "Packages" in made.stderr
    assert "Packages" in told


def test_a_bundle_of_other_inputs_is_refused(patchrules, demo, tmp_path):
    patchrules("evaluate", *demo, "--output-format", "parquet", "-o", tmp_path / "run")
    files = demo[2 : demo.index("--catalog")]
    result = patchrules("bundle", tmp_path / "run", *files, "-o", tmp_path / "evidence.zip")
    assert (result.exit_code, "PR7832" in result.stderr, (tmp_path / "evidence.zip").exists()) == (2, True, False)


def test_a_bundle_takes_the_tracking_files_of_its_run(patchrules, demo, tmp_path):
    """The run is refused without them, and its bundle holds with them: here it is told that their times cannot be."""
    title = "glibc.x86_64:0:2.34-231.el9"
    remembered = {"state": "InstalledPendingReboot", "id": "glibc.x86_64", "installedTime": 1793577600}
    states = tmp_path / "states.json"
    states.write_text(json.dumps({"patchStates": {title: remembered}, "lastNoRebootInstallOperationTime": 1893456000}))
    told = ("--previous-run", f"db-1={states}")
    patchrules("evaluate", *demo, *told, "--output-format", "parquet", "-o", tmp_path / "run")
    files = [text for text in demo[2:] if text not in ("--as-of", "2026-11-01T00:00Z")]
    bare = patchrules("bundle", tmp_path / "run", *files, "-o", tmp_path / "evidence.zip")
    assert (bare.exit_code, "[PR7832]" in bare.stderr, "tracking files too" in bare.stderr) == (2, True, True)
    made = patchrules("bundle", tmp_path / "run", *files, *told, "-o", tmp_path / "evidence.zip")
    assert made.exit_code == 0
    assert patchrules("verify", tmp_path / "evidence.zip").stdout.startswith("HOLDS: run ")
