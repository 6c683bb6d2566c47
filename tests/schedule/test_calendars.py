"""Freeze and allow calendars: iCalendar (RFC 5545) and simple ranges, and the untrusted texts they come from."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from patchrules.codes import CODES
from patchrules.errors import ScheduleError
from patchrules.model.window import Calendar, CalendarKind, DateRange
from patchrules.schedule.calendars import ics_calendar, last_open, open_calendar, ranges_calendar, skips
from patchrules.schedule.ical import MOST_EVENTS, MOST_RECURRING


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def ics(*lines: str, head: str = "") -> str:
    """Return a calendar with one event per group of lines; groups are parted by an empty line."""
    events = "\r\n".join(lines).split("\r\n\r\n")
    body = "".join(f"BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\n" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{head}{body}END:VCALENDAR\r\n"


def spans(text: str, start: str, end: str, zone: str = "UTC") -> list[str]:
    """Return when the events happen, as text."""
    calendar = open_calendar(ics_calendar("c", text, zone=zone))
    return [f"{span.start:%m-%dT%H:%M}/{span.end:%m-%dT%H:%M}" for span in calendar.spans(at(start), at(end))]


YEAR = ("2026-01-01T00:00Z", "2027-01-01T00:00Z")
EVENTS = {
    "utc": (["DTSTART:20261224T180000Z", "DTEND:20261225T060000Z"], ["12-24T18:00/12-25T06:00"]),
    "a whole day": (["DTSTART;VALUE=DATE:20261224"], ["12-24T00:00/12-25T00:00"]),
    "whole days": (["DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261227"], ["12-24T00:00/12-27T00:00"]),
    "a duration": (["DTSTART:20261224T180000Z", "DURATION:P1DT2H"], ["12-24T18:00/12-25T20:00"]),
    "a zone": (["DTSTART;TZID=Europe/Berlin:20260701T080000", "DURATION:PT1H"], ["07-01T06:00/07-01T07:00"]),
    "a quoted zone": (['DTSTART;TZID="Europe/Berlin":20260701T080000', "DURATION:PT1H"], ["07-01T06:00/07-01T07:00"]),
    "a zone with a path": (
        ["DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Berlin:20260701T080000", "DURATION:PT1H"],
        ["07-01T06:00/07-01T07:00"],
    ),
    "two zones": (
        ["DTSTART;TZID=Europe/Berlin:20260701T080000", "DTEND;TZID=Europe/London:20260701T080000"],
        ["07-01T06:00/07-01T07:00"],
    ),
    "over a clock change": (
        ["DTSTART;TZID=Europe/London:20260328T120000", "DTEND;TZID=Europe/London:20260329T120000"],
        ["03-28T12:00/03-29T11:00"],
    ),
    "no length": (["DTSTART:20261224T180000Z"], []),
    "cancelled": (["DTSTART:20261224T180000Z", "DURATION:PT1H", "STATUS:CANCELLED"], []),
    "weekly, three times": (
        ["DTSTART:20260601T080000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=3"],
        ["06-01T08:00/06-01T09:00", "06-08T08:00/06-08T09:00", "06-15T08:00/06-15T09:00"],
    ),
    "the wall time stays over a clock change": (
        ["DTSTART;TZID=Europe/London:20260322T020000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2"],
        ["03-22T02:00/03-22T03:00", "03-29T01:00/03-29T02:00"],
    ),
    "until in UTC, event in a zone": (
        ["DTSTART;TZID=Asia/Tokyo:20260601T080000", "DURATION:PT1H", "RRULE:FREQ=DAILY;UNTIL=20260601T230000Z"],
        ["05-31T23:00/06-01T00:00", "06-01T23:00/06-02T00:00"],
    ),
    "until a date": (
        ["DTSTART;VALUE=DATE:20260601", "RRULE:FREQ=DAILY;INTERVAL=2;UNTIL=20260604"],
        ["06-01T00:00/06-02T00:00", "06-03T00:00/06-04T00:00"],
    ),
    "an exception": (
        ["DTSTART:20260601T080000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE:20260608T080000Z"],
        ["06-01T08:00/06-01T09:00", "06-15T08:00/06-15T09:00"],
    ),
    "an exception by date": (
        ["DTSTART:20260601T080000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2", "EXDATE;VALUE=DATE:20260608"],
        ["06-01T08:00/06-01T09:00"],
    ),
    "more dates": (
        ["DTSTART:20260601T080000Z", "DURATION:PT1H", "RDATE:20260603T080000Z,20260605T080000Z"],
        ["06-01T08:00/06-01T09:00", "06-03T08:00/06-03T09:00", "06-05T08:00/06-05T09:00"],
    ),
    "one occurrence moved": (
        [
            *["UID:a", "DTSTART:20260601T080000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2", ""],
            *["UID:a", "RECURRENCE-ID:20260608T080000Z", "DTSTART:20260609T100000Z", "DURATION:PT2H"],
        ],
        ["06-01T08:00/06-01T09:00", "06-09T10:00/06-09T12:00"],
    ),
    "one occurrence cancelled": (
        [
            *["UID:a", "DTSTART:20260601T080000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2", ""],
            *["UID:a", "RECURRENCE-ID:20260608T080000Z", "DTSTART:20260608T080000Z", "STATUS:CANCELLED"],
        ],
        ["06-01T08:00/06-01T09:00"],
    ),
    "a leap day": (["DTSTART;VALUE=DATE:20240229", "RRULE:FREQ=YEARLY"], []),
    "every year": (
        ["DTSTART;VALUE=DATE:20201225", "RRULE:FREQ=YEARLY;UNTIL=99991231T000000Z"],
        ["12-25T00:00/12-26T00:00"],
    ),
    "over the new year": (
        ["DTSTART;VALUE=DATE:20201220", "DURATION:P3W", "RRULE:FREQ=YEARLY"],
        ["01-01T00:00/01-10T00:00", "12-20T00:00/01-01T00:00"],
    ),
    "overlaps are merged": (
        ["DTSTART:20260601T080000Z", "DURATION:PT3H", "", "DTSTART:20260601T090000Z", "DURATION:PT3H"],
        ["06-01T08:00/06-01T11:00", "06-01T11:00/06-01T12:00"],
    ),
    "folded lines, an alarm inside": (
        [
            *["SUMMARY:Code", " freeze", "DTSTART:20260601T08", "\t0000Z", "DURATION:PT1H"],
            *["BEGIN:VALARM", "TRIGGER:-PT15M", "DURATION:PT9H", "END:VALARM"],
        ],
        ["06-01T08:00/06-01T09:00"],
    ),
}


@pytest.mark.parametrize("name", EVENTS)
def test_when_an_event_happens(name):
    lines, expected = EVENTS[name]
    assert spans(ics(*lines), *YEAR) == expected


def test_times_without_a_zone_are_read_in_the_calendars_zone():
    assert spans(ics("DTSTART:20260701T080000", "DURATION:PT1H"), *YEAR, zone="Asia/Tokyo") == [
        "06-30T23:00/07-01T00:00"
    ]


KINDS = [
    ("", CalendarKind.FREEZE),
    ("X-CALENDAR-TYPE:DEFAULT_OPEN\r\n", CalendarKind.FREEZE),
    ("X-CALENDAR-TYPE:DEFAULT_CLOSED\r\n", CalendarKind.ALLOW),
]


@pytest.mark.parametrize(("head", "kind"), KINDS)
def test_the_type_of_an_aws_change_calendar(head, kind):
    text = ics("DTSTART;VALUE=DATE:20261224", head=head)
    assert ics_calendar("c", text).kind is kind
    assert ics_calendar("c", text, kind=CalendarKind.ALLOW).kind is CalendarKind.ALLOW


def test_layers_each_say_why_they_forbid_a_run():
    freeze = open_calendar(ics_calendar("holidays", ics("SUMMARY:Christmas\\, eve", "DTSTART;VALUE=DATE:20261224")))
    weekdays = ics("DTSTART:20260105T000000Z", "DURATION:P5D", "RRULE:FREQ=WEEKLY", "SUMMARY:working week")
    allow = open_calendar(ics_calendar("weekdays", weekdays, kind=CalendarKind.ALLOW))
    reasons = {
        "2026-12-23T12:00Z": [],
        "2026-12-24T12:00Z": ["`holidays` (Christmas, eve)"],
        "2026-12-25T00:00Z": [],
        "2026-12-26T12:00Z": ["`weekdays` (outside every event)"],
    }
    for instant, expected in reasons.items():
        assert [str(skip) for skip in skips([freeze, allow], at(instant))] == expected
    assert last_open([freeze, allow], at("2026-12-24T12:00Z"), after=at("2026-12-20T00:00Z")) == at(
        "2026-12-23T23:59:59Z"
    )
    assert last_open([freeze, allow], at("2026-12-27T12:00Z"), after=at("2026-12-20T00:00Z")) == at(
        "2026-12-25T23:59:59Z"
    )
    assert last_open([freeze, allow], at("2026-12-27T12:00Z"), after=at("2026-12-26T00:00Z")) is None
    assert last_open([], at("2026-12-27T12:00Z"), after=at("2026-12-27T12:00Z")) is None


def test_an_allow_calendar_without_events_never_allows():
    never = open_calendar(Calendar("never", CalendarKind.ALLOW))
    assert never.skip(at("2026-01-01T00:00Z")) is not None
    assert never.last_open(at("2026-01-01T00:00Z")) is None


RANGES = [
    (["2026-12-24"], "UTC", ["12-24T00:00/12-25T00:00"]),
    (["2026-12-24/2026-12-26"], "UTC", ["12-24T00:00/12-27T00:00"]),
    ([{"from": "2026-12-24", "to": "2026-12-26", "reason": "holidays"}], "UTC", ["12-24T00:00/12-27T00:00"]),
    ([{"from": date(2026, 12, 24), "to": date(2026, 12, 26)}], "Europe/Berlin", ["12-23T23:00/12-26T23:00"]),
    ([date(2026, 12, 24)], "UTC", ["12-24T00:00/12-25T00:00"]),
    (["2026-12-24T18:00/2026-12-24T20:00"], "Europe/Berlin", ["12-24T17:00/12-24T19:00"]),
    (["2026-12-24T18:00Z/2026-12-24T20:00+01:00"], "Europe/Berlin", ["12-24T18:00/12-24T19:00"]),
    (
        [{"from": datetime(2026, 3, 29, tzinfo=UTC), "to": date(2026, 3, 29)}],
        "Europe/London",
        ["03-29T00:00/03-29T23:00"],
    ),
]


@pytest.mark.parametrize(("ranges", "zone", "expected"), RANGES)
def test_simple_ranges(ranges, zone, expected):
    calendar = ranges_calendar("c", ranges, zone=zone)
    found = open_calendar(calendar).spans(at("2026-01-01T00:00Z"), at("2027-02-01T00:00Z"))
    assert [f"{span.start:%m-%dT%H:%M}/{span.end:%m-%dT%H:%M}" for span in found] == expected


RANGES_REFUSED = [
    (["tomorrow"], "`tomorrow` is not a date of ISO 8601"),
    (["2026-12-24/2026-12-20"], "the range ends before it starts: `2026-12-24` to `2026-12-20`"),
    ([{"from": "2026-12-24"}], "a range needs `from` and `to`"),
    ([{"from": "2026-12-24", "till": "2026-12-25"}], "the key `till` is unknown"),
    ([7], "`7` is not a range"),
    (["3026-12-24"], "the year of `3026-12-24` is not 1970-2199"),
]


@pytest.mark.parametrize(("ranges", "message"), RANGES_REFUSED)
def test_a_range_that_cannot_be_read(ranges, message):
    with pytest.raises(ScheduleError) as refused:
        ranges_calendar("c", ranges)
    assert (refused.value.code, refused.value.message) == ("PR4205", message)


def test_too_many_ranges():
    with pytest.raises(ScheduleError) as refused:
        ranges_calendar("c", ["2026-12-24"] * 10_001)
    assert refused.value.message == "the calendar has 10,001 ranges, we read at most 10,000"


def event(*lines: str) -> str:
    return ics("DTSTART:20260601T080000Z", *lines)


REFUSED = [
    ("", "PR4201", "the calendar is empty"),
    ("BEGIN:VEVENT\nEND:VEVENT\n", "PR4201", "an iCalendar file begins with `BEGIN:VCALENDAR`"),
    ("BEGIN:VCALENDAR\n", "PR4201", "`END:VCALENDAR` is missing"),
    ("BEGIN:VCALENDAR\nEND:VEVENT\n", "PR4201", "`END:VEVENT` closes nothing that is open"),
    ("<html>", "PR4201", "not a line of an iCalendar file"),
    (event("DTSTART:20260601T080000Z"), "PR4201", "the event has a second DTSTART"),
    (ics("SUMMARY:x"), "PR4203", "the event has no DTSTART"),
    (ics("DTSTART:2026-06-01"), "PR4203", "`2026-06-01` is not a date of RFC 5545"),
    (ics("DTSTART:20260631"), "PR4203", "`20260631` is no day of any calendar"),
    (ics("DTSTART:16010101T000000"), "PR4203", "the year of `16010101T000000` is not 1900-2199"),
    (
        ics("DTSTART;TZID=Eastern Standard Time:20260601T080000"),
        "PR4203",
        "there is no time zone `Eastern Standard Time`",
    ),
    (event("DTEND:20260601T070000Z"), "PR4203", "the event ends before it starts"),
    (event("DTEND:20460601T070000Z"), "PR4203", "the event is too long"),
    (event("DTEND:20260601T090000Z", "DURATION:PT1H"), "PR4203", "the event has both DTEND and DURATION"),
    (event("DURATION:P"), "PR4203", "`P` is not a duration of RFC 5545"),
    (event("DURATION:-PT1H"), "PR4203", "`-PT1H` is not a duration of RFC 5545"),
    (event("RRULE:FREQ=HOURLY"), "PR4204", "the frequency is `HOURLY`"),
    (event("RRULE:COUNT=3"), "PR4204", "the frequency is ``"),
    (event("RRULE:FREQ=DAILY;COUNT=0"), "PR4204", "COUNT is not a positive number: `0`"),
    (event("RRULE:FREQ=DAILY;INTERVAL=-1"), "PR4204", "INTERVAL is not a positive number: `-1`"),
    (event("RRULE:FREQ=DAILY;COUNT=3;UNTIL=20260701"), "PR4204", "the recurrence has both UNTIL and COUNT"),
    (event("RRULE:FREQ=DAILY;UNTIL=never"), "PR4204", "`NEVER` is not an UNTIL of RFC 5545"),
    (event("RRULE:FREQ=DAILY;UNTIL=20260631"), "PR4204", "`20260631` is no day of any calendar"),
    (event("RRULE:FREQ=DAILY;BYEASTER=0"), "PR4204", "`BYEASTER=0` is not a part of a recurrence that we read"),
    (event("RRULE:FREQ=DAILY;BYHOUR=1"), "PR4204", "`BYHOUR=1` is not a part of a recurrence that we read"),
    (event("RRULE:FREQ=DAILY;BYDAY=XX"), "PR4204", None),
    (event("RRULE:FREQ=DAILY;BYSETPOS=400"), "PR4204", None),
    (
        event("RRULE:FREQ=DAILY" + ";BYDAY=" + "MO," * 500 + "TU"),
        "PR4202",
        "the recurrence is longer than 1000 characters",
    ),
    (event("RDATE;VALUE=PERIOD:20260601T080000Z/PT1H"), "PR4204", "periods in RDATE are not read"),
    (
        event("RECURRENCE-ID;RANGE=THISANDFUTURE:20260601T080000Z"),
        "PR4204",
        "a change of this and all future occurrences is not read",
    ),
    (
        ics(*["DTSTART;VALUE=DATE:20260601", ""] * MOST_EVENTS, "DTSTART;VALUE=DATE:20260601"),
        "PR4202",
        "the calendar has more than 10,000 events, we read at most 10,000",
    ),
    (
        ics(
            *["DTSTART;VALUE=DATE:20260601", "RRULE:FREQ=DAILY", ""] * MOST_RECURRING,
            "DTSTART:20260601",
            "RRULE:FREQ=DAILY",
        ),
        "PR4202",
        "the calendar has 201 recurring events, we read at most 200",
    ),
    ("X" * 5_000_001, "PR4202", "the calendar has 5,000,001 characters, we read at most 5,000,000"),
    (
        event("EXDATE:" + ",".join(["20260601"] * 20_001)),
        "PR4202",
        "the calendar has 20,001 dates in EXDATE and RDATE, we read at most 20,000",
    ),
]


@pytest.mark.parametrize(("text", "code", "message"), REFUSED, ids=range(len(REFUSED)))
def test_a_calendar_that_cannot_be_read(text, code, message):
    with pytest.raises(ScheduleError) as refused:
        open_calendar(Calendar("c", ics=text or "\n"))
    error = refused.value
    assert error.code == code
    assert code in CODES
    assert "\n" not in error.message
    assert message is None or error.message == message
    assert error.where is not None
    assert error.where.file == "c"


def test_a_refusal_shows_the_line():
    with pytest.raises(ScheduleError) as refused:
        open_calendar(Calendar("holidays.ics", ics=event("RRULE:FREQ=HOURLY")))
    assert str(refused.value) == (
        "the frequency is `HOURLY` [PR4204]\n"
        "  at holidays.ics:5\n"
        "    RRULE:FREQ=HOURLY\n"
        "  hint: the frequencies are DAILY, WEEKLY, MONTHLY and YEARLY"
    )


lines_of_text = st.lists(
    st.one_of(
        st.sampled_from(["BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "DTSTART:20260601", " x"]),
        st.text(max_size=30),
        st.text("FREQ=DAILYWKMO;BYUNTIL0123456789,-", max_size=40).map(lambda text: f"RRULE:{text}"),
        st.text("PTDHMSW0123456789", max_size=8).map(lambda text: f"DURATION:{text}"),
    ),
    max_size=8,
)


@given(lines_of_text, st.booleans())
def test_no_text_does_anything_but_be_read_or_refused(lines, framed):
    text = ics("DTSTART:20260601", *lines) if framed else "\n".join(lines)
    try:
        calendar = open_calendar(ics_calendar("c", text))
    except ScheduleError as refused:
        assert refused.code in CODES  # noqa: PT017, both outcomes are right
    else:
        assert list(calendar.spans(*map(at, YEAR))) is not None


rules = st.builds(
    lambda freq, interval, rest: f"FREQ={freq};INTERVAL={interval}{rest}",
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    st.integers(1, 4),
    st.sampled_from(["", ";COUNT=9", ";BYDAY=MO,TH", ";BYMONTHDAY=29,-1", ";BYMONTH=2", ";UNTIL=20270101T000000"]),
)


@given(rules, st.dates(date(2019, 1, 1), date(2027, 12, 31)))
def test_dates_are_those_of_dateutil_asked_without_our_detour(rule, day):
    calendar = open_calendar(ics_calendar("c", ics(f"DTSTART;VALUE=DATE:{day:%Y%m%d}", f"RRULE:{rule}")))
    start, end = datetime(2026, 1, 1), datetime(2029, 1, 1)  # noqa: DTZ001, dateutil's side is naive
    days = set(
        rrulestr(rule, dtstart=datetime.combine(day, datetime.min.time())).between(start, end - timedelta(1), inc=True)
    )
    first = datetime.combine(day, datetime.min.time())
    days |= {first} if start <= first < end else set()  # RFC 5545: DTSTART is always an occurrence
    instants = (start + timedelta(days=ahead) for ahead in range((end - start).days))
    assert {each for each in instants if calendar.covering(each.replace(tzinfo=UTC, hour=12))} == days


def test_rules_that_never_match_end_soon():
    # dateutil alone follows these to the year 9999, for seconds each.
    never = [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=4",
    ]
    for rule in never:
        begun = time.process_time()
        text = ics("DTSTART;VALUE=DATE:20260601", f"RRULE:{rule}")
        assert spans(text, *YEAR) == ["06-01T00:00/06-02T00:00"]
        assert time.process_time() - begun < 2


def test_a_range_prints_its_reason():
    assert str(DateRange("2026-12-24", "2026-12-26")) == "2026-12-24 to 2026-12-26"
