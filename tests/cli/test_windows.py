"""The verbs of maintenance windows: what each prints and how it ends."""

from __future__ import annotations

import json

import pytest

from patchrules.cli._windows import read_windows
from patchrules.schedule.calendars import ics_calendar, open_calendar
from tests.conftest import ROOT

DATA = ROOT / "data/windows"
FROM = ("--from", "2026-11-24T00:00Z")
HOSTS = ("--hosts", ROOT / "data/inventories/hosts.yaml")


def test_schedule_says_what_an_expression_means_and_when_it_runs(patchrules):
    result = patchrules(
        "schedule", "cron(30 23 ? * TUE#3 *)", "--offset", 2, "--zone", "Europe/London", "--count", 2, *FROM
    )
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "cron(30 23 ? * TUE#3 *) + 2 d: at 23:30, 2 days after the third Tuesday of every month (a Thursday) (Europe/London)",
        "",
        "  2026-12-17T23:30Z  Thursday   2026-12-17 23:30 GMT",
        "  2027-01-21T23:30Z  Thursday   2027-01-21 23:30 GMT",
    ]


def test_schedule_knows_named_examples_and_a_rate_counts_from_the_instant(patchrules):
    named = json.loads(patchrules("schedule", "patch-tuesday-plus-3", *FROM, "--output-format", "json").stdout)
    assert (named["expression"], named["offset"], len(named["runs"])) == ("cron(0 2 ? * TUE#2 *)", 3, 10)
    assert named["runs"][0] == {"start": "2026-12-11T02:00Z", "weekday": "Friday", "local": ""}
    rate = patchrules("schedule", "rate(7 days)", "--count", 1, *FROM).stdout
    assert "2026-11-24T00:00Z  Tuesday" in rate


def test_schedule_that_never_runs_again_ends_with_1(patchrules):
    result = patchrules("schedule", "at(2020-01-01T00:00:00)", *FROM)
    assert result.exit_code == 1
    assert "it never runs again" in result.stdout


REFUSED = [
    (("cron(0 2 ? * THU#6 *)",), "`6` is not a week value: 1-5 [PR4003]\n  at 18\n    cron(0 2 ? * THU#6 *)"),
    (("rate(1 day)", "--zone", "Europe/Lundon"), "did you mean `Europe/London`?"),
    (("rate(1 day)", "--service", "ssn"), "did you mean `ssm`?"),
    (("rate(7 days)", "--offset", "2"), "only a cron schedule takes an offset"),
    (("patch-tusday",), "there is no schedule `patch-tusday`: did you mean `patch-tuesday`?\n  hint: known are patch-"),
    (("0 2 ? * SUN *",), "hint: write `cron(0 2 ? * SUN *)`"),
]


@pytest.mark.parametrize(("arguments", "said"), REFUSED, ids=range(len(REFUSED)))
def test_schedule_shows_what_is_wrong(patchrules, arguments, said):
    result = patchrules("schedule", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_windows_tells_whom_they_patch_and_ends_with_1_when_somebody_is_left_out(patchrules):
    result = patchrules("windows", DATA / "windows.yaml", DATA / "web.yaml", *FROM, *HOSTS, "--count", 1)
    assert result.exit_code == 1
    for line in (
        "prod-sunday: cron(0 2 ? * SUN *) Europe/London, 4 h, no task in the last 1 h",
        "  at 02:00 every Sunday (Europe/London)",
        "  task 1 AWS-RunPatchBaseline (Install) on 5 hosts",
        "  patches 5: web-1, web-2, db-1, app-1, app-2",
        "in no window: build-1, build-2, lab-1",
        "`prod-sunday` and `web-sunday` overlap from 2026-11-29 04:00Z to 06:00Z on web-1, web-2",
        "prod-sunday    2026-11-29T02:00Z   2026-11-29T05:00Z   2026-11-29T06:00Z",
    ):
        assert line in result.stdout.splitlines()


def test_windows_without_hosts_only_says_when(patchrules):
    result = patchrules("windows", DATA / "windows.yaml", *FROM, "--count", 1, "--name", "mail-monthly")
    assert result.exit_code == 0
    assert "prod-sunday" not in result.stdout
    assert "  task 1 AWS-RunPatchBaseline (Install)" in result.stdout.splitlines()


def test_windows_of_a_folder_are_those_of_its_files(patchrules):
    answer = json.loads(patchrules("windows", DATA / "aws", *FROM, "--count", 1, "--output-format", "json").stdout)
    assert answer["schema"] == "patchrules/windows/1"
    assert [(one["window"], one["id"]) for one in answer["windows"]] == [
        ("prod-sunday", "mw-0a1b2c3d4e5f60718"),
        ("mail-monthly", "mw-0b1c2d3e4f5061728"),
    ]
    assert answer["executions"][0]["start"] == "2026-11-29T02:00Z"
    assert "unserved" not in answer


def test_windows_in_json_has_what_stands_out(patchrules):
    files = (DATA / "windows.yaml", DATA / "web.yaml")
    answer = json.loads(patchrules("windows", *files, *FROM, *HOSTS, "--output-format", "json").stdout)
    assert answer["unserved"] == ["build-1", "build-2", "lab-1"]
    assert answer["overlaps"][0]["hosts"] == ["web-1", "web-2"]


def test_skipped_runs_say_which_calendar_skips_them(patchrules):
    calendar = ("--calendar", DATA / "year-end.ics")
    options = ("--from", "2026-12-14T00:00Z", "--count", 4, "--name", "prod-sunday", "--output-format", "jsonl")
    rows = [
        json.loads(line)
        for line in patchrules("windows", DATA / "windows.yaml", *calendar, *options).stdout.splitlines()
    ]
    assert [row["skipped"] for row in rows] == ["`year-end` (year end freeze)"] * 3 + [""]
    assert {row["schema"] for row in rows} == {"patchrules/windows/1"}
    allow = ("--calendar", f"allow={DATA / 'year-end.yaml'}")
    rows = [
        json.loads(line) for line in patchrules("windows", DATA / "windows.yaml", *allow, *options).stdout.splitlines()
    ]
    assert [row["skipped"] for row in rows] == [""] * 3 + ["`year-end` (outside every event)"]


def test_windows_as_ics_are_whole_or_not_there(patchrules, tmp_path):
    options = ("windows", DATA / "windows.yaml", *FROM, "--count", 3, "--output-format", "ics")
    assert patchrules(*options, "-o", tmp_path / "windows.ics").exit_code == 0
    written = (tmp_path / "windows.ics").read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["windows.ics"]
    assert written.endswith(b"END:VCALENDAR\r\n")
    assert len(open_calendar(ics_calendar("windows", written.decode())).events) == 6
    assert patchrules(*options).stdout.replace("\r\n", "\n") == written.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("verb", ["windows", "feasible"])
def test_a_window_that_is_not_there_is_told_with_those_that_are(patchrules, verb):
    more = ("--baseline", "AWS-RedHatDefaultPatchBaseline", "--sla", "CRITICAL=14d") if verb == "feasible" else ()
    files = ("--window", DATA / "windows.yaml") if verb == "feasible" else (DATA / "windows.yaml",)
    result = patchrules(verb, *files, *more, "--name", "prod")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "there is no maintenance window `prod`" in result.stderr
    assert "known are prod-sunday, mail-monthly" in result.stderr


def test_every_fault_of_a_window_is_told_at_once(patchrules, tmp_path):
    (tmp_path / "bad.yaml").write_text("windows: [{name: a, schedule: rate(1 hours), duration: 30, cutoff: 1}]\n")
    result = patchrules("windows", tmp_path / "bad.yaml")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: 3 things are wrong\n")
    for code in ("PR4101", "PR4006", "PR4102"):
        assert f"[{code}]" in result.stderr


def test_what_is_odd_is_told_beside_the_answer_and_strict_fails(patchrules, tmp_path):
    text = "windows: [{name: prod, schedule: rate(1 day), duration: 3, cutoff: 1, colour: red}]\n"
    (tmp_path / "odd.yaml").write_text(text)
    told = patchrules("windows", tmp_path / "odd.yaml", *FROM)
    assert told.exit_code == 0
    assert told.stderr.startswith("error PR4551: there is no field `colour` here, it is not read")
    assert patchrules("windows", tmp_path / "odd.yaml", "--strict").exit_code == 2


PROD = ("--baseline", ROOT / "data/baselines/demo/prod-rhel9.json", "--window", DATA / "windows.yaml")


def test_feasible_ends_with_1_when_a_deadline_is_missed_and_shows_the_release(patchrules):
    options = (*PROD, "--name", "prod-sunday", *FROM, "--calendar", DATA / "year-end.ics")
    result = patchrules("feasible", *options, "--sla", "CRITICAL=7d,HIGH=35d")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[:3] == [
        "`prod-rhel9` and `prod-sunday`",
        "CRITICAL by rule 1: waits at most 28 d, deadline 7 d missed by up to 21 d",
        "  released 2026-12-13T02:00Z, approved 2026-12-13T02:00Z, first window 2027-01-10T02:00Z",
    ]
    assert "HIGH by rule 2: waits at most 35 d, deadline 35 d met" in result.stdout
    assert patchrules("feasible", *options, "--sla", "critical=28d, HIGH=35d").exit_code == 0


def test_feasible_asks_for_each_group_of_hosts_alone(patchrules):
    options = (*PROD, *FROM, "--sla", "CRITICAL=60d,HIGH=60d", "--output-format", "json")
    by_targets = json.loads(patchrules("feasible", *options).stdout)["answers"]
    assert [one["windows"] for one in by_targets] == ["prod-sunday", "mail-monthly"]
    result = patchrules("feasible", *options, *HOSTS)
    by_hosts = json.loads(result.stdout)["answers"]
    assert [one["windows"].partition(",")[0] for one in by_hosts] == ["prod-sunday", "mail-monthly", "no window"]
    assert [one["met"] for one in by_hosts] == [True, True, False]
    assert result.exit_code == 1
    assert by_hosts[2]["deadlines"][0]["wait_hours"] is None


SLAS = [
    ("CRITICAL", "`CRITICAL` is not a deadline, wanted e.g. CRITICAL=14d"),
    ("CRITICL=14d", "did you mean `CRITICAL`?"),
    ("CRITICAL=14", "`14` is not an age"),
]


@pytest.mark.parametrize(("sla", "said"), SLAS)
def test_a_bad_deadline_is_named(patchrules, sla, said):
    result = patchrules("feasible", *PROD, "--sla", sla)
    assert result.exit_code == 2
    assert said in result.stderr


def test_forecast_says_what_the_next_run_installs(patchrules, demo):
    options = ("--window", DATA / "windows.yaml", *demo, "--as-of", "2026-11-01T12:00Z")
    result = patchrules("forecast", *options)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert "mail-monthly: 2026-11-14 22:00Z to 2026-11-15 01:00Z, last task start 01:00Z" in lines
    rows = json.loads(patchrules("forecast", *options, "--output-format", "json").stdout)["rows"]
    assert {row["host"] for row in rows if row["window"] == "mail-monthly"} == {"mail-2"}
    assert {row["when"] for row in rows} == {"already", "by then"}


def test_forecast_in_json_tells_hosts_without_a_row_and_why_they_are_unknown(patchrules, demo):
    place = next(place for place, one in enumerate(demo) if "al2023" in one)
    scoped = [*demo[: place - 1], *demo[place + 1 :]]
    options = ("--window", DATA / "windows.yaml", "--name", "prod-sunday", *scoped, "--host", "app-1")
    [run] = json.loads(patchrules("forecast", *options, "--output-format", "json").stdout)["runs"]
    assert (run["window"], run["execution"]["start"][:10]) == ("prod-sunday", "2026-11-01")
    assert [(one["host"], one["status"], one["unknown"]) for one in run["hosts"]] == [
        ("app-1", "UNKNOWN", ["NO_CATALOG"])
    ]


def test_feasible_asks_only_hosts_of_the_baselines_system(patchrules):
    asked = patchrules("feasible", *PROD, *FROM, *HOSTS, "--sla", "HIGH=60d").stdout
    assert "mail-2" not in asked
    assert "build-1" not in asked
    assert "web-2" in asked


def test_forecast_of_a_window_that_opens_no_more_ends_with_1(patchrules, demo, tmp_path):
    (tmp_path / "past.yaml").write_text(
        "windows: [{name: past, schedule: at(2026-01-01T00:00:00), duration: 2, cutoff: 1}]\n"
    )
    result = patchrules("forecast", "--window", tmp_path / "past.yaml", *demo)
    assert result.exit_code == 1
    assert "past: no execution within two years" in result.stdout
    assert "PR4601" in result.stderr


def test_a_folder_without_windows_is_told(tmp_path, patchrules):
    (tmp_path / "notes.txt").write_text("x")
    assert "PR4510" in patchrules("windows", tmp_path).stderr
    with pytest.raises(ValueError, match="PR4510"):
        read_windows([str(tmp_path)])


def test_the_calendar_of_a_month(patchrules, demo):
    result = patchrules("forecast", *demo)
    told = "warning PR7020: 1 of 10 hosts is UNKNOWN (NO_PRODUCT): nothing is told of them\n"
    assert (result.exit_code, result.stderr) == (0, f"{told}  hint: patchrules evaluate says what to do\n")
    lines = result.stdout.splitlines()
    assert lines[:3] == [
        "2026-11-01 00:00Z to 2026-12-01 00:00Z: 4 days with changes",
        "2026-11-02: 1 patch approved, MISSING +2 on 2 hosts, 1 host to turn NON_COMPLIANT",
        "2026-11-03: 1 patch approved, MISSING +3 on 3 hosts, 1 host to turn NON_COMPLIANT",
    ]
    found = json.loads(patchrules("forecast", *demo, "--days", "2", "--output-format", "json").stdout)
    [day] = found["days"]
    assert (found["schema"], found["until"], day["day"], day["noncompliant"]) == (
        "patchrules/calendar/1",
        "2026-11-03T00:00:00Z",
        "2026-11-02",
        ["app-1"],
    )
    stale = patchrules("forecast", *demo, "--days", "3", "--max-catalog-age", "2d").stdout
    assert (
        "2026-11-02: 1 patch approved, MISSING +2 on 2 hosts, 1 host to turn NON_COMPLIANT, 4 hosts to turn UNKNOWN"
        in stale
    )


def test_days_on_which_nothing_changes_are_no_table(patchrules, demo):
    quiet = [*demo, "--host", "lab-1", "--days", "1"]
    told = patchrules("forecast", *quiet)
    assert (told.exit_code, told.stdout) == (0, "2026-11-01 00:00Z to 2026-11-02 00:00Z: 0 days with changes\n")
    assert [patchrules("forecast", *quiet, "--output-format", form).stdout for form in ("jsonl", "csv")] == ["", ""]


def test_days_and_a_window_are_two_questions(patchrules, demo):
    result = patchrules("forecast", *demo, "--days", "3", "--window", "w.yaml")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "a calendar of days or the next run of a window: give --days or --window" in result.stderr
