"""``report`` and ``history``: what a saved run is turned into on the command line."""

from __future__ import annotations

import csv
import dataclasses
import io
import json

import pyarrow.parquet as pq
import pytest

import patchrules as pr
from patchrules.model.columns import UPCOMING
from patchrules.model.names import State
from patchrules.questions.wording import NOBODY_LOOKED
from patchrules.sources import arrow
from tests.reports.conftest import host_of, run_of_rows, verdict


@pytest.fixture
def saved(tmp_path):
    """Return a folder with one saved run, `runs/one`."""
    rows = [verdict("web-1", State.MISSING, "bash")]
    (tmp_path / "runs").mkdir()
    pr.write(run_of_rows([host_of("web-1", rows), host_of("web-2")], rows), tmp_path / "runs/one", format="parquet")
    return tmp_path / "runs"


def test_the_table_is_what_a_saved_run_shows(patchrules, saved):
    done = patchrules("report", str(saved / "one"))
    assert done.exit_code == 0
    assert "web-1   ✗ non-compliant" in done.stdout
    assert done.stdout.splitlines()[-1] == f"Next: patchrules explain bash.x86_64 --host web-1 --run {saved / 'one'}"


def test_a_table_goes_to_standard_output_as_csv(patchrules, saved):
    done = patchrules("report", str(saved / "one"), "--table", "patches")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [(row["id"], row["non_compliant"]) for row in rows] == [("bash.x86_64", "1")]


def test_upcoming_approvals_that_nobody_looked_for_are_not_told_as_none(patchrules, saved):
    knows = dataclasses.replace(pr.load_run(saved / "one"), upcoming=arrow.table(UPCOMING, {}, 0))
    pr.write(knows, saved / "two", format="parquet")
    done = [patchrules("report", str(saved / name), "--table", "upcoming") for name in ("one", "two")]
    assert [one.stderr for one in done] == [f"warning: {NOBODY_LOOKED}\n", ""]
    assert [one.stdout.count("\n") for one in done] == [1, 1]
    assert patchrules("report", str(saved / "one"), "--table", "hosts").stderr == ""


def test_a_table_is_a_parquet_file_that_says_of_which_run(patchrules, saved, tmp_path):
    assert (
        patchrules("report", str(saved / "one"), "--table", "hosts", "-o", str(tmp_path / "h.parquet")).exit_code == 0
    )
    found = pq.read_table(tmp_path / "h.parquet")
    said = {key.decode(): value.decode() for key, value in found.schema.metadata.items()}
    assert found["host"].to_pylist() == ["web-1", "web-2"]
    assert (said["patchrules.run"], said["patchrules.table"]) == (pr.load_run(saved / "one").id, "hosts")
    assert said["patchrules.as_of"] == "2026-11-01T12:00:00Z"
    assert str(found.schema.field("status").type) == "dictionary<values=string, indices=int32, ordered=0>"


def test_every_format_is_made_from_a_saved_run(patchrules, saved, tmp_path):
    place = tmp_path / "findings.asff.jsonl"
    options = ("--account", "123456789012", "--region", "eu-west-1")
    assert patchrules("report", str(saved / "one"), "-o", str(place), *options).exit_code == 0
    assert len(json.loads(place.read_text())["Findings"]) == 2
    page = tmp_path / "page.html"
    assert patchrules("report", str(saved / "one"), "-o", str(page), "--earlier", str(saved / "one")).exit_code == 0
    assert page.read_text().startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ["--table", "hosts", "--output-format", "junit"],
            "error: `junit` does not write a single table such as `hosts` [PR7904]\n  hint: choose one of arrow, csv, jsonl, parquet\n",
        ),
        (
            ["--output-format", "parquet"],
            "error: `parquet` is a folder of files and cannot be written to a stream [PR7902]\n  hint: give a folder, e.g. -o verdicts/\n",
        ),
    ],
)
def test_what_cannot_be_written_is_told(patchrules, saved, options, said):
    done = patchrules("report", str(saved / "one"), *options)
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", said)


def test_a_folder_that_is_no_run_is_told(patchrules, saved):
    done = patchrules("report", str(saved))
    assert done.exit_code == 2
    assert done.stderr.startswith(f"error: `{saved}` is no saved run: run.json cannot be read")


@pytest.mark.parametrize(("show", "rows"), [("trend", 1), ("patching", 3), ("fixes", 0)])
def test_each_part_of_a_history_is_rows(patchrules, saved, show, rows):
    done = patchrules("history", str(saved), "--show", show, "--output-format", "json")
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    assert found["schema"] == f"patchrules/history-{show}/1"
    assert len(found["rows"]) == rows


def test_a_history_says_who_had_a_cve(patchrules, saved):
    done = patchrules("history", str(saved), "--cve", "CVE-2026-1")
    assert done.stdout == "CVE-2026-1: no listed package of any run has it\n"
    assert patchrules("history", str(saved)).stdout.splitlines()[0] == "1 run"
