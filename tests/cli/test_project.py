"""Where an option's value comes from: flag, environment, project file, default, in this order."""

from __future__ import annotations

import json
import shutil
from collections import defaultdict

import click
import pytest

import patchrules as pr
from patchrules.cli import main


@pytest.fixture
def folder(data, tmp_path, monkeypatch):
    """Return a folder with the bundled fleet and a project file that names all of it; tests run in a folder below."""
    for name in (
        "baselines/demo",
        "inventories/fleet",
        "catalogs/rhel9",
        "catalogs/al2023",
        "catalogs/debian12",
        "catalogs/ubuntu2204",
    ):
        shutil.copytree(data / name, tmp_path / name)
    shutil.copy(data / "inventories/hosts.yaml", tmp_path / "inventories/hosts.yaml")
    (tmp_path / "patchrules.toml").write_text(
        """
        policy = { baselines = ["baselines/demo"] }
        inventory = { path = ["inventories/fleet"] }
        hosts = { path = ["inventories/hosts.yaml"] }
        output = [{ path = "runs/{as_of}/", format = "parquet" }, { path = "csv/verdicts.csv" }]
        [evaluate]
        as_of = 2026-11-01T00:00:00Z
        [[catalog]]
        path = "catalogs/rhel9"
        products = ["RedhatEnterpriseLinux9*"]
        [[catalog]]
        path = "catalogs/al2023"
        products = ["AmazonLinux2023*"]
        [[catalog]]
        path = ["catalogs/debian12", "catalogs/ubuntu2204"]
        [command.approvals]
        only = ["pending_approval"]
        """
    )
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    return tmp_path


def test_what_the_file_says_is_what_the_flags_say(patchrules, demo, folder):
    by_flags = json.loads(patchrules("evaluate", *demo, "--output-format", "json").stdout)
    by_file = json.loads(patchrules("evaluate", "--output-format", "json").stdout)
    for one, other in zip(by_flags["hosts"], by_file["hosts"], strict=True):
        assert one["counts"] == other["counts"]
        assert one["patches"] == other["patches"]
    assert not (folder / "runs").exists()


def test_outputs_are_written_beside_the_table(patchrules, folder):
    result = patchrules("evaluate")
    assert result.exit_code == 1
    assert result.stdout.startswith("10 hosts")
    assert pr.load_run(folder / "runs/2026-11-01T0000Z").statuses() == {
        "COMPLIANT": 4,
        "NON_COMPLIANT": 5,
        "UNKNOWN": 1,
    }
    assert (folder / "csv/verdicts.csv").read_text().count("\n") > 100


def test_the_next_command_does_not_repeat_the_file(patchrules, folder):
    last = patchrules("evaluate", "--dialect", "documented", "--missing-date", "hold").stdout.splitlines()[-1]
    assert (
        last == "Next: patchrules explain perl-base.amd64 --host mail-2 --as-of 2026-11-01T00:00Z --missing-date hold"
    )
    assert patchrules(*last.split()[2:]).exit_code == 0


@pytest.mark.parametrize(
    ("flag", "variable", "file", "value", "source"),
    [
        ("scan", "install", "install", "scan", "flag"),
        (None, "install", "scan", "install", "environment PATCHRULES_OPERATION"),
        (None, None, "install", "install", "file ../patchrules.toml"),
        (None, None, None, "scan", "default"),
    ],
)
def test_the_nearer_wins(patchrules, folder, monkeypatch, flag, variable, file, value, source):
    path = folder / "patchrules.toml"
    if file:
        path.write_text(path.read_text().replace("[evaluate]", f'[evaluate]\noperation = "{file}"'))
    if variable:
        monkeypatch.setenv("PATCHRULES_OPERATION", variable)
    typed = ["--operation", flag] if flag else []
    rows = json.loads(patchrules("config", "evaluate", "--output-format", "json", *typed).stdout)["rows"]
    [told] = [row for row in rows if row["option"] == "--operation"]
    assert told == {"option": "--operation", "key": "evaluate.operation", "value": value, "source": source}
    run = json.loads(patchrules("evaluate", "--host", "db-1", "--output-format", "json", *typed).stdout)
    assert run["counts"]["failed" if value == "install" else "missing"] > 0


def test_a_verb_has_options_of_its_own(patchrules, folder, data):
    options = ["--baseline", data / "baselines/demo/prod-al2023.yaml", "--output-format", "json"]
    rows = json.loads(patchrules("approvals", *options).stdout)["rows"]
    assert {row["approval"] for row in rows} == {"PENDING_APPROVAL"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "[command.approvalls]",
            "there is no verb `approvalls`: did you mean `approvals`? [PR0012]\n  at ../patchrules.toml at /command/approvalls",
        ),
        (
            "[command.catalog.build]\nout = 1",
            "there is no option `out`: did you mean `output`? [PR0012]\n  at ../patchrules.toml at /command/catalog/build/out",
        ),
        (
            "[evaluat]",
            "there is no setting `evaluat` [PR0012]\n  at ../patchrules.toml at /evaluat\n  hint: did you mean `evaluate`?",
        ),
    ],
)
def test_an_unknown_key_is_told_with_the_closest(patchrules, folder, line, said):
    path = folder / "patchrules.toml"
    path.write_text(f"{path.read_text()}\n{line}\n")
    result = patchrules("evaluate")
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert patchrules("evaluate", "--help").exit_code == 0


def verbs(group, ctx, above=()):
    for name in group.list_commands(ctx):
        below = group.get_command(ctx, name)
        if isinstance(below, click.Group):
            yield from verbs(below, ctx, (*above, name))
        else:
            yield *above, name


def test_every_option_of_every_verb_has_a_key_that_is_known(patchrules, folder):
    from patchrules.documents.project import KEYS

    keys = defaultdict(set)
    for verb in verbs(main, click.Context(main)):
        for row in json.loads(patchrules("config", "--output-format", "json", *verb).stdout)["rows"]:
            keys[row["option"]].add(row["key"])
            assert row["key"] in KEYS or row["key"].startswith(f"command.{'.'.join(verb)}.")
    assert set(KEYS) <= set().union(*keys.values())
    for shared in ("--baseline", "--strict", "--hosts", "--as-of", "--limit"):
        assert len(keys[shared]) == 1, "a key of the project file goes for every verb with the option"


def test_a_variable_that_is_no_option_is_told(patchrules, folder, monkeypatch):
    monkeypatch.setenv("PATCHRULES_DIALEKT", "agent")
    assert (
        "warning: there is no option for the variable `PATCHRULES_DIALEKT`: did you mean `PATCHRULES_DIALECT`?"
        in patchrules("config").stdout
    )


@pytest.mark.parametrize(
    ("variable", "value"),
    [("DIALECT", "x"), ("STRICT", "maybe"), ("AS_OF", "soon"), ("COLUMN", "host"), ("MAX_CATALOG_AGE", "old")],
)
def test_a_wrong_value_is_refused_as_the_verb_refuses_it(patchrules, folder, monkeypatch, variable, value):
    monkeypatch.setenv(f"PATCHRULES_{variable}", value)
    shown, judged = patchrules("config"), patchrules("evaluate")
    assert (shown.exit_code, shown.stdout) == (2, "")
    assert f"--{variable.lower().replace('_', '-')}" in shown.stderr
    assert shown.stderr == judged.stderr


def test_another_project_file_may_be_named_and_an_empty_one_says_nothing(patchrules, folder):
    (folder / "empty.toml").write_text("")
    result = patchrules("--project", folder / "empty.toml", "evaluate")
    assert (result.exit_code, "there is no inventory" in result.stderr) == (2, True)


def test_a_variable_holds_several_values_as_a_shell_writes_them(patchrules, folder, monkeypatch):
    monkeypatch.setenv("PATCHRULES_BASELINE", "one.json 'two words.json'")
    rows = json.loads(patchrules("config", "--output-format", "json").stdout)["rows"]
    assert rows[0]["value"] == "one.json, two words.json"
    monkeypatch.setenv("PATCHRULES_BASELINE", "'one.json")
    refused = patchrules("evaluate")
    assert (refused.exit_code, "`'one.json` has a quote that does not end" in refused.stderr) == (2, True)


def test_the_hosts_files_of_a_project_are_no_bar_to_a_packed_fleet(folder, patchrules):
    """What is typed beside a packed fleet is refused; what a project says for its other inventories is left unread."""
    packed = patchrules("fleet", "pack", "-o", "star/")
    assert (packed.exit_code, packed.stderr) == (0, "")
    asked = ("evaluate", "--output-format", "json")
    found = [patchrules(*asked), patchrules(*asked, "--inventory", "star/")]
    hosts = [json.loads(one.stdout)["hosts"] for one in found]
    assert hosts[0] == hosts[1]
    assert "PR2122" not in found[0].stderr
    [line] = [line for line in found[1].stderr.splitlines() if "PR2122" in line]
    assert line.startswith("warning PR2122: `star/` is a packed fleet, which has the facts of its hosts already: `")
    assert line.endswith("inventories/hosts.yaml` is left unread")
    typed = patchrules(*asked, "--inventory", "star/", "--hosts", folder / "inventories/hosts.yaml")
    assert (typed.exit_code, "error: `star/` is a packed fleet" in typed.stderr) == (2, True)


def test_a_saved_run_is_explained_in_a_project_that_has_baselines(folder, patchrules):
    assert patchrules("evaluate").exit_code == 1
    found = patchrules("explain", "openssl", "--host", "web-2", "--run", folder / "runs/2026-11-01T0000Z")
    assert (found.exit_code, found.stdout.startswith("web-2 under `prod-rhel9`")) == (0, True)
    typed = patchrules(
        "explain", "openssl", "--run", folder / "runs/2026-11-01T0000Z", "--baseline", folder / "baselines"
    )
    assert (typed.exit_code, "a saved run has its own baselines" in typed.stderr) == (2, True)
