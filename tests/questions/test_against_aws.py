"""AWS's own verdicts against ours: what each difference is put down to, and what nothing explains."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest

import patchrules as pr
from patchrules.documents.aws_compliance import load_compliance
from patchrules.errors import DocumentError
from patchrules.evaluation.nouns import only
from patchrules.model.names import State
from patchrules.model.verdict import ReportedVerdict
from patchrules.questions.against_aws import against_aws
from tests.conftest import ROOT

AS_OF = datetime(2026, 11, 1, tzinfo=UTC)
OPENSSL = ("web-2", "openssl.x86_64", State.MISSING, "openssl.x86_64:1:3.2.2-6.el9_5.1")


@pytest.fixture(scope="module")
def runs():
    """Judge one host in both dialects."""
    fleet = pr.open_fleet(ROOT / "data/inventories/fleet", hosts=pr.load_hosts(ROOT / "data/inventories/hosts.yaml"))
    catalog = pr.read_catalog(ROOT / "data/catalogs/rhel9", family="rhel")
    prod = pr.load_baseline(ROOT / "data/baselines/demo/prod-rhel9.json")
    return {
        (dialect, rows): pr.evaluate_fleet(prod, only(fleet, "web-2"), catalog, as_of=AS_OF, dialect=dialect, rows=rows)
        for dialect, rows in (("documented", "all"), ("agent", "all"), ("documented", "noncompliant"))
    }


def as_reported(run, **changes):
    """Say what AWS would say if it agreed in everything, but for some packages."""
    rows = [row for row in run.verdicts.to_pylist() if changes.get(row["name"], row) is not None]
    said = [ReportedVerdict(row["host"], row["id"], State(row["state"]), row["title"]) for row in rows]
    return [changes.get(row["name"], one) for row, one in zip(rows, said, strict=True)]


def test_it_agrees_with_itself(runs):
    run = runs["documented", "all"]
    found = against_aws(run, as_reported(run))
    assert (found.agreed, found.disagreements, found.unexplained) == (run.verdicts.num_rows, (), 0)
    assert str(found) == f"{run.verdicts.num_rows} verdicts agree, 0 differ"


@pytest.mark.parametrize("form", ["aws-compliance", "aws-inventory"])
def test_it_agrees_with_its_own_report_in_the_shape_of_aws(runs, form):
    run, written = runs["documented", "all"], io.BytesIO()
    pr.write(run, written, format=form)
    reported, doubts = load_compliance(written.getvalue())
    found = against_aws(run, reported)
    assert (doubts, found.agreed, found.disagreements) == ([], run.verdicts.num_rows, ())


CAUSES = {
    "newer catalog": (ReportedVerdict(*OPENSSL[:3], "openssl.x86_64:1:3.2.2-300.el9"), None),
    "other state": (
        ReportedVerdict(*OPENSSL[:2], State.INSTALLED_OTHER, "openssl.x86_64:1:3.2.2-1.el9"),
        ("inventory", "AWS found 1:3.2.2-1.el9 installed, our inventory has 1:3.2.2-6.el9"),
    ),
    "other baseline": (
        ReportedVerdict(*OPENSSL[:2], State.INSTALLED, baseline_id="pb-1"),
        ("unexplained", "nothing that the run records explains it"),  # ours has no id to compare with
    ),
    "looked before": (
        ReportedVerdict(*OPENSSL[:2], State.INSTALLED_OTHER, captured_at=AS_OF - timedelta(days=400)),
        ("catalog age", "AWS looked at 2025-09-27T00:00:00Z, and it is approved since "),
    ),
    "nothing said": (None, ("inventory", "our inventory has 1:3.2.2-6.el9, AWS says nothing of it")),
    "nothing explains": (
        ReportedVerdict(*OPENSSL[:2], State.FAILED),
        ("unexplained", "nothing that the run records explains it"),
    ),
}


@pytest.mark.parametrize("kind", CAUSES)
def test_a_difference_has_a_cause(runs, kind):
    said, expected = CAUSES[kind]
    run = runs["documented", "all"]
    mine = next(row for row in run.verdicts.to_pylist() if row["name"] == "openssl")
    found = against_aws(run, as_reported(run, openssl=said)).disagreements
    if expected is None:
        assert found == ()  # the state is the same, whatever version is wanted
        return
    [one] = found
    cause, why = expected
    assert (one.host, one.id, one.ours) == ("web-2", "openssl.x86_64", State.MISSING)
    assert one.cause == cause
    assert one.why.startswith(why.replace("1:3.2.2-6.el9", mine["installed"]))


def test_the_dialect_explains_what_only_the_agent_says(runs):
    run, agent = runs["documented", "all"], runs["agent", "all"]
    found = against_aws(run, as_reported(agent), agent=agent)
    assert found.disagreements
    assert {one.cause for one in found.disagreements} == {"dialect"}


def test_other_hosts_and_filtered_answers_are_told(runs):
    run = runs["documented", "all"]
    found = against_aws(run, [ReportedVerdict(*OPENSSL), ReportedVerdict("x", "a", State.MISSING)])
    assert [str(one) for one in found.diagnostics] == [
        "warning PR7824: AWS speaks of hosts that are not in the run: x",
        "info PR7825: AWS lists nothing installed of web-2: what complies is not compared",
    ]
    assert (found.agreed, [one.id for one in found.disagreements]) == (
        1,
        ["httpd.x86_64", "openssl-libs.x86_64", "sudo.x86_64", "telnet.x86_64"],
    )


def test_a_run_that_lists_less_is_refused(runs):
    with pytest.raises(DocumentError) as caught:
        against_aws(runs["documented", "noncompliant"], [])
    assert str(caught.value) == (
        "the run lists only what does not comply [PR7826]\n  hint: evaluate again without --only-noncompliant"
    )
