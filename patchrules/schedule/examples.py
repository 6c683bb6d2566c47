"""Schedules people ask for by name, as data: copy the expression, and the offset where there is one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Example:
    """A named schedule: the expression, its offset in days, and the sentence ``describe()`` says of it in UTC."""

    name: str
    schedule: str
    offset: int | None
    means: str


EXAMPLES: tuple[Example, ...] = (
    Example(
        "patch-tuesday",
        "cron(0 18 ? * TUE#2 *)",
        None,
        "at 18:00 on the second Tuesday of every month (UTC)",
    ),
    Example(
        "patch-tuesday-evening",
        "cron(30 23 ? * TUE#2 *)",
        None,
        "at 23:30 on the second Tuesday of every month (UTC)",
    ),
    Example(
        "patch-tuesday-plus-3",
        "cron(0 2 ? * TUE#2 *)",
        3,
        "at 02:00, 3 days after the second Tuesday of every month (a Friday) (UTC)",
    ),
    Example(
        "weekend-after-patch-tuesday",
        "cron(0 2 ? * TUE#2 *)",
        4,
        "at 02:00, 4 days after the second Tuesday of every month (a Saturday) (UTC)",
    ),
    Example(
        "week-after-patch-tuesday",
        "cron(0 2 ? * TUE#3 *)",
        None,
        "at 02:00 on the third Tuesday of every month (UTC)",
    ),
    Example("every-night", "cron(0 2 ? * * *)", None, "at 02:00 every day (UTC)"),
    Example("weekday-nights", "cron(0 2 ? * MON-FRI *)", None, "at 02:00 on Monday to Friday (UTC)"),
    Example("every-sunday", "cron(0 3 ? * SUN *)", None, "at 03:00 every Sunday (UTC)"),
    Example("first-sunday", "cron(0 4 ? * SUN#1 *)", None, "at 04:00 on the first Sunday of every month (UTC)"),
    Example("third-saturday", "cron(0 2 ? * SAT#3 *)", None, "at 02:00 on the third Saturday of every month (UTC)"),
    Example("last-friday", "cron(0 22 ? * FRIL *)", None, "at 22:00 on the last Friday of every month (UTC)"),
    Example("month-end", "cron(0 2 L * ? *)", None, "at 02:00 on the last day of every month (UTC)"),
    Example(
        "mid-month-weekday",
        "cron(0 2 15W * ? *)",
        None,
        "at 02:00 on the weekday (Monday to Friday) nearest to day 15 of every month (UTC)",
    ),
    Example(
        "quarterly",
        "cron(0 10 ? FEB,MAY,AUG,NOV TUE#2 *)",
        None,
        "at 10:00 on the second Tuesday of February, May, August and November (UTC)",
    ),
    Example(
        "business-hours",
        "cron(0/30 8-17 ? * MON-FRI *)",
        None,
        "every 30 minutes from 08:00 to 17:30, Monday to Friday (UTC)",
    ),
    Example("weekly-from-start", "rate(7 days)", None, "every 7 days"),
)
"""Patch Tuesday is the second Tuesday of a month, when Microsoft publishes at 10:00 in Redmond: 17:00 or 18:00 UTC."""
