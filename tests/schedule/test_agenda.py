"""Executions in people's calendars: what we write is what RFC 5545 wants, and what we read back."""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchrules.errors import ScheduleError
from patchrules.model.window import Window
from patchrules.schedule.agenda import ics_text
from patchrules.schedule.calendars import Skip, ics_calendar, open_calendar, ranges_calendar
from patchrules.schedule.windows import Execution, executions

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
WEEKLY = Window("weekly", "cron(0 2 ? * SUN *)", duration=3, cutoff=1, zone="Europe/London")
FREEZE = open_calendar(ranges_calendar("year-end", [{"from": "2026-12-18", "to": "2027-01-03", "reason": "year end"}]))


def year(window: Window) -> list[Execution]:
    return list(executions(window, NOW, NOW + timedelta(days=365), calendars=[FREEZE]))


def test_our_own_reader_finds_the_executions_that_run_and_no_other():
    runs = year(WEEKLY)
    text = ics_text(runs, stamp=NOW).decode()
    found = open_calendar(ics_calendar("weekly", text)).spans(NOW, NOW + timedelta(days=366))
    assert [(span.start, span.end, span.label) for span in found] == [
        (run.start, run.end, "weekly") for run in runs if run.runs
    ]
    assert text.count("STATUS:CANCELLED") == 3
    assert text.replace("\r\n ", "").count("skipped by `year-end` (year end)") == 3


def test_an_execution_keeps_its_uid_and_no_other_has_it():
    one, again = (ics_text(year(WEEKLY), stamp=stamp) for stamp in (NOW, NOW + timedelta(days=1)))
    uids = re.findall(rb"UID:\S+", one)
    assert uids == re.findall(rb"UID:\S+", again)
    assert len(set(uids)) == len(uids) == 52
    assert one.replace(b"DTSTAMP:20261124", b"DTSTAMP:20261125") == again
    other = ics_text(year(dataclasses.replace(WEEKLY, name="other")), stamp=NOW)
    assert set(uids).isdisjoint(re.findall(rb"UID:\S+", other))


def test_a_run_without_length_is_a_moment():
    text = ics_text([Execution("cron(0 2 ? * SUN *)", NOW, NOW, NOW)], stamp=NOW)
    assert b"DTEND" not in text
    assert b"DESCRIPTION" not in text


def test_a_stamp_needs_a_zone():
    with pytest.raises(ScheduleError, match="PR4013"):
        ics_text(year(WEEKLY), stamp=datetime(2026, 11, 24))  # noqa: DTZ001, that is the point


@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=20))
def test_any_text_is_folded_and_escaped_so_that_it_comes_back(name, about, label):
    run = Execution(name, NOW, NOW, NOW, (Skip("calendar", label),))
    written = ics_text([run], stamp=NOW, about={name: about})
    assert written.endswith(b"\r\nEND:VCALENDAR\r\n")
    for line in written.removesuffix(b"\r\n").split(b"\r\n"):
        assert len(line) <= 75
        assert not {b"\r", b"\n"} & {bytes([octet]) for octet in line}
        line.decode()
    unfolded = written.replace(b"\r\n ", b"").decode()
    summary = next(line for line in unfolded.split("\r\n") if line.startswith("SUMMARY:")).removeprefix("SUMMARY:")
    back = re.sub(r"\\([\\;,n])", lambda match: "\n" if match[1] == "n" else match[1], summary)
    assert back == "".join(char for char in name if char == "\n" or char.isprintable())
