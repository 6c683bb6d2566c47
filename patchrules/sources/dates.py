"""Text to instant: the documented reading, and the readings of AWS's on-node engine by package manager.

None of them raises, reads a clock, a locale or the machine's zone: the same text is the same instant everywhere.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

__all__ = ["EPOCH", "dnf_reading", "instant", "yum_reading", "zypper_reading"]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""What AWS's engine makes of a date it cannot read: old, hence approved."""

_ZONE = r"(?:\s*(?P<zone>Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?))?"
_CLOCK = r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,12}))?)?)?"
_FLAGS = re.ASCII | re.IGNORECASE
_SHAPES = (
    re.compile(rf"(?P<year>\d{{4}})-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}})(?:(?:T|\s+){_CLOCK})?{_ZONE}", _FLAGS),
    re.compile(
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
        rf"(?:T(?P<hour>\d{{2}})(?P<minute>\d{{2}})(?P<second>\d{{2}})?)?{_ZONE}",
        _FLAGS,
    ),
    re.compile(
        rf"(?:[a-z]{{3}},?\s+)?(?P<day>\d{{1,2}})\s+(?P<name>[a-z]{{3}})\s+(?P<year>\d{{4}})\s+{_CLOCK}{_ZONE}", _FLAGS
    ),
)
# Hours beyond 23 are no time here, whatever newer Pythons make of 24.
_PLAIN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T](?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}")
_SECONDS = re.compile(r"[0-9]{9,11}")
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: month for month, name in enumerate(_NAMES, 1)}

_YUM_FORMS = ((19, "%Y-%m-%d %H:%M:%S"), (16, "%Y-%m-%d %H:%M"), (13, "%Y-%m-%d %H"), (10, "%Y-%m-%d"))
_DNF_FORMS = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H")
_DNF_ZONE = re.compile(r"(.*\S)\s+(?:utc|gmt)", _FLAGS | re.DOTALL)
_ZYPPER_SHAPES = (
    re.compile(
        r"[a-z]{3}\s+(?P<name>[a-z]{3})\s+(?P<day>\d{1,2})\s+(?P<hour>\d{1,2}):(?P<minute>\d{2}):(?P<second>\d{2})"
        r"\s+(?P<year>\d{4})",
        _FLAGS,
    ),
    re.compile(
        r"[a-z]{3}\s+(?P<day>\d{1,2})\s+(?P<name>[a-z]{3})\s+(?P<year>\d{4})\s+(?P<hour>\d{1,2}):(?P<minute>\d{2}):"
        r"(?P<second>\d{2})\s+(?P<half>[ap]m)(?:\s+\S+)?",
        _FLAGS,
    ),
)


def instant(text: str | None) -> datetime | None:
    """Return the aware UTC instant that ``text`` states, None when it states none.

    Read are ISO 8601 (extended and basic), ``YYYY-MM-DD[ HH[:MM[:SS]]]``, RFC 2822 as Release files have it, and epoch
    seconds of 9 to 11 digits. Zone offsets and ``Z``, ``UTC``, ``GMT`` are honoured, a text without zone is UTC
    (DECISIONS 3). Other zone names and days or hours that do not exist are no date. Never raises.

    >>> print(instant("2023-02-17 20:41"), instant("2025-06-11T21:52:52+02:00"), instant("1213630432"), sep=", ")
    2023-02-17 20:41:00+00:00, 2025-06-11 19:52:52+00:00, 2008-06-16 15:33:52+00:00
    >>> print(instant("Sat, 09 May 2026 10:38:06 UTC"), instant("2023-07-07 10:11:12 PST"))
    2026-05-09 10:38:06+00:00 None
    """
    text = (text or "").strip()
    if _PLAIN.fullmatch(text):  # nearly all dates are spelled so
        try:
            return datetime.fromisoformat(f"{text}+00:00")
        except ValueError:
            return None
    if _SECONDS.fullmatch(text):
        return _shifted(EPOCH, timedelta(seconds=int(text)))
    found = next(filter(None, (shape.fullmatch(text) for shape in _SHAPES)), None)
    return _built(found.groupdict()) if found else None


def yum_reading(text: str | None) -> datetime | None:
    """Return the instant AWS's yum code reads (SEMANTICS 2.1.6): a prefix of the text, whatever zone follows it.

    A text it cannot read is 1970-01-01; None stays None, because an absent ``updated`` makes it read ``issued``.

    >>> print(yum_reading("2023-07-07T10:11:12Z"), yum_reading("2023-07-07 10:11:12 PST"), yum_reading("1213630432"))
    2023-07-07 00:00:00+00:00 2023-07-07 10:11:12+00:00 1970-01-01 00:00:00+00:00
    """
    if text is None:
        return None
    return next(filter(None, (_strptime(text[:length], form) for length, form in _YUM_FORMS)), EPOCH)


def dnf_reading(text: str | None) -> datetime | None:
    """Return the instant AWS's dnf code reads (SEMANTICS 2.2.3): five formats, anything else is 1970-01-01.

    >>> print(dnf_reading("2023-07-07 10:11:12 GMT"), dnf_reading("2023-07-07T10:11:12Z"))
    2023-07-07 10:11:12+00:00 1970-01-01 00:00:00+00:00
    """
    zoned = _DNF_ZONE.fullmatch(text or "")
    if zoned:
        return _strptime(zoned[1], "%Y-%m-%d %H:%M:%S") or EPOCH
    return next(filter(None, (_strptime(text or "", form) for form in _DNF_FORMS)), EPOCH)


def zypper_reading(text: str | None) -> datetime | None:
    """Return the instant AWS's zypper code reads (SEMANTICS 2.4.4): two formats, zone ignored, else 1970-01-01.

    >>> print(zypper_reading("Wed Sep  9 20:03:15 2020"), zypper_reading("Wed 03 Jul 2019 04:56:12 PM CEST"))
    2020-09-09 20:03:15+00:00 2019-07-03 16:56:12+00:00
    """
    found = next(filter(None, (shape.fullmatch(text or "") for shape in _ZYPPER_SHAPES)), None)
    return (_built(found.groupdict()) if found else None) or EPOCH


def _built(parts: dict[str, str | None]) -> datetime | None:
    """Make an instant of matched digits; None when there is no such day, hour or month."""
    month = _MONTHS.get((parts["name"] or "").lower(), 0) if "name" in parts else int(parts["month"] or 0)
    hour = _hour(int(parts["hour"] or 0), (parts.get("half") or "").lower())
    fraction = int((parts.get("fraction") or "0").ljust(6, "0")[:6])
    clock = (hour, int(parts["minute"] or 0), int(parts["second"] or 0), fraction)
    try:
        naive = datetime(int(parts["year"] or 0), month, int(parts["day"] or 0), *clock)  # noqa: DTZ001  zoned below
        return naive.replace(tzinfo=_zone(parts.get("zone") or "Z")).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _hour(hour: int, half: str) -> int:
    """Return the hour of the day; ``half`` is am, pm or empty."""
    if not half:
        return hour
    if not 1 <= hour <= 12:  # noqa: PLR2004  the clock face
        return -1
    return hour % 12 + (12 if half == "pm" else 0)


def _zone(text: str) -> timezone:
    """Return the offset of ``+02:00``, ``+0200`` or ``+02``; Z, UTC and GMT are zero."""
    if text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[2:])
    if minutes > 59:  # noqa: PLR2004  an offset has at most 59 minutes
        raise ValueError(text)
    return timezone((-1 if text[0] == "-" else 1) * timedelta(hours=int(digits[:2]), minutes=minutes))


def _shifted(start: datetime, by: timedelta) -> datetime | None:
    """Return ``start + by``, None beyond the calendar."""
    try:
        return start + by
    except OverflowError:
        return None


def _strptime(text: str, form: str) -> datetime | None:
    """Return what ``strptime`` reads, as UTC; that function is what AWS's engine calls."""
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return None
