"""Bad input: a clear message, exit code 2, and nothing half written."""

from __future__ import annotations

import gzip
import json
import re
import shlex
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.conftest import ROOT

BASELINE = "AWS-RedHatDefaultPatchBaseline"
NOTICES = b"<updates><update type='security'><id>RHSA-1</id></update></updates>"


@pytest.fixture
def files(tmp_path):
    """Return a folder with one good file of each kind, and bad ones beside them."""
    (tmp_path / "web-1.rpmqa").write_text("bash-5.1.8-6.el9.x86_64\n")
    (tmp_path / "good.xml").write_bytes(NOTICES)
    (tmp_path / "cut.xml.gz").write_bytes(gzip.compress(NOTICES * 100)[:-20])
    (tmp_path / "doctype.xml").write_bytes(b'<!DOCTYPE updates [<!ENTITY a "b">]>' + NOTICES)
    pq.write_table(pa.table({"host": ["a"], "name": ["bash"]}), tmp_path / "short.parquet")
    rules = [
        {"ApproveAfterDays": 400, "PatchFilterGroup": {"PatchFilters": [{"Key": "SEVERITY", "Values": ["Critical"]}]}},
        {"ApproveAfterDays": 7, "ComplianceLevel": "SEVERE", "PatchFilterGroup": {"PatchFilters": []}},
    ]
    faulty = {
        "OperatingSystem": "REDHAT_ENTERPRISE_LINUX",
        "ApprovedPatchesEnableNonSecurity": "maybe",
        "ApprovedPatchesComplianceLevel": "LOWEST",
        "RejectedPatchesAction": "DENY",
        "ApprovalRules": {"PatchRules": rules},
    }
    (tmp_path / "faulty.json").write_text(json.dumps({"Name": "prod", **faulty}))
    return tmp_path


def evaluate(patchrules, files, **options):
    given = {"baseline": BASELINE, "catalog": files / "good.xml", "inventory": files / "web-1.rpmqa"}
    given |= {"product": "RedhatEnterpriseLinux9.3", "output": files / "out.json", "as-of": "2026-01-01T00:00Z"}
    flat = [text for name, value in (given | options).items() for text in (f"--{name}", value)]
    result = patchrules("evaluate", *flat)
    assert sorted(path.name for path in files.iterdir() if path.name.startswith((".", "out"))) == (
        ["out.json"] if result.exit_code != 2 else []
    )
    return result


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("catalog", "cut.xml.gz", ["cut.xml.gz", "PR29"]),
        ("catalog", "doctype.xml", ["DOCTYPE", "doctype.xml:1"]),
        ("catalog", "absent.xml", ["absent.xml`: there is no such file"]),
        ("inventory", "short.parquet", ["no column `evr`", "found: host, name", "--column evr=YOUR_COLUMN"]),
        ("hosts", "good.xml", ["good.xml"]),
    ],
)
def test_a_bad_file_is_named(patchrules, files, option, value, said):
    result = evaluate(patchrules, files, **{option: files / value})
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: ")
    for text in said:
        assert text in result.stderr


def test_every_fault_of_a_baseline_is_told_at_once(patchrules, files):
    result = evaluate(patchrules, files, baseline=files / "faulty.json")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: 5 things are wrong\n")
    for pointer in (
        "/ApprovedPatchesComplianceLevel",
        "/RejectedPatchesAction",
        "/ApprovalRules/PatchRules/0/ApproveAfterDays",
        "/ApprovalRules/PatchRules/1/ComplianceLevel",
        "/ApprovedPatchesEnableNonSecurity",
    ):
        assert pointer in result.stderr
    assert result.stderr.count("[PR1") == 5
    places = [(int(line), int(column)) for line, column in re.findall(r"faulty\.json:(\d+):(\d+)", result.stderr)]
    assert (len(places), places) == (5, sorted(places))


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("family", "debain", "there is no family `debain`: did you mean `debian`?"),
        ("output-format", "jsn", "there is no report format `jsn`: did you mean `json"),
        ("fail-on", "critcal", "there is no condition `critcal`: did you mean `critical`?"),
        ("fail-on", "PR7003,never", "`never` stands alone: with it nothing fails, whatever else is named"),
        ("fail-on", "unknown,pr8030", "`evaluate` never tells PR8030: `patchrules lint` does"),
        ("fail-on", "PR7020", "`evaluate` never tells PR7020: `patchrules forecast` does"),
        ("fail-on", "PR4601", "`evaluate` never tells PR4601: `patchrules windows` does"),
        ("fail-on", "PR7803", "`evaluate` never tells PR7803: it is an error, which ends with exit code 2"),
        ("fail-on", "PR7805", "`evaluate` never tells PR7805: it is an error, which ends with exit code 2"),
        ("fail-on", "PR7811", "`evaluate` never tells PR7811: `patchrules diff` does"),
        ("fail-on", "PR7901", "`evaluate` never tells PR7901: it is an error, which ends with exit code 2"),
        ("fail-on", "PR7", "medium, high, critical, or the code of a diagnostic"),
        ("as-of", "yesterday", "`yesterday` is not an instant, wanted e.g. 2026-11-01T00:00Z"),
        ("max-catalog-age", "30", "`30` is not an age, wanted e.g. 36h, 30d or 2w"),
        ("max-inventory-age", "999999w", "`999999w` is not an age, wanted e.g. 36h, 30d or 2w"),
        ("limit", "max_bytes=0", "`0` is not a limit, wanted a whole number above 0 and below 10^18"),
        ("limit", f"max_bytes={'9' * 5000}", "(5000 characters) is not a limit, wanted a whole number above 0"),
        ("as-of", "9999-12-31T23:59:59-12:00", "is not between the years 1970 and 2999"),
        ("inventory", "", "the path is empty: is a variable of your script not set?"),
        ("catalog", "Debian12=", "the path is empty"),
        ("column", "host", "`host` is not a pair, wanted e.g. host=ResourceId"),
        ("column", "hosst=x", "there is no column of an inventory `hosst`: did you mean `host`?"),
    ],
)
def test_a_bad_option_is_named(patchrules, files, option, value, said):
    result = evaluate(patchrules, files, **{option: value})
    assert said in result.stderr
    assert result.exit_code == 2


@pytest.mark.parametrize("said", ["Redhat Enterprise Linux 9.3", "RedhatEnterpriseLinux-9.3"])
def test_a_product_with_blanks_is_told_once_what_aws_calls_it(patchrules, files, said):
    message = f"`{said}` is no product that AWS names: did you mean `RedhatEnterpriseLinux9.3`?"
    for form in ("table", "json", "csv"):
        told = evaluate(patchrules, files, product=said, **{"output-format": form}).stderr
        shown = " ".join([*told.split(), *(files / "out.json").read_text().split()])
        assert shown.count(message) == 1, form
    given = ("--baseline", BASELINE, "--inventory", files / "web-1.rpmqa", "--product")
    assert patchrules("resolve", *given, said).stderr.count(f"note: {message}") == 1
    assert "note: " not in patchrules("resolve", *given, "RedhatEnterpriseLinux9.3").stderr


def test_an_instant_without_a_zone_is_taken_as_utc_and_said(patchrules, files):
    result = evaluate(patchrules, files, **{"as-of": "2026-01-01T10:00"})
    assert "note: `2026-01-01T10:00` has no time zone, UTC is assumed: 2026-01-01T10:00Z" in result.stderr
    assert json.loads((files / "out.json").read_text())["as_of"] == "2026-01-01T10:00:00Z"
    day = evaluate(patchrules, files, **{"as-of": "2026-01-01"})
    assert "note: `2026-01-01` has no time zone, UTC is assumed: 2026-01-01T00:00Z" in day.stderr
    told = " ".join(patchrules("evaluate", "--help").stdout.split())
    assert "Without a zone it is UTC, a day its midnight." in told


def test_refused_rows_are_told_and_strict_refuses_them(patchrules, files):
    (files / "web-2.rpmqa").write_text("bash-5.1.8-6.el9.x86_64\nnot a package\n")
    told = evaluate(patchrules, files, inventory=files / "web-2.rpmqa")
    assert "warning: 1 row of the inventory was refused, and is not judged" in told.stderr
    assert "web-2.rpmqa:2: " in told.stderr
    (files / "out.json").unlink()
    flat = ["--baseline", BASELINE, "--catalog", files / "good.xml", "--inventory", files / "web-2.rpmqa"]
    strict = patchrules("evaluate", *flat, "--strict", "--product", "RedhatEnterpriseLinux9.3")
    assert (strict.exit_code, strict.stderr.splitlines()[-1]) == (
        2,
        '  hint: leave out --strict (on_bad_row="collect") to read on and keep such rows',
    )


def test_strict_refuses_what_was_refused_when_a_catalog_was_built_or_a_fleet_packed(patchrules, files):
    notice = '<update type="security"><id>A-{}</id><pkglist><collection><package name="bash" {}/></collection></pkglist></update>'
    rows = notice.format(1, 'version="5" release="1.el9"') + notice.format(2, 'release="1.el9"')
    (files / "bad.xml").write_text(f"<updates>{rows}</updates>")
    (files / "web-2.rpmqa").write_text(
        "bash-5.1.8-6.el9.x86_64\ncurl-7.1-1.el9.x86_64\nzlib-1.2-1.el9.x86_64\nnot a package\n"
    )
    product = ["--product", "RedhatEnterpriseLinux9.3"]
    assert (
        patchrules("catalog", "build", files / "bad.xml", "--family", "rhel", "-o", files / "rhel.parquet").exit_code
        == 0
    )
    assert (
        patchrules("fleet", "pack", "--inventory", files / "web-2.rpmqa", *product, "-o", files / "fleet").exit_code
        == 0
    )
    good = {"--baseline": BASELINE, "--catalog": files / "good.xml", "--inventory": files / "web-1.rpmqa"}
    for option, bad, said in [
        ("--catalog", "bad.xml", "the package has no version [PR3003]"),
        ("--catalog", "rhel.parquet", "the package has no version [PR3003]"),
        ("--inventory", "web-2.rpmqa", "web-2.rpmqa:4"),
        ("--inventory", "fleet", "web-2.rpmqa:4"),
    ]:
        flat = [text for pair in (good | {option: files / bad}).items() for text in pair]
        flat += ["--fail-on", "never", *(product if bad != "fleet" else [])]
        assert patchrules("evaluate", *flat).exit_code == 0
        strict = patchrules("evaluate", *flat, "--strict", "-o", f"{files / 'run'}/")
        assert (strict.exit_code, said in strict.stderr, (files / "run").exists()) == (2, True, False)
    again = patchrules("catalog", "build", files / "rhel.parquet", "--strict", "-o", files / "again.parquet")
    assert (again.exit_code, (files / "again.parquet").exists()) == (2, False)


def test_refused_files_are_told_beside_rows_and_how_many_more_there_are(patchrules, files):
    dumps = files / "dumps"
    dumps.mkdir()
    (dumps / "web-1.rpmqa").write_text("bash-5.1.8-6.el9.x86_64\n")
    (dumps / "web-2.rpmqa").write_text("")
    told = evaluate(patchrules, files, inventory=dumps)
    assert "warning: 1 file of the inventory was refused, and is not judged" in told.stderr
    (dumps / "web-1.rpmqa").write_text("bash-5.1.8-6.el9.x86_64\n" * 4 + "not a package\n" * 4)
    lines = evaluate(patchrules, files, inventory=dumps).stderr.splitlines()
    start = lines.index("warning: 5 rows and files of the inventory were refused, and are not judged")
    assert lines[start + 4] == "  and 2 more"


def test_a_filter_that_matches_nothing_is_told_beside_the_verdicts(patchrules, files):
    filters = {"PatchFilters": [{"Key": "SEVERTY", "Values": ["Critical"]}]}
    rules = {"PatchRules": [{"PatchFilterGroup": filters, "ApproveAfterDays": 7}]}
    odd = {"Name": "prod", "OperatingSystem": "REDHAT_ENTERPRISE_LINUX", "ApprovalRules": rules}
    (files / "odd.json").write_text(json.dumps(odd))
    result = evaluate(patchrules, files, baseline=files / "odd.json")
    assert "error PR1211: there is no filter key `SEVERTY`, the filter matches nothing" in result.stderr
    assert "did you mean `SEVERITY`?" in result.stderr
    (files / "out.json").unlink()
    assert patchrules("baselines", files / "odd.json", "--strict").exit_code == 2


@pytest.mark.parametrize("arguments", [["baselines"], ["evaluate", "--inventory", "data/inventories/fleet"]])
@pytest.mark.parametrize(("target", "said"), [(">/dev/full", "No space left on device"), (">&-", "is closed")])
def test_output_that_cannot_be_written_is_no_verdict(arguments, target, said):
    command = shlex.join([sys.executable, "-c", "from patchrules.cli import main; main()", *arguments])
    done = subprocess.run(["bash", "-c", f"{command} {target}"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("error: cannot write the output: ")
    assert said in done.stderr


def test_a_host_of_a_folder_keeps_its_name(patchrules, tmp_path):
    """``--host`` names the host of a single file; where a folder names it, a slip of the pen is no other host."""
    (tmp_path / "fleet" / "web-1").mkdir(parents=True)
    (tmp_path / "fleet" / "web-1" / "packages.rpmqa").write_text("bash-5.1.8-6.el9.x86_64\n")
    told = patchrules("evaluate", "--inventory", tmp_path / "fleet", "--host", "web-11")
    assert (told.exit_code, told.stdout) == (2, "")
    assert "there is no host `web-11`: did you mean `web-1`?" in told.stderr
    alone = tmp_path / "fleet" / "web-1" / "packages.rpmqa"
    assert "web-11" in patchrules("evaluate", "--inventory", alone, "--host", "web-11").stdout


@pytest.mark.parametrize("verb", ["resolve", "evaluate"])
def test_a_table_without_a_column_is_named(patchrules, tmp_path, verb):
    pq.write_table(pa.table({"host": ["a"], "nme": ["b"], "evr": ["1-1"]}), tmp_path / "bad.parquet")
    told = patchrules(verb, "--registry", BASELINE, "--inventory", tmp_path / "bad.parquet")
    assert told.exit_code == 2
    assert told.stderr == (
        "error: the packages table has no column `name`; found: host, nme, evr [PR2908]\n"
        f"  at {tmp_path / 'bad.parquet'}\n"
        '  hint: rename columns with columns={"name": "YOUR_COLUMN"} or --column name=YOUR_COLUMN\n'
    )


def test_a_fleet_without_hosts_is_bad_input(patchrules, files):
    columns = {name: pa.array([], pa.string()) for name in ("host", "name", "arch", "evr")}
    pq.write_table(pa.table(columns), files / "empty.parquet")
    assert (
        "there is no host in the inventory [PR2107]"
        in evaluate(patchrules, files, inventory=files / "empty.parquet").stderr
    )


def test_a_failure_leaves_what_was_there(patchrules, files):
    (files / "out.json").write_text("kept")
    flat = ["--baseline", files / "faulty.json", "--catalog", files / "good.xml", "--inventory", files / "web-1.rpmqa"]
    assert patchrules("evaluate", *flat, "-o", files / "out.json").exit_code == 2
    assert (files / "out.json").read_text() == "kept"


@pytest.mark.parametrize("verb", ["evaluate", "explain", "resolve"])
def test_a_verb_without_its_input_says_what_to_give(patchrules, verb):
    result = patchrules(verb, *(["bash"] if verb == "explain" else []))
    assert result.exit_code == 2
    assert "hint: give one, e.g. --" in result.stderr
