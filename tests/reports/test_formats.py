"""Machine formats are what their own tools read: each is read back by somebody else's parser or schema."""

from __future__ import annotations

import html
import io
import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import botocore.session
import botocore.validate
import jsonschema
import junitparser
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from prometheus_client.openmetrics.parser import text_string_to_metric_families

import patchrules as pr
from patchrules.codes import CODES
from patchrules.errors import Diagnostic, DocumentError, Level
from patchrules.model.columns import FIXES, REJECTS
from patchrules.model.names import NON_COMPLIANT_STATES, State
from patchrules.questions.wording import NOBODY_LOOKED, shown
from patchrules.sources import arrow
from tests.reports.conftest import HOSTILE, OPTIONS, host_of, run_of_rows, verdict, with_upcoming

ALARMS = ("asff", "junit", "markdown", "ocsf", "openmetrics", "sarif", "vex")
"""The formats that say what is wrong; the others list every verdict, NOT_APPLICABLE with an empty status."""
SCHEMAS = Path(__file__).parent / "schemas"
RUNS = ("empty", "full", "hostile", "cves")


@pytest.fixture
def run(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def cves():
    """Return a run in which one CVE stands in every way, on hosts that are named after it."""
    versions = {"missing": ("1-1", "3-1"), "unapproved": ("1-1", None), "fixed": ("3-1", "3-1"), "old": ("2-1", "3-1")}
    states = {"missing": State.MISSING, "unapproved": State.INSTALLED_OTHER, "old": State.MISSING}
    rows = [
        verdict(f"{name}-{letter}", states.get(name, State.INSTALLED), "bash", installed=here, target=there)
        for name, (here, there) in versions.items()
        for letter in "ab"
    ]
    run = run_of_rows([host_of(row["host"], [row]) for row in rows], rows)
    fixes = [("2-1", "RHSA-1", ["CVE-2026-1"]), ("3-1", "RHSA-2", ["CVE-2026-2"]), ("0-1", None, ["CVE-2020-1"])]
    data: dict[str, list[object]] = {
        name: [one[at] for one in fixes] for at, name in enumerate(("evr", "advisory", "cves"))
    }
    same = {"family": "rhel", "product": "RedhatEnterpriseLinux9.3", "name": "bash", "arch": "x86_64"}
    table = arrow.table(FIXES, data | {name: [text] * 3 for name, text in same.items()}, 3)
    return pr.Run(run.settings, run.hosts, run.verdicts, "all", "0.0", run.baselines, fixes=table)


def written(run, form):
    stream = io.BytesIO()
    pr.write(run, stream, format=form, **OPTIONS.get(form, {}))
    return stream.getvalue()


def failures(run):
    return [row for row in run.verdicts.to_pylist() if row["status"] == "NON_COMPLIANT"]


@pytest.mark.parametrize("run", RUNS, indirect=True)
def test_junit_counts_what_it_holds(run):
    suites = junitparser.JUnitXml.fromstring(written(run, "junit"))
    cases = [case for suite in suites for case in suite]
    kinds = Counter(type(result).__name__ for case in cases for result in case.result)
    assert (suites.tests, suites.failures, suites.errors) == (len(cases), kinds["Failure"], kinds["Error"])
    assert [(suite.tests, suite.failures) for suite in suites] == [
        (len(list(suite)), sum(bool(case.is_failure) for case in suite)) for suite in suites
    ]
    assert kinds["Failure"] == len(failures(run))
    said = [shown(one.message).replace("\n", "\\n") for one in run.diagnostics if one.level != "info"]
    assert [result.message for case in cases for result in case.result if case.is_skipped] == said
    assert len(suites) == run.hosts.num_rows + bool(said)
    assert kinds["Error"] == run.statuses()["UNKNOWN"]


@pytest.mark.parametrize("given", [str, lambda code: [code]], ids=["a code", "a list"])
@pytest.mark.parametrize(
    ("code", "failures"),
    [("PR7019", 2), ("PR1210", 1), ("PR7003", 1), ("PR2001", 1), ("PR7017", 0), ("noncompliant", 0)],
)
def test_junit_has_as_failures_what_a_run_tells_and_the_user_calls_one(given, code, failures):
    told = [Diagnostic("PR7019", Level.WARNING, "no rule selects it"), Diagnostic("PR7019", Level.ERROR, "nor does")]
    told.append(Diagnostic("PR1210", Level.INFO, "it means WINDOWS"))
    host = host_of("web-1", []) | {"doubts": [("PR7003", 4)]}
    refused = arrow.table(REJECTS, {"code": ["PR2001", "PR2001"]}, 2)
    run = replace(run_of_rows([host], []), diagnostics=tuple(told), rejects=refused)
    stream = io.BytesIO()
    pr.write(run, stream, format="junit", fail_on=given(code))
    suites = junitparser.JUnitXml.fromstring(stream.getvalue())
    cases = [case for suite in suites for case in suite]
    assert [case.name for case in cases if case.is_failure] == [code] * failures
    assert suites.failures == sum(suite.failures for suite in suites) == failures
    assert sum(suite.skipped for suite in suites) == sum(case.is_skipped for case in cases)
    assert suites.tests == len(cases) == sum(suite.tests for suite in suites)


@pytest.mark.parametrize("run", RUNS, indirect=True)
@pytest.mark.parametrize(("form", "name"), [("sarif", "sarif"), ("ocsf", "ocsf_2003")])
def test_json_formats_keep_their_schema(run, form, name):
    schema = json.loads((SCHEMAS / f"{name}.json").read_text())
    text = written(run, form)
    for document in [json.loads(text)] if form == "sarif" else map(json.loads, text.splitlines()):
        jsonschema.Draft202012Validator(schema).validate(document)


@pytest.mark.parametrize("run", RUNS, indirect=True)
def test_sarif_has_a_result_a_failure_and_a_rule_for_each(run):
    (said,) = json.loads(written(run, "sarif"))["runs"]
    fails = [one for one in said["results"] if one.get("kind", "fail") == "fail"]
    assert len(fails) == len(failures(run))
    assert {one["ruleId"] for one in said["results"]} <= {rule["id"] for rule in said["tool"]["driver"]["rules"]}
    marks = [one["partialFingerprints"]["patchrules/v1"] for one in said["results"]]
    unknown = run.statuses()["UNKNOWN"]
    assert len(set(marks)) == len({(row["host"], row["id"], row["advisory"]) for row in failures(run)}) + unknown


@pytest.mark.parametrize("run", RUNS, indirect=True)
def test_openmetrics_adds_up_to_the_run(run):
    found = {family.name: family for family in text_string_to_metric_families(written(run, "openmetrics").decode())}
    hosts: Counter[str] = Counter()
    patches: Counter[str] = Counter()
    for sample in found["patchrules_hosts"].samples:
        hosts[sample.labels["status"].upper()] += int(sample.value)
    for sample in found["patchrules_patches"].samples:
        patches[sample.labels["state"]] += int(sample.value)
    totals = run.totals()
    assert {status: hosts[status] for status in run.statuses()} == run.statuses()
    assert dict(patches) == {name: totals[name] for name in patches}
    assert sum(sample.value for sample in found["patchrules_non_compliant_patches"].samples) == len(failures(run))


@pytest.fixture(scope="module")
def security_hub():
    model = botocore.session.get_session().get_service_model("securityhub")
    return model.operation_model("BatchImportFindings").input_shape


@pytest.mark.parametrize("run", RUNS, indirect=True)
def test_asff_is_what_security_hub_imports(run, security_hub):
    findings = []
    for line in written(run, "asff").splitlines():
        request = json.loads(line)
        report = botocore.validate.ParamValidator().validate(request, security_hub)
        assert not report.has_errors(), report.generate_report()
        assert 1 <= len(request["Findings"]) <= 100
        findings += request["Findings"]
    # Limits that the service has and its model does not say.
    assert all(len(one["Title"]) <= 256 and len(one["Description"]) <= 1024 for one in findings)
    assert len({one["Id"] for one in findings}) == len(findings) or any(len(name) > 256 for name in HOSTILE)
    told = Counter(one["Compliance"]["Status"] for one in findings)
    words = {"COMPLIANT": "PASSED", "NON_COMPLIANT": "FAILED", "UNKNOWN": "NOT_AVAILABLE"}
    assert {status: told[words[status]] for status in words} == run.statuses()


def test_asff_wants_to_know_whose_it_is(full, tmp_path):
    with pytest.raises(DocumentError) as raised:
        pr.write(full, tmp_path / "findings.asff")
    assert str(raised.value) == (
        "`asff` needs the AWS account and region it is for [PR7906]\n"
        '  hint: say --account 123456789012 --region eu-west-1, or pr.write(..., account="...", region="...")'
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("run", RUNS, indirect=True)
def test_ocsf_has_an_event_a_host(run):
    events = [json.loads(line) for line in written(run, "ocsf").splitlines()]
    assert [one["resources"][0]["uid"] for one in events] == run.hosts["host"].to_pylist()
    assert sum(len(one["compliance"]["status_details"]) for one in events) == len(failures(run))


@pytest.mark.parametrize("run", RUNS, indirect=True)
def test_vex_is_valid_cyclonedx(run):
    text = written(run, "vex").decode()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    said = json.loads(text)
    refs = [one["bom-ref"] for one in said["components"]]
    assert len(refs) == len(set(refs))
    assert {one["ref"] for each in said["vulnerabilities"] for one in each["affects"]} <= set(refs)


def test_vex_says_of_each_cve_how_it_stands(cves):
    said = json.loads(written(cves, "vex"))
    told = {(one["id"], one["analysis"]["state"]): one["affects"] for one in said["vulnerabilities"]}
    versions = {
        key: [[(each["version"], each["status"]) for each in one["versions"]] for one in affects]
        for key, affects in told.items()
    }
    lacking = [("1-1", "affected"), ("2-1", "unaffected")]
    assert versions == {
        ("CVE-2020-1", "resolved"): [[("1-1", "unaffected")], [("2-1", "unaffected")], [("3-1", "unaffected")]],
        ("CVE-2026-1", "exploitable"): [lacking],
        ("CVE-2026-1", "in_triage"): [lacking],
        ("CVE-2026-1", "resolved"): [[("2-1", "unaffected")], [("3-1", "unaffected")]],
        ("CVE-2026-2", "exploitable"): [
            [("1-1", "affected"), ("3-1", "unaffected")],
            [("2-1", "affected"), ("3-1", "unaffected")],
        ],
        ("CVE-2026-2", "in_triage"): [[("1-1", "affected"), ("3-1", "unaffected")]],
        ("CVE-2026-2", "resolved"): [[("3-1", "unaffected")]],
    }
    purls = {one["purl"] for one in said["components"]}
    assert purls == {f"pkg:rpm/rhel/bash@{version}?arch=x86_64" for version in ("1-1", "2-1", "3-1")}


@pytest.mark.parametrize("run", RUNS, indirect=True)
def test_markdown_cells_hold_no_markup(run):
    text = written(run, "markdown").decode()
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    for row in rows:
        bare = re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", row)
        assert not re.search(r"[<>@\[\]`]", bare), row
        assert len(row) < 700
    assert len(rows) == len([line for line in text.splitlines() if "|" in line])


def test_markdown_tells_nothing_from_nobody_looked(full):
    rows = with_upcoming(full, [{"id": "kernel.x86_64"}])
    some, nothing, unknown = (written(run, "markdown").decode() for run in (rows, with_upcoming(full, []), full))
    head = "### Approved next\n\n| Not before | Patch | Wanted | Advisory | Level | Hosts |\n"
    assert head in some
    assert "| `2026-11-02 12:00Z` | `kernel.x86_64` |" in some
    assert "Approved next" not in nothing
    assert f"### Approved next\n\n{NOBODY_LOOKED}\n\n### Why hosts are unknown\n" in unknown
    assert NOBODY_LOOKED not in some + nothing


def test_markdown_says_what_is_wrong_what_was_doubtful_and_how_much_it_leaves_out():
    rows = [verdict("web-1", State.MISSING, f"package-{number}", advisory="RHSA-1") for number in range(12)]
    told = (
        Diagnostic("PR7019", Level.WARNING, "no rule of `prod` selects any patch", count=3),
        Diagnostic("PR1031", Level.ERROR, "two baselines serve `prod`"),
    )
    host = host_of("web-1", rows) | {"doubts": [("PR7003", 4)]}
    text = written(replace(run_of_rows([host], rows), diagnostics=told), "markdown").decode()
    assert text.count("| `package-") == 10
    assert "\n\n… and 2 more\n" in text
    assert (
        "### What is wrong\n\n| Code | What |\n| --- | --- |\n| `PR1031` | `` two baselines serve `prod` `` |\n" in text
    )
    assert [line.rsplit(" ", 2)[1] for line in text.splitlines() if line.startswith("| `PR70")] == ["4", "3"]
    assert "| `PR7019` | ``no rule of `prod` selects any patch`` | 3 |" in text


@pytest.mark.parametrize("form", ["markdown", "junit", "table", "html"])
def test_what_a_run_says_of_products_is_said_of_each_as_far_as_anybody_reads(form):
    """A code that says many things, as one about each file, does not hide the other codes."""
    long = "x" * 128
    said = [f"no rule of `{long}` selects any patch in the catalogs of Debian{number}" for number in range(9)]
    told = [Diagnostic("PR7019", Level.WARNING, one, count=20 - number) for number, one in enumerate(said)]
    run = replace(run_of_rows([host_of("web-1", [])], []), diagnostics=(*told, told[0]))
    text = " ".join(html.unescape(written(run, form).decode()).split())
    found = [number for number in range(9) if text.count(f"Debian{number}")]
    assert found == list(range(9) if form == "junit" else range(3))
    if form != "junit":
        assert CODES["PR7019"] in text


@pytest.mark.parametrize("form", ALARMS)
def test_what_is_not_applicable_is_no_alarm(form):
    rows = [verdict("web-1", State.NOT_APPLICABLE, "absentee", advisory="RHSA-ABSENT", status="")]
    run = run_of_rows([host_of("web-1", rows)], rows)
    text = written(run, form).decode()
    assert "absentee" not in text
    assert "RHSA-ABSENT" not in text
    assert State.NOT_APPLICABLE not in NON_COMPLIANT_STATES
