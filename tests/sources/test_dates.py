"""One text, one instant: whatever the machine's clock, locale and zone say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patchrules.sources.dates import EPOCH, dnf_reading, instant, yum_reading, zypper_reading

READINGS = (instant, yum_reading, dnf_reading, zypper_reading)

INSTANTS = [
    ("2018-01-11 21:05", "2018-01-11T21:05:00"),  # AL1, AL2, AL2022
    ("2023-02-17 20:41:00", "2023-02-17T20:41:00"),  # AL2023
    ("2025-06-11T19:52:52Z", "2025-06-11T19:52:52"),  # Bottlerocket
    ("1213630432", "2008-06-16T15:33:52"),  # SUSE
    ("999999999", "2001-09-09T01:46:39"),
    ("2023-07-07", "2023-07-07T00:00:00"),
    ("2023-7-7", "2023-07-07T00:00:00"),
    ("2023-07-07 10", "2023-07-07T10:00:00"),
    ("2023-07-07 10:11:12 UTC", "2023-07-07T10:11:12"),
    ("2023-07-07 10:11:12 gmt", "2023-07-07T10:11:12"),
    ("2023-07-07 10:11:12 +0200", "2023-07-07T08:11:12"),
    ("2023-07-07T10:11:12-05:30", "2023-07-07T15:41:12"),
    ("2023-07-07T10:11:12.5+02", "2023-07-07T08:11:12.5"),
    ("2023-07-07T10:11:12.123456789Z", "2023-07-07T10:11:12.123456"),
    ("20230707", "2023-07-07T00:00:00"),
    ("20230707T101112Z", "2023-07-07T10:11:12"),
    ("Sat, 09 May 2026 10:38:06 UTC", "2026-05-09T10:38:06"),  # Release
    ("Sat, 9 May 2026 10:38:06 +0000", "2026-05-09T10:38:06"),
    (" 2023-07-07 ", "2023-07-07T00:00:00"),
]
NO_INSTANTS = [
    None,
    "",
    "some day",
    "2023-02-30",
    "2023-07-07 24:00:00",
    "2023-07-07 10:60",
    "2023-07-07 23:59:60",
    "2023-07-07 10:11:12 PST",
    "2023-07-07T10:11:12+25:00",
    "2023-07-07T10:11:12+02:75",
    "0001-01-01T00:00:00+01:00",
    "9999-12-31T23:59:59-01:00",
    "0000-01-01",
    "12345678",
    "123456789012",
    "-1213630432",
    "Sat, 09 Foo 2026 10:38:06 UTC",
    "\u0662\u0660\u0662\u0663-07-07",
]


@pytest.mark.parametrize(("text", "iso"), INSTANTS)
def test_instants(text, iso):
    assert instant(text) == datetime.fromisoformat(iso).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", NO_INSTANTS)
def test_no_instant_is_guessed(text):
    assert instant(text) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [  # G-DATE, seen by running AWS's code
        ("2023-07-07", 1688688000),
        ("2023-07-07 10:11:12", 1688724672),
        ("2023-07-07 10:11:12 UTC", 1688724672),
        ("2023-07-07 10:11:12 GMT", 1688724672),
        ("2023-07-07 10:11", 1688724660),
        ("2023-07-07T10:11:12Z", 0),
        ("2023-07-07 10:11:12.5", 0),
        ("1688724672", 0),
        ("", 0),
        ("2023-07-07 10:11:12 PST", 0),
        (None, 0),
    ],
)
def test_dnf_reads_five_formats(text, seconds):
    assert dnf_reading(text) == EPOCH + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2023-07-07 10:11:12", "2023-07-07T10:11:12"),
        ("2023-07-07 10:11:12 PST", "2023-07-07T10:11:12"),
        ("2023-07-07 10:11", "2023-07-07T10:11:00"),
        ("2023-07-07 10", "2023-07-07T10:00:00"),
        ("2023-07-07T10:11:12Z", "2023-07-07T00:00:00"),
        ("1213630432", "1970-01-01T00:00:00"),
        ("", "1970-01-01T00:00:00"),
    ],
)
def test_yum_reads_a_prefix(text, iso):
    assert yum_reading(text) == datetime.fromisoformat(iso).replace(tzinfo=UTC)


def test_yum_leaves_an_absent_date_to_the_other_one():
    assert yum_reading(None) is None


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("Wed Sep  9 20:03:15 2020", "2020-09-09T20:03:15"),
        ("Wed 03 Jul 2019 04:56:12 PM UTC", "2019-07-03T16:56:12"),
        ("Wed 03 Jul 2019 12:00:00 AM CEST", "2019-07-03T00:00:00"),
        ("Wed 03 Jul 2019 12:00:00 PM", "2019-07-03T12:00:00"),
        ("Wed 03 Jul 2019 13:00:00 PM UTC", "1970-01-01T00:00:00"),
        ("2019-07-03", "1970-01-01T00:00:00"),
    ],
)
def test_zypper_reads_two_formats_and_no_zone(text, iso):
    assert zypper_reading(text) == datetime.fromisoformat(iso).replace(tzinfo=UTC)


@pytest.mark.parametrize("reading", READINGS)
@given(text=st.text(max_size=40) | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?Z?"))
def test_no_reading_raises_and_every_instant_is_utc(reading, text):
    found = reading(text)
    assert found is None or found.utcoffset() == EPOCH.utcoffset()


@given(st.datetimes(timezones=st.timezones(), allow_imaginary=False))
def test_what_python_writes_is_read_back(moment):
    # An instant that a zone has twice equals no instant of another zone (PEP 495), so both are in UTC.
    assert instant(moment.astimezone(UTC).isoformat()) == moment.astimezone(UTC)
