"""Schedules against the outside world: real expressions, and aws-croniter as a development oracle."""

from __future__ import annotations

import csv
import hashlib
import random
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest

from patchrules.errors import ScheduleError
from patchrules.schedule.expressions import parse

# What is refused of ../shared/data/baselines/schedule-expressions.shared.tsv, by line: a hash of the expression, what
# the ssm and the eventbridge grammar say ("" is parsed), and why. Every other line parses under both.
REFUSED = {
    2: ("290af450", "PR4001", "PR4001", "a bare Unix cron, without cron()"),
    9: ("86968eea", "PR4002", "PR4002", "five fields, no year: cfn-lint's own example of a wrong one"),
    10: ("c42a63c2", "", "PR4002", "seven fields: seconds are Systems Manager's"),
    11: ("8cd37ab2", "", "PR4002", "seven fields"),
    12: ("8f9bd642", "", "PR4002", "seven fields"),
    18: ("de1a481f", "", "PR4002", "seven fields"),
    27: ("096fd90b", "PR4003", "PR4003", r"the year is `\*`: reStructuredText's escape was copied"),
    46: ("50a7fab2", "", "PR4002", "seven fields"),
    77: ("07222cb6", "PR4005", "PR4005", "both day fields have a value"),
    84: ("03a0ac81", "PR4002", "PR4002", "three fields"),
    97: ("55f992da", "PR4003", "PR4003", "the year 2999; AWS ends with 2199"),
    103: ("b782afea", "PR4006", "PR4006", "a rate of 0"),
    107: ("8f75a63c", "PR4007", "", "a minute is too fast for Systems Manager"),
    108: ("7c9ab0d1", "PR4006", "PR4006", "1 with a plural unit"),
    114: ("8cdb7d1c", "PR4007", "", "two minutes are too fast for Systems Manager"),
    115: ("8cdb7d1c", "PR4007", "", "two minutes are too fast for Systems Manager"),
    116: ("38dbb2af", "PR4007", "", "three minutes are too fast for Systems Manager"),
}
NEVER = {72: "31 February: four real windows that never open"}
ENDED = {3: "an at() of 2022", 4: "an at() of February 2026"}
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def outcome(text: str, zone: str, grammar: str) -> str:
    try:
        parse(text, zone=zone or None, service=grammar)
    except ScheduleError as refused:
        return refused.code
    return ""


def lines(shared: Path) -> list[tuple[int, str, str]]:
    path = shared / "data" / "baselines" / "schedule-expressions.shared.tsv"
    with path.open(encoding="utf-8", newline="") as text:
        rows = csv.DictReader(text, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(number, row["expression"], row["timezone"]) for number, row in enumerate(rows, start=2)]


def test_every_real_expression_is_parsed_or_refused_for_a_known_reason(shared):
    found = {}
    for number, text, zone in lines(shared):
        codes = outcome(text, zone, "ssm"), outcome(text, zone, "eventbridge")
        if any(codes):
            found[number] = (hashlib.sha256(text.encode()).hexdigest()[:8], *codes)
    assert found == {number: reason[:3] for number, reason in REFUSED.items()}


def test_every_real_expression_that_parses_runs_and_is_described(shared):
    silent = set()
    for number, text, zone in lines(shared):
        if REFUSED.get(number, ("", ""))[1]:
            continue
        schedule = parse(text, zone=zone or None)
        assert schedule.describe()
        if schedule.next(NOW) is None:
            silent.add(number)
    assert silent == NEVER.keys() | ENDED.keys()


def piece(draw: random.Random, low: int, high: int) -> str:
    """Draw one part of a field in aws-croniter's subset: numbers, ranges (they may wrap), steps."""
    one, other = draw.randint(low, high), draw.randint(low, high)
    step = draw.randint(max(low, 1), high)
    return draw.choice([f"{one}", f"{one}", f"{one}-{other}", f"{one}/{step}", f"*/{step}", f"{one}-{other}/{step}"])


def field(draw: random.Random, low: int, high: int) -> str:
    """Draw a field: everything, one part, or a list."""
    parts = [piece(draw, low, high) for _ in range(draw.choice([1, 1, 1, 2, 3]))]
    return draw.choice(["*", ",".join(parts), ",".join(parts)])


def weekdays(draw: random.Random) -> str:
    """Draw a day-of-week field; aws-croniter takes no steps there, and finds no run for a bare L."""
    names = ["1", "2", "3", "4", "5", "6", "7", "SUN", "Mon", "tue", "WED", "THU", "FRI", "SAT"]
    one, other = draw.choice(names), draw.choice(names)
    return draw.choice([one, f"{one}-{other}", f"{one},{other}", f"{one}L", f"{one}#{draw.randint(1, 5)}", "*"])


def random_cron(draw: random.Random) -> str:
    """Draw six fields."""
    minute, hour, month = field(draw, 0, 59), field(draw, 0, 23), field(draw, 1, 12)
    month = draw.choice([month, month, "JAN-jun", "FEB,MAY,Aug,NOV", "NOV-FEB"])
    years = ["*", "*", "*", "2026-2030", "2027,2031", "2028-2040", "2199"]
    special = ["L", "L-3", f"{draw.randint(1, 31)}W"]
    of_month = draw.choice([field(draw, 1, 31), draw.choice(special)])
    day = draw.choice([(of_month, "?"), ("?", weekdays(draw))])
    return f"{minute} {hour} {day[0]} {month} {day[1]} {draw.choice(years)}"


# The crons on which the two differ: aws-croniter stops after ten jumps to a later month, day or hour, and then says that
# there is no next run. Its runs are the beginning of ours.
GIVES_UP = {
    "* 1-6/17,8/6 ? 8/8,11/10 2#5 2028-2040": "the first August with a fifth Monday from 2028 on is that of 2032",
    "34-50 16 ? FEB,MAY,Aug,NOV 6#5 2026-2030": "of those months only August 2029 has a fifth Friday from now on",
    "20 15 ? FEB,MAY,Aug,NOV SAT#5 2026-2030": "from May 2027 the next one with a fifth Saturday is August 2030",
}


def test_two_thousand_random_crons_run_when_aws_croniter_says():
    oracle = pytest.importorskip("aws_croniter")
    draw = random.Random(20261124)
    different = {}
    for _ in range(2000):
        text = random_cron(draw)
        ours = list(
            islice(parse(f"cron({text})", service="eventbridge").between(NOW, datetime.max.replace(tzinfo=UTC)), 4)
        )
        cron = oracle.AwsCroniter(text)
        theirs = [run for run in cron.get_next(NOW, n=4, inclusive=True) if run is not None]
        if ours != theirs:
            assert theirs == ours[: len(theirs)], (text, ours, theirs)
            different[text] = theirs
    assert different.keys() == GIVES_UP.keys()


# Where the oracle differs outside the subset, and why ours is right.
DIFFERENT = [
    ("0 8 ? * L *", None, "2026-11-28T08:00Z", "a bare L in day-of-week is Saturday (DECISIONS 28); it finds no run"),
    ("0 8 ? 2 MON#5 *", None, "2044-02-29T08:00Z", "it gives up after ten jumps, 18 years before the next run"),
]


@pytest.mark.parametrize(("text", "theirs", "ours", "why"), DIFFERENT)
def test_what_aws_croniter_gets_wrong(text, theirs, ours, why):
    oracle = pytest.importorskip("aws_croniter")
    assert parse(f"cron({text})").next(NOW) == datetime.fromisoformat(ours)
    assert oracle.AwsCroniter(text).get_next(NOW)[0] == theirs, why


def test_aws_croniter_refuses_steps_of_years_and_of_weekdays_that_aws_takes():
    oracle = pytest.importorskip("aws_croniter")
    for text, run in [("0 8 1 1 ? 2028/4", "2028-01-01T08:00Z"), ("0 8 ? * 2/2 *", "2026-11-25T08:00Z")]:
        assert parse(f"cron({text})").next(NOW.replace(hour=9)) == datetime.fromisoformat(run)
        with pytest.raises(Exception, match="Invalid"):
            oracle.AwsCroniter(text)
