"""Zones, and the one rule that turns a wall clock into an instant."""

from __future__ import annotations

import difflib
import re
import zoneinfo
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from patchrules.errors import ScheduleError
from patchrules.schedule.quoting import quoted

_NAME = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*")
_NOT_ZONES = ("posix/", "right/", "posixrules", "localtime", "Factory")

EARLIEST = datetime(1969, 12, 30, tzinfo=UTC)
"""Before every run there can be, in any zone; AWS's years are 1970 to 2199."""
LATEST = datetime(2200, 1, 3, tzinfo=UTC)
"""After every run there can be, in any zone."""

UTC_ZONE = ZoneInfo("UTC")
_SECOND = timedelta(seconds=1)


def zone_named(name: str) -> ZoneInfo:
    """Return the IANA zone ``name``.

    Raises ScheduleError PR4010 when there is none, with the closest name there is.

    >>> zone_named("Europe/London").key
    'Europe/London'
    """
    if _NAME.fullmatch(name) and not name.startswith(_NOT_ZONES):
        try:
            return ZoneInfo(name)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            pass
    known = {zone.lower(): zone for zone in zoneinfo.available_timezones()}
    closest = difflib.get_close_matches(name.lower()[:64], sorted(known), n=1)
    hint = f"did you mean `{known[closest[0]]}`?" if closest else "IANA names look like `Europe/London`"
    raise ScheduleError(f"there is no time zone `{quoted(name)}`", code="PR4010", hint=hint)


def aware(instant: datetime) -> datetime:
    """Return ``instant`` in UTC; raises ScheduleError PR4013 when it has no zone.

    >>> aware(datetime.fromisoformat("2026-03-29T02:00+02:00")).isoformat()
    '2026-03-29T00:00:00+00:00'
    """
    if instant.tzinfo is None:
        raise ScheduleError(f"the instant `{instant.isoformat()}` has no zone", code="PR4013", hint="add `Z` for UTC")
    return instant.astimezone(UTC)


def instant_of(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the UTC instant at which the clocks of ``zone`` show ``wall`` (naive, whole seconds).

    AWS leaves clock changes undocumented (SEMANTICS 8.4); this is our rule. A wall time that a clock change skips is
    the first instant after the change; a wall time that comes twice is the first of the two. So the instants of
    ascending wall times never descend.

    >>> london = ZoneInfo("Europe/London")
    >>> print(instant_of(datetime(2026, 3, 29, 1, 30), london))  # skipped: clocks jump from 01:00 to 02:00
    2026-03-29 01:00:00+00:00
    >>> print(instant_of(datetime(2026, 10, 25, 1, 30), london))  # twice: at 00:30 and at 01:30 UTC
    2026-10-25 00:30:00+00:00
    """
    utc = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if utc.astimezone(zone).replace(tzinfo=None) == wall:
        return utc
    # In a gap fold=1 reads the clock after the change and lands before it, fold=0 lands after it.
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while utc - before > _SECOND:
        middle = before + (utc - before) // _SECOND // 2 * _SECOND
        if wall_of(middle, zone) < wall:
            before = middle
        else:
            utc = middle
    return utc


def wall_of(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return what the clocks of ``zone`` show at ``instant``, naive and held within the years of AWS.

    >>> print(wall_of(datetime(2026, 7, 1, 12, tzinfo=UTC), ZoneInfo("Europe/London")))
    2026-07-01 13:00:00
    """
    return min(max(instant, EARLIEST), LATEST).astimezone(zone).replace(tzinfo=None, fold=0)


def last_wall_before(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return a wall time no earlier than any whose instant comes before ``instant``.

    It differs from :func:`wall_of` while clocks show an hour for the second time: then the wall times of the whole
    first pass are past.

    >>> print(last_wall_before(datetime(2026, 10, 25, 1, 10, tzinfo=UTC), ZoneInfo("Europe/London")))
    2026-10-25 02:10:00
    """
    local = min(max(instant, EARLIEST), LATEST).astimezone(zone)
    first, now = local.replace(fold=0).utcoffset(), local.utcoffset()
    repeated = first - now if local.fold and first is not None and now is not None else timedelta()
    return local.replace(tzinfo=None, fold=0) + repeated
