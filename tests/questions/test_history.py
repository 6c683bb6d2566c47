"""A row of runs: spells begin when something fails, end when a judged run finds it in order, and never overlap."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import patchrules as pr
from patchrules.errors import DocumentError
from patchrules.model.columns import FIXES
from patchrules.model.names import State
from patchrules.questions.history import exposed, history
from patchrules.sources import arrow
from tests.reports.conftest import NOON, host_of, run_of_rows, verdict

DAY = timedelta(days=1)
OLD, NEW = "0:1-1", "0:2-1"
STATES = ("missing", "missing later", "fixed", "unwanted", "removed", "unknown", "absent")
"""What one run can find about the package `bash` of the host `web-1`."""


def run_at(day, found, rows="all"):
    """Return a run of that day that finds what the word says; `mail-1` is always there and in order."""
    since = NOON + (day - 3) * DAY if found == "missing later" else NOON - 3 * DAY
    state, installed = {
        "fixed": (State.INSTALLED, NEW),
        "unwanted": (State.INSTALLED_OTHER, OLD),
    }.get(found, (State.MISSING, OLD))
    listed = found in ("missing", "missing later") or (rows == "all" and found in ("fixed", "unwanted"))
    verdicts = [verdict("web-1", state, "bash", installed=installed, target=NEW, since=since)] if listed else []
    web = host_of("web-1", verdicts, patch_group="prod", **({"status": "UNKNOWN"} if found == "unknown" else {}))
    run = run_of_rows([host_of("mail-1"), *([] if found == "absent" else [web])], verdicts, rows=rows)
    return dataclasses.replace(run, settings=dataclasses.replace(run.settings, as_of=NOON + day * DAY))


def spells(*found, rows="all"):
    runs = [run_at(day, word, rows) for day, word in enumerate(found)]
    return [
        ((one["first_seen"] - NOON).days, one["ended"] and (one["ended"] - NOON).days, one["outcome"], one["days"])
        for one in history(runs).spells.to_pylist()
    ]


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (["missing"], [(0, None, "open", None)]),
        (["missing", "missing", "fixed"], [(0, 2, "fixed", 5)]),
        (["fixed", "missing", "fixed"], [(1, 2, "fixed", 5)]),
        (["missing", "fixed", "missing"], [(0, 1, "fixed", 4), (2, None, "open", None)]),
        (["missing", "unwanted"], [(0, 1, "unwanted", 4)]),
        (["missing", "removed"], [(0, 1, "removed", 4)]),
        (["missing", "unknown", "fixed"], [(0, 2, "fixed", 5)]),
        (["missing", "absent", "absent"], [(0, None, "open", None)]),
        (["missing", "missing later", "fixed"], [(0, 2, "fixed", 5)]),  # a newer version does not start the clock anew
        (["fixed", "unknown", "absent"], []),
    ],
    ids=str,
)
def test_spells_begin_and_end(found, told):
    assert spells(*found) == told


def test_a_run_that_lists_only_failures_cannot_tell_how_a_spell_ended():
    assert spells("missing", "fixed", rows="noncompliant") == [(0, 1, "unlisted", 4)]
    assert spells("missing", "unwanted", rows="noncompliant") == [(0, 1, "unlisted", 4)]


def told_plainly(words):
    """Return first day, last day and end of each spell, walking day by day."""
    found, begun = [], None
    for day, word in enumerate(words):
        if word.startswith("missing"):
            begun = (begun[0], day) if begun else (day, day)
        elif begun and word not in ("unknown", "absent"):
            found.append((*begun, day))
            begun = None
    return found + ([(*begun, None)] if begun else [])


@given(st.lists(st.sampled_from(STATES), max_size=7), st.sampled_from(["all", "noncompliant"]))
def test_spells_are_those_a_walk_through_the_days_finds(words, rows):
    runs = [run_at(day, word, rows) for day, word in enumerate(words)]
    days = [
        tuple(one[name] and (one[name] - NOON).days for name in ("first_seen", "last_seen", "ended"))
        for one in history(runs).spells.to_pylist()
    ]
    assert days == told_plainly(words)


@given(st.permutations(["missing", "fixed", "missing", "removed"]))
def test_the_order_in_which_runs_are_given_says_nothing(words):
    runs = [run_at(day, word) for day, word in enumerate(words)]
    one, other = history(runs), history(runs[::-1])
    assert one.trend == other.trend
    assert one.spells.equals(other.spells)


def test_a_history_reads_as_lines():
    runs = [run_at(day, word) for day, word in enumerate(["missing", "missing", "fixed"])]
    assert str(history(runs)) == (
        "3 runs\n"
        "  2026-11-01 12:00Z   50.0 %  1 of 2 hosts comply, 1 missing\n"
        "  2026-11-02 12:00Z   50.0 %  1 of 2 hosts comply, 1 missing\n"
        "  2026-11-03 12:00Z  100.0 %  2 of 2 hosts comply, 0 missing\n"
        "  every patch: 1 put right (half within 5 days, 90 % within 5), 0 open\n"
        "  level HIGH: 1 put right (half within 5 days, 90 % within 5), 0 open\n"
        "  group prod: 1 put right (half within 5 days, 90 % within 5), 0 open"
    )


def test_percentiles_are_days_that_occurred():
    rows = [verdict(f"web-{n}", State.MISSING, "bash", since=NOON - n * DAY) for n in range(10)]
    first = run_of_rows([host_of(row["host"], [row]) for row in rows], rows)
    fixed = [row | {"state": "INSTALLED", "status": "COMPLIANT", "installed": NEW} for row in rows[:9]]
    second = run_of_rows([host_of(row["host"]) for row in fixed] + [host_of("web-9", rows[9:])], [*fixed, rows[9]])
    second = dataclasses.replace(second, settings=dataclasses.replace(second.settings, as_of=NOON + DAY))
    every, *_ = history([first, second]).patching()
    assert (every.ended, every.open, every.p50, every.p90, every.p95) == (9, 1, 5, 9, 9)


def with_cve(run):
    fix = {"family": "rhel", "product": "RedhatEnterpriseLinux9.3", "name": "bash", "arch": "x86_64", "evr": NEW}
    row: dict[str, list[object]] = {name: [value] for name, value in fix.items()}
    row |= {"advisory": ["RHSA-1"], "cves": [["CVE-2026-1"]]}
    return dataclasses.replace(run, fixes=arrow.table(FIXES, row, 1))


def test_who_had_a_cve_from_when_to_when():
    words = ["missing", "unknown", "missing", "fixed", "unwanted"]
    runs = [with_cve(run_at(day, word)) for day, word in enumerate(words)]
    told = [
        (one["standing"], (one["first_seen"] - NOON).days, (one["last_seen"] - NOON).days, one["ended"])
        for one in exposed(runs, "cve-2026-1").to_pylist()
    ]
    assert told == [("missing", 0, 2, NOON + 3 * DAY), ("unapproved", 4, 4, None)]
    assert exposed(runs, "CVE-2026-2").num_rows == 0


def test_a_folder_of_runs_is_the_history(tmp_path):
    runs = [run_at(day, word) for day, word in enumerate(["missing", "fixed"])]
    for name, run in zip(("z-first", "a-second"), runs, strict=True):
        pr.write(run, tmp_path / name, format="parquet")
    (tmp_path / "notes").mkdir()
    assert history(tmp_path) == history(runs)
    assert len(history(tmp_path / "z-first").trend) == 1
    with pytest.raises(DocumentError) as raised:
        history(tmp_path / "notes")
    assert (
        str(raised.value)
        == f"`{tmp_path / 'notes'}` holds no saved run [PR7804]\n  hint: save runs in it: -o RUNS/monday/"
    )
