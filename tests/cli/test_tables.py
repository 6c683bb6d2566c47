"""Tables of rows: as wide as the terminal, or as 100 columns where there is none, and nothing of a cell is lost."""

from __future__ import annotations

from collections import Counter

import pytest

from patchrules.cli._output import table
from patchrules.questions.diff_shown import GROUPS, HOSTS, PATCHES

ROW = {
    "id": "kernel-default-optional-modules.x86_64",
    "target": "0:5.14.0-427.13.1.el9_4",
    "advisory": "RHSA-2024:2394",
    "approval": "new",
    "cause": "baseline",
    "host": "ip-10-0-0-17.eu-central-1.compute.internal",
    "patch_group": "production-frontend",
    "status": "COMPLIANT → NON_COMPLIANT",
} | dict.fromkeys(
    ["hosts", "missing", "noncompliant", "missing_before", "missing_after", "newly_approved", "lost_approval"]
    + ["turn_noncompliant", "turn_compliant", "turn_unknown"],
    6,
)


@pytest.mark.parametrize("columns", [PATCHES, GROUPS, HOSTS])
@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
def test_nothing_of_a_cell_is_lost(monkeypatch, columns, width):
    monkeypatch.setenv("COLUMNS", str(width))
    lines = table([ROW], columns).splitlines()
    assert max(map(len, lines)) <= width
    words = "".join([title.lstrip(">") + cell.format_map(ROW) for title, cell in columns.items()])
    shown = "".join(line for line in lines if "─" not in line)
    assert Counter("".join(shown.split())) == Counter("".join(words.split()))


def test_a_table_that_is_piped_is_100_columns_wide(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr("os.get_terminal_size", lambda *_: (_ for _ in ()).throw(OSError("no terminal")))
    assert max(map(len, table([ROW], HOSTS).splitlines())) == 100
