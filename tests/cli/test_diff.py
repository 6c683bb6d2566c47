"""``patchrules diff``: saved runs, a Terraform plan, AWS's own verdicts; what is printed and how it ends."""

from __future__ import annotations

import csv
import io
import json

import pytest


@pytest.fixture
def runs(patchrules, demo, tmp_path):
    """Save runs of the bundled fleet: now, nine days later, and without what complies."""
    found = {}
    for name, options in (("now", ()), ("later", ("--as-of", "2026-11-10T00:00Z")), ("less", ("--only-noncompliant",))):
        found[name] = tmp_path / name
        patchrules("evaluate", *demo, *options, "--output-format", "parquet", "-o", found[name])
    return found


@pytest.mark.parametrize(
    ("pair", "condition", "code"),
    [
        (("now", "later"), "new-noncompliant", 1),
        (("now", "later"), "lost-approval", 0),
        (("now", "later"), "never", 0),
        (("later", "now"), "new-noncompliant", 0),
        (("later", "now"), "lost-approval", 1),
        (("later", "now"), "any", 1),
        (("now", "now"), "any", 0),
    ],
)
def test_fail_on_says_what_a_finding_is(patchrules, runs, pair, condition, code):
    result = patchrules("diff", *(runs[name] for name in pair), "--fail-on", condition)
    assert (result.exit_code, result.stderr) == (code, "")


def test_every_format_says_the_same(patchrules, runs):
    headline = "MISSING +8 on 5 hosts · 2 hosts turn NON_COMPLIANT · 3 patches newly approved · no approval lost"
    told = {
        form: patchrules("diff", runs["now"], runs["later"], "--output-format", form).stdout
        for form in ("table", "json", "markdown", "csv")
    }
    assert told["table"].splitlines()[0] == headline
    assert told["table"].splitlines()[3] == "as-of: 2026-11-01T00:00:00Z → 2026-11-10T00:00:00Z"
    assert headline.replace("_", "\\_") in told["markdown"].splitlines()[0]
    found = json.loads(told["json"])
    assert (found["schema"], found["headline"], len(found["hosts"]), len(found["verdicts"])) == (
        "patchrules/diff/1",
        headline,
        5,
        8,
    )
    rows = list(csv.DictReader(io.StringIO(told["csv"])))
    assert [row["id"] for row in rows] == [row["id"] for row in found["verdicts"]]


def test_a_plan_is_compared_with_its_state_before(patchrules, demo, data):
    options = demo[2:]  # a plan has its own baselines
    result = patchrules("diff", "--terraform", data / "registry/changes/plan.json", *options)
    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == (
        "MISSING +3 on 3 hosts · 1 host turns NON_COMPLIANT · 1 patch newly approved · no approval lost"
    )
    assert "baseline: `prod-rhel9`, rule 2: ApproveAfterDays 7 → 2\n" in result.stdout


def test_a_run_is_compared_with_aws(patchrules, runs, data):
    dump = data / "aws/list-compliance-items.json"
    result = patchrules("diff", runs["now"], dump, "--output-format", "json", "--agent", runs["now"])
    found = json.loads(result.stdout)
    assert (result.exit_code, found["schema"], found["agreed"]) == (0, "patchrules/against-aws/1", 1)
    assert {row["id"]: row["cause"] for row in found["rows"]}["curl.x86_64"] == "baseline or catalog"
    assert result.stderr == "info PR7825: AWS lists nothing installed of web-2: what complies is not compared\n"
    assert patchrules("diff", runs["now"], dump, "--fail-on", "any").exit_code == 1
    assert patchrules("diff", runs["now"], dump, "--output-format", "markdown").stdout.startswith("### Against AWS: 1 ")
    refused = patchrules("diff", runs["less"], dump)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "error: the run lists only what does not comply [PR7826]" in refused.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "two saved runs are compared\n  hint: patchrules diff BEFORE AFTER"),
        (("a",), "two saved runs are compared"),
        (
            ("a", "b", "--terraform", "c"),
            "a plan is compared with its own state before: give runs or --terraform, not both",
        ),
        (("a", "b"), "`a` is no saved run: run.json cannot be read (No such file or directory) [PR7801]"),
    ],
)
def test_what_is_given_wrong(patchrules, arguments, said):
    result = patchrules("diff", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
