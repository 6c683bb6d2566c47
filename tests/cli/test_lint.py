"""``patchrules lint``: files and folders, the level that fails, and the formats."""

from __future__ import annotations

import json

import pytest

ODD = "Name: prod-1\nOperatingSystem: SUSE\nApprovedPatches: [bash]\nRejectedPatches: [bash]\n"
NOTED = "Name: prod-1\nApprovedPatches: [KB5030219]\n"
WRONG = "Name: prod-1\nOperatingSystem: WINDOWS_SERVER\nApprovedPatches: [KB5030219]\n"


@pytest.fixture
def file(tmp_path):
    def written(text, name="prod.yaml"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return written


@pytest.mark.parametrize(
    ("text", "fail_on", "code"),
    [
        (ODD, "warning", 1),
        (ODD, "error", 0),
        (NOTED, "warning", 0),
        (NOTED, "info", 1),
        (WRONG, "error", 1),
        (WRONG, "never", 0),
    ],
)
def test_fail_on_is_the_lowest_level_that_fails(patchrules, file, text, fail_on, code):
    assert patchrules("lint", file(text), "--fail-on", fail_on).exit_code == code


def test_a_folder_is_searched_and_what_holds_no_baseline_passed_over(patchrules, file, tmp_path):
    file(ODD), file("{hello: 1}", "other.yml"), file(NOTED, "win.json.yaml"), file("x", "readme.md")
    result = patchrules("lint", tmp_path)
    assert (result.exit_code, result.stdout.splitlines()[-1]) == (1, "1 warning, 1 note")
    assert patchrules("lint", tmp_path / "other.yml").exit_code == 1


@pytest.mark.parametrize("text", ["{}", "hosts: []", "resource: {}"])
def test_a_folder_without_a_baseline_ends_in_2(patchrules, file, tmp_path, text):
    file(text, "other.yaml")
    found = patchrules("lint", tmp_path)
    assert (found.exit_code, "there is no baseline among the files [PR1030]" in found.stderr) == (2, True)


def test_a_file_that_is_not_there_ends_in_2(patchrules, tmp_path):
    result = patchrules("lint", tmp_path / "none.yaml")
    assert (result.exit_code, result.stderr) == (2, "error: 1 file cannot be read\n")
    assert "PR2901" in result.stdout


def test_a_broken_file_hides_no_finding_of_another(patchrules, file, tmp_path, data):
    file(ODD), file('{"Name": ', "broken.json")
    given = ["lint", tmp_path, "--output-format", "json", "--catalog", data / "catalogs/rhel9", "--family", "rhel"]
    for arguments in (given[:4], given):
        result = patchrules(*arguments)
        assert (result.exit_code, result.stderr) == (2, "error: 1 file cannot be read\n")
        codes = {one["code"]: one["level"] for one in json.loads(result.stdout)["findings"]}
        assert codes == {"PR1004": "error", "PR8004": "warning"}


def test_two_baselines_of_a_folder_for_one_patch_group_are_found(patchrules, file, tmp_path):
    text = "Name: prod-{}\nOperatingSystem: SUSE\nApprovedPatches: [bash]\nPatchGroups: [prod]\n"
    file(text.format(1), "a.yaml"), file(text.format(2), "b.yaml"), file("{hello: 1}", "other.yml")
    result = patchrules("lint", tmp_path)
    assert result.exit_code == 1
    assert "error PR1031: patch group `prod` of SUSE is served by `prod-1`" in result.stdout
    assert f"\n  at {tmp_path / 'b.yaml'}\n" in result.stdout
    assert patchrules("lint", tmp_path / "a.yaml", tmp_path / "b.yaml").exit_code == 0
    file(text.format(2).replace("[prod]", "[dev]"), "b.yaml"), file("Name: [", "broken.yaml")
    assert "PR1031" not in patchrules("lint", tmp_path).stdout
    file(text.format(3), "c.yaml")
    assert "PR1031" in patchrules("lint", tmp_path).stdout  # beside a file that cannot be read


def test_formats(patchrules, file):
    path = file(ODD)
    assert patchrules("lint", path, "--output-format", "github").stdout.startswith(
        f"::warning file={path},line=3,col=19"
    )
    assert json.loads(patchrules("lint", path, "--output-format", "sarif").stdout)["version"] == "2.1.0"
    found = json.loads(patchrules("lint", path, "--output-format", "json").stdout)["findings"]
    assert [one["code"] for one in found] == ["PR8004"]


def test_a_catalog_adds_what_matches_nothing_in_it(patchrules, data, file):
    text = "Name: prod-1\nOperatingSystem: REDHAT_ENTERPRISE_LINUX\nApprovedPatches: [glibcc]\n"
    result = patchrules("lint", file(text), "--catalog", f"RedhatEnterpriseLinux9*={data / 'catalogs/rhel9'}")
    assert "warning PR8022: `glibcc` means no patch of the catalog" in result.stdout
    assert "hint: did you mean `glibc`?" in result.stdout


def test_awss_baselines_are_linted_by_name(patchrules):
    assert patchrules("lint", "AWS-UbuntuDefaultPatchBaseline").exit_code == 0
