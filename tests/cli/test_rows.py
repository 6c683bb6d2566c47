"""Which verdicts an evaluation lists: those that its report reads."""

from __future__ import annotations

import pytest

from patchrules.cli._reports import Wanted


@pytest.mark.parametrize(
    ("wanted", "rows"),
    [
        (Wanted(), "noncompliant"),
        (Wanted(output="-"), "noncompliant"),
        (Wanted(output="report"), "noncompliant"),
        (Wanted(output="report.txt"), "noncompliant"),
        (Wanted(output="report.sarif"), "all"),
        (Wanted(output="report.csv"), "all"),
        (Wanted(output="run/"), "all"),
        (Wanted(output="report.html"), "all"),
        (Wanted(output_format="json"), "all"),
        (Wanted(output_format="junit"), "noncompliant"),
        (Wanted(output_format="csv", table="hosts"), "all"),
    ],
)
def test_a_report_says_which_verdicts_it_reads(wanted, rows):
    assert wanted.rows == rows
