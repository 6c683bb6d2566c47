"""What is said on the command line of the catalogs of a host."""

from __future__ import annotations

import json

import pytest


def test_an_explanation_says_it_too(patchrules, data, tmp_path):
    (tmp_path / "web-1.status").write_text(
        "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.1-1\n\n"
    )
    asked = ("--inventory", tmp_path / "web-1.status", "--product", "Debian12", "--as-of", "2027-01-01T00:00Z")
    result = patchrules("explain", "bash", *asked, "--catalog", data / "catalogs/debian12/main")
    assert result.exit_code == 0
    assert result.stderr.startswith("warning PR7017: no patch in the catalogs of Debian12 comes from a security")
    both = patchrules(
        *("explain", "bash", *asked, "--catalog", data / "catalogs/debian12/main"),
        *("--catalog", data / "catalogs/debian12/security"),
    )
    assert "PR7017" not in both.stderr


@pytest.fixture
def debian(patchrules, data, tmp_path):
    """Judge a Debian 12 host that has Debian's main archive only; further arguments say how it is written."""
    (tmp_path / "web-1.status").write_text(
        "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.1-1\n\n"
    )
    asked = ("--inventory", tmp_path / "web-1.status", "--product", "Debian12", "--as-of", "2027-01-01T00:00Z")

    def run(*arguments: object):
        return patchrules("evaluate", *asked, "--catalog", data / "catalogs/debian12/main", *arguments)

    return run


@pytest.mark.parametrize("form", ["csv", "markdown", "openmetrics", "asff", "ocsf", "vex"])
def test_what_a_report_does_not_show_is_said(debian, form):
    account = ("--account", "123456789012", "--region", "eu-west-1") if form == "asff" else ()
    said = debian("--output-format", form, *account).stderr
    assert said.count("warning PR7017: no patch in the catalogs of Debian12 comes from a security archive") == 1


def test_what_a_table_of_a_run_or_a_saved_run_does_not_show_is_said(debian, tmp_path):
    assert "warning PR7017" in debian("--table", "hosts", "--output-format", "csv").stderr
    assert "warning PR7017" in debian("-o", f"{tmp_path}/run/").stderr


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "sarif", "html", "junit"])
def test_what_a_report_shows_is_not_said_twice(debian, form):
    result = debian("--output-format", form)
    assert "PR7017" in result.stdout
    assert "PR7017" not in result.stderr


@pytest.mark.parametrize(
    ("conditions", "code"),
    [
        ("noncompliant,unknown,unspecified", 0),
        ("noncompliant,unknown,PR7017", 1),
        ("pr7017", 1),
        ("PR7018", 0),
        ("never", 0),
    ],
)
def test_what_is_doubtful_fails_where_its_code_is_asked_for(debian, conditions, code):
    result = debian("--output-format", "json", "--strict", "--fail-on", conditions)
    assert result.exit_code == code
    assert "PR7017" in [one["code"] for one in json.loads(result.stdout)["diagnostics"]]


@pytest.mark.parametrize(("conditions", "code"), [('["noncompliant", "PR7017"]', 1), ('"pr7017"', 1), ('"unknown"', 0)])
def test_a_project_file_may_ask_for_codes(debian, tmp_path, monkeypatch, conditions, code):
    (tmp_path / "patchrules.toml").write_text(f"evaluate.fail_on = {conditions}\n")
    monkeypatch.chdir(tmp_path)
    assert debian().exit_code == code


def test_the_code_of_a_refused_row_may_be_asked_for(debian, tmp_path):
    with (tmp_path / "web-1.status").open("a") as file:
        file.write("Package: zlib1g\nStatus: install ok installed\nArchitecture: amd64\nVersion: !\n\n")
    assert [debian("--fail-on", one).exit_code for one in ("PR2002", "PR2003")] == [1, 0]


@pytest.mark.parametrize("package", ["bash", "openssl"])
def test_no_change_of_the_baseline_is_recommended_where_no_catalog_speaks(patchrules, data, tmp_path, package):
    """Debian 12's archives, given for every Debian: on Debian 13 nothing can be judged."""
    (tmp_path / "web-1.status").write_text(
        "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1-1\n\n"
    )
    catalog = f"Debian*={data / 'catalogs/debian12/main'}"
    asked = ("--inventory", tmp_path / "web-1.status", "--as-of", "2027-01-01T00:00Z", "--catalog", catalog)
    said = {
        product: json.loads(
            patchrules("explain", package, *asked, "--output-format", "json", "--product", product).stdout
        )
        for product in ("Debian12", "Debian13")
    }
    assert said["Debian13"]["unknown"] == ["NO_CATALOG"]
    assert [one["turn"] for one in said["Debian13"]["found"]] == [None]
    assert [one["turn"] is None for one in said["Debian12"]["found"]] == [False]


def test_a_tracking_file_without_a_host_is_of_the_only_one(patchrules, demo, tmp_path):
    (tmp_path / "t.json").write_text('{"patchStates": {}}')
    result = patchrules("evaluate", *demo, "--previous-run", tmp_path / "t.json")
    assert result.exit_code == 2
    path = tmp_path / "t.json"
    assert f"`--previous-run {path}` does not say whose it is, and there are " in result.stderr
    assert f"hint: say it: --previous-run HOST={path}" in result.stderr
