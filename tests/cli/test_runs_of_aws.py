"""The options that say what a run of Patch Manager did: operation, overrides, reboots, what the node remembers."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def counts(patchrules, demo):
    """Judge one host of the bundled fleet and return baseline, status and the counts that are not 0."""

    def judged(host, *options):
        arguments = [*demo, "--host", host, "--output-format", "json", "--fail-on", "never", *options]
        found = json.loads(patchrules("evaluate", *arguments).stdout)
        return found["baseline"], found["status"], {name: count for name, count in found["counts"].items() if count}

    return judged


def test_what_an_install_left_missing_has_failed(counts):
    assert counts("db-1")[2]["missing"] == counts("db-1", "--operation", "install")[2]["failed"] == 2


def test_a_baseline_override_replaces_what_the_group_has(counts, tmp_path, data):
    override = [
        json.loads((data / "baselines/demo/prod-rhel9.json").read_text()) | {"Name": "freeze", "PatchGroups": []}
    ]
    override[0]["ApprovalRules"] = {"PatchRules": []}
    (tmp_path / "override.json").write_text(json.dumps(override))
    baseline, status, found = counts("db-1", "--baseline-override", tmp_path / "override.json")
    assert (baseline, status, "missing" in found) == ("freeze", "COMPLIANT", False)


def test_an_install_override_list_says_what_an_install_brings(counts, tmp_path):
    (tmp_path / "list.yaml").write_text("patches: [{id: 'glibc.x86_64'}]\n")
    listed = counts("db-1", "--operation", "install", "--install-override", tmp_path / "list.yaml")
    assert listed[2]["failed"] == 1


def test_a_scan_says_that_it_ignores_an_install_override_list(patchrules, demo, tmp_path):
    (tmp_path / "list.yaml").write_text("patches: [{id: 'glibc.x86_64'}]\n")
    told = [
        patchrules("evaluate", *demo, "--host", "db-1", "--install-override", tmp_path / "list.yaml", *more).stderr
        for more in ((), ("--operation", "install"))
    ]
    assert ["a scan ignores --install-override: give --operation install, too" in one for one in told] == [True, False]


def test_both_overrides_are_an_error_of_aws(patchrules, demo, tmp_path, data):
    (tmp_path / "list.yaml").write_text("patches: [{id: glibc.x86_64}]\n")
    both = [
        "--install-override",
        tmp_path / "list.yaml",
        "--baseline-override",
        data / "baselines/demo/prod-rhel9.json",
    ]
    result = patchrules("evaluate", *demo, *both)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "[PR1813]" in result.stderr or "[PR1039]" in result.stderr


def test_a_tracking_file_says_what_waits_for_a_reboot(counts, patchrules, demo, tmp_path):
    title = "glibc.x86_64:0:2.34-231.el9"
    remembered = {"state": "InstalledPendingReboot", "id": "glibc.x86_64", "installedTime": 1793577600}
    (tmp_path / "states.json").write_text(
        json.dumps({"patchStates": {title: remembered}, "lastNoRebootInstallOperationTime": 0})
    )
    assert "installed_pending_reboot" not in counts("web-1")[2]
    wrong = patchrules("evaluate", *demo, "--previous-run", f"wbe-1={tmp_path / 'states.json'}")
    assert (wrong.exit_code, "did you mean `web-1`?" in wrong.stderr) == (2, True)
    assert counts("db-1", "--previous-run", f"db-1={tmp_path / 'states.json'}")[0] == "prod-rhel9"
