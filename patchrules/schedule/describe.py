"""A schedule in plain English; the weekday it names is the weekday it runs on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from patchrules.schedule.at import At
from patchrules.schedule.cron import Cron, fixed_weekday
from patchrules.schedule.days import DayRule, Days
from patchrules.schedule.fields import HOUR, MINUTE, MONTH, SECOND, WEEKDAY, YEAR, Kind, Numbers
from patchrules.schedule.rate import Rate

_WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_NTH = ("", "first", "second", "third", "fourth", "fifth")
_MOST_TIMES = 6
_SOME = 3


def description(timing: At | Rate | Cron, zone: str, offset: int) -> str:
    """Return what ``timing`` says; ``offset`` are the days added to each match of a cron."""
    match timing:
        case At(wall=wall):
            weekday = _WEEKDAYS[wall.isoweekday() % 7]
            return f"once, on {weekday} {wall:%Y-%m-%d} at {_clock(wall.hour, wall.minute, wall.second)} ({zone})"
        case Rate(count=1, unit=unit):
            return f"every {unit}"
        case Rate(count=count, unit=unit):
            return f"every {count} {unit}s"
        case _:
            return f"{_cron(timing, offset)} ({zone})" if timing.ever_runs() else "never: no month has such a day"


def _cron(cron: Cron, offset: int) -> str:
    """Return times, days, months and years of a cron."""
    times, is_point = _times(cron)
    days = _days(cron.days, _months(cron.months))
    parts = [times]
    if offset:
        later = "1 day" if offset == 1 else f"{offset} days"
        weekday = fixed_weekday(cron)
        landing = f" (a {_WEEKDAYS[(weekday - 1 + offset) % 7]})" if weekday is not None else ""
        parts.append(f", {later} after {_noun(days)}{landing}")
    else:
        parts.append(f" {days}" if is_point else f", {days.removeprefix('on ')}")
    if not cron.years.is_every(YEAR):
        parts.append(f", in {_numbers(cron.years, str)}")
    return "".join(parts)


def _noun(days: str) -> str:
    """Return the days as something that can come after ``after``."""
    return days.removeprefix("on ").replace("every day", "each day", 1)


def _days(days: Days, months: str) -> str:
    """Return the days with the months they belong to; ``months`` is empty for all of them."""
    if days.rule is DayRule.EVERY or (days.rule is DayRule.WEEKDAYS and days.numbers.is_every(WEEKDAY)):
        return f"every day in {months}" if months else "every day"
    if days.rule is DayRule.WEEKDAYS:
        text = _numbers(days.numbers, lambda number: _WEEKDAYS[number - 1])
        return f"{'every' if len(days.numbers.values) == 1 else 'on'} {text}{f' in {months}' if months else ''}"
    return f"on {_day_of_month(days)} of {months or 'every month'}"


def _day_of_month(days: Days) -> str:
    """Return which day of a month a rule means."""
    match days.rule:
        case DayRule.DAYS:
            text = f"day{'s' if len(days.numbers.values) > 1 else ''} {_numbers(days.numbers, str)}"
        case DayRule.BEFORE_LAST:
            text = f"the day {'' if days.n == 1 else f'{days.n} days '}before the last day"
        case DayRule.NEAREST:
            text = f"the weekday (Monday to Friday) nearest to day {days.n}"
        case DayRule.LAST_WORKDAY:
            text = "the last weekday (Monday to Friday)"
        case DayRule.NTH:
            text = f"the {_NTH[days.n]} {_WEEKDAYS[days.weekday - 1]}"
        case DayRule.LAST_OF:
            text = f"the last {_WEEKDAYS[days.weekday - 1]}"
        case _:
            text = "the last day"
    return text


def _months(months: Numbers) -> str:
    """Return the months, or nothing when it is all of them."""
    return "" if months.is_every(MONTH) else _numbers(months, lambda number: _MONTHS[number - 1])


def _times(cron: Cron) -> tuple[str, bool]:
    """Return the times of a day, and whether they are points (``at ...``) rather than a rhythm (``every ...``)."""
    hours, minutes, seconds = cron.hours.values, cron.minutes.values, cron.seconds.values
    if len(hours) * len(minutes) * len(seconds) <= _MOST_TIMES:
        clocks = [_clock(hour, minute, second) for hour in hours for minute in minutes for second in seconds]
        return f"at {_list(clocks)}", True
    if seconds == (0,) and len(minutes) > 1 and (stride := _stride(minutes, MINUTE)):
        every = "every minute" if stride == 1 else f"every {stride} minutes"
        if len(hours) == HOUR.high + 1:
            return every, False
        if _contiguous(hours):
            return f"{every} from {_clock(hours[0], minutes[0])} to {_clock(hours[-1], minutes[-1])}", False
        return f"{every} in hours {_numbers(cron.hours, _two)}", False
    return _fine_times(cron), False


def _fine_times(cron: Cron) -> str:
    """Return the times of a day field by field."""
    parts = []
    if cron.seconds.values != (0,):
        parts.append(_units(cron.seconds, SECOND, "second"))
    parts.append(_units(cron.minutes, MINUTE, "minute"))
    if not cron.hours.is_every(HOUR):
        parts.append(_units(cron.hours, HOUR, "hour"))
    elif len(cron.minutes.values) == 1:
        parts.append("every hour")
    return " of ".join(parts)


def _units(numbers: Numbers, kind: Kind, unit: str) -> str:
    """Return one field of the clock, ``every second`` or ``minutes 05, 10 and 40``."""
    if numbers.is_every(kind):
        return f"every {unit}"
    plural = f"{unit}s" if len(numbers.values) > 1 else unit
    return f"{plural} {_numbers(numbers, _two)}"


def _stride(values: Sequence[int], kind: Kind) -> int:
    """Return the even distance between values that fill the whole field from its start round to its start, or 0."""
    span = kind.high - kind.low + 1
    step = span // len(values)
    return step if tuple(values) == tuple(range(kind.low, kind.high + 1, step)) and span % step == 0 else 0


def _contiguous(values: Sequence[int]) -> bool:
    """Say whether no number is left out between the first and the last."""
    return values[-1] - values[0] + 1 == len(values)


def _numbers(numbers: Numbers, name: Callable[[int], str]) -> str:
    """Return the numbers of a field: as the range they were written as, as a run of numbers, or one by one."""
    if len(numbers.parts) == 1 and numbers.parts[0].step == 1 and len(numbers.values) >= _SOME:
        return f"{name(numbers.parts[0].first)} to {name(numbers.parts[0].last)}"
    if len(numbers.values) > _SOME and _contiguous(numbers.values):
        return f"{name(numbers.values[0])} to {name(numbers.values[-1])}"
    return _list([name(number) for number in numbers.values])


def _list(words: Sequence[str]) -> str:
    """Return words joined as in a sentence."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _clock(hour: int, minute: int, second: int = 0) -> str:
    """Return a time of day, with seconds when there are any."""
    return f"{hour:02}:{minute:02}" + (f":{second:02}" if second else "")


def _two(number: int) -> str:
    """Return a number as a clock shows it."""
    return f"{number:02}"
