"""How fast schedules run: 10,000 occurrences, a year of one window with calendars, a proof of a deadline.

Medians of five interleaved runs, one JSON line. Compared with aws-croniter on the same cron where it is installed; it
reads UTC only. Exits with 1 when 10,000 occurrences take longer than their budget of 500 ms.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import islice

from patchrules.model.baseline import ApprovalRule
from patchrules.model.window import Window
from patchrules.questions.feasible import feasible
from patchrules.schedule.calendars import open_calendar, ranges_calendar
from patchrules.schedule.expressions import parse
from patchrules.schedule.windows import executions
from patchrules.schedule.zones import LATEST

START = datetime(2026, 1, 1, tzinfo=UTC)
COUNT = 10_000
BUDGET_MS = 500
RUNS = 5
CRONS = {
    "quarter_hours_utc": ("cron(0/15 * * * ? *)", "UTC"),
    "nightly_london": ("cron(0 2 ? * * *)", "Europe/London"),
    "weekdays_lord_howe": ("cron(15 2 ? * MON-FRI *)", "Australia/Lord_Howe"),
}


def occurrences(text: str, zone: str) -> int:
    """Count 10,000 runs."""
    return sum(1 for _ in islice(parse(text, zone=zone).between(START, LATEST), COUNT))


def year() -> int:
    """Count the executions of a year under two calendars."""
    freezes = [
        open_calendar(ranges_calendar(name, ["2026-07-01/2026-07-14", "2026-12-18/2027-01-03"])) for name in "ab"
    ]
    often = Window("often", "cron(0/30 * * * ? *)", 1, 0, zone="Europe/London")
    return sum(run.runs for run in executions(often, START, START + timedelta(days=365), calendars=freezes))


def proof() -> bool:
    """Prove a deadline over a year, with every change that would meet it."""
    monthly = Window("monthly", "cron(0 2 ? * TUE#2 *)", 4, 1)
    return feasible(
        [ApprovalRule(approve_after_days=7)], [monthly], sla={"UNSPECIFIED": timedelta(14)}, start=START
    ).met


def theirs(text: str) -> Callable[[], object] | None:
    """Return the same work by aws-croniter, None where it is not installed."""
    try:
        from aws_croniter import AwsCroniter
    except ImportError:
        return None
    cron = AwsCroniter(text.removeprefix("cron(").removesuffix(")"))
    return lambda: cron.get_next(START, n=COUNT)


def main() -> None:
    """Print one line."""
    works: dict[str, Callable[[], object]] = {
        name: lambda text=text, zone=zone: occurrences(text, zone) for name, (text, zone) in CRONS.items()
    }
    works |= {"year_of_half_hours_with_calendars": year, "proof_of_a_deadline": proof}
    peer = theirs(CRONS["quarter_hours_utc"][0])
    if peer is not None:
        works["aws_croniter_quarter_hours_utc"] = peer
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(RUNS):
        for name, work in works.items():
            begun = time.perf_counter()
            work()
            taken[name].append(time.perf_counter() - begun)
    found = {f"{name}_ms": round(statistics.median(seconds) * 1e3, 1) for name, seconds in taken.items()}
    print(json.dumps({"occurrences": COUNT, "budget_ms": BUDGET_MS} | found))
    if any(found[f"{name}_ms"] > BUDGET_MS for name in CRONS):
        sys.exit(1)


if __name__ == "__main__":
    main()
