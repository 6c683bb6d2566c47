"""``patchrules treadmill`` and ``patchrules tune``: what a delay leads to."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def notices(tmp_path):
    """Write a catalog of three fixes within eight days, and one much later."""
    update = (
        '<update type="security"><id>A-{0}</id><severity>Important</severity><issued date="2026-10-{0:02} 00:00:00"/>'
        '<pkglist><collection><package name="bash" arch="x86_64" epoch="0" version="5" release="{0}.el9"/>'
        "</collection></pkglist></update>"
    )
    path = tmp_path / "updateinfo.xml"
    path.write_text(f"<updates>{''.join(update.format(day) for day in (1, 5, 9, 28))}</updates>")
    return path


@pytest.fixture
def given(notices, data, tmp_path):
    """Return the options of both verbs."""
    common = [
        "--baseline",
        data / "baselines/demo/prod-rhel9.json",
        "--catalog",
        notices,
        "--as-of",
        "2026-11-20T00:00Z",
    ]
    (tmp_path / "web-1.tsv").write_text("")
    return [*common, "--family", "rhel", "--product", "RedhatEnterpriseLinux9.8"]


def test_the_treadmill(patchrules, given):
    result = patchrules("treadmill", *given)
    assert (result.exit_code, result.stderr) == (1, "")
    lines = [line.split() for line in result.stdout.splitlines()]
    assert result.stdout.startswith("`prod-rhel9`: 1 rows of fixes that could never be installed, of 1 packages\n")
    assert lines[-1] == ["bash.x86_64", "2", "7", "2", "15.0", "2026-10-01", "2026-10-16", "2026-10-08", "3"]
    [row] = json.loads(patchrules("treadmill", *given, "--output-format", "json").stdout)["rows"]
    assert [one["advisory"] for one in row["skipped"]] == ["A-1", "A-5"]
    slow = [*given, "--as-of", "2026-10-04T00:00Z"]  # one fix so far
    quiet = patchrules("treadmill", *slow)
    told = "`prod-rhel9`: 0 rows of fixes that could never be installed, of 0 packages"
    assert (quiet.exit_code, quiet.stdout.splitlines()[0]) == (0, told)


@pytest.mark.parametrize(
    ("target", "code", "said"), [(4, 0, "days is 0, the largest 3"), (0, 0, "days is 0, the largest 0")]
)
def test_the_curve_of_a_delay(patchrules, given, tmp_path, target, code, said):
    (tmp_path / "web-1.rpmqa").write_text("bash-5-0.el9.x86_64\n")
    options = ["--inventory", tmp_path / "web-1.rpmqa", "--rule", "2", "--longest", "8", "--target", target]
    result = patchrules("tune", *given, *options)
    assert (result.exit_code, result.stderr) == (code, "")
    assert said in result.stdout.splitlines()[0]
    found = json.loads(patchrules("tune", *given, *options, "--output-format", "json").stdout)
    rows = {row["delay"]: (row["missing"], row["exposure"], row["worst"], row["updates"]) for row in found["rows"]}
    assert (found["fixes"], rows[0], rows[3], rows[4], rows[7]) == (
        4,
        (1, 0.0, 0.0, 4),
        (1, 3.0, 3.0, 4),
        (1, 7.0, 12.0, 2),
        (1, 10.0, 15.0, 2),
    )


def test_a_rule_that_is_not_there(patchrules, given, tmp_path):
    (tmp_path / "web-1.rpmqa").write_text("bash-5-0.el9.x86_64\n")
    result = patchrules("tune", *given, "--inventory", tmp_path / "web-1.rpmqa", "--rule", "3")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "error: there is no rule `3`\n  hint: known are 1, 2\n" in result.stderr


@pytest.mark.parametrize("verb", ["treadmill", "tune", "forecast"])
def test_without_a_catalog_for_the_hosts_nothing_is_answered(patchrules, given, tmp_path, verb):
    """No catalog, and one of another system, are no answer of 0."""
    (tmp_path / "web-1.rpmqa").write_text("bash-5-0.el9.x86_64\n")
    without = [one for one in given if one != "--catalog" and one != given[3]]
    asked = {"treadmill": [], "tune": ["--rule", "2"], "forecast": []}[verb]
    asked += [] if verb == "treadmill" else ["--inventory", tmp_path / "web-1.rpmqa"]
    result = patchrules(verb, *without, *asked)
    said = {"treadmill": "no catalog is [PR1802]"}.get(
        verb, "no catalog speaks for the host (RedhatEnterpriseLinux9.8) [PR3802]"
    )
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    if verb != "treadmill":  # which asks about no host
        other = patchrules(verb, *without, "--catalog", f"RedhatEnterpriseLinux8*={given[3]}", *asked)
        assert (other.exit_code, other.stdout, said in other.stderr) == (2, "", True)


def test_a_forecast_says_which_hosts_it_cannot_speak_of(patchrules, notices, data, tmp_path):
    """Each host is told of once, of all that are asked about."""
    for name in "abcd":
        (tmp_path / f"{name}.rpmqa").write_text("" if name == "d" else "bash-5-0.x86_64\n")
    products = {
        "a": "RedhatEnterpriseLinux9.8",
        "b": "RedhatEnterpriseLinux8.4",
        "c": "",
        "d": "RedhatEnterpriseLinux9.8",
    }
    rows = [f"{name},{product},rhel" for name, product in products.items()]
    (tmp_path / "hosts.csv").write_text("\n".join(["host,product,family", *rows, ""]))
    result = patchrules(
        *("forecast", "--baseline", data / "baselines/demo/prod-rhel9.json", "--as-of", "2026-10-01T12:00Z"),
        *("--catalog", f"RedhatEnterpriseLinux9*={notices}", "--hosts", tmp_path / "hosts.csv"),
        *("--inventory", tmp_path / "*.rpmqa"),
    )
    assert (result.exit_code, "days with changes" in result.stdout) == (0, True)
    assert "warning PR3802: no catalog speaks for 1 of 4 hosts: nothing is told of them\n" in result.stderr
    assert (
        "warning PR7020: 2 of 4 hosts are UNKNOWN (NO_PRODUCT, NO_INVENTORY): nothing is told of them\n"
        in result.stderr
    )
