"""What each verb prints and how it ends."""

from __future__ import annotations

import csv
import io
import json

import pytest

import patchrules as pr
from patchrules.codes import CODES
from patchrules.model.columns import COUNTS


def test_the_table_shows_every_host_and_the_next_command(patchrules, demo):
    result = patchrules("evaluate", *demo)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == "10 hosts  ·  ✓ 4 compliant  ·  ✗ 5 non-compliant  ·  ? 1 unknown"
    assert lines[1].startswith("Patches: 18 missing; 1 installed though rejected; 5 at level CRITICAL, 17 security")
    assert lines[-1].startswith("Next: patchrules explain perl-base.amd64 --host mail-2 --baseline ")
    assert patchrules(*lines[-1].replace("'", "").split()[2:]).exit_code == 0


@pytest.mark.parametrize(
    ("condition", "host", "code"),
    [
        ("never", "mail-2", 0),
        ("noncompliant", "mail-2", 1),
        ("unknown", "mail-2", 0),
        ("unknown", "lab-1", 1),
        ("noncompliant", "lab-1", 0),
        ("critical", "mail-2", 1),
        ("critical", "db-1", 0),
        ("High", "db-1", 1),
        ("critical,unknown", "lab-1", 1),
        ("noncompliant,unknown", "web-1", 0),
    ],
)
def test_fail_on_says_what_a_finding_is(patchrules, demo, condition, host, code):
    assert patchrules("evaluate", *demo, "--host", host, "--fail-on", condition).exit_code == code


@pytest.mark.parametrize("verb", ["evaluate", "diff", "lint"])
def test_a_missing_folder_is_told_before_anything_is_done(patchrules, tmp_path, verb):
    result = patchrules(verb, "-o", tmp_path / "absent" / "out.json", "--output-format", "json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "out.json`: No such file or directory [PR7901]\n  hint: make the folder" in result.stderr


def test_a_dash_is_standard_input(patchrules, monkeypatch, tmp_path):
    (tmp_path / "stdin").write_text("{Name: prod, OperatingSystem: SUSE, ApprovedPatches: ['*']}")
    monkeypatch.setattr("patchrules.cli._types._STDIN", str(tmp_path / "stdin"))
    assert "PR8006" in patchrules("lint", "-").stdout
    assert "PR8006" in patchrules("lint", tmp_path / "stdin", "-o", "-").stdout


def test_a_file_where_a_folder_is_wanted_is_named(patchrules, tmp_path):
    (tmp_path / "out").write_text("kept")
    for below in ("x.md", "deep/x.md"):
        result = patchrules("evaluate", "-o", tmp_path / "out" / below)
        assert (result.exit_code, result.stdout) == (2, "")
        assert f"[PR7901]\n  hint: `{tmp_path / 'out'}` is a file: name another folder\n" in result.stderr


ONE = "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2-1\n\n"
TWO = """
[{Name: dev-1, OperatingSystem: DEBIAN, ApprovedPatches: [bash], PatchGroups: [a]},
 {Name: dev-2, OperatingSystem: DEBIAN, ApprovedPatches: [bash], PatchGroups: [b]}]
"""


def test_a_pipe_is_read_again_under_the_name_of_its_host(patchrules, piped, data, tmp_path):
    rest = ["--product", "Debian12", "--catalog", data / "catalogs/debian12", "--as-of", "2026-11-01T00:00Z"]
    (tmp_path / "hosts.yaml").write_text("hosts: [{host: web-1, family: debian}, {host: web-2}]")
    (tmp_path / "status").write_text(ONE)
    wanted = patchrules("evaluate", "--inventory", tmp_path / "status", "--host", "web-1", *rest).stdout
    assert "web-1" in wanted
    assert "0 unknown" in wanted
    for more in ([], ["--hosts", tmp_path / "hosts.yaml"]):
        piped(ONE)
        assert patchrules("evaluate", "--inventory", "-", "--host", "web-1", *more, *rest).stdout[:200] == wanted[:200]
    assert "bash" in patchrules("explain", "bash", "--inventory", piped(ONE), "--host", "web-1", *rest).stdout


WINDOW = "windows: [{name: prod, schedule: cron(0 2 ? * SUN *), duration: 4, cutoff: 1}]"
POLICY = """
{Name: prod, OperatingSystem: DEBIAN, ApprovedPatches: [bash], ApprovedPatchesEnableNonSecurity: true,
 ApprovalRules: {PatchRules: [{ApproveAfterDays: 1, ComplianceLevel: HIGH,
  PatchFilterGroup: {PatchFilters: [{Key: PRODUCT, Values: [Debian12]}]}}]}}
"""
CASE = f"""
- case_id: bash is behind
  as_of: 2025-03-01T00:00Z
  product: Debian12
  arch: amd64
  baseline: {" ".join(POLICY.split())}
  archives: {{main: {{archive: bookworm, trusted: true}}}}
  installed: [{{name: bash, arch: amd64, version: 5.2-1}}]
  available: [{{name: bash, arch: amd64, version: 5.2-2, archive: main}}]
  expected: {{contains: [{{id: bash.amd64, state: MISSING}}]}}
"""
HOST = "[{host: web-1}]"
SLA = ("--sla", "HIGH=30d")


@pytest.mark.parametrize(
    ("call", "text", "wanted"),
    [
        (["windows", "-"], WINDOW, "prod: cron(0 2 ? * SUN *)"),
        (["windows", "{window}", "--calendar", "-"], "[2026-12-18/2027-01-03]", "Skipped by"),
        (["windows", "{window}", "--calendar", "allow=-"], "[2026-12-18/2027-01-03]", "Skipped by"),
        (["windows", "{window}", "--hosts", "-"], HOST, "in no window: web-1"),
        (["feasible", "--baseline", "-", "--window", "{window}", *SLA], POLICY, "`prod` and"),
        (["feasible", "--baseline", "{policy}", "--window", "-", *SLA], WINDOW, "`prod` and"),
        (
            ["feasible", *2 * ["--baseline", "{policy}"], "--window", "{window}", *SLA, "--hosts", "-"],
            HOST,
            "for web-1",
        ),
        (["test", "-"], CASE, "1 passed"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else "",
)
def test_a_dash_is_standard_input_wherever_a_file_is_named(patchrules, piped, tmp_path, call, text, wanted):
    places = {"window": tmp_path / "window.yaml", "policy": tmp_path / "prod.yaml"}
    for name, content in {"window": WINDOW, "policy": POLICY}.items():
        places[name].write_text(content)
    piped(text)
    result = patchrules(*(one.format(**places) for one in call))
    assert wanted in result.stdout, result.stderr


def test_an_empty_path_is_not_the_working_directory(patchrules):
    for call in (["windows", ""], ["windows", "x", "--hosts", ""], ["feasible", "--window", ""], ["test", ""]):
        result = patchrules(*call)
        assert (result.exit_code, "the path is empty: is a variable of your script not set?" in result.stderr) == (
            2,
            True,
        )


def test_a_file_is_of_no_other_host_of_the_hosts_file_than_its_own(patchrules, data, tmp_path):
    (tmp_path / "hosts.yaml").write_text("hosts: [{host: web-1, product: Debian12}, {host: web-2, product: Debian12}]")
    (tmp_path / "web-1.status").write_text(ONE)
    given = ["--inventory", tmp_path / "web-1.status", "--hosts", tmp_path / "hosts.yaml", "--host"]
    rest = ["--catalog", data / "catalogs/debian12", "--as-of", "2026-11-01T00:00Z"]
    assert "0 unknown" in patchrules("evaluate", *given, "web-1", *rest).stdout
    assert "1 unknown" in patchrules("evaluate", *given, "web-2", *rest).stdout
    told = patchrules("evaluate", *given, "web-3")
    assert (told.exit_code, "there is no host `web-3`" in told.stderr) == (2, True)


@pytest.mark.parametrize("given", [["web-1.tsv", "web-9.tsv"], ["web-*.tsv"]], ids=["two files", "a glob"])
def test_several_files_are_not_those_of_one_host_of_the_hosts_file(patchrules, data, tmp_path, given):
    (tmp_path / "hosts.yaml").write_text("hosts: [{host: db-1, product: Debian12}, {host: web-1, product: Debian12}]")
    for one in ("web-1.tsv", "web-9.tsv"):
        (tmp_path / one).write_text("bash\t5.2-1\tamd64\tinstall ok installed\n")
    named = [word for one in given for word in ("--inventory", tmp_path / one)]
    rest = ["--product", "Debian12", "--catalog", data / "catalogs/debian12", "--as-of", "2026-11-01T00:00Z"]
    told = patchrules("evaluate", *named, "--hosts", tmp_path / "hosts.yaml", "--host", "db-1", *rest)
    assert (told.exit_code, "1 unknown" in told.stdout) == (1, True)


def test_a_pipe_of_hosts_is_read_once_and_one_of_several_baselines_twice(patchrules, piped, tmp_path):
    (tmp_path / "web-1").write_text(ONE)
    piped("hosts: [{host: web-1, product: Debian12, patch_group: a}]")
    told = patchrules("evaluate", "--inventory", tmp_path / "web-1", "--hosts", "-")
    assert (told.exit_code, told.stderr) == (1, "")
    piped(TWO)
    told = patchrules("evaluate", "--inventory", tmp_path / "web-1", "--product", "Debian12", "--baseline", "-")
    assert (told.exit_code, "the document is empty" in told.stderr) == (1, False)


def test_one_input_is_read_from_standard_input(patchrules, piped, tmp_path):
    piped("")
    hint = "\n  hint: save one of them, and give its file\n"
    said = "only one input can be read from standard input, and `{}` is read from it" + hint
    both = patchrules("evaluate", "--baseline", "-", "--inventory", "-")
    assert (both.exit_code, said.format("--baseline") in both.stderr, both.stdout) == (2, True, "")
    again = patchrules("inspect", "-", "-")
    assert (again.exit_code, said.format("FILE...") in again.stderr) == (2, True)
    out = patchrules("lint", "AWS-DebianDefaultPatchBaseline", "-o", "-")
    assert out.exit_code == 0


def test_who_has_no_catalog_is_sent_to_a_code_only_where_it_is_told(patchrules, data, tmp_path):
    status = "Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2-1\n\n"
    (tmp_path / "web-1.status").write_text(status)
    asked = ("evaluate", "--inventory", tmp_path / "web-1.status", "--product", "Debian13")
    foreign = ("--catalog", f"Debian*={data / 'catalogs/debian12'}")
    for more, is_told in (((), False), (foreign, True)):
        shown = patchrules(*asked, *more, "--as-of", "2027-01-01T00:00Z").stdout
        assert "NO_CATALOG  1x  no catalog fits its system: give one" in shown
        assert ("(PR7018:" in shown) == ("  PR7018  " in shown) == is_told


def test_every_doubt_that_is_told_may_be_a_failure(patchrules, demo):
    """Those that are counted for each host, too: no diagnostic of the run says them (PR7002, PR7003, PR7007)."""
    doubts = patchrules("evaluate", *demo).stdout.partition("decided anyway")[2]
    told = [word for word in doubts.split() if word in CODES]
    assert {"PR2202", "PR7002", "PR7003", "PR7007", "PR7014"} <= set(told)
    assert {code: patchrules("evaluate", *demo, "--fail-on", code).exit_code for code in told} == dict.fromkeys(told, 1)
    assert patchrules("evaluate", *demo, "--fail-on", "PR7008").exit_code == 0


def test_json_of_one_host_is_one_object(patchrules, demo):
    found = json.loads(patchrules("evaluate", *demo, "--host", "db-1", "--output-format", "json").stdout)
    assert (found["host"], found["baseline"], found["as_of"], found["dialect"], found["status"]) == (
        "db-1",
        "prod-rhel9",
        "2026-11-01T00:00:00Z",
        "documented",
        "NON_COMPLIANT",
    )
    assert list(found["counts"]) == list(COUNTS)
    [first] = [one for one in found["patches"] if one["id"] == "glibc.x86_64"]
    evidence = first.pop("evidence")
    assert first == {
        "id": "glibc.x86_64",
        "title": "glibc.x86_64:0:2.34-231.el9_8.2",
        "classification": "Security",
        "severity": "Important",
        "state": "MISSING",
        "compliance_severity": "HIGH",
        "status": "NON_COMPLIANT",
    }
    assert (evidence["installed"], evidence["advisory"], evidence["rule"]) == ("0:2.34-231.el9", "RHSA-2026:0950", 2)
    states = {one["state"] for one in found["patches"]}
    assert states == {"INSTALLED", "INSTALLED_OTHER", "MISSING"}


def test_several_hosts_are_a_list_of_the_same_objects(patchrules, demo):
    several = json.loads(patchrules("evaluate", *demo, "--output-format", "json").stdout)["hosts"]
    alone = json.loads(patchrules("evaluate", *demo, "--host", "db-1", "--output-format", "json").stdout)
    assert len(several) == 10
    alone.pop("diagnostics", None)  # of the run: with several hosts they stand beside the hosts
    assert [one for one in several if one["host"] == "db-1"] == [alone]
    lines = patchrules("evaluate", *demo, "--output-format", "jsonl").stdout.splitlines()
    *hosts, last = [json.loads(line) for line in lines]
    assert hosts == several
    assert "host" not in last
    assert {one["code"] for one in last["diagnostics"]} >= {"PR1201", "PR2202"}


def test_only_noncompliant_lists_less_and_counts_the_same(patchrules, demo):
    whole = patchrules("evaluate", *demo, "--output-format", "json").stdout
    short = patchrules("evaluate", *demo, "--output-format", "json", "--only-noncompliant").stdout
    for one, other in zip(json.loads(whole)["hosts"], json.loads(short)["hosts"], strict=True):
        assert one["counts"] == other["counts"]
        assert [row for row in one["patches"] if row["status"] == "NON_COMPLIANT"] == other["patches"]


def test_the_end_of_the_file_name_says_the_format(patchrules, demo, tmp_path):
    assert patchrules("evaluate", *demo, "-o", tmp_path / "verdicts.csv").exit_code == 1
    rows = list(csv.DictReader(io.StringIO((tmp_path / "verdicts.csv").read_text())))
    assert {row["host"] for row in rows} >= {"web-1", "mail-2"}
    result = patchrules("evaluate", *demo, "--output-format", "parquet", "-o", tmp_path / "run")
    assert (result.exit_code, result.stdout) == (1, "")
    assert pr.load_run(tmp_path / "run").statuses() == {"COMPLIANT": 4, "NON_COMPLIANT": 5, "UNKNOWN": 1}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run", "verdicts.csv"]


def test_explain_speaks_of_hosts_and_of_saved_runs(patchrules, demo, tmp_path):
    found = patchrules("explain", "glibc", "--host", "db-1", *demo)
    assert found.exit_code == 0
    assert "glibc.x86_64 0:2.34-231.el9 → 0:2.34-231.el9_8.2" in found.stdout
    assert "by rule 2 of `prod-rhel9`" in found.stdout
    patchrules("evaluate", *demo, "--output-format", "parquet", "-o", tmp_path / "run")
    short = patchrules("explain", "RHSA-2026:0950", "--run", tmp_path / "run", "--output-format", "json")
    assert {one["verdict"]["id"] for one in json.loads(short.stdout)["found"]} == {
        "glibc.x86_64",
        "glibc-common.x86_64",
    }


def test_explain_finds_what_fixes_a_cve_in_a_saved_run(patchrules, demo, tmp_path):
    patchrules("evaluate", *demo, "--output-format", "parquet", "-o", tmp_path / "run")
    asked = ("--run", tmp_path / "run", "--output-format", "json")

    def found(cve, *options):
        return {
            one["verdict"]["id"] for one in json.loads(patchrules("explain", cve, *options, *asked).stdout)["found"]
        }

    assert found("cve-2026-10201", "--host", "web-2") == {"openssl.x86_64", "openssl-libs.x86_64"}
    assert found("CVE-2026-10201", "--host", "mail-2") == set()
    assert found("CVE-2026-1") == set()


def test_the_help_says_of_each_verb_its_whole_first_sentence(patchrules):
    said = patchrules("--help").stdout
    assert "..." not in said.partition("Commands:")[2]
    assert "Say which hosts comply with their baseline, and which patches they miss." in " ".join(said.split())


def test_explain_ends_with_1_where_nothing_is_found(patchrules, demo):
    result = patchrules("explain", "glibcc", "--host", "db-1", *demo)
    assert result.exit_code == 1
    assert "did you mean `glibc`" in result.stdout


def test_explain_wants_one_host(patchrules, demo):
    result = patchrules("explain", "glibc", *demo)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "the inventory has 10 hosts, and one is explained at a time [PR2802]" in result.stderr


def test_approvals_need_no_inventory(patchrules, data):
    options = ["--baseline", data / "baselines/demo/prod-al2023.yaml", "--as-of", "2026-11-01T00:00Z"]
    options += ["--catalog", f"AmazonLinux2023*={data / 'catalogs/al2023'}"]
    table = patchrules("approvals", *options)
    assert table.exit_code == 0
    assert table.stdout.startswith("`prod-al2023` as of 2026-11-01 00:00Z on 33 patches: ")
    rows = json.loads(patchrules("approvals", *options, "--only", "pending_approval", "--output-format", "json").stdout)
    assert {(row["advisory"], row["since"]) for row in rows["rows"]} == {
        ("ALAS2023-2026-108", None),
        ("ALAS2023-2026-111", "2026-11-02T16:00Z"),
    }


def test_baselines_lists_those_of_aws_and_shows_others(patchrules, data):
    listed = json.loads(patchrules("baselines", "--output-format", "json").stdout)["rows"]
    assert [row["name"] for row in listed] == list(pr.predefined_names())
    shown = patchrules("baselines", data / "baselines/demo").stdout
    assert (
        "rule 2   CLASSIFICATION in Security; SEVERITY in Medium; if released until 2026-10-15, level MEDIUM" in shown
    )


def test_one_day_is_one_day(patchrules, tmp_path):
    (tmp_path / "prod.yaml").write_text(POLICY)
    shown = patchrules("baselines", tmp_path / "prod.yaml").stdout
    assert "rule 1   PRODUCT in Debian12; after 1 day, level HIGH\n" in shown


def test_an_instant_keeps_its_seconds(patchrules, tmp_path):
    (tmp_path / "updateinfo.xml").write_text(
        '<updates><update type="security"><id>A-1</id><issued date="2026-10-01 00:00:07"/><pkglist><collection>'
        '<package name="bash" arch="x86_64" epoch="0" version="5" release="1.el9"/></collection></pkglist></update></updates>'
    )
    asked = ("--catalog", tmp_path / "updateinfo.xml", "--as-of", "2026-11-01T00:00:09Z")
    told = patchrules("approvals", "--baseline", "AWS-RedHatDefaultPatchBaseline", *asked, "--output-format", "json")
    assert [row["released_at"] for row in json.loads(told.stdout)["rows"]] == ["2026-10-01T00:00:07Z"]
    settings = json.loads(patchrules("config", "evaluate", *asked[2:], "--output-format", "json").stdout)["rows"]
    assert [row["value"] for row in settings if row["option"] == "--as-of"] == ["2026-11-01T00:00:09Z"]


def test_resolve_tells_the_steps_and_the_orphans(patchrules, data):
    registry, hosts = data / "baselines/demo", data / "inventories/hosts.yaml"
    result = patchrules("resolve", "--registry", registry, "--hosts", hosts)
    assert result.exit_code == 1  # lab-1 has no family, so nothing says which baseline
    assert "patch group `build`" in result.stdout
    assert "  2 on a default only: build-2, mail-2\n" in result.stdout
    alone = patchrules("resolve", "--registry", registry, "--hosts", hosts, "--host", "build-1")
    assert (alone.exit_code, alone.stdout.splitlines()[0]) == (0, "1 host, 4 baselines")


def test_resolve_says_of_one_baseline_what_evaluate_does(patchrules, tmp_path):
    document = {"Name": "acme", "OperatingSystem": "REDHAT_ENTERPRISE_LINUX", "ApprovedPatches": ["bash"]}
    (tmp_path / "acme.json").write_text(json.dumps(document | {"PatchGroups": ["prod"]}))
    product = "RedhatEnterpriseLinux9.3"
    (tmp_path / "hosts.csv").write_text(
        f"host,product,patch_group\na,{product},\nb,{product},prod\nc,{product},x\nd,Debian12,\n"
    )
    given = ["--baseline", tmp_path / "acme.json", "--hosts", tmp_path / "hosts.csv"]
    found = patchrules("resolve", *given, "--output-format", "json")
    rows = [(row["host"], row["baseline"], row["via"]) for row in json.loads(found.stdout)["rows"]]
    assert rows == [
        *((host, "acme", "one baseline") for host in "abc"),
        ("d", "AWS-DebianDefaultPatchBaseline", "AWS default"),
    ]
    assert "nobody uses" not in (shown := patchrules("resolve", *given).stdout)
    assert "  1 on a default only: d\n" in shown
    other = patchrules("resolve", *given, "--host", "d")
    assert (other.exit_code, "PR1801" in other.stderr) == (2, True)
    listed = patchrules("resolve", "--registry", *given[1:], "--output-format", "csv").stdout
    assert "a,rhel,,AWS-RedHatDefaultPatchBaseline,AWS default" in listed


def test_names_complete(patchrules, monkeypatch):
    monkeypatch.setenv("_PATCHRULES_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "patchrules evaluate --family amazon_linux_2")
    monkeypatch.setenv("COMP_CWORD", "3")
    assert patchrules().stdout.split() == ["plain,amazon_linux_2", "plain,amazon_linux_2022", "plain,amazon_linux_2023"]


def test_the_version_is_that_of_the_package(patchrules):
    assert patchrules("--version").stdout.startswith("patchrules 0.")


def test_explain_is_full_from_a_run_with_its_inventory_and_says_where_they_disagree(patchrules, demo, tmp_path):
    patchrules("evaluate", *demo, "--output-format", "parquet", "-o", tmp_path / "run")
    files = [text for text in demo[demo.index("--inventory") :] if text not in ("--as-of", "2026-11-01T00:00Z")]
    run = ["explain", "glibc", "--host", "db-1", "--run", tmp_path / "run"]
    assert "not by    rule 1" not in patchrules(*run).stdout
    full = patchrules(*run, *files).stdout
    assert full == patchrules("explain", "glibc", "--host", "db-1", *demo).stdout
    assert "package: line 10 of db-1.rpmqa, sha256 " in full
    apart = patchrules(*run, *files[: files.index("--catalog")]).stdout
    said = "the run says otherwise of glibc.x86_64: it was made from another inventory or other catalogs"
    assert said in apart
    lone = patchrules(*run, *files[files.index("--catalog") :])
    assert (lone.exit_code, "give --inventory beside --catalog" in lone.stderr) == (2, True)


def test_explain_is_markdown_for_a_ticket(patchrules, demo):
    lines = patchrules("explain", "glibc", "--host", "db-1", *demo, "--output-format", "markdown").stdout.splitlines()
    assert lines[0] == "### `glibc` on db-1 under `prod-rhel9`"
    assert "| level | HIGH, which rule 2 sets | `level` |" in lines
    missing = patchrules("explain", "glibcc", "--host", "db-1", *demo, "--output-format", "markdown").stdout
    assert missing.splitlines()[-1].endswith(
        "no catalog in its scope has it. Did you mean `glibc`, `glibc-common`, `zlib`?"
    )
